"""Actions on what rooms have in common: done once, however many of these rooms are targeted."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from homeassistant.core import EntityServiceResponse, ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

if TYPE_CHECKING:
    from ..media_player import SonosTwistedMediaPlayer
    from . import ForAllRooms

type _Work = Callable[
    [SonosTwistedMediaPlayer, ServiceCall], Coroutine[Any, Any, ServiceResponse | None]
]

ATTR_MEDIA_CONTENT_ID = "media_content_id"

_MOST_CHARACTERS = 255


def _printable(text: str) -> str:
    if not text.isprintable():
        raise vol.Invalid("it has characters that cannot be shown")
    return text


#: The name of something that is to be made or renamed.
NAME = vol.All(cv.string, str.strip, vol.Length(min=1, max=_MOST_CHARACTERS), _printable)

#: A place in a list, from 0.
POSITION = vol.All(vol.Coerce(int), vol.Range(min=0))

#: How many of a list.
COUNT = vol.All(vol.Coerce(int), vol.Range(min=1))


def once_per_group(work: _Work) -> ForAllRooms:
    """Let one room of each targeted group do something; the response is that of all of them."""
    return _once(work, lambda room, _call: _group(room))


def once_per_household(work: _Work) -> ForAllRooms:
    """Let one room of each targeted household do something, in the same way."""
    return _once(work, lambda room, _call: _household(room))


def once_per_source(work: _Work) -> ForAllRooms:
    """Do the first if it is about what rooms play, and the second if a media id says what."""

    def source(room: SonosTwistedMediaPlayer, call: ServiceCall) -> str:
        return _household(room) if ATTR_MEDIA_CONTENT_ID in call.data else _group(room)

    return _once(work, source)


def _group(room: SonosTwistedMediaPlayer) -> str:
    return room.coordinator.player_of(room.speaker).uid


def _household(room: SonosTwistedMediaPlayer) -> str:
    return room.coordinator.household.household_id


def _once(
    work: _Work, common: Callable[[SonosTwistedMediaPlayer, ServiceCall], str]
) -> ForAllRooms:
    async def together(
        rooms: list[SonosTwistedMediaPlayer], call: ServiceCall
    ) -> EntityServiceResponse | None:
        sharing: dict[str, list[SonosTwistedMediaPlayer]] = defaultdict(list)
        for room in rooms:
            sharing[common(room, call)].append(room)
        answers = await asyncio.gather(
            *(work(some[0], call) for some in sharing.values()), return_exceptions=True
        )
        response: EntityServiceResponse = {}
        for some, answer in zip(sharing.values(), answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            response |= dict.fromkeys((room.entity_id for room in some), answer)
        return response if call.return_response else None

    return together
