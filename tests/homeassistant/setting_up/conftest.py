"""One house and its neighbours for all modules that set households up."""

from collections.abc import Iterator

import pytest

from tests.homeassistant.conftest import base
from tests.simulator.process import SimulatorProcess


@pytest.fixture(scope="package")
def _standing_house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(9)) as house:
        yield house


@pytest.fixture(scope="package")
def _neighbours() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(8), generation="S1", household="Sonos_Neighbours") as house:
        yield house
