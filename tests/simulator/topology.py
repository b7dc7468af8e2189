"""The zone group state as players write it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .table import services_of
from .text import escape, flag
from .transport import PLAYING, TRANSITIONING

if TYPE_CHECKING:
    from .household import Group, Household
    from .speaker import Speaker


_OF_FIRMWARE = {
    "WirelessLeafOnly": "WirelessLeafOnly",
    "ConnectionType": "ConnectionType",
    "EthLink": "EthLink",
    "HeadphoneSwapActive": "HeadphoneId",
}


@dataclass(frozen=True, slots=True)
class Vanished:
    """A player that others miss."""

    speaker: Speaker
    reason: str
    last_seen: int


def _attributes(pairs: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in pairs.items())


def _member_attributes(speaker: Speaker) -> dict[str, str]:
    settings = speaker.settings
    coordinator = speaker.household.group_of(speaker).coordinator
    idle = coordinator.transport.state not in {PLAYING, TRANSITIONING}
    pairs = {
        "UUID": speaker.uid,
        "Location": speaker.location,
        "ZoneName": speaker.room,
        "Icon": settings.icon,
        "Configuration": settings.configuration,
    }
    if speaker.invisible:
        pairs["Invisible"] = "1"
    pairs |= {
        "SoftwareVersion": speaker.software,
        "SWGen": speaker.sw_gen,
        "MinCompatibleVersion": speaker.model.min_compatible,
        "LegacyCompatibleVersion": "58.0-00000",
    }
    if speaker.channel_map:
        pairs["ChannelMapSet"] = speaker.channel_map
    if speaker.satellite_map:
        pairs["HTSatChanMapSet"] = speaker.satellite_map
    connection = speaker.connection
    pairs |= {
        "HTForwardEnabled": "0",
        "BootSeq": str(speaker.boot_seq),
        "TVConfigurationError": flag(settings.tv_error),
        "HdmiCecAvailable": flag(settings.hdmi_cec),
        "WirelessMode": str(connection.wireless_mode),
        "WirelessLeafOnly": "0",
        "ConnectionType": str(connection.connection_type),
        "HasConfiguredSSID": "1",
        "ChannelFreq": str(connection.channel),
        "BehindWifiExtender": flag(connection.behind_extender),
        "WifiEnabled": flag(connection.wifi_enabled),
        "EthLink": flag(connection.ethernet),
        "Orientation": "0",
        "RoomCalibrationState": "4",
        "SecureRegState": "3",
        "VoiceConfigState": "2" if settings.voice_configured else "0",
        "MicEnabled": flag(settings.mic_enabled),
        "HeadphoneSwapActive": flag(settings.headphone_id),
        "AirPlayEnabled": flag(settings.airplay),
        "IdleState": flag(idle),
        "MoreInfo": speaker.more_info,
        "SSLPort": "1443",
        "HHSSLPort": "1843",
    }
    if speaker.household.generation == "S1":
        for name in ("SSLPort", "HHSSLPort"):
            del pairs[name]
        pairs["AirPlayEnabled"] = "0"
    known = services_of(speaker.model.number)["DeviceProperties"].variables
    # What came with a firmware, or went with one.
    for name, variable in _OF_FIRMWARE.items():
        if variable not in known:
            del pairs[name]
    return pairs


def _member(speaker: Speaker) -> str:
    satellites = "".join(
        f"<Satellite{_attributes(_member_attributes(unit))}/>"
        for unit in speaker.satellites
        if unit.online or unit.uid not in speaker.household.vanished
    )
    attributes = _attributes(_member_attributes(speaker))
    if satellites:
        return f"<ZoneGroupMember{attributes}>{satellites}</ZoneGroupMember>"
    return f"<ZoneGroupMember{attributes}/>"


def _turned(parts: list[str], turn: int) -> list[str]:
    """Begin with another one, and go around."""
    turn %= len(parts) or 1
    return parts[turn:] + parts[:turn]


@dataclass(frozen=True, slots=True)
class _Group:
    """A group as it is written: how it begins, and its members."""

    begin: str
    members: list[str]

    def text(self, turn: int) -> str:
        return f"{self.begin}{''.join(_turned(self.members, turn))}</ZoneGroup>"


def _group(group: Group) -> _Group:
    members = []
    for room in group.members:
        # The hidden half of a stereo pair is a member of its own and often comes first.
        members += [_member(unit) for unit in room.units if unit not in room.satellites]
    begin = f'<ZoneGroup Coordinator="{group.coordinator.uid}" ID="{group.group_id}">'
    return _Group(begin, members)


def _vanished(entry: Vanished) -> str:
    speaker = entry.speaker
    pairs = {
        "UUID": speaker.uid,
        "ZoneName": speaker.room,
        "Reason": entry.reason,
        "ModelInfo": speaker.model.number,
        "Mac": speaker.mac.replace(":", ""),
        "LastKnownIP": speaker.address,
        "LastSeenUTC": str(entry.last_seen),
        "SWGen": speaker.sw_gen,
    }
    return f"<Device{_attributes(pairs)}/>"


class ZoneGroupState:
    """The topology document at one moment: from each player the same, but in another order."""

    def __init__(self, household: Household) -> None:
        """Write all parts of it."""
        self._groups = [_group(group) for group in household.groups]
        vanished = "".join(_vanished(entry) for entry in household.vanished.values())
        self._vanished = (
            f"<VanishedDevices>{vanished}</VanishedDevices>" if vanished else "<VanishedDevices/>"
        )

    def text(self, turn: int) -> str:
        """Return it with groups, and the members of each, turned by so many places."""
        groups = "".join(_turned([group.text(turn) for group in self._groups], turn))
        return f"<ZoneGroupState><ZoneGroups>{groups}</ZoneGroups>{self._vanished}</ZoneGroupState>"


def uuids_in_group(group: Group) -> str:
    """Return the members of a group, its coordinator first."""
    rooms = [group.coordinator, *(room for room in group.members if room is not group.coordinator)]
    return ",".join(room.uid for room in rooms)
