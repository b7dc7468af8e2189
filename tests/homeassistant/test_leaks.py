"""A household that is added, removed and reloaded a hundred times leaves nothing behind."""

import asyncio
from collections import Counter
from collections.abc import Iterator
import contextlib
import gc
import logging
import os
from pathlib import Path
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from soco import events_twisted

from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
from custom_components.sonos_twisted.engine import HouseholdConnection, reactor_thread
from custom_components.sonos_twisted.engine.connection import _listeners
from custom_components.sonos_twisted.engine.inspection import Inspection
from custom_components.sonos_twisted.engine.lease import Lease
from custom_components.sonos_twisted.engine.listener import Listener
from custom_components.sonos_twisted.engine.polling import Poller
from custom_components.sonos_twisted.engine.runner import ThreadRunner
from custom_components.sonos_twisted.engine.session import HouseholdSession
from custom_components.sonos_twisted.engine.speaker_link import SpeakerLink
from custom_components.sonos_twisted.engine.subscription import Subscription
from custom_components.sonos_twisted.media_player import SonosTwistedMediaPlayer
from custom_components.sonos_twisted.model import Household, Speaker
from tests.homeassistant.conftest import base, complaints, eventually, make_entry, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

#: How many times, and how many of them with the memory counted, which takes its time.
ROUNDS, MEASURED = 100, 50

#: What there is of a household that is set up, and nothing of it afterwards.
KINDS = (
    Household,
    HouseholdConnection,
    HouseholdCoordinator,
    HouseholdSession,
    Inspection,
    Lease,
    Listener,
    Poller,
    SonosTwistedMediaPlayer,
    Speaker,
    SpeakerLink,
    Subscription,
    ThreadRunner,
)

#: Bytes. asyncio and Twisted keep the last hundred or so of what is over: this does not grow with
#: the number of rounds, and a leak of six kilobytes in each would be more.
MEMORY = 300_000


@pytest.fixture(scope="module")
def _small_house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(13), speakers=2) as house:
        yield house


@pytest.fixture
def small_house(_small_house: SimulatorProcess, loopback: None) -> SimulatorProcess:
    """Give a house of two rooms: what leaks, leaks in a small one too."""
    return _small_house


def is_known(hass: HomeAssistant) -> bool:
    """Tell whether both rooms have said how loud they are."""
    states = hass.states.async_all("media_player")
    return len(states) == 2 and all("volume_level" in state.attributes for state in states)


async def go_round(hass: HomeAssistant, house: SimulatorProcess, **options: object) -> None:
    """Add the household, use it, reload it, and remove it."""
    entry = await make_entry(hass, house.hosts[0], **options)
    await _set_up(hass, entry)
    await hass.services.async_call(
        "media_player", "volume_set", {"entity_id": "all", "volume_level": 0.3}, blocking=True
    )
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: is_known(hass))
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.NOT_LOADED
    # What stands in for the storage in tests remembers each call.
    stand_in: Any = Store
    for name in ("_async_load", "_async_write_data", "async_remove"):
        getattr(stand_in, name).reset_mock()


async def _set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: is_known(hass))


async def of_reactor(reactor: ReactorBase) -> dict[str, Counter[str]]:
    """Return what the reactor has to do, by what holds it."""
    untyped: Any = reactor

    def look() -> dict[str, Counter[str]]:
        triggers = untyped._eventTriggers["shutdown"]
        return {
            "delayed calls": Counter(
                getattr(call.func, "__qualname__", repr(call.func))
                for call in untyped.getDelayedCalls()
            ),
            "readers": Counter(type(reader).__name__ for reader in untyped.getReaders()),
            "writers": Counter(type(writer).__name__ for writer in untyped.getWriters()),
            "shutdown triggers": Counter(
                repr(function)
                for phase in (triggers.before, triggers.during, triggers.after)
                for function, _, _ in phase
            ),
            "listeners": Counter(map(repr, _listeners(untyped)._shared)),
        }

    return await reactor_thread().run(look)


def of_process() -> dict[str, Counter[str]]:
    """Return what the process holds; Home Assistant's own threads come and go."""
    descriptors = [
        str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.exists()
    ]
    gc.collect()
    return {
        "threads": Counter(
            thread.name
            for thread in threading.enumerate()
            if not thread.name.startswith(("SyncWorker", "ImportExecutor"))
        ),
        "sockets": Counter(["socket" for name in descriptors if name.startswith("socket:")]),
        "descriptors": Counter(name.partition(":")[0] for name in descriptors),
        "objects": Counter(
            type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, KINDS)
        ),
        "subscriptions of soco's": Counter(events_twisted.subscriptions_map.subscriptions.keys()),
    }


def of_home_assistant(hass: HomeAssistant) -> dict[str, Counter[str]]:
    """Return what Home Assistant has to do for anybody."""
    return {
        "bus listeners": Counter(
            {str(event): count for event, count in hass.bus.async_listeners().items()}
        ),
        "tasks": Counter(
            str(task.get_coro())
            for task in asyncio.all_tasks()
            if task is not asyncio.current_task()
        ),
        "states": Counter(hass.states.async_entity_ids()),
        "entries": Counter(hass.config_entries.async_entry_ids()),
    }


async def everything(hass: HomeAssistant, reactor: ReactorBase) -> dict[str, Counter[str]]:
    """Return all of that."""
    await hass.async_block_till_done(wait_background_tasks=True)
    return {**await of_reactor(reactor), **of_home_assistant(hass), **of_process()}


def grown(now: dict[str, Counter[str]], before: dict[str, Counter[str]]) -> dict[str, object]:
    """Return what there is more of than there was."""
    return {name: now[name] - before[name] for name in now if now[name] - before[name]}


@pytest.mark.timeout(400)  # so many take more than a minute where nothing else runs
async def test_nothing_is_left_after_a_hundred_households(
    hass: HomeAssistant,
    small_house: SimulatorProcess,
    reactor: ReactorBase,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No thread, socket, planned call, trigger, listener, task or object, and no memory."""
    # Whatever is logged is kept until the test is over: let it be nothing but complaints.
    caplog.set_level(logging.WARNING)
    for name in ("soco", "twisted", "urllib3", "custom_components", "homeassistant"):
        caplog.set_level(logging.WARNING, name)
    # It complains of callbacks that take long, which they do on a busy machine.
    caplog.set_level(logging.ERROR, "asyncio")
    for _ in range(3):
        await go_round(hass, small_house)
    before = await everything(hass, reactor)
    assert not before["objects"]
    assert not before["listeners"]
    for _ in range(ROUNDS - MEASURED):
        await go_round(hass, small_house)
    tracemalloc.start()
    try:
        for _ in range(3):
            await go_round(hass, small_house)
        gc.collect()
        begin, _ = tracemalloc.get_traced_memory()
        for _ in range(MEASURED):
            await go_round(hass, small_house)
        gc.collect()
        end, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    async def more() -> dict[str, object]:
        return grown(await everything(hass, reactor), before)

    # Connections take a moment to close.
    await eventually(more, lambda left: not left)
    assert end - begin < MEMORY
    leases = await hass.async_add_executor_job(small_house.remote.leases)
    assert not any(leases.values())
    assert not complaints(caplog)


def children() -> Counter[str]:
    """Return this process's children by what they are, those that nobody has waited for too."""
    found: Counter[str] = Counter()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, rest = path.read_text().partition(") ")
            state, parent, *_ = rest.split()
            if int(parent) == os.getpid():
                found[f"{name.partition('(')[2]} {'zombie' if state == 'Z' else 'running'}"] += 1
    return found


@pytest.mark.timeout(400)
async def test_nothing_is_left_of_workers(
    hass: HomeAssistant, small_house: SimulatorProcess, reactor: ReactorBase
) -> None:
    """Where commands run in a process of their own: no child, no pipe, no zombie, and no thread."""
    await go_round(hass, small_house, commands="process")
    await eventually(_children, lambda left: not any("zombie" in name for name in left))
    before = {**await everything(hass, reactor), "children": children()}
    for _ in range(10):
        await go_round(hass, small_house, commands="process")

    async def more() -> dict[str, object]:
        return grown({**await everything(hass, reactor), "children": children()}, before)

    await eventually(more, lambda left: not left)


async def _children() -> Counter[str]:
    return children()


async def test_an_entry_that_stays_keeps_nothing_of_one_that_goes(
    hass: HomeAssistant,
    small_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    reactor: ReactorBase,
) -> None:
    """Two households share the reactor and the listener; one comes and goes ten times."""
    stays = await make_entry(hass, neighbours.hosts[0])
    assert await hass.config_entries.async_setup(stays.entry_id)
    remaining = len(hass.states.async_all("media_player"))

    def all_there() -> bool:
        states = hass.states.async_all("media_player")
        return len(states) == remaining + 2 and all(
            "volume_level" in state.attributes for state in states
        )

    async def go() -> None:
        entry = await make_entry(hass, small_house.hosts[0])
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, all_there)
        assert await hass.config_entries.async_reload(entry.entry_id)
        await until(hass, all_there)
        await hass.config_entries.async_remove(entry.entry_id)
        await hass.async_block_till_done()

    for _ in range(2):
        await go()
    before = await everything(hass, reactor)
    for _ in range(10):
        await go()

    async def more() -> dict[str, object]:
        return grown(await everything(hass, reactor), before)

    await eventually(more, lambda left: not left)
    assert await hass.config_entries.async_unload(stays.entry_id)
