"""The actions for Sonos playlists, with a house that has three of them to begin with."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.sonos_twisted.engine.commands import content, playlists
from tests.homeassistant.actions import BATHROOM, KITCHEN, act, in_house, shows
from tests.homeassistant.conftest import eventually

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("standing_coordinator")

DINNER = [
    "Kelewele",
    "Osu Walk",
    "Blue Tro-Tro",
    "Harmattan",
    "Intermezzo in A",
    "Here to the Moon",
]


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Iterator[Remote]:
    """Give what people do in the house; what they did at players is undone after each test."""
    remote = standing_house.remote
    yield remote
    remote.heal()
    remote.ungroup("Bathroom")
    remote.fill_queue("Kitchen", 0)
    remote.fill_queue("Bathroom", 0)
    for object_id in remote.truth()["playlist_tracks"].keys() - {"SQ:0", "SQ:1", "SQ:2"}:
        content.destroy(f"{standing_house.addresses['Kitchen']}:1400", object_id)


async def tracks(hass: HomeAssistant, remote: Remote, object_id: str) -> list[str] | None:
    """Return the titles of a playlist's tracks as the house has them."""
    found = (await in_house(hass, remote.truth))["playlist_tracks"].get(object_id)
    return None if found is None else list(found)


async def names(hass: HomeAssistant, remote: Remote) -> list[str]:
    """Return the titles of the playlists as the house has them."""
    return list((await in_house(hass, remote.truth))["playlists"])


@pytest.mark.parity("beyond: playlist create")
@pytest.mark.parity("beyond: lists returned")
async def test_playlists_and_their_tracks_are_returned(hass: HomeAssistant) -> None:
    """A playlist is named by its title in any letters, or by its id."""
    answer = await act(hass, "ours.get_playlists", [BATHROOM, KITCHEN])
    assert answer[BATHROOM] == answer[KITCHEN]
    assert answer[KITCHEN]["playlists"][0] == {
        "media_title": "Dinner",
        "media_content_id": "SQ:0",
        "media_content_type": "favorite_item_id",
    }
    for name in ("Dinner", "DINNER", "SQ:0"):
        answer = (await act(hass, "ours.get_playlist_tracks", KITCHEN, playlist=name))[KITCHEN]
        assert (answer["playlist"], answer["media_title"]) == ("SQ:0", "Dinner")
        assert [item["media_title"] for item in answer["tracks"]] == DINNER
    answer = await act(hass, "ours.get_playlist_tracks", KITCHEN, playlist="SQ:0", start=4, count=1)
    assert [item["media_title"] for item in answer[KITCHEN]["tracks"]] == ["Intermezzo in A"]


@pytest.mark.parity("beyond: playlist create")
@pytest.mark.parity("beyond: playlist rename")
@pytest.mark.parity("beyond: playlist delete")
async def test_playlist_is_created_renamed_and_deleted(hass: HomeAssistant, remote: Remote) -> None:
    """Once, however many rooms are targeted; no two have the same name."""
    answer = await act(hass, "ours.create_playlist", [BATHROOM, KITCHEN], name="Häuser & <Höfe> 2")
    assert answer[BATHROOM] == answer[KITCHEN] == {"playlist": "SQ:3"}
    assert (await names(hass, remote)).count("Häuser & <Höfe> 2") == 1
    assert await tracks(hass, remote, "SQ:3") == []
    with pytest.raises(ServiceValidationError, match="name is Dinner"):
        await act(hass, "ours.create_playlist", KITCHEN, name="Dinner")
    with pytest.raises(ServiceValidationError, match="name is Dinner"):
        await act(hass, "ours.rename_playlist", KITCHEN, playlist="SQ:3", name="Dinner")
    for name in ('"Supper" & <more>', '"Supper" & <more>', "Supper"):
        await act(hass, "ours.rename_playlist", KITCHEN, playlist="SQ:3", name=name)
        assert (await names(hass, remote))[3] == name
    await act(hass, "ours.delete_playlist", KITCHEN, playlist="supper")
    assert "Supper" not in await names(hass, remote)
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "ours.delete_playlist", KITCHEN, playlist="Supper")
    assert caught.value.translation_key == "not_among"
    assert caught.value.translation_placeholders == {
        "field": "playlist",
        "value": "Supper",
        "known": "Dinner, Morning, Häuser & Höfe",
    }


@pytest.mark.parity("beyond: playlist add")
async def test_things_are_added_to_a_playlist(hass: HomeAssistant, remote: Remote) -> None:
    """The track that plays, the queue, or what an id names."""
    await act(hass, "ours.create_playlist", KITCHEN, name="Mine")
    with pytest.raises(ServiceValidationError, match="Kitchen plays no track"):
        await act(hass, "ours.add_to_playlist", KITCHEN, playlist="Mine")
    with pytest.raises(ServiceValidationError, match="queue is empty"):
        await act(hass, "ours.add_to_playlist", KITCHEN, playlist="Mine", add="queue")
    await in_house(hass, remote.play_tracks, "Kitchen", 3, "service")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, media_title="Intermezzo in A", group_members=[KITCHEN, BATHROOM])
    await act(hass, "ours.add_to_playlist", [BATHROOM, KITCHEN], playlist="Mine")
    assert await tracks(hass, remote, "SQ:3") == ["Intermezzo in A"]
    queue = ["Intermezzo in A", "Here to the Moon", "Slow Coffee"]
    await act(hass, "ours.add_to_playlist", BATHROOM, playlist="Mine", add="queue")
    assert await tracks(hass, remote, "SQ:3") == ["Intermezzo in A", *queue]
    assert await names(hass, remote) == ["Dinner", "Morning", "Häuser & Höfe", "Mine"]
    # Two rooms that play something else add at the same time.
    await in_house(hass, remote.ungroup, "Bathroom")
    await in_house(hass, remote.play_tracks, "Bathroom", 1)
    await shows(hass, BATHROOM, media_title="Aria", group_members=[BATHROOM])
    await act(hass, "ours.add_to_playlist", [KITCHEN, BATHROOM], playlist="Mine")
    assert sorted((await tracks(hass, remote, "SQ:3") or [])[4:]) == ["Aria", "Intermezzo in A"]
    added = 6
    for media_id, titles in (
        ("A:ALBUM/Night%20Market", DINNER[:4]),
        ("Q:0/1", ["Aria"]),
        ("SQ:1", ["Slow Coffee", "Rain on Tin", "Paperweight", "Second Hand"]),
        ("FV:2/11", ["Low Tide"]),
        ("http://nas.example/one%20song.mp3?x=1", ["one%20song.mp3"]),
    ):
        await act(
            hass, "ours.add_to_playlist", BATHROOM, playlist="Mine", media_content_id=media_id
        )
        found = await tracks(hass, remote, "SQ:3")
        assert found is not None
        assert found[added : added + len(titles)] == titles
        added = len(found)
    unknown = ("nonsense", "A:ALBUM/Nothing", "FV:2/14", "Q:0/9", "x")
    # What is played in another form than it is said in.
    not_here = ("spotify:album:6wiU", "https://tidal.com/browse/album/1", "media-source://tts/a")
    for media_id in (*unknown, *not_here):
        with pytest.raises(ServiceValidationError, match=f"media_content_id is {media_id}"):
            await act(
                hass, "ours.add_to_playlist", KITCHEN, playlist="Mine", media_content_id=media_id
            )
    await in_house(hass, remote.fail_action, "Kitchen", "Browse", 501)
    with pytest.raises(HomeAssistantError):
        await act(hass, "ours.add_to_playlist", KITCHEN, playlist="Mine", media_content_id="Q:0/1")


@pytest.mark.parity("beyond: playlist edit")
async def test_tracks_of_a_playlist_are_moved_and_removed(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Places count from 0, and those that do not exist are refused with the field's name."""
    await in_house(hass, remote.fill_queue, "Kitchen", 5)
    await act(hass, "ours.save_queue", KITCHEN, name="Mine")
    for position, new_position, order in ((0, 4, "23451"), (3, 1, "25341"), (2, 2, "25341")):
        await act(
            hass,
            "ours.move_in_playlist",
            KITCHEN,
            playlist="Mine",
            position=position,
            new_position=new_position,
        )
        assert await tracks(hass, remote, "SQ:3") == [f"Track {number}" for number in order]
    await act(hass, "ours.remove_from_playlist", KITCHEN, playlist="Mine", position=1, count=3)
    assert await tracks(hass, remote, "SQ:3") == ["Track 2", "Track 1"]
    wrong: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("remove_from_playlist", {"position": 2}, "position is 2"),
        ("remove_from_playlist", {"position": 1, "count": 2}, "count is 2"),
        ("move_in_playlist", {"position": 2, "new_position": 0}, "position is 2"),
        ("move_in_playlist", {"position": 0, "new_position": 2}, "new_position is 2"),
    )
    for action, data, words in wrong:
        with pytest.raises(ServiceValidationError, match=words):
            await act(hass, f"ours.{action}", KITCHEN, playlist="Mine", **data)
    await act(hass, "ours.remove_from_playlist", KITCHEN, playlist="Mine", position=0)
    await act(hass, "ours.remove_from_playlist", KITCHEN, playlist="Mine", position=0)
    with pytest.raises(ServiceValidationError, match="is empty"):
        await act(hass, "ours.remove_from_playlist", KITCHEN, playlist="Mine", position=0)
    with pytest.raises(vol.Invalid, match="position"):
        await act(hass, "ours.remove_from_playlist", KITCHEN, playlist="Mine")


async def test_playlist_that_changes_meanwhile_is_left_alone(
    hass: HomeAssistant, remote: Remote, standing_house: SimulatorProcess
) -> None:
    """Somebody else puts a track into it between looking and removing."""
    await in_house(hass, remote.fill_queue, "Kitchen", 3)
    await act(hass, "ours.save_queue", KITCHEN, name="Mine")
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.set_latency, "Kitchen", 2.0)
    removing = hass.async_create_task(
        act(hass, "ours.remove_from_playlist", KITCHEN, playlist="Mine", position=2)
    )
    await eventually(
        lambda: in_house(hass, remote.requests),
        lambda seen: any(
            "ReorderTracksInSavedQueue" in key for some in seen.values() for key in some
        ),
    )
    bathroom = standing_house.addresses["Bathroom"]
    seen = await in_house(hass, content.browse, bathroom, "SQ:3", 0, 1)
    await in_house(
        hass,
        playlists.add,
        bathroom,
        seen.update_id,
        "SQ:3",
        "file:///jffs/settings/savedqueues.rsq#0",
        "",
    )
    with pytest.raises(HomeAssistantError) as caught:
        await removing
    assert caught.value.translation_key == "changed_meanwhile"
    await in_house(hass, remote.heal)
    assert len(await tracks(hass, remote, "SQ:3") or []) == 9
    await in_house(hass, remote.fail_action, "Kitchen", "ReorderTracksInSavedQueue", 501)
    with pytest.raises(HomeAssistantError, match="Kitchen could not change the playlist"):
        await act(hass, "ours.remove_from_playlist", KITCHEN, playlist="Mine", position=2)


async def test_titles_that_are_the_same_are_told_apart_by_id(
    hass: HomeAssistant, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """The Sonos app lets two playlists have one name."""
    address = f"{standing_house.addresses['Kitchen']}:1400"
    for _ in range(2):
        await in_house(hass, playlists.create, address, "Twice")
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "ours.delete_playlist", KITCHEN, playlist="Twice")
    assert (caught.value.translation_placeholders or {})["ids"] == "SQ:3, SQ:4"
    await in_house(hass, remote.fill_queue, "Kitchen", 1)
    with pytest.raises(ServiceValidationError, match="SQ:3, SQ:4"):
        await act(hass, "ours.save_queue", KITCHEN, name="Twice", replace=True)
    await act(hass, "ours.delete_playlist", KITCHEN, playlist="SQ:4")
    await act(hass, "ours.delete_playlist", KITCHEN, playlist="Twice")
