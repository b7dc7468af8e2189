"""Listening to one household: which speakers there are, and which of them tell what.

Lives on the reactor thread. It learns the household from its topology, keeps a link to each
speaker, and lets as many of them as it takes report what concerns the whole household.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
import logging
import time
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred, DeferredList

from ..model import HouseholdHealth, Topology, ZoneMember
from .address_claims import AddressClaim, AddressClaims
from .errors import EngineError, ListenError, PlayerError, PlayerUnreachableError
from .health import Tally, household_health
from .link_context import LinkContext
from .news import AnyNews, ListenerNews, TopologyNews
from .player import Player
from .reporters import HOUSEHOLD_SERVICES, TOPOLOGY, Reporters
from .speaker_link import SpeakerLink
from .subscription import DEFAULT_LEASE_SECONDS
from .topology_reports import TopologyReports

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

    from .gena import GenaRequest
    from .lease import Lease
    from .listener import Listener
    from .runner import CommandRunner

_LOGGER = logging.getLogger(__name__)

#: Seconds.
RELEASE_SECONDS = 3.0
DESCRIPTION_SECONDS = 3.0
WATCH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _OurPlace:
    """Where a speaker is told that we are. When this changes, it has to be told anew.

    While no port is open leases shall fail, so that speakers are asked for their state.
    """

    url: str
    openings: int
    is_open: bool


class HouseholdSession:
    """Keeps the links to the speakers of one household.

    Attributes:
        links: The link to each visible speaker, by uid.

    """

    def __init__(
        self,
        *,
        reactor: Any,
        listener: Listener,
        request: GenaRequest,
        runner: CommandRunner,
        post: Callable[[AnyNews], None],
        lease_seconds: int = DEFAULT_LEASE_SECONDS,
        poll_fallback: bool = True,
    ) -> None:
        """Prepare to listen.

        Args:
            reactor: The reactor, or a fake clock.
            listener: Where events arrive.
            request: What sends SUBSCRIBE requests.
            runner: What executes commands.
            post: Takes the news; called on the reactor thread.
            lease_seconds: How long a subscription to ask for.
            poll_fallback: Whether speakers whose events do not arrive are asked for their state.

        """
        self.links: dict[str, SpeakerLink] = {}
        self._clock = reactor
        self._listener = listener
        self._runner = runner
        self._post = post
        self._context = LinkContext(
            clock=reactor,
            listener=listener,
            request=request,
            runner=runner,
            post=post,
            topology_received=self.topology_received,
            reachability_changed=self._reachability_changed,
            lease_changed=self._lease_changed,
            coordinates=self._coordinates,
            reports_topology=self._reports_topology,
            lease_seconds=lease_seconds,
            poll_fallback=poll_fallback,
        )
        self._reporters = Reporters(
            reactor,
            self.links,
            replace=self._assign_household_services,
            nobody_else=self._not_reported,
        )
        self._reports = TopologyReports(
            reactor,
            reporters=lambda: self._reporters.chosen[TOPOLOGY],
            ask=self._have_topology_told_anew,
            name_of=self._name_of,
        )
        self._claims = AddressClaims(runner, reactor, self.links, self._believe)
        self._topology_known: Deferred[None] | None = None
        self._watch_timer: IDelayedCall | None = None
        self._places: dict[str, _OurPlace | None] = {}
        self._tallies: dict[str, Tally] = defaultdict(Tally)
        self._listener_error: ListenError | None = None
        self._stopping = False

    @property
    def leases(self) -> dict[tuple[str, str], Lease]:
        """All leases by uid and service."""
        return {
            (uid, service): lease
            for uid, link in self.links.items()
            for service, lease in link.leases.items()
        }

    def start(self, uid: str, player: Player) -> Deferred[None]:
        """Begin to listen, through the speaker at an address that is known to be one.

        When its events do not arrive, it is asked for the topology instead, and so are all
        speakers for their state; leases are tried on.

        Returns:
            A Deferred that fires when the household's topology is known. It fails, with nothing
            left running, when the topology can be had neither way.

        """
        known: Deferred[None] = Deferred()
        self._topology_known = known

        def changed(lease: Lease) -> None:
            error = lease.error
            if error is None and lease.is_held:
                error = PlayerError(player.ip_address, "sends a topology that cannot be read")
            if error is not None and self._topology_known is known:
                self._topology_known = None
                self._ask_for_topology(link, error).chainDeferred(known)

        link = self._link(uid, player)
        self._reporters.chosen[TOPOLOGY].append(uid)
        link.hold(TOPOLOGY, changed)
        self._watch()
        return known

    def _ask_for_topology(self, link: SpeakerLink, error: Exception) -> Deferred[None]:
        """Ask for the topology because no event will tell it, for the reason given."""

        def answered(_: None) -> Deferred[None]:
            if self._reports.latest is None:
                raise error
            _LOGGER.warning("Asking for the state at intervals, because %s", error)
            return self._when_described()

        def failed(failure: Failure) -> Deferred[None]:
            _LOGGER.debug("The topology cannot be read either: %s", failure.value)
            return self.stop().addCallback(_raise, error)

        return link.read_topology().addCallback(answered).addErrback(failed)

    def stop(self) -> Deferred[None]:
        """Release all leases at once, and wait a bounded time for the speakers' answers."""
        self._stopping = True
        watch_timer, self._watch_timer = self._watch_timer, None
        if watch_timer is not None:
            watch_timer.cancel()
        self._reporters.stop()
        self._reports.stop()
        self._claims.stop()
        endings = [link.close() for link in self.links.values()]
        self.links.clear()
        waiting = DeferredList(endings, consumeErrors=True)
        waiting.addTimeout(RELEASE_SECONDS, self._clock)
        return waiting.addBoth(lambda _: None)

    def heard_of(self, uid: str, address: str | None = None, boot_seq: int | None = None) -> None:
        """Take note that a speaker was heard of by other means than its events.

        Who says that it is at another address is believed when that has been found to be true.

        Args:
            uid: The speaker.
            address: Where it is now, as ``host:port``, if that was said.
            boot_seq: Its boot sequence number, if that was said.

        """
        link = self.links.get(uid)
        if link is None or self._stopping:
            return
        player = None if address is None else _announced(address, link.player.room)
        if player is not None and player != link.player:
            self._claims.take(uid, AddressClaim(player, boot_seq))
        else:
            self._note_boot(link, boot_seq)
            link.announced()

    def _believe(self, link: SpeakerLink, claim: AddressClaim) -> None:
        """Follow a speaker to the address that was announced."""
        moved = self._move(link, claim.player)
        self._note_boot(moved, claim.boot_seq)
        moved.announced()

    def said_goodbye(self, uid: str, reason: str) -> None:
        """Take note that a speaker announced its leave, and for which reason."""
        link = self.links.get(uid)
        if link is not None:
            link.said_goodbye(reason)

    def answered(self, address: str) -> None:
        """Take note that the speaker at an address (``host:port``) has answered a command."""
        player = Player.at(address)
        for link in self.links.values():
            if link.player == player:
                link.command_answered()

    # The topology

    def topology_received(self, source: str, text: str, asked_at: float | None) -> None:
        """Take over what a speaker says of the topology.

        Args:
            source: The uid of the speaker.
            text: Its ZoneGroupState.
            asked_at: When it was asked; None if it is an event.

        """
        if self._stopping:
            return
        topology = self._reports.take(source, text, asked_at)
        if topology is None:
            return
        # First, so that the host knows the speakers that the rest of the news is about.
        self._post(TopologyNews(topology, time.monotonic()))
        self._adapt(topology)
        known, self._topology_known = self._topology_known, None
        if known is not None:
            self._when_described().chainDeferred(known)

    def ask_for_topology(self) -> None:
        """Let those who report the topology tell it anew, in an event of a new subscription.

        A large household has no other way to be asked: its topology does not fit into an answer.
        """
        for uid in self._reporters.chosen[TOPOLOGY]:
            self._reports.ask_again(uid)

    def _have_topology_told_anew(self, uid: str) -> None:
        link = self.links.get(uid)
        lease = link.leases.get(TOPOLOGY) if link is not None else None
        if link is None or lease is None:
            return
        _LOGGER.debug("%s: it is asked again for the topology", link.player.name)
        if lease.is_held:
            self._reports.trust_next(uid)
            lease.renew_from_scratch()
        else:
            self._read_topology(link)

    def _read_topology(self, link: SpeakerLink) -> None:
        """Ask a speaker for the topology, which makes no difference if it does not answer."""
        link.read_topology().addErrback(lambda failure: failure.trap(EngineError, CancelledError))

    def _name_of(self, uid: str) -> str:
        link = self.links.get(uid)
        return "Somebody" if link is None else link.player.name

    def _adapt(self, topology: Topology) -> None:
        """Keep links to the speakers that are there, and to no others."""
        members = [topology.members[uid] for uid in topology.visible]
        # Without an address there is nobody to listen to.
        wanted = {member.uid: member for member in members if member.host}
        for member in members:
            if not member.host:
                _LOGGER.debug("%s: it has no IPv4 address, but %r", member.name, member.location)
        for uid in self.links.keys() - wanted.keys():
            self._part_with(self.links.pop(uid))
        for member in wanted.values():
            self._adapt_link(member)
        self._assign_household_services()

    def _adapt_link(self, member: ZoneMember) -> None:
        player = Player(member.host, member.port, member.name)
        link = self.links.get(member.uid)
        if link is None:
            link = self._link(member.uid, player, member.boot_seq)
        elif link.player != player:
            link = self._move(link, player)
        link.player = player
        self._note_boot(link, member.boot_seq)
        link.hold_own_services()
        link.description.start()

    def _link(self, uid: str, player: Player, boot_seq: int | None = None) -> SpeakerLink:
        """Make a link to a speaker, and remember where it is told that we are."""
        link = SpeakerLink(self._context, uid, player, boot_seq, self._tallies[uid])
        self.links[uid] = link
        self._places[uid] = self._our_place(player)
        return link

    def _move(self, link: SpeakerLink, player: Player) -> SpeakerLink:
        """Replace the link to a speaker that has another address now."""
        _LOGGER.debug("%s: it is at %s now", player.name, player.address)
        self._part_with(link)
        moved = self._link(link.uid, player, link.boot_seq)
        moved.description.known = link.description.known
        moved.hold_own_services()
        moved.description.start()
        self._assign_household_services()
        return moved

    def _note_boot(self, link: SpeakerLink, boot_seq: int | None) -> None:
        """A speaker that has started anew has forgotten all its subscriptions."""
        before = link.boot_seq
        if boot_seq is None or (before is not None and boot_seq <= before):
            return
        link.boot_seq = boot_seq
        if before is not None:
            _LOGGER.debug("%s: it has started anew", link.player.name)
            self._reports.forget(link.uid)
            link.renew_from_scratch()
            link.description.start_anew()

    def _part_with(self, link: SpeakerLink) -> None:
        self._reports.forget(link.uid)
        link.close()

    def _coordinates(self, uid: str) -> bool:
        topology = self._reports.latest
        group = topology.group_of(uid) if topology else None
        return group is None or group.coordinator == uid

    def _reachability_changed(self, link: SpeakerLink) -> None:
        self._assign_household_services()
        if link.reachable is False:
            self._claims.examine_again(link.uid)

    # Who reports what concerns the household

    def _assign_household_services(self) -> None:
        """Let as many speakers as each household service takes report it."""
        if self._stopping:
            return
        for service in HOUSEHOLD_SERVICES:
            before = self._reporters.chosen[service]
            reporters = self._reporters.choose(service)
            for uid in before:
                if uid not in reporters and uid in self.links:
                    self.links[uid].drop(service)
                    if service == TOPOLOGY:
                        self._reports.forget(uid)
            for uid in reporters:
                self.links[uid].hold(service)

    def _reports_topology(self, uid: str) -> bool:
        """Tell whether to ask this speaker for the topology, because nobody sends it."""
        reporters = self._reporters
        return uid in reporters.chosen[TOPOLOGY][:1] and not reporters.is_reported(TOPOLOGY)

    def _lease_changed(self, uid: str, service: str, lease: Lease) -> None:
        if not self._stopping:
            self._reporters.lease_changed(uid, service, lease)

    def _not_reported(self, service: str, uid: str) -> None:
        """Nobody grants a household service; what the topology is can be asked for."""
        link = self.links[uid]
        if service == TOPOLOGY and self._reports_topology(uid) and not link.is_polled:
            self._read_topology(link)

    # Descriptions

    def _when_described(self) -> Deferred[None]:
        """Wait for the descriptions that are being read, but not long."""
        all_read: Deferred[None] = Deferred()
        patience = self._clock.callLater(DESCRIPTION_SECONDS, all_read.callback, None)

        def done(_: object) -> None:
            if patience.active():
                patience.cancel()
                all_read.callback(None)

        readings = [it for link in self.links.values() if (it := link.description.reading)]
        DeferredList(readings).addCallback(done)
        return all_read

    # What nobody tells

    def _watch(self) -> None:
        """Look after what changes on our side: the port, and the address that speakers know."""
        self._watch_timer = self._clock.callLater(WATCH_SECONDS, self._watch)
        self._listener.reopen_if_lost()
        self._tell_of_listener()
        for uid, link in list(self.links.items()):
            place, before = self._our_place(link.player), self._places.get(uid)
            if place is not None and before is not None and before != place:
                _LOGGER.debug("%s: it is told to send its events elsewhere", link.player.name)
                link.renew_from_scratch()
            self._places[uid] = place or before
            if link.reachable is False:
                self._claims.examine_again(uid)

    def _our_place(self, player: Player) -> _OurPlace | None:
        """Return where a speaker is to be told that we are; None if there is no way to it."""
        listener = self._listener
        try:
            url = listener.callback_url(player.ip_address)
        except PlayerUnreachableError:
            return None
        return _OurPlace(url, listener.openings, listener.is_running)

    # How it is

    def verify(self) -> None:
        """Find out at once of every speaker whether its events arrive."""
        for link in list(self.links.values()):
            link.verify()

    def health(self) -> HouseholdHealth:
        """Return how well the household's events arrive now."""
        callbacks = {uid: place.url for uid, place in self._places.items() if place is not None}
        now = self._clock.seconds()
        return household_health(self._listener, self.links, self._tallies, callbacks, now)

    def _tell_of_listener(self) -> None:
        """Tell when the port is lost for good, and when there is one again."""
        error = self._listener.error
        if (error is None) is not (self._listener_error is None):
            self._post(ListenerNews(error))
        self._listener_error = error


def _announced(address: str, room: str) -> Player | None:
    """Return the player at an address that anybody may have announced; None if it is none."""
    try:
        player = Player.at(address, room)
    except PlayerUnreachableError:
        return None
    return player if player.has_ipv4_address else None


def _raise(_: None, error: Exception) -> None:
    raise error
