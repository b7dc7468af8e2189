"""Taking snapshots of rooms.

What they play and how they sound is known by their events; only what no event tells is read. Lives
on the event loop.
"""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ..asking.states import async_as_it_is
from ..content import async_all_pages
from ..engine import EngineError
from ..engine.commands import content, sleep_timer, transport
from ..model import (
    Observed,
    PlaybackState,
    QueueItem,
    Snapshot,
    parse_duration,
    queue_item,
    room_snapshot,
    whole_number,
)

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

#: Seconds for which speakers hold events back that tell what a command has changed.
MODERATION_SECONDS = 0.5

#: Seconds that a household has to agree on its groups before a snapshot is taken anyway.
SETTLING_SECONDS = 3.0


async def async_take(
    coordinator: HouseholdCoordinator,
    speakers: Iterable[Speaker],
    *,
    with_group: bool = True,
    with_queue: bool = False,
) -> Snapshot:
    """Take a snapshot of rooms.

    Args:
        coordinator: Of the household.
        speakers: The rooms.
        with_group: Take in all rooms that are grouped with these, and who plays with whom.
        with_queue: Take in the queues. A long one takes a request for each 400 tracks.

    Raises:
        HomeAssistantError: When a queue cannot be read.

    """
    await async_until_settled(coordinator)
    uids = {speaker.uid for speaker in speakers}
    household = await async_as_it_is(coordinator, coordinator.with_company(uids))
    if with_group:
        uids |= {member for uid in uids for member in household.group_members(uid)}
    wanted = {uid: household.speakers[uid] for uid in uids}
    leaders = {uid: household.coordinator_of(uid) or speaker for uid, speaker in wanted.items()}
    leading = [uid for uid, leader in leaders.items() if leader.uid == uid]
    answers = await asyncio.gather(
        *(_async_observe(coordinator, wanted[uid], with_queue=with_queue) for uid in leading)
    )
    observed = dict(zip(leading, answers, strict=True))
    return Snapshot(
        dt_util.utcnow().isoformat(),
        {
            uid: room_snapshot(speaker, leaders[uid], observed.get(uid), with_group=with_group)
            for uid, speaker in wanted.items()
        },
    )


async def async_until_settled(coordinator: HouseholdCoordinator) -> None:
    """Wait until events have told what commands changed just now, and who plays with whom."""
    age = coordinator.hass.loop.time() - coordinator.commands.last_at
    if age < MODERATION_SECONDS:
        await asyncio.sleep(MODERATION_SECONDS - age)
    await coordinator.async_until(lambda: not coordinator.household.unsettled, SETTLING_SECONDS)


async def _async_observe(
    coordinator: HouseholdCoordinator, speaker: Speaker, *, with_queue: bool
) -> Observed:
    """Read at a group's coordinator what no event tells."""
    commands = coordinator.commands
    items = await async_read_queue(coordinator, speaker) if with_queue else None
    position, remaining, answer = None, None, dict[str, str]()
    try:
        if speaker.own.sleep_timer_generation:
            remaining = await commands.attempt(speaker, sleep_timer.remaining)
        if speaker.own.media and speaker.own.media.duration:
            position = 0.0
            if speaker.own.playback is not PlaybackState.STOPPED:
                answer = await commands.attempt(speaker, transport.read_position)
                position = parse_duration(answer.get("RelTime"))
    except EngineError:
        # Not knowing these is no reason to lose the rest; the log has it that they are not known.
        pass
    return Observed(
        position=position,
        track=whole_number(answer.get("Track", "")),
        track_uri=answer.get("TrackURI", ""),
        sleep_timer=remaining,
        queue=items,
    )


async def async_read_queue(
    coordinator: HouseholdCoordinator, speaker: Speaker
) -> tuple[QueueItem, ...]:
    """Read the whole queue of a speaker.

    Raises:
        HomeAssistantError: When it cannot be read.

    """
    items = await async_all_pages(
        lambda start, count: coordinator.commands.in_room(
            speaker, content.browse, content.QUEUE, start, count
        )
    )
    return tuple(queue_item(item) for item in items)
