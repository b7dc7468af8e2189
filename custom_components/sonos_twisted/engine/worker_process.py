"""One worker process, as the reactor sees it: started, spoken to, ended and reaped."""

from collections.abc import Callable, Sequence
import logging
import os
from pathlib import Path
import sys
from typing import TYPE_CHECKING, Any, override

from twisted.internet import process
from twisted.internet.error import ProcessExitedAlready, ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.protocols.basic import NetstringReceiver

from . import standalone
from .messages import MAX_MESSAGE

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

_LOGGER = logging.getLogger(__name__)

#: Starts a worker. ``-P``: where this file lies, modules have names that others may import. ``-u``:
#: what a command prints is not kept back, and so not lost when the worker ends.
WORKER_PROGRAM = (sys.executable, "-P", "-u", str(Path(standalone.__file__)))

#: Seconds that a worker gets to end by itself when it is not needed any more.
ENDING_SECONDS = 0.5

#: Seconds between two looks whether a process that closed its pipes has ended; they grow.
_FIRST_LOOK = 0.005
_LONGEST_LOOK = 1.0

#: Characters of a line of the worker's that are logged.
_LONGEST_LINE = 2000


class _Conversation(NetstringReceiver):
    MAX_LENGTH = MAX_MESSAGE

    def __init__(self, received: Callable[[bytes], None]) -> None:
        self._received = received

    @override
    def stringReceived(self, string: bytes) -> None:
        self._received(string)


class WorkerProcess(ProcessProtocol):
    """A process that executes commands. Used on the reactor thread.

    Twisted learns of a child's end from SIGCHLD, whose handler only the main thread can install.
    This reactor may run in another thread, so the end is looked for once the pipes are closed.
    """

    def __init__(
        self,
        reactor: Any,
        program: Sequence[str],
        *,
        on_message: Callable[[bytes], None],
        on_end: Callable[[str], None],
    ) -> None:
        """Start the process.

        Args:
            reactor: The reactor.
            program: The program and its arguments.
            on_message: Gets each message of the process.
            on_end: Told once, when the process has ended and has been reaped, why.

        Raises:
            OSError: When it cannot be started.

        """
        self._reactor = reactor
        self._on_end = on_end
        self._reason = ""
        self._ended = False
        self._timer: IDelayedCall | None = None
        self._look: IDelayedCall | None = None
        self._words = b""
        self._last_line = ""
        self._conversation = _Conversation(on_message)
        self._process: Any = None
        environment = {**os.environ, "PYTHONPATH": _search_path()}
        _let_twisted_look_at_files()
        reactor.spawnProcess(self, program[0], program, env=environment)

    @property
    def pid(self) -> int | None:
        """The process's id; None when it has ended."""
        return None if self._ended else self._process.pid

    def send(self, message: bytes) -> None:
        """Send a message."""
        self._conversation.sendString(message)

    def close(self) -> None:
        """Let the process end by itself, and kill it when it does not soon."""
        self._process.closeStdin()
        if not self._ended and self._timer is None:
            self._timer = self._reactor.callLater(ENDING_SECONDS, self._took_too_long)

    def _took_too_long(self) -> None:
        self._timer = None
        self.kill("was ended")

    def kill(self, reason: str) -> None:
        """End the process at once.

        Args:
            reason: Why, as the end of a sentence.

        """
        if self._ended:
            return
        self._reason = self._reason or reason
        try:
            self._process.signalProcess("KILL")
        except ProcessExitedAlready:
            _LOGGER.debug("The worker process had ended before it could be killed")
        self._process.loseConnection()

    # What Twisted reports.

    @override
    def connectionMade(self) -> None:
        self._process = self.transport
        self._conversation.makeConnection(self.transport)

    @override
    def outReceived(self, data: bytes) -> None:
        self._conversation.dataReceived(data)
        if self._conversation.brokenPeer:
            self.kill("said what is no message")

    @override
    def errReceived(self, data: bytes) -> None:
        *lines, self._words = (self._words + data).split(b"\n")
        if len(self._words) > _LONGEST_LINE:
            lines, self._words = [*lines, self._words], b""
        for line in lines:
            self._log(line)

    def _log(self, words: bytes) -> None:
        line = words[:_LONGEST_LINE].decode(errors="replace").rstrip()
        if line:
            self._last_line = line
            _LOGGER.debug("Worker: %s", line)

    @override
    def childConnectionLost(self, childFD: int) -> None:
        super().childConnectionLost(childFD)
        if self._look is None and not self._ended:
            self._look_whether_it_ended(_FIRST_LOOK)

    def _look_whether_it_ended(self, next_look: float) -> None:
        self._look = None
        process.reapAllProcesses()
        if self._ended:
            return
        if self._process.pid is not None and _is_reaped(self._process.pid):
            # Somebody in this process waits for children that are not theirs.
            process.unregisterReapProcessHandler(self._process.pid, self._process)
            self._process.processEnded(0)
        if not self._ended:
            if next_look >= _LONGEST_LOOK:
                self.kill("closed its pipes")
            longer = min(2 * next_look, _LONGEST_LOOK)
            self._look = self._reactor.callLater(next_look, self._look_whether_it_ended, longer)

    @override
    def processExited(self, reason: Failure) -> None:
        self._process.loseConnection()

    @override
    def processEnded(self, reason: Failure) -> None:
        self._ended = True
        for timer in (self._timer, self._look):
            if timer is not None and timer.active():
                timer.cancel()
        self._timer = self._look = None
        self._log(self._words)
        self._on_end(self._reason or self._words_for(reason.value))

    def _words_for(self, error: object) -> str:
        match error:
            case ProcessTerminated(signal=int() as number):
                return f"was ended by signal {number}"
            case ProcessTerminated(exitCode=code):
                return f"ended with status {code} ({self._last_line or 'without a word'})"
        return "ended"


def _is_reaped(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _let_twisted_look_at_files() -> None:
    """Give Twisted functions of the system that are none of its methods.

    It has them as attributes of a class, which is well as long as they are written in C. A host
    may have replaced them with functions of Python, as Home Assistant does: those are bound.
    """
    detector: Any = process.detector
    detector.listdir, detector.openfile = os.listdir, open


def _search_path() -> str:
    """Return where this process finds its modules, so that the worker finds the same ones."""
    return os.pathsep.join(str(path) for path in sys.path if path)
