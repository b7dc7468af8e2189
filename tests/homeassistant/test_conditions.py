"""Conditions that only Sonos knows, for targets and for devices; both must say the same."""

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import device_automation
from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    area_registry as ar,
    condition,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
    selector,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

import custom_components.sonos_twisted as integration
from custom_components.sonos_twisted.automation.claims import CLAIMS
from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.actions import (
    BATHROOM,
    BEDROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    PATIO,
    ROOMS,
    act,
    in_house,
    shows,
)
from tests.homeassistant.conftest import eventually, until
from tests.reference.conditions import EXAMPLES

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

FOLDER = Path(integration.__file__).parent
TEXTS: dict[str, Any] = json.loads((FOLDER / "translations" / "en.json").read_text("utf-8"))
ICONS: dict[str, Any] = json.loads((FOLDER / "icons.json").read_text("utf-8"))
DESCRIBED: dict[str, Any] = load_yaml_dict(str(FOLDER / "conditions.yaml"))

STATION = "BBC Radio 3"

pytestmark = pytest.mark.parity("beyond: conditions")


@pytest.fixture
def remote(tidied: Remote) -> Remote:
    """Give what people do in the house."""
    return tidied


def device_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the device of a room."""
    entity = er.async_get(hass).async_get(entity_id)
    assert entity is not None
    assert entity.device_id is not None
    return entity.device_id


async def passes(hass: HomeAssistant, config: dict[str, Any]) -> bool | None:
    """Validate a condition as an automation does, and test it."""
    [checked] = cv.CONDITIONS_SCHEMA([config])
    checked = await condition.async_validate_condition_config(hass, checked)
    checker = await condition.async_from_config(hass, checked)
    try:
        return checker.async_check()
    finally:
        checker.async_unload()


async def of_target(
    hass: HomeAssistant, name: str, target: dict[str, Any], **options: object
) -> bool | None:
    """Test a condition with a target."""
    return await passes(
        hass, {"condition": f"{DOMAIN}.{name}", "target": target, "options": options}
    )


async def holds(hass: HomeAssistant, name: str, room: str, **options: object) -> bool:
    """Test a condition of a room in both forms, of which each must say the same."""
    by_target = await of_target(hass, name, {"entity_id": room}, **options)
    by_device = await passes(
        hass,
        {
            "condition": "device",
            "domain": DOMAIN,
            "device_id": device_of(hass, room),
            "type": name,
            **options,
        },
    )
    assert by_target is by_device
    return bool(by_target)


async def test_who_plays_together_and_what(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Groups, sources and favorites, as the rooms show them."""
    assert not await holds(hass, "is_grouped", KITCHEN)
    assert await holds(hass, "is_coordinator", KITCHEN)
    assert not await holds(hass, "is_playing_source", KITCHEN, source=["queue", "radio"])

    await in_house(hass, remote.play_tracks, "Kitchen")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], state="playing")
    for room in (KITCHEN, BATHROOM):
        assert await holds(hass, "is_grouped", room)
        assert await holds(hass, "is_grouped", room, rooms=BATHROOM)
        assert await holds(hass, "is_grouped", room, rooms=[BATHROOM, KITCHEN])
        assert not await holds(hass, "is_grouped", room, rooms=[BATHROOM, OFFICE])
        assert await holds(hass, "is_coordinator", room) is (room == KITCHEN)
        assert await holds(hass, "is_playing_source", room, source=["tv", "queue"])
        assert not await holds(hass, "is_playing_source", room, source=["tv", "radio"])
        assert not await holds(hass, "is_playing_favorite", room, favorite=STATION)

    await in_house(hass, remote.play_favorite, "Kitchen", STATION)
    await shows(hass, BATHROOM, source=STATION, audio_source="radio")
    assert await holds(hass, "is_playing_favorite", BATHROOM, favorite=STATION)
    assert await holds(hass, "is_playing_source", BATHROOM, source=["radio"])
    await in_house(hass, remote.stop_playing, "Kitchen")
    await shows(hass, BATHROOM, state="paused")
    assert not await holds(hass, "is_playing_favorite", BATHROOM, favorite=STATION)
    assert not await holds(hass, "is_playing_source", BATHROOM, source=["radio"])
    assert not await holds(hass, "is_announcing", BATHROOM)


async def test_targets(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Areas, floors, labels, devices and entities name rooms; any or all of them must be so."""
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    area = ar.async_get(hass).async_create("Downstairs")
    label = lr.async_get(hass).async_create("Loud")
    registry = er.async_get(hass)
    for room in (BATHROOM, KITCHEN, OFFICE):
        dr.async_get(hass).async_update_device(device_of(hass, room), area_id=area.id)
    registry.async_update_entity(OFFICE, labels={label.label_id})
    foreign = registry.async_get_or_create("media_player", "other", "1", config_entry=None)
    hass.states.async_set(foreign.entity_id, "playing", {"group_members": [KITCHEN, OFFICE]})

    area_id, device_id = area.id, device_of(hass, KITCHEN)
    assert await of_target(hass, "is_grouped", {"area_id": area_id})
    assert not await of_target(hass, "is_grouped", {"area_id": area_id}, behavior="all")
    assert not await of_target(hass, "is_grouped", {"label_id": label.label_id})
    assert await of_target(hass, "is_grouped", {"device_id": device_id}, behavior="all")
    both = {"entity_id": [KITCHEN, BATHROOM]}
    assert await of_target(hass, "is_grouped", both, behavior="all", rooms=[KITCHEN])
    assert not await of_target(hass, "is_coordinator", both, behavior="all")
    assert not await of_target(hass, "is_grouped", {"entity_id": foreign.entity_id})
    assert not await of_target(hass, "is_grouped", {"entity_id": "sensor.kitchen_next_alarm"})

    with pytest.raises(vol.Invalid):
        await of_target(hass, "is_grouped", both, behavior="first")
    with pytest.raises(vol.Invalid):
        await of_target(hass, "is_playing_source", both, source=["gramophone"])
    with pytest.raises(vol.Invalid):
        await of_target(hass, "sleep_timer_is_running", both, **{"for": {"minutes": 1}})
    with pytest.raises(vol.Invalid):
        await of_target(hass, "is_louder_than", both)


@pytest.mark.parametrize(
    ("after", "before", "hour", "counts"),
    [
        (None, None, "12:00", True),
        ("22:00:00", None, "21:59", False),
        ("22:00:00", None, "22:00", True),
        (None, "07:00:00", "06:59", True),
        (None, "07:00:00", "07:00", False),
        ("22:00:00", "07:00:00", "23:30", True),
        ("22:00:00", "07:00:00", "03:00", True),
        ("22:00:00", "07:00:00", "12:00", False),
        ("13:00:00", "15:00:00", "14:00", True),
        ("13:00:00", "15:00:00", "15:00", False),
        ("13:00:00", "15:00:00", "01:00", False),
    ],
)
def test_hours(
    freezer: FrozenDateTimeFactory, after: str | None, before: str | None, hour: str, counts: bool
) -> None:
    """The times of day are those of Home Assistant, which is seven hours behind UTC here."""
    zone = dt_util.get_time_zone("US/Pacific")
    assert zone is not None
    freezer.move_to(dt.datetime.fromisoformat(f"2026-07-01T{hour}").replace(tzinfo=zone))
    said = {"volume": 30, "after": after, "before": before}
    options = {name: value for name, value in said.items() if value is not None}
    seen = CLAIMS["is_louder_than"].seen
    assert seen is not None
    was, dt_util.DEFAULT_TIME_ZONE = dt_util.DEFAULT_TIME_ZONE, zone
    try:
        assert seen(State(KITCHEN, "idle", {"volume_level": 0.31}), options) is counts
        assert not seen(State(KITCHEN, "idle", {"volume_level": 0.3}), options)
        assert not seen(State(KITCHEN, "idle"), options)
    finally:
        dt_util.DEFAULT_TIME_ZONE = was


async def test_volume_and_sleep_timer(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """With their limits."""
    await in_house(hass, remote.set_volume, "Patio", 57)  # of which no float is exactly a hundredth
    await shows(hass, PATIO, volume_level=0.57)
    assert await holds(hass, "is_louder_than", PATIO, volume=56)
    assert not await holds(hass, "is_louder_than", PATIO, volume=57)
    now = dt_util.now()
    hour = {
        "after": (now - dt.timedelta(hours=2)).strftime("%H:%M:%S"),
        "before": (now - dt.timedelta(hours=1)).strftime("%H:%M:%S"),
    }
    assert not await holds(hass, "is_louder_than", PATIO, volume=56, **hour)
    assert not await holds(hass, "is_louder_than", BATHROOM, volume=56)

    await in_house(hass, remote.play_tracks, "Patio")
    await in_house(hass, remote.group, "Office", "Patio")
    await shows(hass, OFFICE, state="playing", group_members=[PATIO, OFFICE])
    assert not await holds(hass, "sleep_timer_is_running", OFFICE)
    await in_house(hass, remote.set_sleep_timer, "Patio", 1200)
    coordinator = standing_coordinator
    office = next(room for room in coordinator.household.rooms if room.name == "Office")
    await until(hass, lambda: coordinator.sleep_timers.end(office))
    assert await holds(hass, "sleep_timer_is_running", OFFICE)
    assert await holds(hass, "sleep_timer_is_running", OFFICE, within=21)
    assert not await holds(hass, "sleep_timer_is_running", OFFICE, within=19)
    assert not await holds(hass, "sleep_timer_is_running", KITCHEN)


async def test_alarms(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """One that is on, is due, and rings."""
    alarms = standing_coordinator.alarms
    await until(hass, lambda: alarms.is_known)
    assert not await holds(hass, "alarm_is_enabled", OFFICE)
    assert not await holds(hass, "alarm_is_due", OFFICE, within=1440)
    coming = dt_util.utcnow().astimezone(alarms.zone) + dt.timedelta(minutes=30)
    answer = await act(hass, "ours.create_alarm", OFFICE, time=coming.strftime("%H:%M:%S"))
    number = answer[OFFICE]["alarm_id"]
    try:
        assert await holds(hass, "alarm_is_enabled", OFFICE)
        assert await holds(hass, "alarm_is_enabled", OFFICE, alarm_id=number)
        assert not await holds(hass, "alarm_is_enabled", OFFICE, alarm_id=number + 1)
        assert not await holds(hass, "alarm_is_enabled", PATIO, alarm_id=number)
        assert await holds(hass, "alarm_is_due", OFFICE)  # within an hour
        assert await holds(hass, "alarm_is_due", OFFICE, within=31)
        assert not await holds(hass, "alarm_is_due", OFFICE, within=28)
        assert not await holds(hass, "alarm_is_ringing", OFFICE)
        await in_house(hass, remote.ring_alarm, number)
        await eventually(lambda: holds(hass, "alarm_is_ringing", OFFICE), bool)
        await act(hass, "ours.stop_alarm", OFFICE)
        await act(hass, "ours.disable_alarms", OFFICE)
        assert not await holds(hass, "alarm_is_enabled", OFFICE)
        assert not await holds(hass, "alarm_is_due", OFFICE)
    finally:
        await in_house(hass, remote.delete_alarm, number)


async def test_events_that_do_not_arrive(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Also those of a room that cannot be reached, of which nothing else is said to be so."""
    every = {"entity_id": ROOMS}
    await until(hass, lambda: len(standing_coordinator.served) == 6)
    assert await of_target(hass, "events_are_healthy", every, behavior="all")
    await in_house(hass, remote.unplug, "Bedroom")
    await shows(hass, BEDROOM, state="unavailable")
    assert not await holds(hass, "events_are_healthy", BEDROOM)
    assert not await of_target(hass, "events_are_healthy", every, behavior="all")
    assert await of_target(hass, "events_are_healthy", every, behavior="any")
    assert not await holds(hass, "alarm_is_due", BEDROOM, within=1440)
    assert not await holds(hass, "is_louder_than", BEDROOM, volume=1)
    await in_house(hass, remote.plug_in, "Bedroom")
    await eventually(lambda: holds(hass, "events_are_healthy", BEDROOM), bool)


async def test_for_how_long(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """It counts from when it has become so, whatever else has changed since."""
    config = {
        "condition": f"{DOMAIN}.is_grouped",
        "target": {"entity_id": BATHROOM},
        "options": {"for": {"seconds": 1}},
    }
    [checked] = cv.CONDITIONS_SCHEMA([config])
    checked = await condition.async_validate_condition_config(hass, checked)
    checker = await condition.async_from_config(hass, checked)
    changes: list[bool | None] = []
    stop = await checker.async_track_changes(lambda: changes.append(checker.async_check()))
    try:
        assert checker.needs_polling
        await in_house(hass, remote.group, "Bathroom", "Kitchen")
        await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
        assert checker.async_check() is False
        volume = 20
        while not checker.async_check():
            volume = volume % 90 + 1
            await in_house(hass, remote.set_volume, "Bathroom", volume)
            await shows(hass, BATHROOM, volume_level=volume / 100)
        state = hass.states.get(BATHROOM)
        assert state is not None
        assert dt_util.utcnow() - state.last_updated < dt.timedelta(seconds=1)
        await in_house(hass, remote.ungroup, "Bathroom")
        await shows(hass, BATHROOM, group_members=[BATHROOM])
        assert checker.async_check() is False
        assert changes
    finally:
        stop()
        checker.async_unload()


async def test_what_must_be_polled(
    hass: HomeAssistant, standing_coordinator: HouseholdCoordinator
) -> None:
    """What no state of a media player tells, and what the clock changes."""
    expected = {
        ("is_coordinator", ()): False,
        ("is_louder_than", ("volume",)): False,
        ("is_louder_than", ("volume", "after")): True,
        ("alarm_is_ringing", ()): True,
    }
    values = {"volume": 10, "after": "22:00:00"}
    for (name, fields), polled in expected.items():
        options = {each: values[each] for each in fields}
        config = {
            "condition": f"{DOMAIN}.{name}",
            "target": {"entity_id": KITCHEN},
            "options": options,
        }
        checked = await condition.async_validate_condition_config(hass, config)
        checker = await condition.async_from_config(hass, checked)
        assert checker.needs_polling is polled
        checker.async_unload()


async def test_household_that_is_not_loaded(
    hass: HomeAssistant, standing_coordinator: HouseholdCoordinator
) -> None:
    """Nothing is the case in its rooms."""
    await hass.config_entries.async_unload(standing_coordinator.entry.entry_id)
    assert not await holds(hass, "events_are_healthy", KITCHEN)
    assert not await holds(hass, "is_coordinator", KITCHEN)
    await hass.config_entries.async_setup(standing_coordinator.entry.entry_id)


async def test_devices_list_their_conditions(
    hass: HomeAssistant, standing_coordinator: HouseholdCoordinator
) -> None:
    """Rooms have all of them, with what there is to choose; other devices have none."""
    registry = er.async_get(hass)
    room = device_of(hass, LIVING_ROOM)
    household = next(
        each.device_id
        for each in er.async_entries_for_config_entry(registry, standing_coordinator.entry.entry_id)
        if each.unique_id.startswith(standing_coordinator.household.household_id)
        and each.device_id not in {device_of(hass, other) for other in ROOMS}
    )
    assert household is not None
    listed = await device_automation.async_get_device_automations(
        hass, DeviceAutomationType.CONDITION, [room, household]
    )
    names = {
        device: [each["type"] for each in of if each["domain"] == DOMAIN]
        for device, of in listed.items()
    }
    none = {"condition": "device", "domain": DOMAIN, "device_id": household}
    assert not await passes(hass, {**none, "type": "alarm_is_ringing"})
    assert not await passes(hass, {**none, "type": "is_coordinator"})
    assert names[room] == list(CLAIMS)
    assert not names.get(household)
    for each in listed[room]:
        if each["domain"] != DOMAIN:
            continue
        capabilities = await device_automation._async_get_device_automation_capabilities(
            hass, DeviceAutomationType.CONDITION, each
        )
        offered = {field["name"]: field for field in capabilities["extra_fields"]}
        assert offered.keys() == {str(key) for key in CLAIMS[each["type"]].fields}
        if each["type"] == "is_playing_favorite":
            assert STATION in offered["favorite"]["selector"]["select"]["options"]
        if each["type"] == "is_grouped":
            assert offered["rooms"]["selector"]["entity"]["include_entities"] == ROOMS


def test_each_condition_is_described() -> None:
    """In both forms, with an icon, and each field alike in table, description and texts."""
    names = list(CLAIMS)
    assert names == sorted(names)
    for described in (DESCRIBED, TEXTS["conditions"], ICONS["conditions"]):
        assert [name for name in described if not name.startswith(".")] == names
    of_devices = TEXTS["device_automation"]
    assert list(of_devices["condition_type"]) == names
    for name, claim in CLAIMS.items():
        assert (claim.seen is None) is not (claim.known is None)
        described, texts = DESCRIBED[name], TEXTS["conditions"][name]
        assert described["target"] == {"entity": {"integration": DOMAIN, "domain": "media_player"}}
        duration = {"for"} if claim.seen is not None else set()
        own = {str(key): (key, check) for key, check in claim.fields.items()}
        assert described["fields"].keys() == own.keys() | {"behavior"} | duration
        assert texts["fields"].keys() == described["fields"].keys()
        assert all(set(text) == {"name", "description"} for text in texts["fields"].values())
        assert claim.by_the_clock <= own.keys()
        key: Any
        for field, (key, check) in own.items():
            told = described["fields"][field]
            assert selector.selector(told["selector"]).config == check.config, (name, field)
            assert told.get("required", False) is isinstance(key, vol.Required)
            default = None if isinstance(key.default, vol.Undefined) else key.default()
            assert told.get("default") == default
            assert field in of_devices["extra_fields"]
            assert field in of_devices["extra_fields_descriptions"]
            if "translation_key" in check.config:
                options = TEXTS["selector"][check.config["translation_key"]]["options"]
                assert set(check.config["options"]) <= options.keys()


async def test_home_assistant_takes_the_examples(
    hass: HomeAssistant, standing_coordinator: HouseholdCoordinator
) -> None:
    """Those of the documentation, of which there is one for each."""
    examples = load_yaml_dict(str(EXAMPLES))
    assert list(examples) == list(CLAIMS)
    for name, example in examples.items():
        assert f"{DOMAIN}.{name}" in json.dumps(example)
        assert await passes(hass, example) in {True, False}


async def test_home_assistant_takes_the_descriptions(
    hass: HomeAssistant, standing_coordinator: HouseholdCoordinator
) -> None:
    """As its user interface asks for them."""
    descriptions = await condition.async_get_all_descriptions(hass)
    ours = {name for name in descriptions if name.startswith(f"{DOMAIN}.")}
    assert ours == {f"{DOMAIN}.{name}" for name in CLAIMS}
    assert all(descriptions[name] for name in ours)
