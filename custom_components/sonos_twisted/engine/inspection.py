"""Finding out that events have silently stopped.

A speaker may lose a subscription without a word, or its events may get lost on the way, while
everything it says about the subscription sounds well. What it last told in events is compared
with what it answers now: when they differ and stay different, no event is going to tell.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import CancelledError, Deferred

from .errors import EngineError

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from ..model import Value
    from .commands.state import State

#: Seconds without an event after which a speaker is asked.
QUIET_SECONDS = 240.0

#: Seconds that an event may be on its way while the speaker is already asked.
IN_FLIGHT_SECONDS = 2.0

#: What is asked, and which variable of which service it is to agree with.
_QUERIES = ("transport_state", "volume")
EVIDENCE = (("AVTransport", "transport_state"), ("RenderingControl", "volume"))


class Inspection:
    """Compares one speaker's events with its answers, whenever it has been quiet for a while.

    Lives on the reactor thread.
    """

    def __init__(
        self,
        read: Callable[[Sequence[str]], Deferred[State]],
        clock: Any,
        *,
        evented: Callable[[str, str], Value | None],
        stale: Callable[[str], None],
        failed: Callable[[EngineError], None],
    ) -> None:
        """Prepare to inspect; nothing is asked yet.

        Args:
            read: Executes :func:`.commands.state.read` for the speaker.
            clock: The reactor, or a fake clock.
            evented: Returns what the events of a service last said of a variable.
            stale: Takes the service whose events have stopped.
            failed: Takes the reason when the speaker could not be asked.

        """
        self._read = read
        self._clock = clock
        self._evented = evented
        self._stale = stale
        self._failed = failed
        self._timer: IDelayedCall | None = None
        self._reading: Deferred[None] | None = None
        self._running = False

    def start(self) -> None:
        """Begin to watch; harmless when watching."""
        if not self._running:
            self._running = True
            self._plan(QUIET_SECONDS, frozenset())

    def stop(self) -> None:
        """Watch no more."""
        self._running = False
        timer, self._timer = self._timer, None
        reading, self._reading = self._reading, None
        if timer is not None:
            timer.cancel()
        if reading is not None:
            reading.cancel()

    def event_arrived(self) -> None:
        """Take note that events arrive: there is nothing to find out for a while."""
        if self._timer is not None:
            self._timer.reset(QUIET_SECONDS)

    def _plan(self, seconds: float, suspects: frozenset[str]) -> None:
        self._timer = self._clock.callLater(seconds, self._inspect, suspects)

    def _inspect(self, suspects: frozenset[str]) -> None:
        self._timer = None

        def compare(state: State) -> None:
            differing = self._differing(state)
            for service in sorted(suspects & differing):
                self._stale(service)
            doubtful = differing - suspects
            if self._running:
                self._plan(IN_FLIGHT_SECONDS if doubtful else QUIET_SECONDS, doubtful)

        def failed(failure: Failure) -> None:
            failure.trap(EngineError)
            self._failed(cast("EngineError", failure.value))
            if self._running:
                self._plan(QUIET_SECONDS, frozenset())

        reading = self._read(_QUERIES).addCallbacks(compare, failed)
        self._reading = reading.addErrback(lambda failure: failure.trap(CancelledError))

    def _differing(self, state: Mapping[str, Mapping[str, Value]]) -> frozenset[str]:
        return frozenset(
            service
            for service, name in EVIDENCE
            if _differ(self._evented(service, name), state.get(service, {}).get(name))
        )


def _differ(evented: Value | None, answered: Value | None) -> bool:
    """Compare two values; of values per channel, those that both have."""
    if evented is None or answered is None:
        return False
    if isinstance(evented, dict) and isinstance(answered, dict):
        return any(
            evented[channel] != answered[channel] for channel in evented.keys() & answered.keys()
        )
    return evented != answered
