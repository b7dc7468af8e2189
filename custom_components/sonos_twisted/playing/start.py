"""What a room is told to play: by the queue or without it, and what if the speaker declines."""

from collections.abc import Mapping
import re
from typing import TYPE_CHECKING, Any

from homeassistant.components.media_player import ATTR_MEDIA_CONTENT_ID, MediaPlayerEnqueue
from homeassistant.exceptions import ServiceValidationError

from ..browse.items import BrowseType
from ..engine import EngineError
from ..engine.commands import content, playing, transport
from ..errors import command_failed, refused
from ..model import Playable, Speaker
from .forms import async_find
from .options import ATTR_QUEUE_POSITION, PlayOptions
from .sources import Shelf
from .wanted import Wanted

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: The modes in which something is played at once.
_AT_ONCE = frozenset({MediaPlayerEnqueue.PLAY, MediaPlayerEnqueue.REPLACE})

#: The id of a place in the queue, or of all of it.
_IN_QUEUE = re.compile(r"Q:0(?:/([1-9]\d{0,5}))?")

#: The modes in which something gets a place in the queue that is there.
_INTO_QUEUE = frozenset({MediaPlayerEnqueue.ADD, MediaPlayerEnqueue.PLAY})

_AS_IT_IS = PlayOptions()


async def async_play_media(
    coordinator: HouseholdCoordinator,
    speaker: Speaker,
    media_type: str,
    media_id: str,
    *,
    enqueue: MediaPlayerEnqueue | None = None,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Find what is meant, and let a room's group play it.

    Args:
        coordinator: The household's.
        speaker: The room's.
        media_type: A type of Home Assistant, or one of ours; see ``forms.py``.
        media_id: What is meant, in any of the forms there.
        enqueue: What becomes of the queue; without it, it is replaced.
        extra: What else is said; see :class:`PlayOptions`.

    Raises:
        ServiceValidationError: When nothing of that kind is known, it cannot be queued, or
            ``extra`` is wrong.
        HomeAssistantError: When the speaker cannot be reached or declines.

    """
    options = PlayOptions.from_extra(extra or {})
    said = f"{content.QUEUE}/{media_id}" if media_type == BrowseType.QUEUE_ITEM else media_id
    if match := _IN_QUEUE.fullmatch(said):
        place = int(match[1] or 1)
        size = await _async_queue_size(coordinator, speaker)
        if place > size:  # before what plays has to end for it
            raise _not_in_queue(
                speaker, size, media_id, f"{content.QUEUE}/1", f"{content.QUEUE}/{size}"
            )
        await async_play_from_queue(coordinator, speaker, place, options)
        return
    mode = enqueue or MediaPlayerEnqueue.REPLACE
    wanted = Wanted(
        coordinator=coordinator,
        speaker=speaker,
        media_type=media_type,
        media_id=media_id,
        title=options.title,
        for_queue=mode is not MediaPlayerEnqueue.REPLACE,
    )
    await async_play(coordinator, speaker, await async_find(wanted), mode, options)


async def async_play_from_shelf(
    coordinator: HouseholdCoordinator, speaker: Speaker, shelf: Shelf, name: str
) -> None:
    """Let a room's group play what has a name on one of the household's shelves.

    Raises:
        ServiceValidationError: When it is there no more.
        HomeAssistantError: When the speaker cannot be reached or declines.

    """
    playable = coordinator.sources.on(shelf).playables.get(name)
    if playable is None:
        raise refused("unknown_source", source=name, room=speaker.name)
    await async_play(coordinator, speaker, playable)


async def async_play(
    coordinator: HouseholdCoordinator,
    speaker: Speaker,
    playable: Playable,
    mode: MediaPlayerEnqueue = MediaPlayerEnqueue.REPLACE,
    options: PlayOptions = _AS_IT_IS,
) -> None:
    """Let a room's group play something.

    A television input is only played by its own speaker: a room that is a member of a group leaves
    it for that. Everything else is played by the whole group.

    Raises:
        ServiceValidationError: When it cannot be queued, or has no positions.
        HomeAssistantError: When the speaker cannot be reached or declines.

    """
    commands = coordinator.commands
    names = {"media": playable.title, "room": speaker.name}
    if not playable.queueable and mode not in _AT_ONCE:
        raise refused("cannot_be_queued", **names)
    if options.position and not playable.has_positions:
        raise refused("no_positions", **names)
    if options.queue_position is not None and not (playable.queueable and mode in _INTO_QUEUE):
        raise refused("no_place_in_queue", **names)
    await _async_set_volume(coordinator, speaker, mode, options)
    try:
        if playable.is_tv:
            await commands.attempt(speaker, transport.set_uri, playable.uri)
        elif not playable.queueable or (playable.direct and mode is MediaPlayerEnqueue.REPLACE):
            await commands.attempt_in_group(
                speaker, playing.play_resource, playable.items[0], options.position
            )
        else:
            await _async_play_queued(coordinator, speaker, playable, mode, options)
    except EngineError as error:
        raise command_failed(speaker.name, error, playable.title) from error


async def _async_set_volume(
    coordinator: HouseholdCoordinator,
    speaker: Speaker,
    mode: MediaPlayerEnqueue,
    options: PlayOptions,
) -> None:
    if options.volume is not None and mode in _AT_ONCE:
        await coordinator.volumes.set(speaker, options.volume)


async def async_play_from_queue(
    coordinator: HouseholdCoordinator,
    speaker: Speaker,
    place: int,
    options: PlayOptions = _AS_IT_IS,
) -> None:
    """Let a room's group play what is in its queue already.

    Args:
        coordinator: The household's.
        speaker: Any of the group.
        place: The track to begin with, from 1.
        options: How it is to be played.

    Raises:
        HomeAssistantError: When the speaker cannot be reached or declines.

    """
    await _async_set_volume(coordinator, speaker, MediaPlayerEnqueue.PLAY, options)
    try:
        await _async_attempt_from_queue(coordinator, speaker, place, options)
    except EngineError as error:
        raise command_failed(speaker.name, error) from error


async def _async_attempt_from_queue(
    coordinator: HouseholdCoordinator, speaker: Speaker, place: int, options: PlayOptions
) -> None:
    commands = coordinator.commands
    await commands.attempt_by_player(
        speaker,
        lambda player: commands.attempt(
            player,
            playing.play_queue,
            player.uid,
            place,
            shuffle=options.shuffle,
            repeat=None if options.repeat is None else options.repeat.value,
            position=options.position,
        ),
    )


async def _async_play_queued(
    coordinator: HouseholdCoordinator,
    speaker: Speaker,
    playable: Playable,
    mode: MediaPlayerEnqueue,
    options: PlayOptions,
) -> None:
    wanted = options.queue_position
    if wanted is not None:
        size = await _async_queue_size(coordinator, speaker)
        if wanted > size:  # its end is a place, too
            raise _not_in_queue(speaker, size, str(wanted), "0", str(size), ATTR_QUEUE_POSITION)
    place = await coordinator.commands.attempt_in_group(
        speaker,
        playing.enqueue,
        playable.items,
        replace=mode is MediaPlayerEnqueue.REPLACE,
        as_next=wanted is None and mode in {MediaPlayerEnqueue.NEXT, MediaPlayerEnqueue.PLAY},
        before=0 if wanted is None else wanted + 1,
    )
    if mode in _AT_ONCE:
        options = options.shuffled(playable.shuffle)
        await _async_attempt_from_queue(coordinator, speaker, place, options)


async def _async_queue_size(coordinator: HouseholdCoordinator, speaker: Speaker) -> int:
    commands = coordinator.commands
    return (await commands.in_group(speaker, content.browse, content.QUEUE, 0, 1)).total


def _not_in_queue(
    speaker: Speaker,
    size: int,
    said: str,
    first: str,
    last: str,
    field: str = ATTR_MEDIA_CONTENT_ID,
) -> ServiceValidationError:
    """Return the error to raise for a place that a group's queue does not have."""
    if not size:
        return refused("queue_empty", room=speaker.name)
    return refused(
        "not_in_queue",
        room=speaker.name,
        field=field,
        value=said,
        first=first,
        last=last,
    )
