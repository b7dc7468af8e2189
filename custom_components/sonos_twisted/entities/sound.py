"""How a speaker sounds."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeassistant.const import EntityCategory

from ..asking.states import async_read_back
from ..engine.commands import sound, transport
from ..model import (
    Aspect,
    Speaker,
    has_sound_setting,
    has_trueplay,
    sound_setting,
)
from ..sound.modes import async_reset
from . import ButtonDescription, NumberDescription, SwitchDescription

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

_SERVICE = "RenderingControl"

#: After these changes a speaker may have a setting that it did not have, or no more: its events
#: have told of it, it was asked, or something was bonded to it.
SOUND_EXISTENCE = frozenset({Aspect.SOUND, Aspect.DEVICE})


def sounds(_coordinator: HouseholdCoordinator, speaker: Speaker) -> bool:
    """Tell whether any setting counts: none does while the output is fixed."""
    return not speaker.is_fixed


def has(name: str) -> Callable[[Speaker], bool | None]:
    """Return what tells whether a speaker has one of ``SOUND_SETTINGS``."""
    return lambda speaker: has_sound_setting(speaker, name)


async def async_set(
    coordinator: HouseholdCoordinator, speaker: Speaker, name: str, value: int
) -> None:
    """Change one of ``SOUND_SETTINGS``, and ask for it if no event will tell of it."""
    await coordinator.commands.in_room(speaker, sound.set_sound, name, value)
    await async_read_back(coordinator, speaker, (name,))


def number(
    key: str,
    lowest: int,
    highest: int,
    *,
    setting: str = "",
    enabled: bool = True,
    unit: str | None = None,
    reading: str | None = None,
) -> NumberDescription:
    """Describe a number that is one of ``SOUND_SETTINGS``.

    Args:
        key: Its key.
        lowest: Its lowest value.
        highest: Its highest value.
        setting: The setting, if that has another name.
        enabled: Whether it is of use to most.
        unit: Its unit.
        reading: The one of ``readings.READINGS`` that brings it, if no event does.

    """
    name = setting or key
    return NumberDescription(
        key=key,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=enabled,
        native_min_value=lowest,
        native_max_value=highest,
        native_step=1,
        native_unit_of_measurement=unit,
        aspects=frozenset({Aspect.SOUND}),
        existence=SOUND_EXISTENCE,
        exists=has(name),
        works=sounds,
        reading=reading,
        value=lambda speaker: sound_setting(speaker, name),
        write=lambda coordinator, speaker, value: async_set(coordinator, speaker, name, value),
    )


def switch(key: str, *, setting: str = "", enabled: bool = True) -> SwitchDescription:
    """Describe a switch that is one of ``SOUND_SETTINGS``; see :func:`number`."""
    name = setting or key

    def is_on(speaker: Speaker) -> bool | None:
        value = sound_setting(speaker, name)
        return None if value is None else value == 1

    return SwitchDescription(
        key=key,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=enabled,
        aspects=frozenset({Aspect.SOUND}),
        existence=SOUND_EXISTENCE,
        exists=has(name),
        works=sounds,
        value=is_on,
        write=lambda coordinator, speaker, on: async_set(coordinator, speaker, name, int(on)),
    )


# Balance: how much quieter one side is than the other, which is as loud as it can be

_FULL = 100


def _balance(speaker: Speaker) -> int | None:
    left, right = sound_setting(speaker, "left_volume"), sound_setting(speaker, "right_volume")
    if left is None or right is None:
        return None
    louder = max(left, right)
    return round((right - left) * _FULL / louder) if louder else 0


async def _set_balance(coordinator: HouseholdCoordinator, speaker: Speaker, value: int) -> None:
    left, right = min(_FULL, _FULL - value), min(_FULL, _FULL + value)
    await coordinator.commands.in_room(speaker, sound.set_balance, left, right)
    await async_read_back(coordinator, speaker, ("left_volume", "right_volume"))


# Crossfade: of a group


async def _set_crossfade(coordinator: HouseholdCoordinator, speaker: Speaker, on: bool) -> None:
    await coordinator.commands.in_group(speaker, transport.set_crossfade, on)
    await async_read_back(coordinator, coordinator.player_of(speaker), ("crossfade",))


# Trueplay


async def _set_trueplay(coordinator: HouseholdCoordinator, speaker: Speaker, on: bool) -> None:
    await coordinator.commands.in_room(speaker, sound.set_trueplay, on)
    await async_read_back(coordinator, speaker, ("trueplay",))


# Line-out that is always as loud as can be


def _can_be_fixed(speaker: Speaker) -> bool | None:
    if speaker.description is None:
        return None
    known = speaker.flag(_SERVICE, "supports_output_fixed")
    return False if known is None and "AudioIn" not in speaker.description.services else known


async def _fix_output(coordinator: HouseholdCoordinator, speaker: Speaker, on: bool) -> None:
    await coordinator.commands.in_room(speaker, sound.fix_output, on)
    await async_read_back(coordinator, speaker, ("output_fixed", "volume"))


NUMBERS = (
    number("bass", -10, 10),
    number("treble", -10, 10),
    NumberDescription(
        key="balance",
        entity_category=EntityCategory.CONFIG,
        native_min_value=-100,
        native_max_value=100,
        native_step=1,
        aspects=frozenset({Aspect.SOUND}),
        existence=SOUND_EXISTENCE,
        exists=has("right_volume"),
        works=sounds,
        value=_balance,
        write=_set_balance,
    ),
)

SWITCHES = (
    SwitchDescription(
        key="cross_fade",
        entity_category=EntityCategory.CONFIG,
        aspects=frozenset({Aspect.PLAY_MODE, Aspect.GROUP}),
        value=lambda speaker: speaker.crossfade,
        write=_set_crossfade,
    ),
    SwitchDescription(
        key="fixed_output",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.SOUND}),
        existence=frozenset({Aspect.SOUND, Aspect.DEVICE, Aspect.SETTINGS}),
        exists=_can_be_fixed,
        value=lambda speaker: speaker.flag(_SERVICE, "output_fixed"),
        write=_fix_output,
    ),
    switch("loudness"),
    SwitchDescription(
        key="trueplay",
        entity_category=EntityCategory.CONFIG,
        aspects=frozenset({Aspect.SOUND}),
        existence=SOUND_EXISTENCE,
        exists=has_trueplay,
        works=sounds,
        value=lambda speaker: speaker.flag(_SERVICE, "room_calibration_enabled"),
        write=_set_trueplay,
    ),
)

BUTTONS = (
    ButtonDescription(
        key="reset_sound",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.SOUND}),
        existence=SOUND_EXISTENCE,
        exists=has("bass"),
        works=sounds,
        press=async_reset,
    ),
)
