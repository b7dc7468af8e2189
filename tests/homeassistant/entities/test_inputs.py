"""What is plugged into speakers, and what they do when it comes on."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.homeassistant.actions import act, in_house, shown, shows
from tests.homeassistant.entities.steps import Hand, Write, perform, truth

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("all_entities", "standing_coordinator")

LINE_IN = "binary_sensor.office_line_in"
LEVEL = "number.office_line_in_level"
NAME = "text.office_line_in_name"
OPTICAL = "binary_sensor.living_room_optical_input"
AUTOPLAY = "switch.living_room_tv_autoplay"
UNGROUP = "switch.living_room_ungroup_on_autoplay"
VOLUME = "number.living_room_tv_autoplay_volume"
USE_VOLUME = "switch.living_room_use_tv_autoplay_volume"


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what people do in the house that the tests share."""
    return standing_house.remote


def autoplay(name: str, value: object) -> Callable[[dict[str, Any]], bool]:
    """Make what tells whether a speaker does something when its television comes on."""
    return lambda room: room["autoplay"]["TV"][name] == value


@pytest.mark.parity("beyond: line-in name and level", "beyond: inputs connected")
async def test_inputs_tell_by_events(hass: HomeAssistant, remote: Remote) -> None:
    """What is plugged in, pulled and named by hand is shown; name and level can be changed here."""
    await shows(hass, LINE_IN, state="on")
    await perform(
        hass,
        remote,
        Hand(
            does="set_line_in", room="Office", values={"connected": False}, shows={LINE_IN: "off"}
        ),
        Hand(does="set_line_in", room="Office", values={"connected": True}, shows={LINE_IN: "on"}),
        Hand(
            does="set_line_in_level",
            room="Office",
            values={"left": 4, "right": 4},
            shows={LEVEL: "4"},
        ),
        Hand(does="name_line_in", room="Office", values={"name": "Tape"}, shows={NAME: "Tape"}),
        Write(
            action="number.set_value",
            entity=LEVEL,
            data={"value": 7},
            room="Office",
            truth=lambda office: (office["line_in"]["left"], office["line_in"]["right"]) == (7, 7),
            shows="7",
        ),
        Write(
            action="text.set_value",
            entity=NAME,
            data={"value": "Turntable"},
            room="Office",
            truth=lambda office: office["line_in"]["name"] == "Turntable",
            shows="Turntable",
        ),
        Hand(
            does="connect_toslink",
            room="Living Room",
            values={"connected": True},
            shows={OPTICAL: "on"},
        ),
        Hand(
            does="connect_toslink",
            room="Living Room",
            values={"connected": False},
            shows={OPTICAL: "off"},
        ),
        Hand(
            does="set_tv_connection",
            room="Living Room",
            values={"error": True, "hdmi_cec": False},
            shows={
                "binary_sensor.living_room_tv_connection": "on",
                "binary_sensor.living_room_hdmi_cec": "off",
            },
        ),
        Hand(
            does="connect_headphones",
            room="Kitchen",
            values={"connected": True},
            shows={"binary_sensor.kitchen_headphones": "on"},
        ),
    )
    office = await truth(hass, remote, "Office")
    assert office["line_in"]["icon"] == "AudioComponent"
    with pytest.raises(ServiceValidationError, match=LEVEL):
        await act(hass, "number.set_value", LEVEL, value=11)
    assert shown(hass, LEVEL, "state") == "7"


@pytest.mark.parity("switch: TV autoplay", "switch: ungroup on autoplay", "beyond: autoplay volume")
async def test_what_a_television_does_is_read_and_read_back(
    hass: HomeAssistant, remote: Remote
) -> None:
    """No event tells it. A speaker that declines leaves everything as it is."""
    await shows(hass, AUTOPLAY, state="on")
    await shows(hass, UNGROUP, state="on")
    await shows(hass, VOLUME, state="25")
    await shows(hass, USE_VOLUME, state="off")

    uid = (await truth(hass, remote, "Living Room"))["uid"]
    for action, entity, name, value, state in (
        ("switch.turn_off", AUTOPLAY, "room_uuid", "", "off"),
        ("switch.turn_on", AUTOPLAY, "room_uuid", uid, "on"),
        ("switch.turn_off", UNGROUP, "linked_zones", True, "off"),
        ("switch.turn_on", UNGROUP, "linked_zones", False, "on"),
        ("switch.turn_on", USE_VOLUME, "use_volume", True, "on"),
        ("switch.turn_off", USE_VOLUME, "use_volume", False, "off"),
    ):
        await perform(
            hass,
            remote,
            Write(
                action=action,
                entity=entity,
                room="Living Room",
                truth=autoplay(name, value),
                shows=state,
            ),
        )
    await act(hass, "number.set_value", VOLUME, value=12)
    assert shown(hass, VOLUME, "state") == "12"
    assert (await truth(hass, remote, "Living Room"))["autoplay"]["TV"]["volume"] == 12
    await in_house(hass, remote.fail_action, "Living Room", "SetAutoplayVolume", 402)
    with pytest.raises(HomeAssistantError, match="Living Room"):
        await act(hass, "number.set_value", VOLUME, value=50)
    assert shown(hass, VOLUME, "state") == "12"


@pytest.mark.parity("sensor: audio input format")
async def test_format_of_the_television_is_shown(hass: HomeAssistant, remote: Remote) -> None:
    """While the speaker plays it."""
    await in_house(hass, remote.set_tv_format, "Living Room", 63)
    await in_house(hass, remote.play_tv, "Living Room")
    await shows(hass, "sensor.living_room_audio_input_format", state="Dolby Atmos (MAT 2.0)")


async def test_inputs_are_there_where_something_can_be_plugged_in(
    entity_registry: er.EntityRegistry, standing_coordinator: HouseholdCoordinator
) -> None:
    """A plain speaker has none, whatever its events name."""
    entries = er.async_entries_for_config_entry(
        entity_registry, standing_coordinator.entry.entry_id
    )
    rooms = {
        name: {
            entry.unique_id.partition("-")[0]
            for entry in entries
            if entry.unique_id.endswith(f"-{name}")
        }
        for name in ("line_in_level", "tv_autoplay", "audio-format", "optical_connected")
    }
    uids = {room.name: room.uid for room in standing_coordinator.household.rooms}
    theatre = {uids["Living Room"], uids["Office"]}
    assert rooms == {
        "line_in_level": {uids["Office"]},
        "tv_autoplay": theatre,
        "audio-format": theatre,
        "optical_connected": theatre,
    }
