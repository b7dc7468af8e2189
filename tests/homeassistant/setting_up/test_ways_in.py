"""Any speaker leads to its household, and a user reads why none of them does."""

from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from tests.homeassistant.actions import KITCHEN
from tests.homeassistant.conftest import NOBODY, all_known, complaints, until

from .steps import add, fails, is_unavailable, recovers, set_up, turn_the_knob

if TYPE_CHECKING:
    from tests.simulator.process import SimulatorProcess


async def test_any_speaker_leads_to_the_household(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Also one that is no player itself, and also when others do not answer."""
    bonded = next(speaker for speaker in standing_house.facts["speakers"] if speaker["invisible"])
    entry = add(hass, standing_house, NOBODY, bonded["address"])
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    assert entry.state is ConfigEntryState.LOADED
    by_uid = await hass.async_add_executor_job(standing_house.remote.leases)
    assert not by_uid[bonded["uid"]]
    assert not complaints(caplog)


async def test_household_is_found_again_when_the_configured_speaker_has_gone(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The addresses of all rooms are kept, and any of them is a way in."""
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    assert entry.data["known_hosts"] == sorted(standing_house.addresses.values())
    assert entry.data["hosts"] == [standing_house.addresses["Kitchen"]]
    assert await hass.config_entries.async_unload(entry.entry_id)
    remote = standing_house.remote
    await hass.async_add_executor_job(remote.disconnect, "Kitchen")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await turn_the_knob(hass, standing_house, "Bathroom")
    # It is unavailable for as long as it is away, and back by itself.
    await until(hass, lambda: is_unavailable(hass, KITCHEN), seconds=45.0)
    await hass.async_add_executor_job(remote.reconnect, "Kitchen")
    await until(hass, lambda: not is_unavailable(hass, KITCHEN), seconds=75.0)
    await turn_the_knob(hass, standing_house, "Kitchen")


async def test_nobody_answers(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again; Home Assistant logs it once, and the integration adds nothing."""
    kitchen = standing_house.addresses["Kitchen"]
    await hass.async_add_executor_job(standing_house.remote.refuse, "Kitchen")
    entry = add(hass, standing_house, "Kitchen")
    await fails(
        hass,
        entry,
        "cannot_connect",
        f"No speaker of the household can be reached: {kitchen} cannot be reached",
    )
    await hass.async_add_executor_job(standing_house.remote.heal)
    await recovers(hass, entry, standing_house)
    assert not complaints(caplog)


async def test_upnp_is_switched_off(hass: HomeAssistant, standing_house: SimulatorProcess) -> None:
    """The reason says where to switch it on."""
    kitchen = standing_house.addresses["Kitchen"]
    await hass.async_add_executor_job(standing_house.remote.forbid, "*")
    entry = add(hass, standing_house, "Kitchen")
    await fails(
        hass,
        entry,
        "upnp_disabled",
        f"The speaker at {kitchen} refuses control. Switch UPnP on in the Sonos app under"
        " Account, Privacy and Security, UPnP",
    )
    await hass.async_add_executor_job(standing_house.remote.heal)
    await recovers(hass, entry, standing_house)


async def test_speaker_declines(hass: HomeAssistant, standing_house: SimulatorProcess) -> None:
    """The reason names what was asked, and the code."""
    host = standing_house.addresses["Kitchen"]
    await hass.async_add_executor_job(
        standing_house.remote.fail_action, "Kitchen", "GetHouseholdID", 501
    )
    entry = add(hass, standing_house, "Kitchen")
    await fails(
        hass,
        entry,
        "declined",
        f"The speaker at {host} declined GetHouseholdID with error 501",
    )
    await recovers(hass, entry, standing_house)
