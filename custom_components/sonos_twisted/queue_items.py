"""Playing a single item of the queue that a group has already."""

from typing import TYPE_CHECKING

from .engine.commands import queue, transport
from .errors import refused
from .model import Source, whole_number

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator
    from .model import Speaker


async def async_play_queue_item(
    coordinator: HouseholdCoordinator, speaker: Speaker, content_id: str
) -> None:
    """Play a group's queue from one of its items on.

    Args:
        coordinator: The household's.
        speaker: A room of the group.
        content_id: The item's place in the queue, from 1.

    Raises:
        HomeAssistantError: When it is no place, or the speaker does not do it.

    """
    if not (place := whole_number(content_id)):
        raise refused("not_a_queue_item", content_id=content_id)
    player = coordinator.household.coordinator_of(speaker.uid) or speaker
    commands = coordinator.commands
    media = player.media
    if media is not None and media.source is Source.QUEUE and media.owner == player.uid:
        await commands.in_group(speaker, transport.seek_track, place)
    else:
        await commands.in_group(speaker, queue.activate, player.uid, place)
    await commands.in_group(speaker, transport.play)
