"""Everything between us and one speaker: its leases, and what is done when they fail.

Lives on the reactor thread.
"""

from collections.abc import Callable, Sequence
import logging
import time
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.python.failure import Failure

from ..model import Variables, parse_position_info
from .commands.state import POSITION, POSITION_MEASURED_AT, State, read
from .describing import Describing
from .errors import EngineError, EventsNotArrivingError
from .health import Tally
from .inspection import Inspection
from .lease import Lease
from .lease_states import LeaseState
from .news import (
    DescriptionNews,
    EventNews,
    LeaseNews,
    PositionNews,
    ReachabilityNews,
    Served,
    ServedNews,
)
from .player import Player, service_of
from .polling import Poller
from .presence import OUT_OF_REACH, Presence
from .reporters import TOPOLOGY
from .subscription import Subscription
from .verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from soco.events_base import Event

    from ..model import DeviceDescription
    from .link_context import LinkContext

_LOGGER = logging.getLogger(__name__)

#: Services whose events concern the speaker alone; the last two only some speakers have.
SPEAKER_SERVICES = (
    "AVTransport",
    "RenderingControl",
    "DeviceProperties",
    "GroupRenderingControl",
    "AudioIn",
    "HTControl",
)
_OPTIONAL_SERVICES = frozenset({"AudioIn", "HTControl"})

#: Without the events of these a speaker is asked for its state instead.
ESSENTIAL_SERVICES = ("AVTransport", "RenderingControl")

NOT_ASKED = "its events do not arrive, and asking for its state instead is switched off"

#: Seconds; events come in quick succession, and leases that failed are not tried at each of them.
WAKING_SECONDS = 5.0


class SpeakerLink:
    """Holds the leases of one speaker at one address.

    Attributes:
        uid: The speaker.
        player: Its address; a speaker that moves gets another link.
        boot_seq: Its boot sequence number, as far as it is known.
        leases: Its leases by service.
        description: Reads its device description.
        tally: What is counted of the speaker, longer than this link.

    """

    def __init__(
        self,
        context: LinkContext,
        uid: str,
        player: Player,
        boot_seq: int | None = None,
        tally: Tally | None = None,
    ) -> None:
        """Prepare a link; nothing is asked yet."""
        self.uid = uid
        self.player = player
        self.boot_seq = boot_seq
        self.leases: dict[str, Lease] = {}
        self.description = Describing(player, context.runner, context.clock, self._described)
        self._context = context
        self._closed = False
        self._told: dict[str, LeaseNews] = {}
        self._served: Served | None = None
        self._asked_at = 0.0
        self._polled_at = 0.0
        self._next_waking = 0.0
        self._readings: set[Deferred[State]] = set()
        self.tally = tally or Tally()
        self._presence = Presence(
            player.ip_address,
            context.clock,
            leases=self.leases,
            ask=self._ask_whether_it_is_there,
            changed=self._reachability_changed,
        )
        self._poller = Poller(
            self._poll,
            context.clock,
            coordinates=lambda: context.coordinates(uid),
            reports_topology=lambda: context.reports_topology(uid),
            answered=self._polled,
            failed=self._command_failed,
        )
        self._inspection = Inspection(
            self._read,
            context.clock,
            stale=self._events_stopped,
            failed=self._command_failed,
        )

    @property
    def reachable(self) -> bool | None:
        """Whether the speaker answers; None while that is not known."""
        return self._presence.reachable

    @property
    def served(self) -> Served | None:
        """In which way its state comes; None while that is not decided."""
        return self._served

    @property
    def is_heard(self) -> bool:
        """Whether events of the speaker arrive, of any service."""
        return any(lease.is_held for lease in self.leases.values())

    @property
    def is_polled(self) -> bool:
        """Whether the speaker is asked for its state at intervals."""
        return self._poller.is_running

    # Leases

    def hold(self, service: str, on_change: Callable[[Lease], None] | None = None) -> None:
        """Listen to a service; harmless when it is listened to.

        Args:
            service: The UPnP service.
            on_change: Called after each change of the lease's state.

        """
        if service in self.leases or self._closed:
            return

        def changed(lease: Lease) -> None:
            self._lease_changed(service, lease)
            if on_change is not None:
                on_change(lease)

        self.leases[service] = lease = Lease(
            lambda: self._new_subscription(service),
            self._context.clock,
            on_event=lambda event: self._received(service, event),
            on_change=changed,
            seconds=self._context.lease_seconds,
        )
        lease.hold()

    def hold_own_services(self) -> None:
        """Listen to what the speaker has to tell of itself."""
        description = self.description.known
        services = description.services if description else frozenset()
        for service in SPEAKER_SERVICES:
            if service not in _OPTIONAL_SERVICES or service in services:
                self.hold(service)

    def _described(self, description: DeviceDescription) -> None:
        self._context.post(DescriptionNews(description))
        self.hold_own_services()

    def drop(self, service: str) -> None:
        """Stop to listen to a service."""
        if lease := self.leases.pop(service, None):
            self.tally.keep([lease])
            lease.release()

    def close(self) -> Deferred[Any]:
        """Stop to listen; the Deferred fires when the speaker has been told, or cannot be."""
        self._closed = True
        self._poller.stop()
        self._inspection.stop()
        self.description.stop()
        for reading in list(self._readings):
            reading.cancel()
        self.tally.keep(self.leases.values())
        endings = [lease.release() for lease in self.leases.values()]
        return DeferredList(endings, consumeErrors=True)

    def renew_from_scratch(self) -> None:
        """Subscribe to everything anew: the speaker has forgotten, or must be told otherwise."""
        for lease in list(self.leases.values()):
            lease.renew_from_scratch()

    def sign_of_life(self) -> None:
        """Take note that the speaker was heard of: what failed is tried again at once."""
        for lease in list(self.leases.values()):
            lease.sign_of_life()

    def verify(self) -> None:
        """Find out at once whether events arrive: renew what is held, and try what is not.

        A speaker can go on to grant what it sends no events for; so it is asked, too, whether it
        agrees with its last events.
        """
        for lease in list(self.leases.values()):
            lease.verify()
            lease.sign_of_life()
        self._inspection.inspect_now()

    def command_answered(self) -> None:
        """Take note that the speaker did as it was told, whether or not its events arrive."""
        self._presence.answered()
        self.sign_of_life()

    def announced(self) -> None:
        """Take note that the speaker made itself heard, and is not about to leave any more."""
        self._presence.returned()
        self.sign_of_life()
        if self.reachable is False:
            for lease in list(self.leases.values()):
                lease.verify()

    def said_goodbye(self, reason: str) -> None:
        """Take note that the speaker is leaving; events that it still sends mean nothing."""
        self._presence.said_goodbye(reason)

    def _new_subscription(self, service: str) -> Subscription:
        context = self._context
        return Subscription(
            service_of(self.player, service),
            listener=context.listener,
            request=context.request,
            clock=context.clock,
        )

    def _lease_changed(self, service: str, lease: Lease) -> None:
        if self._closed or self.leases.get(service) is not lease:
            return
        error, verdict = lease.error, Verdict.ARRIVED if lease.is_held else None
        news = LeaseNews(
            self.uid,
            service,
            lease.is_held,
            reason=str(error) if error else "",
            verdict=verdict_of(error) if error else verdict,
            callback=error.callback if isinstance(error, EventsNotArrivingError) else "",
        )
        if self._told.get(service) != news:
            self._told[service] = news
            self._context.post(news)
        if isinstance(lease.error, OUT_OF_REACH):
            if lease.state in {LeaseState.WAITING, LeaseState.DOUBTFUL}:
                self._presence.doubt(lease.error, lease)
        elif lease.was_answered:
            self._presence.is_shown()
        self._choose_way()
        self._context.lease_changed(self.uid, service, lease)

    # Reachability

    def _reachability_changed(self, reachable: bool, reason: str) -> None:
        if self._closed:
            return
        self._tell_availability(reason)
        self._context.reachability_changed(self)
        if reachable:
            self.sign_of_life()
        self._choose_way()

    def _tell_availability(self, reason: str = "") -> None:
        if self.reachable is not False and self._served is Served.NOT_AT_ALL:
            self._context.post(ReachabilityNews(self.uid, reachable=False, reason=NOT_ASKED))
        else:
            self._context.post(ReachabilityNews(self.uid, bool(self.reachable), reason))

    def _ask_whether_it_is_there(self) -> None:
        # What is being asked already gives the answer.
        if not self._readings and not self._closed:
            self._read(["volume"]).addCallbacks(lambda _: None, self._not_there)

    def _not_there(self, failure: Failure) -> None:
        if isinstance(failure.value, EngineError):
            self._presence.doubt(failure.value)

    # The way in which the state comes: by events, or by asking

    def _choose_way(self) -> None:
        """Ask for the state exactly as long as the events of an essential service are missing."""
        essential = [self.leases.get(service) for service in ESSENTIAL_SERVICES]
        by_events = all(lease is not None and lease.is_held for lease in essential)
        failing = any(lease is not None and lease.error is not None for lease in essential)
        if by_events:
            self._poller.stop()
            self._inspection.start()
            self._set_served(Served.BY_EVENTS)
        elif failing:
            self._inspection.stop()
            if self.reachable is False:
                self._poller.stop()
            elif self._context.poll_fallback:
                self._poller.start()
                self._set_served(Served.BY_POLLING)
            else:
                self._set_served(Served.NOT_AT_ALL)

    def _set_served(self, served: Served) -> None:
        if self._served is not served:
            before, self._served = self._served, served
            self._context.post(ServedNews(self.uid, served))
            if self.reachable is not False and Served.NOT_AT_ALL in {before, served}:
                self._tell_availability()

    def read_topology(self) -> Deferred[None]:
        """Ask for the topology once; the Deferred fails when there is no answer."""
        asked_at = self._context.clock.seconds()

        def answered(state: State) -> None:
            text = str(state.get(TOPOLOGY, {}).get("zone_group_state", ""))
            self._context.topology_received(self.uid, text, asked_at)

        return self._read(["topology"]).addCallback(answered)

    def _poll(self, queries: Sequence[str]) -> Deferred[State]:
        self._asked_at = time.monotonic()
        self._polled_at = self._context.clock.seconds()
        return self._read(queries)

    def _read(self, queries: Sequence[str]) -> Deferred[State]:
        """Ask the speaker, and take note of whether it answers."""

        def settled(result: State | Failure) -> State | Failure:
            self._readings.discard(reading)
            if not isinstance(result, Failure):
                self._presence.answered()
            elif isinstance(result.value, EngineError):
                self._presence.did_not_answer(result.value)
            return result

        reading = self._context.runner.run(read, self.player.address, list(queries))
        self._readings.add(reading)
        return reading.addBoth(settled)

    def _polled(self, state: State) -> None:
        now = time.monotonic()
        for service, variables in state.items():
            if (text := variables.pop("zone_group_state", None)) is not None:
                self._context.topology_received(self.uid, str(text), self._polled_at)
            measured_at = variables.pop(POSITION_MEASURED_AT, "")
            if (position := variables.pop(POSITION, None)) is not None:
                answer = {"RelTime": str(position), "MeasuredAt": str(measured_at)}
                reading = parse_position_info(answer)
                self._context.post(PositionNews(self.uid, reading, self._asked_at))
            if variables:
                self._context.post(
                    EventNews(self.uid, service, variables, now, 0, boot_seq=self.boot_seq)
                )

    def _command_failed(self, error: Exception) -> None:
        if isinstance(error, OUT_OF_REACH):
            # Leases that wait for their next attempt would otherwise not find out for a while.
            self.sign_of_life()
            self._presence.doubt(error)
        else:
            _LOGGER.debug("%s: its state cannot be read: %s", self.player.name, error)

    def _events_stopped(self, service: str) -> None:
        _LOGGER.debug("%s: events of %s have stopped; subscribing anew", self.player.name, service)
        if lease := self.leases.get(service):
            lease.renew_from_scratch()

    # Events

    def _received(self, service: str, event: Event) -> None:
        if self._closed:
            return
        self.tally.events += 1
        self.tally.last_event_at = event.timestamp
        self._presence.event_arrived(is_initial=event.seq == 0)
        variables: Variables = event.variables
        self._inspection.event_arrived(service, variables)
        self._poller.forget(service)
        self._wake_leases()
        if "zone_group_state" in variables:
            variables = dict(variables)
            text = str(variables.pop("zone_group_state"))
            self._context.topology_received(self.uid, text, None)
        if variables:
            self._context.post(
                EventNews(
                    self.uid,
                    service,
                    variables,
                    time.monotonic(),
                    is_initial=event.seq == 0,
                    boot_seq=self.boot_seq,
                )
            )

    def _wake_leases(self) -> None:
        """An event arrived: the speaker may as well serve the leases that have failed."""
        now = self._context.clock.seconds()
        failed = any(lease.error is not None for lease in self.leases.values())
        if failed and now >= self._next_waking:
            self._next_waking = now + WAKING_SECONDS
            self.sign_of_life()
