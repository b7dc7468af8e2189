"""Actions for the Sonos favourites of a household."""

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..engine.commands import content
from ..media_player import SonosTwistedMediaPlayer
from ..model import write_favorite
from . import RoomAction, picking
from .choosing import FAVORITES, async_choose, async_refuse_title
from .picking import Pick
from .playlists import as_choice
from .queue import ATTR_NAME
from .sharing import (
    ATTR_MEDIA_CONTENT_ID,
    NAME,
    once_per_household,
    once_per_source,
)

ATTR_ADD = "add"
ATTR_FAVORITE = "favorite"

_CONTAINER = "container"
_TRACK = "track"

_FAVORITE = {vol.Required(ATTR_FAVORITE): cv.string}


async def _list(room: SonosTwistedMediaPlayer, _call: ServiceCall) -> ServiceResponse:
    items = await room.coordinator.content.async_browse_all(FAVORITES)
    return {"favorites": [{**as_choice(item), "description": item.description} for item in items]}


async def _pick(room: SonosTwistedMediaPlayer, call: ServiceCall) -> Pick:
    if ATTR_MEDIA_CONTENT_ID in call.data:
        return await picking.async_named(room, call.data[ATTR_MEDIA_CONTENT_ID])
    if call.data[ATTR_ADD] == _CONTAINER:
        return picking.container(room)
    return picking.station(room) or picking.track(room)


async def _add(room: SonosTwistedMediaPlayer, call: ServiceCall) -> ServiceResponse:
    pick = await _pick(room, call)
    title = call.data.get(ATTR_NAME) or pick.didl.title or pick.uri
    await async_refuse_title(room.coordinator, ATTR_NAME, title, FAVORITES)
    document = write_favorite(title, pick.didl, pick.metadata)
    object_id = await room.coordinator.commands.in_household(content.add_favorite, document)
    return {ATTR_FAVORITE: object_id}


async def _favorite(room: SonosTwistedMediaPlayer, call: ServiceCall) -> tuple[str, str]:
    """Return the id and the title of the favourite that is meant."""
    item = await async_choose(room.coordinator, FAVORITES, ATTR_FAVORITE, call.data[ATTR_FAVORITE])
    return item.item_id or "", item.title or ""


async def _remove(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    object_id, _ = await _favorite(room, call)
    await room.coordinator.commands.in_household(content.destroy, object_id)


async def _rename(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    object_id, title = await _favorite(room, call)
    name = call.data[ATTR_NAME]
    if name == title:
        return
    await async_refuse_title(room.coordinator, ATTR_NAME, name, FAVORITES)
    await room.coordinator.commands.in_household(content.rename, object_id, name)


ACTIONS = (
    RoomAction(
        name="add_favorite",
        fields={
            vol.Optional(ATTR_NAME): NAME,
            vol.Optional(ATTR_ADD, default=_TRACK): vol.In([_TRACK, _CONTAINER]),
            vol.Optional(ATTR_MEDIA_CONTENT_ID): cv.string,
        },
        together=once_per_source(_add),
        response=SupportsResponse.OPTIONAL,
    ),
    RoomAction(
        name="get_favorites",
        together=once_per_household(_list),
        response=SupportsResponse.ONLY,
    ),
    RoomAction(name="remove_favorite", fields={**_FAVORITE}, together=once_per_household(_remove)),
    RoomAction(
        name="rename_favorite",
        fields={**_FAVORITE, vol.Required(ATTR_NAME): NAME},
        together=once_per_household(_rename),
    ),
)
