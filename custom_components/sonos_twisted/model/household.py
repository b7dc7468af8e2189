"""A household of players: events and topologies in, changes out.

The household is what makes one picture of what many players say, each for itself and in any order:

- Members of a group show what their coordinator plays. Who coordinates is decided by the topology
  alone.
- A player also knows by itself whether it follows another (its transport URI is `x-rincon:<uid>`),
  and may say so before the topology does, or still say so after. As long as a coordinator says
  that it follows someone, its group *keeps showing what it showed*: nothing is guessed, nobody
  shows another room's media, and nothing flickers. The next topology or the next event of the
  coordinator settles it; `unsettled` lists who waits for that.
- A group whose named coordinator is not among its members plays nothing that is known, until a
  topology with a coordinator comes.
- Everything that one call changes is changed when it returns. There is no state in between that
  anybody could see, as long as the household is used on one thread.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from .aspects import (
    CONTAINER_ASPECTS,
    HOUSEHOLD_ASPECTS,
    HOUSEHOLD_WIDE,
    TRANSPORT_ASPECTS,
    Aspect,
    Change,
    variable_aspect,
)
from .battery import battery_of_more_info
from .media import Source
from .notification import containers
from .overlay import Changed, apply_rendering, by_one_name, overlay
from .speaker import Speaker
from .topology import EMPTY_TOPOLOGY, Topology
from .topology_change import TopologyChange, topology_change
from .transport import (
    UNKNOWN_TRANSPORT,
    Transport,
    followed,
    group_rendering,
    transport_after_event,
)
from .tv_format import tv_format_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    import datetime as dt

    from .description import DeviceDescription
    from .health import HouseholdHealth
    from .notification import Variables
    from .position import PositionReading
    from .topology import ZoneMember


_SAME_TIMER = 2.0
"""Seconds by which two answers about the same sleep timer may differ."""


class Household:
    """The players of one household. Not safe for threads: use it on one."""

    def __init__(self, household_id: str) -> None:
        """Begin without players; the first topology brings them."""
        self.household_id = household_id
        self.speakers: dict[str, Speaker] = {}
        """All players that were ever heard of, by uid; see `Speaker.present` and `forget`."""
        self.topology = EMPTY_TOPOLOGY
        self.topology_at: float | None = None
        """When the last topology came, in the time that was passed with it."""
        self.variables: dict[str, Variables] = {}
        """What is evented alike by all players (alarms, favourites, ...), by service and name."""

    def coordinator_of(self, uid: str) -> Speaker | None:
        """Give the player that coordinates the group of `uid`, which may be itself.

        None if `uid` is in no group, or in one whose coordinator is not among its members.
        """
        group = self.topology.group_of(uid)
        if group is None or not group.has_coordinator:
            return None
        return self.speakers[group.coordinator]

    def group_members(self, uid: str) -> list[str]:
        """List the uids of the visible players in the group of `uid`, the coordinator first.

        A hidden player is not in the list for its own group. Empty if `uid` is in no group.
        """
        group = self.topology.group_of(uid)
        if group is None:
            return []
        return [member.uid for member in self.topology.visible_members(group)]

    @property
    def unsettled(self) -> list[str]:
        """The uids of coordinators whose own transport says that they follow another player."""
        return [
            group.coordinator
            for group in self.topology.groups
            if group.has_coordinator and self.speakers[group.coordinator].follows is not None
        ]

    def tv_format(self, uid: str) -> str | None:
        """Name the audio format of the television that the group of `uid` plays."""
        media = self.speakers[uid].media
        owner = self.speakers.get(media.owner or "") if media else None
        return owner.tv_format if owner and media and media.source is Source.TV else None

    def forget(self, uid: str) -> None:
        """Drop a player that is not in the topology, such as one that was sold."""
        if uid not in self.topology.members:
            self.speakers.pop(uid, None)

    def copy(self) -> Household:
        """Give a household of its own that knows the same of its players, save the positions."""
        other = Household(self.household_id)
        other.apply_topology(self.topology, self.topology_at or 0.0)
        for uid, speaker in self.speakers.items():
            for service, variables in speaker.variables.items():
                other.apply_event(uid, service, variables, 0.0)
            twin = other._speaker(uid)
            twin.name, twin.host, twin.port = speaker.name, speaker.host, speaker.port
            twin.available = speaker.available
        return other

    @property
    def rooms(self) -> list[Speaker]:
        """The players that a user sees, by uid."""
        return [self.speakers[uid] for uid in self.topology.visible]

    @property
    def parts(self) -> list[Speaker]:
        """The players that are hidden parts of rooms, by uid."""
        return [self.speakers[uid] for uid in self.topology.parts]

    # Topology

    def apply_topology(self, topology: Topology, now: float) -> TopologyChange:
        """Take over a topology as a whole.

        Args:
            topology: From whichever player. An equal one changes nothing.
            now: The time when it came.
        """
        self.topology_at = now
        if topology == self.topology:
            return TopologyChange()
        old, self.topology = self.topology, topology
        news = topology_change(old, topology)
        changes = set(news.changes)
        rebooted, moved = [], []
        for uid, member in topology.members.items():
            speaker = self._speaker(uid)
            if _has_rebooted(speaker, member):
                rebooted.append(uid)
            if speaker.host and (speaker.host, speaker.port) != (member.host, member.port):
                moved.append(uid)
            if _adopt(speaker, member):
                changes.add(Change(uid, Aspect.DEVICE))
        for uid in old.members.keys() - topology.members.keys():
            self.speakers[uid].present = False
        changes |= self._show(topology.members.keys() | old.members.keys())
        return replace(
            news, changes=frozenset(changes), rebooted=tuple(rebooted), moved=tuple(moved)
        )

    def _speaker(self, uid: str) -> Speaker:
        speaker = self.speakers.get(uid)
        if speaker is None:
            # An event may come before the first topology. What it says is kept for then.
            speaker = self.speakers[uid] = Speaker(uid)
        return speaker

    def _show(self, uids: Iterable[str]) -> set[Change]:
        """Let players show what their coordinators play."""
        changes: set[Change] = set()
        for uid in uids:
            coordinator = self.coordinator_of(uid)
            speaker = self.speakers[uid]
            if coordinator is None:
                transport = UNKNOWN_TRANSPORT
            elif coordinator.follows is None:
                transport = coordinator.own
            else:  # contradicts the topology: nothing to be shown is known for sure
                continue
            old, speaker.shown = speaker.shown, transport
            if old is not transport and (speaker.visible or not speaker.present):
                differences = _differences(old, transport)
                if len(self.group_members(uid)) == 1:
                    # What is new about it is new about the room's own volume.
                    differences.discard(Aspect.GROUP_VOLUME)
                changes |= {Change(uid, aspect) for aspect in differences}
        return changes

    # Events

    def apply_event(
        self,
        uid: str,
        service: str,
        variables: Variables,
        now: float,
        *,
        is_initial: bool = False,
    ) -> set[Change]:
        """Take over the variables of an event.

        They are laid over what is known: a variable or channel that is not in them keeps its
        value. A ZoneGroupState among them is left to `apply_topology`.

        Args:
            uid: The player that sent it. One that is not known yet is remembered until a topology
                brings it.
            service: The UPnP name of the service, such as "AVTransport".
            variables: As `parse_notification` gives them. They are not kept or changed.
            now: The time when it came.
            is_initial: Whether it was the first event of a subscription, which tells how things
                are, and not that they have changed just now.

        Returns:
            What is new. Nothing, if the event repeats what is known.
        """
        speaker = self._speaker(uid)
        speaker.last_event_at = now
        if is_initial:
            speaker.told.add(service)
        if service == "RenderingControl":
            variables = by_one_name(variables)
        known = speaker.variables.setdefault(service, {})
        changed = overlay(known, variables)
        changes: set[Change]
        if service == "AVTransport":
            changes = self._apply_transport(speaker, variables, changed, now, is_initial=is_initial)
        elif service == "GroupRenderingControl":
            speaker.own = group_rendering(speaker.own, known)
            changes = self._show_group_of(uid)
        elif service == "RenderingControl":
            changes = apply_rendering(speaker, changed) | self._volume_changes(uid, changed)
        else:
            changes = self._apply_other(speaker, service, variables, changed)
        if not speaker.present:
            return {change for change in changes if change.uid == self.household_id}
        return changes

    def _apply_transport(
        self,
        speaker: Speaker,
        variables: Variables,
        changed: Changed,
        now: float,
        *,
        is_initial: bool,
    ) -> set[Change]:
        known = speaker.variables["AVTransport"]
        followed_before, speaker.follows = speaker.follows, followed(known)
        if speaker.follows is not None:
            # It has no media of its own. What it says about itself (always PLAYING) is void.
            speaker.own = replace(
                UNKNOWN_TRANSPORT,
                group_volume=speaker.own.group_volume,
                group_muted=speaker.own.group_muted,
            )
        else:
            # Whoever stopped following means all that it says, also what it said as a member.
            new = variables.keys() if followed_before else changed.keys()
            speaker.own = transport_after_event(
                speaker.own, known, variables.keys(), new, now, is_initial=is_initial
            )
        changes = self._show_group_of(speaker.uid)
        if "queue_update_id" in changed:
            changes.add(Change(speaker.uid, Aspect.QUEUE))
        return changes

    def _volume_changes(self, uid: str, changed: Changed) -> set[Change]:
        """Tell a group with a fixed output that its volume is another one.

        What Sonos says of it counts the fixed output, so that it is the other members' that counts.
        """
        members = [self.speakers[member] for member in self.group_members(uid)]
        if "output_fixed" not in changed and (
            "volume" not in changed or not any(member.is_fixed for member in members)
        ):
            return set()
        return {Change(member.uid, Aspect.GROUP_VOLUME) for member in members if len(members) > 1}

    def _show_group_of(self, uid: str) -> set[Change]:
        """Let the group show what a player plays, if that is the one that coordinates it."""
        group = self.topology.group_of(uid)
        if group is None or group.coordinator != uid:
            return set()
        return self._show(member.uid for member in group.members)

    def _apply_other(
        self, speaker: Speaker, service: str, variables: Variables, changed: Changed
    ) -> set[Change]:
        if service == "DeviceProperties" and "zone_name" in changed:
            speaker.name = speaker.variable(service, "zone_name") or speaker.name
        if service == "DeviceProperties" and "more_info" in changed:
            battery = battery_of_more_info(speaker.variable(service, "more_info") or "")
            changed |= overlay(speaker.variables[service], battery)
        if service == "ZoneGroupTopology":
            # As long as everything else together, and kept once for the household, in `topology`.
            speaker.variables[service].pop("zone_group_state", None)
            changed.pop("zone_group_state", None)
        shared = self.variables.setdefault(service, {})
        common = {
            name: value for name, value in variables.items() if (service, name) in HOUSEHOLD_ASPECTS
        }
        changes = {
            Change(self.household_id, HOUSEHOLD_ASPECTS[service, name])
            for name in overlay(shared, common)
        }
        for name in changed.keys() - common.keys():
            if (aspect := variable_aspect(service, name)) is not None:
                changes.add(Change(speaker.uid, aspect))
        if "container_update_i_ds" in changed:
            changes |= self._container_changes(speaker)
        return changes

    def _container_changes(self, speaker: Speaker) -> set[Change]:
        update_ids = speaker.variable("ContentDirectory", "container_update_i_ds") or ""
        return {
            Change(self.household_id if aspect in HOUSEHOLD_WIDE else speaker.uid, aspect)
            for container in containers(update_ids)
            for prefix, aspect in CONTAINER_ASPECTS
            if container.startswith(prefix)
        }

    # What is learnt by asking

    def apply_position(
        self, uid: str, reading: PositionReading, requested_at: float
    ) -> set[Change]:
        """Take over an answer to GetPositionInfo (see `Speaker.reading_due`).

        Args:
            uid: The player that was asked, which must be a coordinator to count.
            reading: Its answer.
            requested_at: When the request was sent. The answer is dropped if an event that came
                after that has changed the position.
        """
        speaker = self.speakers.get(uid)
        if speaker is None or speaker.follows is not None:
            return set()
        tracker = speaker.own.tracker.after_reading(reading, requested_at)
        if tracker is speaker.own.tracker:
            return set()
        speaker.own = replace(speaker.own, tracker=tracker)
        return self._show_group_of(uid)

    def apply_answer(self, uid: str, reading: str, answer: Mapping[str, Variables]) -> set[Change]:
        """Take over variables that no event tells.

        Args:
            uid: The player that was asked.
            reading: What it was asked for; it is in `Speaker.told` from then on.
            answer: What it said, by service; nothing, if it cannot answer that.
        """
        speaker = self._speaker(uid)
        changed = {
            (service, name)
            for service, variables in answer.items()
            for name in overlay(speaker.variables.setdefault(service, {}), variables)
        }
        told = frozenset((service, name) for service in answer for name in answer[service])
        for service, name in speaker.answered.get(reading, told) - told:
            del speaker.variables[service][name]
            changed.add((service, name))
        speaker.answered[reading] = told
        aspects = {variable_aspect(*variable) for variable in changed}
        if reading not in speaker.told:
            speaker.told.add(reading)
            aspects.add(Aspect.SETTINGS)
        return {Change(uid, aspect) for aspect in aspects if aspect is not None}

    def apply_sleep_timer(self, uid: str, end: float) -> set[Change]:
        """Take over when a coordinator lets its group fall silent.

        Args:
            uid: The player that was asked.
            end: In seconds since the epoch; 0 without a timer. Answers are in whole seconds, so
                that one of about the same time as the last one says nothing new.
        """
        speaker = self.speakers[uid]
        known = speaker.own.sleep_timer_end
        if speaker.follows is not None or (known is not None and abs(end - known) <= _SAME_TIMER):
            return set()
        speaker.own = replace(speaker.own, sleep_timer_end=end)
        return self._show_group_of(uid)

    def apply_tv_format(self, uid: str, code: int | None) -> set[Change]:
        """Take over HTAudioIn of an answer to GetZoneInfo; None is unknown."""
        speaker = self._speaker(uid)
        name = None if code is None else tv_format_name(code)
        if speaker.tv_format == name:
            return set()
        speaker.tv_format = name
        return {Change(member, Aspect.INPUT) for member in self.group_members(uid)}

    def apply_health(self, health: HouseholdHealth) -> None:
        """Keep how well the events of the players arrive; nothing of this is a change."""
        for each in health.speakers:
            self._speaker(each.uid).health = each

    def doubt_position(self, uid: str, now: float) -> None:
        """Want a reading of the position of a coordinator that was told to go elsewhere."""
        speaker = self.speakers[uid]
        speaker.own = replace(speaker.own, tracker=speaker.own.tracker.after_command(now))
        self._show_group_of(uid)

    def apply_description(self, uid: str, description: DeviceDescription) -> set[Change]:
        """Take over a device description."""
        speaker = self._speaker(uid)
        if speaker.description == description:
            return set()
        speaker.description = description
        speaker.name = speaker.name or description.room_name
        return {Change(uid, Aspect.DEVICE)}

    def note_start(self, uid: str, at: dt.datetime) -> set[Change]:
        """Note when a player has started anew."""
        self._speaker(uid).started_at = at
        return {Change(uid, Aspect.DEVICE)}

    def set_available(self, uid: str, available: bool, reason: str = "") -> set[Change]:
        """Note whether a player can be reached, and if not, why not."""
        speaker = self._speaker(uid)
        reason = "" if available else reason
        if (speaker.available, speaker.unavailable_reason) == (available, reason):
            return set()
        speaker.available, speaker.unavailable_reason = available, reason
        return {Change(uid, Aspect.AVAILABILITY)}


def _has_rebooted(speaker: Speaker, member: ZoneMember) -> bool:
    """Note the boot sequence number and tell whether it has grown.

    A lower one comes with an old topology that is late, and says nothing.
    """
    if member.boot_seq is None or member.boot_seq <= (speaker.boot_seq or 0):
        return False
    known, speaker.boot_seq = speaker.boot_seq, member.boot_seq
    return known is not None


def _adopt(speaker: Speaker, member: ZoneMember) -> bool:
    """Take over what the topology says of a player, and tell whether that is new."""
    old, speaker.member = speaker.member, member
    speaker.present = True
    if old is None or old.name != member.name:
        speaker.name = member.name or speaker.name
    speaker.host, speaker.port = member.host, member.port
    return old != member


def _differences(old: Transport, new: Transport) -> set[Aspect]:
    return {
        aspect for name, aspect in TRANSPORT_ASPECTS if getattr(old, name) != getattr(new, name)
    }
