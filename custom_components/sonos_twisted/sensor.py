"""Sensors of the rooms and of the household."""

from typing import override

from homeassistant.components.sensor import DOMAIN as PLATFORM, SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SonosTwistedConfigEntry
from .entities import (
    HouseholdSensorDescription,
    SensorDescription,
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

DESCRIPTIONS: tuple[SensorDescription, ...] = (
    *alarms.SENSORS,
    *battery.SENSORS,
    *device.SENSORS,
    *groups.SENSORS,
    *health.SENSORS,
    *inputs.SENSORS,
)

HOUSEHOLD_DESCRIPTIONS: tuple[HouseholdSensorDescription, ...] = (
    *alarms.HOUSEHOLD_SENSORS,
    *content.HOUSEHOLD_SENSORS,
    *health.HOUSEHOLD_SENSORS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors that the rooms and the household have."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedSensor, async_add_entities)
    async_add_entities(
        SonosTwistedHouseholdSensor(entry.runtime_data, description)
        for description in HOUSEHOLD_DESCRIPTIONS
    )


class SonosTwistedSensor(DescribedEntity, SensorEntity):
    """Something that is measured or said of a room."""

    entity_description: SensorDescription

    @override
    def refresh(self) -> None:
        description = self.entity_description
        self._attr_native_value = self.read(description.value)
        if description.attributes is not None:
            self._attr_extra_state_attributes = self.read(description.attributes)


class SonosTwistedHouseholdSensor(HouseholdEntity, SensorEntity):
    """The same of a household."""

    _unrecorded_attributes = frozenset({content.ATTR_ITEMS})

    entity_description: HouseholdSensorDescription

    @override
    def refresh(self) -> None:
        description = self.entity_description
        self._attr_native_value = description.value(self.coordinator)
        if description.attributes is not None:
            self._attr_extra_state_attributes = description.attributes(self.coordinator)
