"""Performing actions in tests, and looking at what the rooms show then."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.conftest import until

BATHROOM = "media_player.bathroom"
BEDROOM = "media_player.bedroom"
KITCHEN = "media_player.kitchen"
LIVING_ROOM = "media_player.living_room"
OFFICE = "media_player.office"
PATIO = "media_player.patio"
ROOMS = [BATHROOM, BEDROOM, KITCHEN, LIVING_ROOM, OFFICE, PATIO]


def shown(hass: HomeAssistant, entity_id: str, name: str) -> Any:
    """Return what an entity shows: its state, or an attribute."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state if name == "state" else state.attributes.get(name)


async def shows(hass: HomeAssistant, entity_id: str, **expected: object) -> None:
    """Wait until an entity shows all of this."""

    def actual() -> dict[str, Any]:
        there = hass.states.get(entity_id) is not None
        return {name: shown(hass, entity_id, name) if there else None for name in expected}

    await until(hass, lambda: actual() == expected, actual)


async def act(hass: HomeAssistant, action: str, entity_id: str | list[str], **data: object) -> Any:
    """Perform an action of media_player, or one of ours as ``ours.<name>``, on rooms.

    Returns:
        What it returns, if it returns data.

    """
    domain, _, name = action.rpartition(".")
    domain = {"": "media_player", "ours": DOMAIN}.get(domain, domain)
    responds = hass.services.supports_response(domain, name) != "none"
    return await hass.services.async_call(
        domain, name, {"entity_id": entity_id, **data}, blocking=True, return_response=responds
    )


async def in_house(hass: HomeAssistant, function: Callable[..., Any], *args: object) -> Any:
    """Do something in the house, away from the event loop."""
    return await hass.async_add_executor_job(function, *args)
