"""Asking a speaker for what none of its events tells.

The answers are variables as events would name them, by service.
"""

from ...model import Variables, parse_battery_status
from . import soap
from .sound import read_sound

type Answer = dict[str, Variables]
"""Variables by UPnP service."""

_DEVICE = "DeviceProperties"
_SOUND = "RenderingControl"

#: The only source of which is known that players do something when it comes on.
_TV = "TV"


def read_front_panel(address: str) -> Answer:
    """Read whether the status light is lit and the buttons are locked: "On" or "Off"."""
    light = soap.call(address, _DEVICE, "GetLEDState")
    lock = soap.call(address, _DEVICE, "GetButtonLockState")
    return {
        _DEVICE: {
            "led_state": light.get("CurrentLEDState", ""),
            "button_lock_state": lock.get("CurrentButtonLockState", ""),
        }
    }


def read_output_support(address: str) -> Answer:
    """Read whether the output of a speaker can be fixed: 1 or 0."""
    answer = soap.call(address, _SOUND, "GetSupportsOutputFixed", InstanceID=0)
    return {_SOUND: {"supports_output_fixed": answer.get("CurrentSupportsFixed", "")}}


def read_height(address: str) -> Answer:
    """Read how loud the speakers of a soundbar are that play upwards."""
    return {_SOUND: {"height_channel_level": read_sound(address, "height_channel_level")}}


def set_status_light(address: str, on: bool) -> None:
    """Light the status light of a speaker, or put it out."""
    soap.call(address, _DEVICE, "SetLEDState", DesiredLEDState=_on_off(on))


def lock_buttons(address: str, locked: bool) -> None:
    """Let the buttons on a speaker do nothing, or something again."""
    soap.call(address, _DEVICE, "SetButtonLockState", DesiredButtonLockState=_on_off(locked))


def _on_off(on: bool) -> str:
    return "On" if on else "Off"


def read_autoplay(address: str) -> Answer:
    """Read what a speaker does when its television comes on: who plays it, who else with it."""
    room = soap.call(address, _DEVICE, "GetAutoplayRoomUUID", Source=_TV)
    linked = soap.call(address, _DEVICE, "GetAutoplayLinkedZones", Source=_TV)
    return {
        _DEVICE: {
            "autoplay_room_uuid": room.get("RoomUUID", ""),
            "autoplay_include_linked_zones": linked.get("IncludeLinkedZones", ""),
        }
    }


def read_autoplay_volume(address: str) -> Answer:
    """Read how loud a speaker becomes when its television comes on, and whether it does."""
    volume = soap.call(address, _DEVICE, "GetAutoplayVolume", Source=_TV)
    use = soap.call(address, _DEVICE, "GetUseAutoplayVolume", Source=_TV)
    return {
        _DEVICE: {
            "autoplay_volume": volume.get("CurrentVolume", ""),
            "autoplay_use_volume": use.get("UseVolume", ""),
        }
    }


def set_autoplay(address: str, uid: str) -> None:
    """Let a speaker's television be played by a speaker when it comes on; by nobody if it is ""."""
    soap.call(address, _DEVICE, "SetAutoplayRoomUUID", RoomUUID=uid, Source=_TV)


def set_autoplay_linked_zones(address: str, linked: bool) -> None:
    """Let the speaker's group play its television, too, or let it leave the group for that."""
    soap.call(
        address, _DEVICE, "SetAutoplayLinkedZones", IncludeLinkedZones=int(linked), Source=_TV
    )


def set_autoplay_volume(address: str, volume: int) -> None:
    """Set how loud a speaker becomes when its television comes on, in percent."""
    soap.call(address, _DEVICE, "SetAutoplayVolume", Volume=volume, Source=_TV)


def use_autoplay_volume(address: str, use: bool) -> None:
    """Let a speaker become that loud, or stay as loud as it is."""
    soap.call(address, _DEVICE, "SetUseAutoplayVolume", UseVolume=int(use), Source=_TV)


def read_battery(address: str) -> Answer:
    """Read the page on which a speaker shows its battery; old ones show nothing there."""
    battery = parse_battery_status(soap.get(address, "/status/batterystatus"))
    return {_DEVICE: battery} if battery else {}


def rename_room(address: str, name: str) -> None:
    """Give a room another name, with the icon and all else as it is.

    What firmware does not tell of the room it does not want to be told either: the name of a
    target room came with S2.
    """
    known = soap.call(address, _DEVICE, "GetZoneAttributes")
    target = known.get("CurrentTargetRoomName")
    soap.call(
        address,
        _DEVICE,
        "SetZoneAttributes",
        DesiredZoneName=name,
        DesiredIcon=known.get("CurrentIcon", ""),
        DesiredConfiguration=known.get("CurrentConfiguration", ""),
        **({} if target is None else {"DesiredTargetRoomName": target}),
    )
