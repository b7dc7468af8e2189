"""The chaos mode: the same for the same seed, and over when it is told to stop."""

from collections import Counter
from typing import Any

import pytest
from twisted.internet.testing import MemoryReactorClock

from tests.simulator.chaos import Chaos, ChaosControl
from tests.simulator.control import Remote
from tests.simulator.layout import plain_rooms
from tests.simulator.mischief import FAULTS, HAPPENINGS
from tests.simulator.process import SimulatorProcess
from tests.simulator.simulator import Simulator

from .helpers import base

HOUR = 3600


def _simulator(speakers: int = 9) -> tuple[Simulator, Any]:
    clock: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    simulator = Simulator(clock, plain_rooms(speakers), base="127.9.0.1")
    simulator.start()
    return simulator, clock


def _pass(clock: Any, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        clock.advance(0.1)


def _actions(seed: int, seconds: float, rate: float = 1.0) -> list[dict[str, object]]:
    simulator, clock = _simulator()
    simulator.chaos_start(seed, rate)
    _pass(clock, seconds)
    return simulator.chaos_actions()


def test_the_same_seed_gives_the_same_sequence() -> None:
    actions = _actions(1, 300)
    assert actions == _actions(1, 300)
    assert actions != _actions(2, 300)


def test_a_higher_rate_gives_more() -> None:
    assert len(_actions(1, 120, rate=5.0)) > 3 * len(_actions(1, 120))


def test_in_an_hour_everything_happens_and_every_fault_has_ended_in_its_time() -> None:
    simulator, clock = _simulator()
    simulator.chaos_start(3, rate=4.0)
    begun: dict[str, tuple[str, float]] = {}
    for _ in range(HOUR * 2):
        clock.advance(0.5)
        current = simulator.chaos_look()["faults"]
        assert isinstance(current, dict)
        assert len(current) <= 4
        for target, kind in current.items():
            if begun.get(target, ("", 0.0))[0] != kind:
                begun[target] = (kind, clock.seconds())
        for target in begun.keys() - current.keys():
            del begun[target]
    report = simulator.chaos_report()
    assert report["happenings"].keys() == HAPPENINGS.keys()  # type: ignore[attr-defined]
    assert report["faults"].keys() == FAULTS.keys()  # type: ignore[attr-defined]
    for action in simulator.chaos_actions():
        if str(action["outcome"]).startswith("for "):
            seconds = float(str(action["outcome"]).split()[1])
            shortest, longest = FAULTS[str(action["kind"])].seconds
            assert shortest - 0.1 <= seconds <= longest + 0.1


def test_when_it_stops_everything_is_whole_and_stays_as_it_is() -> None:
    simulator, clock = _simulator()
    addresses = {speaker.uid: speaker.address for speaker in simulator.household.speakers}
    simulator.chaos_start(4, rate=10.0, without=["new_address"])
    _pass(clock, 60)
    simulator.chaos_stop()
    _pass(clock, 10)
    look = simulator.chaos_look()
    assert look["faults"] == {}
    assert not simulator.chaos_report()["running"]
    assert all(speaker.online for speaker in simulator.household.speakers)
    assert not simulator.household.vanished
    assert all(player.server.listening for player in simulator.players.values())
    assert simulator.settings.initial == "after"
    assert simulator.household.topology_limit == 20
    assert addresses == {s.uid: s.address for s in simulator.household.speakers}
    for player in simulator.players.values():
        faults = player.faults
        assert (faults.stall, faults.forbid, faults.latency) == (None, False, 0.0)
        assert (faults.subscribe_status, faults.granted, faults.notify) == (None, None, [])
    before = len(simulator.chaos_actions())
    _pass(clock, 60)
    assert len(simulator.chaos_actions()) == before


def test_what_players_grant_is_the_same_again_after_a_fault() -> None:
    simulator, clock = _simulator()
    simulator.set_granted("*", "Second-20")
    simulator.chaos_start(5, rate=10.0, granted="Second-20")
    _pass(clock, 60)
    simulator.chaos_stop()
    assert Counter(p.faults.granted for p in simulator.players.values()) == {"Second-20": 9}


def test_it_can_be_started_again_but_not_twice() -> None:
    simulator, _ = _simulator()
    simulator.chaos_start(1)
    with pytest.raises(ValueError, match="already"):
        simulator.chaos_start(1)
    simulator.chaos_stop()
    simulator.chaos_start(1)


@pytest.mark.parametrize("wrong", [{"rate": 0.0}, {"without": ["volcano"]}])
def test_what_cannot_be(wrong: dict[str, object]) -> None:
    simulator, clock = _simulator()
    with pytest.raises(ValueError, match=r"volcano|0\.0"):
        Chaos(simulator, clock, 1, **wrong)  # type: ignore[arg-type]


def test_without_chaos_there_is_nothing_to_report() -> None:
    simulator, _ = _simulator()
    assert simulator.chaos_stop() == {}
    assert simulator.chaos_actions() == []
    assert simulator.chaos_look()["faults"] == {}


def test_remote_mirrors_the_chaos() -> None:
    for name, method in vars(ChaosControl).items():
        if name.startswith("chaos"):
            code, mirror = method.__code__, getattr(Remote, name).__code__
            assert (
                code.co_varnames[: code.co_argcount] == (mirror.co_varnames[: mirror.co_argcount])
            ), name


def test_chaos_in_a_process(loopback: None) -> None:
    options = ["--chaos", "7", "--chaos-rate", "20"]
    with SimulatorProcess(base=base("chaos"), speakers=4, options=options) as house:
        assert house.remote.chaos_report()["seed"] == 7
        house.remote.chaos_roll_call()
        assert house.remote.chaos_stop()["running"] is False
        assert house.remote.chaos_events() == {}
