"""Which speaker a command goes to, what if it declines, and in which words a user hears of it."""

import asyncio
import time
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.sonos_twisted import declined
from custom_components.sonos_twisted.commands import RoomCommands
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
from custom_components.sonos_twisted.engine import PlayerUnreachableError, UpnpError
from custom_components.sonos_twisted.engine.commands import content, rendering, transport
from custom_components.sonos_twisted.errors import failed, refused
from custom_components.sonos_twisted.model import Speaker
from custom_components.sonos_twisted.services import ACTIONS
from tests.homeassistant.actions import BATHROOM, KITCHEN, act, in_house, shows
from tests.homeassistant.conftest import OURS

if TYPE_CHECKING:
    from tests.simulator.control import Remote


@pytest.fixture
def coordinator(entry: MockConfigEntry) -> HouseholdCoordinator:
    """Give the coordinator of the house."""
    coordinator: HouseholdCoordinator = entry.runtime_data
    return coordinator


def speaker(coordinator: HouseholdCoordinator, name: str) -> Speaker:
    """Return the speaker of a room."""
    return next(room for room in coordinator.household.rooms if room.name == name)


async def truth(hass: HomeAssistant, remote: Remote, name: str) -> dict[str, Any]:
    """Return what is true of a room."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    return next(dict(s) for s in speakers if s["name"] == name and not s["invisible"])


# --- groups that change --------------------------------------------------------------------


@pytest.mark.parity("beyond: retry after a regroup")
async def test_what_is_declined_while_regrouping_is_tried_again(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """Until it is accepted, or for so long that something else must be wrong."""
    commands = coordinator.commands
    bathroom = speaker(coordinator, "Bathroom")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], state="playing")
    with patch(f"{OURS}.commands.RETRY_SECONDS", 0.05):
        for code in (701, 800):
            await in_house(hass, remote.fail_action, "Kitchen", "Pause", code, 2)
            await commands.in_group(bathroom, transport.pause)
            assert (await truth(hass, remote, "Kitchen"))["state"] == "PAUSED_PLAYBACK"
            await commands.in_group(bathroom, transport.play)
        # Another reason is none to wait for.
        await in_house(hass, remote.fail_action, "Kitchen", "Pause", 711)
        with pytest.raises(HomeAssistantError) as caught:
            await commands.in_group(bathroom, transport.pause)
        assert caught.value.translation_key == "could_not_pause"
        assert "no such position" in str(caught.value)
        assert (caught.value.translation_placeholders or {})["room"] == "Bathroom"
        # Nor is it that there is no such thing.
        commands.note_regrouped({bathroom.uid})
        await in_house(hass, remote.reset_requests)
        with pytest.raises(HomeAssistantError) as caught:
            await commands.in_group(bathroom, content.browse, "SQ:77")
        assert caught.value.translation_key == "could_not_look_up"
        assert "no such thing" in str(caught.value)
        kitchen = speaker(coordinator, "Kitchen")
        requests = (await in_house(hass, remote.requests))[kitchen.uid]
        assert requests["SOAP ContentDirectory.Browse"] == 1
        # A group that goes on declining is given up.
        await in_house(hass, remote.fail_action, "Kitchen", "Pause", 701, 999)
        with patch(f"{OURS}.commands.REGROUPING_SECONDS", 0.5):
            commands.note_regrouped({bathroom.uid})
            begun = time.monotonic()
            with pytest.raises(HomeAssistantError):
                await commands.in_group(bathroom, transport.pause)
            assert 0.4 < time.monotonic() - begun < 3
            # One that has not changed for long is asked once.
            await in_house(hass, remote.reset_requests)
            with pytest.raises(HomeAssistantError):
                await commands.in_group(bathroom, transport.pause)
    requests = (await in_house(hass, remote.requests))[kitchen.uid]
    assert requests["SOAP AVTransport.Pause"] == 1


async def test_a_command_waits_for_the_deadline_of_its_group_alone(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """Whose group keeps changing is not tried for ever."""
    kitchen = speaker(coordinator, "Kitchen")
    await in_house(hass, remote.fail_action, "Kitchen", "Play", 701, 999)

    async def keep_changing() -> None:
        while True:
            coordinator.commands.note_regrouped({kitchen.uid})
            await asyncio.sleep(0.05)

    changing = asyncio.create_task(keep_changing())
    with (
        patch(f"{OURS}.commands.REGROUPING_SECONDS", 0.4),
        patch(f"{OURS}.commands.RETRY_SECONDS", 0.05),
        pytest.raises(HomeAssistantError),
    ):
        await coordinator.commands.in_group(kitchen, transport.play)
    changing.cancel()


async def test_a_coordinator_that_follows_somebody_is_asked_again(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """It says by its own event that it leads no more, and the topology is still to come."""
    kitchen, office = (speaker(coordinator, name) for name in ("Kitchen", "Office"))
    await in_house(hass, remote.play_tracks, "Kitchen")
    await in_house(hass, remote.play_tracks, "Office")
    await shows(hass, KITCHEN, state="playing")
    await asyncio.sleep(0.5)  # until nothing more of it is on its way
    coordinator.commands._regrouped_at.clear()
    uri = {"TransportState": "PLAYING", "AVTransportURI": f"x-rincon:{office.uid}"}
    await in_house(hass, remote.emit, "Kitchen", "AVTransport", uri)
    assert await coordinator.async_until(lambda: kitchen.follows == office.uid, 5)
    await in_house(hass, remote.fail_action, "Kitchen", "Pause", 701, 2)
    with (
        patch(f"{OURS}.commands.RETRY_SECONDS", 0.05),
        patch(f"{OURS}.commands.UNSETTLED_SECONDS", 0.1),
    ):
        await coordinator.commands.in_group(kitchen, transport.pause)
    assert (await truth(hass, remote, "Kitchen"))["state"] == "PAUSED_PLAYBACK"


async def test_what_is_played_does_not_break_up_a_group_of_which_the_topology_is_late(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """Who has just played for a group is a member now, and would leave it with what it is told."""
    office = speaker(coordinator, "Office")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], state="playing")
    await in_house(hass, remote.fault_notify, "*", "delay", "ZoneGroupTopology", 9, 0.7)
    await in_house(hass, remote.group, "Kitchen", "Office")
    kitchen = speaker(coordinator, "Kitchen")
    assert await coordinator.async_until(lambda: kitchen.follows == office.uid, 5)
    assert coordinator.household.coordinator_of(kitchen.uid) is kitchen
    await act(
        hass, "play_media", KITCHEN, media_content_type="playlist", media_content_id="Morning"
    )
    for name in ("Kitchen", "Office"):
        now = await truth(hass, remote, name)
        assert (now["title"], now["coordinator"]) == ("Slow Coffee", office.uid), name


async def test_a_queue_is_played_where_a_speaker_has_the_address_of_one_that_is_gone(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """An address says nothing about who has it."""
    player, *_, gone = (room for room in coordinator.household.speakers.values() if room.visible)
    await in_house(hass, remote.play_tracks, player.name)
    await in_house(hass, remote.unplug, gone.name)
    assert await coordinator.async_until(lambda: not gone.present, 10)
    gone.host = player.host
    entity_id = coordinator.entity_ids[player.uid]
    await act(hass, "play_media", entity_id, media_content_type="queue_item", media_content_id="3")
    now = await truth(hass, remote, player.name)
    assert now["track_number"] == 3
    assert now["state"] in {"TRANSITIONING", "PLAYING"}


# --- any speaker ---------------------------------------------------------------------------


async def test_a_household_is_asked_through_any_speaker_that_answers(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """Whoever cannot be reached is passed over; whoever declines speaks for all."""
    rooms = [room.name for room in coordinator.household.rooms]
    commands = coordinator.commands
    for name in rooms[:-1]:
        await in_house(hass, remote.forbid, name)
    page = await commands.in_household(content.browse, "SQ:")
    assert [item.title for item in page.items][:1] == ["Dinner"]
    await in_house(hass, remote.forbid, rooms[-1])
    with pytest.raises(HomeAssistantError) as caught:
        await commands.in_household(content.browse, "SQ:")
    assert caught.value.translation_key == "command_upnp_disabled"
    await in_house(hass, remote.heal)
    with pytest.raises(HomeAssistantError) as caught:
        await commands.in_household(content.browse, "SQ:77")
    assert caught.value.translation_key == "could_not_look_up"
    assert "no such thing" in str(caught.value)


async def test_whoever_answered_is_asked_first_the_next_time(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """Else each command would wait for a speaker that sleeps and of which nobody knows it yet."""
    commands = coordinator.commands
    asked: list[str] = []

    async def attempt(room: Speaker, *_args: object) -> None:
        asked.append(room.uid)
        if len(asked) == 1:
            raise PlayerUnreachableError(room.host, "does not answer")

    with patch.object(commands, "attempt", attempt):
        await commands.in_household(content.browse, "SQ:")
        await commands.in_household(content.browse, "SQ:")
        # Not even when that one would be the better choice.
        await commands.at_any(asked[0], content.browse, "SQ:")
    first, second, *others = asked
    assert first != second
    assert others == [second, second]


async def test_a_household_without_rooms(coordinator: HouseholdCoordinator) -> None:
    """All have left it; the entry is still there."""
    commands = RoomCommands(coordinator)
    with (
        patch.object(type(coordinator.household), "rooms", []),
        pytest.raises(HomeAssistantError) as caught,
    ):
        await commands.in_household(content.browse, "SQ:")
    assert caught.value.translation_key == "no_rooms"


async def test_an_unreachable_room_is_named(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """An address would mean nothing to a person."""
    await in_house(hass, remote.refuse, "Kitchen")
    for send in (coordinator.commands.in_room, coordinator.commands.in_group):
        with pytest.raises(HomeAssistantError) as caught:
            await send(speaker(coordinator, "Kitchen"), rendering.set_volume, 20)
        assert caught.value.translation_key == "command_cannot_connect"
        assert (caught.value.translation_placeholders or {})["room"] == "Kitchen"


# --- waiting for events --------------------------------------------------------------------


async def test_waiting_until_events_have_made_something_true(
    hass: HomeAssistant, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """What is true already is not waited for, and what never comes only for so long."""
    kitchen = speaker(coordinator, "Kitchen")
    assert await coordinator.async_until(lambda: kitchen.volume == 30, 0)
    assert not await coordinator.async_until(lambda: kitchen.volume == 47, 0.1)
    waiting = asyncio.create_task(coordinator.async_until(lambda: kitchen.volume == 47, 10))
    await in_house(hass, remote.set_volume, "Kitchen", 46)
    await in_house(hass, remote.set_volume, "Kitchen", 47)
    assert await waiting


# --- words ---------------------------------------------------------------------------------


@pytest.mark.parity("beyond: errors in words")
@pytest.mark.parametrize(
    ("service", "action", "code", "task", "reason"),
    [
        ("AVTransport", "Seek", 711, "seek", "bad_position"),
        ("AVTransport", "Play", 701, "play", "not_now"),
        ("ContentDirectory", "Browse", 701, "look_up", "no_object"),
        ("RenderingControl", "SetVolume", 402, "set_volume", "bad_value"),
        ("AVTransport", "SetVolume", 402, "set_volume", "stale"),
        ("QPlay", "QPlayAuth", 9999, "other", "other"),
    ],
)
def test_codes_mean_something_else_at_each_service(
    service: str, action: str, code: int, task: str, reason: str
) -> None:
    error = UpnpError("192.0.2.1", action, code, service)
    assert declined.task(error) == task
    assert declined.reason(error) == reason
    assert reason in declined.REASONS
    assert task in declined.TASKS


def test_mistakes_and_trouble_are_told_apart() -> None:
    """Home Assistant logs trouble, and shows mistakes to who made them."""
    mistake, trouble = refused("not_a_speaker", room="Den"), failed("no_rooms")
    assert isinstance(mistake, ServiceValidationError)
    assert not isinstance(trouble, ServiceValidationError)
    assert (mistake.translation_domain, mistake.translation_key) == (DOMAIN, "not_a_speaker")
    assert mistake.translation_placeholders == {"room": "Den"}
    assert (trouble.translation_domain, trouble.translation_key) == (DOMAIN, "no_rooms")


# --- actions -------------------------------------------------------------------------------


@pytest.mark.parity("action: set_sleep_timer")
@pytest.mark.parity("action: clear_sleep_timer")
@pytest.mark.parity("beyond: refused input")
async def test_the_sleep_timer_of_a_group(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """Set at a member, it is that of the group; speakers of members would refuse it."""
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    await act(hass, "ours.set_sleep_timer", BATHROOM, sleep_time=1800)
    assert 1790 <= (await truth(hass, remote, "Kitchen"))["sleep_timer"] <= 1800
    await act(hass, "ours.set_sleep_timer", KITCHEN, sleep_time=0)
    assert (await truth(hass, remote, "Kitchen"))["sleep_timer"] is None
    await act(hass, "ours.set_sleep_timer", KITCHEN, sleep_time=86399)
    await in_house(hass, remote.reset_requests)
    await act(hass, "ours.clear_sleep_timer", [KITCHEN, BATHROOM])
    kitchen = await truth(hass, remote, "Kitchen")
    assert kitchen["sleep_timer"] is None
    requests = (await in_house(hass, remote.requests))[kitchen["uid"]]
    assert requests["SOAP AVTransport.ConfigureSleepTimer"] == 1
    with pytest.raises(vol.Invalid, match="sleep_time"):
        await act(hass, "ours.set_sleep_timer", KITCHEN, sleep_time=86400)
    with pytest.raises(vol.Invalid, match="sleep_time"):
        await act(hass, "ours.set_sleep_timer", KITCHEN)


async def test_actions_are_there_without_a_household(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """An automation that is checked while an entry is not loaded must find them."""
    names = {action.name for action in ACTIONS}
    assert names <= hass.services.async_services()[DOMAIN].keys()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert names <= hass.services.async_services()[DOMAIN].keys()
