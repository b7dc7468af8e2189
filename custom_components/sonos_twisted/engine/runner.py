"""Runs commands, which block while they wait for a speaker, off every loop."""

from collections.abc import Callable
import logging
import threading
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from .calls import CLOSING_SECONDS, Call, Calls, unexpected
from .command_names import CommandNames
from .errors import EngineError
from .http_request import request_seconds
from .player import Player
from .reactor import require_reactor_thread

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from ..model import RunnerHealth

_LOGGER = logging.getLogger(__name__)

#: A command may make several requests, so its deadline is this many times a request's.
REQUESTS_PER_COMMAND = 3

MAX_THREADS = 40

#: Seconds that a stop may take when commands hang that cannot be ended.
STOP_SECONDS = CLOSING_SECONDS + 1.0


class CommandRunner(Protocol):
    """Executes commands: plain functions whose first argument is a speaker's address."""

    def start(self) -> None:
        """Get ready; to be called once, on the reactor thread."""

    def run[**P, T](
        self, command: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Execute a command; one at a time for each speaker, in the order of the calls.

        Called on the reactor thread. The first argument names the speaker.

        Returns:
            A Deferred for the command's result or exception, which is an EngineError. Cancelling
            it gives up waiting; a command that has begun runs on.

        Raises:
            EngineError: When the function is not a command.

        """
        ...

    def health(self) -> RunnerHealth:
        """Return which commands are under way and which wait; called on the reactor thread."""
        ...

    def stop(self) -> None:
        """End all threads or processes, and let the commands fail that do not end in a while.

        Blocks, for at most ``STOP_SECONDS``, so it belongs into a worker thread.
        """


def new_call(
    names: CommandNames,
    command: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Call:
    """Return a call of a command, whose first argument is a speaker's address.

    Raises:
        EngineError: When the function is not a command.

    """
    name = names.name_of(command)
    return Call(Player.at(args[0]).address, name, command, args, kwargs)


class _DaemonThread(threading.Thread):
    """A thread that waits for a dead speaker without delaying the end of the process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.daemon = True


class ThreadRunner:
    """Runs each command in a thread of a bounded pool.

    A speaker that hangs holds one thread, and only its own commands wait for it.
    """

    def __init__(
        self,
        reactor: Any,
        seconds: float,
        max_threads: int = MAX_THREADS,
        names: CommandNames | None = None,
    ) -> None:
        """Prepare the pool; threads are made when they are first needed.

        Args:
            reactor: The reactor.
            seconds: How long a single request to a speaker may take.
            max_threads: How many commands can run at once.
            names: Which functions are commands.

        """
        self._reactor = reactor
        self._seconds = seconds
        self._names = names or CommandNames()
        self._pool = ThreadPool(minthreads=0, maxthreads=max_threads, name="sonos_twisted")
        self._pool.threadFactory = _DaemonThread
        self._calls = Calls(reactor, seconds * REQUESTS_PER_COMMAND, max_threads, begin=self._begin)

    def start(self) -> None:
        """Let the pool make threads."""
        self._pool.start()

    def run[**P, T](
        self, command: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Execute a command in a thread; see :class:`CommandRunner`."""
        require_reactor_thread(self._reactor)
        return self._calls.add(new_call(self._names, command, args, kwargs))

    def _begin(self, call: Call) -> None:
        self._calls.started(call)
        work = deferToThreadPool(self._reactor, self._pool, self._execute, call)
        work.addErrback(_as_engine_error, call)
        work.addBoth(lambda outcome: self._calls.ended(call, outcome))

    def _execute(self, call: Call) -> Any:
        request_seconds.set(self._seconds)
        return call.function(*call.args, **call.kwargs)

    def health(self) -> RunnerHealth:
        """Return what is under way; see :class:`CommandRunner`."""
        return self._calls.health

    def stop(self) -> None:
        """Wait a while for the commands that are running, then end the threads.

        A thread that waits for a speaker that hangs ends by itself when its request times out.
        """
        if not self._pool.started:
            return
        closed = threading.Event()
        self._reactor.callFromThread(lambda: self._calls.close().addBoth(lambda _: closed.set()))
        closed.wait(STOP_SECONDS)
        ending = _DaemonThread(target=self._pool.stop, name="sonos_twisted pool's end")
        ending.start()
        ending.join(STOP_SECONDS - CLOSING_SECONDS)


def _as_engine_error(failure: Failure, call: Call) -> Failure:
    if failure.check(EngineError):
        return failure
    says = f"{failure.type.__name__}: {failure.value}" if failure.type else str(failure.value)
    return Failure(unexpected(call.name, says, failure.getTraceback()))
