"""A house that the tests of a module share, and automations that note by what they are run."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.happenings import async_fire
from tests.homeassistant.conftest import base, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from homeassistant.core import ServiceCall

    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote


class Automations:
    """Automations, and what they were told when they ran."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare to take down what automations are told."""
        self.hass = hass
        self._calls: list[ServiceCall] = async_mock_service(hass, "test", "note")

    async def set_up(self, *groups: Iterable[Mapping[str, Any]]) -> None:
        """Set up an automation for each group of triggers, once."""
        config = [
            {
                "id": str(number),
                "alias": f"Note {number}",
                "mode": "parallel",
                "max": 100,
                "triggers": [dict(trigger) for trigger in triggers],
                "actions": [{"action": "test.note", "data": {"trigger": "{{ trigger }}"}}],
            }
            for number, triggers in enumerate(groups)
        ]
        assert await async_setup_component(self.hass, "automation", {"automation": config})
        await self.hass.async_block_till_done()
        states = self.hass.states.async_all("automation")
        assert [state.state for state in states] == ["on"] * len(groups)

    @property
    def told(self) -> list[dict[str, Any]]:
        """The variables of all runs so far, in their order."""
        return [call.data["trigger"] for call in self._calls]

    async def until(self, times: int) -> list[dict[str, Any]]:
        """Wait until there were so many runs."""
        await until(self.hass, lambda: len(self.told) >= times, lambda: str(self.told))
        return self.told


@pytest.fixture(scope="package")
def _standing_house() -> Iterator[SimulatorProcess]:
    """Run one house for all modules in here."""
    with SimulatorProcess(base=base(23)) as house:
        yield house


@pytest.fixture
def automations(hass: HomeAssistant, standing_coordinator: HouseholdCoordinator) -> Automations:
    """Give a place for automations, once all rooms are known."""
    return Automations(hass)


@pytest.fixture
def coordinator(standing_coordinator: HouseholdCoordinator) -> HouseholdCoordinator:
    """Give the household."""
    return standing_coordinator


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house."""
    return standing_house.remote


def on(kind: str, target: Mapping[str, object] | str, **options: object) -> dict[str, Any]:
    """Return the trigger of a kind, with a target, which can be an entity."""
    target = {"entity_id": target} if isinstance(target, str) else dict(target)
    return {"trigger": f"{DOMAIN}.{kind}", "target": target, "options": options}


def on_device(hass: HomeAssistant, kind: str, entity_id: str, **fields: object) -> dict[str, Any]:
    """Return the trigger of a kind of the device that an entity belongs to."""
    return {
        "trigger": "device",
        "domain": DOMAIN,
        "device_id": device_of(hass, entity_id),
        "type": kind,
        **fields,
    }


def device_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the device of an entity."""
    entry = er.async_get(hass).async_get(entity_id)
    assert entry is not None
    assert entry.device_id is not None
    return entry.device_id


def happens(
    coordinator: HouseholdCoordinator, kind: str, entity_id: str, data: Mapping[str, Any]
) -> None:
    """Let something happen in a room, as those tell it who find it out."""
    uid = next(uid for uid, known in coordinator.entity_ids.items() if known == entity_id)
    async_fire(coordinator, kind, uid, data)
