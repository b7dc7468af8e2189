"""Numbers of the rooms."""

from typing import override

from homeassistant.components.number import DOMAIN as PLATFORM, NumberEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SonosTwistedConfigEntry
from .entities import NumberDescription, groups, home_theater, inputs, sound
from .entities.roster import Roster
from .entity import DescribedEntity

PARALLEL_UPDATES = 0

DESCRIPTIONS: tuple[NumberDescription, ...] = (
    *groups.NUMBERS,
    *home_theater.NUMBERS,
    *inputs.NUMBERS,
    *sound.NUMBERS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers that the rooms have."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedNumber, async_add_entities)


class SonosTwistedNumber(DescribedEntity, NumberEntity):
    """Something of a room that is set to a number."""

    entity_description: NumberDescription

    @override
    def refresh(self) -> None:
        self._attr_native_value = self.read(self.entity_description.value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        write = self.entity_description.write
        await self.async_written(write(self.coordinator, self.speaker, round(value)))
