"""Runs commands, which block while they wait for a speaker, off every loop."""

from collections.abc import Callable
from contextvars import ContextVar
import functools
import logging
import threading
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, cast

from twisted.internet.defer import Deferred, DeferredLock, succeed
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from .errors import PlayerUnreachableError
from .reactor import require_reactor_thread

if TYPE_CHECKING:
    from twisted.python.failure import Failure

_LOGGER = logging.getLogger(__name__)

#: Seconds a command's single requests may take; commands read it where they send one.
request_seconds: ContextVar[float] = ContextVar("request_seconds", default=9.5)

#: A command may make several requests, so its deadline is this many times a request's.
REQUESTS_PER_COMMAND = 3

MAX_THREADS = 40


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
            A Deferred for the command's result or exception. Cancelling it gives up waiting; a
            command that has begun runs on.

        """
        ...

    def stop(self) -> None:
        """End all threads or processes; blocks, so it belongs into a worker thread."""


class _DaemonThread(threading.Thread):
    """A thread that waits for a dead speaker without delaying the end of the process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.daemon = True


class ThreadRunner:
    """Runs each command in a thread of a bounded pool.

    A speaker that hangs holds one thread, and only its own commands wait for it.
    """

    def __init__(self, reactor: Any, seconds: float, max_threads: int = MAX_THREADS) -> None:
        """Prepare the pool; threads are made when they are first needed.

        Args:
            reactor: The reactor.
            seconds: How long a single request to a speaker may take.
            max_threads: How many commands can run at once.

        """
        self._reactor = reactor
        self._seconds = seconds
        self._pool = ThreadPool(minthreads=0, maxthreads=max_threads, name="sonos_twisted")
        self._pool.threadFactory = _DaemonThread
        self._turns: dict[object, DeferredLock] = {}

    def start(self) -> None:
        """Let the pool make threads."""
        self._pool.start()

    def run[**P, T](
        self, command: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Execute a command in a thread; see :class:`CommandRunner`."""
        require_reactor_thread(self._reactor)
        speaker = args[0]
        turn = self._turns.setdefault(speaker, DeferredLock())
        result: Deferred[T] = Deferred()
        deadline = self._seconds * REQUESTS_PER_COMMAND

        def begin() -> Deferred[T]:
            if result.called:
                # Nobody waits for it any more: it was cancelled while it queued.
                return succeed(cast("T", None))
            result.addTimeout(deadline, self._reactor, functools.partial(_timed_out, str(speaker)))
            call = functools.partial(self._call, command, *args, **kwargs)
            return deferToThreadPool(self._reactor, self._pool, call)

        def done(outcome: T | Failure) -> None:
            if not turn.waiting and not turn.locked:
                self._turns.pop(speaker, None)
            if not result.called:
                result.callback(outcome)

        turn.run(begin).addBoth(done)
        return result

    def _call[T](self, command: Callable[..., T], *args: object, **kwargs: object) -> T:
        request_seconds.set(self._seconds)
        return command(*args, **kwargs)

    def stop(self) -> None:
        """Wait for the commands that are running, then end the threads."""
        if self._pool.started:
            self._pool.stop()


def _timed_out(speaker: str, _failure: object, seconds: float) -> NoReturn:
    """Say in our words that a command took too long."""
    _LOGGER.debug("Gave up a command to %s after %.1f s", speaker, seconds)
    raise PlayerUnreachableError(speaker, f"did not finish within {seconds:.0f} seconds")
