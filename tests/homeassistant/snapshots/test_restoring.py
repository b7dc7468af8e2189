"""Snapshots of a simulated house: taken, kept, and restored in the fewest steps."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.snapshots import restoring
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
    shown,
    shows,
)
from tests.homeassistant.conftest import until

if TYPE_CHECKING:
    from tests.simulator.control import Remote

pytestmark = pytest.mark.usefixtures("entry")

READING = ("Get", "Browse")


async def calls(hass: HomeAssistant, remote: Remote) -> dict[str, int]:
    """Return how often each action was called, by its name."""
    counted: dict[str, int] = {}
    for requests in (await in_house(hass, remote.requests)).values():
        for request, count in requests.items():
            kind, _, call = request.partition(" ")
            if kind == "SOAP":
                action = call.partition(".")[2]
                counted[action] = counted.get(action, 0) + count
    return counted


async def writes(hass: HomeAssistant, remote: Remote) -> dict[str, int]:
    """Return the same for those actions that change something."""
    counted = await calls(hass, remote)
    return {action: count for action, count in counted.items() if not action.startswith(READING)}


async def truth(hass: HomeAssistant, remote: Remote) -> dict[str, dict[str, Any]]:
    """Return how the rooms are, by name."""
    speakers = (await in_house(hass, remote.truth))["speakers"]
    return {room["name"]: room for room in speakers.values() if not room["invisible"]}


#: What of a room is compared before and after.
COMPARED = (
    "coordinator",
    "group",
    "state",
    "uri",
    "track_uri",
    "track_number",
    "play_mode",
    "crossfade",
    "volume",
    "mute",
    "balance",
    "bass",
    "treble",
    "loudness",
    "eq",
)


def compared(rooms: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return of each room what is to come back."""
    return {
        name: {
            **{key: room[key] for key in COMPARED},
            "group": sorted(room["group"]),
            "state": room["state"].replace("TRANSITIONING", "PLAYING"),
        }
        for name, room in rooms.items()
    }


async def do(hass: HomeAssistant, *things: tuple[Any, ...]) -> None:
    """Do several things in the house, one after the other."""
    for function, *args in things:
        await in_house(hass, function, *args)


async def lively(hass: HomeAssistant, remote: Remote) -> dict[str, dict[str, Any]]:
    """Let two groups and three rooms play, and return how things are."""
    await do(
        hass,
        (remote.play_tracks, "Kitchen"),
        (remote.group, "Bathroom", "Kitchen"),
        (remote.set_play_mode, "Kitchen", "REPEAT_ALL"),
        (remote.set_crossfade, "Kitchen", True),
        (remote.next, "Kitchen"),
        (remote.seek, "Kitchen", 61),
        (remote.play_tv, "Living Room"),
        (remote.group, "Bedroom", "Living Room"),
        (remote.play_radio, "Patio", "BBC Radio 3"),
        (remote.play_line_in, "Office"),
        (remote.set_volume, "Kitchen", 33),
        (remote.set_mute, "Bathroom", True),
        (remote.set_tone, "Kitchen", "bass", -4),
        (remote.set_tone, "Kitchen", "treble", 3),
        (remote.set_eq, "Living Room", "NightMode", 1),
        (remote.set_balance, "Office", 100, 60),
    )
    await shows(hass, KITCHEN, state="playing", queue_position=2, repeat="all", volume_level=0.33)
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], is_volume_muted=True)
    await shows(hass, BEDROOM, group_members=[LIVING_ROOM, BEDROOM], source="TV")
    await shows(hass, PATIO, media_title="In Concert", state="playing")
    await shows(hass, OFFICE, source="Line-in", state="playing")
    return await truth(hass, remote)


@pytest.mark.parity("action: snapshot")
@pytest.mark.parity("action: restore")
@pytest.mark.parity("beyond: snapshot household")
@pytest.mark.parity("beyond: snapshot sound")
async def test_a_house_comes_back(hass: HomeAssistant, remote: Remote) -> None:
    """Groups, music at its position, radio, television, line-in, volumes and sound."""
    before = await lively(hass, remote)
    await act(hass, "ours.snapshot", ROOMS)
    await do(
        hass,
        (remote.ungroup, "Bathroom"),
        (remote.group, "Office", "Kitchen"),
        (remote.group, "Living Room", "Patio"),
        (remote.play_uri, "Kitchen", "http://192.0.2.1/ding.mp3"),
        (remote.set_play_mode, "Bathroom", "SHUFFLE"),
        (remote.set_volume, "Kitchen", 70),
        (remote.set_mute, "Bathroom", False),
        (remote.set_tone, "Kitchen", "bass", 0),
        (remote.set_eq, "Living Room", "NightMode", 0),
        (remote.set_balance, "Office", 100, 100),
    )
    await shows(hass, OFFICE, group_members=[KITCHEN, OFFICE])
    await shows(hass, LIVING_ROOM, group_members=[PATIO, LIVING_ROOM])
    report = await act(hass, "ours.restore", ROOMS)
    assert report == {"restored": report["restored"], "problems": []}
    assert sorted(report["restored"]) == ROOMS
    after = await truth(hass, remote)
    assert compared(after) == compared(before)
    assert 60 <= after["Kitchen"]["position"] <= 75
    await shows(hass, KITCHEN, state="playing", queue_position=2, volume_level=0.33)


@pytest.mark.parity("beyond: restore smallest")
async def test_restoring_an_unchanged_house_changes_nothing(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """Also while the music plays on. Taking reads a position for each that has one, no more."""
    kitchen = (await lively(hass, remote))["Kitchen"]["uid"]
    speaker = entry.runtime_data.household.speakers[kitchen]
    await do(hass, (remote.set_sleep_timer, "Kitchen", 3000))
    await until(hass, lambda: speaker.own.sleep_timer_generation == 1)
    await do(hass, (remote.reset_requests,))
    await act(hass, "ours.snapshot", ROOMS)
    taken = await calls(hass, remote)
    # The entities' position and format of the television may be read at the same time.
    assert 1 <= taken.pop("GetPositionInfo") <= 2
    taken.pop("GetZoneInfo", None)
    # So may the entities that show the sleep timer.
    assert 1 <= taken.pop("GetRemainingSleepTimerDuration") <= 2
    assert taken == {}
    report = await act(hass, "ours.restore", ROOMS)
    assert sorted(report["restored"]) == ROOMS
    both = await calls(hass, remote)
    assert both.keys() <= {"GetPositionInfo", "GetZoneInfo", "GetRemainingSleepTimerDuration"}


async def test_two_that_restore_the_same_rooms_do_not_get_in_each_others_way(
    hass: HomeAssistant, remote: Remote
) -> None:
    """The second finds nothing left to do."""
    await do(hass, (remote.play_tracks, "Kitchen"), (remote.group, "Bathroom", "Kitchen"))
    await shows(hass, BATHROOM, state="playing", group_members=[KITCHEN, BATHROOM])
    await act(hass, "ours.snapshot", KITCHEN, name="evening")
    await do(hass, (remote.ungroup, "Bathroom"), (remote.play_radio, "Kitchen", "BBC Radio 3"))
    await shows(hass, BATHROOM, group_members=[BATHROOM])
    await shows(hass, KITCHEN, media_title="In Concert")
    await in_house(hass, remote.reset_requests)
    reports = await asyncio.gather(
        *(act(hass, "ours.restore", room, name="evening") for room in (KITCHEN, BATHROOM, KITCHEN))
    )
    assert [report["problems"] for report in reports] == [[], [], []]
    written = await writes(hass, remote)
    # One for the radio to end, and one for the member to join.
    assert (written["SetAVTransportURI"], written["Play"]) == (2, 1)


@pytest.mark.parity("beyond: restore smallest")
async def test_only_what_differs_is_restored(hass: HomeAssistant, remote: Remote) -> None:
    """A command for each thing that is another one, and none besides."""
    await lively(hass, remote)
    await act(hass, "ours.snapshot", ROOMS)
    await do(
        hass,
        (remote.reset_requests,),
        (remote.set_volume, "Patio", 55),
        (remote.seek, "Kitchen", 10),
        (remote.pause, "Kitchen"),
        (remote.set_play_mode, "Kitchen", "NORMAL"),
        (remote.set_crossfade, "Kitchen", False),
        (remote.ungroup, "Bedroom"),
    )
    await shows(hass, PATIO, volume_level=0.55)
    await shows(hass, KITCHEN, state="paused", repeat="off")
    await shows(hass, BEDROOM, group_members=[BEDROOM])
    report = await act(hass, "ours.restore", ROOMS)
    assert report["problems"] == []
    assert await writes(hass, remote) == {
        "Play": 1,
        "Seek": 1,
        "SetAVTransportURI": 1,
        "SetCrossfadeMode": 1,
        "SetPlayMode": 1,
        "SetVolume": 1,
    }
    await shows(hass, PATIO, volume_level=0.35)


async def test_paused_music_is_where_it_was(hass: HomeAssistant, remote: Remote) -> None:
    """A room that was silent is silent again, whatever somebody has put on."""
    await do(
        hass,
        (remote.play_tracks, "Kitchen"),
        (remote.seek, "Kitchen", 40),
        (remote.pause, "Kitchen"),
    )
    await do(hass, (remote.play_radio, "Patio"), (remote.stop_playing, "Patio"))
    await shows(hass, KITCHEN, state="paused", queue_position=1)
    await act(hass, "ours.snapshot", [KITCHEN, PATIO, OFFICE])
    await do(
        hass,
        (remote.seek, "Kitchen", 80),
        (remote.play, "Kitchen"),
        (remote.play, "Patio"),
        (remote.play_line_in, "Office"),
        (remote.set_sleep_timer, "Kitchen", 3000),
    )
    await shows(hass, OFFICE, state="playing")
    await shows(hass, PATIO, state="playing")
    await shows(hass, KITCHEN, state="playing")
    await act(hass, "ours.restore", [KITCHEN, PATIO, OFFICE])
    rooms = await truth(hass, remote)
    assert [rooms[room]["state"] for room in ("Kitchen", "Patio", "Office")] == [
        "PAUSED_PLAYBACK",
        "STOPPED",
        "STOPPED",
    ]
    assert 38 <= rooms["Kitchen"]["position"] <= 41
    assert rooms["Kitchen"]["sleep_timer"] is None


@pytest.mark.parity("beyond: snapshot queue")
@pytest.mark.parity("beyond: snapshot sound")
async def test_a_replaced_queue_comes_back(hass: HomeAssistant, remote: Remote) -> None:
    """With all tracks and the one that played; without the queue nothing wrong is played."""
    await do(
        hass,
        (remote.play_tracks, "Kitchen", 40),
        (remote.next, "Kitchen"),
        (remote.set_sleep_timer, "Kitchen", 3000),
    )
    await shows(hass, KITCHEN, state="playing", queue_position=2, queue_size=40)
    before = await truth(hass, remote)
    await act(hass, "ours.snapshot", KITCHEN)
    await act(hass, "ours.snapshot", KITCHEN, with_queue=True, name="Dinner")
    await do(
        hass,
        (remote.play_tracks, "Kitchen", 3, "service"),
        (remote.pause, "Kitchen"),
        (remote.set_sleep_timer, "Kitchen", None),
    )
    await shows(hass, KITCHEN, state="paused", queue_size=3)
    report = await act(hass, "ours.restore", KITCHEN)
    assert report["restored"] == []
    assert "another queue" in report["problems"][0]["reason"]
    assert report["problems"][0]["room"] == "Kitchen"
    assert (await truth(hass, remote))["Kitchen"]["state"] == "PAUSED_PLAYBACK"
    await do(hass, (remote.reset_requests,))
    report = await act(hass, "ours.restore", KITCHEN, name="Dinner")
    assert report == {"restored": [KITCHEN], "problems": []}
    after = await truth(hass, remote)
    assert compared(after)["Kitchen"] == compared(before)["Kitchen"]
    assert 2990 <= after["Kitchen"]["sleep_timer"] <= 3000
    assert (await writes(hass, remote))["AddMultipleURIsToQueue"] == 3
    await do(hass, (remote.reset_requests,))
    await act(hass, "ours.restore", KITCHEN, name="Dinner")
    assert await writes(hass, remote) == {}


@pytest.mark.parity("beyond: restore report")
async def test_what_an_app_plays_cannot_be_started_again(
    hass: HomeAssistant, remote: Remote
) -> None:
    """As long as it plays, nothing is amiss; then it is reported, and the rest is restored."""
    for app in ("spotify", "airplay", "cloud_queue"):
        await do(hass, (remote.cast, "Kitchen", app), (remote.set_volume, "Kitchen", 31))
        await shows(hass, KITCHEN, state="playing", media_channel=None, volume_level=0.31)
        await act(hass, "ours.snapshot", KITCHEN, name="Cast")
        await do(hass, (remote.set_volume, "Kitchen", 50))
        await shows(hass, KITCHEN, volume_level=0.5)
        assert (await act(hass, "ours.restore", KITCHEN, name="Cast"))["problems"] == []
        await do(hass, (remote.play_radio, "Kitchen"), (remote.set_volume, "Kitchen", 50))
        await shows(hass, KITCHEN, media_title="In Concert", volume_level=0.5)
        report = await act(hass, "ours.restore", KITCHEN, name="Cast")
        assert report["restored"] == []
        assert "only that can start it again" in report["problems"][0]["reason"]
        await shows(hass, KITCHEN, media_title="In Concert", volume_level=0.31)


async def test_groups_stay_if_they_are_to(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """Then a room that has joined another one gets its volume back, not its music.

    No room becomes louder than it may be.
    """
    await do(hass, (remote.play_tracks, "Kitchen"), (remote.play_radio, "Patio"))
    await shows(hass, KITCHEN, state="playing")
    await shows(hass, PATIO, state="playing", volume_level=0.35)
    await act(hass, "ours.snapshot", [KITCHEN, PATIO], with_group=False)
    coordinator = entry.runtime_data
    speakers = {speaker.name: speaker for speaker in coordinator.household.rooms}
    await coordinator.volume_limits.async_set(speakers["Patio"], 20)
    await coordinator.volume_limits.async_set(speakers["Kitchen"], 25)
    await shows(hass, KITCHEN, volume_level=0.25)
    await do(hass, (remote.group, "Kitchen", "Patio"), (remote.set_volume, "Kitchen", 10))
    await shows(hass, KITCHEN, group_members=[PATIO, KITCHEN], volume_level=0.1)
    await shows(hass, PATIO, volume_level=0.2)
    await do(hass, (remote.reset_requests,))
    report = await act(hass, "ours.restore", [KITCHEN, PATIO], with_group=False)
    assert report["restored"] == [PATIO]
    assert "groups stay as they are" in report["problems"][0]["reason"]
    assert await writes(hass, remote) == {"SetVolume": 1}
    await shows(hass, KITCHEN, group_members=[PATIO, KITCHEN], volume_level=0.25)


async def test_a_leader_that_has_become_a_member_leads_again(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Members move before the one that led them, so that its queue stays with it."""
    await do(hass, (remote.play_tracks, "Kitchen"), (remote.play_tracks, "Bathroom", 3, "service"))
    await do(hass, (remote.group, "Office", "Kitchen"), (remote.group, "Patio", "Kitchen"))
    await shows(hass, KITCHEN, state="playing", group_members=[KITCHEN, PATIO, OFFICE])
    await shows(hass, BATHROOM, state="playing")
    before = await truth(hass, remote)
    await act(hass, "ours.snapshot", ROOMS, name="Evening")
    await do(hass, (remote.ungroup, "Office"), (remote.group, "Kitchen", "Office"))
    await do(hass, (remote.group, "Bathroom", "Office"), (remote.group, "Bedroom", "Patio"))
    await shows(hass, BATHROOM, group_members=[OFFICE, KITCHEN, BATHROOM])
    report = await act(hass, "ours.restore", ROOMS, name="Evening")
    after = await truth(hass, remote)
    assert {room["group"][0] for room in after.values()} == {
        room["group"][0] for room in before.values()
    }
    assert compared(after)["Bathroom"] == compared(before)["Bathroom"]
    # The queue of the kitchen went to the patio, when the kitchen left.
    assert [problem["room"] for problem in report["problems"]] == ["Kitchen"]
    assert "another queue" in report["problems"][0]["reason"]


@pytest.mark.parity("beyond: snapshot restart")
@pytest.mark.parity("action: restore without snapshot")
@pytest.mark.parity("beyond: snapshot named")
async def test_named_snapshots_survive_a_restart(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """They are listed, replaced and removed by their names, and go with the household."""
    await act(hass, "ours.snapshot", [KITCHEN, PATIO], name="Evening")
    await act(hass, "ours.snapshot", [KITCHEN], name="Dinner", with_queue=True)
    await act(hass, "ours.snapshot", OFFICE)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: hass.states.get(KITCHEN) and shown(hass, KITCHEN, "volume_level"))
    listed = (await act(hass, "ours.list_snapshots", KITCHEN))[KITCHEN]["snapshots"]
    assert [(one["name"], sorted(one["rooms"]), one["with_queue"]) for one in listed] == [
        ("Dinner", ["Kitchen"], True),
        ("Evening", ["Kitchen", "Patio"], False),
    ]
    assert (await act(hass, "ours.list_snapshots", OFFICE))[OFFICE] == {"snapshots": []}
    await do(hass, (remote.set_volume, "Patio", 60), (remote.set_volume, "Office", 60))
    await shows(hass, PATIO, volume_level=0.6)
    await shows(hass, OFFICE, volume_level=0.6)
    await act(hass, "ours.restore", [PATIO, KITCHEN], name="Evening")
    await act(hass, "ours.restore", OFFICE)
    await shows(hass, PATIO, volume_level=0.35)
    await until(hass, lambda: shown(hass, OFFICE, "volume_level") < 0.6)
    with pytest.raises(ServiceValidationError, match="no snapshot of these rooms: Office"):
        await act(hass, "ours.restore", OFFICE)  # it is used up
    with pytest.raises(ServiceValidationError, match="Bedroom"):
        await act(hass, "ours.restore", [KITCHEN, BEDROOM], name="Evening")
    await act(hass, "ours.remove_snapshot", KITCHEN, name="Evening")
    for action in ("remove_snapshot", "restore"):
        with pytest.raises(ServiceValidationError, match="Evening"):
            await act(hass, f"ours.{action}", KITCHEN, name="Evening")
    key = f"sonos_twisted.{entry.entry_id}.snapshots"
    assert list(hass_storage[key]["data"]["named"]) == ["Dinner"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage
    entry.add_to_hass(hass)  # the fixture unloads it


async def test_a_damaged_snapshot_is_left_out(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others are read, and the log says which could not be."""
    await act(hass, "ours.snapshot", KITCHEN, name="Evening")
    stored = hass_storage[f"sonos_twisted.{entry.entry_id}.snapshots"]["data"]["named"]
    stored["Future"] = {**stored["Evening"], "version": 9}
    stored["Broken"] = {"version": 1, "taken_at": "", "rooms": [{}]}
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: shown(hass, KITCHEN, "state") != "unavailable")
    listed = (await act(hass, "ours.list_snapshots", KITCHEN))[KITCHEN]["snapshots"]
    assert [one["name"] for one in listed] == ["Evening"]
    assert "The snapshot Future cannot be read: version 9" in caplog.text
    assert "The snapshot Broken cannot be read" in caplog.text


async def test_a_room_that_is_gone_is_reported(hass: HomeAssistant, remote: Remote) -> None:
    """And so are those that played along with it; the others are restored."""
    await do(hass, (remote.group, "Bathroom", "Kitchen"), (remote.set_volume, "Bathroom", 17))
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], volume_level=0.17)
    await act(hass, "ours.snapshot", [KITCHEN, PATIO], name="Evening")
    await do(hass, (remote.unplug, "Kitchen"), (remote.set_volume, "Bathroom", 50))
    await until(hass, lambda: shown(hass, KITCHEN, "state") == "unavailable")
    await shows(hass, BATHROOM, volume_level=0.5)
    report = await act(hass, "ours.restore", [BATHROOM, PATIO], name="Evening")
    assert report["restored"] == [PATIO]
    assert sorted((one["room"], one["reason"][:40]) for one in report["problems"]) == [
        ("Bathroom", "Bathroom played along with a room that i"),
        ("Kitchen", "Kitchen is no room of this household any"),
    ]
    await shows(hass, BATHROOM, volume_level=0.17)


@pytest.mark.parity("beyond: restore report")
async def test_what_a_speaker_declines_is_reported(hass: HomeAssistant, remote: Remote) -> None:
    """Everything else is done nevertheless."""
    await do(hass, (remote.play_tracks, "Kitchen"), (remote.set_play_mode, "Kitchen", "SHUFFLE"))
    await do(hass, (remote.set_volume, "Kitchen", 20), (remote.set_tone, "Kitchen", "bass", 3))
    await shows(hass, KITCHEN, state="playing", shuffle=True, volume_level=0.2)
    await act(hass, "ours.snapshot", KITCHEN)
    await do(hass, (remote.set_volume, "Kitchen", 50), (remote.set_tone, "Kitchen", "bass", 0))
    await do(hass, (remote.set_play_mode, "Kitchen", "NORMAL"), (remote.pause, "Kitchen"))
    await shows(hass, KITCHEN, state="paused", shuffle=False, volume_level=0.5)
    for action in ("SetPlayMode", "SetBass"):
        await in_house(hass, remote.fail_action, "Kitchen", action, 501)
    report = await act(hass, "ours.restore", KITCHEN)
    assert report["restored"] == []
    reasons = [problem["reason"] for problem in report["problems"]]
    assert ["Kitchen could not" in reason for reason in reasons] == [True, True]
    await shows(hass, KITCHEN, state="playing", volume_level=0.2)
    # It keeps its snapshot until all of it is restored.
    report = await act(hass, "ours.restore", KITCHEN)
    assert report == {"restored": [KITCHEN], "problems": []}
    await shows(hass, KITCHEN, shuffle=True)


@pytest.mark.parity("beyond: restore verified")
async def test_the_speaker_is_asked_when_no_event_tells(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it says counts: what it did without an event, and what it did not do."""
    monkeypatch.setattr(restoring, "STEP_SECONDS", 0.2)
    before = await lively(hass, remote)
    await act(hass, "ours.snapshot", ROOMS, name="Evening")
    await do(
        hass,
        (remote.ungroup, "Bathroom"),
        (remote.group, "Patio", "Kitchen"),
        (remote.next, "Kitchen"),
        (remote.set_play_mode, "Kitchen", "NORMAL"),
        (remote.set_crossfade, "Kitchen", False),
        (remote.play_radio, "Office"),
        (remote.set_volume, "Kitchen", 50),
        (remote.set_tone, "Kitchen", "bass", 0),
        (remote.set_eq, "Living Room", "NightMode", 0),
        (remote.set_volume, "Office", 9),
        (remote.fail_action, "Office", "GetVolume", 501, 9),
    )
    await shows(hass, OFFICE, volume_level=0.09)
    await shows(hass, BATHROOM, group_members=[BATHROOM])
    await shows(hass, PATIO, group_members=[KITCHEN, PATIO])
    await shows(hass, KITCHEN, queue_position=3, repeat="off", volume_level=0.5)
    await shows(hass, OFFICE, media_title="In Concert")
    kitchen = entry.runtime_data.household.speakers[before["Kitchen"]["uid"]]
    await until(hass, lambda: kitchen.crossfade is False)
    await in_house(hass, remote.fault_notify, "*", "delay", None, 1000, 8.0)
    report = await act(hass, "ours.restore", ROOMS, name="Evening")
    after = await truth(hass, remote)
    assert compared(after) == compared(before)
    assert [problem["reason"] for problem in report["problems"]] == [
        "Office accepted the command, but this did not come back: how it sounds"
    ]


async def test_what_cannot_be_read_is_reported(hass: HomeAssistant, remote: Remote) -> None:
    """The rest is restored, and nothing is taken for true that nobody has said."""
    await do(
        hass,
        (remote.play_tracks, "Kitchen", 3),
        (remote.seek, "Kitchen", 50),
        (remote.pause, "Kitchen"),
        (remote.set_sleep_timer, "Kitchen", 3000),
        (remote.fail_action, "Kitchen", "Browse", 501, 1),
    )
    await shows(hass, KITCHEN, state="paused", queue_size=3)
    with pytest.raises(HomeAssistantError, match="Kitchen could not look this up"):
        await act(hass, "ours.snapshot", KITCHEN, with_queue=True)
    await until(hass, lambda: shown(hass, "sensor.kitchen_sleep_timer_ends", "state") != "unknown")
    await in_house(hass, remote.fail_action, "Kitchen", "GetRemainingSleepTimerDuration", 501, 1)
    await act(hass, "ours.snapshot", KITCHEN, name="Without a position")
    await act(hass, "ours.snapshot", KITCHEN, name="Evening", with_queue=True)
    await do(
        hass,
        (remote.play_radio, "Kitchen"),
        (remote.set_sleep_timer, "Kitchen", None),
        (remote.fail_action, "Kitchen", "Browse", 501, 1),
        (remote.fail_action, "Kitchen", "GetRemainingSleepTimerDuration", 501, 3),
        (remote.fail_action, "Kitchen", "GetPositionInfo", 501, 3),
    )
    await shows(hass, KITCHEN, media_title="In Concert")
    report = await act(hass, "ours.restore", KITCHEN, name="Evening")
    reasons = sorted(problem["reason"].partition(":")[0] for problem in report["problems"])
    assert reasons == [
        "Kitchen could not look this up",
        "Kitchen could not tell its position",
        "Kitchen could not tell the sleep timer",
    ]
    room = (await truth(hass, remote))["Kitchen"]
    assert (room["track_number"], room["state"], room["position"]) == (1, "STOPPED", 50)
    await in_house(hass, remote.heal)
    assert (await act(hass, "ours.restore", KITCHEN, name="Evening"))["problems"] == []
    # Only what is known is restored.
    await do(hass, (remote.seek, "Kitchen", 20))
    report = await act(hass, "ours.restore", KITCHEN, name="Without a position")
    assert report == {"restored": [KITCHEN], "problems": []}


@pytest.mark.parity("beyond: scene")
async def test_a_scene_of_home_assistant_works(hass: HomeAssistant, remote: Remote) -> None:
    """What it can bring back comes back, and nothing that a room shows leads to an error."""
    assert await async_setup_component(hass, "scene", {})
    await hass.async_block_till_done()
    await lively(hass, remote)
    await do(hass, (remote.cast, "Patio", "airplay"), (remote.pause, "Kitchen"))
    await shows(hass, PATIO, source="AirPlay", state="playing")
    await shows(hass, KITCHEN, state="paused")
    assert shown(hass, PATIO, "media_content_id") is None
    kept = {"scene_id": "evening", "snapshot_entities": ROOMS}
    await hass.services.async_call("scene", "create", kept, blocking=True)
    await do(
        hass,
        (remote.set_volume, "Kitchen", 70),
        (remote.set_mute, "Bathroom", False),
        (remote.play, "Kitchen"),
    )
    await shows(hass, KITCHEN, state="playing", volume_level=0.7)
    await shows(hass, BATHROOM, is_volume_muted=False)
    await act(hass, "scene.turn_on", "scene.evening")
    await shows(hass, KITCHEN, state="paused", volume_level=0.33)
    await shows(hass, BATHROOM, is_volume_muted=True)
    await shows(hass, LIVING_ROOM, source="TV", state="playing")
    wanted = {KITCHEN: {"state": "playing", "volume_level": 0.1}, LIVING_ROOM: {"state": "playing"}}
    await hass.services.async_call("scene", "apply", {"entities": wanted}, blocking=True)
    await shows(hass, KITCHEN, state="playing", volume_level=0.1)
