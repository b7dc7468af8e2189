"""What is played past the queue, and what comes from elsewhere."""

from collections.abc import Awaitable, Callable
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
    KITCHEN,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import OURS, all_known, make_entry, until
from tests.simulator.process import SimulatorProcess

from .steps import lists_known, play, queue, sent, truth

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient

    from tests.simulator.control import Remote


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
    with patch(
        f"{OURS}.playing.addresses.media_source.async_resolve_media", return_value=media
    ) as resolve:
        await play(hass, "provider", "media-source://tts/demo?message=Hello", enqueue="add")
    assert resolve.call_args.args[1:] == ("media-source://tts/demo?message=Hello", KITCHEN)
    page = await in_house(hass, browse, entry.data["hosts"][0], "Q:0")
    assert page.items[-1].res_uri == "http://127.0.0.1:8123/api/tts_proxy/secret.mp3"
    media = PlayMedia("http://radio.example:8000/", "audio/aac")
    with patch(f"{OURS}.playing.addresses.media_source.async_resolve_media", return_value=media):
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
        patch(f"{OURS}.playing.plex.PLEX_SERVICE", "Napster"),
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
