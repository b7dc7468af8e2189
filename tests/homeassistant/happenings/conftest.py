"""A house that several tests share, and all that is told of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from homeassistant.core import Event, HomeAssistant, callback
import pytest

from custom_components.sonos_twisted.happenings import EVENT, KINDS
from tests.homeassistant.conftest import until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess


COMMON = {"device_id", "entity_id", "room", "type"}


class Told:
    """What was told on the bus."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to listen."""
        self.hass = hass
        self.data: list[dict[str, Any]] = []

        @callback
        def note(event: Event[Any]) -> None:
            self.data.append(dict(event.data))

        self.end = hass.bus.async_listen(EVENT, note)

    def of(self, kind: str, room: str | None = None) -> list[dict[str, Any]]:
        """Return what was told of a kind, in one room or in all."""
        return [data for data in self.data if data["type"] == kind and room in {None, data["room"]}]

    def kinds(self, room: str) -> list[str]:
        """Return of which kinds was told in a room."""
        return [data["type"] for data in self.data if data["room"] == room]

    def check_fields(self) -> None:
        """Compare what was told with the table."""
        for data in self.data:
            assert data.keys() - COMMON == KINDS[data["type"]].fields.keys()
            assert None not in {data[name] for name in COMMON}

    async def until(self, kind: str, room: str, times: int = 1) -> dict[str, Any]:
        """Wait until something was told so many times, and return it."""
        await until(self.hass, lambda: len(self.of(kind, room)) >= times, lambda: str(self.data))
        return self.of(kind, room)[times - 1]


@pytest.fixture
def told(hass: HomeAssistant, standing_coordinator: HouseholdCoordinator) -> Iterator[Told]:
    """Listen to what is told, once all rooms are known."""
    told = Told(hass)
    yield told
    told.end()
    told.check_fields()


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house."""
    return standing_house.remote


@pytest.fixture
def coordinator(standing_coordinator: HouseholdCoordinator) -> HouseholdCoordinator:
    """Give the household."""
    return standing_coordinator
