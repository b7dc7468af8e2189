"""What is queued, where in the queue, and how it is played."""

from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import OURS, until
from tests.simulator.process import SimulatorProcess

from .steps import IMPORTED, QUEUED, Case, play, queue, sent, truth

if TYPE_CHECKING:
    from tests.simulator.control import Remote


@pytest.mark.parity("play_media: favorite id")
@pytest.mark.parity("play_media: favorite radio")
@pytest.mark.parity("play_media: favorite container")
@pytest.mark.parity("play_media: share link Spotify")
@pytest.mark.parity("play_media: share link Tidal")
@pytest.mark.parity("play_media: share link Deezer")
@pytest.mark.parity("play_media: share link Apple Music")
@pytest.mark.parity("play_media: Spotify browser")
@pytest.mark.parity("play_media: directory")
@pytest.mark.parity("play_media: playlist")
@pytest.mark.parity("play_media: album")
@pytest.mark.parity("play_media: artist")
@pytest.mark.parity("play_media: composer")
@pytest.mark.parity("play_media: contributing artist")
@pytest.mark.parity("play_media: genre")
@pytest.mark.parity("play_media: enqueue replace")
@pytest.mark.parity("play_media: share link title")
@pytest.mark.parity("play_media: podcast")
@pytest.mark.parity("beyond: share link forms")
@pytest.mark.parity("beyond: play by name")
@pytest.mark.parity("beyond: library by name")
@pytest.mark.parity("beyond: track of the library")
async def test_everything_that_is_queued_takes_the_place_of_the_queue(
    hass: HomeAssistant, entry: MockConfigEntry, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """It plays from its first track on, and nothing else is in the queue."""
    for case in QUEUED:
        await play(hass, case.media_type, case.media_id, extra=case.extra)
        now = await truth(hass, remote)
        seen = (now["title"], now["queue_length"], now["track_number"], now["source"])
        assert seen == (case.first, case.count, 1, "queue"), case
        assert now["state"] in {"TRANSITIONING", "PLAYING"}, case
    await shows(hass, KITCHEN, state="playing", media_title="Slow Coffee", queue_size=4)


@pytest.mark.parity("play_media: enqueue add")
@pytest.mark.parity("play_media: enqueue next")
@pytest.mark.parity("play_media: enqueue play")
@pytest.mark.parity("play_media: imported playlist")
async def test_everything_that_is_queued_can_be_added(
    hass: HomeAssistant, entry: MockConfigEntry, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """At the end, or behind the track that plays, or there and played at once."""
    web = Case("music", "http://music.example/files/Bell.mp3", "Bell.mp3")
    gong = Case("music", "/local/Gong.mp3", "Gong.mp3")
    for case in [*QUEUED[::4], IMPORTED, web, gong]:
        for mode, place in (("add", 4), ("next", 3), ("play", 3)):
            await in_house(hass, remote.play_tracks, "Kitchen", 3)
            await in_house(hass, remote.next, "Kitchen")
            await play(hass, case.media_type, case.media_id, enqueue=mode, extra=case.extra)
            titles = await queue(hass, standing_house)
            assert len(titles) == 3 + case.count, (case, mode)
            assert titles[place - 1] == case.first, (case, mode)
            now = await truth(hass, remote)
            assert now["track_number"] == (3 if mode == "play" else 2), (case, mode)
            assert now["state"] in {"TRANSITIONING", "PLAYING"}, (case, mode)


@pytest.mark.parity("beyond: queue insert")
async def test_everything_that_is_queued_can_be_inserted_anywhere(
    hass: HomeAssistant, entry: MockConfigEntry, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """From the beginning to the end; what plays goes on, unless it is to be played at once."""
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    for mode, place, playing in (("add", 1, 1), ("add", 7, 1), ("play", 0, 1), ("play", 4, 5)):
        length = len(await queue(hass, standing_house))
        extra = {"queue_position": place}
        await play(hass, "playlist", "Morning", enqueue=mode, extra=extra)
        titles = await queue(hass, standing_house)
        assert len(titles) == length + 4
        assert titles[place] == "Slow Coffee", (mode, place)
        assert (await truth(hass, remote))["track_number"] == playing, (mode, place)
    with pytest.raises(ServiceValidationError, match="between 0 and 19"):
        await play(hass, "playlist", "Morning", enqueue="add", extra={"queue_position": 20})
    for media_type, media_id, mode in (
        ("playlist", "Morning", "replace"),
        ("playlist", "Morning", "next"),
        ("radio", "BBC Radio 3", "play"),
    ):
        with pytest.raises(ServiceValidationError, match="queue_position goes with"):
            await play(hass, media_type, media_id, enqueue=mode, extra={"queue_position": 0})
    assert len(await queue(hass, standing_house)) == 19


@pytest.mark.parity("media_player: clear playlist")
async def test_next_in_an_empty_queue_and_while_no_queue_plays(
    hass: HomeAssistant, entry: MockConfigEntry, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """The queue is not touched otherwise; what is played at once plays from the queue."""
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    await in_house(hass, remote.play_radio, "Kitchen")
    await play(hass, "playlist", "Morning", enqueue="next")
    assert (await truth(hass, remote))["source"] == "radio"
    assert (await queue(hass, standing_house))[0] == "Slow Coffee"
    await act(hass, "clear_playlist", KITCHEN)
    assert await queue(hass, standing_house) == []
    await act(hass, "clear_playlist", KITCHEN)
    await play(hass, "album", "Night Market", enqueue="play")
    now = await truth(hass, remote)
    assert (now["source"], now["title"], now["queue_length"]) == ("queue", "Kelewele", 4)


@pytest.mark.parity("beyond: a place in the queue")
async def test_the_queue_can_be_played_from_any_place(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """By an id as lists of the queue have it; the queue stays as it is."""
    await in_house(hass, remote.play_tracks, "Kitchen", 5)
    await in_house(hass, remote.play_radio, "Kitchen")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await until(hass, lambda: shown(hass, BATHROOM, "group_members") == [KITCHEN, BATHROOM])
    for media_type, media_id, place in (
        ("track", "Q:0/4", 4),
        ("queue_item", "3", 3),
        ("", "Q:0", 1),
    ):
        await play(hass, media_type, media_id, BATHROOM)
        now = await truth(hass, remote)
        assert (now["track_number"], now["queue_length"], now["source"]) == (place, 5, "queue")
    await in_house(hass, remote.play_radio, "Kitchen")
    with pytest.raises(ServiceValidationError, match="between Q:0/1 and Q:0/5"):
        await play(hass, "track", "Q:0/6")
    now = await truth(hass, remote)
    assert now["source"] == "radio", "what plays goes on"
    assert now["state"] in {"PLAYING", "TRANSITIONING"}
    await act(hass, "clear_playlist", KITCHEN)
    with pytest.raises(ServiceValidationError, match="since its queue is empty"):
        await play(hass, "track", "Q:0/1")


async def test_what_is_new_in_a_list_can_be_played_at_once(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Also by its title, and before anybody has read the list again."""
    with patch(f"{OURS}.content.SETTLING_SECONDS", 60):
        try:
            await in_house(
                hass, remote.add_favorite, "Pirate FM", "x-rincon-mp3radio://pirate.example/a"
            )
            for media_type in ("favorite", "radio"):
                await in_house(hass, remote.play_tracks, "Kitchen", 1)
                await play(hass, media_type, "pirate fm")
                assert (await truth(hass, remote))["uri"] == "x-rincon-mp3radio://pirate.example/a"
        finally:
            await in_house(hass, remote.remove_favorite, "Pirate FM")


async def test_replacing_the_queue_takes_six_requests_and_two_for_its_order(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Look, add, remove, activate, go to the first track, play; and set the play mode if said."""
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    await shows(hass, KITCHEN, state="playing", repeat="off")
    await in_house(hass, remote.reset_requests)
    await play(hass, "playlist", "Morning", extra={"shuffle": True})
    now = await truth(hass, remote)
    assert await sent(hass, remote, now["uid"]) == {
        "AddURIToQueue": 1,
        "GetTransportSettings": 1,
        "Play": 1,
        "RemoveTrackRangeFromQueue": 1,
        "Seek": 1,
        "SetAVTransportURI": 1,
        "SetPlayMode": 1,
    }
    assert now["play_mode"] == "SHUFFLE_NOREPEAT"
    await play(hass, "playlist", "Dinner", extra={"shuffle": "off"})
    assert (await truth(hass, remote))["play_mode"] == "NORMAL"


@pytest.mark.parity("beyond: extra options")
async def test_how_something_is_played(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """As loud as it is said, from a position on, shuffled and repeated; what is not said stays."""
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    await in_house(hass, remote.set_volume, "Kitchen", 20)
    await play(hass, "playlist", "Morning", extra={"shuffle": True})
    await shows(hass, KITCHEN, shuffle=True)
    options = {"repeat": "all", "volume": 31, "position": 40, "title": "Breakfast", "thumb": 1}
    await play(hass, "playlist", "Morning", extra=options)
    now = await truth(hass, remote)
    assert (now["play_mode"], now["volume"], now["track_number"]) == ("SHUFFLE", 31, 1)
    assert 40 <= now["position"] < 60
    await shows(hass, KITCHEN, shuffle=True, repeat="all", volume_level=0.31)
    await play(hass, "track", "Q:0/3", extra={"repeat": "off", "shuffle": False, "position": 61})
    now = await truth(hass, remote)
    assert (now["play_mode"], now["volume"], now["track_number"]) == ("NORMAL", 31, 3)
    assert 61 <= now["position"] < 80
    url = "http://music.example/bell.mp3"
    await play(hass, "music", url, extra={"position": 2, "volume": 12})
    now = await truth(hass, remote)
    assert (now["uri"], now["volume"]) == (url, 12)
    assert 2 <= now["position"] < 20
    # What is added is not played yet.
    await play(hass, "music", url, enqueue="add", extra={"position": 2, "volume": 50})
    assert (await truth(hass, remote))["volume"] == 12
    for extra, word in (
        ({"repeat": "never"}, "repeat"),
        ({"shuffle": "rather"}, "shuffle"),
        ({"volume": 101}, "volume"),
        ({"position": -1}, "position"),
        ({"queue_position": "first"}, "queue_position"),
    ):
        with pytest.raises(ServiceValidationError, match=f"can be played: .*{word}"):
            await play(hass, "playlist", "Dinner", extra=extra)
    for media_type, media_id in (("radio", "BBC Radio 3"), ("line_in", "Office")):
        with pytest.raises(ServiceValidationError, match="cannot begin at a position"):
            await play(hass, media_type, media_id, extra={"position": 5})
    assert (await truth(hass, remote))["uri"] == url


async def test_what_was_made_just_now_is_played_by_its_name(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Before the lists are read again that an event says are others."""
    with patch("custom_components.sonos_twisted.content.SETTLING_SECONDS", 60):
        await play(hass, "album", "Night Market")
        await act(hass, "ours.save_queue", KITCHEN, name="Party")
        album = "A:ALBUM/Night%20Market"
        await act(hass, "ours.add_favorite", KITCHEN, name="Market", media_content_id=album)
        await act(hass, "clear_playlist", KITCHEN)
        for media_type, media_id in (("playlist", "party"), ("favorite", "Market")):
            await play(hass, media_type, media_id)
            now = await truth(hass, remote)
            assert (now["title"], now["queue_length"]) == ("Kelewele", 4), media_id
        await act(hass, "ours.delete_playlist", KITCHEN, playlist="Party")
        await act(hass, "ours.remove_favorite", KITCHEN, favorite="Market")
