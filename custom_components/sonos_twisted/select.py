"""Choices in the rooms."""

from typing import override

from homeassistant.components.select import DOMAIN as PLATFORM, SelectEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HouseholdCoordinator, SonosTwistedConfigEntry
from .entities import SelectDescription, content, home_theater
from .entities.roster import Roster
from .entity import DescribedEntity
from .model import Speaker

PARALLEL_UPDATES = 0

DESCRIPTIONS: tuple[SelectDescription, ...] = (
    *content.SELECTS,
    *home_theater.SELECTS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the choices that the rooms have."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedSelect, async_add_entities)


class SonosTwistedSelect(DescribedEntity, SelectEntity):
    """Something of a room that is one of several."""

    entity_description: SelectDescription

    def __init__(
        self, coordinator: HouseholdCoordinator, speaker: Speaker, description: SelectDescription
    ) -> None:
        """Show what a description says of a speaker."""
        super().__init__(coordinator, speaker, description)
        if description.choices is not None:  # wanted before there is a state
            self._attr_options = self.read(description.choices)

    @override
    def refresh(self) -> None:
        description = self.entity_description
        if description.choices is not None:
            self._attr_options = self.read(description.choices)
        self._attr_current_option = self.read(description.value)

    @override
    async def async_select_option(self, option: str) -> None:
        write = self.entity_description.write
        await self.async_written(write(self.coordinator, self.speaker, option))
