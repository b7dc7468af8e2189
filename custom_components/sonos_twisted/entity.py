"""What all entities of a speaker have in common."""

from typing import TYPE_CHECKING, ClassVar, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import (
    CONNECTION_NETWORK_MAC,
    CONNECTION_UPNP,
    DeviceInfo,
)
from homeassistant.helpers.entity import Entity

from .const import DOMAIN
from .model import Aspect, Speaker

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator


def device_info(speaker: Speaker) -> DeviceInfo:
    """Describe a speaker for the device registry, with whatever is known of it so far."""
    info = DeviceInfo(
        identifiers={(DOMAIN, speaker.uid)},
        connections={(CONNECTION_UPNP, f"uuid:{speaker.uid}")},
        manufacturer="Sonos",
        name=speaker.name,
        configuration_url=f"http://{speaker.host}:{speaker.port}/support/review",
    )
    if (description := speaker.description) is not None:
        info["connections"] |= {(CONNECTION_NETWORK_MAC, description.mac)}
        info["model"] = description.model_name
        info["model_id"] = description.model_number
        info["serial_number"] = description.serial_number
        info["hw_version"] = description.hardware_version
        info["sw_version"] = description.display_version or description.software_version
    return info


class SpeakerEntity(Entity):
    """An entity that shows something of one speaker, or of what its group plays."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    #: The changes of the speaker that this entity shows; only these make it write its state.
    aspects: ClassVar[frozenset[Aspect]]

    def __init__(self, coordinator: HouseholdCoordinator, speaker: Speaker) -> None:
        """Show a speaker."""
        self.coordinator = coordinator
        self.speaker = speaker
        self._attr_device_info = device_info(speaker)
        self._written: tuple[object, ...] | None = None

    @property
    @override
    def available(self) -> bool:
        return self.speaker.visible and self.speaker.available

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_subscribe(
                self.speaker.uid, self.aspects | {Aspect.AVAILABILITY}, self._async_changed
            )
        )
        self.refresh()

    def refresh(self) -> None:
        """Take over from the speaker what this entity shows."""

    @callback
    def _async_changed(self) -> None:
        """Take over what is new, and write it only if it is something that this entity shows."""
        self.refresh()
        if self._appearance() != self._written:
            self.async_write_ha_state()

    @override
    def _async_write_ha_state(self) -> None:
        self._written = self._appearance()
        super()._async_write_ha_state()

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
