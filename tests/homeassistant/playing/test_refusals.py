"""What cannot be played, and why."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
    KITCHEN,
    in_house,
    shown,
)
from tests.homeassistant.conftest import until
from tests.simulator.process import SimulatorProcess

from .steps import play, truth

if TYPE_CHECKING:
    from tests.simulator.control import Remote


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
