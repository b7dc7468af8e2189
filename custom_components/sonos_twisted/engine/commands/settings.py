"""Asking a speaker for what none of its events tells.

The answers are variables as events would name them, by service.
"""

from ...model import Variables
from . import soap
from .sound import read_sound

type Answer = dict[str, Variables]
"""Variables by UPnP service."""

_DEVICE = "DeviceProperties"
_SOUND = "RenderingControl"


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
