"""Which room is meant by an entity or a device.

Automations name rooms as Home Assistant does, and may do so while a household is not loaded.
"""

from typing import TYPE_CHECKING

from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker


@callback
def is_room(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity is a media player of ours."""
    entry = er.async_get(hass).async_get(entity_id)
    return entry is not None and (entry.domain, entry.platform) == (MEDIA_PLAYER_DOMAIN, DOMAIN)


@callback
def room_of(hass: HomeAssistant, entity_id: str) -> tuple[HouseholdCoordinator, Speaker] | None:
    """Return the household and the speaker of a room's media player.

    Returns:
        None if it is none of ours, or its household is not loaded.

    """
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.platform != DOMAIN:
        return None
    coordinator = _loaded(hass, entity.config_entry_id)
    speaker = coordinator.household.speakers.get(entity.unique_id) if coordinator else None
    return None if coordinator is None or speaker is None else (coordinator, speaker)


@callback
def household_of(hass: HomeAssistant, device_id: str) -> HouseholdCoordinator | None:
    """Return the household that a device belongs to; None if it is not loaded."""
    device = dr.async_get(hass).async_get(device_id)
    return _loaded(hass, device.config_entry_id) if device is not None else None


@callback
def media_player_of(hass: HomeAssistant, device_id: str) -> str | None:
    """Return the entity id of the media player that a device has; only rooms have one."""
    entities = er.async_entries_for_device(
        er.async_get(hass), device_id, include_disabled_entities=True
    )
    return next((each.entity_id for each in entities if is_room(hass, each.entity_id)), None)


def _loaded(hass: HomeAssistant, entry_id: str | None) -> HouseholdCoordinator | None:
    entry = hass.config_entries.async_get_entry(entry_id or "")
    if entry is None or entry.domain != DOMAIN or entry.state is not ConfigEntryState.LOADED:
        return None
    coordinator: HouseholdCoordinator = entry.runtime_data
    return coordinator
