"""What tests of entities do in a house, one thing after the other."""

from collections.abc import Callable
from dataclasses import dataclass, field
import functools
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant

from tests.homeassistant.actions import act, in_house, shows
from tests.homeassistant.conftest import eventually

if TYPE_CHECKING:
    from tests.simulator.control import Remote


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Somebody changes something by hand, and entities show it."""

    does: str
    room: str
    values: dict[str, Any] = field(default_factory=dict)
    shows: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Write:
    """Home Assistant changes something, and the speaker has it."""

    action: str
    entity: str
    data: dict[str, Any] = field(default_factory=dict)
    room: str
    truth: Callable[[dict[str, Any]], object]
    shows: str


async def truth(hass: HomeAssistant, remote: Remote, room: str) -> dict[str, Any]:
    """Return what is true of the visible speaker of a room."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    return next(each for each in speakers if each["name"] == room and not each["invisible"])


async def perform(hass: HomeAssistant, remote: Remote, *steps: Hand | Write) -> None:
    """Perform steps, each when the one before has had its effect."""
    for step in steps:
        if isinstance(step, Hand):
            does = functools.partial(getattr(remote, step.does), step.room, **step.values)
            await in_house(hass, does)
            for entity_id, state in step.shows.items():
                await shows(hass, entity_id, state=state)
        else:
            await act(hass, step.action, step.entity, **step.data)
            await eventually(functools.partial(truth, hass, remote, step.room), step.truth)
            await shows(hass, step.entity, state=step.shows)
