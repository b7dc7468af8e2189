"""How rooms are at this moment, also where their events do not arrive.

Such rooms are asked for their state every now and then, which is good enough to show it. Whoever
acts on the state has to know it better. Lives on the event loop.
"""

import asyncio
from collections.abc import Iterable, Set as AbstractSet
import logging
from typing import TYPE_CHECKING

from ..engine import EngineError, Served
from ..engine.commands import state
from ..model import MalformedTopology, parse_zone_group_state

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..engine.commands.state import State
    from ..model import Household, Speaker

_LOGGER = logging.getLogger(__name__)

_OF_ROOM = ("volume", "mute", "bass", "treble", "loudness", "topology")
_OF_GROUP = ("transport_state", "track", "media", "play_mode", "crossfade", "actions")


def is_asked(coordinator: HouseholdCoordinator, uid: str) -> bool:
    """Tell whether a speaker's state comes by asking, because its events do not arrive."""
    return coordinator.served.get(uid) is Served.BY_POLLING


async def async_as_it_is(
    coordinator: HouseholdCoordinator, uids: Iterable[str], unheard: AbstractSet[str] = frozenset()
) -> Household:
    """Return the household, or where events do not arrive a copy that knows what was asked now.

    Args:
        coordinator: Of the household.
        uids: The speakers that matter.
        unheard: Those whose events are known to be late or lost.

    """
    household = coordinator.household
    asked = [
        speaker
        for uid in sorted(uids)
        if (speaker := household.speakers.get(uid)) is not None
        and speaker.is_there
        and (uid in unheard or is_asked(coordinator, uid))
    ]
    if not asked:
        return household
    copy = household.copy()
    await asyncio.gather(*(_async_ask(coordinator, speaker, copy) for speaker in asked))
    return copy


async def async_read_back(
    coordinator: HouseholdCoordinator, speaker: Speaker, queries: Iterable[str]
) -> None:
    """Ask a speaker for what was changed just now, if no event will tell of it.

    Args:
        coordinator: Of the household.
        speaker: The speaker.
        queries: What to ask it; see ``engine.commands.state``.

    """
    if is_asked(coordinator, speaker.uid):
        household, loop = coordinator.household, coordinator.hass.loop
        for query in queries:
            answer = await _async_answer(coordinator, speaker, query)
            for service, variables in answer.items():
                changes = household.apply_event(speaker.uid, service, variables, loop.time())
                coordinator.async_report(changes)


async def _async_ask(coordinator: HouseholdCoordinator, speaker: Speaker, copy: Household) -> None:
    await _async_read(coordinator, speaker, copy, _OF_ROOM)
    leader = copy.coordinator_of(speaker.uid)
    if leader is not None and leader.uid == speaker.uid:
        await _async_read(coordinator, speaker, copy, _OF_GROUP)


async def _async_read(
    coordinator: HouseholdCoordinator, speaker: Speaker, copy: Household, queries: tuple[str, ...]
) -> None:
    """Ask one question after the other: a model that cannot answer one may answer the next."""
    for query in queries:
        now = coordinator.hass.loop.time()
        answer = await _async_answer(coordinator, speaker, query)
        text = answer.get("ZoneGroupTopology", {}).pop("zone_group_state", None)
        if isinstance(text, str):
            try:
                copy.apply_topology(parse_zone_group_state(text), now)
            except MalformedTopology as error:
                _LOGGER.debug("%s: the topology is unreadable: %s", speaker.name, error)
        for service, variables in answer.items():
            copy.apply_event(speaker.uid, service, variables, now)


async def _async_answer(coordinator: HouseholdCoordinator, speaker: Speaker, query: str) -> State:
    """Return what a speaker answers; nothing, if it does not."""
    try:
        return await coordinator.commands.attempt(speaker, state.read, (query,))
    except EngineError:
        return {}
