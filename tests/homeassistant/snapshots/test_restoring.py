"""Snapshots of a simulated house: taken, kept, and restored in the fewest steps."""

import asyncio
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

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

from .steps import calls, compared, do, lively, truth, writes

if TYPE_CHECKING:
    from tests.simulator.control import Remote


pytestmark = pytest.mark.usefixtures("entry")


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
