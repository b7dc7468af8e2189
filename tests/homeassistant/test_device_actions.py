"""What can be chosen from the device of a room, and what becomes of it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeassistant.components import device_automation
from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.script import Script
import pytest
import voluptuous as vol

import custom_components.sonos_twisted as integration
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.device_action import ACTIONS
from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    OFFICE,
    PATIO,
    ROOMS,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import eventually, until
from tests.homeassistant.test_conditions import device_of

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

FOLDER = Path(integration.__file__).parent
TEXTS: dict[str, Any] = json.loads((FOLDER / "translations" / "en.json").read_text("utf-8"))

STATION = "BBC Radio 3"
BELL = "http://192.0.2.9/bell.mp3"

pytestmark = pytest.mark.parity("beyond: device actions")


@pytest.fixture
def remote(tidied: Remote) -> Remote:
    """Give what people do in the house."""
    return tidied


async def choose(hass: HomeAssistant, entity_id: str, name: str, **fields: object) -> None:
    """Perform an action of a room's device, as an automation does."""
    config = {"device_id": device_of(hass, entity_id), "domain": DOMAIN, "type": name, **fields}
    sequence = [
        await device_automation.action.async_validate_action_config(hass, each)
        for each in cv.SCRIPT_SCHEMA([config])
    ]
    script = Script(hass, sequence, name, DOMAIN)
    await script.async_run()
    await script.async_unload()


async def test_groups_and_volume(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Rooms join, hand over and leave; volumes are given in percent."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await choose(hass, BATHROOM, "join", room=KITCHEN)
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], state="playing")
    await choose(hass, BATHROOM, "set_group_volume", volume=35)
    await shows(hass, KITCHEN, group_volume=0.35)
    await choose(hass, KITCHEN, "hand_over", room=BATHROOM)
    await shows(hass, KITCHEN, group_members=[BATHROOM, KITCHEN], state="playing")
    await choose(hass, KITCHEN, "unjoin")
    await shows(hass, KITCHEN, group_members=[KITCHEN])
    await choose(hass, OFFICE, "set_volume_limit", volume=15)
    await shows(hass, OFFICE, volume_limit=0.15, volume_level=0.15)
    await choose(hass, OFFICE, "set_volume_limit")
    await shows(hass, OFFICE, volume_limit=None)
    await choose(hass, PATIO, "ramp_volume", volume=40)
    await shows(hass, PATIO, volume_level=0.4)
    await choose(hass, BATHROOM, "group_all")
    await until(hass, lambda: len(shown(hass, KITCHEN, "group_members")) == 6)
    await choose(hass, KITCHEN, "pause_all")
    await shows(hass, PATIO, state="paused")
    await choose(hass, KITCHEN, "resume_all")
    await shows(hass, PATIO, state="playing")
    await choose(hass, KITCHEN, "ungroup_all")
    for room in ROOMS:
        await shows(hass, room, group_members=[room])


async def test_what_plays(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Favorites and playlists by their names, for a while, and as it was before."""
    playlist = standing_coordinator.content.playlists[0].title
    await choose(hass, KITCHEN, "play_favorite", favorite=STATION)
    await shows(hass, KITCHEN, state="playing", source=STATION)
    await choose(hass, KITCHEN, "set_sleep_timer", minutes=20)
    room = next(each for each in standing_coordinator.household.rooms if each.name == "Kitchen")
    timers = standing_coordinator.sleep_timers
    await until(hass, lambda: timers.minutes_left(room) == 20)
    await choose(hass, KITCHEN, "clear_sleep_timer")
    await until(hass, lambda: timers.minutes_left(room) == 0)
    await choose(hass, KITCHEN, "snapshot")
    await choose(hass, KITCHEN, "play_playlist", playlist=playlist)
    await shows(hass, KITCHEN, state="playing", source=playlist)
    await choose(hass, KITCHEN, "restore")
    await shows(hass, KITCHEN, state="playing", source=STATION)
    with pytest.raises(ServiceValidationError) as caught:
        await choose(hass, KITCHEN, "play_favorite", favorite="Gone")
    assert caught.value.translation_key == "unknown_source"


async def test_alarms_and_announcements(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """What rings is snoozed and stopped; what is announced sounds as loud as it shall."""
    truth = await in_house(hass, remote.truth)
    alarm = next(each for each in truth["alarm_list"] if each["enabled"] == "1")
    room = standing_coordinator.entity_ids[alarm["room_uuid"]]
    switch = standing_coordinator.alarms
    await until(hass, lambda: switch.is_known)
    await choose(hass, room, "disable_alarms")
    await until(hass, lambda: not any(each.enabled for each in switch.known.alarms))
    await choose(hass, room, "enable_alarms")
    await until(hass, lambda: any(each.enabled for each in switch.known.alarms))
    speaker = standing_coordinator.household.speakers[alarm["room_uuid"]]
    await in_house(hass, remote.ring_alarm, alarm["number"])
    await until(hass, lambda: speaker.shown.alarm_running)
    await choose(hass, room, "snooze_alarm", minutes=3)
    await until(hass, lambda: speaker.shown.snooze_running)
    await choose(hass, room, "stop_alarm")
    await until(hass, lambda: not speaker.shown.alarm_running)

    await in_house(hass, remote.publish, BELL, 0.3)
    await choose(hass, OFFICE, "announce", media=BELL, volume=33)

    async def clips() -> list[dict[str, Any]]:
        known = (await in_house(hass, remote.truth))["speakers"].values()
        return [clip for each in known for clip in each["clips"]]

    seen = await eventually(clips, bool)
    assert seen[0]["volume"] == 33
    await choose(hass, OFFICE, "cancel_announcement")


async def test_devices_list_their_actions(
    hass: HomeAssistant, standing_coordinator: HouseholdCoordinator
) -> None:
    """Rooms have all of them, with what there is to choose; other devices have none."""
    room = device_of(hass, KITCHEN)
    entry_id, household_id = (
        standing_coordinator.entry.entry_id,
        standing_coordinator.household.household_id,
    )
    registry = dr.async_get(hass)
    household = registry.async_get_device_by_identifier((DOMAIN, household_id), entry_id)
    assert household is not None
    listed = await device_automation.async_get_device_automations(
        hass, DeviceAutomationType.ACTION, [room, household.id]
    )
    assert [it["type"] for it in listed[room] if it["domain"] == DOMAIN] == list(ACTIONS)
    assert not [it for it in listed.get(household.id, []) if it["domain"] == DOMAIN]
    choices: dict[tuple[str, str], Any] = {}
    for each in (it for it in listed[room] if it["domain"] == DOMAIN):
        capabilities = await device_automation._async_get_device_automation_capabilities(
            hass, DeviceAutomationType.ACTION, each
        )
        offered = {field["name"]: field for field in capabilities["extra_fields"]}
        assert offered.keys() == {str(key) for key in ACTIONS[each["type"]].fields}
        choices |= {(each["type"], name): field for name, field in offered.items()}
    playlists = [item.title for item in standing_coordinator.content.playlists]
    assert STATION in choices["play_favorite", "favorite"]["selector"]["select"]["options"]
    assert choices["play_playlist", "playlist"]["selector"]["select"]["options"] == playlists
    assert choices["join", "room"]["selector"]["entity"]["include_entities"] == ROOMS

    await hass.config_entries.async_unload(entry_id)
    config = {"device_id": room, "domain": DOMAIN, "type": "play_favorite"}
    capabilities = await device_automation._async_get_device_automation_capabilities(
        hass, DeviceAutomationType.ACTION, config
    )
    assert "text" in capabilities["extra_fields"][0]["selector"]
    with pytest.raises(ServiceValidationError) as caught:
        await choose(hass, KITCHEN, "stop_alarm")
    assert caught.value.translation_key == "no_room_of_device"
    await hass.config_entries.async_setup(entry_id)
    with pytest.raises(vol.Invalid):
        await choose(hass, KITCHEN, "set_group_volume", volume=101)
    with pytest.raises(vol.Invalid):
        await choose(hass, KITCHEN, "set_sleep_timer", minutes=0)


def test_each_action_is_described() -> None:
    """And each of its fields; in alphabetical order."""
    texts = TEXTS["device_automation"]
    assert list(ACTIONS) == sorted(ACTIONS) == list(texts["action_type"])
    fields = {str(key) for action in ACTIONS.values() for key in action.fields}
    assert fields <= texts["extra_fields"].keys() & texts["extra_fields_descriptions"].keys()
    assert texts["extra_fields"].keys() == texts["extra_fields_descriptions"].keys()
    assert list(texts["extra_fields"]) == sorted(texts["extra_fields"])
