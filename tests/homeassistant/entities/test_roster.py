"""Which entities there are, and how they are read and changed, whatever they are about."""

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import entity_sources
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.asking import readings
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.model import playable_from_favorite
from tests.homeassistant.actions import act, in_house, shown, shows
from tests.homeassistant.conftest import all_known, make_entry, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

BASS = "number.kitchen_bass"
LIGHT = "switch.kitchen_status_light"
BUTTONS = "switch.kitchen_touch_controls"


def questions(remote: Remote, action: str) -> int:
    """Count how often the speakers were asked something."""
    return sum(counts.get(f"SOAP {action}", 0) for counts in remote.requests().values())


async def test_evented_number_is_shown_and_set(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """What somebody sets in the app is shown, and what is set here is set at the speaker."""
    await in_house(hass, remote.set_tone, "Kitchen", "bass", 4)
    await shows(hass, BASS, state="4")
    await act(hass, "number.set_value", BASS, value=-3)
    await shows(hass, BASS, state="-3")


async def test_number_out_of_range_is_refused_by_name(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """And the speaker is not even asked."""
    await shows(hass, BASS, state="0")
    with pytest.raises(ServiceValidationError, match=BASS):
        await act(hass, "number.set_value", BASS, value=11)
    assert shown(hass, BASS, "state") == "0"


async def test_speaker_that_declines_leaves_everything_as_it_is(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """And the error names the room."""
    await shows(hass, BASS, state="0")
    await in_house(hass, remote.fail_action, "Kitchen", "SetBass", 402)
    with pytest.raises(HomeAssistantError, match="Kitchen"):
        await act(hass, "number.set_value", BASS, value=5)
    assert shown(hass, BASS, "state") == "0"


async def test_what_nobody_shows_is_not_read(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote, entity_registry: er.EntityRegistry
) -> None:
    """The status light is off the list until somebody turns its entity on."""
    assert entity_registry.async_get(LIGHT) is not None
    assert hass.states.get(LIGHT) is None
    requests = await in_house(hass, questions, remote, "DeviceProperties.GetLEDState")
    assert requests == 0


@pytest.mark.usefixtures("all_entities", "entry")
async def test_what_no_event_tells_is_read_and_read_back(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Light and buttons are read together, and again when one of them was switched."""
    await shows(hass, LIGHT, state="on")
    await shows(hass, BUTTONS, state="on")
    await act(hass, "switch.turn_off", LIGHT)
    assert shown(hass, LIGHT, "state") == "off"
    await act(hass, "switch.turn_off", BUTTONS)
    assert shown(hass, BUTTONS, "state") == "off"
    await act(hass, "switch.turn_on", BUTTONS)
    assert shown(hass, BUTTONS, "state") == "on"


@pytest.mark.usefixtures("all_entities", "entry")
async def test_speaker_that_cannot_answer_loses_the_entity(
    hass: HomeAssistant, remote: Remote, entity_registry: er.EntityRegistry
) -> None:
    """Until it starts anew, perhaps with another firmware."""
    await shows(hass, LIGHT, state="on")
    await in_house(hass, remote.reboot, "Kitchen", 0.2)
    await in_house(hass, remote.fail_action, "Kitchen", "GetLEDState", 401, 1)
    await until(hass, lambda: entity_registry.async_get(LIGHT) is None)
    assert hass.states.get(LIGHT) is None


@pytest.mark.usefixtures("all_entities", "entry")
async def test_speaker_that_fails_to_answer_keeps_the_entity(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Since it has answered before; it is asked again a little later."""
    await shows(hass, LIGHT, state="on")
    await in_house(hass, remote.fail_action, "Kitchen", "GetLEDState", 501, 1)
    with patch.object(readings, "RETRY_SECONDS", 0.1):
        await act(hass, "switch.turn_off", LIGHT)
        assert shown(hass, LIGHT, "state") == "on"
        await shows(hass, LIGHT, state="off")


async def test_rooms_belong_to_their_household(
    hass: HomeAssistant, entry: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    """The household is a device of its own, with what concerns all rooms."""
    devices = {
        device.name: device
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    }
    household, kitchen = devices["Sonos"], devices["Kitchen"]
    assert kitchen.via_device_id == household.id
    assert hass.states.get("binary_sensor.sonos_music_library_update") is not None


async def test_music_library_is_brought_up_to_date(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """By a button, and a sensor shows for how long."""
    updating = "binary_sensor.sonos_music_library_update"
    await in_house(hass, remote.plan_index, 0.5)
    await act(hass, "button.press", "button.sonos_update_music_library")
    await shows(hass, updating, state="on")
    await shows(hass, updating, state="off")


async def test_nothing_is_added_while_the_household_is_unloaded(
    hass: HomeAssistant, house: SimulatorProcess
) -> None:
    """Whatever speakers say then, and whatever is chosen: nobody would remove it any more."""
    entry = await make_entry(hass, house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    coordinator = entry.runtime_data
    kitchen = next(room for room in coordinator.household.rooms if room.name == "Kitchen")
    await until(hass, lambda: coordinator.content.favorites)
    favorite = next(item for item in coordinator.content.favorites if playable_from_favorite(item))
    unload = hass.config_entries.async_unload_platforms

    async def unload_and_go_on(*args: Any) -> bool:
        unloaded = await unload(*args)
        news = {"room_calibration_available": "1", "room_calibration_enabled": "1"}
        household = coordinator.household
        coordinator.async_report(
            household.apply_event(kitchen.uid, "RenderingControl", news, hass.loop.time())
        )
        coordinator.favorite_buttons.add(kitchen, favorite)
        return unloaded

    with patch.object(hass.config_entries, "async_unload_platforms", unload_and_go_on):
        assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert kitchen.variable("RenderingControl", "room_calibration_enabled") == "1"
    left = [name for name, source in entity_sources(hass).items() if source["domain"] == DOMAIN]
    assert left == []
    assert hass.states.get("switch.kitchen_trueplay") is None
