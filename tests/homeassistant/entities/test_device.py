"""What a speaker is, how it is connected, and when it has started."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest

from tests.homeassistant.actions import act, in_house, shown, shows
from tests.homeassistant.conftest import make_entry, until
from tests.homeassistant.entities.steps import Hand, Write, perform, truth

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.process import SimulatorProcess

MICROPHONE = "binary_sensor.kitchen_microphone"
CONNECTION = "sensor.kitchen_connection"
CHANNEL = "sensor.kitchen_wi_fi_channel_frequency"
EXTENDER = "binary_sensor.kitchen_behind_a_wi_fi_extender"
BOOTS = "sensor.kitchen_boot_count"
STARTED = "sensor.kitchen_started"
SOFTWARE = "sensor.kitchen_software_version"
NAME = "text.kitchen_room_name"


@pytest.mark.parity("binary_sensor: microphone", "beyond: network facts", "beyond: rename room")
@pytest.mark.usefixtures("all_entities", "standing_coordinator")
async def test_what_the_topology_tells(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """Nothing is asked for it. The name can be changed, and all else about the room stays."""
    remote = standing_house.remote
    before = await truth(hass, remote, "Kitchen")
    await shows(hass, MICROPHONE, state="on")
    await shows(hass, CONNECTION, state="wireless")
    await shows(hass, CHANNEL, state="2437")
    await shows(hass, SOFTWARE, state=before["software"])
    await shows(hass, BOOTS, state=str(before["boot_seq"]))
    await shows(hass, STARTED, state="unknown")
    assert hass.states.get("binary_sensor.bathroom_microphone") is None
    await perform(
        hass,
        remote,
        Hand(
            does="set_microphone", room="Kitchen", values={"on": False}, shows={MICROPHONE: "off"}
        ),
        Hand(does="set_microphone", room="Kitchen", values={"on": True}, shows={MICROPHONE: "on"}),
        Hand(
            does="set_network",
            room="Kitchen",
            values={"ethernet": True, "channel": 0, "behind_extender": True},
            shows={CONNECTION: "wired", CHANNEL: "unknown", EXTENDER: "on"},
        ),
        Hand(
            does="set_network",
            room="Kitchen",
            values={"ethernet": False, "channel": 5180, "behind_extender": False},
            shows={CONNECTION: "wireless", CHANNEL: "5180", EXTENDER: "off"},
        ),
        Write(
            action="text.set_value",
            entity=NAME,
            data={"value": "Küche"},
            room="Küche",
            truth=lambda room: room["uid"] == before["uid"],
            shows="Küche",
        ),
        Write(
            action="text.set_value",
            entity=NAME,
            data={"value": "Kitchen"},
            room="Kitchen",
            truth=lambda room: room["uid"] == before["uid"],
            shows="Kitchen",
        ),
    )
    with pytest.raises(ValueError, match=NAME):
        await act(hass, "text.set_value", NAME, value="")
    with pytest.raises(ValueError, match=NAME):
        await act(hass, "text.set_value", NAME, value="  ")


@pytest.mark.parity("beyond: started")
@pytest.mark.usefixtures("all_entities")
async def test_start_is_seen(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    standing_coordinator: HouseholdCoordinator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """It is counted and has a time, and the speaker describes itself anew."""
    remote = standing_house.remote
    began = dt_util.utcnow().replace(microsecond=0)
    boots = (await truth(hass, remote, "Kitchen"))["boot_seq"]
    await shows(hass, BOOTS, state=str(boots))
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.reboot, "Kitchen", 0.2)
    await shows(hass, BOOTS, state=str(boots + 1))
    started = dt_util.parse_datetime(shown(hass, STARTED, "state"))
    assert started is not None
    assert began <= started <= dt_util.utcnow()
    kitchen = next(room for room in standing_coordinator.household.rooms if room.name == "Kitchen")
    described = "GET /xml/device_description.xml"
    requests: dict[str, dict[str, int]] = {}

    async def look() -> None:
        requests.update(await in_house(hass, remote.requests))

    while not requests.get(kitchen.uid, {}).get(described):
        await look()


@pytest.mark.usefixtures("all_entities")
async def test_room_of_old_firmware_is_renamed(
    hass: HomeAssistant, neighbours: SimulatorProcess
) -> None:
    """It takes three arguments, and does not say how it is connected."""
    entry = await make_entry(hass, neighbours.addresses["Den"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await shows(hass, "text.den_room_name", state="Den")
    await perform(
        hass,
        neighbours.remote,
        Write(
            action="text.set_value",
            entity="text.den_room_name",
            data={"value": "Cave"},
            room="Cave",
            truth=lambda room: room["name"] == "Cave",
            shows="Cave",
        ),
    )
    assert hass.states.get("sensor.den_connection") is None
    await shows(hass, "binary_sensor.den_line_in", state="on")
    await in_house(hass, neighbours.remote.rename, "Cave", "Den")
    await until(hass, lambda: shown(hass, "text.den_room_name", "state") == "Den")
    await hass.config_entries.async_unload(entry.entry_id)
