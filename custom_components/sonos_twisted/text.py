"""Texts of the rooms."""

from typing import override

from homeassistant.components.text import DOMAIN as PLATFORM, TextEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SonosTwistedConfigEntry
from .entities import TextDescription, device, inputs
from .entities.roster import Roster
from .entity import DescribedEntity

PARALLEL_UPDATES = 0

DESCRIPTIONS: tuple[TextDescription, ...] = (
    *device.TEXTS,
    *inputs.TEXTS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the texts that the rooms have."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedText, async_add_entities)


class SonosTwistedText(DescribedEntity, TextEntity):
    """Something of a room that is written."""

    entity_description: TextDescription

    @override
    def refresh(self) -> None:
        self._attr_native_value = self.read(self.entity_description.value)

    @override
    async def async_set_value(self, value: str) -> None:
        write = self.entity_description.write
        await self.async_written(write(self.coordinator, self.speaker, value))
