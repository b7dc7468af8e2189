"""Switches of the rooms."""

from typing import Any, override

from homeassistant.components.switch import DOMAIN as PLATFORM, SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alarms.entities import AlarmRoster
from .coordinator import SonosTwistedConfigEntry
from .entities import (
    SwitchDescription,
    front_panel,
    groups,
    home_theater,
    inputs,
    sound,
)
from .entities.roster import Roster
from .entity import DescribedEntity

PARALLEL_UPDATES = 0

DESCRIPTIONS: tuple[SwitchDescription, ...] = (
    *front_panel.SWITCHES,
    *groups.SWITCHES,
    *home_theater.SWITCHES,
    *inputs.SWITCHES,
    *sound.SWITCHES,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches that the rooms have."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedSwitch, async_add_entities)
    AlarmRoster(hass, entry, async_add_entities)


class SonosTwistedSwitch(DescribedEntity, SwitchEntity):
    """Something of a room that can be switched."""

    entity_description: SwitchDescription

    @override
    def refresh(self) -> None:
        self._attr_is_on = self.read(self.entity_description.value)

    @override
    async def async_turn_on(self, **_kwargs: Any) -> None:
        await self._async_switch(on=True)

    @override
    async def async_turn_off(self, **_kwargs: Any) -> None:
        await self._async_switch(on=False)

    async def _async_switch(self, *, on: bool) -> None:
        write = self.entity_description.write
        await self.async_written(write(self.coordinator, self.speaker, on))
