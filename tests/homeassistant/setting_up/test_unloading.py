"""Nothing is left of a household, however it ends, and nothing is said while all is well."""

import asyncio
from collections import Counter
import threading
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.sonos_twisted.engine import reactor_thread
from tests.homeassistant.actions import KITCHEN, shown
from tests.homeassistant.conftest import (
    OURS,
    all_known,
    complaints,
    eventually,
    until,
)

from .steps import add, is_open, leases, ports, set_up, turn_the_knob

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

    from tests.simulator.process import SimulatorProcess


async def in_reactor(reactor: ReactorBase) -> tuple[Counter[str], Counter[str]]:
    """Return what the reactor still has to do, and what it reads from."""

    def look() -> tuple[Counter[str], Counter[str]]:
        untyped: Any = reactor
        calls = Counter(repr(call.func) for call in untyped.getDelayedCalls())
        return calls, Counter(type(reader).__name__ for reader in untyped.getReaders())

    return await reactor_thread().run(look)


def threads() -> set[str]:
    """Return the names of the threads that run; Home Assistant's own come and go."""
    return {
        thread.name
        for thread in threading.enumerate()
        if not thread.name.startswith(("SyncWorker", "ImportExecutor"))
    }


async def test_unloading_leaves_nothing_behind(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    reactor: ReactorBase,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No lease, no port, no planned call, no connection, no thread; the reactor runs on."""
    await hass.async_add_executor_job(reactor_thread().start)
    calls, readers = await in_reactor(reactor)
    running = threads()
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    (port,) = await ports(hass, standing_house)
    assert is_open(port)
    assert (await in_reactor(reactor))[1] > readers

    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await leases(hass, standing_house) == []
    assert not is_open(port)
    # Connections take a moment to close.
    await eventually(
        lambda: in_reactor(reactor), lambda left: left[0] <= calls and left[1] <= readers
    )
    assert threads() <= running
    assert reactor.running
    assert not complaints(caplog)


async def test_reloading_begins_anew(
    hass: HomeAssistant, standing_house: SimulatorProcess, reactor: ReactorBase
) -> None:
    """After three reloads there is as much of everything as after none."""
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    before = Counter(lease["service"] for lease in await leases(hass, standing_house))
    port = await ports(hass, standing_house)
    for _ in range(3):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await until(hass, lambda: all_known(hass))
    assert Counter(lease["service"] for lease in await leases(hass, standing_house)) == before
    assert await ports(hass, standing_house) == port
    await turn_the_knob(hass, standing_house, "Kitchen")


async def test_stopping_home_assistant_ends_every_subscription(
    hass: HomeAssistant, standing_house: SimulatorProcess, reactor: ReactorBase
) -> None:
    """Speakers do not go on sending to nobody. Somebody else's reactor is not stopped."""
    await set_up(hass, add(hass, standing_house, "Kitchen"))
    (port,) = await ports(hass, standing_house)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert await leases(hass, standing_house) == []
    assert not is_open(port)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
    await hass.async_block_till_done()
    assert reactor.running


async def test_stopping_home_assistant_does_not_wait_for_speakers_that_hang(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """Neither for subscriptions that cannot be ended, nor for a command that is under way."""
    await set_up(hass, add(hass, standing_house, "Kitchen"))
    await until(hass, lambda: all_known(hass))
    await hass.async_add_executor_job(standing_house.remote.stall, "*")
    target = {"entity_id": KITCHEN, "volume_level": 0.5}
    command = hass.async_create_task(
        hass.services.async_call("media_player", "volume_set", target, blocking=True)
    )
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0.1)
    begin = loop.time()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert loop.time() - begin < 3.0 + 1.5
    with pytest.raises(HomeAssistantError):
        await command
    await hass.async_add_executor_job(standing_house.remote.forget_leases, "*")


async def test_our_reactor_ends_with_home_assistant(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """It cannot be stopped in a test, so what would stop it is watched."""
    await set_up(hass, add(hass, standing_house, "Kitchen"))
    with patch.object(type(reactor_thread()), "stop") as stop:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
        stop.assert_not_called()
        hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
        await hass.async_block_till_done()
        stop.assert_called_once_with()


@pytest.mark.parametrize(
    "step",
    [
        f"{OURS}.async_watch",
        "homeassistant.config_entries.ConfigEntries.async_forward_entry_setups",
    ],
)
async def test_setup_that_fails_late_leaves_nothing_behind(
    hass: HomeAssistant, standing_house: SimulatorProcess, step: str
) -> None:
    """The leases are given back when the rest cannot be set up."""
    entry = add(hass, standing_house, "Kitchen")
    with patch(step, side_effect=OSError("no such thing")):
        await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert await leases(hass, standing_house) == []
    assert await hass.config_entries.async_reload(entry.entry_id)
    await turn_the_knob(hass, standing_house, "Kitchen")


async def test_entities_that_stay_keep_their_household(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """When Home Assistant cannot unload the entities, their events go on."""
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    with patch.object(hass.config_entries, "async_unload_platforms", return_value=False):
        assert not await hass.config_entries.async_unload(entry.entry_id)
    await turn_the_knob(hass, standing_house, "Kitchen")


async def test_healthy_household_is_not_worth_a_warning(
    hass: HomeAssistant, house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Set up, used, reloaded and unloaded: not a single complaint, and no news either."""
    remote = house.remote
    entry = add(hass, house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    await hass.async_add_executor_job(remote.play_tracks, "Kitchen")
    await hass.async_add_executor_job(remote.group, "Bathroom", "Kitchen")
    await turn_the_knob(hass, house, "Bathroom")
    await until(hass, lambda: len(shown(hass, KITCHEN, "group_members")) == 2)
    await hass.async_add_executor_job(remote.next, "Kitchen")
    await hass.async_add_executor_job(remote.ungroup, "Bathroom")
    await until(hass, lambda: len(shown(hass, KITCHEN, "group_members")) == 1)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not complaints(caplog)
    told = [
        record
        for record in caplog.records
        if record.name.startswith(OURS) and record.levelname == "INFO"
    ]
    assert not told
