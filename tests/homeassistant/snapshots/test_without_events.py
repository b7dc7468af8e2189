"""Snapshots where the events of speakers do not arrive: what is asked now counts."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.sonos_twisted.engine import Served
from tests.homeassistant.actions import BATHROOM, KITCHEN, ROOMS, act, in_house, shows
from tests.homeassistant.conftest import OURS, all_known, make_entry, until
from tests.homeassistant.snapshots.steps import compared, truth
from tests.simulator.process import SimulatorProcess


@pytest.mark.parity("action: restore")
async def test_rooms_without_events_are_asked(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """What was known of them is older than what has happened since."""
    remote = house.remote
    kitchen = house.addresses["Kitchen"]
    entry = await make_entry(hass, kitchen, advertise_port=9, advertise_address="127.0.0.1")
    with (
        patch(f"{OURS}.engine.lease.INITIAL_EVENT_SECONDS", 0.3),
        patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 0.3),
        patch(f"{OURS}.engine.session.WATCH_SECONDS", 0.3),
    ):
        await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: all_known(hass))
        served = entry.runtime_data.served
        await until(hass, lambda: list(served.values()).count(Served.BY_POLLING) >= len(ROOMS))
        await in_house(hass, remote.play_tracks, "Kitchen")
        await in_house(hass, remote.group, "Bathroom", "Kitchen")
        await in_house(hass, remote.seek, "Kitchen", 50)
        await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    # From here on, nobody is asked for a long while.
    await in_house(hass, remote.set_volume, "Kitchen", 44)
    await in_house(hass, remote.set_tone, "Kitchen", "bass", 5)
    await in_house(hass, remote.set_play_mode, "Kitchen", "SHUFFLE")
    before = await truth(hass, remote)
    await in_house(hass, remote.fail_action, "Kitchen", "GetLoudness", 401, 1)
    await act(hass, "ours.snapshot", KITCHEN)
    await in_house(hass, remote.ungroup, "Bathroom")
    await in_house(hass, remote.play_radio, "Kitchen")
    await in_house(hass, remote.set_volume, "Kitchen", 9)
    await in_house(hass, remote.set_tone, "Kitchen", "bass", 0)
    report = await act(hass, "ours.restore", KITCHEN)
    assert report["problems"] == []
    after = await truth(hass, remote)
    assert compared(after)["Kitchen"] == compared(before)["Kitchen"]
    assert after["Kitchen"]["position"] >= 49
    await hass.config_entries.async_unload(entry.entry_id)
