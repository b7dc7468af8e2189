"""When strangers are shut out, for how long, and who gets in meanwhile."""

from collections.abc import Iterable
from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from custom_components.sonos_twisted.engine.floodgate import (
    CALM_SECONDS,
    FIRST_SECONDS,
    LONGEST_SECONDS,
    REFUSALS,
    REFUSALS_SECONDS,
    Floodgate,
)
from custom_components.sonos_twisted.engine.gatekeeper import QUIET_SECONDS


class Filter:
    """What the operating system would be told."""

    works = True
    takes = True
    passing: set[str] | None = None

    def attach(self, addresses: Iterable[str]) -> bool:
        self.works = self.takes
        self.passing = set(addresses) if self.takes else None
        return self.takes

    def detach(self) -> None:
        self.passing = None


class Gate:
    """A floodgate, and what stands around it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.filter = Filter()
        self.known = {"kitchen"}
        self.gate = Floodgate(self.clock, cast("Any", self.filter), lambda: self.known)

    def passing(self) -> set[str] | None:
        return self.filter.passing

    def is_shut(self) -> bool:
        return self.gate.is_shut

    def flood(self) -> None:
        for _ in range(REFUSALS):
            self.gate.refused()

    def shut_for(self) -> float:
        """Tell how long it stays shut, and let that pass."""
        begin = self.clock.seconds()
        while self.gate.is_shut:
            self.clock.advance(0.5)
        return float(self.clock.seconds() - begin)


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_a_flood_shuts_it(gate: Gate) -> None:
    for _ in range(REFUSALS - 1):
        gate.gate.refused()
    assert not gate.is_shut()
    gate.gate.refused()
    assert gate.passing() == {"kitchen"}
    # Of those that were waiting already.
    gate.flood()
    assert gate.shut_for() == FIRST_SECONDS
    assert gate.passing() is None
    assert gate.clock.getDelayedCalls() == []


def test_refusals_now_and_then_do_not(gate: Gate) -> None:
    for _ in range(5 * REFUSALS):
        gate.gate.refused()
        gate.clock.advance(REFUSALS_SECONDS * 1.5 / REFUSALS)
    assert not gate.is_shut()


def test_a_flood_that_goes_on(gate: Gate) -> None:
    times = []
    for _ in range(6):
        gate.flood()
        times.append(gate.shut_for())
        gate.clock.advance(CALM_SECONDS / 2)
    assert times[:3] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]
    assert times[-1] == LONGEST_SECONDS
    gate.clock.advance(CALM_SECONDS)
    gate.flood()
    assert gate.shut_for() == FIRST_SECONDS


def test_a_flood_is_not_taken_for_quiet_while_it_is_shut() -> None:
    assert LONGEST_SECONDS + CALM_SECONDS < QUIET_SECONDS


def test_somebody_becomes_known(gate: Gate) -> None:
    gate.known = {"kitchen", "office"}
    gate.gate.known_grew()
    assert not gate.is_shut()
    gate.flood()
    gate.known = {"kitchen", "office", "bath"}
    gate.gate.known_grew()
    assert gate.passing() == gate.known
    gate.filter.takes = False
    gate.gate.known_grew()
    assert gate.passing() is None
    assert not gate.is_shut()
    assert gate.clock.getDelayedCalls() == []


def test_a_system_without_filters(gate: Gate) -> None:
    """It is asked once."""
    gate.filter.takes = False
    gate.flood()
    assert not gate.is_shut()
    gate.filter.takes = True
    gate.flood()
    assert not gate.is_shut()
    assert gate.clock.getDelayedCalls() == []


def test_it_is_opened_by_hand(gate: Gate) -> None:
    gate.gate.open()
    gate.flood()
    gate.gate.open()
    assert gate.passing() is None
    assert gate.clock.getDelayedCalls() == []
