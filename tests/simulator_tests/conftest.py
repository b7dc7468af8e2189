"""Households for the tests of the simulator."""

from typing import TYPE_CHECKING

import pytest
from soco import SoCo
from soco.core import _SocoSingletonBase

from tests.simulator.process import SimulatorProcess

from .helpers import Listener, base

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest) -> Iterator[SimulatorProcess]:
    """Run the default house for a module."""
    with SimulatorProcess(base=base(request.module.__name__)) as process:
        yield process


@pytest.fixture
def fresh_soco(loopback: None) -> Iterator[None]:
    """Let soco know nothing, before and afterwards: what it keeps belongs to the process."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    _SocoSingletonBase._instances.clear()
    SoCo.zone_group_states.clear()


@pytest.fixture
def listener(loopback: None) -> Iterator[Listener]:
    with Listener() as running:
        yield running
