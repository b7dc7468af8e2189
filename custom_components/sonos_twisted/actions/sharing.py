"""Actions on what rooms have in common: done once, however many of these rooms are targeted."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Hashable
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
    return _once(
        work,
        lambda room: (
            (room.coordinator.household.coordinator_of(room.speaker.uid) or room.speaker).uid
        ),
    )


def once_per_household(work: _Work) -> ForAllRooms:
    """Let one room of each targeted household do something, in the same way."""
    return _once(work, lambda room: room.coordinator.household.household_id)


def _once(work: _Work, common: Callable[[SonosTwistedMediaPlayer], Hashable]) -> ForAllRooms:
    async def together(
        rooms: list[SonosTwistedMediaPlayer], call: ServiceCall
    ) -> EntityServiceResponse | None:
        sharing: dict[Hashable, list[SonosTwistedMediaPlayer]] = defaultdict(list)
        for room in rooms:
            sharing[common(room)].append(room)
        answers = await asyncio.gather(
            *(work(some[0], call) for some in sharing.values()), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        if not call.return_response:
            return None
        return {
            room.entity_id: answer
            for some, answer in zip(sharing.values(), answers, strict=True)
            for room in some
            if not isinstance(answer, BaseException)
        }

    return together
