"""A running household: players with sockets, and the hands that touch them."""

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import DeferredList

from .announcing import Announcements, announcements
from .chaos import ChaosControl
from .control_api import ControlApi
from .faults import Faults
from .gena import EventSettings, NotificationLog, Publisher
from .hands import Hands
from .household import Household
from .network import Network
from .server import Server
from .truth import truth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

    from .layout import Room
    from .sender import Reactor
    from .speaker import Speaker


class Player:
    """A player with everything that connects it to the network."""

    def __init__(
        self,
        reactor: Reactor,
        speaker: Speaker,
        settings: EventSettings,
        log: NotificationLog,
        websocket_port: int,
    ) -> None:
        """Connect a speaker; it does not listen yet."""
        self.speaker = speaker
        self.faults = Faults()
        self.publisher = Publisher(reactor, speaker, self.faults, settings, log)
        self.server = Server(reactor, speaker, self.publisher, self.faults, settings)
        self.server.control_api = ControlApi(
            reactor, speaker, self.faults, self.server.requests, websocket_port
        )
        self.refusing = False


class Simulator(Hands, Network, ChaosControl):
    """A household on loopback addresses.

    All methods must be called on the reactor's thread. Wherever a method takes a ``speaker``,
    it is a uid, an address or the name of a room; those of :class:`Network` also take ``*``
    for every player.
    """

    def __init__(
        self,
        reactor: Reactor,
        rooms: Sequence[Room] | None = None,
        *,
        base: str = "127.1.0.1",
        port: int = 1400,
        websocket_port: int = 1443,
        household_id: str | None = None,
        generation: str = "S2",
        topology_limit: int = 20,
        settings: EventSettings | None = None,
        announce: bool = False,
    ) -> None:
        """Build the household; :meth:`start` puts it on the network.

        Args:
            reactor: Listens, connects and measures time.
            rooms: What stands where; the default house of the generation without.
            base: Address of the first player; the others follow it.
            port: Port of every player.
            websocket_port: Port of every S2 player's websocket; 0: none.
            household_id: Name of the household.
            generation: S1 or S2.
            topology_limit: GetZoneGroupState fails in households with more players.
            settings: How events are sent.
            announce: Whether players announce themselves by SSDP and mDNS.
        """
        named = {} if household_id is None else {"household_id": household_id}
        self.reactor = reactor
        self.settings = settings or EventSettings()
        self.log = NotificationLog()
        self.announcements = announcements(reactor) if announce else Announcements()
        self.household = Household(
            reactor,
            rooms,
            base=base,
            port=port,
            generation=generation,
            topology_limit=topology_limit,
            **named,
        )
        self.players = {
            speaker.uid: Player(reactor, speaker, self.settings, self.log, websocket_port)
            for speaker in self.household.speakers
        }
        self.household.observers.append(self._changed)
        self.household.install = self._install

    def _changed(self, speaker: Speaker, service: str) -> None:
        player = self.players[speaker.uid]
        if service in player.server.services:
            player.publisher.changed(service)

    def start(self) -> None:
        """Let every player listen.

        Raises:
            CannotListenError: An address and port is taken.
        """
        for player in self.players.values():
            player.server.listen()
            self.announcements.alive(player.speaker)

    def stop(self) -> Deferred[list[tuple[bool, object]]]:
        """Take everything off the network; fires when all ports are closed."""
        waits: list[Deferred[Any]] = []
        self.announcements.close()
        for player in self.players.values():
            player.publisher.close()
            player.speaker.power_off()
            player.speaker.rendering.stop_ramp()
            waits.append(player.server.shut())
        return DeferredList(waits)

    # -- what is true

    @property
    def hosts(self) -> list[str]:
        """Addresses of the visible players."""
        return [speaker.address for speaker in self.household.rooms()]

    def player(self, speaker: str) -> Player:
        """Return a player.

        Raises:
            KeyError: There is none of that name.
        """
        return self.players[self.household.speaker(speaker).uid]

    def truth(self) -> dict[str, object]:
        """Return the state of the household, by uid."""
        return truth(self.household)

    def notifications(self, since: int = 0) -> list[dict[str, object]]:
        """Return what was sent to subscribers after entry ``since``."""
        return self.log.since(since)

    def requests(self) -> dict[str, dict[str, int]]:
        """Return how often each kind of request was received, by uid."""
        return {uid: dict(player.server.requests) for uid, player in self.players.items()}

    def arrivals(self) -> dict[str, list[tuple[float, str]]]:
        """Return when the last requests were received, by uid; their kinds as in `requests`."""
        return {uid: list(player.server.arrivals) for uid, player in self.players.items()}

    def reset_requests(self) -> None:
        """Count requests from zero again."""
        for player in self.players.values():
            player.server.requests.clear()
            player.server.arrivals.clear()

    def leases(self) -> dict[str, list[dict[str, object]]]:
        """Return the leases that clients hold, by uid."""
        now = self.reactor.seconds()
        return {
            uid: [
                {
                    "sid": lease.sid,
                    "service": lease.service,
                    "callback": lease.callbacks[0],
                    "remaining": round(lease.expires - now, 3),
                    "next_seq": lease.seq,
                }
                for lease in player.publisher.subscriptions.values()
                if lease.expires > now
            ]
            for uid, player in self.players.items()
        }
