"""What a room is told to play: by the queue or without it, and what if the speaker declines."""

from collections.abc import Mapping
from dataclasses import replace
import re
from typing import TYPE_CHECKING, Any

from homeassistant.components.media_player import MediaPlayerEnqueue

from .browse_items import BrowseType
from .engine import EngineError
from .engine.commands import playing, transport
from .errors import command_failed, refused
from .media_forms import async_find
from .model import Playable, Speaker
from .wanted import Wanted

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator

#: The modes in which something is played at once.
_AT_ONCE = frozenset({MediaPlayerEnqueue.PLAY, MediaPlayerEnqueue.REPLACE})

#: The id of a place in the queue, or of all of it.
_IN_QUEUE = re.compile(r"Q:0(?:/([1-9]\d{0,5}))?")

ATTR_METADATA = "metadata"
ATTR_SHUFFLE = "shuffle"
ATTR_TITLE = "title"


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
        media_type: A type of Home Assistant, or one of ours; see `media_forms`.
        media_id: What is meant, in any of the forms there.
        enqueue: What becomes of the queue; without it, it is replaced.
        extra: ``title`` to be shown, and ``shuffle``.

    Raises:
        ServiceValidationError: When nothing of that kind is known, or it cannot be queued.
        HomeAssistantError: When the speaker cannot be reached or declines.

    """
    said = f"Q:0/{media_id}" if media_type == BrowseType.QUEUE_ITEM else media_id
    if match := _IN_QUEUE.fullmatch(said):
        await async_play_from_queue(coordinator, speaker, int(match[1] or 1))
        return
    mode = enqueue or MediaPlayerEnqueue.REPLACE
    options = extra or {}
    title = options.get(ATTR_TITLE) or (options.get(ATTR_METADATA) or {}).get(ATTR_TITLE) or ""
    wanted = Wanted(
        coordinator=coordinator,
        speaker=speaker,
        media_type=media_type,
        media_id=media_id,
        title=str(title),
        for_queue=mode is not MediaPlayerEnqueue.REPLACE,
    )
    playable = await async_find(wanted)
    if (shuffle := options.get(ATTR_SHUFFLE)) is not None:
        playable = replace(playable, shuffle=bool(shuffle))
    await async_play(coordinator, speaker, playable, mode)


async def async_play(
    coordinator: HouseholdCoordinator,
    speaker: Speaker,
    playable: Playable,
    mode: MediaPlayerEnqueue = MediaPlayerEnqueue.REPLACE,
) -> None:
    """Let a room's group play something.

    A television input is only played by its own speaker: a room that is a member of a group leaves
    it for that. Everything else is played by the whole group.

    Raises:
        ServiceValidationError: When it cannot be queued.
        HomeAssistantError: When the speaker cannot be reached or declines.

    """
    commands = coordinator.commands
    if not playable.queueable and mode not in _AT_ONCE:
        raise refused("cannot_be_queued", media=playable.title, room=speaker.name)
    try:
        if playable.is_tv:
            await commands.attempt(speaker, transport.set_uri, playable.uri)
        elif not playable.queueable or (playable.direct and mode is MediaPlayerEnqueue.REPLACE):
            await commands.attempt_in_group(speaker, playing.play_resource, playable.items[0])
        else:
            await _async_play_queued(coordinator, speaker, playable, mode)
    except EngineError as error:
        raise command_failed(speaker.name, error, playable.title) from error


async def async_play_from_queue(
    coordinator: HouseholdCoordinator, speaker: Speaker, place: int
) -> None:
    """Let a room's group play what is in its queue already.

    Args:
        coordinator: The household's.
        speaker: Any of the group.
        place: The track to begin with, from 1.

    Raises:
        HomeAssistantError: When the speaker cannot be reached or declines.

    """
    try:
        await _async_attempt_from_queue(coordinator, speaker, place)
    except EngineError as error:
        raise command_failed(speaker.name, error) from error


async def _async_attempt_from_queue(
    coordinator: HouseholdCoordinator, speaker: Speaker, place: int, shuffle: bool | None = None
) -> None:
    commands = coordinator.commands
    await commands.attempt_by_player(
        speaker,
        lambda player: commands.attempt(player, playing.play_queue, player.uid, place, shuffle),
    )


async def _async_play_queued(
    coordinator: HouseholdCoordinator,
    speaker: Speaker,
    playable: Playable,
    mode: MediaPlayerEnqueue,
) -> None:
    place = await coordinator.commands.attempt_in_group(
        speaker,
        playing.enqueue,
        playable.items,
        replace=mode is MediaPlayerEnqueue.REPLACE,
        as_next=mode in {MediaPlayerEnqueue.NEXT, MediaPlayerEnqueue.PLAY},
    )
    if mode in _AT_ONCE:
        await _async_attempt_from_queue(coordinator, speaker, place, playable.shuffle)
