"""The actions for the Sonos favourites."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.homeassistant.actions import BATHROOM, KITCHEN, LIVING_ROOM, act, in_house, shows
from tests.homeassistant.conftest import until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("standing_coordinator")


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Iterator[Remote]:
    """Give what people do in the house; what they added is removed after each test."""
    remote = standing_house.remote
    before = set(remote.truth()["favorites"])
    yield remote
    remote.heal()
    remote.fill_queue("Kitchen", 0)
    for title in set(remote.truth()["favorites"]) - before:
        remote.remove_favorite(title)


async def kept(hass: HomeAssistant, remote: Remote) -> dict[str, str]:
    """Return the newest favourite as the house has it."""
    favorites = (await in_house(hass, remote.truth))["favorite_list"]
    return dict(favorites[-1])


@pytest.mark.parity("beyond: many favorites")
@pytest.mark.parity("beyond: lists returned")
async def test_all_favorites_are_returned(hass: HomeAssistant, remote: Remote) -> None:
    """Core stops at a hundred; titles come with what play_media takes."""
    favorites = (await act(hass, "ours.get_favorites", KITCHEN))[KITCHEN]["favorites"]
    assert favorites[0] == {
        "media_title": "BBC Radio 3",
        "media_content_id": "FV:2/0",
        "media_content_type": "favorite_item_id",
        "description": "TuneIn Station",
    }
    for number in range(120):
        await in_house(hass, remote.add_favorite, f"No. {number}", f"http://nas.example/{number}")
    favorites = (await act(hass, "ours.get_favorites", KITCHEN))[KITCHEN]["favorites"]
    assert len(favorites) == 128
    with pytest.raises(HomeAssistantError, match="list of Sonos favorites is full"):
        await act(hass, "ours.add_favorite", KITCHEN, media_content_id="A:ALBUM/Night%20Market")


@pytest.mark.parity("beyond: favorite add")
async def test_what_plays_becomes_a_favorite(hass: HomeAssistant, remote: Remote) -> None:
    """A station, a track, or what the queue was filled from; and it plays when it is chosen."""
    with pytest.raises(ServiceValidationError, match="Kitchen plays no track"):
        await act(hass, "ours.add_favorite", KITCHEN)
    await in_house(hass, remote.play_radio, "Kitchen", "Harbour FM")
    await shows(hass, KITCHEN, state="playing", media_channel="Harbour FM")
    answer = await act(hass, "ours.add_favorite", KITCHEN)
    favorite = await kept(hass, remote)
    assert answer[KITCHEN] == {"favorite": f"FV:2/{favorite['number']}"}
    assert (favorite["title"], favorite["kind"]) == ("Harbour FM", "instantPlay")
    assert favorite["uri"] == "aac://radio.example/harbour_aac"
    assert "SA_RINCON65031_" in favorite["metadata"]
    with pytest.raises(ServiceValidationError, match="name is Harbour FM"):
        await act(hass, "ours.add_favorite", KITCHEN)
    with pytest.raises(HomeAssistantError, match="among the Sonos favorites already"):
        await act(hass, "ours.add_favorite", KITCHEN, name="Another name")
    with pytest.raises(ServiceValidationError, match="does not come from a playlist"):
        await act(hass, "ours.add_favorite", KITCHEN, add="container")
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    await shows(hass, KITCHEN, state="playing", media_title="Aria")
    with pytest.raises(ServiceValidationError, match="does not come from a playlist"):
        await act(hass, "ours.add_favorite", KITCHEN, add="container")
    await act(hass, "ours.add_favorite", KITCHEN)
    favorite = await kept(hass, remote)
    assert (favorite["title"], favorite["protocol"]) == ("Aria", "x-file-cifs:*:audio/flac:*")
    assert favorite["uri"].startswith("x-file-cifs://nas/music/")
    assert "RINCON_AssociatedZPUDN" in favorite["metadata"]
    assert "albumArtURI" not in favorite["metadata"]
    await in_house(hass, remote.play_favorite, "Kitchen", "Peaceful Piano")
    await shows(hass, KITCHEN, media_playlist="Peaceful Piano")
    await act(hass, "ours.remove_favorite", KITCHEN, favorite="Peaceful Piano")
    await act(hass, "ours.add_favorite", KITCHEN, add="container", name="Piano")
    favorite = await kept(hass, remote)
    assert favorite["title"] == "Piano"
    assert favorite["uri"].startswith("x-rincon-cpcontainer:")
    assert "SA_RINCON2311" in favorite["metadata"]
    await in_house(hass, remote.play_favorite, "Bathroom", "Piano")
    await shows(hass, BATHROOM, state="playing", media_title="Intermezzo in A")
    await in_house(hass, remote.fill_queue, "Bathroom", 0)
    await in_house(hass, remote.play_tv, "Living Room")
    await shows(hass, LIVING_ROOM, source="TV")
    with pytest.raises(ServiceValidationError, match="Living Room plays no track"):
        await act(hass, "ours.add_favorite", LIVING_ROOM)


@pytest.mark.parity("beyond: favorite add")
async def test_what_an_id_names_becomes_a_favorite(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """It is in the lists of sources then, without anybody asking for it."""
    favorites = standing_coordinator.content
    await act(
        hass,
        "ours.add_favorite",
        [KITCHEN, BATHROOM],
        media_content_id="A:ALBUM/Night%20Market",
        name="Trio & <friends>",
    )
    favorite = await kept(hass, remote)
    assert favorite["title"] == "Trio & <friends>"
    assert favorite["uri"].endswith("#A:ALBUM/Night%20Market")
    assert "Night Market" in favorite["metadata"]
    await until(hass, lambda: "Trio & <friends>" in [item.title for item in favorites.favorites])
    await in_house(hass, remote.play_favorite, "Kitchen", "Trio & <friends>")
    await shows(hass, KITCHEN, state="playing", media_title="Kelewele", queue_size=4)


@pytest.mark.parity("beyond: favorite rename")
@pytest.mark.parity("beyond: favorite remove")
async def test_favorites_are_renamed_and_removed(hass: HomeAssistant, remote: Remote) -> None:
    """Which one is meant is told by title or id."""
    await in_house(hass, remote.add_favorite, "Mine & <his>", "http://nas.example/mine")
    number = (await kept(hass, remote))["number"]
    for old, new in (
        ("Mine & <his>", 'O\'Hara "live"'),
        (f"FV:2/{number}", 'O\'Hara "live"'),
        (f"FV:2/{number}", "Hers"),
    ):
        await act(hass, "ours.rename_favorite", KITCHEN, favorite=old, name=new)
        assert (await kept(hass, remote))["title"] == new
    with pytest.raises(ServiceValidationError, match="name is BBC Radio 3"):
        await act(hass, "ours.rename_favorite", KITCHEN, favorite="Hers", name="BBC Radio 3")
    await act(hass, "ours.remove_favorite", [KITCHEN, BATHROOM], favorite="hers")
    assert "Hers" not in (await in_house(hass, remote.truth))["favorites"]
    with pytest.raises(ServiceValidationError, match=r"favorite is Hers.*it has: BBC Radio 3"):
        await act(hass, "ours.remove_favorite", KITCHEN, favorite="Hers")
