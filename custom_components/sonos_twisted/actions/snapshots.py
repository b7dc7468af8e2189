"""Actions for snapshots: how rooms are, kept to be brought back."""

import asyncio
from typing import TYPE_CHECKING, Any

from homeassistant.core import EntityServiceResponse, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..media_player import SonosTwistedMediaPlayer
from ..snapshots.restoring import RestoreReport, async_restore
from ..snapshots.taking import async_take
from ..together.everywhere import all_of
from ..together.room_queue import Ticket
from . import RoomAction, by_household

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Snapshot

ATTR_NAME = "name"
ATTR_WITH_GROUP = "with_group"
ATTR_WITH_QUEUE = "with_queue"

_NAME = vol.All(cv.string, vol.Strip, vol.Length(min=1, max=100))


async def _take(entities: list[SonosTwistedMediaPlayer], call: ServiceCall) -> None:
    async def take(coordinator: HouseholdCoordinator, rooms: list[SonosTwistedMediaPlayer]) -> None:
        speakers = [room.speaker for room in rooms]
        uids = coordinator.with_company(speaker.uid for speaker in speakers)
        async with coordinator.turns.turn(Ticket(uids)):
            snapshot = await async_take(
                coordinator,
                speakers,
                with_group=call.data[ATTR_WITH_GROUP],
                with_queue=call.data[ATTR_WITH_QUEUE],
            )
            await coordinator.snapshots.async_keep(snapshot, call.data.get(ATTR_NAME))

    await all_of(take(*household) for household in by_household(entities).items())


async def _restore(
    entities: list[SonosTwistedMediaPlayer], call: ServiceCall
) -> EntityServiceResponse:
    name, with_group = call.data.get(ATTR_NAME), call.data[ATTR_WITH_GROUP]
    # All are looked up before anything is done.
    found = [
        (
            coordinator,
            await coordinator.snapshots.async_find(
                (room.speaker for room in rooms), name, with_group=with_group
            ),
        )
        for coordinator, rooms in by_household(entities).items()
    ]

    async def restore(coordinator: HouseholdCoordinator, snapshot: Snapshot) -> RestoreReport:
        async with coordinator.turns.turn(Ticket(coordinator.with_company(snapshot.rooms))):
            report = await async_restore(coordinator, snapshot, with_group=with_group)
            if name is None:
                await coordinator.snapshots.async_use_up(report.restored)
            return report

    reports = await asyncio.gather(*(restore(*household) for household in found))
    response: dict[str, list[Any]] = {"restored": [], "problems": []}
    for (coordinator, _), report in zip(found, reports, strict=True):
        for key, value in _described(coordinator, report).items():
            response[key] += value
    # Home Assistant types the answer of an action of entities as one mapping for each of them; what
    # becomes of groups is one answer for all.
    return response  # type: ignore[return-value]


def _described(coordinator: HouseholdCoordinator, report: RestoreReport) -> dict[str, list[Any]]:
    entity_ids = coordinator.entity_ids
    return {
        "restored": [entity_ids[uid] for uid in report.restored if uid in entity_ids],
        "problems": [
            {
                "entity_id": entity_ids.get(problem.uid),
                "room": problem.room,
                "reason": problem.reason,
            }
            for problem in report.problems
        ],
    }


async def _list(entity: SonosTwistedMediaPlayer, _call: ServiceCall) -> ServiceResponse:
    coordinator, uid = entity.coordinator, entity.speaker.uid
    named = await coordinator.snapshots.async_named()
    return {
        "snapshots": [
            {
                "name": name,
                "taken_at": snapshot.taken_at,
                "rooms": [room.name for room in snapshot.rooms.values()],
                "with_queue": any(
                    room.playback is not None and room.playback.queue is not None
                    for room in snapshot.rooms.values()
                ),
            }
            for name, snapshot in sorted(named.items())
            if uid in snapshot.rooms
        ]
    }


async def _remove(entities: list[SonosTwistedMediaPlayer], call: ServiceCall) -> None:
    for coordinator in by_household(entities):
        await coordinator.snapshots.async_remove(call.data[ATTR_NAME])


ACTIONS = (
    RoomAction(name="list_snapshots", each=_list, response=SupportsResponse.ONLY),
    RoomAction(name="remove_snapshot", fields={vol.Required(ATTR_NAME): _NAME}, together=_remove),
    RoomAction(
        name="restore",
        fields={
            vol.Optional(ATTR_NAME): _NAME,
            vol.Optional(ATTR_WITH_GROUP, default=True): cv.boolean,
        },
        together=_restore,
        response=SupportsResponse.OPTIONAL,
    ),
    RoomAction(
        name="snapshot",
        fields={
            vol.Optional(ATTR_NAME): _NAME,
            vol.Optional(ATTR_WITH_GROUP, default=True): cv.boolean,
            vol.Optional(ATTR_WITH_QUEUE, default=False): cv.boolean,
        },
        together=_take,
    ),
)
