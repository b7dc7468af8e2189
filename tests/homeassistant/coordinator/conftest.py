"""One house for the package, and one that will not be afterwards what it was before."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
import pytest

from tests.homeassistant.conftest import base
from tests.simulator.process import SimulatorProcess


@pytest.fixture(scope="package")
def _standing_house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(9)) as house:
        yield house


@pytest.fixture
def house(standing_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Share one house; whoever groups rooms there need not tidy up."""
    yield standing_house
    standing_house.remote.ungroup("Bathroom")


@pytest.fixture
def quiet_afterwards(house: SimulatorProcess) -> Iterator[None]:
    """End the music when the test is over."""
    yield
    house.remote.stop_playing("Kitchen")


@pytest.fixture
def house_that_changes(loopback: None) -> Iterator[SimulatorProcess]:
    """Run a house that will not be afterwards what it was before."""
    with SimulatorProcess(base=base(6)) as house:
        yield house


@pytest.fixture
def writes(hass: HomeAssistant) -> Counter[str]:
    """Count how often each room writes its state, whether that is another one or not."""
    counter: Counter[str] = Counter()

    @callback
    def note(event: Event[Any]) -> None:
        if event.data["entity_id"].startswith("media_player."):
            counter[event.data["entity_id"]] += 1

    @callback
    def always(_data: object) -> bool:
        return True

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=always)
    return counter
