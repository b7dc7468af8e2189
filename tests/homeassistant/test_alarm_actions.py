"""The actions for alarms: creating, changing, switching, deleting and listing them."""

from collections.abc import Iterator
import datetime as dt
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.sonos_twisted.alarms import programs
from custom_components.sonos_twisted.model import Playable
from tests.homeassistant.actions import BATHROOM, KITCHEN, OFFICE, PATIO, ROOMS, act, in_house

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("standing_coordinator")

BEFORE = (14, 15)


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Iterator[Remote]:
    """Give what people do in the house; new alarms are deleted after each test."""
    remote = standing_house.remote
    yield remote
    remote.heal()
    for number in remote.truth()["alarms"]:
        if number not in BEFORE:
            remote.delete_alarm(number)
    remote.edit_alarm(14, {"enabled": "1"})
    remote.edit_alarm(15, {"enabled": "0"})


async def listed(hass: HomeAssistant, remote: Remote) -> dict[int, dict[str, Any]]:
    """Return the alarms as the house has them."""
    truth = await in_house(hass, remote.truth)
    return {alarm["number"]: dict(alarm) for alarm in truth["alarm_list"]}


async def create(hass: HomeAssistant, room: str, **data: object) -> int:
    """Create an alarm and return its number."""
    answer = await act(hass, "ours.create_alarm", room, **data)
    return int(answer[room]["alarm_id"])


def uid_of(coordinator: HouseholdCoordinator, entity_id: str) -> str:
    """Return the uid of a room's speaker."""
    return next(uid for uid, known in coordinator.entity_ids.items() if known == entity_id)


@pytest.mark.parity("beyond: alarm actions")
async def test_alarm_is_created_changed_and_deleted(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """In all that an alarm can be."""
    plain = await create(hass, OFFICE, time="05:10:00")
    known = (await listed(hass, remote))[plain]
    assert known == {
        "number": plain,
        "start": "05:10:00",
        "duration": "02:00:00",
        "recurrence": "DAILY",
        "enabled": "1",
        "room_uuid": uid_of(standing_coordinator, OFFICE),
        "program_uri": "x-rincon-buzzer:0",
        "program_metadata": "",
        "play_mode": "SHUFFLE_NOREPEAT",
        "volume": "25",
        "linked_zones": "0",
    }
    await act(
        hass,
        "ours.update_alarm",
        KITCHEN,
        alarm_id=plain,
        time="05:20:00",
        days=["mon", "wed"],
        volume=0.4,
        duration={"hours": 1},
        play_mode="normal",
        include_linked_zones=True,
        room=PATIO,
        enabled=False,
        program=standing_coordinator.content.playlists[0].title,
    )
    changed = (await listed(hass, remote))[plain]
    assert changed.pop("program_metadata")
    assert changed == {
        "number": plain,
        "start": "05:20:00",
        "duration": "01:00:00",
        "recurrence": "ON_13",
        "enabled": "0",
        "room_uuid": uid_of(standing_coordinator, PATIO),
        "program_uri": standing_coordinator.content.playlists[0].res_uri,
        "play_mode": "NORMAL",
        "volume": "40",
        "linked_zones": "1",
    }
    endless = await create(hass, OFFICE, time="05:30:00", duration=0, recurrence="once")
    known = (await listed(hass, remote))[endless]
    assert (known["duration"], known["recurrence"]) == ("", "ONCE")
    await act(hass, "ours.update_alarm", KITCHEN, alarm_id=endless, recurrence="on_06")
    assert (await listed(hass, remote))[endless]["recurrence"] == "ON_06"
    await act(hass, "ours.delete_alarm", [KITCHEN, PATIO], alarm_id=[plain, endless])
    assert set(await listed(hass, remote)) == set(BEFORE)


async def test_program_is_named_as_for_playing(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """By a title, an id or an address, and "chime" for what all speakers have."""
    content = standing_coordinator.content
    favorite = next(item for item in content.favorites if item.res_uri)
    station = content.stations[0]
    number = await create(hass, OFFICE, time="05:40:00", program=favorite.title)
    for program, uri in (
        (favorite.item_id, favorite.res_uri),
        (station.title, station.res_uri),
        ("Chime", "x-rincon-buzzer:0"),
        ("http://192.0.2.9/wake.mp3", "http://192.0.2.9/wake.mp3"),
    ):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=number, program=program)
        assert (await listed(hass, remote))[number]["program_uri"] == uri
    await act(
        hass,
        "ours.update_alarm",
        KITCHEN,
        alarm_id=number,
        program=favorite.title,
        program_type="favorite",
    )
    answer = await act(hass, "ours.get_alarms", KITCHEN)
    described = next(each for each in answer[KITCHEN]["alarms"] if each["alarm_id"] == number)
    assert described["program"] == favorite.title


async def test_wrong_values_are_refused(hass: HomeAssistant, remote: Remote) -> None:
    """With the field's name and, where it helps, what there is."""
    with pytest.raises(ServiceValidationError, match="give at least one of days, duration"):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14)
    with pytest.raises(ServiceValidationError, match="program is No such song"):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, program="No such song")
    album = Playable.queued("Debut", [[("x-file-cifs://nas/1.flac", "")]] * 2)
    with (
        patch.object(programs, "async_find", return_value=album),
        pytest.raises(ServiceValidationError, match=r"Debut.* 2 "),
    ):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, program="Debut")
    with pytest.raises(ServiceValidationError, match="program_type"):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, program_type="favorite")
    with pytest.raises(ServiceValidationError, match=r"room is media_player\.attic"):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, room="media_player.attic")
    with pytest.raises(ServiceValidationError, match="alarm_id is 99"):
        await act(hass, "ours.delete_alarm", KITCHEN, alarm_id=99)
    with pytest.raises(ServiceValidationError, match="alarm_id is 99"):
        await act(hass, "ours.enable_alarms", KITCHEN, alarm_id=[14, 99])
    for field, value in (
        ("time", None),
        ("days", ["monday"]),
        ("days", []),
        ("recurrence", "sometimes"),
        ("recurrence", "on_7"),
        ("volume", 25),
        ("duration", {"hours": 24}),
        ("duration", -1),
        ("play_mode", "loud"),
        ("program", " "),
    ):
        with pytest.raises(vol.Invalid, match=field):
            await act(hass, "ours.create_alarm", KITCHEN, **{"time": "05:50:00", field: value})
    with pytest.raises(vol.Invalid, match="days and recurrence"):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, days=["mon"], recurrence="daily")
    with pytest.raises(vol.Invalid, match="duration"):
        await act(hass, "ours.snooze_alarm", KITCHEN, duration=0)
    number = await create(hass, OFFICE, time="05:50:00")
    with pytest.raises(HomeAssistantError, match="has an alarm at this time already"):
        await create(hass, OFFICE, time="05:50:00")
    assert set(await listed(hass, remote)) == {*BEFORE, number}


@pytest.mark.parity("beyond: alarms in bulk")
async def test_many_alarms_are_switched_and_listed(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Those of rooms, certain ones, or all."""
    numbers = [await create(hass, room, time="05:55:00", enabled=False) for room in (OFFICE, PATIO)]
    await act(hass, "ours.enable_alarms", [OFFICE, PATIO])
    known = await listed(hass, remote)
    assert [known[number]["enabled"] for number in numbers] == ["1", "1"]
    await act(hass, "ours.disable_alarms", OFFICE)
    known = await listed(hass, remote)
    assert known[numbers[0]]["enabled"] == "0"
    assert known[numbers[1]]["enabled"] == "1"
    await act(hass, "ours.disable_alarms", ROOMS)
    assert {alarm["enabled"] for alarm in (await listed(hass, remote)).values()} == {"0"}
    await act(hass, "ours.enable_alarms", KITCHEN, alarm_id=[numbers[0], 14])
    answer = await act(hass, "ours.get_alarms", [KITCHEN, BATHROOM])
    assert answer[KITCHEN] == answer[BATHROOM]
    alarms = {alarm["alarm_id"]: alarm for alarm in answer[KITCHEN]["alarms"]}
    assert {number for number, alarm in alarms.items() if alarm["enabled"]} == {numbers[0], 14}
    described = alarms[numbers[0]]
    assert dt.datetime.fromisoformat(described.pop("next_time")).time() == dt.time(5, 55)
    assert alarms[15]["next_time"] is None
    assert described == {
        "alarm_id": numbers[0],
        "room": OFFICE,
        "room_name": "Office",
        "enabled": True,
        "time": "05:55:00",
        "recurrence": "DAILY",
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "volume": 0.25,
        "duration": "02:00:00",
        "program": "chime",
        "program_uri": "x-rincon-buzzer:0",
        "play_mode": "SHUFFLE_NOREPEAT",
        "include_linked_zones": False,
    }
    # An alarm of a speaker that is not in the household, say, because it is off.
    assert standing_coordinator.alarms.next_in("RINCON_NOBODY") is None
