"""Browsing what a simulated house has to play, through Home Assistant's websocket."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeassistant.components import media_source, plex, spotify
from homeassistant.components.media_player import BrowseError, BrowseMedia, MediaClass
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.homeassistant.actions import BATHROOM, KITCHEN, LIVING_ROOM, act, in_house, shows
from tests.homeassistant.browse.browsing import Browser, browser, titles

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess


@pytest.fixture
def coordinator(standing_coordinator: HouseholdCoordinator) -> HouseholdCoordinator:
    """Give the household that these tests share."""
    return standing_coordinator


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house."""
    return standing_house.remote


@pytest.fixture
async def kitchen(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, hass_ws_client: WebSocketGenerator
) -> Browser:
    """Look at the media browser of the kitchen."""
    return await browser(hass, hass_ws_client)


async def play_item(hass: HomeAssistant, item: dict[str, Any]) -> None:
    """Choose something in the media browser of the kitchen."""
    names = ("media_content_type", "media_content_id")
    await act(hass, "play_media", KITCHEN, **{name: item[name] for name in names})


def browses(remote: Remote) -> int:
    """Return how often the speakers were asked what is in a list."""
    return sum(
        count
        for of_speaker in remote.requests().values()
        for request, count in of_speaker.items()
        if request == "SOAP ContentDirectory.Browse"
    )


@pytest.mark.parity("browse: root")
@pytest.mark.parity("browse: favorites")
@pytest.mark.parity("browse: playlists")
@pytest.mark.parity("beyond: browse radio")
async def test_tree(hass: HomeAssistant, kitchen: Browser, remote: Remote) -> None:
    """From the root to what can be played."""
    root = await kitchen.open()
    assert titles(root) == ["Favorites", "Sonos playlists", "Radio stations", "Music library"]
    assert root["can_search"]
    assert not any(branch["thumbnail"] for branch in root["children"])
    assert await kitchen.open("root", "root") == root

    favorites = await kitchen.enter("Favorites")
    assert titles(favorites) == ["Albums", "Playlists", "Radio stations", "Tracks"]
    stations = await kitchen.enter("Favorites", "Radio stations")
    assert titles(stations) == ["BBC Radio 3", "Lugna Favoriter", "Jazz at Night"]
    station = stations["children"][0]
    assert (station["media_content_type"], station["media_content_id"]) == (
        "favorite_item_id",
        "FV:2/0",
    )
    assert station["can_play"]
    assert not station["can_expand"]

    playlists = await kitchen.enter("Sonos playlists")
    assert titles(playlists) == ["Dinner", "Morning", "Häuser & Höfe"]
    dinner = await kitchen.enter("Sonos playlists", "Dinner")
    assert (dinner["title"], dinner["media_content_type"], dinner["media_content_id"]) == (
        "Dinner",
        "playlist",
        "SQ:0",
    )
    assert dinner["can_play"]
    assert len(dinner["children"]) == 6
    assert dinner["children_media_class"] == "track"
    assert dinner["children"][0]["media_content_id"].startswith("x-file-cifs://nas/music/")

    radio = await kitchen.enter("Radio stations")
    assert {
        (item["media_content_type"], item["media_content_id"]) for item in radio["children"]
    } == {("radio", f"R:0/0/{number}") for number in range(4)} | {("radio", "R:0/1/0")}

    library = await kitchen.enter("Music library")
    assert titles(library) == [
        "Artists",
        "Contributing artists",
        "Albums",
        "Genres",
        "Composers",
        "Tracks",
        "Playlists",
        "Folders",
    ]
    assert not any(item["can_play"] for item in library["children"])


@pytest.mark.parity("browse: library")
@pytest.mark.parity("browse: folders")
@pytest.mark.parametrize(
    ("path", "media_type", "content_id", "children"),
    [
        (
            ("Artists", "Ida Lindqvist"),
            "artist",
            "A:ALBUMARTIST/Ida%20Lindqvist",
            ["Gymnopédies & Gnossiennes", "Suite bergamasque"],
        ),
        (
            ("Contributing artists", "The Paper Lanterns", "Northern Postcards"),
            "album",
            "A:ARTIST/The%20Paper%20Lanterns/Northern%20Postcards",
            ["Tromsø", "Åre in April", "Two Tickets"],
        ),
        (
            ("Albums", "Northern Postcards"),
            "album",
            "A:ALBUM/Northern%20Postcards",
            ["Tromsø", "Åre in April", "Two Tickets"],
        ),
        (("Genres", "Jazz"), "genre", "A:GENRE/Jazz", ["Kofi Mensah Trio"]),
        (("Composers", "Erik Satie"), "composer", "A:COMPOSER/Erik%20Satie", None),
        (
            ("Playlists", "Night Walk"),
            "playlist",
            "S://nas/music/Playlists/Night%20Walk.m3u#0",
            ["Kelewele", "Osu Walk", "Blue Tro-Tro", "Harmattan"],
        ),
        (
            ("Folders", "//nas/music", "Kofi Mensah Trio"),
            "directory",
            "S://nas/music/Kofi%20Mensah%20Trio",
            ["Night Market"],
        ),
    ],
)
async def test_library(
    kitchen: Browser,
    path: tuple[str, ...],
    media_type: str,
    content_id: str,
    children: list[str] | None,
) -> None:
    """Down to one thing that can be played as a whole."""
    shown = await kitchen.enter("Music library", *path)
    assert (shown["media_content_type"], shown["media_content_id"]) == (media_type, content_id)
    assert shown["title"] == path[-1]
    assert shown["can_play"]
    assert children is None or titles(shown) == children


async def test_share_is_not_played_as_a_whole(kitchen: Browser) -> None:
    """Nobody wants to hear ten thousand files; but a folder."""
    shares = await kitchen.enter("Music library", "Folders")
    assert [(item["title"], item["can_play"]) for item in shares["children"]] == [
        ("//nas/music", False)
    ]
    tracks = await kitchen.enter("Music library", "Tracks")
    assert len(tracks["children"]) == 23
    assert {item["media_content_type"] for item in tracks["children"]} == {"track"}


async def test_what_little_is_known_is_shown(kitchen: Browser) -> None:
    """Also of what has gone meanwhile, cannot be played, or says nothing of itself."""
    shown = await kitchen.open("artist", "A:ALBUMARTIST/Ida%20Lindqvist/")
    assert shown["title"] == "Ida Lindqvist"
    assert len(shown["children"]) == 2
    assert (await kitchen.open("sonos_part", "A:ALBUM#100-200"))["children"] == []
    # A favourite that only opens a page in the app.
    shortcuts = await kitchen.open("sonos_favorites_folder", "folder")
    assert (shortcuts["children"], shortcuts["not_shown"]) == ([], 1)


@pytest.mark.parity("beyond: browse pages")
async def test_large_library_is_divided(
    kitchen: Browser, remote: Remote, hass: HomeAssistant
) -> None:
    """Of 20,000 albums only those at the ends of a part are read, until it is opened."""
    await in_house(hass, remote.fill_library, 20_000)
    try:
        before = await in_house(hass, browses, remote)
        albums = await kitchen.enter("Music library", "Albums")
        assert await in_house(hass, browses, remote) - before < 60
        parts = titles(albums)
        assert len(parts) == 41
        assert parts[0] == "1-500: Goldberg Variations … Record 00495"
        assert parts[-1] == "20001-20006: Record 19996 … Suite bergamasque"
        assert not albums["children"][0]["can_play"]
        part = await kitchen.enter("Music library", "Albums", parts[1])
        assert len(part["children"]) == 500
        assert titles(part)[0] == "Record 00496"
        artists = await kitchen.enter("Music library", "Artists")
        assert sum("Artist" in title for title in titles(artists)) == 5
        # A part of this size is divided again.
        whole = await kitchen.open("sonos_part", "A:ALBUM#0-20006")
        assert titles(whole) == parts
    finally:
        await in_house(hass, remote.fill_library, 0)


@pytest.mark.parity("beyond: browse queue")
async def test_long_queue_is_divided(
    hass: HomeAssistant, kitchen: Browser, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """A queue of 10,000 items is shown in parts, and any item can be played."""
    await in_house(hass, remote.play_tracks, "Kitchen", 10_000)
    await shows(hass, KITCHEN, state="playing", queue_size=10_000)
    before = await in_house(hass, browses, remote)
    queue = await kitchen.enter("Queue")
    assert await in_house(hass, browses, remote) - before < 10
    assert titles(queue)[:2] == ["1-500", "501-1000"]
    assert len(queue["children"]) == 20
    part = await kitchen.enter("Queue", "9501-10000")
    assert len(part["children"]) == 500
    item = part["children"][-1]
    assert (item["media_content_type"], item["media_content_id"]) == ("queue_item", "10000")
    await play_item(hass, item)
    await shows(hass, KITCHEN, state="playing", queue_position=10_000, media_title=item["title"])


async def test_queue_is_the_groups(
    hass: HomeAssistant, kitchen: Browser, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """A member shows and plays its coordinator's queue, also when that plays something else."""
    await in_house(hass, remote.play_tracks, "Living Room", 3)
    await in_house(hass, remote.group, "Kitchen", "Living Room")
    await shows(hass, KITCHEN, group_members=[LIVING_ROOM, KITCHEN], queue_size=3)
    await in_house(hass, remote.play_radio, "Living Room")
    await shows(hass, KITCHEN, queue_size=None, media_channel="BBC Radio 3")
    queue = await kitchen.enter("Queue")
    assert [item["media_content_id"] for item in queue["children"]] == ["1", "2", "3"]
    await play_item(hass, queue["children"][1])
    title = queue["children"][1]["title"]
    await shows(hass, LIVING_ROOM, state="playing", queue_position=2, media_title=title)
    with pytest.raises(ServiceValidationError) as caught:
        await play_item(hass, {**queue["children"][1], "media_content_id": "the last one"})
    assert caught.value.translation_key == "unknown_media_type"
    await in_house(hass, remote.ungroup, "Kitchen")
    await shows(hass, KITCHEN, group_members=[KITCHEN])


@pytest.mark.parity("beyond: browse errors")
async def test_errors_stay_in_their_branch(
    hass: HomeAssistant, kitchen: Browser, remote: Remote
) -> None:
    """A branch that cannot be read is left out; who opens it reads why."""
    await in_house(hass, remote.fail_action, "*", "Browse", 701, 3)
    root = await kitchen.open()
    assert not {"Queue", "Music library"} & set(titles(root))
    assert {"Favorites", "Sonos playlists", "Radio stations"} <= set(titles(root))
    await in_house(hass, remote.heal)
    message = await kitchen.fail_to_open("album", "A:ALBUM/Nothing%20of%20that%20Name")
    assert "there is no such thing in its lists or in the music library (error 701)" in message
    for media_type, content_id in (
        ("sonos_list", "A:NONSENSE"),
        ("sonos_part", "A:ALBUM#9-3"),
        ("sonos_part", "FV:2#0-5"),
        ("sonos_part", "A:ALBUM"),
        ("sonos_favorites_folder", "nonsense"),
        ("plex", "plex"),
        ("spotify://track", "spotify://x/y"),
        ("image", "x"),
    ):
        message = await kitchen.fail_to_open(media_type, content_id)
        assert message == f"There is nothing to open under {content_id} of the type {media_type}"
    # What a list's parts begin with is nice to know, no more.
    await in_house(hass, remote.fail_action, "*", "Browse", 501, 9)
    parts = await kitchen.open("sonos_part", "A:ALBUM#0-1006")
    assert titles(parts) == ["1-500", "501-1000", "1001-1006"]


async def test_no_library(hass: HomeAssistant, kitchen: Browser, remote: Remote) -> None:
    """Without shares there is no music library in the root; what is opened anyway is empty."""
    await in_house(hass, remote.remove_shares)
    try:
        assert "Music library" not in titles(await kitchen.open())
        assert titles(await kitchen.open("sonos_list", "A:ALBUM")) == []
        assert titles(await kitchen.open("sonos_list", "S:")) == []
    finally:
        await in_house(hass, remote.fill_library, 0)


@pytest.mark.parity("browse: single child")
async def test_single_branch_is_opened(
    hass: HomeAssistant,
    coordinator: HouseholdCoordinator,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody has to choose from one."""
    for lists in ("favorites", "playlists", "stations"):
        monkeypatch.setattr(type(coordinator.content), lists, ())
    bathroom = await browser(hass, hass_ws_client, BATHROOM)
    assert (await bathroom.open())["title"] == "Music library"


@pytest.mark.parity("browse: media source")
@pytest.mark.parity("browse: Plex")
@pytest.mark.parity("browse: Spotify")
async def test_other_integrations(
    hass: HomeAssistant,
    coordinator: HouseholdCoordinator,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """They add branches; one that is broken does no harm."""
    (tmp_path / "song.mp3").touch()
    (tmp_path / "picture.jpg").touch()
    hass.config.media_dirs = {"local": str(tmp_path)}
    assert await async_setup_component(hass, "media_source", {})
    kitchen = await browser(hass, hass_ws_client)

    async def spotify_browse(
        _hass: HomeAssistant, media_type: str | None, content_id: str | None, **_options: Any
    ) -> BrowseMedia:
        if content_id == "spotify://broken":
            raise ValueError("no such account")
        return (
            folder(
                "Spotify",
                "spotify",
                "spotify://",
                [folder("Me", "spotify://library", "spotify://me")],
            )
            if media_type is None
            else folder("Me", media_type, content_id or "")
        )

    async def plex_browse(
        _hass: HomeAssistant, media_type: str | None, content_id: str | None, platform: str
    ) -> BrowseMedia:
        assert platform == "sonos"
        if content_id == "plex://broken":
            raise BrowseError("No Plex servers available")
        return folder("Plex", media_type or "plex_root", content_id or "plex")

    monkeypatch.setattr(spotify, "async_browse_media", spotify_browse)
    monkeypatch.setattr(plex, "async_browse_media", plex_browse)
    hass.config.components.add("plex")
    hass.config.components.add("spotify")

    root = await kitchen.open()
    assert titles(root)[-3:-1] == ["Plex", "Me"]
    assert (await kitchen.open("plex", "plex"))["title"] == "Plex"
    assert (await kitchen.open("album", "plex://x/1"))["media_content_type"] == "album"
    assert (await kitchen.open("spotify://library", "spotify://me"))["title"] == "Me"
    assert "no such account" in await kitchen.fail_to_open("spotify://x", "spotify://broken")
    assert "No Plex servers" in await kitchen.fail_to_open("album", "plex://broken")
    # Of a media source, only what can be heard is shown.
    assert titles(await kitchen.enter(titles(root)[-1])) == ["song.mp3"]
    assert await kitchen.fail_to_open("", "media-source://nonsense")

    async def broken(*_args: Any, **_options: Any) -> BrowseMedia:
        raise BrowseError("broken")

    monkeypatch.setattr(spotify, "async_browse_media", broken)
    monkeypatch.setattr(media_source, "async_browse_media", broken)
    assert titles(await kitchen.open())[-2:] == ["Music library", "Plex"]


def folder(
    title: str, media_type: str, content_id: str, children: list[BrowseMedia] | None = None
) -> BrowseMedia:
    """Return a folder of another integration."""
    return BrowseMedia(
        title=title,
        media_class=MediaClass.APP,
        media_content_type=media_type,
        media_content_id=content_id,
        can_play=False,
        can_expand=True,
        children=children,
    )
