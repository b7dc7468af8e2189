"""What Home Assistant's page about the system says of the households."""

from typing import TYPE_CHECKING, Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .engine import Served, reactor_thread
from .issues.event_test import last_test

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator
    from .model import Speaker


@callback
def async_register(
    hass: HomeAssistant,  # noqa: ARG001, the name is part of the interface
    register: SystemHealthRegistration,
) -> None:
    """Let the page ask."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Tell of all households together."""
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    households: list[HouseholdCoordinator] = [entry.runtime_data for entry in entries]
    tests = [test for entry in entries if (test := last_test(hass, entry)) is not None]
    tested = sum(len(test.rooms) for test in tests)
    listening = {each.connection.listening_on for each in households} - {None}
    ways = [_way(each, room) for each in households for room in each.household.rooms]
    return {
        "reactor_running": reactor_thread().is_running,
        "listener": ", ".join(sorted(f"{at[0]}:{at[1]}" for at in listening if at)) or "-",
        "households": len(households),
        "speakers_pushed": ways.count("pushed"),
        "speakers_polled": ways.count("polled"),
        "speakers_unavailable": ways.count("unavailable"),
        "tested_at": max((test.at for test in tests), default="-"),
        "tests_passed": f"{sum(test.passed for test in tests)} / {tested}" if tests else "-",
    }


def _way(coordinator: HouseholdCoordinator, room: Speaker) -> str:
    if not room.available:
        return "unavailable"
    polled = coordinator.served.get(room.uid) is Served.BY_POLLING
    return "polled" if polled else "pushed"
