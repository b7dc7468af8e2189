"""A house in which all tests of a module announce."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.announcing.steps import (
    FILES,
)
from tests.homeassistant.conftest import all_known, make_entry, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give the house in which all tests of this module announce."""
    remote = standing_house.remote
    for speaker in remote.truth()["speakers"].values():
        if not speaker["online"]:
            remote.plug_in(speaker["uid"])
    for url, seconds in FILES.items():
        remote.publish(url, seconds)
    for room in ("Kitchen", "Bathroom", "Office", "Patio"):
        remote.support_clips(room, True)
        remote.ungroup(room)
        remote.set_volume(room, 20)
        remote.set_mute(room, False)
        remote.play_tracks(room)
        remote.stop_playing(room)
    return remote


@pytest.fixture
async def entry(
    hass: HomeAssistant, standing_house: SimulatorProcess, remote: Remote
) -> AsyncIterator[MockConfigEntry]:
    """Set the house up."""
    entry = await make_entry(hass, standing_house.addresses["Living Room"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    yield entry
    if hass.config_entries.async_get_entry(entry.entry_id):
        await hass.config_entries.async_unload(entry.entry_id)
