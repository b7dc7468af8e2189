"""The simulated houses that the tests of faults share."""

from collections.abc import Iterator
import functools
from typing import TYPE_CHECKING

import pytest

from custom_components.sonos_twisted.engine.backoff import Backoff
from tests.simulator.process import SimulatorProcess

from ..host import base

if TYPE_CHECKING:
    from tests.simulator.control import Remote

from .steps import set_constants


@pytest.fixture(scope="package")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(0)) as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give the house that all tests share; faults are ended after each."""
    yield _house
    _house.remote.heal()
    _house.remote.set_initial("after")
    _house.remote.forget_leases("*")


@pytest.fixture
def remote(house: SimulatorProcess) -> Remote:
    """Give what happens in the house."""
    return house.remote


@pytest.fixture
def other_house(loopback: None) -> Iterator[SimulatorProcess]:
    """Give a house of one's own, in which speakers can be unplugged."""
    with SimulatorProcess(base=base(1)) as house:
        yield house


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renew a lease of two seconds when one has passed, and try again within a second."""
    set_constants(
        monkeypatch,
        subscription__MIN_RENEWAL_SECONDS=0.2,
        lease__Backoff=functools.partial(Backoff, first=0.1, longest=1.0),
    )


@pytest.fixture
def suspicious(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a speaker after half a second of silence, instead of four minutes."""
    set_constants(
        monkeypatch,
        inspection__QUIET_SECONDS=0.5,
        inspection__IN_FLIGHT_SECONDS=0.2,
        lease__INITIAL_EVENT_SECONDS=0.5,
        lease__Backoff=functools.partial(Backoff, first=0.1, longest=1.0),
    )


@pytest.fixture
def polling_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the seconds of polling be tenths of seconds."""
    set_constants(
        monkeypatch,
        polling__COORDINATOR_SECONDS=1.0,
        polling__MEMBER_SECONDS=2.0,
        lease__INITIAL_EVENT_SECONDS=0.5,
        lease__Backoff=functools.partial(Backoff, first=0.1, longest=1.0),
    )
