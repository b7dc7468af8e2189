"""Groups: rooms that join, leave and hand over, whatever speakers make of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted import commands
from custom_components.sonos_twisted.together import grouping
from tests.homeassistant.actions import (
    BATHROOM,
    BEDROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    PATIO,
    ROOMS,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import eventually, make_entry, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("entry")

OTHERS = [room for room in ROOMS if room != KITCHEN]
JOIN = "SOAP AVTransport.SetAVTransportURI"
ASK = "SOAP ZoneGroupTopology.GetZoneGroupState"


@pytest.fixture
def house(standing_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Share one house; its rooms are alone and silent again afterwards."""
    yield standing_house
    remote = standing_house.remote
    remote.heal()
    remote.set_regroup_time(0)
    remote.set_topology_limit(20)
    for room in standing_house.addresses:
        remote.ungroup(room)
        remote.play_uri(room, "")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait as long as real speakers deserve."""
    monkeypatch.setattr(grouping, "INSISTING_SECONDS", 0.5)
    monkeypatch.setattr(grouping, "CONFIRMATION_SECONDS", 0.5)
    monkeypatch.setattr(grouping, "ADOPTING_SECONDS", 0.3)


@pytest.fixture
def half_done(hass: HomeAssistant) -> Iterator[list[Any]]:
    """Collect what rooms show of their groups whenever they contradict each other."""
    seen: list[Any] = []

    def look() -> None:
        groups = {room: shown(hass, room, "group_members") for room in ROOMS}
        if any(groups[member] != group for group in groups.values() for member in group):
            seen.append(groups)

    @callback
    def changed(_event: Event[Any]) -> None:
        # As soon as anybody else has a turn.
        hass.loop.call_soon(look)

    end = hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    yield seen
    end()


async def truth(hass: HomeAssistant, remote: Remote, room: str) -> dict[str, Any]:
    """Return what is true of a room."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    return next(s for s in speakers if s["name"] == room and not s["invisible"])


async def counted(hass: HomeAssistant, remote: Remote, kind: str) -> int:
    """Return how many requests of a kind all speakers have received."""
    requests = await in_house(hass, remote.requests)
    return sum(counts.get(kind, 0) for counts in requests.values())


async def music(hass: HomeAssistant, remote: Remote, *members: str) -> None:
    """Put music on in the kitchen, and let rooms play along."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    for member in members:
        await in_house(hass, remote.group, member, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await until(hass, lambda: len(shown(hass, KITCHEN, "group_members")) == len(members) + 1)


@pytest.mark.parity("media_player: join")
@pytest.mark.parity("media_player: unjoin")
@pytest.mark.parity("beyond: parallel join")
@pytest.mark.parity("media_player: unjoin many")
async def test_all_rooms_join_and_leave_at_once(
    hass: HomeAssistant, remote: Remote, half_done: list[Any]
) -> None:
    """When the action returns it is so; nobody shows half of a topology; the music plays on."""
    await music(hass, remote)
    title = shown(hass, KITCHEN, "media_title")
    await in_house(hass, remote.reset_requests)
    await act(hass, "join", KITCHEN, group_members=ROOMS)
    together = shown(hass, KITCHEN, "group_members")
    assert (together[0], sorted(together)) == (KITCHEN, ROOMS)
    for room in OTHERS:
        assert shown(hass, room, "group_members") == together
        await shows(hass, room, state="playing", media_title=title)
    assert await counted(hass, remote, JOIN) == len(OTHERS)
    # Home Assistant calls the rooms one by one, the one that plays for all of them somewhere.
    await act(hass, "unjoin", ROOMS)
    assert [shown(hass, room, "group_members") for room in ROOMS] == [[room] for room in ROOMS]
    await shows(hass, OFFICE, state="idle")
    assert (shown(hass, KITCHEN, "state"), shown(hass, KITCHEN, "media_title")) == (
        "playing",
        title,
    )
    assert (await truth(hass, remote, "Kitchen"))["queue_length"] == 5
    assert await counted(hass, remote, ASK) == 0
    assert not half_done


async def test_who_is_in_the_group_already_is_not_told(hass: HomeAssistant, remote: Remote) -> None:
    """Joining again interrupts no music; so it is with leaving."""
    await music(hass, remote, "Bathroom")
    await in_house(hass, remote.reset_requests)
    await act(hass, "join", BATHROOM, group_members=[KITCHEN, BATHROOM])
    await act(hass, "unjoin", OFFICE)
    assert await counted(hass, remote, JOIN) == 0
    assert await counted(hass, remote, "SOAP AVTransport.BecomeCoordinatorOfStandaloneGroup") == 0


@pytest.mark.parity("media_player: unjoin keeps the queue")
@pytest.mark.parametrize("leaving", [[KITCHEN], [KITCHEN, BATHROOM], [BATHROOM, KITCHEN]])
async def test_a_group_plays_on_without_the_room_that_played_for_it(
    hass: HomeAssistant, remote: Remote, leaving: list[str]
) -> None:
    """Who remains has the queue and the music, though it changes hands."""
    await music(hass, remote, "Bathroom", "Office")
    title = shown(hass, KITCHEN, "media_title")
    await act(hass, "unjoin", leaving)
    for room in leaving:
        assert shown(hass, room, "group_members") == [room]
    await shows(hass, OFFICE, state="playing", media_title=title, queue_size=5)
    await shows(hass, KITCHEN, state="idle")
    await act(hass, "media_next_track", OFFICE)
    await shows(hass, OFFICE, queue_position=2)


@pytest.mark.parity("media_player: unjoin keeps the queue")
async def test_joining_leaves_the_music_to_the_others(hass: HomeAssistant, remote: Remote) -> None:
    """The kitchen, which plays for the bathroom, goes over to the office with the patio."""
    await in_house(hass, remote.set_regroup_time, 0.3)
    await music(hass, remote, "Bathroom", "Patio")
    title = shown(hass, KITCHEN, "media_title")
    await act(hass, "join", OFFICE, group_members=[KITCHEN, PATIO])
    assert sorted(shown(hass, OFFICE, "group_members")) == [KITCHEN, OFFICE, PATIO]
    assert shown(hass, BATHROOM, "group_members") == [BATHROOM]
    await shows(hass, BATHROOM, state="playing", media_title=title, queue_size=5)
    await shows(hass, KITCHEN, state="idle")


@pytest.mark.parity("beyond: retry after a regroup")
async def test_a_command_right_after_a_regroup(hass: HomeAssistant, remote: Remote) -> None:
    """Speakers decline for a moment what they are about to accept; nobody has to know."""
    await in_house(hass, remote.set_regroup_time, 0.6)
    await music(hass, remote, "Bathroom")
    await act(hass, "join", KITCHEN, group_members=[OFFICE])
    await act(hass, "media_next_track", OFFICE)
    await shows(hass, KITCHEN, queue_position=2)
    await act(hass, "unjoin", KITCHEN)
    await act(hass, "media_pause", BATHROOM)
    await shows(hass, OFFICE, state="paused", queue_position=2)
    await act(hass, "media_play", OFFICE)
    await shows(hass, BATHROOM, state="playing", queue_position=2)


@pytest.mark.parametrize("code", [501, 701, 1001])
async def test_a_join_that_is_declined_is_tried_again(
    hass: HomeAssistant, remote: Remote, code: int
) -> None:
    """While groups are changing."""
    await in_house(hass, remote.fail_action, "Bathroom", "SetAVTransportURI", code)
    await act(hass, "join", KITCHEN, group_members=[BATHROOM])
    assert shown(hass, KITCHEN, "group_members") == [KITCHEN, BATHROOM]


async def test_what_was_declined_may_happen_all_the_same(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Somebody else has done it meanwhile, in the app."""
    await in_house(hass, remote.fail_action, "Bathroom", "SetAVTransportURI", 501, 99)
    joining = hass.async_create_task(act(hass, "join", KITCHEN, group_members=[BATHROOM]))
    await eventually(lambda: counted(hass, remote, JOIN), lambda count: count > 0)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await joining
    assert shown(hass, KITCHEN, "group_members") == [KITCHEN, BATHROOM]


@pytest.mark.parity("beyond: join truth")
@pytest.mark.parametrize("largest", [20, 0], ids=["small", "large"])
async def test_lost_events_are_no_error(
    hass: HomeAssistant,
    remote: Remote,
    largest: int,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The truth is asked for; a large household tells it only in an event."""
    monkeypatch.setattr(grouping, "CONFIRMATION_SECONDS", 0.5)
    await in_house(hass, remote.set_topology_limit, largest)
    await in_house(hass, remote.fault_notify, "*", "drop", "ZoneGroupTopology")
    await in_house(hass, remote.reset_requests)
    await act(hass, "join", KITCHEN, group_members=[BATHROOM])
    assert shown(hass, BATHROOM, "group_members") == [KITCHEN, BATHROOM]
    assert await counted(hass, remote, ASK) == 1
    await in_house(hass, remote.heal)
    await act(hass, "unjoin", BATHROOM)
    assert shown(hass, KITCHEN, "group_members") == [KITCHEN]
    assert not [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("code", [501, 402])
async def test_what_a_speaker_keeps_declining_is_an_error(
    hass: HomeAssistant, remote: Remote, code: int
) -> None:
    """It says which room declines, and the others have joined."""
    await in_house(hass, remote.fail_action, "Bathroom", "SetAVTransportURI", code, 20)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "join", KITCHEN, group_members=[BATHROOM, OFFICE])
    placeholders = {"room": "Bathroom", "target": "Kitchen", "code": str(code)}
    assert caught.value.translation_placeholders == placeholders
    assert shown(hass, KITCHEN, "group_members") == [KITCHEN, OFFICE]
    assert shown(hass, BATHROOM, "group_members") == [BATHROOM]
    await in_house(hass, remote.refuse, "Bathroom")
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "join", OFFICE, group_members=[BATHROOM])
    assert caught.value.translation_key == "command_cannot_connect"


@pytest.mark.usefixtures("hasty")
async def test_several_rooms_that_do_not_join_are_named(
    hass: HomeAssistant, remote: Remote
) -> None:
    """One cannot be reached, one only says yes."""
    await in_house(hass, remote.refuse, "Bathroom")
    await in_house(hass, remote.fail_action, "Office", "SetAVTransportURI", 0, 20)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "join", KITCHEN, group_members=[BATHROOM, OFFICE, PATIO])
    assert caught.value.translation_key == "not_joined"
    assert caught.value.translation_placeholders == {"rooms": "Bathroom, Office", "room": "Kitchen"}
    assert shown(hass, PATIO, "group_members") == [KITCHEN, PATIO]


@pytest.mark.usefixtures("hasty")
async def test_a_room_that_does_not_leave_is_named(hass: HomeAssistant, remote: Remote) -> None:
    """And only that one, by its own word or because it declines; another one has left."""
    await music(hass, remote, "Bathroom", "Office", "Patio")
    leave = "BecomeCoordinatorOfStandaloneGroup"
    await in_house(hass, remote.fail_action, "Bathroom", leave, 0, 20)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "unjoin", [BATHROOM, OFFICE])
    assert caught.value.translation_key == "not_left"
    assert caught.value.translation_placeholders == {"room": "Bathroom"}
    assert shown(hass, OFFICE, "group_members") == [OFFICE]
    await in_house(hass, remote.heal)
    await in_house(hass, remote.fail_action, "Patio", leave, 606)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "unjoin", PATIO)
    assert caught.value.translation_key == "could_not_leave_group"
    assert "not allowed" in str(caught.value)


async def test_a_join_that_failed_once_silently_is_asked_for_again(
    hass: HomeAssistant, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A speaker says yes, but by its own word it is elsewhere."""
    monkeypatch.setattr(grouping, "CONFIRMATION_SECONDS", 0.5)
    await in_house(hass, remote.fail_action, "Office", "SetAVTransportURI", 0)
    await act(hass, "join", KITCHEN, group_members=[BATHROOM, OFFICE])
    assert sorted(shown(hass, KITCHEN, "group_members")) == [BATHROOM, KITCHEN, OFFICE]


async def test_rooms_of_another_household_cannot_join(
    hass: HomeAssistant, neighbours: SimulatorProcess
) -> None:
    """The error names the first of them; nobody has been grouped."""
    other = await make_entry(hass, neighbours.addresses["Den"])
    assert await hass.config_entries.async_setup(other.entry_id)
    await shows(hass, "media_player.den", state="idle")
    for stranger in ("media_player.den", "media_player.television"):
        with pytest.raises(ServiceValidationError) as caught:
            await act(hass, "join", KITCHEN, group_members=[BATHROOM, stranger])
        assert caught.value.translation_placeholders == {"entity_id": stranger, "room": "Kitchen"}
    assert shown(hass, KITCHEN, "group_members") == [KITCHEN]
    await hass.config_entries.async_unload(other.entry_id)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parity("beyond: hand over")
async def test_handing_over(hass: HomeAssistant, remote: Remote) -> None:
    """The group stays together, and the music goes on."""
    await music(hass, remote, "Bathroom", "Office")
    title = shown(hass, KITCHEN, "media_title")
    # Any of the group may be told.
    await act(hass, "ours.hand_over", OFFICE, to=BATHROOM)
    together = shown(hass, KITCHEN, "group_members")
    assert (together[0], sorted(together)) == (BATHROOM, [BATHROOM, KITCHEN, OFFICE])
    await shows(hass, KITCHEN, state="playing", media_title=title, queue_size=5)
    await act(hass, "ours.hand_over", BATHROOM, to=BATHROOM)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "ours.hand_over", OFFICE, to=PATIO)
    assert refused.value.translation_placeholders == {"heir": "Patio", "room": "Office"}
    await in_house(hass, remote.fail_action, "Bathroom", "DelegateGroupCoordinationTo", 0, 9)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "ours.hand_over", KITCHEN, to=KITCHEN)
    assert caught.value.translation_placeholders == {"heir": "Kitchen", "room": "Bathroom"}
    await in_house(hass, remote.heal)
    await in_house(hass, remote.fail_action, "Bathroom", "DelegateGroupCoordinationTo", 606)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "ours.hand_over", KITCHEN, to=KITCHEN)
    assert caught.value.translation_key == "could_not_hand_over"
    assert "not allowed" in str(caught.value)


@pytest.mark.parity("beyond: group all")
@pytest.mark.parity("beyond: pause all")
async def test_the_whole_house_at_once(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """All rooms gather around the music, are silent for a while, and are alone again."""
    await music(hass, remote)
    await in_house(hass, remote.play_radio, "Patio")
    await in_house(hass, remote.play_tv, "Living Room")
    await shows(hass, LIVING_ROOM, state="playing")
    await shows(hass, PATIO, state="playing", media_title="In Concert")
    await act(hass, "ours.pause_all", BEDROOM)
    await shows(hass, KITCHEN, state="paused")
    await until(hass, lambda: shown(hass, PATIO, "state") != "playing")
    assert shown(hass, LIVING_ROOM, "state") == "playing"
    # Somebody does not wait.
    await act(hass, "media_play", PATIO)
    await shows(hass, PATIO, state="playing")
    await act(hass, "ours.resume_all", BEDROOM)
    await shows(hass, KITCHEN, state="playing")
    await in_house(hass, remote.stop_playing, "Patio")
    await in_house(hass, remote.play_uri, "Living Room", "")
    await until(hass, lambda: shown(hass, PATIO, "state") != "playing")
    await act(hass, "ours.pause_all", BEDROOM)
    await shows(hass, KITCHEN, state="paused")
    await act(hass, "ours.pause_all", [BEDROOM, BATHROOM])
    await act(hass, "ours.resume_all", OFFICE)
    await shows(hass, KITCHEN, state="playing")
    await shows(hass, LIVING_ROOM, state="idle")
    await act(hass, "ours.group_all", [BEDROOM, KITCHEN])
    assert sorted(shown(hass, KITCHEN, "group_members")) == ROOMS
    assert shown(hass, BEDROOM, "group_members")[0] == KITCHEN
    await act(hass, "ours.ungroup_all", BEDROOM)
    assert [shown(hass, room, "group_members") for room in ROOMS] == [[room] for room in ROOMS]
    assert shown(hass, KITCHEN, "state") == "playing"


async def test_what_cannot_be_paused_is_an_error(
    hass: HomeAssistant, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless it has ended by itself just now."""
    monkeypatch.setattr(commands, "REGROUPING_SECONDS", 0.0)
    await music(hass, remote)
    await in_house(hass, remote.fail_action, "Kitchen", "Pause", 701)
    await act(hass, "ours.pause_all", OFFICE)
    await in_house(hass, remote.fail_action, "Kitchen", "Pause", 501)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "ours.pause_all", OFFICE)
    assert caught.value.translation_key == "could_not_pause"
    assert "went wrong inside" in str(caught.value)
    await in_house(hass, remote.refuse, "Kitchen")
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "ours.pause_all", OFFICE)
    assert caught.value.translation_key == "command_cannot_connect"
