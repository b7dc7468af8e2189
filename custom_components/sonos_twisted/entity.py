"""What all entities of a speaker have in common."""

from functools import cache
from typing import TYPE_CHECKING, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

from .const import DOMAIN
from .entities import InHousehold
from .entities.roster import unique_id
from .model import Aspect, Speaker

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from .coordinator import HouseholdCoordinator
    from .entities import HouseholdDescription, SpeakerDescription, Value


@cache
def _with_availability(aspects: frozenset[Aspect]) -> frozenset[Aspect]:
    return aspects | {Aspect.AVAILABILITY}


class PushEntity(Entity):
    """An entity that is told when to show something else, and writes its state only then."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Show something of a household."""
        self.coordinator = coordinator
        self._written: tuple[object, ...] | None = None
        self._compared: tuple[object, ...] | None = None
        self._is_writing = False

    def refresh(self) -> None:
        """Take over what this entity shows."""

    @callback
    def _async_changed(self) -> None:
        """Take over what is new, and write it only if it is something that this entity shows."""
        self.refresh()
        appearance = self._appearance()
        if appearance != self._written:
            self._compared = appearance
            self.async_write_ha_state()

    @override
    def _async_write_ha_state(self) -> None:
        if self._is_writing:
            return  # new capabilities are noted in the registry, which has them written once more
        compared, self._compared = self._compared, None
        self._written = self._appearance() if compared is None else compared
        self._is_writing = True
        try:
            super()._async_write_ha_state()
        finally:
            self._is_writing = False

    def _appearance(self) -> tuple[object, ...]:
        """Return all that a state is made of and that can change."""
        if not self.available:
            return ()
        return (
            self.state,
            self.capability_attributes,
            self.state_attributes,
            self.extra_state_attributes,
            self.supported_features,
            self.entity_picture,
        )


class SpeakerEntity(PushEntity):
    """An entity that shows something of one speaker, or of what its group plays."""

    #: The changes of the speaker that this entity shows; only these make it write its state.
    aspects: frozenset[Aspect]

    def __init__(self, coordinator: HouseholdCoordinator, speaker: Speaker) -> None:
        """Show a speaker."""
        super().__init__(coordinator)
        self.speaker = speaker

    @property
    @override
    def device_info(self) -> DeviceInfo:
        return DeviceInfo(identifiers={(DOMAIN, self.speaker.uid)})

    @property
    @override
    def available(self) -> bool:
        return self.speaker.visible and self.speaker.available

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_subscribe(
                self.speaker.uid, _with_availability(self.aspects), self._async_changed
            )
        )
        self.refresh()


class DescribedEntity(SpeakerEntity):
    """An entity of a speaker that a table describes."""

    entity_description: SpeakerDescription

    def __init__(
        self, coordinator: HouseholdCoordinator, speaker: Speaker, description: SpeakerDescription
    ) -> None:
        """Show what a description says of a speaker."""
        super().__init__(coordinator, speaker)
        self.entity_description = description
        self.aspects = description.aspects
        self._attr_unique_id = unique_id(speaker, description.key)
        self._attr_translation_key = (
            description.translation_key or description.key.replace("-", "_").lower()
        )

    @property
    @override
    def available(self) -> bool:
        description, speaker = self.entity_description, self.speaker
        if description.of_parts and (main_unit := speaker.bonded_to) is not None:
            # Nobody listens to a part by itself; the room tells of it.
            room = self.coordinator.household.speakers.get(main_unit)
            is_there = room is not None and room.visible and room.available
        else:
            is_there = super().available
        return is_there and (
            description.works is None or description.works(self.coordinator, speaker)
        )

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if self.entity_description.of_parts:
            coordinator = self.coordinator
            self.async_on_remove(
                coordinator.async_subscribe(
                    coordinator.household.household_id,
                    frozenset({Aspect.AVAILABILITY}),
                    self._async_changed,
                )
            )
        if (reading := self.entity_description.reading) is not None:
            self.async_on_remove(self.coordinator.readings.async_want(self.speaker, reading))
        if (listen := self.entity_description.listen) is not None:
            self.async_on_remove(listen(self.coordinator, self._async_changed))

    def read[T](self, value: Value[T]) -> T:
        """Return what the description says of the speaker now."""
        if isinstance(value, InHousehold):
            return value.read(self.coordinator, self.speaker)
        return value(self.speaker)

    async def async_written(self, writing: Awaitable[object]) -> None:
        """Wait for a change at the speaker, and read it back if no event will tell it."""
        await writing
        readings = self.coordinator.readings
        if (reading := self.entity_description.reading) is not None:
            await readings.async_again(self.speaker, reading)


class HouseholdEntity(PushEntity):
    """An entity of a household that a table describes."""

    entity_description: HouseholdDescription

    def __init__(
        self, coordinator: HouseholdCoordinator, description: HouseholdDescription
    ) -> None:
        """Show what a description says of a household."""
        super().__init__(coordinator)
        household_id = coordinator.household.household_id
        self.entity_description = description
        self._attr_unique_id = f"{household_id}-{description.key}"
        self._attr_translation_key = description.translation_key or description.key

    @property
    @override
    def device_info(self) -> DeviceInfo:
        return DeviceInfo(identifiers={(DOMAIN, self.coordinator.household.household_id)})

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.is_reachable

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        coordinator, description = self.coordinator, self.entity_description
        household_id = coordinator.household.household_id
        aspects = _with_availability(description.aspects)
        self.async_on_remove(
            coordinator.async_subscribe(household_id, aspects, self._async_changed)
        )
        if description.listen is not None:
            self.async_on_remove(description.listen(coordinator, self._async_changed))
        self.refresh()
