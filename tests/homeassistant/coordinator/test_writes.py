"""Only what a change concerns is written."""

from collections import Counter
from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import BATHROOM, KITCHEN, in_house
from tests.homeassistant.conftest import OURS, until

from .steps import quiet, shown, shows, turn_the_knob

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote


@pytest.mark.usefixtures("entry")
async def test_volume_concerns_one_room(
    hass: HomeAssistant, remote: Remote, writes: Counter[str]
) -> None:
    """One change, one write."""
    await quiet(hass, remote)
    writes.clear()
    await turn_the_knob(hass, remote, KITCHEN, 41)
    await quiet(hass, remote)
    assert writes == {KITCHEN: 1}


async def test_what_no_player_shows_is_not_written(
    hass: HomeAssistant, remote: Remote, writes: Counter[str], entry: MockConfigEntry
) -> None:
    """Tone, battery, firmware and alarms change, and media players have nothing to say."""
    coordinator: HouseholdCoordinator = entry.runtime_data
    rooms = {room.name: room for room in coordinator.household.rooms}

    def known() -> list[object]:
        alarm = coordinator.alarms.known.get(14)
        return [
            rooms["Kitchen"].number("RenderingControl", "bass"),
            rooms["Patio"].number("DeviceProperties", "battery_level"),
            alarm and alarm.volume,
        ]

    await until(hass, lambda: coordinator.alarms.is_known)
    await quiet(hass, remote)
    writes.clear()
    await in_house(hass, remote.offer_update, "Office", "99.9")
    await in_house(hass, remote.set_tone, "Kitchen", "bass", 4)
    await in_house(hass, remote.set_battery, "Patio", 31)
    await in_house(hass, remote.edit_alarm, 14, {"volume": "17"})
    await until(hass, lambda: known() == [4, 31, 17], known)
    assert not writes


@pytest.mark.usefixtures("entry")
async def test_a_favorite_concerns_all_rooms(
    hass: HomeAssistant, remote: Remote, writes: Counter[str]
) -> None:
    """It is among their sources once the list has been read."""
    await quiet(hass, remote)
    await in_house(hass, remote.add_favorite, "Song", "http://192.0.2.1/song.mp3")
    for sources in (
        lambda: "Song" in shown(hass, KITCHEN, "source_list"),
        lambda: "Song" not in shown(hass, KITCHEN, "source_list"),
    ):
        await until(hass, sources)
        await quiet(hass, remote)
        assert len(writes) == 6
        assert set(writes.values()) == {1}
        writes.clear()
        await in_house(hass, remote.remove_favorite, "Song")


@pytest.mark.usefixtures("entry")
async def test_groups_concern_their_members(
    hass: HomeAssistant, remote: Remote, writes: Counter[str]
) -> None:
    """All speakers tell the new topology, but only two rooms are in another group than before."""
    await quiet(hass, remote)
    writes.clear()
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    await quiet(hass, remote)
    assert writes.keys() == {KITCHEN, BATHROOM}
    assert max(writes.values()) <= 2


@pytest.mark.usefixtures("quiet_afterwards")
async def test_next_track_concerns_the_group_that_plays_it(
    hass: HomeAssistant, remote: Remote, writes: Counter[str], entry: MockConfigEntry
) -> None:
    """A track that ends by itself brings one write for each room that hears the next one.

    Where the next one is needs no asking: it has just begun.
    """
    coordinator: HouseholdCoordinator = entry.runtime_data
    (kitchen,) = [room for room in coordinator.household.rooms if room.name == "Kitchen"]

    def is_certain() -> bool:
        return kitchen.position is not None and not kitchen.own.tracker.doubtful

    # Positions are read so often that the reading that a seek brings is over before the track is.
    with patch(f"{OURS}.asking.positions.POSITION_INTERVAL", 0.1):
        await in_house(hass, remote.play_tracks, "Kitchen")
        await in_house(hass, remote.group, "Bathroom", "Kitchen")
        await shows(hass, BATHROOM, state="playing", group_members=[KITCHEN, BATHROOM])
        # A reading that is still to come could see the seek before its events arrive, which have
        # it read again; and of a seek that follows at once on another event, players may tell
        # nothing.
        await until(hass, is_certain)
        await quiet(hass, remote)
        await in_house(hass, remote.finish_track, "Kitchen", 5.0)
        await until(
            hass,
            lambda: shown(hass, KITCHEN, "media_position") > 60,
            lambda: hass.states.get(KITCHEN),
        )
        await quiet(hass, remote)
        await until(hass, is_certain)
    await in_house(hass, remote.reset_requests)
    writes.clear()
    await shows(hass, KITCHEN, queue_position=2, media_position=0)
    await shows(hass, BATHROOM, queue_position=2, media_position=0)
    await quiet(hass, remote, 1.5)
    assert writes == {KITCHEN: 1, BATHROOM: 1}
    assert not any((await in_house(hass, remote.requests)).values())
