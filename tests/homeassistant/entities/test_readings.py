"""What no event tells: asked for while somebody shows it, of those who are there."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.sonos_twisted.asking.readings import READINGS
from custom_components.sonos_twisted.engine import ReachabilityNews
from tests.homeassistant.actions import in_house
from tests.homeassistant.conftest import eventually

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from custom_components.sonos_twisted.model import Speaker
    from tests.simulator.process import SimulatorProcess

READING = "front_panel"

#: Long enough for several readings.
A_WHILE = 0.5


@pytest.fixture(autouse=True)
def _is_read_often() -> Iterator[None]:
    with patch.dict(READINGS, {READING: replace(READINGS[READING], seconds=0.1)}):
        yield


@pytest.fixture
def kitchen(standing_coordinator: HouseholdCoordinator) -> Speaker:
    """Give a room of the house that the tests share."""
    rooms = standing_coordinator.household.rooms
    return next(room for room in rooms if room.name == "Kitchen")


class Questions:
    """Counts how often a speaker was asked for the state of its light."""

    def __init__(self, hass: HomeAssistant, house: SimulatorProcess, speaker: Speaker) -> None:
        """Count those that a speaker has got so far."""
        self._hass, self._remote, self._uid = hass, house.remote, speaker.uid

    async def now(self) -> int:
        """Return how many there were."""
        requests = await in_house(self._hass, self._remote.requests)
        count: int = requests[self._uid].get("SOAP DeviceProperties.GetLEDState", 0)
        return count

    async def more(self) -> None:
        """Wait until it is asked again, twice."""
        before = await self.now()
        await eventually(self.now, lambda count: count >= before + 2)

    async def no_more(self) -> None:
        """Make sure that it is not asked, save what is under way."""
        await asyncio.sleep(0.1)
        before = await self.now()
        await asyncio.sleep(A_WHILE)
        assert await self.now() == before


async def test_speaker_is_asked_while_somebody_wants_to_know(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    standing_coordinator: HouseholdCoordinator,
    kitchen: Speaker,
) -> None:
    """By how many does not matter; who wants it again is served as before."""
    questions, readings = Questions(hass, standing_house, kitchen), standing_coordinator.readings
    await questions.no_more()
    first, second = (readings.async_want(kitchen, READING) for _ in range(2))
    await questions.more()
    first()
    await questions.more()
    second()
    await questions.no_more()
    again = readings.async_want(kitchen, READING)
    await questions.more()
    again()


async def test_speaker_that_is_away_is_asked_when_it_is_back(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    standing_coordinator: HouseholdCoordinator,
    kitchen: Speaker,
) -> None:
    """And not before."""
    questions = Questions(hass, standing_house, kitchen)
    no_more = standing_coordinator.readings.async_want(kitchen, READING)
    await questions.more()
    standing_coordinator._async_deliver([ReachabilityNews(kitchen.uid, reachable=False)])
    await questions.no_more()
    standing_coordinator._async_deliver([ReachabilityNews(kitchen.uid, reachable=True)])
    await questions.more()
    no_more()
