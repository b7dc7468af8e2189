"""Runs commands in a process of their own, where nothing can hold up Home Assistant's."""

from collections.abc import Callable, Sequence
import logging
import threading
from typing import TYPE_CHECKING, Any

from twisted.python.failure import Failure

from .backoff import Backoff
from .calls import Call, Calls, unexpected
from .command_names import CommandNames
from .errors import EngineError, PlayerError
from .messages import (
    CallMessage,
    ErrorMessage,
    Hello,
    MalformedMessageError,
    MistakeMessage,
    ResultMessage,
    decode,
    encode,
)
from .reactor import require_reactor_thread
from .runner import MAX_THREADS, REQUESTS_PER_COMMAND, STOP_SECONDS, new_call
from .worker_process import WORKER_PROGRAM, WorkerProcess

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IDelayedCall

    from ..model import RunnerHealth

_LOGGER = logging.getLogger(__name__)

#: Seconds; importing everything takes one on a fast computer.
START_SECONDS = 60.0

#: How long to wait before a worker that ended is replaced.
RESTARTS = Backoff(first=0.2)


class ProcessRunner:
    """Runs commands in a worker process, which is replaced when it ends.

    A command that outlives its deadline costs the worker its life: nothing else ends a request to
    a speaker that keeps sending a little. The commands that are in flight then fail and say so;
    those that wait for their turn do not notice.
    """

    def __init__(
        self,
        reactor: Any,
        seconds: float,
        *,
        program: Sequence[str] = WORKER_PROGRAM,
        names: CommandNames | None = None,
        backoff: Backoff = RESTARTS,
        start_seconds: float = START_SECONDS,
    ) -> None:
        """Prepare; no process is started yet.

        Args:
            reactor: The reactor.
            seconds: How long a single request to a speaker may take.
            program: What starts a worker.
            names: Which functions are commands.
            backoff: How long to wait before a worker that ended by itself is replaced.
            start_seconds: How long a worker may take until it is ready.

        """
        self._reactor = reactor
        self._seconds = seconds
        self._program = program
        self._names = names or CommandNames()
        self._backoff = backoff
        self._start_seconds = start_seconds
        self._calls = Calls(
            reactor,
            seconds * REQUESTS_PER_COMMAND,
            MAX_THREADS,
            begin=self._begin,
            overdue=self._overdue,
        )
        self._worker: WorkerProcess | None = None
        self._ready = False
        self._trouble = ""
        self._failures = 0
        self._timer: IDelayedCall | None = None
        self._number = 0
        self._sent: dict[int, Call] = {}
        self._unsent: list[Call] = []
        self._processes: set[WorkerProcess] = set()
        self._all_ended = threading.Event()

    @property
    def pid(self) -> int | None:
        """The id of the worker process; None while there is none."""
        return self._worker.pid if self._worker else None

    def start(self) -> None:
        """Start the worker process."""
        self._start_worker()

    def run[**P, T](
        self, command: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Execute a command in the worker; see :class:`~.runner.CommandRunner`."""
        require_reactor_thread(self._reactor)
        return self._calls.add(new_call(self._names, command, args, kwargs))

    # Calls.

    def _begin(self, call: Call) -> None:
        self._number += 1
        number = self._number
        message = CallMessage(number, call.name, self._seconds, call.args, call.kwargs)
        try:
            data = encode(message)
        except MalformedMessageError as error:
            words = f"The command {call.name} cannot be handed over: {error}"
            self._calls.ended(call, Failure(EngineError(words)))
            return
        if self._worker is None and self._trouble:
            self._calls.ended(call, self._not_asked(call, self._trouble))
            return
        if self._worker is None or not self._ready:
            self._unsent.append(call)
            return
        self._sent[number] = call
        self._calls.started(call)
        self._worker.send(data)

    def _take_unsent(self) -> list[Call]:
        unsent, self._unsent = self._unsent, []
        return unsent

    def _fail_unsent(self, reason: str) -> None:
        while unsent := self._take_unsent():
            for call in unsent:
                self._calls.ended(call, self._not_asked(call, reason))

    @staticmethod
    def _not_asked(call: Call, reason: str) -> Failure:
        return Failure(PlayerError(call.host, f"was not asked: {reason}"))

    def _overdue(self, call: Call) -> None:
        self._replace(f"was ended, as {call.name} at {call.host} hung")
        self._start_worker()

    # The worker.

    def _start_worker(self) -> None:
        self._stop_timer()
        if self._calls.is_closed:
            return
        self._ready = False
        try:
            worker = self._worker = WorkerProcess(
                self._reactor,
                self._program,
                on_message=lambda data: self._received(worker, data),
                on_end=lambda reason: self._process_ended(worker, reason),
            )
        except OSError as error:
            self._lost(f"cannot be started: {error}")
            return
        self._processes.add(worker)
        self._timer = self._reactor.callLater(self._start_seconds, self._never_ready, worker)

    def _never_ready(self, worker: WorkerProcess) -> None:
        self._timer = None
        worker.kill(f"was not ready within {self._start_seconds:.0f} seconds")

    def _received(self, worker: WorkerProcess, data: bytes) -> None:
        if worker is not self._worker:
            return
        try:
            message = decode(data)
        except MalformedMessageError as error:
            worker.kill(f"said what is not understood: {error}")
            return
        match message:
            case Hello():
                _LOGGER.debug("The worker process %s is ready", worker.pid)
                self._stop_timer()
                self._ready = True
                self._trouble = ""
                for call in self._take_unsent():
                    self._begin(call)
            case ResultMessage(number=number, value=value):
                self._answered(number, value)
            case ErrorMessage(number=number, error=mishap):
                self._answered(number, Failure(mishap))
            case MistakeMessage(number=number, says=says, trace=trace):
                name = self._sent[number].name if number in self._sent else "?"
                self._answered(number, Failure(unexpected(name, says, trace)))
            case _:
                worker.kill("answered with a question")

    def _answered(self, number: int, outcome: object) -> None:
        call = self._sent.pop(number, None)
        if call is not None:
            self._failures = 0
            self._calls.ended(call, outcome)

    def _process_ended(self, worker: WorkerProcess, reason: str) -> None:
        self._processes.discard(worker)
        if worker is self._worker:
            self._lost(reason)
        if self._calls.is_closed and not self._processes:
            self._all_ended.set()

    def _lost(self, reason: str) -> None:
        """Go on after the worker ended by itself: after a while with another one."""
        was_ready = self._ready
        self._replace(reason)
        if self._calls.is_closed:
            return
        self._failures += 1
        delay = self._backoff.delay(self._failures)
        say = _LOGGER.warning if self._failures == 1 else _LOGGER.debug
        say("The worker process %s; another one is started in %.1f s", reason, delay)
        self._timer = self._reactor.callLater(delay, self._start_worker)
        if not was_ready:
            self._trouble = f"the worker process for commands {reason}"
            self._fail_unsent(self._trouble)

    def _replace(self, reason: str) -> None:
        """Have no worker any more; what was in flight fails."""
        self._stop_timer()
        worker, self._worker = self._worker, None
        self._ready = False
        if worker is not None:
            worker.kill(reason)
        sent, self._sent = self._sent, {}
        for call in sent.values():
            words = f"may not have done it: the worker process for commands {reason}"
            self._calls.ended(call, Failure(PlayerError(call.host, words)))

    def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()

    def health(self) -> RunnerHealth:
        """Return what is under way; see :class:`~.runner.CommandRunner`."""
        return self._calls.health

    # The end.

    def stop(self) -> None:
        """Wait a while for the commands that are running, then end the worker process."""
        self._reactor.callFromThread(self._close)
        if not self._all_ended.wait(STOP_SECONDS):
            _LOGGER.warning("A worker process for commands did not end")

    def _close(self) -> None:
        closed = self._calls.close()
        self._fail_unsent("the connection to the household was closed")
        closed.addBoth(lambda _: self._close_worker())

    def _close_worker(self) -> None:
        self._stop_timer()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()
        if not self._processes:
            self._all_ended.set()
