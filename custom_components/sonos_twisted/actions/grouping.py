"""Actions for rooms that play together, and for all rooms of a household at once."""

from collections.abc import Callable, Coroutine
from typing import Any

from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..coordinator import HouseholdCoordinator
from ..media_player import SonosTwistedMediaPlayer
from ..model import Speaker
from ..together.everywhere import all_of
from . import ForAllRooms, RoomAction

ATTR_TO = "to"


async def _hand_over(entity: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    groups = entity.coordinator.groups
    heir = groups.speaker_of(call.data[ATTR_TO], entity.speaker)
    await groups.hand_over(entity.speaker, heir)


def _present(coordinator: HouseholdCoordinator) -> list[Speaker]:
    return [room for room in coordinator.household.rooms if room.available]


async def _group_all(entities: list[SonosTwistedMediaPlayer], _call: ServiceCall) -> None:
    """Group each household around its first targeted room, rather one in which music plays."""
    targets: dict[HouseholdCoordinator, SonosTwistedMediaPlayer] = {}
    for entity in sorted(entities, key=lambda entity: entity.state != "playing"):
        targets.setdefault(entity.coordinator, entity)
    await all_of(
        coordinator.groups.join(entity.speaker, _present(coordinator))
        for coordinator, entity in targets.items()
    )


async def _ungroup(coordinator: HouseholdCoordinator) -> None:
    await all_of(coordinator.groups.unjoin(room) for room in _present(coordinator))


async def _pause(coordinator: HouseholdCoordinator) -> None:
    await coordinator.everywhere.pause()


async def _resume(coordinator: HouseholdCoordinator) -> None:
    await coordinator.everywhere.resume()


def _in_each_household(
    do: Callable[[HouseholdCoordinator], Coroutine[Any, Any, None]],
) -> ForAllRooms:
    """Return what does something once in each household of the targeted rooms."""

    async def together(entities: list[SonosTwistedMediaPlayer], _call: ServiceCall) -> None:
        await all_of(do(coordinator) for coordinator in {each.coordinator for each in entities})

    return together


ACTIONS = (
    RoomAction(name="group_all", together=_group_all),
    RoomAction(name="hand_over", fields={vol.Required(ATTR_TO): cv.entity_id}, each=_hand_over),
    RoomAction(name="pause_all", together=_in_each_household(_pause)),
    RoomAction(name="resume_all", together=_in_each_household(_resume)),
    RoomAction(name="ungroup_all", together=_in_each_household(_ungroup)),
)
