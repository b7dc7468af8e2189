"""What an alarm is to play, as people say it."""

from typing import TYPE_CHECKING

from homeassistant.exceptions import ServiceValidationError

from ..errors import refused
from ..model import CHIME, Resource, Speaker
from ..playing.forms import async_find
from ..playing.wanted import Wanted
from .household import CHIME_PROGRAM

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: What a name may be that of, in this order; the first is that of no name, but an id or address.
_TYPES = ("", "favorite", "playlist", "station")


async def async_find_program(
    coordinator: HouseholdCoordinator, speaker: Speaker, said: str, media_type: str | None
) -> Resource:
    """Return the URI and the metadata of what an alarm is to play.

    Args:
        coordinator: The household's.
        speaker: The room that would play it.
        said: ``chime``, or whatever ``play_media`` takes as an id.
        media_type: The media type of ``play_media``, or None to find it out.

    Raises:
        ServiceValidationError: When there is no such thing, or an alarm cannot play it.
        HomeAssistantError: When it cannot be found out.

    """
    if said.casefold() == CHIME_PROGRAM:
        return CHIME, ""
    refusal: ServiceValidationError | None = None
    for kind in _TYPES if media_type is None else (media_type,):
        wanted = Wanted(
            coordinator=coordinator,
            speaker=speaker,
            media_type=kind,
            media_id=said,
            for_queue=True,
        )
        try:
            playable = await async_find(wanted)
        except ServiceValidationError as error:
            refusal = refusal or error
            continue
        if len(playable.items) != 1:
            raise refused("program_of_many", value=said, count=str(len(playable.items)))
        return playable.items[0][0]
    raise refused("no_such_program", value=said) from refusal
