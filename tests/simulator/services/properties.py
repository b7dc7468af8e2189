"""DeviceProperties: what a player is and how it is set up."""

from typing import TYPE_CHECKING

from tests.simulator import bonding
from tests.simulator.errors import Code, UpnpError
from tests.simulator.speaker import Autoplay
from tests.simulator.table import services_of
from tests.simulator.text import flag
from tests.simulator.transport import PLAYING, TRANSITIONING

from .kinds import nothing, number, truth

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Variables


_FULL = 100


def _led(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentLEDState": speaker.settings.led}


def _set_led(speaker: Speaker, args: Arguments) -> Answer:
    speaker.settings.led = args["DesiredLEDState"]
    return None


def _button_lock(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentButtonLockState": speaker.settings.button_lock}


def _set_button_lock(speaker: Speaker, args: Arguments) -> Answer:
    speaker.settings.button_lock = args["DesiredButtonLockState"]
    return None


def _household(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentHouseholdID": speaker.household.household_id}


def _zone_info(speaker: Speaker, _args: Arguments) -> Answer:
    model = speaker.model
    return {
        "SerialNumber": f"{speaker.mac.replace(':', '-')}:D",
        "SoftwareVersion": speaker.software,
        "DisplaySoftwareVersion": speaker.display_version,
        "HardwareVersion": model.hardware,
        "IPAddress": speaker.address,
        "MACAddress": speaker.mac,
        "CopyrightInfo": "(c) simulated",
        "ExtraInfo": "OTP: ",
        "HTAudioIn": str(speaker.settings.tv_format),
        "Flags": "0",
    }


def _attributes(speaker: Speaker, _args: Arguments) -> Answer:
    settings = speaker.settings
    return {
        "CurrentZoneName": speaker.room,
        "CurrentIcon": settings.icon,
        "CurrentConfiguration": settings.configuration,
        "CurrentTargetRoomName": settings.target_room,
    }


def _set_attributes(speaker: Speaker, args: Arguments) -> Answer:
    if not args["DesiredZoneName"].strip():
        raise UpnpError(Code.INVALID_ARGS)
    speaker.settings.target_room = args.get("DesiredTargetRoomName", "")
    for unit in (speaker.primary or speaker).units:
        unit.room = args["DesiredZoneName"]
        unit.settings.icon = args["DesiredIcon"] or unit.settings.icon
        unit.changed("DeviceProperties")
    speaker.household.topology_changed()
    return None


def _autoplay(speaker: Speaker, args: Arguments) -> Autoplay:
    source = args["Source"] or "TV"
    has_source = {"TV": speaker.model.soundbar, "LineIn": speaker.line_in is not None}
    if not has_source.get(source, False):
        raise UpnpError(Code.INVALID_ARGS)
    return speaker.settings.autoplay.setdefault(source, Autoplay())


def _autoplay_room(speaker: Speaker, args: Arguments) -> Answer:
    return {"RoomUUID": _autoplay(speaker, args).room_uuid}


def _set_autoplay_room(speaker: Speaker, args: Arguments) -> Answer:
    autoplay, room = _autoplay(speaker, args), args["RoomUUID"]
    if room not in {"", *(unit.uid for unit in speaker.household.speakers)}:
        raise UpnpError(Code.INVALID_ARGS)
    autoplay.room_uuid = room
    return None


def _autoplay_zones(speaker: Speaker, args: Arguments) -> Answer:
    return {"IncludeLinkedZones": flag(_autoplay(speaker, args).linked_zones)}


def _set_autoplay_zones(speaker: Speaker, args: Arguments) -> Answer:
    _autoplay(speaker, args).linked_zones = truth(args["IncludeLinkedZones"])
    return None


def _autoplay_volume(speaker: Speaker, args: Arguments) -> Answer:
    return {"CurrentVolume": str(_autoplay(speaker, args).volume)}


def _set_autoplay_volume(speaker: Speaker, args: Arguments) -> Answer:
    autoplay, volume = _autoplay(speaker, args), number(args["Volume"])
    if not 0 <= volume <= _FULL:
        raise UpnpError(Code.INVALID_ARGS)
    autoplay.volume = volume
    return None


def _use_autoplay_volume(speaker: Speaker, args: Arguments) -> Answer:
    return {"UseVolume": flag(_autoplay(speaker, args).use_volume)}


def _set_use_autoplay_volume(speaker: Speaker, args: Arguments) -> Answer:
    _autoplay(speaker, args).use_volume = truth(args["UseVolume"])
    return None


def _bond(speaker: Speaker, args: Arguments) -> Answer:
    bonding.bond(speaker.household, speaker, args["ChannelMapSet"])
    return None


def _separate(speaker: Speaker, args: Arguments) -> Answer:
    keep = truth(args.get("KeepGrouped", "0"))
    bonding.separate(speaker.household, speaker, args["ChannelMapSet"], keep_grouped=keep)
    return None


def _add_satellite(speaker: Speaker, args: Arguments) -> Answer:
    bonding.add_satellites(speaker.household, speaker, args["HTSatChanMapSet"])
    return None


def _remove_satellite(speaker: Speaker, args: Arguments) -> Answer:
    bonding.remove_satellite(speaker.household, speaker, args["SatRoomUUID"])
    return None


def _button_state(_speaker: Speaker, _args: Arguments) -> Answer:
    return {"State": ""}


def _config_mode(_speaker: Speaker, _args: Arguments) -> Answer:
    return {"State": ""}


ACTIONS: dict[str, Handler] = {
    "GetLEDState": _led,
    "SetLEDState": _set_led,
    "GetButtonLockState": _button_lock,
    "SetButtonLockState": _set_button_lock,
    "GetButtonState": _button_state,
    "GetHouseholdID": _household,
    "GetZoneInfo": _zone_info,
    "GetZoneAttributes": _attributes,
    "SetZoneAttributes": _set_attributes,
    "GetAutoplayRoomUUID": _autoplay_room,
    "SetAutoplayRoomUUID": _set_autoplay_room,
    "GetAutoplayLinkedZones": _autoplay_zones,
    "SetAutoplayLinkedZones": _set_autoplay_zones,
    "GetAutoplayVolume": _autoplay_volume,
    "SetAutoplayVolume": _set_autoplay_volume,
    "GetUseAutoplayVolume": _use_autoplay_volume,
    "SetUseAutoplayVolume": _set_use_autoplay_volume,
    "AddBondedZones": _bond,
    "CreateStereoPair": _bond,
    "AddHTSatellite": _add_satellite,
    "RemoveHTSatellite": _remove_satellite,
    "RemoveBondedZones": _separate,
    "SeparateStereoPair": _separate,
    "EnterConfigMode": _config_mode,
    "ExitConfigMode": nothing,
    "RoomDetectionStopChirping": nothing,
}


def variables(speaker: Speaker) -> Variables:
    """Return the evented variables that the model has."""
    settings, connection = speaker.settings, speaker.connection
    state = {
        "SettingsReplicationState": f"{speaker.uid},0,{speaker.uid},0",
        "ZoneName": speaker.room,
        "Icon": settings.icon,
        "Configuration": settings.configuration,
        "Invisible": flag(speaker.invisible),
        "IsZoneBridge": "0",
        "AirPlayEnabled": flag(settings.airplay),
        "SupportsAudioIn": flag(speaker.line_in is not None),
        "SupportsAudioClip": flag(speaker.clips.supported),
        "IsIdle": flag(speaker.transport.state not in {PLAYING, TRANSITIONING}),
        "MoreInfo": speaker.more_info,
        "ChannelMapSet": speaker.channel_map,
        "HTSatChanMapSet": speaker.satellite_map,
        "HTBondedZoneCommitState": "0",
        "Orientation": "0",
        "LastChangedPlayState": "",
        "RoomCalibrationState": "4",
        "AvailableRoomCalibration": "",
        "TVConfigurationError": flag(settings.tv_error),
        "HdmiCecAvailable": flag(settings.hdmi_cec),
        "WirelessMode": str(connection.wireless_mode),
        "ConnectionType": str(connection.connection_type),
        "HasConfiguredSSID": "1",
        "ChannelFreq": str(connection.channel),
        "BehindWifiExtender": flag(connection.behind_extender),
        "WifiEnabled": flag(connection.wifi_enabled),
        "EthLink": flag(connection.ethernet),
        "ConfigMode": "",
        "SecureRegState": "3",
        "VoiceConfigState": "2" if settings.voice_configured else "0",
        "MicEnabled": flag(settings.mic_enabled),
        "SvcActive": "1",
        "HeadphoneId": settings.headphone_id,
        "AvailableHeadphoneSessions": flag(settings.headphone_id),
        "WirelessLeafOnly": "0",
        "HTFreq": "0",
    }
    evented = services_of(speaker.model.number)["DeviceProperties"].evented
    return {name: value for name, value in state.items() if name in evented}
