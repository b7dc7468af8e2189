"""A Sonos household: players, groups, and what they share. Pure state, no sockets."""

from dataclasses import dataclass, field
import hashlib
from typing import TYPE_CHECKING

from .alarms import Alarms
from .bonding import add_satellites, bond
from .catalog import SERVICES, Catalog, service_type
from .errors import Code, UpnpError
from .household_time import HouseholdTime
from .layout import Room, rooms_for
from .models import model
from .speaker import Speaker
from .topology import Vanished, ZoneGroupState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twisted.internet.interfaces import IReactorTime

_RIPPLES = ("GroupManagement", "GroupRenderingControl")


@dataclass(slots=True)
class Group:
    """A zone group; members are rooms, without what is bonded to them."""

    number: int
    coordinator: Speaker
    members: list[Speaker] = field(default_factory=list)

    @property
    def group_id(self) -> str:
        """The id in the topology."""
        return f"{self.coordinator.uid}:{self.number}"

    @property
    def name(self) -> str:
        """The name that the app would show."""
        others = len(self.members) - 1
        return f"{self.coordinator.room} + {others}" if others else self.coordinator.room


class Household:
    """The players of a house and everything they know in common."""

    def __init__(
        self,
        clock: IReactorTime,
        rooms: Sequence[Room] | None = None,
        *,
        base: str = "127.1.0.1",
        port: int = 1400,
        household_id: str = "Sonos_9xKq2LmTwYbVhJ5sPdNf7RzCgE",
        generation: str = "S2",
        topology_limit: int = 20,
    ) -> None:
        """Furnish the house.

        Args:
            clock: Tells and measures time.
            rooms: What stands where; the default house of the generation without.
            base: Address of the first player; the others follow it.
            port: Port of every player's HTTP server.
            household_id: Name of the household.
            generation: S1 or S2.
            topology_limit: GetZoneGroupState fails in households with more players.
        """
        self.clock = clock
        self.household_id = household_id
        self.generation = generation
        self.port = port
        self.topology_limit = topology_limit
        self.regroup_seconds = 0.0
        self.observers: list[Callable[[Speaker, str], None]] = []
        self.vanished: dict[str, Vanished] = {}
        self.strings: dict[str, str] = {}
        self.linked_services = {service_type(number) for number in SERVICES}
        self.update_ids = {"FV:2": 1, "SQ:": 1, "R:0": 1, "S:": 1}
        self.browseable = True
        self.indexing = False
        self.index_error = ""
        self.index_duration = 1.0
        self._next_index_error = ""
        self._next_group = 60
        self._next_address = base
        self._state: ZoneGroupState | None = None
        self._digest = hashlib.sha256(household_id.encode()).hexdigest().upper()
        self.speakers: list[Speaker] = []
        self.catalog = Catalog(f"RINCON_{self._mac(0).replace(':', '')}01400")
        self.groups: list[Group] = []
        for room in rooms or rooms_for(generation):
            self._furnish(room)
        self.alarms = Alarms(self)
        self.time = HouseholdTime()
        # Seconds that an update is installed, and that the player is away; an error code.
        self.update_plan = (1.0, 1.0, 0)
        self.install: Callable[[Speaker, str], None] = self._install

    @property
    def location_household_id(self) -> str:
        """The id that the control API and mDNS know, which names the place too."""
        return f"{self.household_id}.{self._digest[:20]}"

    @property
    def location_id(self) -> str:
        """The id of the place."""
        return self._digest[:32].lower()

    # -- building

    def _mac(self, index: int) -> str:
        digits = f"5CAAFD{self._digest[:4]}{index:02X}"
        return ":".join(digits[i : i + 2] for i in range(0, 12, 2))

    def take_address(self) -> str:
        """Return the next free address, like a DHCP server."""
        address = self._next_address
        head, tail = address.rsplit(".", 1)
        last = 254
        if int(tail) < last:
            self._next_address = f"{head}.{int(tail) + 1}"
        else:
            head, third = head.rsplit(".", 1)
            self._next_address = f"{head}.{int(third) + 1}.1"
        return address

    def _unit(self, number: str, room: str) -> Speaker:
        speaker = Speaker(
            self,
            model=model(number),
            room=room,
            mac=self._mac(len(self.speakers)),
            address=self.take_address(),
        )
        self.speakers.append(speaker)
        return speaker

    def _furnish(self, room: Room) -> None:
        main = self._unit(room.model, room.name)
        main.settings.icon = f"x-rincon-roomicon:{room.icon}"
        main.rendering.volume["Master"] = room.volume
        self.groups.append(self._new_group(main))
        satellites = [(self._bare(number), channel) for number, channel in room.satellites]
        if satellites:
            theatre = ";".join(f"{unit.uid}:{channel}" for unit, channel in satellites)
            add_satellites(self, main, f"{main.uid}:LF,RF;{theatre}")
        if room.pair:
            right = self._bare(room.model)
            bond(self, main, f"{main.uid}:LF,LF;{right.uid}:RF,RF")

    def _bare(self, number: str) -> Speaker:
        """Unpack a player that will be bonded; on its own it is called what the model is."""
        return self._unit(number, model(number).short_name)

    def _new_group(self, coordinator: Speaker) -> Group:
        self._next_group += 1
        return Group(self._next_group, coordinator, [coordinator])

    # -- finding

    def speaker(self, key: str) -> Speaker:
        """Return a player by uid, address or room; of a room the visible one.

        Raises:
            KeyError: There is no such player.
        """
        for speaker in self.speakers:
            if key in {speaker.uid, speaker.address}:
                return speaker
        for speaker in self.rooms():
            if speaker.room == key:
                return speaker
        raise KeyError(key)

    def rooms(self) -> Iterator[Speaker]:
        """Yield the visible players."""
        return (speaker for speaker in self.speakers if not speaker.invisible)

    def group_of(self, speaker: Speaker) -> Group:
        """Return the group of a player; bonded ones are where their room is."""
        room = speaker.primary or speaker
        for group in self.groups:
            if room in group.members:
                return group
        # A player that lost its power is alone.
        return Group(0, room, [room])

    # -- change

    def changed(self, speaker: Speaker, service: str) -> None:
        """Tell observers that variables of a player's service changed."""
        if service == "GroupRenderingControl" and speaker.household is self:
            speaker = self.group_of(speaker).coordinator if self.groups else speaker
        for observer in self.observers:
            observer(speaker, service)

    def alarm_clocks_changed(self) -> None:
        """Let every player tell of the time zone and the like."""
        for speaker in self.speakers:
            if speaker.online:
                self.changed(speaker, "AlarmClock")

    def topology_changed(self) -> None:
        """Let every player send the topology."""
        self._state = None
        for speaker in self.speakers:
            if speaker.online:
                self.changed(speaker, "ZoneGroupTopology")
                for service in _RIPPLES:
                    self.changed(speaker, service)

    @property
    def zone_group_state(self) -> str:
        """The topology as the first player tells it."""
        return self.topology_of(self.speakers[0])

    def topology_of(self, speaker: Speaker) -> str:
        """Return the topology as one player tells it: what is in it is the same from each."""
        if self._state is None:
            self._state = ZoneGroupState(self)
        return self._state.text(self.speakers.index(speaker))

    def container_changed(self, object_id: str) -> None:
        """Count a change of a shared container and let every player tell of it."""
        self.update_ids[object_id] += 1
        for speaker in self.speakers:
            if speaker.online:
                self.changed(speaker, "ContentDirectory")

    def plan_index(self, duration: float, error: str = "") -> None:
        """Say how long looking through the shares takes, and what is wrong with them."""
        self.index_duration, self._next_index_error = duration, error

    def index_library(self) -> None:
        """Look through the shares; that takes a moment."""
        if self.indexing:
            return
        self.indexing = True
        self.container_changed("S:")
        self.clock.callLater(self.index_duration, self._indexed)

    def _indexed(self) -> None:
        self.indexing = False
        self.index_error = self._next_index_error
        self.container_changed("S:")

    # -- groups

    def is_regrouping(self, speaker: Speaker) -> bool:
        """Tell whether a player is still busy with another group than before."""
        return self.clock.seconds() < speaker.regrouped_at + self.regroup_seconds

    def _follow(self, unit: Speaker, coordinator: Speaker) -> None:
        unit.transport.set_uri(f"x-rincon:{coordinator.uid}")

    def _follow_room(self, room: Speaker, coordinator: Speaker) -> None:
        """Let a room and what is bonded to it follow a coordinator."""
        room.regrouped_at = self.clock.seconds()
        for unit in room.units:
            if unit is not coordinator:
                self._follow(unit, coordinator)

    def join(self, speaker: Speaker, coordinator_uid: str) -> None:
        """Let a room join the group of a coordinator.

        Raises:
            UpnpError: The uid is unknown, or belongs to no coordinator.
        """
        target = next((s for s in self.speakers if s.uid == coordinator_uid and s.online), None)
        if target is None or speaker.invisible:
            raise UpnpError(Code.ACTION_FAILED)
        if not target.is_coordinator or target.invisible:
            raise UpnpError(Code.JOIN_REFUSED)
        group = self.group_of(target)
        if speaker in group.members:
            return
        led_others = len(self.group_of(speaker).members) > 1 and speaker.is_coordinator
        self.take_out(speaker)
        if led_others and speaker.transport.queue.tracks:
            # The queue went to the heir.
            speaker.transport.clear_queue()
        group.members.append(speaker)
        self._follow_room(speaker, target)
        self.topology_changed()

    def leave(self, speaker: Speaker) -> tuple[str, str]:
        """Let a room stand alone.

        Returns:
            uid of the player that leads the others now (empty if there are none), and the
            id of the new group.
        """
        group = self.group_of(speaker)
        if group.members == [speaker]:
            return "", group.group_id
        was_coordinator = group.coordinator is speaker
        heir = self.take_out(speaker)
        self.groups.append(new := self._new_group(speaker))
        speaker.transport.detach(keep_queue=not was_coordinator)
        self._follow_room(speaker, speaker)
        self.topology_changed()
        return heir, new.group_id

    def delegate(self, speaker: Speaker, new_uid: str, *, rejoin: bool) -> None:
        """Hand the group of a coordinator to another member; others ask in vain."""
        group = self.group_of(speaker)
        heir = next((member for member in group.members if member.uid == new_uid), None)
        if group.coordinator is not speaker or heir in {None, speaker}:
            return
        self.take_out(speaker, heir)
        if rejoin and heir is not None:
            group.members.append(speaker)
            self._follow_room(speaker, heir)
            # The queue went along with the role.
            speaker.transport.clear_queue()
        else:
            self.groups.append(self._new_group(speaker))
            speaker.transport.detach(keep_queue=False)
            self._follow_room(speaker, speaker)
        self.topology_changed()

    def take_out(self, speaker: Speaker, heir: Speaker | None = None) -> str:
        """Take a room out of its group; return the uid of who leads the rest."""
        group = self.group_of(speaker)
        if group not in self.groups:
            return ""
        group.members.remove(speaker)
        if not group.members:
            self.groups.remove(group)
            return ""
        if group.coordinator is speaker:
            heir = heir or group.members[0]
            self._next_group += 1
            group.number = self._next_group
            group.coordinator = heir
            heir.transport.take_over(speaker.transport)
            for member in group.members:
                self._follow_room(member, heir)
        return group.coordinator.uid

    # -- for bonding

    def stand_alone(self, speaker: Speaker) -> None:
        """Give a player that was bonded a group of its own; one that is off, when it is on."""
        if speaker.uid not in self.vanished:
            self.groups.append(self._new_group(speaker))
        speaker.transport.detach(keep_queue=True)

    def follow_group(self, room: Speaker) -> None:
        """Let what is bonded to a room follow the coordinator of its group."""
        self._follow_room(room, self.group_of(room).coordinator)

    def free_name(self, name: str) -> str:
        """Return a name that no visible player has, with a number where one has it."""
        names = {speaker.room for speaker in self.rooms()}
        candidates = (name, *(f"{name} {number}" for number in range(2, len(self.speakers) + 2)))
        return next(candidate for candidate in candidates if candidate not in names)

    # -- power and network

    def switch_off(self, speaker: Speaker, reason: str | None = "powered off") -> None:
        """Take a player off the network.

        Args:
            speaker: The player; its room goes with it unless it is a bonded unit.
            reason: Of the entry in VanishedDevices; None leaves the topology as it was.
        """
        speaker.online = False
        if reason is None:
            return
        if not speaker.invisible:
            self.take_out(speaker)
        speaker.power_off()
        self.vanished[speaker.uid] = Vanished(speaker, reason, int(self.clock.seconds()))
        self.topology_changed()

    def _install(self, speaker: Speaker, version: str) -> None:
        """Install an update as a house without sockets does."""
        seconds, away, _ = self.update_plan
        self.clock.callLater(seconds, self.switch_off, speaker, "upgrade")
        self.clock.callLater(seconds + away, self.upgraded, speaker, version)

    def upgraded(self, speaker: Speaker, version: str) -> None:
        """Bring a player back with another firmware."""
        speaker.software = version
        speaker.installing = False
        if speaker.available_update == version:
            speaker.available_update = ""
        self.switch_on(speaker)

    def switch_on(self, speaker: Speaker, *, rebooted: bool = True) -> None:
        """Put a player back on the network, with a new boot sequence number."""
        speaker.online = True
        if rebooted:
            speaker.boot_seq += 1
            speaker.power_off()
            leader = self.group_of(speaker).coordinator
            if leader is not speaker:
                self._follow(speaker, leader)
        self.vanished.pop(speaker.uid, None)
        if not speaker.invisible and not any(speaker in g.members for g in self.groups):
            self.groups.append(self._new_group(speaker))
            speaker.transport.set_uri(f"x-rincon-queue:{speaker.uid}#0")
            self._follow_room(speaker, speaker)
        self.topology_changed()
