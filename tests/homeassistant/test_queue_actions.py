"""The actions for the queue, with a house whose queues people fill."""

from collections.abc import Callable, Iterator
import time
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from tests.homeassistant.actions import BATHROOM, KITCHEN, PATIO, act, in_house, shows
from tests.homeassistant.conftest import eventually

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess


pytestmark = pytest.mark.usefixtures("standing_coordinator")


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Iterator[Remote]:
    """Give what people do in the house; what they did is undone after each test."""
    remote = standing_house.remote
    yield remote
    remote.heal()
    remote.ungroup("Bathroom")
    remote.fill_queue("Kitchen", 0)


async def titles(hass: HomeAssistant, room: str = KITCHEN, **data: object) -> list[str]:
    """Return the titles of a room's queue."""
    answer = await act(hass, "ours.get_queue", room, **data)
    return [item["media_title"] for item in answer[room]]


async def fill(hass: HomeAssistant, remote: Remote, count: int = 6) -> None:
    """Put tracks into the queue of the kitchen."""
    await in_house(hass, remote.fill_queue, "Kitchen", count)


@pytest.mark.parity("action: get_queue")
async def test_queue_is_returned_with_the_fields_of_core(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Whichever member of the group is asked."""
    assert await act(hass, "ours.get_queue", KITCHEN) == {KITCHEN: []}
    await in_house(hass, remote.play_tracks, "Kitchen", 3)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    answer = await act(hass, "ours.get_queue", [BATHROOM, KITCHEN])
    assert answer[BATHROOM] == answer[KITCHEN]
    assert [sorted(item) for item in answer[KITCHEN]] == [
        ["media_album_name", "media_artist", "media_content_id", "media_title"]
    ] * 3
    assert answer[KITCHEN][0]["media_title"] == "Aria"
    assert answer[KITCHEN][0]["media_album_name"] == "Goldberg Variations"
    assert answer[KITCHEN][0]["media_artist"] == "Glenn Hartmann"
    assert answer[KITCHEN][0]["media_content_id"].startswith("x-file-cifs://nas/music/")


@pytest.mark.parity("beyond: large queue")
@pytest.mark.parity("beyond: queue page")
async def test_queue_of_ten_thousand_tracks(
    hass: HomeAssistant, remote: Remote, record_property: Callable[[str, object], None]
) -> None:
    """Core returns the first thousand."""
    await fill(hass, remote, 10_000)
    begun = time.monotonic()
    whole = await titles(hass)
    record_property("seconds", time.monotonic() - begun)
    assert whole == [f"Track {number}" for number in range(1, 10_001)]
    assert await titles(hass, start=9_998) == ["Track 9999", "Track 10000"]
    assert await titles(hass, start=500, count=2) == ["Track 501", "Track 502"]
    assert len(await titles(hass, start=300, count=900)) == 900
    assert await titles(hass, start=10_000) == []
    with pytest.raises(vol.Invalid, match="count"):
        await titles(hass, count=0)


@pytest.mark.parity("action: play_queue")
async def test_queue_is_played_from_a_place(hass: HomeAssistant, remote: Remote) -> None:
    """On the whole group, whichever member is targeted, and once when several are."""
    await fill(hass, remote)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    await in_house(hass, remote.reset_requests)
    await act(hass, "ours.play_queue", BATHROOM, queue_position=3)
    await shows(hass, KITCHEN, state="playing", media_title="Track 4", queue_position=4)
    await shows(hass, BATHROOM, state="playing", media_title="Track 4")
    assert await members(hass) == {KITCHEN: [KITCHEN, BATHROOM], BATHROOM: [KITCHEN, BATHROOM]}
    await act(hass, "ours.play_queue", [BATHROOM, KITCHEN])
    await shows(hass, KITCHEN, media_title="Track 1", queue_position=1)
    requests = await in_house(hass, remote.requests)
    assert sum(some.get("SOAP AVTransport.Play", 0) for some in requests.values()) == 2
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "ours.play_queue", BATHROOM, queue_position=6)
    assert caught.value.translation_key == "not_in_queue"
    assert caught.value.translation_placeholders == {
        "room": "Bathroom",
        "field": "queue_position",
        "value": "6",
        "first": "0",
        "last": "5",
    }
    await act(hass, "ours.clear_queue", BATHROOM)
    assert await titles(hass) == []
    with pytest.raises(ServiceValidationError, match="empty"):
        await act(hass, "ours.play_queue", KITCHEN)
    await act(hass, "ours.clear_queue", BATHROOM)


async def members(hass: HomeAssistant) -> dict[str, Any]:
    """Return the groups that the kitchen and the bathroom show."""
    states = {room: hass.states.get(room) for room in (KITCHEN, BATHROOM)}
    return {room: state.attributes["group_members"] for room, state in states.items() if state}


@pytest.mark.parity("action: remove_from_queue")
@pytest.mark.parity("beyond: queue remove range")
async def test_tracks_are_removed(hass: HomeAssistant, remote: Remote) -> None:
    """The first one by default, as in core; twice the same group is one group."""
    await fill(hass, remote)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    await act(hass, "ours.remove_from_queue", [KITCHEN, BATHROOM])
    assert await titles(hass) == [f"Track {number}" for number in range(2, 7)]
    await act(hass, "ours.remove_from_queue", BATHROOM, queue_position=1, count=3)
    assert await titles(hass) == ["Track 2", "Track 6"]
    for data, field in (
        ({"queue_position": 2}, "queue_position"),
        ({"queue_position": 1, "count": 2}, "count"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await act(hass, "ours.remove_from_queue", KITCHEN, **data)
        assert (caught.value.translation_placeholders or {})["field"] == field
    with pytest.raises(vol.Invalid, match="queue_position"):
        await act(hass, "ours.remove_from_queue", KITCHEN, queue_position=-1)
    assert await titles(hass) == ["Track 2", "Track 6"]


_MOVES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"queue_position": 0, "new_position": 5}, "234561"),
    ({"queue_position": 5, "new_position": 0}, "612345"),
    ({"queue_position": 1, "count": 2, "new_position": 3}, "145236"),
    ({"queue_position": 3, "count": 3, "new_position": 1}, "145623"),
    ({"queue_position": 2, "new_position": 2}, "123456"),
)
_WRONG_MOVES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"queue_position": 6, "new_position": 0}, "queue_position"),
    ({"queue_position": 4, "count": 3, "new_position": 0}, "count"),
    ({"queue_position": 0, "count": 2, "new_position": 5}, "new_position"),
)


@pytest.mark.parity("beyond: queue move")
async def test_tracks_are_moved(hass: HomeAssistant, remote: Remote) -> None:
    """The new position is the one that the first of them has afterwards."""
    for data, order in _MOVES:
        await fill(hass, remote)
        await act(hass, "ours.move_in_queue", KITCHEN, **data)
        assert await titles(hass) == [f"Track {number}" for number in order], data
    for data, field in _WRONG_MOVES:
        with pytest.raises(ServiceValidationError, match=field) as caught:
            await act(hass, "ours.move_in_queue", KITCHEN, **data)
        assert (caught.value.translation_placeholders or {})["field"] == field
    assert await titles(hass) == [f"Track {number}" for number in range(1, 7)]


@pytest.mark.parity("beyond: guarded queue")
async def test_queue_that_changes_meanwhile_is_left_alone(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Between looking and removing, somebody puts on other music: another track has that place."""
    await fill(hass, remote)
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.set_latency, "Kitchen", 0.5)
    removing = hass.async_create_task(
        act(hass, "ours.remove_from_queue", KITCHEN, queue_position=2)
    )
    await eventually(
        lambda: in_house(hass, remote.requests),
        lambda seen: any(
            "RemoveTrackRangeFromQueue" in key for some in seen.values() for key in some
        ),
    )
    await in_house(hass, remote.play_tracks, "Kitchen", 5)
    with pytest.raises(HomeAssistantError) as caught:
        await removing
    assert caught.value.translation_key == "changed_meanwhile"
    await in_house(hass, remote.heal)
    assert len(await titles(hass)) == 5
    # A speaker that counts its changes otherwise is told without the count.
    await in_house(hass, remote.fail_action, "Kitchen", "RemoveTrackRangeFromQueue", 402)
    await act(hass, "ours.remove_from_queue", KITCHEN, queue_position=2)
    assert len(await titles(hass)) == 4
    await in_house(hass, remote.fail_action, "Kitchen", "RemoveTrackRangeFromQueue", 501, 2)
    with pytest.raises(HomeAssistantError, match="Kitchen could not remove this from the queue"):
        await act(hass, "ours.remove_from_queue", KITCHEN, queue_position=2)


@pytest.mark.parity("beyond: queue save")
async def test_queue_is_saved(hass: HomeAssistant, remote: Remote) -> None:
    """Under a name that is not taken, unless that one shall be replaced."""
    with pytest.raises(ServiceValidationError, match="empty"):
        await act(hass, "ours.save_queue", KITCHEN, name="Party")
    await fill(hass, remote, 3)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    answer = await act(hass, "ours.save_queue", [BATHROOM, KITCHEN], name=" Party ")
    assert answer[KITCHEN] == answer[BATHROOM] == {"playlist": "SQ:3"}
    truth = await in_house(hass, remote.truth)
    assert truth["playlists"].count("Party") == 1
    assert truth["playlist_tracks"]["SQ:3"] == ["Track 1", "Track 2", "Track 3"]
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "ours.save_queue", KITCHEN, name="Party")
    assert caught.value.translation_placeholders == {
        "field": "name",
        "value": "Party",
        "ids": "SQ:3",
    }
    await fill(hass, remote, 1)
    answer = await act(hass, "ours.save_queue", KITCHEN, name="Party", replace=True)
    assert answer[KITCHEN] == {"playlist": "SQ:3"}
    answer = await act(hass, "ours.save_queue", KITCHEN, name="Other", replace=True)
    assert answer[KITCHEN] == {"playlist": "SQ:4"}
    truth = await in_house(hass, remote.truth)
    assert truth["playlist_tracks"]["SQ:3"] == ["Track 1"]
    for name in ("", "  ", "a\nb"):
        with pytest.raises(vol.Invalid, match="name"):
            await act(hass, "ours.save_queue", KITCHEN, name=name)


async def test_groups_are_told_each_for_itself(hass: HomeAssistant, remote: Remote) -> None:
    """What one of them cannot do does not keep the others from it."""
    await fill(hass, remote, 3)
    with pytest.raises(ServiceValidationError, match="Patio"):
        await act(hass, "ours.remove_from_queue", [PATIO, KITCHEN])
    assert await titles(hass) == ["Track 2", "Track 3"]
