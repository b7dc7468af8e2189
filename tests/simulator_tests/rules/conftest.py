"""A household without a network, and who lives in it."""

# mypy: disallow-untyped-calls=False
import pytest
from twisted.internet.task import Clock

from tests.simulator.household import Household
from tests.simulator.layout import rooms_of
from tests.simulator.speaker import Speaker

from .steps import People


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def household(clock: Clock) -> Household:
    return Household(clock)


@pytest.fixture
def people(household: Household) -> People:
    return People(household)


@pytest.fixture
def kitchen(household: Household) -> Speaker:
    return household.speaker("Kitchen")


SPARE = "Den=S45,Beam=S14,Sub=Sub,Left=S18,Right=S18,Port=S16"


@pytest.fixture
def spare(clock: Clock) -> Household:
    return Household(clock, rooms_of(SPARE))
