"""Actions for the queue, which a group has in common. Places count from 0, as in core."""

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonArrayType, JsonValueType
import voluptuous as vol

from ..content import async_all_pages
from ..engine.commands import content, queue
from ..engine.commands.content import Page
from ..errors import refused
from ..media_player import SonosTwistedMediaPlayer
from ..model import Didl
from ..playing.start import async_play_from_queue
from . import RoomAction
from .choosing import async_refuse_title, async_titled
from .guarding import async_guarded
from .sharing import COUNT, NAME, POSITION, once_per_group

ATTR_COUNT = "count"
ATTR_NAME = "name"
ATTR_NEW_POSITION = "new_position"
ATTR_QUEUE_POSITION = "queue_position"
ATTR_REPLACE = "replace"
ATTR_START = "start"


def as_response(item: Didl) -> JsonValueType:
    """Return what is told of a track, in the words of media players."""
    return {
        "media_title": item.title,
        "media_album_name": item.album,
        "media_artist": item.creator,
        "media_content_id": item.res_uri,
    }


async def _get(room: SonosTwistedMediaPlayer, call: ServiceCall) -> JsonArrayType:
    commands, count = room.coordinator.commands, call.data.get(ATTR_COUNT)

    async def read(start: int, most: int) -> Page:
        return await commands.in_group(room.speaker, content.browse, content.QUEUE, start, most)

    items = await async_all_pages(read, call.data[ATTR_START], count)
    return [as_response(item) for item in items]


async def _look(room: SonosTwistedMediaPlayer) -> Page:
    return await room.coordinator.commands.in_group(
        room.speaker, content.browse, content.QUEUE, 0, 1
    )


def _check(
    room: SonosTwistedMediaPlayer, page: Page, field: str, value: int, first: int, last: int
) -> None:
    """Refuse what is not within the queue."""
    if page.total == 0:
        raise refused("queue_empty", room=room.speaker.name)
    if not first <= value <= last:
        raise refused(
            "not_in_queue",
            room=room.speaker.name,
            field=field,
            value=str(value),
            first=str(first),
            last=str(last),
        )


async def _play(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    position = call.data[ATTR_QUEUE_POSITION]
    page = await _look(room)
    _check(room, page, ATTR_QUEUE_POSITION, position, 0, page.total - 1)
    await async_play_from_queue(room.coordinator, room.speaker, position + 1)


async def _remove(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    position, count = call.data[ATTR_QUEUE_POSITION], call.data[ATTR_COUNT]

    async def remove(page: Page) -> None:
        _check(room, page, ATTR_QUEUE_POSITION, position, 0, page.total - 1)
        _check(room, page, ATTR_COUNT, count, 1, page.total - position)
        await room.coordinator.commands.attempt_in_group(
            room.speaker, queue.remove_range, page.update_id, position + 1, count
        )

    await async_guarded(room.speaker, lambda: _look(room), remove, insist=True)


async def _move(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    position, count = call.data[ATTR_QUEUE_POSITION], call.data[ATTR_COUNT]
    new_position = call.data[ATTR_NEW_POSITION]
    # The speaker wants to know what they stand in front of, as it is before they are moved.
    before = new_position if new_position < position else new_position + count

    async def move(page: Page) -> None:
        _check(room, page, ATTR_QUEUE_POSITION, position, 0, page.total - 1)
        _check(room, page, ATTR_COUNT, count, 1, page.total - position)
        _check(room, page, ATTR_NEW_POSITION, new_position, 0, page.total - count)
        if new_position != position:
            await room.coordinator.commands.attempt_in_group(
                room.speaker, queue.reorder, page.update_id, position + 1, count, before + 1
            )

    await async_guarded(room.speaker, lambda: _look(room), move, insist=True)


async def _clear(room: SonosTwistedMediaPlayer, _call: ServiceCall) -> None:
    await room.coordinator.commands.in_group(room.speaker, queue.clear)


async def _save(room: SonosTwistedMediaPlayer, call: ServiceCall) -> ServiceResponse:
    name = call.data[ATTR_NAME]
    if (await _look(room)).total == 0:
        raise refused("queue_empty", room=room.speaker.name)
    object_id = ""
    if call.data[ATTR_REPLACE]:
        object_id = await async_titled(room.coordinator, name)
    else:
        await async_refuse_title(room.coordinator, ATTR_NAME, name)
    saved = await room.coordinator.commands.in_group(room.speaker, queue.save, name, object_id)
    return {"playlist": saved}


ACTIONS = (
    RoomAction(name="clear_queue", together=once_per_group(_clear)),
    RoomAction(
        name="get_queue",
        fields={
            vol.Optional(ATTR_START, default=0): POSITION,
            vol.Optional(ATTR_COUNT): COUNT,
        },
        each=_get,
        response=SupportsResponse.ONLY,
    ),
    RoomAction(
        name="move_in_queue",
        fields={
            vol.Required(ATTR_QUEUE_POSITION): POSITION,
            vol.Optional(ATTR_COUNT, default=1): COUNT,
            vol.Required(ATTR_NEW_POSITION): POSITION,
        },
        together=once_per_group(_move),
    ),
    RoomAction(
        name="play_queue",
        fields={vol.Optional(ATTR_QUEUE_POSITION, default=0): POSITION},
        together=once_per_group(_play),
    ),
    RoomAction(
        name="remove_from_queue",
        fields={
            vol.Optional(ATTR_QUEUE_POSITION, default=0): POSITION,
            vol.Optional(ATTR_COUNT, default=1): COUNT,
        },
        together=once_per_group(_remove),
    ),
    RoomAction(
        name="save_queue",
        fields={
            vol.Required(ATTR_NAME): NAME,
            vol.Optional(ATTR_REPLACE, default=False): cv.boolean,
        },
        together=once_per_group(_save),
        response=SupportsResponse.OPTIONAL,
    ),
)
