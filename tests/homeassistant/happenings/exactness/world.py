"""A simulated house without sockets, the listener that holds its leases, and the mailbox."""

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from custom_components.sonos_twisted.engine import AnyNews, EventNews, TopologyNews
from custom_components.sonos_twisted.model import parse_notification, parse_zone_group_state
from tests.simulator import gena
from tests.simulator.layout import Room
from tests.simulator.simulator import Simulator

from .account import Account

if TYPE_CHECKING:
    from collections.abc import Hashable

ROOMS = (Room("Den", "S18"), Room("Beam", "S14"), Room("Amp", "S16"), Room("Move", "S17"))
TOPOLOGY = "ZoneGroupTopology"
SERVICES = ("AVTransport", "DeviceProperties", "AudioIn", TOPOLOGY)


class World:
    """The house, and all that is between it and the host.

    Attributes:
        faults: What went wrong on the way, and how often.
        account: What the host has to know when it has taken its mail.
        dropping: How many of the next events of a player's service get lost.

    """

    def __init__(self) -> None:
        """Build the house; nobody listens yet."""
        self.clock = Clock()
        self.house = Simulator(
            cast("Any", self.clock),
            ROOMS,
            websocket_port=0,
            settings=gena.EventSettings(moderation=0.0),
        )
        self.faults: Counter[str] = Counter()
        self.account = Account()
        self.dropping: Counter[tuple[str, str]] = Counter()
        self.mail: dict[Hashable, AnyNews] = {}
        self._leases: dict[str, list[Any]] = {}
        self._sids: dict[tuple[str, str], str] = {}

    # The listener

    def notify(
        self, _reactor: object, _url: str, headers: dict[str, str], body: bytes, *_: Any
    ) -> Deferred[str]:
        """Take an event, or lose it."""
        sid, number = headers["SID"], int(headers["SEQ"])
        lease = self._leases.get(sid)
        if lease is None:
            return succeed("412")
        uid, service, last = lease
        if self.dropping[uid, service] and number:
            self.dropping[uid, service] -= 1
            self.faults["lost"] += 1
            return succeed("200")
        if number <= last:
            return succeed("200")
        lease[2] = number
        self._hear(uid, service, body, is_initial=number == 0)
        if number > last + 1:
            self.faults["gap"] += 1
            self.clock.callLater(0, self.subscribe, uid, service)
        return succeed("200")

    def _hear(self, uid: str, service: str, body: bytes, *, is_initial: bool = False) -> None:
        """Pass an event on to the host."""
        variables = parse_notification(body)
        now = self.clock.seconds()
        text = variables.pop("zone_group_state", None)
        if isinstance(text, str):
            self._hear_topology(text, now)
        if service != TOPOLOGY and variables:
            self.account.take_down(self.house.household.speaker(uid), service, variables)
            if is_initial and service == "AVTransport":
                self.account.told[uid].has_told_anew = True
            boot_seq = self.account.boots.get(uid)
            self.post(
                EventNews(uid, service, variables, now, is_initial=is_initial, boot_seq=boot_seq)
            )

    def _hear_topology(self, text: str, now: float) -> None:
        topology = parse_zone_group_state(text)
        self.post(TopologyNews(topology, now))
        for uid in self.account.take_down_topology(self.house.household, topology):
            self.clock.callLater(0, self.subscribe_all, uid)

    def subscribe(self, uid: str, service: str) -> None:
        """Hold a lease in place of the one before."""
        player = self.house.players[uid]
        if not player.speaker.online or service not in player.server.services:
            return
        before = self._sids.pop((uid, service), None)
        if before is not None:
            self._leases.pop(before, None)
            player.publisher.unsubscribe(before, service)
        subscription = player.publisher.subscribe(service, ["http://host/"], 86400)
        self._sids[uid, service] = subscription.sid
        self._leases[subscription.sid] = [uid, service, -1]
        player.publisher.start(subscription)

    def subscribe_all(self, uid: str) -> None:
        """Listen to all that matters of a player."""
        for service in SERVICES:
            self.subscribe(uid, service)

    def post(self, news: AnyNews) -> None:
        """Put news into the mailbox."""
        waiting: Any = self.mail.get(news.about)
        if waiting is not None and isinstance(news, EventNews):
            self.faults["merged"] += 1
        self.mail[news.about] = news if waiting is None else waiting.merged_with(news)

    def lose_leases(self, uid: str) -> None:
        """Hear nothing more of a player, which does not know that."""
        for service in SERVICES:
            self._leases.pop(self._sids.pop((uid, service), ""), None)

    def take_mail(self) -> list[AnyNews]:
        """Empty the mailbox."""
        mail, self.mail = self.mail, {}
        return list(mail.values())

    # Time

    def settle(self) -> None:
        """Let everything be sent that is to be sent now."""
        for _ in range(4):
            self.clock.advance(0)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, from one moment at which something happens to the next."""
        end = self.clock.seconds() + seconds
        while True:
            coming = [call.getTime() for call in self.clock.getDelayedCalls()]
            if not coming or min(coming) > end:
                break
            self.clock.advance(max(0.0, min(coming) - self.clock.seconds()))
            self.settle()
        self.clock.advance(end - self.clock.seconds())
