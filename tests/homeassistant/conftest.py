"""A simulated house, and Home Assistant listening to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
import os
from typing import TYPE_CHECKING, Any
from unittest.mock import PropertyMock, patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine.commands.identity import identify
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

#: Seconds within which something that must happen has happened, on the slowest machine.
PATIENCE = 15.0


#: An address at which nobody answers.
NOBODY = f"127.{100 + os.getpid() % 100}.99.1"

#: The port for events; each process of tests has a hundred of its own to fall back to.
PORT = 24000 + os.getpid() % 80 * 100

_COMPLAINTS = {"WARNING", "ERROR", "CRITICAL"}

#: The logger that all of the integration's own loggers are below.
OURS = "custom_components.sonos_twisted"


def base(number: int) -> str:
    """Return the address of the first speaker of a house; each test run has its own."""
    return f"127.{100 + os.getpid() % 100}.{number}.1"


@pytest.fixture(autouse=True)
def use_this_integration(enable_custom_integrations: None, loopback: None) -> None:
    """Let Home Assistant load the integration, and let it speak to the simulated house."""


@pytest.fixture(autouse=True)
def nobody_to_be_found() -> Iterator[None]:
    """Let no speaker be searched for, unless a test says so."""
    with patch(f"{OURS}.discovery.finding.SEARCH_SECONDS", 0.0):
        yield


@pytest.fixture
def house(loopback: None) -> Iterator[SimulatorProcess]:
    """Run a simulated house of six rooms, in which nothing plays yet."""
    with SimulatorProcess(base=base(7)) as house:
        yield house


@pytest.fixture(scope="module")
def _standing_house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(9)) as house:
        yield house


@pytest.fixture
def standing_house(_standing_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give the house that the tests of a module share: each leaves it as it found it.

    Faults are ended here; whatever else a test changes, it changes back.
    """
    yield _standing_house
    _standing_house.remote.heal()


@pytest.fixture
def tidied(standing_house: SimulatorProcess) -> Iterator[Remote]:
    """Give what people do in that house; afterwards it is silent, and everybody alone."""
    remote = standing_house.remote
    yield remote
    remote.heal()
    for room in standing_house.addresses:
        remote.ungroup(room)
        remote.play_uri(room, "")
        remote.set_sleep_timer(room, 0)
        remote.set_volume(room, 20)
        remote.set_mute(room, mute=False)


@pytest.fixture(scope="module")
def _neighbours() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(8), generation="S1", household="Sonos_Neighbours") as house:
        yield house


@pytest.fixture
def neighbours(_neighbours: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give another household in the same network, also shared by the tests of a module."""
    yield _neighbours
    _neighbours.remote.heal()


@pytest.fixture
def remote(house: SimulatorProcess) -> Remote:
    """Give what a person does in the house, and what happens to its network."""
    return house.remote


@pytest.fixture
def all_entities() -> Iterator[None]:
    """Enable those entities, too, that a user would have to enable; name it before ``entry``."""
    enabled = PropertyMock(return_value=True)
    with patch.object(Entity, "entity_registry_enabled_default", enabled):
        yield


@pytest.fixture
async def entry(hass: HomeAssistant, house: SimulatorProcess) -> AsyncIterator[MockConfigEntry]:
    """Set the house up in Home Assistant, and wait until all that is read at the start is known."""
    entry = await make_entry(hass, house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    lists, alarms = entry.runtime_data.content, entry.runtime_data.alarms
    await until(
        hass, lambda: lists.favorites and lists.playlists and lists.stations and alarms.is_known
    )
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def standing_coordinator(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> AsyncIterator[HouseholdCoordinator]:
    """Set up the house that the tests of a module share, and wait until its lists are read."""
    entry = await make_entry(hass, standing_house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    coordinator: HouseholdCoordinator = entry.runtime_data
    lists = coordinator.content
    await until(hass, lambda: lists.favorites and lists.playlists and lists.stations)
    yield coordinator
    await hass.config_entries.async_unload(entry.entry_id)


async def make_entry(hass: HomeAssistant, host: str, **options: Any) -> MockConfigEntry:
    """Add an entry for the household of a speaker, as the config flow would."""
    identity = await hass.async_add_executor_job(identify, host)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Sonos",
        unique_id=identity.household_id,
        data={"household_id": identity.household_id, "hosts": [host]},
        options={"listen_port": PORT, **options},
    )
    entry.add_to_hass(hass)
    return entry


def all_known(hass: HomeAssistant) -> bool:
    """Tell whether all rooms of the house are there and have said what they do."""
    states = hass.states.async_all("media_player")
    return (
        len(states) == 6
        and all(
            state.state not in {"unavailable", "unknown"} and "volume_level" in state.attributes
            for state in states
        )
        and all_taken_in(hass)
    )


def all_taken_in(hass: HomeAssistant) -> bool:
    """Tell whether all that speakers have told is taken in."""
    return not any(
        entry.runtime_data.connection.pending_news
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    )


async def until(
    hass: HomeAssistant,
    condition: Callable[[], object],
    otherwise: Callable[[], object] = str,
    seconds: float = PATIENCE,
) -> None:
    """Wait until something is true, for as long as a test has patience.

    Args:
        hass: Home Assistant.
        condition: What must become true.
        otherwise: Tells what is the case when it did not.
        seconds: How long that is.

    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition():
        assert loop.time() < deadline, f"this did not become true in time; {otherwise()}"
        await asyncio.sleep(0.01)
    await hass.async_block_till_done()


async def eventually[T](look: Callable[[], Awaitable[T]], expected: Callable[[T], object]) -> T:
    """Look again and again until what is seen is as expected, and return it."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    seen = await look()
    while not expected(seen):
        assert loop.time() < deadline, f"this did not become as expected in time: {seen}"
        await asyncio.sleep(0.02)
        seen = await look()
    return seen


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has logged so far as a warning or worse."""
    return [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.name.startswith((OURS, "soco", "twisted")) and record.levelname in _COMPLAINTS
    ]
