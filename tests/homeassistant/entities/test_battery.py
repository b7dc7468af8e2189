"""The battery of portable speakers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from tests.homeassistant.actions import in_house, shown, shows
from tests.homeassistant.conftest import base, make_entry, until
from tests.homeassistant.entities.steps import Hand, perform
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator

LEVEL = "sensor.patio_battery"
CHARGING = "binary_sensor.patio_charging"
SOURCE = "sensor.patio_power_source"
HEALTH = "sensor.patio_battery_health"
DEGREES = "sensor.patio_battery_temperature"


@pytest.mark.parity(
    "sensor: battery", "sensor: power source", "binary_sensor: charging", "beyond: battery health"
)
@pytest.mark.usefixtures("all_entities")
async def test_battery(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    standing_coordinator: HouseholdCoordinator,
    entity_registry: er.EntityRegistry,
) -> None:
    """Events tell its charge; what they do not tell is read when they tell something new."""
    await shows(hass, LEVEL, state="82")
    await shows(hass, SOURCE, state="battery")
    await shows(hass, CHARGING, state="off", power_source="battery")
    remote = standing_house.remote
    await perform(
        hass,
        remote,
        Hand(does="set_battery", room="Patio", values={"level": 31}, shows={LEVEL: "31"}),
        Hand(
            does="set_battery",
            room="Patio",
            values={"power_source": "SONOS_CHARGING_RING"},
            shows={CHARGING: "on", SOURCE: "charging_base"},
        ),
        Hand(
            does="set_battery",
            room="Patio",
            values={"power_source": "USB_POWER"},
            shows={CHARGING: "on"},
        ),
        Hand(
            does="set_battery",
            room="Patio",
            values={
                "level": 30,
                "power_source": "BATTERY",
                "health": "YELLOW",
                "temperature": "HOT",
                "degrees": 41,
            },
            shows={CHARGING: "off", SOURCE: "battery", DEGREES: "41", HEALTH: "yellow"},
        ),
    )
    assert shown(hass, HEALTH, "temperature") == "hot"
    # Events tell of other things at times.
    await in_house(
        hass, remote.emit, "Patio", "DeviceProperties", {"MoreInfo": "TargetRoomName:Patio"}
    )
    patio = next(room for room in standing_coordinator.household.rooms if room.name == "Patio")
    await until(
        hass,
        lambda: patio.variable("DeviceProperties", "more_info") == "TargetRoomName:Patio",
    )
    assert shown(hass, LEVEL, "state") == "30"
    with_battery = {
        entry.unique_id.partition("-")[0]
        for entry in entity_registry.entities.values()
        if "battery" in entry.unique_id
    }
    assert with_battery == {patio.uid}


@pytest.fixture
def old_move(loopback: None) -> Iterator[SimulatorProcess]:
    """Run a household with a portable speaker of the first generation."""
    with SimulatorProcess(
        base=base(6), generation="S1", household="Sonos_Old", rooms={"Patio": "S17"}
    ) as house:
        yield house


@pytest.mark.parity("sensor: battery of S1")
@pytest.mark.usefixtures("all_entities")
async def test_battery_of_old_firmware_is_told_by_events_alone(
    hass: HomeAssistant, old_move: SimulatorProcess
) -> None:
    """Its page is empty."""
    entry = await make_entry(hass, old_move.addresses["Patio"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await shows(hass, LEVEL, state="82")
    await perform(
        hass,
        old_move.remote,
        Hand(
            does="set_battery",
            room="Patio",
            values={"level": 64, "power_source": "SONOS_CHARGING_RING"},
            shows={LEVEL: "64", CHARGING: "on"},
        ),
    )
    assert hass.states.get(SOURCE) is None
    assert hass.states.get(HEALTH) is None
    await hass.config_entries.async_unload(entry.entry_id)
