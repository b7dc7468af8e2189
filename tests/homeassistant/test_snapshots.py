"""Snapshots of a simulated house: taken, kept, and restored in the fewest steps."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
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


async def test_restoring_an_unchanged_house_changes_nothing(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Also while the music plays on. Taking reads a position for each that has one, no more."""
    await lively(hass, remote)
    await do(hass, (remote.set_sleep_timer, "Kitchen", 3000))
    await shows(hass, KITCHEN, state="playing")
    await do(hass, (remote.reset_requests,))
    await act(hass, "ours.snapshot", ROOMS)
    taken = await calls(hass, remote)
    assert taken == {"GetPositionInfo": 1, "GetRemainingSleepTimerDuration": 1}
    report = await act(hass, "ours.restore", ROOMS)
    assert sorted(report["restored"]) == ROOMS
    assert await calls(hass, remote) == taken


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
    await shows(hass, PATIO, volume_level=0.3)


async def test_paused_music_is_where_it_was(hass: HomeAssistant, remote: Remote) -> None:
    """A room that was silent is silent again, whatever somebody has put on."""
    await do(
        hass, (remote.play_tracks, "Kitchen"), (remote.seek, "Kitchen", 40), (remote.pause, "Kitchen")
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


@pytest.mark.parity("beyond: snapshot with queue")
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


@pytest.mark.parametrize("app", ["spotify", "airplay", "cloud_queue"])
async def test_what_an_app_plays_cannot_be_started_again(
    hass: HomeAssistant, remote: Remote, app: str
) -> None:
    """As long as it plays, nothing is amiss; then it is reported, and the rest is restored."""
    await do(hass, (remote.cast, "Kitchen", app), (remote.set_volume, "Kitchen", 31))
    await shows(hass, KITCHEN, state="playing", volume_level=0.31)
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
