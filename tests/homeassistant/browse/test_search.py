"""Searching what a simulated house has to play, through Home Assistant's websocket."""

from typing import TYPE_CHECKING, Any

from homeassistant.components.media_player import MediaClass
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.homeassistant.actions import KITCHEN, act, in_house
from tests.homeassistant.browse.browsing import Browser, browser, titles

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house."""
    return standing_house.remote


@pytest.fixture
async def kitchen(
    hass: HomeAssistant,
    standing_coordinator: HouseholdCoordinator,
    hass_ws_client: WebSocketGenerator,
) -> Browser:
    """Look at the media browser of the kitchen."""
    return await browser(hass, hass_ws_client)


def kinds(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return type and title of what was found."""
    return [(item["media_content_type"], item["title"]) for item in found]


@pytest.mark.parity("search: library")
async def test_best_is_first(hass: HomeAssistant, kitchen: Browser, remote: Remote) -> None:
    """What is called so, then what begins so, then what has it somewhere; of all kinds."""
    assert kinds(await kitchen.search("kofi mensah")) == [
        ("composer", "Kofi Mensah"),
        ("artist", "Kofi Mensah Trio"),
    ]
    found = await kitchen.search("night")
    assert kinds(found) == [
        ("album", "Night Market"),
        ("playlist", "Night Walk"),
        ("radio", "Night Waves"),
        ("favorite_item_id", "Jazz at Night"),
        ("radio", "Jazz at Night"),
    ]
    assert found[0]["media_content_id"] == "A:ALBUM/Night%20Market"
    assert found[0]["can_play"]
    assert found[0]["can_expand"]
    assert found[0]["thumbnail"]
    assert kinds(await kitchen.search("HAUSER & HÖFE")) == [("playlist", "Häuser & Höfe")]
    assert await kitchen.search("nothing of that kind") == []
    assert await kitchen.search("  ") == []
    # A slash, a colon and a percent sign are a part of the term.
    assert await kitchen.search("50%/x:y") == []
    # The same as an action, whose result a script can use.
    answer = await act(hass, "search_media", KITCHEN, search_query="Osu Walk")
    assert titles([item.as_dict() for item in answer[KITCHEN].result]) == ["Osu Walk"]


@pytest.mark.parity("beyond: search everything")
async def test_only_what_is_asked_for(kitchen: Browser) -> None:
    """By class, by type as core takes it, or by the folder in which somebody searches."""

    async def found(query: str, **where: object) -> list[str]:
        return [kind for kind, _ in kinds(await kitchen.search(query, **where))]

    def within(media_type: str, content_id: str = "") -> dict[str, object]:
        return {"media_content_type": media_type, "media_content_id": content_id}

    assert set(await found("a")) > {"album", "artist", "composer", "genre", "track", "radio"}
    assert "contributing_artist" not in await found("a")
    assert set(await found("a", **within("root", "root"))) == set(await found("a"))
    assert set(await found("a", media_filter_classes=[MediaClass.MUSIC])) == set(await found("a"))
    filters = [MediaClass.COMPOSER, MediaClass.CONTRIBUTING_ARTIST]
    assert set(await found("a", media_filter_classes=filters)) == {
        "composer",
        "contributing_artist",
    }
    assert await found("harbour lights", media_filter_classes=["album"]) == [
        "favorite_item_id",
        "album",
    ]
    assert set(await found("a", **within("track"))) == {"track", "favorite_item_id"}
    assert set(await found("a", **within("genre"))) == {"genre"}
    assert set(await found("a", **within("radio"))) == {"radio", "favorite_item_id"}
    assert set(await found("a", **within("sonos_library", "A:"))) == {
        "album",
        "artist",
        "composer",
        "genre",
        "playlist",
        "track",
    }
    assert set(await found("a", **within("sonos_list", "A:ARTIST"))) == {"contributing_artist"}
    assert set(await found("night", **within("directory", "S://nas/music"))) == {
        "album",
        "playlist",
    }
    assert set(await found("a", **within("sonos_radio", "R:0/0"))) == {"radio"}
    assert set(await found("o", **within("sonos_playlists", "SQ:"))) == {"playlist"}
    assert set(await found("a", **within("sonos_favorites", "FV:2"))) == {"favorite_item_id"}
    folder = within("sonos_favorites_folder", "playlist")
    assert titles(await kitchen.search("p", **folder)) == ["Peaceful Piano"]
    assert await found("a", media_filter_classes=["movie"]) == []
    message = await kitchen.fail_to_search("a", **within("image"))
    assert message == "Content of the type image cannot be searched for"


async def test_results_are_limited(hass: HomeAssistant, kitchen: Browser, remote: Remote) -> None:
    """A hundred are enough to choose from."""
    await in_house(hass, remote.fill_library, 1000)
    try:
        found = await kitchen.search("0")
        assert len(found) == 100
        assert len({item["media_content_id"] for item in found}) == 100
    finally:
        await in_house(hass, remote.fill_library, 0)


@pytest.mark.parity("beyond: browse errors")
async def test_errors_stay_with_their_kind(
    hass: HomeAssistant, kitchen: Browser, remote: Remote
) -> None:
    """What can be read is found; only when nothing can be read, the user hears of it."""
    await in_house(hass, remote.fail_action, "*", "Browse", 701, 1)
    # Artists come first and fail.
    found = await kitchen.search("kofi mensah")
    assert kinds(found) == [("composer", "Kofi Mensah")]
    await in_house(hass, remote.fail_action, "*", "Browse", 701, 20)
    assert ("radio", "Jazz at Night") in kinds(await kitchen.search("night"))
    message = await kitchen.fail_to_search("harmattan")
    assert "there is no such thing" in message
    await in_house(hass, remote.heal)
    await in_house(hass, remote.remove_shares)
    assert await kitchen.search("harmattan") == []
    await in_house(hass, remote.fill_library, 0)


async def test_search_in_media_sources(
    hass: HomeAssistant,
    standing_coordinator: HouseholdCoordinator,
    hass_ws_client: WebSocketGenerator,
    tmp_path: Path,
) -> None:
    """They search themselves; what cannot be heard is left out."""
    (tmp_path / "lamp.mp3").touch()
    (tmp_path / "lamp.jpg").touch()
    hass.config.media_dirs = {"local": str(tmp_path)}
    assert await async_setup_component(hass, "media_source", {})
    kitchen = await browser(hass, hass_ws_client)
    where = {"media_content_type": "", "media_content_id": "media-source://media_source/local/."}
    assert titles(await kitchen.search("lamp", **where)) == ["lamp.mp3"]
    where["media_content_id"] = "media-source://nonsense"
    assert await kitchen.fail_to_search("lamp", **where)
