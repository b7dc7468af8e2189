"""The tone, balance and equalizer of a single speaker: its RenderingControl service."""

from ...model import SOUND_SETTINGS
from . import soap

_SERVICE = "RenderingControl"

#: How the actions for a setting are called, and the argument of the one that sets it, by the
#: variable that events name.
_ACTIONS: dict[str, tuple[str, str]] = {
    "bass": ("Bass", "DesiredBass"),
    "loudness": ("Loudness", "DesiredLoudness"),
    "mute": ("Mute", "DesiredMute"),
    "treble": ("Treble", "DesiredTreble"),
    "volume": ("Volume", "DesiredVolume"),
}


def set_sound(address: str, name: str, value: int) -> None:
    """Change how a speaker sounds.

    Args:
        address: The speaker's address.
        name: One of ``SOUND_SETTINGS``.
        value: The new value; 1 and 0 for on and off.

    """
    setting = SOUND_SETTINGS[name]
    if setting.eq_type is not None:
        soap.call(
            address,
            _SERVICE,
            "SetEQ",
            InstanceID=0,
            EQType=setting.eq_type,
            DesiredValue=value,
        )
        return
    action, argument = _ACTIONS[setting.variable]
    channel = {"Channel": setting.channel} if setting.channel else {}
    soap.call(address, _SERVICE, f"Set{action}", InstanceID=0, **channel, **{argument: value})


def read_sound(address: str, name: str) -> str:
    """Return what a speaker says of one of ``SOUND_SETTINGS``, as its events would."""
    setting = SOUND_SETTINGS[name]
    if setting.eq_type is not None:
        answer = soap.call(address, _SERVICE, "GetEQ", InstanceID=0, EQType=setting.eq_type)
        return answer.get("CurrentValue", "")
    action, _ = _ACTIONS[setting.variable]
    channel = {"Channel": setting.channel} if setting.channel else {}
    answer = soap.call(address, _SERVICE, f"Get{action}", InstanceID=0, **channel)
    return answer.get(f"Current{action}", "")
