"""A house that stands for all tests of playing."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
    in_house,
)
from tests.homeassistant.conftest import all_known, make_entry, until
from tests.simulator.process import SimulatorProcess

from .steps import lists_known

if TYPE_CHECKING:
    from tests.simulator.control import Remote


@pytest.fixture
async def entry(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> AsyncIterator[MockConfigEntry]:
    """Set the standing house up, and wait until its lists are known."""
    entry = await make_entry(hass, standing_house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass) and lists_known(hass))
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)
    for room in standing_house.addresses:
        await in_house(hass, standing_house.remote.ungroup, room)


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house."""
    return standing_house.remote
