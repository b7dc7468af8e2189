"""The tone, balance and equalizer of a single speaker: its RenderingControl service."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ...model import SOUND_SETTINGS, SoundSetting
from ..errors import UpnpError
from . import soap

_SERVICE = "RenderingControl"


def _words(setting: SoundSetting) -> tuple[str, str, dict[str, str]]:
    """Give what the actions for a setting are called, and their value; and which one it is."""
    if setting.eq_type is not None:
        return "EQ", "Value", {"EQType": setting.eq_type}
    name = setting.variable.capitalize()
    return name, name, {"Channel": setting.channel} if setting.channel else {}


def set_sound(address: str, name: str, value: int) -> None:
    """Change how a speaker sounds.

    Args:
        address: The speaker's address.
        name: One of ``SOUND_SETTINGS``.
        value: The new value; 1 and 0 for on and off.

    """
    action, argument, which = _words(SOUND_SETTINGS[name])
    desired = {f"Desired{argument}": value}
    soap.call(address, _SERVICE, f"Set{action}", InstanceID=0, **which, **desired)


def read_sound(address: str, name: str) -> str:
    """Return what a speaker says of one of ``SOUND_SETTINGS``, as its events would."""
    action, argument, which = _words(SOUND_SETTINGS[name])
    answer = soap.call(address, _SERVICE, f"Get{action}", InstanceID=0, **which)
    return answer.get(f"Current{argument}", "")


def set_all(address: str, values: Mapping[str, int]) -> dict[str, int]:
    """Change several settings, in the order of ``SOUND_SETTINGS``.

    Args:
        address: The speaker's address.
        values: The new values by setting.

    Returns:
        The error codes of those that the speaker has declined to change, by setting.

    """
    names = [name for name in SOUND_SETTINGS if name in values]
    return _declined(names, lambda name: set_sound(address, name, values[name]))


def reset(address: str, names: Sequence[str]) -> dict[str, int]:
    """Let a speaker sound as from the factory: bass, treble, loudness, balance, and more.

    Args:
        address: The speaker's address.
        names: The settings of the equalizer to reset besides.

    Returns:
        The error codes of those that the speaker has declined to reset, by setting.

    """
    soap.call(address, _SERVICE, "ResetBasicEQ", InstanceID=0)
    eq_types = {name: SOUND_SETTINGS[name].eq_type for name in names}
    wanted = {name: eq_type for name, eq_type in eq_types.items() if eq_type is not None}

    def reset_one(name: str) -> None:
        soap.call(address, _SERVICE, "ResetExtEQ", InstanceID=0, EQType=wanted[name])

    return _declined(wanted, reset_one)


def _declined(names: Iterable[str], change: Callable[[str], None]) -> dict[str, int]:
    """Change one setting after the other; return the error codes of those that are declined."""
    declined = {}
    for name in names:
        try:
            change(name)
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
