"""Actions for the Sonos playlists of a household. Places count from 0."""

from collections.abc import Awaitable, Callable

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..engine.commands import content, playlists
from ..engine.commands.content import Page
from ..errors import refused
from ..media_player import SonosTwistedMediaPlayer
from ..model import Didl
from . import RoomAction, picking
from .choosing import PLAYLISTS, async_choose, async_refuse_title
from .guarding import async_guarded
from .queue import (
    ATTR_COUNT,
    ATTR_NAME,
    ATTR_NEW_POSITION,
    ATTR_START,
    as_response,
)
from .sharing import (
    ATTR_MEDIA_CONTENT_ID,
    COUNT,
    NAME,
    POSITION,
    once_per_household,
    once_per_source,
)

ATTR_ADD = "add"
ATTR_PLAYLIST = "playlist"
ATTR_POSITION = "position"

_QUEUE = "queue"
_TRACK = "track"

_PLAYLIST = {vol.Required(ATTR_PLAYLIST): cv.string}


def as_choice(item: Didl) -> JsonObjectType:
    """Return what is told of a favourite or playlist; play_media takes the id and its type."""
    return {
        "media_title": item.title or "",
        "media_content_id": item.item_id or "",
        "media_content_type": "favorite_item_id",
    }


async def _playlist(room: SonosTwistedMediaPlayer, call: ServiceCall) -> tuple[str, str]:
    """Return the id and the title of the playlist that is meant."""
    item = await async_choose(room.coordinator, PLAYLISTS, ATTR_PLAYLIST, call.data[ATTR_PLAYLIST])
    return item.item_id or "", item.title or ""


async def _list(room: SonosTwistedMediaPlayer, _call: ServiceCall) -> ServiceResponse:
    items = await room.coordinator.content.async_browse_all(PLAYLISTS)
    return {"playlists": [as_choice(item) for item in items]}


async def _tracks(room: SonosTwistedMediaPlayer, call: ServiceCall) -> ServiceResponse:
    object_id, title = await _playlist(room, call)
    items = await room.coordinator.content.async_browse_all(
        object_id, call.data[ATTR_START], call.data.get(ATTR_COUNT)
    )
    return {
        ATTR_PLAYLIST: object_id,
        "media_title": title,
        "tracks": [as_response(item) for item in items],
    }


async def _create(room: SonosTwistedMediaPlayer, call: ServiceCall) -> ServiceResponse:
    name = call.data[ATTR_NAME]
    await async_refuse_title(room.coordinator, ATTR_NAME, name)
    object_id = await room.coordinator.commands.in_group(room.speaker, playlists.create, name)
    return {ATTR_PLAYLIST: object_id}


async def _rename(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    object_id, title = await _playlist(room, call)
    name = call.data[ATTR_NAME]
    if name == title:
        return
    await async_refuse_title(room.coordinator, ATTR_NAME, name)
    await room.coordinator.commands.in_group(room.speaker, content.rename, object_id, name)


async def _delete(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    object_id, _ = await _playlist(room, call)
    await room.coordinator.commands.in_group(room.speaker, content.destroy, object_id)


async def _change(
    room: SonosTwistedMediaPlayer,
    object_id: str,
    change: Callable[[Page], Awaitable[None]],
    *,
    anew: bool = False,
) -> None:
    """Change the tracks of a playlist, unless it is changed by somebody else meanwhile."""

    async def look() -> Page:
        return await room.coordinator.commands.in_group(
            room.speaker, content.browse, object_id, 0, 1
        )

    await async_guarded(room.speaker, look, change, anew=anew)


async def _add(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    object_id, title = await _playlist(room, call)
    commands = room.coordinator.commands
    if ATTR_MEDIA_CONTENT_ID in call.data:
        pick = await picking.async_named(room, call.data[ATTR_MEDIA_CONTENT_ID])
    elif call.data[ATTR_ADD] == _TRACK:
        pick = picking.track(room)
    else:
        await _add_queue(room, object_id, title)
        return

    async def add(page: Page) -> None:
        await commands.attempt_in_group(
            room.speaker, playlists.add, page.update_id, object_id, pick.uri, pick.metadata
        )

    await _change(room, object_id, add, anew=True)


async def _add_queue(room: SonosTwistedMediaPlayer, object_id: str, title: str) -> None:
    commands = room.coordinator.commands
    queue = await commands.in_group(room.speaker, content.browse, content.QUEUE, 0, 1)
    if queue.total == 0:
        raise refused("queue_empty", room=room.speaker.name)

    async def add(page: Page) -> None:
        await commands.attempt_in_group(
            room.speaker, playlists.add_queue, page.update_id, object_id, f"{title} +"
        )

    await _change(room, object_id, add, anew=True)


def _check(title: str, field: str, value: int, first: int, last: int) -> None:
    """Refuse what is not within the playlist."""
    if not first <= value <= last:
        raise refused(
            "not_in_playlist",
            playlist=title,
            field=field,
            value=str(value),
            first=str(first),
            last=str(last),
        )


def _check_position(page: Page, title: str, position: int) -> None:
    if page.total == 0:
        raise refused("playlist_empty", playlist=title, field=ATTR_POSITION)
    _check(title, ATTR_POSITION, position, 0, page.total - 1)


async def _remove(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    object_id, title = await _playlist(room, call)
    position, count = call.data[ATTR_POSITION], call.data[ATTR_COUNT]

    async def remove(page: Page) -> None:
        _check_position(page, title, position)
        _check(title, ATTR_COUNT, count, 1, page.total - position)
        await room.coordinator.commands.attempt_in_group(
            room.speaker, playlists.remove_range, page.update_id, object_id, position, count
        )

    await _change(room, object_id, remove)


async def _move(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    object_id, title = await _playlist(room, call)
    position, new_position = call.data[ATTR_POSITION], call.data[ATTR_NEW_POSITION]

    async def move(page: Page) -> None:
        _check_position(page, title, position)
        _check(title, ATTR_NEW_POSITION, new_position, 0, page.total - 1)
        if new_position != position:
            await room.coordinator.commands.attempt_in_group(
                room.speaker, playlists.move, page.update_id, object_id, position, new_position
            )

    await _change(room, object_id, move)


ACTIONS = (
    RoomAction(
        name="add_to_playlist",
        fields={
            **_PLAYLIST,
            vol.Optional(ATTR_ADD, default=_TRACK): vol.In([_TRACK, _QUEUE]),
            vol.Optional(ATTR_MEDIA_CONTENT_ID): cv.string,
        },
        together=once_per_source(_add),
    ),
    RoomAction(
        name="create_playlist",
        fields={vol.Required(ATTR_NAME): NAME},
        together=once_per_household(_create),
        response=SupportsResponse.OPTIONAL,
    ),
    RoomAction(name="delete_playlist", fields={**_PLAYLIST}, together=once_per_household(_delete)),
    RoomAction(
        name="get_playlist_tracks",
        fields={
            **_PLAYLIST,
            vol.Optional(ATTR_START, default=0): POSITION,
            vol.Optional(ATTR_COUNT): COUNT,
        },
        together=once_per_household(_tracks),
        response=SupportsResponse.ONLY,
    ),
    RoomAction(
        name="get_playlists",
        together=once_per_household(_list),
        response=SupportsResponse.ONLY,
    ),
    RoomAction(
        name="move_in_playlist",
        fields={
            **_PLAYLIST,
            vol.Required(ATTR_POSITION): POSITION,
            vol.Required(ATTR_NEW_POSITION): POSITION,
        },
        together=once_per_household(_move),
    ),
    RoomAction(
        name="remove_from_playlist",
        fields={
            **_PLAYLIST,
            vol.Required(ATTR_POSITION): POSITION,
            vol.Optional(ATTR_COUNT, default=1): COUNT,
        },
        together=once_per_household(_remove),
    ),
    RoomAction(
        name="rename_playlist",
        fields={**_PLAYLIST, vol.Required(ATTR_NAME): NAME},
        together=once_per_household(_rename),
    ),
)
