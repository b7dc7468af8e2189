"""Which of a runner's calls may begin, how long each may take, and how all of them end.

This is what the two command runners have in common. Everything here happens on the reactor thread.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
import logging
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure

from ..model import RunnerHealth
from .errors import EngineError, PlayerError, PlayerUnreachableError
from .player import Player

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall

_LOGGER = logging.getLogger(__name__)

#: Seconds that the commands which are being executed get when their runner is stopped.
CLOSING_SECONDS = 2.0

#: What becomes of a call that a runner has not begun when it is stopped.
_NOT_ASKED = "was not asked: the connection to the household was closed"
#: And of one that it has begun.
_NOT_AWAITED = "may not have done it: the connection to the household was closed meanwhile"
#: And of one to a speaker over which another call hangs for longer than it may.
_STUCK = "is still busy with an earlier command that it does not finish"


@dataclass(eq=False, slots=True)
class Call:
    """One command on its way to a speaker.

    Attributes:
        speaker: The speaker's address as ``host:port``.
        name: The command's name, for messages.
        function: The command.
        args: Its positional arguments.
        kwargs: Its keyword arguments.
        result: Fires with the command's result or exception.

    """

    speaker: str
    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Deferred[Any] = field(default_factory=Deferred)
    timer: IDelayedCall | None = None

    @property
    def host(self) -> str:
        """The speaker's address without a port, as errors name it."""
        return Player.at(self.speaker).ip_address

    @property
    def label(self) -> str:
        """What it is, without what it is about."""
        return f"{self.name} at {self.speaker}"

    def finish(self, outcome: object) -> None:
        """Tell the outcome, a result or a Failure, unless nobody waits for it any more."""
        if not self.result.called:
            self.result.callback(outcome)

    def fail(self, error: Exception) -> None:
        """Tell that it failed."""
        self.finish(Failure(error))


class Calls:
    """The calls of one runner: in turn for each speaker, so many at once, each with a deadline.

    The runner is told through ``begin`` that a call's turn has come. It says when the call has
    really ``started``, from which its deadline is counted, and when it has ``ended``. Until then no
    other call to that speaker begins, whether or not anybody still waits for this one.
    """

    def __init__(
        self,
        clock: Any,
        seconds: float,
        at_once: int,
        *,
        begin: Callable[[Call], None],
        overdue: Callable[[Call], None] | None = None,
    ) -> None:
        """Prepare for calls.

        Args:
            clock: The reactor, or a fake clock.
            seconds: How long a call may take.
            at_once: How many may be under way.
            begin: Executes a call.
            overdue: Told when a call has outlived its deadline, after its caller was told. Where it
                cannot end the call, the speaker's other calls fail until the call has ended.

        """
        self._clock = clock
        self._seconds = seconds
        self._at_once = at_once
        self._begin = begin
        self._overdue = overdue
        self._waiting: list[Call] = []
        self._under_way: dict[str, Call] = {}
        self._stuck: set[str] = set()
        self._closed: Deferred[None] | None = None
        self._closing: IDelayedCall | None = None

    @property
    def under_way(self) -> list[Call]:
        """The calls that have begun and not ended."""
        return list(self._under_way.values())

    @property
    def health(self) -> RunnerHealth:
        """What is under way and what waits."""
        return RunnerHealth(
            under_way=tuple(call.label for call in self._under_way.values()),
            waiting=tuple(call.label for call in self._waiting),
            stuck=tuple(sorted(self._stuck)),
        )

    @property
    def is_closed(self) -> bool:
        """Whether no call can be added any more."""
        return self._closed is not None

    def add(self, call: Call) -> Deferred[Any]:
        """Take a call; it begins when it is its turn."""
        if self.is_closed:
            return fail(EngineError("The connection to the household is closed"))
        if call.speaker in self._stuck:
            return fail(PlayerUnreachableError(call.host, _STUCK))
        self._waiting.append(call)
        call.result = Deferred(lambda _: self._withdraw(call))
        self._begin_next()
        return call.result

    def _withdraw(self, call: Call) -> None:
        if call in self._waiting:
            self._waiting.remove(call)

    def _begin_next(self) -> None:
        while (call := self._next()) is not None:
            self._waiting.remove(call)
            self._under_way[call.speaker] = call
            self._begin(call)

    def _next(self) -> Call | None:
        if len(self._under_way) >= self._at_once:
            return None
        return next((call for call in self._waiting if call.speaker not in self._under_way), None)

    def started(self, call: Call) -> None:
        """Count a call's deadline from now on."""
        call.timer = self._clock.callLater(self._seconds, self._outlived, call)

    def _outlived(self, call: Call) -> None:
        call.timer = None
        words = f"did not finish within {self._seconds:.0f} seconds"
        call.fail(PlayerUnreachableError(call.host, words))
        if self._overdue is not None:
            self._overdue(call)
        if self._under_way.get(call.speaker) is call:
            self._stuck.add(call.speaker)
            self._fail_waiting(call.speaker)

    def ended(self, call: Call, outcome: object) -> None:
        """Tell a call's outcome, a result or a Failure, and let the speaker's next one begin.

        Harmless when the call has been given up before.
        """
        if call.timer is not None:
            call.timer.cancel()
            call.timer = None
        if self._under_way.get(call.speaker) is not call:
            return
        del self._under_way[call.speaker]
        self._stuck.discard(call.speaker)
        call.finish(outcome)
        if self.is_closed:
            self._close_if_idle()
        else:
            self._begin_next()

    def _fail_waiting(self, speaker: str) -> None:
        refused = [call for call in self._waiting if call.speaker == speaker]
        for call in refused:
            self._withdraw(call)
            call.fail(PlayerUnreachableError(call.host, _STUCK))

    def close(self) -> Deferred[None]:
        """Let what waits fail now, and what is under way when it does not end in a while.

        Returns:
            A Deferred that fires when no caller waits any more.

        """
        if self._closed is None:
            self._closed = Deferred()
            waiting, self._waiting = self._waiting, []
            for call in waiting:
                call.fail(PlayerError(call.host, _NOT_ASKED))
            self._closing = self._clock.callLater(CLOSING_SECONDS, self._abandon)
            self._close_if_idle()
        done: Deferred[None] = Deferred()
        self._closed.addBoth(lambda _: done.callback(None))
        return done

    def _abandon(self) -> None:
        self._closing = None
        for call in self.under_way:
            self.ended(call, Failure(PlayerError(call.host, _NOT_AWAITED)))

    def _close_if_idle(self) -> None:
        if self._under_way or self._closed is None or self._closed.called:
            return
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        self._closed.callback(None)


def unexpected(call_name: str, says: str, trace: str) -> EngineError:
    """Log a mistake in a command where it can be found, and return the error to raise for it."""
    _LOGGER.error("The command %s failed in a way that is a mistake of ours:\n%s", call_name, trace)
    return EngineError(f"The command {call_name} failed unexpectedly: {says}")
