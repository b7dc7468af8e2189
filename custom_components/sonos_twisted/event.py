"""Events of the rooms."""

from typing import override

from homeassistant.components.event import DOMAIN as PLATFORM, EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SonosTwistedConfigEntry
from .entities import EventDescription, events
from .entities.roster import Roster
from .entity import DescribedEntity
from .happenings import Happening, async_subscribe

PARALLEL_UPDATES = 0

DESCRIPTIONS: tuple[EventDescription, ...] = events.EVENTS


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the events that the rooms have."""
    Roster(hass, entry, PLATFORM, DESCRIPTIONS, SonosTwistedEvent, async_add_entities)


class SonosTwistedEvent(DescribedEntity, EventEntity):
    """Something that happens in a room. What it shows after a restart is what happened last."""

    entity_description: EventDescription

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(
            async_subscribe(
                self.hass, self._happened, kinds=self.event_types, uids={self.speaker.uid}
            )
        )

    @callback
    def _happened(self, happening: Happening) -> None:
        attributes = self.entity_description.attributes(happening.data)
        self._trigger_event(happening.kind, attributes)
        self.async_write_ha_state()
