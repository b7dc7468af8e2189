"""What is kept of a household in Home Assistant's storage, one store for each subject."""

from enum import StrEnum
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN

_VERSION = 1


class Subject(StrEnum):
    """What a store is about. The names are those of files, so they stay as they are."""

    ANNOUNCEMENTS = "announcements"
    LEAVING = "leaving"
    SNAPSHOTS = "snapshots"
    SOUND_MODES = "sound_modes"
    VOLUME_LIMITS = "volume_limits"


def household_store(hass: HomeAssistant, entry_id: str, subject: Subject) -> Store[dict[str, Any]]:
    """Return a store of the household of a config entry."""
    return Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.{subject}")


async def async_remove_stores(hass: HomeAssistant, entry_id: str) -> None:
    """Forget all that is stored for a household that is removed from Home Assistant."""
    for subject in Subject:
        await household_store(hass, entry_id, subject).async_remove()
