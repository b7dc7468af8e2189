"""What the page about the system says of the households."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

import custom_components.sonos_twisted as integration
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine import Served
from custom_components.sonos_twisted.issues.event_test import last_test
from tests.homeassistant.actions import in_house, shows
from tests.homeassistant.conftest import PORT, all_known, until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.process import SimulatorProcess


@pytest.mark.parity("beyond: system health")
async def test_household(
    hass: HomeAssistant,
    standing_coordinator: HouseholdCoordinator,
    standing_house: SimulatorProcess,
) -> None:
    """How many rooms are served by their events, are polled, and cannot be reached."""
    remote = standing_house.remote
    assert await async_setup_component(hass, "system_health", {})
    good = {
        "reactor_running": True,
        "listener": f"0.0.0.0:{PORT}",
        "households": 1,
        "speakers_pushed": 6,
        "speakers_polled": 0,
        "speakers_unavailable": 0,
        "tested_at": "-",
        "tests_passed": "-",
    }
    assert await get_system_health_info(hass, DOMAIN) == good
    texts = json.loads((Path(integration.__file__).parent / "translations/en.json").read_text())
    assert texts["system_health"]["info"].keys() == good.keys()

    button = {"entity_id": "button.sonos_test_events"}
    await hass.services.async_call("button", "press", button, blocking=True)
    info = await get_system_health_info(hass, DOMAIN)
    assert info["tests_passed"] == "6 / 6"
    test = last_test(hass, standing_coordinator.entry)
    assert test is not None
    good |= {"tested_at": info["tested_at"], "tests_passed": "6 / 6"}
    assert info["tested_at"] == test.at

    served = standing_coordinator.served
    await in_house(hass, remote.set_subscribe_status, "Bedroom", 503)
    await in_house(hass, remote.forget_leases, "Bedroom")
    await in_house(hass, remote.unplug, "Patio", None)
    await in_house(hass, remote.forbid, "Bathroom")
    await in_house(hass, remote.forget_leases, "Bathroom")
    await standing_coordinator.health.async_verify()
    await shows(hass, "media_player.bathroom", state="unavailable")
    await shows(hass, "media_player.patio", state="unavailable")
    await until(hass, lambda: Served.BY_POLLING in served.values())
    assert await get_system_health_info(hass, DOMAIN) == {
        **good,
        "speakers_pushed": 3,
        "speakers_polled": 1,
        "speakers_unavailable": 2,
    }
    await in_house(hass, remote.set_subscribe_status, "Bedroom", None)
    await in_house(hass, remote.forbid, "Bathroom", False)
    await in_house(hass, remote.plug_in, "Patio")
    await standing_coordinator.health.async_verify()
    await until(hass, lambda: all_known(hass))


async def test_no_household(hass: HomeAssistant) -> None:
    """There is nothing to say, and that is no error."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(hass, "system_health", {})
    info = await get_system_health_info(hass, DOMAIN)
    assert (info["households"], info["listener"], info["speakers_pushed"]) == (0, "-", 0)
