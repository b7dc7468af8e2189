"""Everything between us and one speaker: its leases, and what is done when they fail.

Lives on the reactor thread.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import logging
import time
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred, DeferredList

from ..model import Value, Variables, parse_position_info
from .commands.identity import describe
from .commands.state import POSITION, POSITION_MEASURED_AT, State, read
from .errors import PlayerUnreachableError, UpnpDisabledError
from .inspection import EVIDENCE, Inspection
from .lease import Lease, LeaseState
from .news import (
    AnyNews,
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
from .subscription import DEFAULT_LEASE_SECONDS, Subscription

if TYPE_CHECKING:
    from soco.events_base import Event
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from ..model import DeviceDescription
    from .gena import GenaRequest
    from .listener import Listener
    from .runner import CommandRunner

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
_ESSENTIAL_SERVICES = ("AVTransport", "RenderingControl")

#: What shows that a speaker cannot be used at all, rather than that something went wrong once.
_OUT_OF_REACH = (PlayerUnreachableError, UpnpDisabledError)

#: Seconds.
DESCRIPTION_RETRY_SECONDS = 30.0

#: Seconds during which a speaker that said goodbye still sends events: a Move that falls asleep
#: does so for about ten (home-assistant/core#68521).
LEAVING_SECONDS = 10.0

#: Seconds for which an event shows that a speaker is there which was believed to be out of reach.
#: One that answers nothing but goes on sending events shall not come and go with each of them.
HEARD_SECONDS = 30.0

#: Seconds; events come in quick succession, and leases that failed are not tried at each of them.
WAKING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LinkContext:
    """What all links of a household share.

    Attributes:
        clock: The reactor, or a fake clock.
        listener: Where events arrive.
        request: What sends SUBSCRIBE requests.
        runner: What executes commands.
        post: Takes the news.
        topology_received: Takes the text of a ZoneGroupState and the uid that it came from.
        reachability_changed: Called when a speaker became reachable or unreachable.
        coordinates: Whether the speaker with this uid coordinates its group.
        reports_topology: Whether the topology is to be polled through the speaker with this uid.
        lease_seconds: How long a subscription to ask for.

    """

    clock: Any
    listener: Listener
    request: GenaRequest
    runner: CommandRunner
    post: Callable[[AnyNews], None]
    topology_received: Callable[[str, str], None]
    reachability_changed: Callable[[SpeakerLink], None]
    coordinates: Callable[[str], bool]
    reports_topology: Callable[[str], bool]
    lease_seconds: int = DEFAULT_LEASE_SECONDS


class SpeakerLink:
    """Holds the leases of one speaker at one address.

    Attributes:
        uid: The speaker.
        player: Its address; a speaker that moves gets another link.
        boot_seq: Its boot sequence number, as far as it is known.
        leases: Its leases by service.
        reachable: Whether it answers; None while that is not known.
        description: Its device description, once it has been read.
        described: Fires when the description that is being read has been read or has failed.

    """

    def __init__(
        self, context: LinkContext, uid: str, player: Player, boot_seq: int | None = None
    ) -> None:
        """Prepare a link; nothing is asked yet."""
        self.uid = uid
        self.player = player
        self.boot_seq = boot_seq
        self.leases: dict[str, Lease] = {}
        self.reachable: bool | None = None
        self.description: DeviceDescription | None = None
        self.described: Deferred[None] | None = None
        self._context = context
        self._closed = False
        self._description_retry: IDelayedCall | None = None
        self._told: dict[str, LeaseNews] = {}
        self._served: Served | None = None
        self._evented: State = {}
        self._asked_at = 0.0
        self._leaving_until = 0.0
        self._heard_until = 0.0
        self._next_waking = 0.0
        self._poller = Poller(
            self._read,
            context.clock,
            coordinates=lambda: context.coordinates(uid),
            reports_topology=lambda: context.reports_topology(uid),
            answered=self._polled,
            failed=self._command_failed,
        )
        self._inspection = Inspection(
            self._read,
            context.clock,
            evented=lambda service, name: self._evented.get(service, {}).get(name),
            stale=self._events_stopped,
            failed=self._command_failed,
        )

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
        services = self.description.services if self.description else frozenset()
        for service in SPEAKER_SERVICES:
            if service not in _OPTIONAL_SERVICES or service in services:
                self.hold(service)

    def drop(self, service: str) -> None:
        """Stop to listen to a service."""
        if lease := self.leases.pop(service, None):
            lease.release()

    def close(self) -> Deferred[Any]:
        """Stop to listen; the Deferred fires when the speaker has been told, or cannot be."""
        self._closed = True
        self._poller.stop()
        self._inspection.stop()
        retry, self._description_retry = self._description_retry, None
        if retry is not None:
            retry.cancel()
        if self.described is not None:
            self.described.cancel()
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

    def announced(self) -> None:
        """Take note that the speaker made itself heard, and is not about to leave any more."""
        self._leaving_until = 0.0
        self.sign_of_life()
        if self.reachable is False:
            for lease in list(self.leases.values()):
                lease.verify()

    def said_goodbye(self, reason: str) -> None:
        """Take note that the speaker is leaving; events that it still sends mean nothing."""
        self._leaving_until = self._context.clock.seconds() + LEAVING_SECONDS
        error = PlayerUnreachableError(self.player.ip_address, f"has left ({reason})")
        self._set_reachable(reachable=False, error=error)

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
        reason = str(lease.error) if lease.error else ""
        news = LeaseNews(self.uid, service, lease.is_held, reason)
        if self._told.get(service) != news:
            self._told[service] = news
            self._context.post(news)
        if isinstance(lease.error, _OUT_OF_REACH):
            if lease.state in {LeaseState.WAITING, LeaseState.DOUBTFUL}:
                self._doubt(lease.error, lease)
        elif lease.is_held or lease.state is LeaseState.GRANTED:
            self._set_reachable(reachable=True)
        self._choose_way()

    # Reachability

    def _doubt(self, error: Exception, failed: Lease | None = None) -> None:
        """Something found the speaker out of reach: ask through all leases before believing it."""
        for lease in list(self.leases.values()):
            # One that knows already has its own time to ask again; asking now would go round.
            if lease is not failed and lease.error is None:
                lease.verify()
        if self._context.clock.seconds() < self._heard_until:
            return
        if all(isinstance(lease.error, _OUT_OF_REACH) for lease in self.leases.values()):
            self._set_reachable(reachable=False, error=error)

    def _set_reachable(self, *, reachable: bool, error: Exception | None = None) -> None:
        if self.reachable is reachable or self._closed:
            return
        if reachable and self._context.clock.seconds() < self._leaving_until:
            return
        self.reachable = reachable
        reason = "" if error is None else str(error)
        self._context.post(ReachabilityNews(self.uid, reachable, reason))
        self._context.reachability_changed(self)
        if reachable:
            self.sign_of_life()

    # The way in which the state comes: by events, or by asking

    def _choose_way(self) -> None:
        """Ask for the state exactly as long as the events of an essential service are missing."""
        essential = [self.leases.get(service) for service in _ESSENTIAL_SERVICES]
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
            else:
                self._poller.start()
                self._set_served(Served.BY_POLLING)

    def _set_served(self, served: Served) -> None:
        if self._served is not served:
            self._served = served
            self._context.post(ServedNews(self.uid, served))

    def _read(self, queries: Sequence[str]) -> Deferred[State]:
        self._asked_at = time.monotonic()
        return self._context.runner.run(read, self.player.address, list(queries))

    def _polled(self, state: State) -> None:
        self._set_reachable(reachable=True)
        now = time.monotonic()
        for service, variables in state.items():
            if (text := variables.pop("zone_group_state", None)) is not None:
                self._context.topology_received(self.uid, str(text))
            measured_at = variables.pop(POSITION_MEASURED_AT, "")
            if (position := variables.pop(POSITION, None)) is not None:
                answer = {"RelTime": str(position), "MeasuredAt": str(measured_at)}
                reading = parse_position_info(answer)
                self._context.post(PositionNews(self.uid, reading, self._asked_at))
            if variables:
                self._context.post(EventNews(self.uid, service, variables, now))

    def _command_failed(self, error: Exception) -> None:
        if isinstance(error, _OUT_OF_REACH):
            # Leases that wait for their next attempt would otherwise not find out for a while.
            self.sign_of_life()
            self._doubt(error)
        else:
            _LOGGER.debug("The state of %s cannot be read: %s", self.uid, error)

    def _events_stopped(self, service: str) -> None:
        _LOGGER.debug("%s sends no more events of %s; subscribing anew", self.uid, service)
        if lease := self.leases.get(service):
            lease.renew_from_scratch()

    # Events

    def _received(self, service: str, event: Event) -> None:
        if self._closed:
            return
        self._note_contradiction(event)
        self._set_reachable(reachable=True)
        self._inspection.event_arrived(service)
        self._wake_leases()
        variables: Variables = event.variables
        self._remember_evidence(service, variables)
        if "zone_group_state" in variables:
            variables = dict(variables)
            self._context.topology_received(self.uid, str(variables.pop("zone_group_state")))
        if variables:
            now, is_initial = time.monotonic(), event.seq == 0
            self._context.post(EventNews(self.uid, service, variables, now, is_initial=is_initial))

    def _note_contradiction(self, event: Event) -> None:
        """Take note of an event of a speaker that was believed to be out of reach.

        A first event is no contradiction: the speaker has just accepted the subscription.
        """
        now = self._context.clock.seconds()
        if event.seq and (self.reachable is False or now < self._heard_until):
            self._heard_until = now + HEARD_SECONDS

    def _wake_leases(self) -> None:
        """An event arrived: the speaker may as well serve the leases that have failed."""
        now = self._context.clock.seconds()
        failed = any(lease.error is not None for lease in self.leases.values())
        if failed and now >= self._next_waking:
            self._next_waking = now + WAKING_SECONDS
            self.sign_of_life()

    def _remember_evidence(self, service: str, variables: Variables) -> None:
        for name in EVIDENCE.get(service, {}).values():
            if name in variables:
                known: dict[str, Value] = self._evented.setdefault(service, {})
                before, now = known.get(name), variables[name]
                both = isinstance(before, dict) and isinstance(now, dict)
                known[name] = {**before, **now} if both else now  # type: ignore[dict-item]

    # The description

    def describe(self) -> None:
        """Read the device description, again and again until it succeeds; harmless when it has."""
        self._description_retry = None
        if self.description is not None or self.described is not None or self._closed:
            return

        def described(description: DeviceDescription) -> None:
            self.description = description
            self._context.post(DescriptionNews(description))
            self.hold_own_services()

        def failed(failure: Failure) -> None:
            if not failure.check(CancelledError):
                _LOGGER.debug("%s cannot be described: %s", self.uid, failure.value)
                self._description_retry = self._context.clock.callLater(
                    DESCRIPTION_RETRY_SECONDS, self.describe
                )

        def done(_: None) -> None:
            self.described = None

        reading = self._context.runner.run(describe, self.player.address)
        self.described = reading.addCallbacks(described, failed)
        self.described.addCallback(done)
