"""Finding out that events have silently stopped.

A speaker may lose a subscription without a word, or its events may get lost on the way, while
everything it says about the subscription sounds well. What it last told in events is compared
with what it answers now: when they differ and stay different, no event is going to tell.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
import logging
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from ..model import merge_values
from .errors import EngineError

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall

    from ..model import Value, Variables
    from .commands.state import State

_LOGGER = logging.getLogger(__name__)

#: Seconds without an event of a service after which the speaker is asked about it.
QUIET_SECONDS = 240.0

#: Seconds that an event may be on its way while the speaker is already asked.
IN_FLIGHT_SECONDS = 2.0

#: Of each service that is looked after: what is asked, and which variable it is to agree with.
EVIDENCE: Mapping[str, Mapping[str, str]] = {
    "AVTransport": {"transport_state": "transport_state", "track": "current_track_uri"},
    "RenderingControl": {"volume": "volume"},
}


class Inspection:
    """Compares one speaker's events with its answers, for each service that has gone quiet.

    Events of one service say nothing of another's: every service has its own time. Lives on the
    reactor thread.
    """

    def __init__(
        self,
        read: Callable[[Sequence[str]], Deferred[State]],
        clock: Any,
        *,
        stale: Callable[[str], None],
        failed: Callable[[EngineError], None],
    ) -> None:
        """Prepare to inspect; nothing is asked yet.

        Args:
            read: Executes :func:`.commands.state.read` for the speaker.
            clock: The reactor, or a fake clock.
            stale: Takes the service whose events have stopped.
            failed: Takes the reason when the speaker could not be asked.

        """
        self._read = read
        self._clock = clock
        self._stale = stale
        self._failed = failed
        self._due: dict[str, float] = {}
        self._evented: dict[str, dict[str, Value]] = {service: {} for service in EVIDENCE}
        self._timer: IDelayedCall | None = None
        self._suspects: frozenset[str] = frozenset()
        self._reading: Deferred[None] | None = None
        self._running = False

    def start(self) -> None:
        """Begin to watch; harmless when watching."""
        if not self._running:
            self._running = True
            self._postpone(EVIDENCE)
            self._plan(frozenset())

    def stop(self) -> None:
        """Watch no more."""
        self._running = False
        timer, self._timer = self._timer, None
        reading, self._reading = self._reading, None
        if timer is not None:
            timer.cancel()
        if reading is not None:
            reading.cancel()

    def inspect_now(self) -> None:
        """Ask about all services at once, or as soon as what is under way has ended."""
        self._due.update(dict.fromkeys(EVIDENCE, self._clock.seconds()))
        if self._timer is not None and not self._suspects:
            self._timer.reset(0)

    def event_arrived(self, service: str, variables: Variables) -> None:
        """Take note of an event: there is nothing to find out of its service for a while."""
        if service not in EVIDENCE:
            return
        self._postpone([service])
        known = self._evented[service]
        for name in EVIDENCE[service].values():
            if name in variables:
                known[name] = merge_values(known.get(name), variables[name])

    def _postpone(self, services: Iterable[str]) -> None:
        self._due.update(dict.fromkeys(services, self._clock.seconds() + QUIET_SECONDS))

    def _plan(self, suspects: frozenset[str]) -> None:
        """Wait until the next service is due, or until an event can be on its way no more."""
        due = min(self._due.values()) - self._clock.seconds()
        seconds = IN_FLIGHT_SECONDS if suspects else max(due, 0.0)
        self._suspects = suspects
        self._timer = self._clock.callLater(seconds, self._inspect, suspects)

    def _inspect(self, suspects: frozenset[str]) -> None:
        self._timer = None
        now = self._clock.seconds()
        asked = suspects or frozenset(service for service, due in self._due.items() if due <= now)
        if not asked:
            # An event has postponed what this was planned for.
            self._plan(frozenset())
            return
        self._postpone(asked)

        def compare(state: State) -> frozenset[str]:
            differing = frozenset(service for service in asked if self._differs(service, state))
            for service in sorted(suspects & differing):
                self._stale(service)
            return differing - suspects

        def failed(failure: Failure) -> frozenset[str]:
            failure.trap(EngineError)
            self._failed(cast("EngineError", failure.value))
            return frozenset()

        queries = [query for service in sorted(asked) for query in EVIDENCE[service]]
        reading = self._read(queries).addCallbacks(compare, failed)
        self._reading = reading.addBoth(self._plan_next)

    def _plan_next(self, outcome: Failure | frozenset[str]) -> None:
        if not isinstance(outcome, Failure):
            suspects = outcome
        else:
            suspects = frozenset()
            if not outcome.check(CancelledError):
                # A mistake of whoever is told must not end the watch.
                _LOGGER.error("An inspection could not be ended:\n%s", outcome.getTraceback())
        if self._running:
            self._plan(suspects)

    def _differs(self, service: str, state: State) -> bool:
        answers = state.get(service, {})
        return any(
            _differ(self._evented[service].get(name), answers.get(name))
            for name in EVIDENCE[service].values()
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
