"""Media of Home Assistant's Plex integration, for households that are linked with Plex."""

from typing import Any

from homeassistant.core import HomeAssistant

from ..engine import PLEX_SERVICE, EngineError, plex_resources
from ..engine.commands import music_services
from ..errors import failed, refused
from ..model import Playable
from .wanted import Wanted

SCHEME = "plex://"

_PLEX = "plex"


async def async_from_plex(wanted: Wanted) -> Playable:
    """Look up what a ``plex://`` payload stands for, at the Plex server.

    Raises:
        ServiceValidationError: When Plex is not set up here, or in the household.
        HomeAssistantError: When the server cannot be reached, or has no such music.

    """
    coordinator = wanted.coordinator
    if _PLEX not in coordinator.hass.config.components:
        raise refused("plex_not_set_up", room=wanted.speaker.name)
    service_id = await coordinator.commands.in_household(music_services.service_id, PLEX_SERVICE)
    if service_id is None:
        raise refused("plex_unknown", room=wanted.speaker.name)
    return await coordinator.hass.async_add_executor_job(
        _look_up, coordinator.hass, wanted, service_id
    )


def _look_up(hass: HomeAssistant, wanted: Wanted, service_id: int) -> Playable:
    # Only there, and only to be loaded, when Plex is set up.
    from homeassistant.components.plex.services import process_plex_payload  # noqa: PLC0415
    from plexapi.exceptions import PlexApiException  # noqa: PLC0415

    try:
        result: Any = process_plex_payload(
            hass, wanted.media_type, wanted.media_id, supports_playqueues=False
        )
        resources = plex_resources(result.media, service_id)
    except (EngineError, KeyError, OSError, PlexApiException, ValueError) as error:
        raise failed("plex_failed", room=wanted.speaker.name, error=str(error)) from error
    title = wanted.title or getattr(result.media, "title", "") or "Plex"
    shuffle = True if result.shuffle else None
    return Playable(title, tuple((resource,) for resource in resources), shuffle=shuffle)
