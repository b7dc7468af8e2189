"""Asking a speaker for what none of its events tells.

The answers are variables as events would name them, by service.
"""

from ...model import parse_battery_status
from . import soap
from .sound import read_sound
from .state import State

_DEVICE = "DeviceProperties"
_SOUND = "RenderingControl"

#: The only source of which is known that players do something when it comes on.
_TV = "TV"


def _read(address: str, *questions: tuple[str, str, str], **arguments: str) -> State:
    """Ask with one action after the other, each of which has one answer.

    Args:
        address: The speaker's address.
        questions: Of each the action, its answer, and the variable that it is.
        arguments: What all of the actions take.

    """
    return {
        _DEVICE: {
            name: soap.call(address, _DEVICE, action, **arguments).get(answer, "")
            for action, answer, name in questions
        }
    }


def read_front_panel(address: str) -> State:
    """Read whether the status light is lit and the buttons are locked: "On" or "Off"."""
    return _read(
        address,
        ("GetLEDState", "CurrentLEDState", "led_state"),
        ("GetButtonLockState", "CurrentButtonLockState", "button_lock_state"),
    )


def read_output_support(address: str) -> State:
    """Read whether the output of a speaker can be fixed: 1 or 0."""
    answer = soap.call(address, _SOUND, "GetSupportsOutputFixed", InstanceID=0)
    return {_SOUND: {"supports_output_fixed": answer.get("CurrentSupportsFixed", "")}}


def read_height(address: str) -> State:
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


def read_autoplay(address: str) -> State:
    """Read what a speaker does when its television comes on: who plays it, who else with it."""
    return _read(
        address,
        ("GetAutoplayRoomUUID", "RoomUUID", "autoplay_room_uuid"),
        ("GetAutoplayLinkedZones", "IncludeLinkedZones", "autoplay_include_linked_zones"),
        Source=_TV,
    )


def read_autoplay_volume(address: str) -> State:
    """Read how loud a speaker becomes when its television comes on, and whether it does."""
    return _read(
        address,
        ("GetAutoplayVolume", "CurrentVolume", "autoplay_volume"),
        ("GetUseAutoplayVolume", "UseVolume", "autoplay_use_volume"),
        Source=_TV,
    )


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


def read_battery(address: str) -> State:
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
