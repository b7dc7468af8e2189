"""Registers the integration's own actions with Home Assistant."""

import functools
from typing import Any

from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import service
import voluptuous as vol

from .actions import (
    IntegrationAction,
    RoomAction,
    alarms,
    announcements,
    favorite_buttons,
    favorites,
    grouping,
    library,
    moving_over,
    playlists,
    queue,
    sleep_timer,
    snapshots,
    sound_modes,
    volume,
)
from .const import DOMAIN

#: The actions that concern the integration itself.
INTEGRATION_ACTIONS: tuple[IntegrationAction, ...] = moving_over.ACTIONS

#: All other actions: their targets are rooms.
ACTIONS: tuple[RoomAction, ...] = (
    *alarms.ACTIONS,
    *announcements.ACTIONS,
    *favorite_buttons.ACTIONS,
    *favorites.ACTIONS,
    *grouping.ACTIONS,
    *library.ACTIONS,
    *playlists.ACTIONS,
    *queue.ACTIONS,
    *sleep_timer.ACTIONS,
    *snapshots.ACTIONS,
    *sound_modes.ACTIONS,
    *volume.ACTIONS,
)


@callback
def async_register_actions(hass: HomeAssistant) -> None:
    """Register all actions, whether or not a household is set up."""
    for action in ACTIONS:
        _register(hass, action)
    for own in INTEGRATION_ACTIONS:
        # At run time voluptuous is what Home Assistant takes; its types don't say so.
        schema: Any = vol.Schema(own.fields)
        service.async_register_admin_service(
            hass,
            DOMAIN,
            own.name,
            functools.partial(own.perform, hass),
            schema,
            own.response,
        )


def _register(hass: HomeAssistant, action: RoomAction) -> None:
    if action.each is not None:
        service.async_register_platform_entity_service(
            hass,
            DOMAIN,
            action.name,
            entity_domain=MEDIA_PLAYER_DOMAIN,
            func=action.each,
            schema=action.fields,
            supports_response=action.response,
        )
    elif action.together is not None:
        service.async_register_batched_platform_entity_service(
            hass,
            DOMAIN,
            action.name,
            entity_domain=MEDIA_PLAYER_DOMAIN,
            func=action.together,
            schema=action.fields,
            supports_response=action.response,
        )
