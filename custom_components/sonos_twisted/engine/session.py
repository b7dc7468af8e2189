"""Listening to one household: which speakers there are, and which leases that takes.

Lives on the reactor thread. It learns the household from its topology events, keeps a set of
leases that fits it, and posts everything it hears as news.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
import logging
import time
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred, DeferredList

from ..model import MalformedTopology, Topology, ZoneMember, parse_zone_group_state
from .commands.identity import describe
from .errors import PlayerUnreachableError
from .lease import Lease
from .news import AnyNews, DescriptionNews, EventNews, LeaseNews, ReachabilityNews, TopologyNews
from .player import Player, service_of
from .subscription import DEFAULT_LEASE_SECONDS, Subscription
from .topology_order import TopologyOrder

if TYPE_CHECKING:
    from soco.events_base import Event
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from ..model import DeviceDescription
    from .gena import GenaRequest
    from .listener import Listener
    from .runner import CommandRunner

_LOGGER = logging.getLogger(__name__)

TOPOLOGY = "ZoneGroupTopology"

#: Services whose events concern the household, and how many speakers report them to us. With two
#: of them for the topology, one that leaves cannot take the news of it along.
HOUSEHOLD_SERVICES: Mapping[str, int] = {TOPOLOGY: 2, "AlarmClock": 1, "ContentDirectory": 1}

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

#: Seconds.
RELEASE_SECONDS = 3.0
DESCRIPTION_SECONDS = 3.0
DESCRIPTION_RETRY_SECONDS = 30.0


@dataclass(slots=True)
class _Speaker:
    """A speaker that is listened to."""

    uid: str
    player: Player
    boot_seq: int | None
    description: DeviceDescription | None = None
    leases: dict[str, Lease] = field(default_factory=dict)
    told: dict[str, LeaseNews] = field(default_factory=dict)
    reachable: bool | None = None
    describing: Deferred[None] | None = None
    description_retry: IDelayedCall | None = None


class HouseholdSession:
    """Holds the leases of one household. Everything here is called on the reactor thread."""

    def __init__(
        self,
        *,
        reactor: Any,
        listener: Listener,
        request: GenaRequest,
        runner: CommandRunner,
        post: Callable[[AnyNews], None],
        lease_seconds: int = DEFAULT_LEASE_SECONDS,
    ) -> None:
        """Prepare to listen.

        Args:
            reactor: The reactor, or a fake clock.
            listener: Where events arrive.
            request: What sends SUBSCRIBE requests.
            runner: What executes commands.
            post: Takes the news; called on the reactor thread.
            lease_seconds: How long a subscription to ask for.

        """
        self._clock = reactor
        self._listener = listener
        self._request = request
        self._runner = runner
        self._post = post
        self._lease_seconds = lease_seconds
        self._speakers: dict[str, _Speaker] = {}
        self._order = TopologyOrder()
        self._household_holders: dict[str, list[str]] = {name: [] for name in HOUSEHOLD_SERVICES}
        self._topology_known: Deferred[None] | None = None
        self._stopping = False

    @property
    def leases(self) -> dict[tuple[str, str], Lease]:
        """All leases by uid and service."""
        return {
            (speaker.uid, service): lease
            for speaker in self._speakers.values()
            for service, lease in speaker.leases.items()
        }

    def start(self, uid: str, player: Player) -> Deferred[None]:
        """Begin to listen, through the speaker at an address that is known to be one.

        Returns:
            A Deferred that fires when the household's topology is known. It fails, with nothing
            left running, when that speaker grants no subscription or its events don't arrive.

        """
        known: Deferred[None] = Deferred()
        self._topology_known = known
        speaker = self._speakers[uid] = _Speaker(uid, player, None)
        self._household_holders[TOPOLOGY].append(uid)

        def changed(lease: Lease) -> None:
            error = lease.error
            if error is not None and self._topology_known is known:
                self._topology_known = None
                self.stop().addCallback(lambda _: known.errback(error))

        speaker.leases[TOPOLOGY] = lease = self._make_lease(speaker, TOPOLOGY, changed)
        lease.hold()
        return known

    def stop(self) -> Deferred[None]:
        """Release all leases at once, and wait a bounded time for the speakers' answers."""
        self._stopping = True
        endings = [self._part_with(speaker) for speaker in self._speakers.values()]
        self._speakers.clear()
        waiting = DeferredList(endings, consumeErrors=True)
        waiting.addTimeout(RELEASE_SECONDS, self._clock)
        return waiting.addBoth(lambda _: None)

    def sign_of_life(self, uid: str) -> None:
        """Tell that a speaker was heard of, so that its failed leases are tried at once."""
        if speaker := self._speakers.get(uid):
            for lease in list(speaker.leases.values()):
                lease.sign_of_life()

    # Leases

    def _make_lease(
        self,
        speaker: _Speaker,
        service: str,
        on_change: Callable[[Lease], None] | None = None,
    ) -> Lease:
        def new_subscription() -> Subscription:
            return Subscription(
                service_of(speaker.player, service),
                listener=self._listener,
                request=self._request,
                clock=self._clock,
            )

        def changed(lease: Lease) -> None:
            self._lease_changed(speaker, service, lease)
            if on_change is not None:
                on_change(lease)

        return Lease(
            new_subscription,
            self._clock,
            on_event=lambda event: self._received(speaker, service, event),
            on_change=changed,
            seconds=self._lease_seconds,
        )

    def _hold(self, speaker: _Speaker, service: str) -> None:
        if service not in speaker.leases:
            speaker.leases[service] = lease = self._make_lease(speaker, service)
            lease.hold()

    def _lease_changed(self, speaker: _Speaker, service: str, lease: Lease) -> None:
        if self._stopping or speaker.leases.get(service) is not lease:
            return
        reason = str(lease.error) if lease.error else ""
        news = LeaseNews(speaker.uid, service, lease.is_held, reason)
        if speaker.told.get(service) != news:
            speaker.told[service] = news
            self._post(news)
        if isinstance(lease.error, PlayerUnreachableError):
            self._doubt(speaker, lease)
        elif lease.is_held:
            self._set_reachable(speaker, True)

    def _doubt(self, speaker: _Speaker, failed: Lease) -> None:
        """One lease found the speaker unreachable: ask through the others before believing it."""
        for lease in list(speaker.leases.values()):
            if lease is not failed:
                lease.verify()
        if not any(
            lease.error is None or not isinstance(lease.error, PlayerUnreachableError)
            for lease in speaker.leases.values()
        ):
            self._set_reachable(speaker, False, failed.error)

    def _set_reachable(
        self, speaker: _Speaker, reachable: bool, error: Exception | None = None
    ) -> None:
        if speaker.reachable is reachable:
            return
        speaker.reachable = reachable
        self._post(ReachabilityNews(speaker.uid, reachable, "" if error is None else str(error)))
        self._assign_household_services()
        if reachable:
            for lease in list(speaker.leases.values()):
                lease.sign_of_life()

    # Events

    def _received(self, speaker: _Speaker, service: str, event: Event) -> None:
        if self._speakers.get(speaker.uid) is not speaker:
            return
        self._set_reachable(speaker, True)
        variables = event.variables
        if service == TOPOLOGY and "zone_group_state" in variables:
            variables = dict(variables)
            self._topology_received(speaker.uid, str(variables.pop("zone_group_state")))
        if variables:
            self._post(EventNews(speaker.uid, service, variables, time.monotonic()))

    def _topology_received(self, source: str, text: str) -> None:
        try:
            topology = parse_zone_group_state(text)
        except MalformedTopology as error:
            _LOGGER.warning("Ignored a topology of %s that cannot be read: %s", source, error)
            return
        if self._order.is_news(source, topology):
            self._adapt(topology)
            self._post(TopologyNews(topology, time.monotonic()))
        known, self._topology_known = self._topology_known, None
        if known is not None:
            self._when_described().addCallback(known.callback)

    # The household

    def _adapt(self, topology: Topology) -> None:
        """Listen to the speakers that are there, and to no others."""
        wanted = {uid: topology.members[uid] for uid in topology.visible}
        for uid in self._speakers.keys() - wanted.keys():
            self._part_with(self._speakers.pop(uid))
        for member in wanted.values():
            self._adapt_speaker(member)
        self._assign_household_services()

    def _adapt_speaker(self, member: ZoneMember) -> None:
        player = Player(member.host, member.port)
        speaker = self._speakers.get(member.uid)
        if speaker is not None and speaker.player != player:
            _LOGGER.debug("%s moved to %s", member.name, player.address)
            self._part_with(self._speakers.pop(member.uid))
            speaker = None
        if speaker is None:
            speaker = self._speakers[member.uid] = _Speaker(member.uid, player, member.boot_seq)
        rebooted = _has_rebooted(speaker.boot_seq, member.boot_seq)
        speaker.boot_seq = member.boot_seq
        if rebooted:
            _LOGGER.debug("%s has rebooted; it has forgotten its subscriptions", member.name)
            self._order.forget(speaker.uid)
            for lease in list(speaker.leases.values()):
                lease.renew_from_scratch()
        self._hold_speaker_services(speaker)
        if speaker.description is None:
            self._describe(speaker)

    def _hold_speaker_services(self, speaker: _Speaker) -> None:
        description = speaker.description
        for service in SPEAKER_SERVICES:
            if service not in _OPTIONAL_SERVICES or (
                description is not None and service in description.services
            ):
                self._hold(speaker, service)

    def _part_with(self, speaker: _Speaker) -> Deferred[Any]:
        """Stop to listen to a speaker; it may have left and not hear of it any more."""
        self._order.forget(speaker.uid)
        if speaker.description_retry is not None:
            speaker.description_retry.cancel()
        if speaker.describing is not None:
            speaker.describing.cancel()
        endings = [lease.release() for lease in speaker.leases.values()]
        return DeferredList(endings, consumeErrors=True)

    def _assign_household_services(self) -> None:
        """Let as many speakers as each household service takes report it."""
        if self._stopping:
            return
        for service, count in HOUSEHOLD_SERVICES.items():
            before = self._household_holders[service]
            holders = _choose_holders(before, self._speakers, count)
            self._household_holders[service] = holders
            for uid in before:
                speaker = self._speakers.get(uid)
                if uid not in holders and speaker is not None:
                    if lease := speaker.leases.pop(service, None):
                        lease.release()
                    if service == TOPOLOGY:
                        self._order.forget(uid)
            for uid in holders:
                self._hold(self._speakers[uid], service)

    # Descriptions

    def _describe(self, speaker: _Speaker) -> None:
        """Read a speaker's description, again and again until it succeeds."""
        speaker.description_retry = None

        def described(description: DeviceDescription) -> None:
            speaker.description = description
            self._post(DescriptionNews(description))
            self._hold_speaker_services(speaker)

        def failed(failure: Failure) -> None:
            if not failure.check(CancelledError):
                _LOGGER.debug("%s cannot be described: %s", speaker.uid, failure.value)
                speaker.description_retry = self._clock.callLater(
                    DESCRIPTION_RETRY_SECONDS, self._describe, speaker
                )

        def done(_: None) -> None:
            speaker.describing = None

        reading = self._runner.run(describe, speaker.player.address)
        speaker.describing = reading.addCallbacks(described, failed).addCallback(done)

    def _when_described(self) -> Deferred[None]:
        """Wait for the descriptions that are being read, but not long."""
        result: Deferred[None] = Deferred()
        patience = self._clock.callLater(DESCRIPTION_SECONDS, result.callback, None)

        def one_done(passed: object) -> object:
            pending = any(speaker.describing for speaker in self._speakers.values())
            if not pending and patience.active():
                patience.cancel()
                result.callback(None)
            return passed

        for speaker in self._speakers.values():
            if speaker.describing is not None:
                speaker.describing.addBoth(one_done)
        one_done(None)
        return result


def _has_rebooted(before: int | None, now: int | None) -> bool:
    return before is not None and now is not None and now > before


def _choose_holders(
    before: Iterable[str], speakers: Mapping[str, _Speaker], count: int
) -> list[str]:
    """Choose who reports a household service: reachable ones, and rather those that do already."""
    held = set(before)

    def preference(speaker: _Speaker) -> tuple[bool, bool, str]:
        return speaker.reachable is False, speaker.uid not in held, speaker.uid

    return [speaker.uid for speaker in sorted(speakers.values(), key=preference)[:count]]
