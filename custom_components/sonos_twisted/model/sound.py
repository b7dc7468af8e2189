"""How a speaker sounds, as settings with a whole number each, under names of our own.

The names are stored, so they stay as they are.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .speaker import Speaker

_SERVICE = "RenderingControl"

#: The lowest frequency in Hz at which a Sub takes over. Without a Sub, speakers say 0.
LOWEST_CROSSOVER = 50


@dataclass(frozen=True, slots=True)
class SoundSetting:
    """A setting of RenderingControl."""

    variable: str
    """The variable that events tell it with."""
    channel: str | None = None
    """The channel, of a variable that comes per channel."""
    eq_type: str | None = None
    """What GetEQ and SetEQ call it, if it is one of theirs."""


SOUND_SETTINGS: dict[str, SoundSetting] = {
    "volume": SoundSetting("volume", "Master"),
    "mute": SoundSetting("mute", "Master"),
    "left_volume": SoundSetting("volume", "LF"),
    "right_volume": SoundSetting("volume", "RF"),
    "bass": SoundSetting("bass"),
    "treble": SoundSetting("treble"),
    "loudness": SoundSetting("loudness", "Master"),
    "audio_delay": SoundSetting("audio_delay", eq_type="AudioDelay"),
    "audio_delay_left_rear": SoundSetting("audio_delay_left_rear", eq_type="AudioDelayLeftRear"),
    "audio_delay_right_rear": SoundSetting("audio_delay_right_rear", eq_type="AudioDelayRightRear"),
    "dialog_level": SoundSetting("dialog_level", eq_type="DialogLevel"),
    "height_channel_level": SoundSetting("height_channel_level", eq_type="HeightChannelLevel"),
    "music_surround_level": SoundSetting("music_surround_level", eq_type="MusicSurroundLevel"),
    "night_mode": SoundSetting("night_mode", eq_type="NightMode"),
    "speech_enhance_enabled": SoundSetting(
        "speech_enhance_enabled", eq_type="SpeechEnhanceEnabled"
    ),
    "sub_crossover": SoundSetting("sub_crossover", eq_type="SubCrossover"),
    "sub_enabled": SoundSetting("sub_enabled", eq_type="SubEnable"),
    "sub_gain": SoundSetting("sub_gain", eq_type="SubGain"),
    "sub_polarity": SoundSetting("sub_polarity", eq_type="SubPolarity"),
    "surround_enabled": SoundSetting("surround_enabled", eq_type="SurroundEnable"),
    "surround_level": SoundSetting("surround_level", eq_type="SurroundLevel"),
    "surround_mode": SoundSetting("surround_mode", eq_type="SurroundMode"),
}
"""By name, in the order in which they are set."""


def sound_setting(speaker: Speaker, name: str) -> int | None:
    """Give the value of a setting, None if the speaker has not told one."""
    setting = SOUND_SETTINGS[name]
    return speaker.number(_SERVICE, setting.variable, setting.channel)


def sound_of(speaker: Speaker) -> dict[str, int]:
    """Give all settings that a speaker has told. Nothing, if its output is fixed: none counts."""
    if speaker.is_fixed:
        return {}
    values = {name: sound_setting(speaker, name) for name in SOUND_SETTINGS}
    return {name: value for name, value in values.items() if value is not None}


# Which speaker has what


def bonded_channels(speaker: Speaker) -> frozenset[str]:
    """Give what the players do that a room is made of: "LF", "RF", "SW", "LR", "RR"."""
    if speaker.member is None:
        return frozenset()
    parts = f"{speaker.member.channel_map};{speaker.member.ht_channel_map}".split(";")
    channels = ",".join(part.partition(":")[2] for part in parts)
    return frozenset(channel.strip() for channel in channels.split(",")) - {""}


def has_sub(speaker: Speaker) -> bool | None:
    """Tell whether a room has a Sub, or a speaker an output for one; None if that is not known.

    All speakers tell how a Sub is set, also where there is none.
    """
    if "SW" in bonded_channels(speaker):
        return True
    crossover = speaker.number(_SERVICE, "sub_crossover")
    if crossover is None:
        return speaker.has(_SERVICE, "sub_crossover")
    return crossover >= LOWEST_CROSSOVER


def has_surrounds(speaker: Speaker) -> bool:
    """Tell whether a home theatre has speakers in the rear."""
    return not bonded_channels(speaker).isdisjoint({"LR", "RR"})


def has_speech_levels(speaker: Speaker) -> bool | None:
    """Tell whether speech can be enhanced more or less, by a soundbar that tells a level of it.

    Of those that have levels, `speech_enhance_enabled` is the switch; of all others,
    `dialog_level` is. Events say which it is. Who is asked for lack of events declines to tell a
    switch that it does not have.
    """
    known = speaker.flag(_SERVICE, "supports_max_dialog_level")
    return speaker.has(_SERVICE, "speech_enhance_enabled") if known is None else known


def has_trueplay(speaker: Speaker) -> bool | None:
    """Tell whether a room was tuned by Trueplay, so that this can be on or off."""
    known = speaker.flag(_SERVICE, "room_calibration_available")
    return speaker.has(_SERVICE, "room_calibration_available") if known is None else known


_OF_SURROUNDS = frozenset(
    {
        "audio_delay_left_rear",
        "audio_delay_right_rear",
        "music_surround_level",
        "surround_enabled",
        "surround_level",
        "surround_mode",
    }
)
_OF_SUB = frozenset({"sub_enabled", "sub_gain", "sub_polarity"})


def has_sound_setting(speaker: Speaker, name: str) -> bool | None:
    """Tell whether a setting does anything at a speaker, which tells of more than it has.

    Args:
        speaker: The speaker.
        name: One of `SOUND_SETTINGS`.

    Returns:
        None as long as that is not known.
    """
    if name in _OF_SURROUNDS and not has_surrounds(speaker):
        return False
    if name in _OF_SUB and not has_sub(speaker):
        return has_sub(speaker)
    if name == "speech_enhance_enabled" and not has_speech_levels(speaker):
        return has_speech_levels(speaker)
    value = sound_setting(speaker, name)
    if value is None:  # of a variable by channels, another channel may be known
        return False if _SERVICE in speaker.told else None
    return name != "sub_crossover" or value >= LOWEST_CROSSOVER


# Sound modes: how a room sounds, whatever its volume

SOUND_MODE_SETTINGS = tuple(name for name in SOUND_SETTINGS if name not in {"volume", "mute"})
"""All that makes the sound of a room save how loud it is."""


def sound_mode_of(speaker: Speaker) -> dict[str, int]:
    """Give the sound of a room, in those settings that do something there."""
    return {
        name: value
        for name in SOUND_MODE_SETTINGS
        if has_sound_setting(speaker, name) and (value := sound_setting(speaker, name)) is not None
    }


def fitting(mode: Mapping[str, int], speaker: Speaker) -> dict[str, int]:
    """Give that part of the sound of any room that a speaker can have.

    Speech that is enhanced at one soundbar is enhanced at another, too, with levels or without.
    """
    wanted = dict(mode)
    if has_speech_levels(speaker):
        if "speech_enhance_enabled" not in wanted and "dialog_level" in wanted:
            wanted["speech_enhance_enabled"] = wanted.pop("dialog_level")
    elif "speech_enhance_enabled" in wanted:
        wanted["dialog_level"] = wanted.pop("speech_enhance_enabled")
    return {
        name: wanted[name]
        for name in SOUND_MODE_SETTINGS
        if name in wanted and has_sound_setting(speaker, name)
    }


def lacking(mode: Mapping[str, int], speaker: Speaker) -> tuple[str, ...]:
    """Name the settings of a sound that a speaker does not have."""
    fits = set(fitting(mode, speaker))
    if not fits.isdisjoint({"dialog_level", "speech_enhance_enabled"}):
        fits |= {"dialog_level", "speech_enhance_enabled"}
    return tuple(name for name in SOUND_MODE_SETTINGS if name in mode and name not in fits)
