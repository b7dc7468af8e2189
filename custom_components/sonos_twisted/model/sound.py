"""How a speaker sounds, as settings with a whole number each, under names of our own.

The names are stored, so they stay as they are.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .speaker import Speaker


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
    return speaker.number("RenderingControl", setting.variable, setting.channel)


def sound_of(speaker: Speaker) -> dict[str, int]:
    """Give all settings that a speaker has told. Nothing, if its output is fixed: none counts."""
    if speaker.is_fixed:
        return {}
    values = {name: sound_setting(speaker, name) for name in SOUND_SETTINGS}
    return {name: value for name, value in values.items() if value is not None}
