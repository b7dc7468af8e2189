"""What plays: another track, another source, a favorite, the end of a queue or of a sleep timer."""

import asyncio
import time
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
import pytest

from tests.homeassistant.actions import BATHROOM, KITCHEN, LIVING_ROOM, in_house, shown, shows

if TYPE_CHECKING:
    from tests.homeassistant.happenings.conftest import Told
    from tests.simulator.control import Remote


@pytest.mark.parity("beyond: what happens is told once")
async def test_a_track_is_told_once_when_it_begins(
    hass: HomeAssistant, told: Told, remote: Remote
) -> None:
    await in_house(hass, remote.play_tracks, "Kitchen")
    first = await told.until("track_changed", "Kitchen")
    assert first["entity_id"] == KITCHEN
    assert first["skipped"] == 0
    assert first["new"]["queue_position"] == 1
    await shows(hass, KITCHEN, media_title=first["new"]["title"], state="playing")
    await in_house(hass, remote.next, "Kitchen")
    second = await told.until("track_changed", "Kitchen", 2)
    assert second["old"]["title"] == first["new"]["title"]
    assert second["new"]["image"] == shown(hass, KITCHEN, "entity_picture")
    await in_house(hass, remote.pause, "Kitchen")
    await shows(hass, KITCHEN, state="paused")
    await in_house(hass, remote.next, "Kitchen")
    await shows(hass, KITCHEN, queue_position=3)
    assert len(told.of("track_changed")) == 2, "what does not play has not begun"
    await in_house(hass, remote.play, "Kitchen")
    await told.until("track_changed", "Kitchen", 3)
    await in_house(hass, remote.seek, "Kitchen", 20)
    await in_house(hass, remote.set_play_mode, "Kitchen", "SHUFFLE")
    await shows(hass, KITCHEN, shuffle=True)
    assert len(told.of("track_changed")) == 3
    await in_house(hass, remote.set_play_mode, "Kitchen", "NORMAL")


async def test_tracks_that_were_too_fast_are_counted(
    hass: HomeAssistant, told: Told, remote: Remote
) -> None:
    """While the event loop is busy, events are merged: the tracks in between are not told."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await told.until("track_changed", "Kitchen")

    def skip() -> None:
        for _ in range(3):
            time.sleep(0.5)
            remote.next("Kitchen")
        time.sleep(0.5)

    skipping = hass.loop.run_in_executor(None, skip)
    time.sleep(2.5)  # noqa: ASYNC251, this is what makes it busy
    await skipping
    merged = await told.until("track_changed", "Kitchen", 2)
    assert merged["new"]["queue_position"] == 4
    assert merged["skipped"] == 2


async def test_songs_of_a_station_are_tracks(
    hass: HomeAssistant, told: Told, remote: Remote
) -> None:
    await in_house(hass, remote.play_radio, "Kitchen")
    source = await told.until("source_changed", "Kitchen")
    assert (source["from"], source["to"]) == ("queue", "radio")
    begun = await told.until("track_changed", "Kitchen")
    assert begun["new"]["channel"] == "BBC Radio 3"
    for song in ("Nina Simone - Sinnerman", "", "Nina Simone - Sinnerman", "Can - Vitamin C"):
        await in_house(hass, remote.set_stream_content, "Kitchen", song)
        title = song.partition(" - ")[2] or "BBC Radio 3"
        await shows(hass, KITCHEN, media_title=title)
    songs = [data["new"]["title"] for data in told.of("track_changed", "Kitchen")]
    assert songs[-2:] == ["Sinnerman", "Vitamin C"]
    assert songs.count("Sinnerman") == 1
    await in_house(hass, remote.set_radio_show, "Kitchen", "In Tune")
    await shows(hass, KITCHEN, media_show="In Tune")
    assert len(told.of("track_changed", "Kitchen")) == len(songs)


async def test_television_has_no_tracks(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    await in_house(hass, remote.play_tracks, "Living Room")
    await told.until("track_changed", "Living Room")
    await in_house(hass, remote.play_tv, "Living Room")
    await shows(hass, LIVING_ROOM, source="TV")
    source = told.of("source_changed", "Living Room")[-1]
    assert (source["from"], source["to"], source["source"]) == ("queue", "tv", "TV")
    assert len(told.of("track_changed", "Living Room")) == 1
    await in_house(hass, remote.play_tracks, "Living Room")
    again = await told.until("track_changed", "Living Room", 2)
    assert again["old"] is None


async def test_who_joins_hears_another_track(
    hass: HomeAssistant, told: Told, remote: Remote
) -> None:
    """It is told of each room by itself, and once."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing", queue_position=1)
    told.data.clear()
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await told.until("track_changed", "Bathroom")
    await in_house(hass, remote.next, "Kitchen")
    await told.until("track_changed", "Bathroom", 2)
    await told.until("track_changed", "Kitchen", 1)
    await in_house(hass, remote.ungroup, "Kitchen")  # the bathroom plays on
    await shows(hass, BATHROOM, group_members=[BATHROOM], state="playing", queue_position=2)
    await in_house(hass, remote.next, "Bathroom")
    await told.until("track_changed", "Bathroom", 3)
    assert len(told.of("track_changed", "Kitchen")) == 1
    await in_house(hass, remote.stop_playing, "Bathroom")


async def test_who_leaves_does_not_take_the_source_along(
    hass: HomeAssistant, told: Told, remote: Remote
) -> None:
    """The event with its new source comes before the topology that says that it has left."""
    await in_house(hass, remote.play_radio, "Kitchen")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await told.until("track_changed", "Bathroom")
    told.data.clear()
    await in_house(hass, remote.ungroup, "Kitchen")
    await told.until("source_changed", "Kitchen")
    await shows(hass, BATHROOM, group_members=[BATHROOM], media_channel="BBC Radio 3")
    await asyncio.sleep(2.5)  # longer than it is in doubt
    assert not told.of("source_changed", "Bathroom")
    assert not told.of("track_changed")
    await in_house(hass, remote.group, "Kitchen", "Bathroom")
    await told.until("source_changed", "Kitchen", 2)
    await in_house(hass, remote.play_line_in, "Bathroom", "Office")
    await in_house(hass, remote.stop_playing, "Bathroom")
    assert (await told.until("source_changed", "Kitchen", 3))["to"] == "line_in"
    await in_house(hass, remote.ungroup, "Kitchen")


async def test_a_favorite_is_told_when_it_begins(
    hass: HomeAssistant, told: Told, remote: Remote
) -> None:
    await in_house(hass, remote.play_tracks, "Kitchen")
    await told.until("track_changed", "Kitchen")
    assert not told.of("favorite_started")
    for times, name in enumerate(("BBC Radio 3", "Peaceful Piano"), 1):
        await in_house(hass, remote.play_favorite, "Kitchen", name)
        assert (await told.until("favorite_started", "Kitchen", times))["name"] == name
    await in_house(hass, remote.next, "Kitchen")
    await shows(hass, KITCHEN, queue_position=2)
    await in_house(hass, remote.pause, "Kitchen")
    await in_house(hass, remote.play, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    assert len(told.of("favorite_started")) == 2


async def test_the_end_of_a_queue(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    """Whoever stops the last track by hand does not end the queue."""
    await in_house(hass, remote.play_tracks, "Kitchen", 2)
    await in_house(hass, remote.next, "Kitchen")
    await shows(hass, KITCHEN, state="playing", queue_position=2)
    await in_house(hass, remote.stop_playing, "Kitchen")
    await shows(hass, KITCHEN, state="paused")
    assert not told.of("queue_ended")
    await in_house(hass, remote.play, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await in_house(hass, remote.finish_track, "Kitchen")
    ended = await told.until("queue_ended", "Kitchen")
    assert ended["queue_size"] == 2
    begun = [data["new"]["queue_position"] for data in told.of("track_changed")]
    assert begun[-1] == 2, "the first track has not begun again"
    await in_house(hass, remote.play_tracks, "Kitchen", 1)
    await shows(hass, KITCHEN, state="playing", queue_size=1)
    await asyncio.sleep(1.5)  # until the position has been read once
    await in_house(hass, remote.stop_playing, "Kitchen")
    await shows(hass, KITCHEN, state="paused")
    assert len(told.of("queue_ended")) == 1


async def test_a_sleep_timer(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await in_house(hass, remote.set_sleep_timer, "Kitchen", 600)
    await asyncio.sleep(0.5)
    await in_house(hass, remote.set_sleep_timer, "Kitchen", None)
    await asyncio.sleep(0.5)
    await in_house(hass, remote.set_sleep_timer, "Kitchen", 2)
    await told.until("sleep_timer_ended", "Kitchen")
    await shows(hass, KITCHEN, state="paused")
    assert len(told.of("sleep_timer_ended")) == 1
