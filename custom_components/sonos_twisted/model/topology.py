"""The topology of a household: which players exist, where, and which of them play together.

Every player sends the same content in an order of its own. A `Topology` is canonical: equal for
equal content, so a household can tell by one comparison whether anything changed.

Sizes: a household holds 32 players at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from .markup import MAX_TAGS, MalformedMarkup, elements, local_name, parse
from .numbers import whole_number

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DEFAULT_PORT = 1400

_GENERATIONS: dict[str, Literal[1, 2]] = {"1": 1, "2": 2}


class MalformedTopology(ValueError):  # noqa: N818, the name says that it is one
    """A ZoneGroupState that cannot be read. The message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class ZoneMember:
    """A player as the topology describes it: a visible room or a hidden part of one."""

    uid: str
    name: str
    """The room's name. Not unique: the parts of a room share it, and rooms may."""
    location: str
    """The URL of the device description."""
    host: str
    """The IPv4 address in `location`, "" if there is none: never a name to be looked up."""
    port: int
    invisible: bool
    is_bridge: bool
    satellite_of: str | None
    """The uid of the main unit, for the surrounds and the sub of a home theatre."""
    channel_map: str
    """ChannelMapSet: who plays what in a stereo pair or with a sub, "" outside of one.

    The form is "A:LF,LF;B:RF,RF". All parts carry the same text; A is the visible one.
    """
    ht_channel_map: str
    """HTSatChanMapSet: who plays what in a home theatre, "A:LF,RF;S:SW;B:LR;C:RR".

    Satellites know only the main unit and themselves.
    """
    boot_seq: int | None
    """Grows by one with each start of the player. Leases do not survive a start."""
    software_version: str
    generation: Literal[1, 2] | None
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """All attributes as sent, by their own names (`MicEnabled`), outer white space removed."""

    @property
    def visible(self) -> bool:
        """Whether a user sees this player as a room: it is no hidden part of another."""
        return not (self.invisible or self.is_bridge or self.satellite_of)

    @property
    def bonded_to(self) -> str | None:
        """The uid of the room's visible unit, for a hidden part of a room, else None."""
        if self.satellite_of or not self.invisible:
            return self.satellite_of
        return _other_main_unit(self.channel_map, self.uid)

    @property
    def channels(self) -> frozenset[str]:
        """What it plays in its room: "SW" is a sub, "LR" and "RR" are surrounds.

        Empty for a player on its own.
        """
        return _channels(self.ht_channel_map or self.channel_map).get(self.uid, frozenset())

    @property
    def bonds(self) -> frozenset[str]:
        """The uids of all players that it is bonded with, itself included, as far as it knows."""
        maps = (self.channel_map, self.ht_channel_map)
        return frozenset().union(*(_channels(channel_map) for channel_map in maps))


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """Players that play together.

    `coordinator` is the uid that the topology names. Now and then it is not among the members,
    while a group forms or after its coordinator lost power: see `has_coordinator`.
    """

    group_id: str
    coordinator: str
    members: tuple[ZoneMember, ...]
    """The coordinator first, then by uid; hidden ones included. Never empty."""

    @property
    def has_coordinator(self) -> bool:
        """Whether the coordinator is one of the members."""
        return self.members[0].uid == self.coordinator


@dataclass(frozen=True, slots=True)
class VanishedDevice:
    """A player that the household misses. It may well be alive: see `is_really_gone`."""

    uid: str
    name: str
    reason: str
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """As sent: ModelInfo, Mac, LastKnownIP, LastSeenUTC, SWGen where known."""


@dataclass(frozen=True, slots=True)
class Topology:
    """All groups of a household, sorted by coordinator, and the devices that it misses.

    A player that is listed twice, as happens while groups change, counts where it coordinates,
    else in the first of its groups.
    """

    groups: tuple[ZoneGroup, ...]
    vanished: tuple[VanishedDevice, ...] = ()
    members: Mapping[str, ZoneMember] = field(init=False, compare=False, repr=False)
    """All players by uid, in the order of their uids."""
    visible: tuple[str, ...] = field(init=False, compare=False, repr=False)
    """The uids of the players that a user sees, sorted."""
    _group_by_uid: Mapping[str, ZoneGroup] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Build the indices."""
        members: dict[str, ZoneMember] = {}
        group_by_uid: dict[str, ZoneGroup] = {}
        for group in self.groups:
            for member in group.members:
                if member.uid not in members or member.uid == group.coordinator:
                    members[member.uid] = member
                    group_by_uid[member.uid] = group
        ordered = {uid: members[uid] for uid in sorted(members)}
        visible = tuple(uid for uid, member in ordered.items() if member.visible)
        object.__setattr__(self, "members", MappingProxyType(ordered))
        object.__setattr__(self, "visible", visible)
        object.__setattr__(self, "_group_by_uid", group_by_uid)

    def member(self, uid: str) -> ZoneMember | None:
        """Give the player with that uid, hidden or not, or None."""
        return self.members.get(uid)

    @property
    def parts(self) -> list[str]:
        """The uids of the players that are hidden parts of rooms, sorted."""
        return [uid for uid, member in self.members.items() if member.bonded_to in self.members]

    def has_use_for(self, uid: str) -> bool:
        """Tell whether a player is a room or a part of one, be it one that is missing now."""
        member = self.members.get(uid)
        if member is not None and member.visible:
            return True
        return any(uid in other.bonds for other in self.members.values() if other.uid != uid)

    def group_of(self, uid: str) -> ZoneGroup | None:
        """Give the group that the player is in, or None."""
        return self._group_by_uid.get(uid)

    def visible_members(self, group: ZoneGroup) -> tuple[ZoneMember, ...]:
        """Give those members of a group that a user sees, the coordinator first."""
        return tuple(
            member
            for member in group.members
            if member.visible and self._group_by_uid.get(member.uid) is group
        )


EMPTY_TOPOLOGY = Topology(())
"""What is known before the first ZoneGroupState."""


def parse_zone_group_state(text: str) -> Topology:
    """Read a ZoneGroupState, from an event or from GetZoneGroupState.

    The root is ZoneGroupState or, in old firmware, ZoneGroups; ZoneGroups is missing before
    firmware 10. Satellites come as children of their main unit or as members of the group. Nothing
    is mended here: half a topology would make rooms disappear.

    Raises:
        MalformedTopology: If it is not well-formed or names no player.
    """
    try:
        root = parse(text.strip().encode(errors="replace"), MAX_TAGS)
        if not len(root) and (inner := (root.text or "").strip()):
            root = parse(inner.encode(), MAX_TAGS)  # escaped once more, as in a SOAP body
    except MalformedMarkup as error:
        raise MalformedTopology(str(error)) from None
    groups = [
        group
        for name, element in _children_or_grandchildren(root)
        if name == "ZoneGroup" and (group := _read_group(element))
    ]
    if not groups:
        message = "names no player"
        raise MalformedTopology(message)
    groups.sort(key=_group_order)
    vanished = [
        device
        for name, element in elements(root)
        if name == "VanishedDevices"
        for _, child in elements(element)
        if (device := _read_vanished(child))
    ]
    vanished.sort(key=lambda device: (device.uid, device.reason, sorted(device.attributes.items())))
    return Topology(tuple(groups), tuple(vanished))


def _children_or_grandchildren(root: Element) -> list[tuple[str, Element]]:
    """List what stands in ZoneGroups, be that the root, a child of it, or left out."""
    found: list[tuple[str, Element]] = []
    for name, element in elements(root):
        if name == "ZoneGroups":
            found += elements(element)
        else:
            found.append((name, element))
    return found


def _read_group(element: Element) -> ZoneGroup | None:
    attributes = _attributes(element)
    coordinator = attributes.get("Coordinator", "")
    members = []
    for name, child in elements(element):
        if name != "ZoneGroupMember" or not (member := _read_member(child, None)):
            continue
        members.append(member)
        members += [
            satellite
            for inner_name, inner in elements(child)
            if inner_name == "Satellite" and (satellite := _read_member(inner, member.uid))
        ]
    if not members:
        return None
    members.sort(key=lambda member: (member.uid != coordinator, *_member_order(member)))
    return ZoneGroup(attributes.get("ID", ""), coordinator, tuple(members))


def _member_order(member: ZoneMember) -> tuple[object, ...]:
    return (member.uid, member.satellite_of or "", sorted(member.attributes.items()))


def _group_order(group: ZoneGroup) -> tuple[object, ...]:
    members = [_member_order(member) for member in group.members]
    return (group.coordinator, group.group_id, members)


def _read_member(element: Element, main_unit: str | None) -> ZoneMember | None:
    attributes = _attributes(element)
    uid = attributes.get("UUID", "")
    if not uid:
        return None
    location = attributes.get("Location", "")
    host, port = _address(location)
    ht_channel_map = attributes.get("HTSatChanMapSet", "")
    return ZoneMember(
        uid=uid,
        name=attributes.get("ZoneName", ""),
        location=location,
        host=host,
        port=port,
        invisible=attributes.get("Invisible") == "1",
        is_bridge=attributes.get("IsZoneBridge") == "1",
        satellite_of=main_unit or _other_main_unit(ht_channel_map, uid),
        channel_map=attributes.get("ChannelMapSet", ""),
        ht_channel_map=ht_channel_map,
        boot_seq=whole_number(attributes.get("BootSeq", "")),
        software_version=attributes.get("SoftwareVersion", ""),
        generation=_GENERATIONS.get(attributes.get("SWGen", "")),
        attributes=attributes,
    )


def _other_main_unit(channel_map: str, uid: str) -> str | None:
    """Give the unit that a channel map starts with, unless it is the player itself."""
    main_unit = channel_map.partition(":")[0].strip()
    return main_unit if main_unit not in {"", uid} else None


def _read_vanished(element: Element) -> VanishedDevice | None:
    attributes = _attributes(element)
    uid = attributes.get("UUID", "")
    if local_name(element.tag) != "Device" or not uid:
        return None
    reason = attributes.get("Reason", "")
    return VanishedDevice(uid, attributes.get("ZoneName", ""), reason, attributes)


def _channels(channel_map: str) -> dict[str, frozenset[str]]:
    """Read a channel map."""
    pairs = (part.strip().partition(":") for part in channel_map.split(";"))
    return {uid: frozenset(channels.split(",")) for uid, _, channels in pairs if uid}


def _attributes(element: Element) -> dict[str, str]:
    # Line breaks inside of attributes were seen in firmware 31 and are no part of the value.
    return {str(name): str(value).strip() for name, value in element.attrib.items()}


def _address(location: str) -> tuple[str, int]:
    """Split the address from a Location, with "" and the usual port for what it doesn't say.

    Only a literal IPv4 address is one, as all players send it. Any other host counts as none:
    whoever can lie about the topology could have a name looked up, for which a thread has to wait.
    """
    try:
        url = urlsplit(location)
        host, port = str(IPv4Address(url.hostname or "")), url.port
    except ValueError:
        host, port = "", None
    return host, port or DEFAULT_PORT
