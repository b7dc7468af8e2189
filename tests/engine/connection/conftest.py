"""Simulated houses, and a check that nothing is left on the reactor."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from custom_components.sonos_twisted.engine.connection import _listeners

from ...simulator.process import SimulatorProcess
from ..conftest import NETWORK, OnReactor
from .steps import PATIENCE

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


@pytest.fixture(scope="package")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=f"{NETWORK}.1") as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give the house that tests share; each leaves it as it found it, and faults end here."""
    _house.remote.reset_requests()
    yield _house
    _house.remote.heal()


@pytest.fixture
def own_house(loopback: None) -> Iterator[SimulatorProcess]:
    """Give a house of three rooms in which a test can do as it likes."""
    with SimulatorProcess(base=f"{NETWORK}.31", speakers=3) as house:
        yield house


@pytest.fixture
async def nothing_left(
    reactor: ReactorBase, on_reactor: OnReactor, loopback: None
) -> AsyncIterator[None]:
    """Check that a test leaves the reactor as it found it: no calls, no sockets, no listener."""

    def left() -> tuple[set[object], ...]:
        calls: set[object] = {call for call in reactor.getDelayedCalls() if call.active()}
        return calls, set(reactor.getReaders()), set(reactor.getWriters())

    before = on_reactor(left)
    yield
    async with asyncio.timeout(PATIENCE):
        while not all(map(set.issuperset, before, on_reactor(left))):  # noqa: ASYNC110, B912
            await asyncio.sleep(0.01)
    assert on_reactor(lambda: dict(_listeners(reactor)._shared)) == {}
