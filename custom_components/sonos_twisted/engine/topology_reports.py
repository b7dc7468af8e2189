"""What speakers report of the topology, made one: read, brought into order, asked for anew.

Lives on the reactor thread.
"""

from collections.abc import Callable, Sequence
import logging
from typing import TYPE_CHECKING, Any

from ..model import MalformedTopology, Topology, parse_zone_group_state
from .topology_order import TopologyOrder

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall

_LOGGER = logging.getLogger(__name__)

#: How many players are followed, those that have left included; a household has 32 at most. Who can
#: send events could otherwise invent others for ever.
MAX_PLAYERS = 128

#: Seconds between two complaints about topologies that are ignored.
COMPLAINT_SECONDS = 3600.0

#: Seconds after which all speakers that report the topology should tell the same.
AGREEMENT_SECONDS = 3.0


class TopologyReports:
    """Finds out what is news in that which the speakers of one household say of its topology."""

    def __init__(
        self,
        clock: Any,
        *,
        reporters: Callable[[], Sequence[str]],
        ask: Callable[[str], None],
        name_of: Callable[[str], str],
    ) -> None:
        """Begin with nothing known.

        Args:
            clock: The reactor, or a fake clock.
            reporters: Returns the uids of those that report the topology.
            ask: Lets the speaker with a uid tell the topology anew.
            name_of: Returns what the log calls the speaker with a uid.

        """
        self._clock = clock
        self._reporters = reporters
        self._ask = ask
        self._name_of = name_of
        self._order = TopologyOrder()
        self._players: frozenset[str] = frozenset()
        self._disagreements: dict[str, IDelayedCall] = {}
        self._told_at = float("-inf")
        self._complained_at = float("-inf")

    @property
    def latest(self) -> Topology | None:
        """The newest topology; None before the first."""
        return self._order.latest

    def take(self, source: str, text: str, asked_at: float | None) -> Topology | None:
        """Take what a speaker says, and return it if it is news.

        Args:
            source: The uid of the speaker.
            text: Its ZoneGroupState.
            asked_at: When it was asked; None if it is an event.

        """
        if asked_at is not None and asked_at < self._told_at:
            # It may be older than what an event has told in the meantime.
            return None
        topology = self._read(source, text)
        if topology is None:
            return None
        if asked_at is not None:
            self._order.trust_next(source)
        was_asked = self._order.is_trusted(source)
        is_news = self._order.is_news(source, topology)
        self._settle(source)
        if not was_asked:
            self._look_for_disagreement()
        if not is_news:
            return None
        if asked_at is None:
            self._told_at = self._clock.seconds()
        return topology

    def trust_next(self, uid: str) -> None:
        """Believe what a speaker tells next: it was asked for what is true now."""
        self._order.trust_next(uid)

    def ask_again(self, uid: str) -> None:
        """Let a speaker tell the topology anew, now.

        When it has not told the newest one in time, either an event of it was lost, or the
        household has changed back to what it said before, and whoever told of the time in between
        has left or is late.
        """
        self._settle(uid)
        self._ask(uid)

    def forget(self, uid: str) -> None:
        """Forget what a speaker said: it will begin anew."""
        self._order.forget(uid)
        self._settle(uid)

    def stop(self) -> None:
        """Ask nobody any more."""
        for uid in list(self._disagreements):
            self._settle(uid)

    def _read(self, source: str, text: str) -> Topology | None:
        """Read a topology, unless it is malformed or names more players than can be."""
        try:
            topology = parse_zone_group_state(text)
        except MalformedTopology as error:
            self._complain(source, f"it cannot be read: {error}")
            return None
        players = self._players | topology.members.keys()
        if len(players) > MAX_PLAYERS:
            self._complain(source, "it names more new players than can be")
            return None
        self._players = players
        return topology

    def _complain(self, source: str, reason: str) -> None:
        """Log that a topology is ignored, now and then as a warning."""
        now, level = self._clock.seconds(), logging.DEBUG
        if now - self._complained_at >= COMPLAINT_SECONDS:
            self._complained_at, level = now, logging.WARNING
        _LOGGER.log(level, "%s: its topology is ignored: %s", self._name_of(source), reason)

    def _look_for_disagreement(self) -> None:
        """Give those who say something else than the newest topology a while to catch up.

        What somebody answers who was asked starts nothing more: when two keep contradicting each
        other there is no truth to be had, and asking would go round.
        """
        for uid in self._reporters():
            if not self._order.disagrees(uid):
                self._settle(uid)
            elif uid not in self._disagreements:
                self._disagreements[uid] = self._clock.callLater(
                    AGREEMENT_SECONDS, self.ask_again, uid
                )

    def _settle(self, uid: str) -> None:
        timer = self._disagreements.pop(uid, None)
        if timer is not None and timer.active():
            timer.cancel()
