"""How a home theatre sounds: speech, night, Sub, surrounds, lip-sync."""

from typing import TYPE_CHECKING

from homeassistant.const import EntityCategory, UnitOfFrequency

from ..asking.states import async_read_back
from ..engine.commands import sound
from ..model import (
    Aspect,
    Speaker,
    has_sound_setting,
    has_speech_levels,
    sound_setting,
)
from . import SelectDescription, SwitchDescription
from .sound import SOUND_EXISTENCE, async_set, number, sounds, switch

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: By the number that is their level.
_LEVELS = ["off", "low", "medium", "high", "max"]


def _speech_setting(speaker: Speaker) -> str:
    """Return the setting that switches the enhancement of speech."""
    return "speech_enhance_enabled" if has_speech_levels(speaker) else "dialog_level"


def _has_speech(speaker: Speaker) -> bool | None:
    return has_sound_setting(speaker, _speech_setting(speaker))


def _is_speech_enhanced(speaker: Speaker) -> bool | None:
    value = sound_setting(speaker, _speech_setting(speaker))
    return None if value is None else value > 0


def _speech_level(speaker: Speaker) -> str | None:
    is_enhanced = _is_speech_enhanced(speaker)
    level = sound_setting(speaker, "dialog_level") if is_enhanced else 0
    if is_enhanced is None or level is None or not 0 <= level < len(_LEVELS):
        return None
    return _LEVELS[level]


async def _set_speech_level(
    coordinator: HouseholdCoordinator, speaker: Speaker, option: str
) -> None:
    await coordinator.commands.in_room(speaker, sound.enhance_speech, _LEVELS.index(option))
    await async_read_back(coordinator, speaker, ("speech_enhance_enabled", "dialog_level"))


NUMBERS = (
    number("audio_delay", 0, 5),
    number("audio_delay_left_rear", 0, 2, enabled=False),
    number("audio_delay_right_rear", 0, 2, enabled=False),
    number("height_level", -10, 10, setting="height_channel_level", reading="height"),
    number("music_surround_level", -15, 15),
    number("sub_crossover", 50, 110, unit=UnitOfFrequency.HERTZ),
    number("sub_gain", -15, 15),
    number("surround_level", -15, 15),
)

SELECTS = (
    SelectDescription(
        key="speech_dialog_level",
        entity_category=EntityCategory.CONFIG,
        options=_LEVELS,
        aspects=frozenset({Aspect.SOUND}),
        existence=SOUND_EXISTENCE,
        exists=has_speech_levels,
        works=sounds,
        value=_speech_level,
        write=_set_speech_level,
    ),
)

SWITCHES = (
    SwitchDescription(
        key="dialog_level",
        entity_category=EntityCategory.CONFIG,
        aspects=frozenset({Aspect.SOUND}),
        existence=SOUND_EXISTENCE,
        exists=_has_speech,
        works=sounds,
        value=_is_speech_enhanced,
        write=lambda coordinator, speaker, on: async_set(
            coordinator, speaker, _speech_setting(speaker), int(on)
        ),
    ),
    switch("night_mode"),
    switch("sub_enabled"),
    switch("sub_polarity", enabled=False),
    switch("surround_enabled"),
    switch("surround_mode"),
)
