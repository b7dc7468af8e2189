"""Actions for the buttons that start a Sonos favourite in a room."""

from collections.abc import Callable

from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..media_player import SonosTwistedMediaPlayer
from ..model import Didl, Speaker
from ..playing.favorite_buttons import FavoriteButtons
from . import RoomAction, by_household
from .choosing import FAVORITES, async_choose

ATTR_FAVORITE = "favorite"

_FAVORITE = {vol.Required(ATTR_FAVORITE): cv.string}


async def _for_each(
    entities: list[SonosTwistedMediaPlayer],
    call: ServiceCall,
    change: Callable[[FavoriteButtons, Speaker, Didl], None],
) -> None:
    said = call.data[ATTR_FAVORITE]
    for coordinator, rooms in by_household(entities).items():
        favorite = await async_choose(coordinator, FAVORITES, ATTR_FAVORITE, said)
        for room in rooms:
            change(coordinator.favorite_buttons, room.speaker, favorite)


async def _add(entities: list[SonosTwistedMediaPlayer], call: ServiceCall) -> None:
    await _for_each(entities, call, FavoriteButtons.add)


async def _remove(entities: list[SonosTwistedMediaPlayer], call: ServiceCall) -> None:
    await _for_each(entities, call, FavoriteButtons.remove)


ACTIONS = (
    RoomAction(name="add_favorite_button", fields={**_FAVORITE}, together=_add),
    RoomAction(name="remove_favorite_button", fields={**_FAVORITE}, together=_remove),
)
