"""What rooms can be told to play, in every form and mode."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from homeassistant.components.media_source import PlayMedia
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import jwt
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.engine import UpnpError
from custom_components.sonos_twisted.engine.commands.content import browse
from custom_components.sonos_twisted.engine.commands.playing import play_resource
from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import OURS, all_known, make_entry, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient

    from tests.simulator.control import Remote

SPOTIFY = "x-sonos-spotify:spotify%3atrack%3a4uLU6hMCjMI75M1A2tKUQC?sid=9&flags=8224&sn=9"
FILE = "x-file-cifs://nas/music/Kofi%20Mensah%20Trio/Night%20Market/02%20Osu%20Walk.flac"


@pytest.fixture
async def entry(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> AsyncIterator[MockConfigEntry]:
    """Set the standing house up, and wait until its lists are known."""
    entry = await make_entry(hass, standing_house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass) and lists_known(hass))
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)
    for room in standing_house.addresses:
        await in_house(hass, standing_house.remote.ungroup, room)


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house."""
    return standing_house.remote


def lists_known(hass: HomeAssistant) -> bool:
    """Tell whether the favourites, the playlists and the stations have been read."""
    sources = shown(hass, KITCHEN, "source_list") or []
    return {"Peaceful Piano", "Morning", "Harbour FM", "Night Waves"} <= set(sources)


async def play(
    hass: HomeAssistant, media_type: str, media_id: str, room: str = KITCHEN, **data: Any
) -> None:
    """Perform media_player.play_media."""
    await act(
        hass, "play_media", room, media_content_type=media_type, media_content_id=media_id, **data
    )


async def truth(hass: HomeAssistant, remote: Remote, room: str = "Kitchen") -> dict[str, Any]:
    """Return what is true of a room."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    return next(dict(speaker) for speaker in speakers if speaker["name"] == room)


async def sent(hass: HomeAssistant, remote: Remote, uid: str) -> dict[str, int]:
    """Return how often each action of AVTransport was sent, but for asking for the position."""
    requests = (await in_house(hass, remote.requests))[uid]
    prefix, asking = "SOAP AVTransport.", "GetPositionInfo"
    return {
        name.removeprefix(prefix): count
        for name, count in requests.items()
        if name.startswith(prefix) and not name.endswith(asking)
    }


async def queue(hass: HomeAssistant, house: SimulatorProcess) -> list[str | None]:
    """Return the titles in the queue of the kitchen."""
    page = await in_house(hass, browse, house.addresses["Kitchen"], "Q:0")
    return [item.title for item in page.items]


@dataclass(frozen=True)
class Case:
    """Something that can be queued.

    Attributes:
        media_type: Its media type.
        media_id: Its id.
        first: The title of its first track.
        count: How many tracks it has.
        extra: What is said besides.

    """

    media_type: str
    media_id: str
    first: str
    count: int = 1
    extra: dict[str, Any] = field(default_factory=dict)


SHARE_LINKS = [
    Case("music", "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=1", "Paperweight"),
    Case("spotify://track", "spotify://01EN/spotify:track:4uLU6hMCjMI75M1A2tKUQC", "Paperweight"),
    Case("music", "spotify:album:6wiUBliPe76YAVpNEdidpY", "Intermezzo in A", 6),
    Case("playlist", "https://open.spotify.com/intl-de/playlist/37i9dQ", "Intermezzo in A", 6),
    Case("music", "https://tidal.com/browse/album/157273956", "Intermezzo in A", 6),
    Case("music", "https://listen.tidal.com/track/157273957", "Night", 1, {"title": "Night"}),
    Case("music", "https://www.deezer.com/de/playlist/5", "Intermezzo in A", 6),
    Case("music", "https://deezer.com/track/6", "A <& B", 1, {"title": "A <& B"}),
    Case("music", "https://music.apple.com/dk/album/amused/975952384", "Intermezzo in A", 6),
    Case(
        "music", "https://music.apple.com/dk/album/velvet/21?i=22", "Velvet", 1, {"title": "Velvet"}
    ),
    Case("music", "https://music.apple.com/us/song/velvet/23", "Song", 1, {"title": "Song"}),
    Case("playlist", "https://music.apple.com/dk/playlist/p/pl.92e0", "Intermezzo in A", 6),
]
FAVORITES = [
    Case("favorite_item_id", "FV:2/10", "Intermezzo in A", 6),
    Case("favorite", "Harbour Lights", "Low Tide", 5),
    Case("favorite", "peaceful piano", "Intermezzo in A", 6),
    Case("music", "FV:2/12", "Kelewele", 6),
    Case("favorite_item_id", "SQ:1", "Slow Coffee", 4),
    Case("favorite", "FV:2/13", "Passepied"),
]
IMPORTED = Case("playlist", "S:Night Walk", "Kelewele", 4)
PLAYLISTS = [
    Case("playlist", "Dinner", "Kelewele", 6),
    Case("playlist", "häuser & höfe", "Low Tide", 5),
    Case("music", "SQ:2", "Low Tide", 5),
    IMPORTED,
    Case("playlist", "S://nas/music/Playlists/Night%20Walk.m3u#0", "Kelewele", 4),
    Case("playlist", "night walk", "Kelewele", 4),
]
LIBRARY = [
    Case("album", "A:ALBUM/Night%20Market", "Kelewele", 4),
    Case("album", "A:ALBUM/Night Market", "Kelewele", 4),
    Case("album", "A:ALBUM/Night%20Market/Kofi%20Mensah%20Trio", "Kelewele", 4),
    Case("album", "A:ALBUMARTIST/Ida Lindqvist/Suite bergamasque", "Prélude", 4),
    Case("album", "night market", "Kelewele", 4),
    Case("artist", "A:ALBUMARTIST/Ida%20Lindqvist", "Gymnopédie No. 1", 7),
    Case("artist", "The Paper Lanterns", "Low Tide", 8),
    Case("contributing_artist", "A:ARTIST/Glenn%20Hartmann", "Aria", 4),
    Case("composer", "A:COMPOSER/Erik%20Satie", "Gymnopédie No. 1", 3),
    Case("genre", "A:GENRE/Jazz", "Kelewele", 4),
    Case("podcast", "A:GENRE/Jazz/Kofi%20Mensah%20Trio", "Kelewele", 4),
    Case("track", "Clair de lune", "Clair de lune"),
    Case("track", "A:TRACKS", "Aria", 23),
    Case("directory", "S://nas/music/Glenn%20Hartmann", "Aria", 4),
    Case("directory", "S://nas/music/Ida Lindqvist/Suite bergamasque/", "Prélude", 4),
    Case("track", FILE.replace("x-file-cifs:", "S:"), "Osu Walk"),
]
ADDRESSES = [
    Case("music", FILE, "Osu Walk"),
    Case("track", SPOTIFY, "Paperweight"),
    Case("music", "file:///jffs/settings/savedqueues.rsq#1", "Slow Coffee", 4),
]
QUEUED = [*SHARE_LINKS, *FAVORITES, *PLAYLISTS, *LIBRARY, *ADDRESSES]


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
    with pytest.raises(ServiceValidationError, match="has 19 tracks"):
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


STREAMS = [
    ("radio", "BBC Radio 3", "x-sonosapi-stream:s24939?sid=254&flags=8224&sn=0"),
    ("radio", "R:0/0/1", "x-sonosapi-stream:s17553?sid=254&flags=8224&sn=0"),
    ("station", "s87683", "x-sonosapi-stream:s87683?sid=254&flags=8224&sn=0"),
    ("station", "s24939", "x-sonosapi-stream:s24939?sid=254&flags=8224&sn=0"),
    ("channel", "harbour fm", "aac://radio.example/harbour_aac"),
    ("radio", "R:0/1/0", "x-sonosapi-stream:p1150?sid=254&flags=8224&sn=0"),
    ("radio", "Night Waves", "x-sonosapi-stream:p1150?sid=254&flags=8224&sn=0"),
    ("favorite", "Jazz at Night", "x-rincon-mp3radio://radio.example/jazz.mp3"),
    ("favorite_item_id", "FV:2/0", "x-sonosapi-stream:s24939?sid=254&flags=8224&sn=0"),
    ("radio", "http://radio.example:8000/live", "x-rincon-mp3radio://radio.example:8000/live"),
    ("music", "https://radio.example/list.m3u", "x-rincon-mp3radio://radio.example/list.m3u"),
    ("radio", "/local/jazz.m3u", "x-rincon-mp3radio://127.0.0.1:8123/local/jazz.m3u"),
    ("music", "x-rincon-mp3radio://radio.example/a", "x-rincon-mp3radio://radio.example/a"),
    ("music", "http://radio.example/jazz.mp3", "x-rincon-mp3radio://radio.example/jazz.mp3"),
]


@pytest.mark.parity("beyond: radio by name")
async def test_stations_are_played_past_the_queue(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Also one that was taken for a file at first; none can be queued."""
    hass.config.internal_url = "http://127.0.0.1:8123"
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    for media_type, media_id, uri in STREAMS:
        await play(hass, media_type, media_id)
        now = await truth(hass, remote)
        assert (now["uri"], now["queue_length"]) == (uri, 3), (media_type, media_id)
        assert now["state"] in {"TRANSITIONING", "PLAYING"}
    for media_type, media_id, _ in STREAMS[:-1]:
        for mode in ("add", "next"):
            with pytest.raises(ServiceValidationError, match="cannot be added to the queue"):
                await play(hass, media_type, media_id, enqueue=mode)
    await in_house(hass, remote.add_favorite, "Pirate FM", "x-rincon-mp3radio://pirate.example/a")
    await until(hass, lambda: "Pirate FM" in shown(hass, KITCHEN, "source_list"))
    await play(hass, "radio", "Pirate FM")
    assert (await truth(hass, remote))["uri"] == "x-rincon-mp3radio://pirate.example/a"
    await in_house(hass, remote.remove_favorite, "Pirate FM")
    await play(hass, "radio", "s17553", enqueue="play", extra={"title": "Lugn & ro"})
    await shows(hass, KITCHEN, media_channel="Lugn & ro", source="Lugna Favoriter")


@pytest.mark.parity("play_media: URL")
async def test_an_address_is_played_past_the_queue(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """With two requests, and with the title that was said."""
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    await in_house(hass, remote.reset_requests)
    url = "http://music.example/spotify/album/bell.mp3"
    await play(hass, "music", url, extra={"metadata": {"title": "Bell"}})
    now = await truth(hass, remote)
    assert (now["uri"], now["title"], now["queue_length"]) == (url, "Bell", 3)
    assert await sent(hass, remote, now["uid"]) == {"SetAVTransportURI": 1, "Play": 1}
    await shows(hass, KITCHEN, media_title="Bell")
    hass.config.internal_url = "http://127.0.0.1:8123"
    await play(hass, "music", "/local/gong.mp3")
    assert (await truth(hass, remote))["uri"] == "http://127.0.0.1:8123/local/gong.mp3"
    await play(hass, "music", "http://music.example/Für Elise.mp3")
    assert (await truth(hass, remote))["uri"] == "http://music.example/F%C3%BCr%20Elise.mp3"


async def test_an_address_is_not_taken_for_a_station_because_the_speaker_is_busy(
    hass: HomeAssistant, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """It cannot play it now; another form of the address would not change that."""
    url = "http://music.example/bell.mp3"
    forms = [(url, ""), ("x-rincon-mp3radio://music.example/bell.mp3", "")]
    await in_house(hass, remote.fail_action, "Kitchen", "Play", 701)
    with pytest.raises(UpnpError):
        await in_house(hass, play_resource, standing_house.addresses["Kitchen"], forms)
    assert (await truth(hass, remote))["uri"] == url


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


async def test_what_is_refused_leaves_the_queue_as_it_is(
    hass: HomeAssistant, entry: MockConfigEntry, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """The music goes on; only of a long queue it is not known whether both would have room."""
    for length, left in ((3, 3), (501, 0)):
        await in_house(hass, remote.play_tracks, "Kitchen", length)
        await in_house(hass, remote.link_service, 2311, False)
        try:
            with pytest.raises(HomeAssistantError):
                await play(hass, "music", "spotify:album:6wiUBliPe76YAVpNEdidpY")
        finally:
            await in_house(hass, remote.link_service, 2311)
        now = await truth(hass, remote)
        assert now["queue_length"] == left
        assert (now["state"] == "PLAYING") == bool(left)
        await play(hass, "playlist", "Morning")
        now = await truth(hass, remote)
        assert (now["title"], now["queue_length"]) == ("Slow Coffee", 4)


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


@pytest.mark.parity("beyond: line-in of another room")
@pytest.mark.parity("beyond: play TV or line-in")
async def test_inputs_can_be_played(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """The line-in of any room in any room, the television where it is."""
    office = (await truth(hass, remote, "Office"))["uid"]
    for said in (OFFICE, "Office", "office", office, "Office: Line-in"):
        await in_house(hass, remote.play_tracks, "Kitchen", 1)
        await play(hass, "line_in", said)
        assert (await truth(hass, remote))["uri"] == f"x-rincon-stream:{office}", said
    await shows(hass, KITCHEN, state="playing", source="Office: Line-in")
    await play(hass, "line_in", "", OFFICE)
    await shows(hass, OFFICE, state="playing", source="Line-in")
    await play(hass, "tv", "", LIVING_ROOM)
    await shows(hass, LIVING_ROOM, state="playing", source="TV")
    for media_type, media_id, words in (
        ("line_in", "", "Kitchen has no line-in"),
        ("line_in", "Attic", "the line-in of Attic: there is no such room"),
        ("tv", "", "Kitchen has no input for a television"),
    ):
        with pytest.raises(ServiceValidationError, match=words):
            await play(hass, media_type, media_id)


@pytest.mark.parity("media_player: source list")
@pytest.mark.parity("media_player: select favorite")
@pytest.mark.parity("media_player: select playlist")
@pytest.mark.parity("beyond: sources by probe")
@pytest.mark.parity("beyond: radio as source")
async def test_sources_follow_from_what_speakers_have(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Inputs first, then the lists, each thing once."""
    shared = [
        *("BBC Radio 3", "Lugna Favoriter", "Jazz at Night", "Peaceful Piano", "Harbour Lights"),
        *("Dinner", "Passepied", "Morning", "Häuser & Höfe", "Harbour FM", "Night Waves"),
    ]
    line_in = "Office: Line-in"
    assert shown(hass, KITCHEN, "source_list") == [line_in, *shared]
    assert shown(hass, LIVING_ROOM, "source_list") == ["TV", line_in, *shared]
    assert shown(hass, OFFICE, "source_list") == ["TV", "Line-in", *shared]
    for source in [line_in, *shared]:
        await act(hass, "select_source", KITCHEN, source=source)
        await shows(hass, KITCHEN, state="playing", source=source)
    with pytest.raises(ServiceValidationError, match="Kitchen has no source Attic"):
        await act(hass, "select_source", KITCHEN, source="Attic")


async def test_sources_of_the_same_title_can_be_told_apart(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Also from inputs; the list follows the house, and is written only when it has changed."""
    for title, uri in (
        ("Morning", "http://music.example/1.mp3"),
        ("TV", "http://music.example/2.mp3"),
        ("Office: Line-in", "http://music.example/3.mp3"),
        ("Office: Line-in (favorite)", "http://music.example/4.mp3"),
    ):
        await in_house(hass, remote.add_favorite, title, uri)
    wanted = {"Morning", "Morning (playlist)", "TV (favorite)", "Office: Line-in"}
    more = {"Office: Line-in (favorite)", "Office: Line-in (favorite) (favorite)"}

    def listed() -> set[str]:
        return set(shown(hass, KITCHEN, "source_list"))

    await until(hass, lambda: wanted | more <= listed(), lambda: sorted(listed()))
    await act(hass, "select_source", KITCHEN, source="Morning (playlist)")
    await shows(hass, KITCHEN, media_title="Slow Coffee", source="Morning (playlist)")
    await act(hass, "select_source", KITCHEN, source="TV (favorite)")
    await shows(
        hass, KITCHEN, source="TV (favorite)", media_content_id="http://music.example/2.mp3"
    )
    await in_house(hass, remote.rename, "Office", "Study")
    await until(hass, lambda: "Study: Line-in" in listed(), lambda: sorted(listed()))
    assert "Office: Line-in" in listed()
    assert "Office: Line-in (favorite)" in listed()
    for title in ("Morning", "TV", "Office: Line-in", "Office: Line-in (favorite)"):
        await in_house(hass, remote.remove_favorite, title)
    await in_house(hass, remote.rename, "Study", "Office")
    await until(hass, lambda: not any("(" in name for name in listed()))


@pytest.mark.parity("beyond: many favorites")
async def test_all_of_many_favorites_can_be_chosen(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """However many pages they are."""
    titles = [f"Song {number}" for number in range(120)]
    for number, title in enumerate(titles):
        await in_house(hass, remote.add_favorite, title, f"http://music.example/{number}.mp3")
    await until(hass, lambda: set(titles) <= set(shown(hass, KITCHEN, "source_list")))
    await act(hass, "select_source", KITCHEN, source="Song 119")
    await shows(hass, KITCHEN, source="Song 119")
    for title in titles:
        await in_house(hass, remote.remove_favorite, title)
    await until(hass, lambda: "Song 119" not in shown(hass, KITCHEN, "source_list"))


@pytest.mark.parity("media_player: select TV")
@pytest.mark.parity("media_player: select line-in")
async def test_groups_play_together_but_for_a_television(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """A member's line-in is heard by its whole group; for its television, a room leaves it."""
    for room in ("Office", "Living Room"):
        await in_house(hass, remote.group, room, "Kitchen")
    members = [KITCHEN, OFFICE, LIVING_ROOM]
    await until(hass, lambda: set(shown(hass, OFFICE, "group_members")) == set(members))
    await play(hass, "playlist", "Morning", LIVING_ROOM)
    await shows(hass, KITCHEN, media_title="Slow Coffee")
    await play(hass, "album", "Night Market", OFFICE, enqueue="next")
    await until(hass, lambda: shown(hass, KITCHEN, "queue_size") == 8)
    await act(hass, "select_source", OFFICE, source="Line-in")
    await shows(hass, OFFICE, source="Line-in")
    await shows(hass, KITCHEN, source="Office: Line-in")
    assert set(shown(hass, OFFICE, "group_members")) == set(members)
    await act(hass, "select_source", LIVING_ROOM, source="TV")
    await shows(hass, LIVING_ROOM, source="TV", group_members=[LIVING_ROOM])
    await shows(hass, KITCHEN, source="Office: Line-in")
    await act(hass, "clear_playlist", OFFICE)
    assert (await truth(hass, remote))["queue_length"] == 0


async def test_what_cannot_be_played_is_explained(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """With its name, the room and the reason."""
    link = "spotify:album:6wiUBliPe76YAVpNEdidpY"
    for media_type, media_id, words in (
        (
            "favorite_item_id",
            "FV:2/99",
            "Kitchen cannot play FV:2/99: there is no favorite_item_id",
        ),
        ("favorite", "Nothing", "there is no favorite of this name or id"),
        (
            "favorite",
            "New releases",
            "Kitchen cannot play New releases: this favorite is a shortcut",
        ),
        ("playlist", "Nothing", "there is no playlist of this name or id"),
        ("playlist", "SQ:77", "there is no playlist of this name or id"),
        ("radio", "Nothing FM", "there is no radio of this name or id"),
        ("radio", "R:0/0/77", "there is no radio of this name or id"),
        ("radio", "Dinner", "there is no radio of this name or id"),
        ("album", "A:ALBUM/Nothing", "there is no album of this name or id"),
        ("album", "A:NOTHING/x", "could not look this up|there is no album of this name or id"),
        ("directory", "S://nas/music/Nobody", "there is no directory of this name or id"),
        ("artist", "Nobody", "there is no artist of this name or id"),
        ("movie", "Nothing", "nothing is known by name that has the media type movie"),
        ("music", "http://[::1/bell.mp3", "is not an address"),
        ("radio", "http://[::1/live", "is not an address"),
        ("music", "plex://1", "the Plex integration is not set up"),
    ):
        with pytest.raises(ServiceValidationError, match=words):
            await play(hass, media_type, media_id)
    await in_house(hass, remote.add_favorite, "Stale", "x-rincon-cpcontainer:1006206c1?sid=9")
    await until(hass, lambda: "Stale" in shown(hass, KITCHEN, "source_list"))
    for media_type, media_id, words in (
        ("music", "gopher://music.example/1", "Kitchen could not add gopher:.* queue: .*file.*714"),
        ("favorite", "Stale", "Kitchen could not add Stale to the queue: the music service .*402"),
        ("radio", "gopher://music.example/1", "Kitchen could not play gopher:.*file.*714"),
    ):
        with pytest.raises(HomeAssistantError, match=words):
            await play(hass, media_type, media_id)
    await in_house(hass, remote.remove_favorite, "Stale")
    await in_house(hass, remote.fail_action, "*", "Browse", 501)
    with pytest.raises(HomeAssistantError, match="could not look this up"):
        await play(hass, "album", "A:ALBUM/Night%20Market")
    await in_house(hass, remote.heal)
    await in_house(hass, remote.link_service, 2311, False)
    with pytest.raises(HomeAssistantError, match=f"add {link} to the queue: .*not available"):
        await play(hass, "music", link)
    await in_house(hass, remote.link_service, 3079)
    await play(hass, "music", link)
    assert (await truth(hass, remote))["title"] == "Intermezzo in A"
    await in_house(hass, remote.link_service, 3079, False)
    await in_house(hass, remote.link_service, 2311)


@pytest.mark.parity("play_media: favorite cut metadata")
async def test_favorites_with_cut_metadata_are_played(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """The account and the title are written anew; an audio book is played past the queue."""
    head = '<DIDL-Lite xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/">'
    cut = f'{head}<item id="1006206c1" parentID="-1"><title>Cut off</ti'
    uri = "x-rincon-cpcontainer:1006206c1?sid=9&flags=8300&sn=9"
    await in_house(hass, remote.add_favorite, "Cut", uri, cut)
    book = (
        '<DIDL-Lite xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/" '
        'xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/"><item id="1" parentID="-1">'
        "<upnp:class>object.item.audioItem.audioBook</upnp:class></item></DIDL-Lite>"
    )
    await in_house(hass, remote.add_favorite, "Book", "x-rincon-cpcontainer:101340c8b?sid=9", book)
    await until(hass, lambda: {"Cut", "Book"} <= set(shown(hass, KITCHEN, "source_list")))
    await play(hass, "favorite", "Cut")
    assert (await truth(hass, remote))["title"] == "Intermezzo in A"
    with pytest.raises(ServiceValidationError, match="cannot be added"):
        await play(hass, "favorite", "Book", enqueue="add")
    for title in ("Cut", "Book"):
        await in_house(hass, remote.remove_favorite, title)


@pytest.mark.parity("play_media: media source")
@pytest.mark.parity("play_media: relative path")
async def test_media_sources_are_played(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    remote: Remote,
    tmp_path: Path,
    hass_client_no_auth: Callable[[], Awaitable[TestClient[Any, Any]]],
) -> None:
    """At an address that the speaker can fetch; in the queue, for as long as it may stay there."""
    hass.config.internal_url = "http://127.0.0.1:8123"
    hass.config.media_dirs = {"local": str(tmp_path)}
    await in_house(hass, (tmp_path / "My song.mp3").write_bytes, b"ID3")
    assert await async_setup_component(hass, "media_source", {})
    await hass.async_block_till_done()
    media_id = "media-source://media_source/local/My song.mp3"

    def lifetime(uri: str) -> int:
        (signature,) = parse_qs(urlsplit(uri).query)["authSig"]
        claims = jwt.decode(signature, options={"verify_signature": False})
        return int(claims["exp"] - claims["iat"])

    await play(hass, "music", media_id, extra={"title": "My song"})
    now = await truth(hass, remote)
    assert now["uri"].startswith("http://127.0.0.1:8123/media/local/My%20song.mp3?authSig=")
    assert (now["title"], lifetime(now["uri"])) == ("My song", 24 * 3600)
    address = urlsplit(now["uri"])
    answer = await (await hass_client_no_auth()).get(f"{address.path}?{address.query}")
    assert (answer.status, await answer.read()) == (200, b"ID3")
    await play(hass, "music", "/media/local/My song.mp3")
    assert (await truth(hass, remote))["uri"].startswith(f"{address.scheme}://{address.netloc}")
    address = urlsplit((await truth(hass, remote))["uri"])
    answer = await (await hass_client_no_auth()).get(f"{address.path}?{address.query}")
    assert (answer.status, await answer.read()) == (200, b"ID3")
    await in_house(hass, remote.play_tracks, "Kitchen", 1)
    await play(hass, "music", media_id, enqueue="play")
    now = await truth(hass, remote)
    assert now["track_uri"].startswith("http://127.0.0.1:8123/media/local/My%20song.mp3?authSig=")
    assert lifetime(now["track_uri"]) == 30 * 24 * 3600
    with pytest.raises(HomeAssistantError):
        await play(hass, "music", "media-source://nothing/here")
    await in_house(hass, remote.fail_action, "Kitchen", "SetAVTransportURI", 716, 2)
    with pytest.raises(HomeAssistantError, match=f"could not play {media_id}: .*not where it"):
        await play(hass, "music", media_id)


@pytest.mark.parity("play_media: TTS")
@pytest.mark.parity("play_media: radio browser")
async def test_spoken_text_and_stations_are_media_sources(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """It needs no signature, as its address is one that nobody can guess."""
    hass.config.internal_url = "http://127.0.0.1:8123"
    media = PlayMedia("/api/tts_proxy/secret.mp3", "audio/mpeg")
    with patch(f"{OURS}.addresses.media_source.async_resolve_media", return_value=media) as resolve:
        await play(hass, "provider", "media-source://tts/demo?message=Hello", enqueue="add")
    assert resolve.call_args.args[1:] == ("media-source://tts/demo?message=Hello", KITCHEN)
    page = await in_house(hass, browse, entry.data["hosts"][0], "Q:0")
    assert page.items[-1].res_uri == "http://127.0.0.1:8123/api/tts_proxy/secret.mp3"
    media = PlayMedia("http://radio.example:8000/", "audio/aac")
    with patch(f"{OURS}.addresses.media_source.async_resolve_media", return_value=media):
        await play(hass, "audio/aac", "media-source://radio_browser/1")
    assert (await truth(hass, remote))["uri"] == "x-rincon-mp3radio://radio.example:8000/"


def plex_media(kind: str, title: str, **more: Any) -> SimpleNamespace:
    """Return music as plexapi gives it."""
    parent = SimpleNamespace(ratingKey=7)
    server = SimpleNamespace(machineIdentifier="machine")
    return SimpleNamespace(
        TYPE=kind,
        title=title,
        ratingKey=8,
        librarySectionID=3,
        _server=server,
        album=lambda: parent,
        artist=lambda: parent,
        **more,
    )


@pytest.mark.parity("play_media: Plex")
async def test_music_of_plex_is_played(
    hass: HomeAssistant, entry: MockConfigEntry, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """An album, several things one after the other, and shuffled if the payload says so."""
    album, track = plex_media("album", "Debut"), plex_media("track", "Big Time")
    found = {
        "album": album,
        "music": [track, album],
        "playlist": plex_media("playlist", "Films", isAudio=False),
        "artist": None,
    }
    server = SimpleNamespace(lookup_media=lambda kind, **_: found[kind], friendly_name="Den")
    hass.data["plex"] = {"servers": {"machine": server}}
    hass.config.components.add("plex")
    await play(hass, "album", 'plex://{"album_name": "Debut"}')
    now = await truth(hass, remote)
    assert (now["title"], now["queue_length"]) == ("Intermezzo in A", 6)
    page = await in_house(hass, browse, entry.data["hosts"][0], "Q:0")
    assert page.total == 6
    await play(hass, "music", 'plex://{"artist_name": "Björk", "shuffle": 1}', enqueue="next")
    titles = await queue(hass, standing_house)
    assert (titles[1:3], len(titles)) == (["Big Time", "Intermezzo in A"], 13)
    await play(hass, "music", 'plex://{"artist_name": "Björk", "shuffle": 1}')
    now = await truth(hass, remote)
    assert (now["title"], now["play_mode"]) == ("Big Time", "SHUFFLE_NOREPEAT")
    await play(hass, "album", 'plex://{"album_name": "Debut"}', extra={"shuffle": False})
    assert (await truth(hass, remote))["play_mode"] == "NORMAL"
    for payload in ('plex://{"playlist_name": "Films"}', "plex://{"):
        with pytest.raises(HomeAssistantError, match="Kitchen cannot play this from Plex"):
            await play(hass, "playlist", payload)
    with (
        patch(f"{OURS}.plex_media.PLEX_SERVICE", "Napster"),
        pytest.raises(ServiceValidationError, match="add it in the Sonos app"),
    ):
        await play(hass, "album", 'plex://{"album_name": "Debut"}')


async def test_another_process_can_send_it(
    hass: HomeAssistant, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """What commands are told and what they return can be said between processes."""
    entry = await make_entry(hass, standing_house.addresses["Kitchen"], commands="process")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass) and lists_known(hass))
    for media_type, media_id, title in (
        ("music", "spotify:album:6wiUBliPe76YAVpNEdidpY", "Intermezzo in A"),
        ("favorite_item_id", "FV:2/11", "Low Tide"),
        ("artist", "Ida Lindqvist", "Gymnopédie No. 1"),
        ("playlist", "SQ:1", "Slow Coffee"),
    ):
        await play(hass, media_type, media_id)
        assert (await truth(hass, remote))["title"] == title
        await play(hass, media_type, media_id, enqueue="next")
    with pytest.raises(HomeAssistantError, match="add gopher://x to the queue"):
        await play(hass, "music", "gopher://x")
    await play(hass, "music", "http://radio.example/jazz.mp3")
    await shows(hass, KITCHEN, state="playing", source="Jazz at Night")
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parity("browse: offered can be played")
async def test_what_browsing_offers_can_be_played(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """The browser's types and ids are ones that play_media understands."""
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    waiting: list[dict[str, str]] = [{}]
    played: set[str] = set()
    while waiting:
        answer = await hass.services.async_call(
            "media_player",
            "browse_media",
            {"entity_id": KITCHEN, **waiting.pop()},
            blocking=True,
            return_response=True,
        )
        listed: Any = answer
        # Of a list, its beginning is enough; the root and the library are listed whole.
        children = listed[KITCHEN].children or []
        for child in children if any(not one.can_play for one in children) else children[:2]:
            said = {
                "media_content_type": child.media_content_type,
                "media_content_id": child.media_content_id,
            }
            if child.can_play:
                await act(hass, "play_media", KITCHEN, **said)
                played.add(child.media_content_type)
            if child.can_expand:
                waiting.append(said)
    assert {"album", "favorite_item_id", "playlist", "artist"} <= played, played
