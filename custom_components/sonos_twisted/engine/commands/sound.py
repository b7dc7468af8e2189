"""The tone, balance and equalizer of a single speaker: its RenderingControl service."""

from collections.abc import Mapping, Sequence

from ...model import SOUND_SETTINGS
from ..errors import UpnpError
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


def set_all(address: str, values: Mapping[str, int]) -> dict[str, int]:
    """Change several settings, in the order of ``SOUND_SETTINGS``.

    Args:
        address: The speaker's address.
        values: The new values by setting.

    Returns:
        The error codes of those that the speaker has declined to change, by setting.

    """
    declined = {}
    for name in SOUND_SETTINGS:
        if name in values:
            try:
                set_sound(address, name, values[name])
            except UpnpError as error:
                declined[name] = error.code
    return declined


def reset(address: str, names: Sequence[str]) -> dict[str, int]:
    """Let a speaker sound as from the factory: bass, treble, loudness, balance, and more.

    Args:
        address: The speaker's address.
        names: The settings of the equalizer to reset besides.

    Returns:
        The error codes of those that the speaker has declined to reset, by setting.

    """
    soap.call(address, _SERVICE, "ResetBasicEQ", InstanceID=0)
    declined = {}
    for name in names:
        eq_type = SOUND_SETTINGS[name].eq_type
        if eq_type is not None:
            try:
                soap.call(address, _SERVICE, "ResetExtEQ", InstanceID=0, EQType=eq_type)
            except UpnpError as error:
                declined[name] = error.code
    return declined


def set_balance(address: str, left: int, right: int) -> None:
    """Change how loud the left and the right side are, 0 to 100 of what is set as the volume."""
    set_sound(address, "left_volume", left)
    set_sound(address, "right_volume", right)


def set_trueplay(address: str, on: bool) -> None:
    """Let a room sound as it was tuned by Trueplay, or not."""
    soap.call(
        address,
        _SERVICE,
        "SetRoomCalibrationStatus",
        InstanceID=0,
        RoomCalibrationEnabled=int(on),
    )


def fix_output(address: str, on: bool) -> None:
    """Let the line-out of a speaker be as loud as it can be, or as it is set."""
    soap.call(address, _SERVICE, "SetOutputFixed", InstanceID=0, DesiredFixed=int(on))


def enhance_speech(address: str, level: int) -> None:
    """Enhance speech so much, of a soundbar that knows levels: 1 to 4; 0 is not at all."""
    if level:
        set_sound(address, "dialog_level", level)
    set_sound(address, "speech_enhance_enabled", int(level > 0))
