"""What power and network do to players."""

from typing import TYPE_CHECKING

from .faults import NOTIFY_FAULTS, STALLS, NotifyFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .announcing import Announcements
    from .gena import EventSettings
    from .household import Household
    from .sender import Reactor
    from .simulator import Player
    from .speaker import Speaker


class Network:
    """Power and network. ``speaker`` is a uid, an address, a room, or ``*`` for all players."""

    household: Household
    players: dict[str, Player]
    reactor: Reactor
    settings: EventSettings
    announcements: Announcements

    def _players(self, speaker: str) -> Iterator[Player]:
        if speaker == "*":
            yield from self.players.values()
        else:
            yield self.players[self.household.speaker(speaker).uid]

    # -- power

    def unplug(self, speaker: str, reason: str | None = "powered off") -> None:
        """Pull the plug: leases and playback are lost.

        Args:
            speaker: The player; of a room the visible one.
            reason: What the others say in VanishedDevices; None: they have not noticed.
        """
        for player in self._players(speaker):
            self.announcements.left(player.speaker, reason)
            player.server.shut()
            player.publisher.close()
            self.household.switch_off(player.speaker, reason)
            player.speaker.power_off()

    def forget_vanished(self, speaker: str) -> None:
        """Let the others miss a player no more that is off the network, as if it were sold."""
        for player in self._players(speaker):
            if self.household.vanished.pop(player.speaker.uid, None) is not None:
                self.household.topology_changed()

    def plug_in(self, speaker: str) -> None:
        """Put the plug back: BootSeq rises, nothing of the leases is left."""
        for player in self._players(speaker):
            player.publisher.close()
            self._back(player)

    def reboot(self, speaker: str, seconds: float = 0.5) -> None:
        """Restart a player; it is back after ``seconds``, with BootSeq + 1 and no leases."""
        for player in self._players(speaker):
            self.announcements.left(player.speaker, None)
            player.server.shut()
            player.publisher.close()
            player.speaker.online = False
            player.speaker.power_off()
            self.reactor.callLater(seconds, self._back, player)

    def _back(self, player: Player) -> None:
        self._listen(player)
        self.household.switch_on(player.speaker)
        self.announcements.alive(player.speaker)

    def _install(self, speaker: Speaker, version: str) -> None:
        """Install a firmware update, which takes a player off the network in the end."""
        seconds, away, _ = self.household.update_plan
        self.reactor.callLater(seconds, self.unplug, speaker.uid, "upgrade")
        self.reactor.callLater(seconds + away, self._upgraded, speaker, version)

    def _upgraded(self, speaker: Speaker, version: str) -> None:
        player = self.players[speaker.uid]
        self._listen(player)
        self.household.upgraded(speaker, version)
        self.announcements.alive(speaker)

    # -- network

    def disconnect(self, speaker: str) -> None:
        """Take a player off the network silently; it keeps its leases and plays on."""
        for player in self._players(speaker):
            self.announcements.left(player.speaker, None)
            player.server.shut()
            player.speaker.online = False

    def reconnect(self, speaker: str) -> None:
        """Bring a disconnected player back; it did not reboot."""
        for player in self._players(speaker):
            self._listen(player)
            self.household.switch_on(player.speaker, rebooted=False)
            self.announcements.alive(player.speaker)

    def change_address(self, speaker: str, address: str | None = None) -> str:
        """Give a player another address, the next free one if none is named; return it."""
        for player in self._players(speaker):
            player.server.shut()
            player.speaker.address = address or self.household.take_address()
            self._listen(player)
            self.household.topology_changed()
            if player.speaker.online:
                self.announcements.alive(player.speaker)
        return self.household.speaker(speaker).address if speaker != "*" else ""

    def _listen(self, player: Player) -> None:
        if not player.refusing:
            player.server.listen()

    # -- faults of requests

    def stall(self, speaker: str, what: str = "all") -> None:
        """Accept requests and never answer: ``soap``, ``gena`` or ``all`` (events too).

        Raises:
            ValueError: There is no such thing to stall.
        """
        if what not in STALLS:
            raise ValueError(what)
        for player in self._players(speaker):
            player.faults.stall = what

    def refuse(self, speaker: str) -> None:
        """Refuse connections; the player still sends events."""
        for player in self._players(speaker):
            player.refusing = True
            player.server.shut()

    def forbid(self, speaker: str, on: bool = True) -> None:
        """Answer 403 to everything, as with UPnP switched off."""
        for player in self._players(speaker):
            player.faults.forbid = on

    def set_latency(self, speaker: str, seconds: float) -> None:
        """Answer every request this much later."""
        for player in self._players(speaker):
            player.faults.latency = seconds

    def fail_action(self, speaker: str, action: str, code: int, times: int = 1) -> None:
        """Let the next calls of an action fail with an error code, or with 0 do nothing."""
        for player in self._players(speaker):
            player.faults.actions.setdefault(action, []).extend([code] * times)

    # -- faults of leases

    def forget_leases(self, speaker: str, service: str | None = None) -> int:
        """Lose leases, of one service or of all; renewals get 412. Return how many."""
        return sum(player.publisher.forget(service) for player in self._players(speaker))

    def renumber_events(self, speaker: str, service: str, seq: int) -> None:
        """Let the next event of each lease on a service have this SEQ, and count on from there."""
        for player in self._players(speaker):
            player.publisher.renumber(service, seq)

    def set_subscribe_status(self, speaker: str, status: int | None) -> None:
        """Answer fresh SUBSCRIBE requests with a status, 412 or 503; None ends that."""
        for player in self._players(speaker):
            player.faults.subscribe_status = status

    def set_granted(self, speaker: str, timeout: str | None) -> None:
        """Answer this as TIMEOUT whatever was asked.

        Args:
            speaker: The player.
            timeout: ``Second-10``, ``Second-infinite``, nonsense; an empty text leaves the
                header out; None grants what was asked.
        """
        for player in self._players(speaker):
            player.faults.granted = timeout

    # -- faults of events

    def set_initial(self, when: str | float) -> None:
        """Send first events ``before`` or ``after`` the answer, or seconds after it."""
        self.settings.initial = when if isinstance(when, str) else float(when)

    def fault_notify(
        self,
        speaker: str,
        kind: str,
        service: str | None = None,
        count: int = 1,
        seconds: float = 1.0,
    ) -> None:
        """Let something happen to the next events of a player.

        Args:
            speaker: The player.
            kind: ``drop``, ``delay``, ``duplicate`` or ``reorder`` (send after the next one).
            service: Only of this service.
            count: To how many events, counted per subscriber and event.
            seconds: How long ``delay`` takes.

        Raises:
            ValueError: There is no such kind.
        """
        if kind not in NOTIFY_FAULTS:
            raise ValueError(kind)
        for player in self._players(speaker):
            player.faults.notify.append(NotifyFault(kind, service, count, seconds))

    def emit(self, speaker: str, service: str, variables: dict[str, str]) -> None:
        """Send an event with these variables, whatever the state of the player is."""
        for player in self._players(speaker):
            player.publisher.emit(service, dict(variables.items()))

    def emit_raw(self, speaker: str, service: str, body: str) -> None:
        """Send an event with this body, well-formed or not."""
        for player in self._players(speaker):
            player.publisher.emit_raw(service, body.encode())

    def heal(self, speaker: str = "*") -> None:
        """End every fault; requests that were never answered are cut."""
        for player in self._players(speaker):
            faults = player.faults
            stalled = faults.stall is not None
            faults.stall, faults.forbid, faults.latency = None, False, 0.0
            faults.subscribe_status = faults.granted = None
            faults.actions.clear()
            faults.notify.clear()
            player.publisher.release_held()
            if stalled:
                player.server.cut()
            if player.refusing:
                player.refusing = False
                if player.speaker.online:
                    player.server.listen()

    def set_topology_limit(self, players: int) -> None:
        """Let GetZoneGroupState fail in households with more players than this."""
        self.household.topology_limit = players

    def set_regroup_time(self, seconds: float) -> None:
        """Let players whose group has changed decline for so long what depends on it.

        They answer 501 when they shall join another group, and 701 when they shall play.
        """
        self.household.regroup_seconds = seconds
