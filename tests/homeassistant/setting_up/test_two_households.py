"""Households beside each other share a port, and an address may lead to the wrong one."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import KITCHEN, shown
from tests.homeassistant.conftest import until

from .steps import add, fails, is_open, leases, ports, recovers, set_up, turn_the_knob

if TYPE_CHECKING:
    from tests.simulator.process import SimulatorProcess


DEN = "media_player.den"


@pytest.fixture
async def two(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> tuple[MockConfigEntry, MockConfigEntry]:
    """Set up two households."""
    entries = add(hass, standing_house, "Kitchen"), add(hass, neighbours, "Den")
    await set_up(hass, entries[0])
    await until(hass, lambda: len(hass.states.async_entity_ids("media_player")) == 9)
    await until(
        hass, lambda: shown(hass, DEN, "volume_level") and shown(hass, KITCHEN, "volume_level")
    )
    return entries


async def test_two_households_share_a_listener(
    hass: HomeAssistant,
    two: tuple[MockConfigEntry, MockConfigEntry],
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
) -> None:
    """One unloaded leaves the other working, on the same port."""
    (port,) = await ports(hass, standing_house, neighbours)
    assert await hass.config_entries.async_unload(two[0].entry_id)
    assert await leases(hass, standing_house) == []
    assert is_open(port)
    await turn_the_knob(hass, neighbours, "Den")
    assert await hass.config_entries.async_setup(two[0].entry_id)
    await until(hass, lambda: shown(hass, KITCHEN, "volume_level"))
    await turn_the_knob(hass, standing_house, "Kitchen")
    await turn_the_knob(hass, neighbours, "Den")
    assert await ports(hass, standing_house, neighbours) == {port}


async def test_households_with_other_settings_have_listeners_of_their_own(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """Each is reached where its options say."""
    await set_up(hass, add(hass, standing_house, "Kitchen"))
    await set_up(hass, add(hass, neighbours, "Den", listen_port=14500, listen_address="127.0.0.1"))
    (port,) = await ports(hass, neighbours)
    assert port >= 14500
    assert await ports(hass, standing_house) != {port}
    callbacks = {urlsplit(lease["callback"]).hostname for lease in await leases(hass, neighbours)}
    assert callbacks == {"127.0.0.1"}


async def test_address_belongs_to_another_household_now(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """The reason names the address, which can be corrected; the neighbours are left alone."""
    den = neighbours.addresses["Den"]
    entry = add(hass, standing_house, den)
    await fails(
        hass,
        entry,
        "wrong_household",
        f"The speaker at {den} belongs to another household than the one that was set up",
    )
    assert await leases(hass, neighbours) == []
    kitchen = standing_house.addresses["Kitchen"]
    hass.config_entries.async_update_entry(entry, data={**entry.data, "hosts": [kitchen]})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await turn_the_knob(hass, standing_house, "Kitchen")


async def test_speaker_of_another_household_among_the_known_ones_is_ignored(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """One address went to a neighbour; the others still lead home."""
    entry = add(hass, standing_house, neighbours.addresses["Den"], "Kitchen")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert await leases(hass, neighbours) == []


async def test_wrong_household_is_no_final_answer_while_others_are_silent(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """After a power cut, the speaker that took over an address may be the first to be up."""
    entry = add(hass, standing_house, neighbours.addresses["Den"], "Kitchen")
    await hass.async_add_executor_job(standing_house.remote.refuse, "Kitchen")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await hass.async_add_executor_job(standing_house.remote.heal)
    await recovers(hass, entry, standing_house)
