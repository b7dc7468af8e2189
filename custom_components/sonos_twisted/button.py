"""Buttons of the rooms and of the household."""

from typing import override

from homeassistant.components.button import DOMAIN as PLATFORM, ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SonosTwistedConfigEntry
from .entities import (
    ButtonDescription,
    HouseholdButtonDescription,
    alarms,
    announcements,
    content,
    groups,
    health,
    self_test,
    sound,
)
from .entities.roster import Roster
from .entity import DescribedEntity, HouseholdEntity

PARALLEL_UPDATES = 0

DESCRIPTIONS: tuple[ButtonDescription, ...] = (
    *alarms.BUTTONS,
    *announcements.BUTTONS,
    *groups.BUTTONS,
    *sound.BUTTONS,
)

HOUSEHOLD_DESCRIPTIONS: tuple[HouseholdButtonDescription, ...] = (
    *content.HOUSEHOLD_BUTTONS,
    *health.HOUSEHOLD_BUTTONS,
    *self_test.HOUSEHOLD_BUTTONS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons that the rooms and the household have."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedButton, async_add_entities)
    entry.runtime_data.favorite_buttons.start(async_add_entities)
    async_add_entities(
        SonosTwistedHouseholdButton(entry.runtime_data, description)
        for description in HOUSEHOLD_DESCRIPTIONS
    )


class SonosTwistedButton(DescribedEntity, ButtonEntity):
    """Something that is done in a room."""

    entity_description: ButtonDescription

    @override
    async def async_press(self) -> None:
        await self.async_written(self.entity_description.press(self.coordinator, self.speaker))


class SonosTwistedHouseholdButton(HouseholdEntity, ButtonEntity):
    """Something that is done for a household."""

    entity_description: HouseholdButtonDescription

    @override
    async def async_press(self) -> None:
        await self.entity_description.press(self.coordinator)
