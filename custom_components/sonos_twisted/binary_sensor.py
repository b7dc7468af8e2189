"""Sensors of the rooms and of the household that are on or off."""

from typing import override

from homeassistant.components.binary_sensor import DOMAIN as PLATFORM, BinarySensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SonosTwistedConfigEntry
from .entities import (
    BinarySensorDescription,
    HouseholdBinarySensorDescription,
    alarms,
    battery,
    content,
    device,
    groups,
    health,
    inputs,
)
from .entities.roster import Roster
from .entity import DescribedEntity, HouseholdEntity

PARALLEL_UPDATES = 0

DESCRIPTIONS: tuple[BinarySensorDescription, ...] = (
    *alarms.BINARY_SENSORS,
    *battery.BINARY_SENSORS,
    *device.BINARY_SENSORS,
    *groups.BINARY_SENSORS,
    *health.BINARY_SENSORS,
    *inputs.BINARY_SENSORS,
)

HOUSEHOLD_DESCRIPTIONS: tuple[HouseholdBinarySensorDescription, ...] = (
    *content.HOUSEHOLD_BINARY_SENSORS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors that the rooms and the household have."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedBinarySensor, async_add_entities)
    async_add_entities(
        SonosTwistedHouseholdBinarySensor(entry.runtime_data, description)
        for description in HOUSEHOLD_DESCRIPTIONS
    )


class SonosTwistedBinarySensor(DescribedEntity, BinarySensorEntity):
    """Something that is the case in a room, or not."""

    entity_description: BinarySensorDescription

    @override
    def refresh(self) -> None:
        description = self.entity_description
        self._attr_is_on = self.read(description.value)
        if description.attributes is not None:
            self._attr_extra_state_attributes = self.read(description.attributes)


class SonosTwistedHouseholdBinarySensor(HouseholdEntity, BinarySensorEntity):
    """The same of a household."""

    entity_description: HouseholdBinarySensorDescription

    @override
    def refresh(self) -> None:
        description = self.entity_description
        self._attr_is_on = description.value(self.coordinator)
        if description.attributes is not None:
            self._attr_extra_state_attributes = description.attributes(self.coordinator)
