"""Command runners: one suite for both, over real sockets where real commands run."""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError as FutureCancelledError
from contextlib import ExitStack
import logging
import os
from pathlib import Path
import threading
from typing import TYPE_CHECKING, cast

import pytest
from twisted.internet.defer import CancelledError

from custom_components.sonos_twisted.engine import (
    EngineError,
    HttpStatusError,
    NotSonosError,
    PlayerError,
    PlayerUnreachableError,
    UpnpDisabledError,
    UpnpError,
)
from custom_components.sonos_twisted.engine.commands import rendering, soap, transport
from custom_components.sonos_twisted.engine.commands.identity import identify
from custom_components.sonos_twisted.engine.runner import STOP_SECONDS, ThreadRunner
from tests.engine.fake_commands import odd
from tests.engine.runner_harness import (
    DEADLINE,
    ONE,
    SHORT,
    THREE,
    TWO,
    Bench,
    Gate,
    error_of,
    process_bench,
    thread_bench,
    wait_until,
)
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

RUNNERS = {"threads": thread_bench, "process": process_bench}
LIBRARY_PAGE = 5_000_000

type MakeBench = Callable[[float], Bench]


@pytest.fixture(params=RUNNERS)
def make(request: pytest.FixtureRequest, reactor: ReactorBase) -> Iterator[MakeBench]:
    """Make runners with requests of so many seconds; one kind after the other."""
    with ExitStack() as stack:
        yield lambda seconds: stack.enter_context(RUNNERS[request.param](reactor, seconds))


@pytest.fixture
def bench(make: MakeBench) -> Bench:
    """Make a runner whose deadlines no test reaches."""
    return make(9.5)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Hold commands back."""
    return Gate(tmp_path)


@pytest.fixture(scope="module")
def _standing_house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=f"127.4.{os.getpid() % 254 + 1}.1") as house:
        yield house


@pytest.fixture
def house(_standing_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give the simulated house that all tests here share, and end its faults."""
    yield _standing_house
    _standing_house.remote.heal()


# --- real commands, over real sockets ------------------------------------------------------


def test_a_result_with_structure(bench: Bench, house: SimulatorProcess) -> None:
    kitchen = house.addresses["Kitchen"]
    assert bench.run(identify, kitchen) == identify(kitchen)


def test_a_command_is_carried_out(bench: Bench, house: SimulatorProcess) -> None:
    kitchen = house.addresses["Kitchen"]
    for volume in (31, 17):
        assert bench.run(rendering.set_volume, kitchen, volume) is None
        speakers = house.remote.truth()["speakers"].values()
        assert [s["volume"] for s in speakers if s["name"] == "Kitchen"] == [volume]


def test_a_result_of_texts(bench: Bench, house: SimulatorProcess) -> None:
    house.remote.play_tracks("Kitchen")
    answer = bench.run(transport.read_position, house.addresses["Kitchen"])
    assert answer["Track"] == "1"
    assert answer["TrackURI"]


def test_an_error_of_the_speaker(bench: Bench, house: SimulatorProcess) -> None:
    house.remote.fail_action("Kitchen", "Play", 701)
    kitchen = house.addresses["Kitchen"]
    error = bench.error(transport.play, kitchen)
    assert type(error) is UpnpError
    assert error.args == (kitchen, "Play", 701, "AVTransport")


def test_upnp_is_switched_off(bench: Bench, house: SimulatorProcess) -> None:
    house.remote.forbid("Kitchen")
    kitchen = house.addresses["Kitchen"]
    error = bench.error(transport.play, kitchen)
    assert type(error) is UpnpDisabledError
    assert (error.host, error.args) == (kitchen, (kitchen,))


def test_nobody_there(bench: Bench, loopback: None) -> None:
    error = bench.error(identify, "127.99.99.99")
    assert type(error) is PlayerUnreachableError
    assert str(error) == "127.99.99.99 cannot be reached"


def test_no_speaker_there(bench: Bench, house: SimulatorProcess) -> None:
    error = bench.error(soap.get, house.addresses["Kitchen"], "/nothing")
    assert type(error) is HttpStatusError
    assert error.status == 404


def test_a_speaker_that_hangs_delays_nobody_else(make: MakeBench, house: SimulatorProcess) -> None:
    bench = make(1.0)
    house.remote.stall("Kitchen", "soap")
    hanging = bench.begin(transport.play, house.addresses["Kitchen"])
    behind = bench.begin(transport.pause, house.addresses["Kitchen"])
    bench.run(rendering.set_mute, house.addresses["Patio"], True)
    assert not hanging.done()
    for outcome in (hanging, behind):
        error = error_of(outcome)
        assert type(error) is PlayerUnreachableError
        assert str(error) == f"{house.addresses['Kitchen']} does not answer"


# --- values and errors ---------------------------------------------------------------------


VALUES: list[object] = [
    None,
    True,
    0,
    -3.5,
    "Küche \ud83d\0",
    b"\0\xff",
    [],
    ["x", [1]],
    {"a": {}},
    (1, ()),
]

ERRORS = [
    EngineError("The engine is off"),
    PlayerError("192.0.2.1", "is on fire"),
    NotSonosError("192.0.2.1"),
    UpnpError("192.0.2.1", "Play", 701),
    HttpStatusError("192.0.2.1", "Play", 503),
]


def test_values(bench: Bench) -> None:
    """They arrive as they were, and so do positional and named arguments."""
    for value in VALUES:
        assert repr(bench.run(odd.echo, ONE, value)) == repr(value)
        assert repr(bench.run(odd.echo, ONE, value=value)) == repr(value)


def test_errors(bench: Bench) -> None:
    for error in ERRORS:
        raised = bench.error(odd.fail_with, ONE, type(error).__name__, *error.args)
        assert type(raised) is type(error)
        assert (raised.args, str(raised)) == (error.args, str(error))


def test_an_error_of_a_kind_of_its_own(bench: Bench) -> None:
    error = bench.error(odd.fail_specially, ONE)
    assert isinstance(error, EngineError)
    assert str(error) == f"{ONE} is special"


def test_a_mistake(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever called gets an error that it expects, and the log says where it happened."""
    error = bench.error(odd.stumble, ONE)
    assert type(error) is EngineError
    assert str(error) == (
        "The command odd.stumble failed unexpectedly: LookupError: the answer has no 'Result'"
    )
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert "in stumble" in record.getMessage()


def test_a_large_page(bench: Bench) -> None:
    size = LIBRARY_PAGE
    assert bench.run(odd.page, ONE, size) == "<&é>" * (size // 4)


def _no_command(address: str) -> None:
    """Do nothing, in a module that is none of commands."""


def test_only_commands_can_be_run(bench: Bench) -> None:
    """Not their helpers, and nothing that their modules import or define besides."""
    others = [_no_command, os.getenv, print, odd.SpecialError, soap._raise_for, bench.run, 5]
    for other in others:
        error = bench.error(cast("Callable[..., object]", other), ONE)
        assert type(error) is EngineError
        assert str(error).startswith("Only functions of engine.commands can be run, not ")


def test_calls_belong_on_the_reactor_thread(bench: Bench) -> None:
    with pytest.raises(RuntimeError, match=r"use ReactorThread\.run"):
        bench.runner.run(odd.echo, ONE)


# --- turns ---------------------------------------------------------------------------------


def test_one_at_a_time_for_a_speaker_in_order(bench: Bench, gate: Gate) -> None:
    """With or without its port, it is the same speaker."""
    first = bench.begin(odd.hold, ONE, gate.folder, "first")
    others = [bench.begin(odd.note, ONE.partition(":")[0], gate.folder, w) for w in "abc"]
    gate.wait_for("first")
    bench.run(odd.echo, TWO)
    assert not any(other.done() for other in others)
    assert not Path(gate.folder, "notes").exists()
    gate.open("first")
    assert first.result(20) == "first"
    for other in others:
        other.result(20)
    assert Path(gate.folder, "notes").read_text() == "a b c "


def test_several_speakers_at_once(bench: Bench, gate: Gate) -> None:
    outcomes = [bench.begin(odd.hold, s, gate.folder, s[:9]) for s in (ONE, TWO, THREE)]
    for speaker in (ONE, TWO, THREE):
        gate.wait_for(speaker[:9])
    for speaker in (ONE, TWO, THREE):
        gate.open(speaker[:9])
    assert [outcome.result(20) for outcome in outcomes] == [ONE[:9], TWO[:9], THREE[:9]]


def test_cancelled_before_its_turn(bench: Bench, gate: Gate) -> None:
    first = bench.begin(odd.hold, ONE, gate.folder, "first")
    second, cancel = bench.begin_to_cancel(odd.note, ONE, gate.folder, "second")
    gate.wait_for("first")
    cancel()
    with pytest.raises((CancelledError, FutureCancelledError)):
        second.result(20)
    gate.open("first")
    first.result(20)
    bench.run(odd.note, ONE, gate.folder, "third")
    assert Path(gate.folder, "notes").read_text() == "third "


def test_cancelled_after_it_began(bench: Bench, gate: Gate) -> None:
    """It runs on, and the speaker's next command waits for its end."""
    first, cancel = bench.begin_to_cancel(odd.hold, ONE, gate.folder, "first")
    gate.wait_for("first")
    cancel()
    with pytest.raises((CancelledError, FutureCancelledError)):
        first.result(20)
    second = bench.begin(odd.echo, ONE, 2)
    bench.run(odd.echo, TWO)
    assert not second.done()
    gate.open("first")
    assert second.result(20) == 2
    assert gate.has("first", "ended")


# --- deadlines -----------------------------------------------------------------------------


def test_a_command_that_outlives_its_deadline(make: MakeBench, gate: Gate) -> None:
    bench = make(SHORT)
    bench.run(odd.echo, TWO)
    hanging = bench.begin(odd.hold, ONE, gate.folder, "hanging")
    behind = bench.begin(odd.echo, ONE, "behind")
    error = error_of(hanging)
    assert type(error) is PlayerUnreachableError
    assert str(error) == f"192.0.2.1 did not finish within {DEADLINE:.0f} seconds"
    if isinstance(bench.runner, ThreadRunner):
        # Nothing can end the thread, so the speaker cannot be spoken to.
        assert "is still busy with an earlier command" in str(error_of(behind))
        assert "is still busy with an earlier command" in str(bench.error(odd.echo, ONE))
        gate.open("hanging")
        wait_until(lambda: gate.has("hanging", "ended"))
        assert wait_until(lambda: _answer(bench)) == "again"
    else:
        assert behind.result(20) == "behind"
        assert bench.run(odd.echo, ONE, "again") == "again"


def _answer(bench: Bench) -> object:
    """Return what a speaker answers, or None while it cannot be asked."""
    outcome = bench.begin(odd.echo, ONE, "again")
    return None if outcome.exception(20) else outcome.result()


def test_a_deadline_holds_for_whoever_does_not_wait(make: MakeBench, gate: Gate) -> None:
    """Cancelling does not make the speaker free for the next one."""
    bench = make(SHORT)
    hanging, cancel = bench.begin_to_cancel(odd.hold, ONE, gate.folder, "hanging")
    gate.wait_for("hanging")
    cancel()
    with pytest.raises((CancelledError, FutureCancelledError)):
        hanging.result(20)
    behind = bench.begin(odd.echo, ONE, "behind")
    if isinstance(bench.runner, ThreadRunner):
        assert "is still busy" in str(error_of(behind))
    else:
        assert behind.result(20) == "behind"
    gate.open("hanging")


# --- the end -------------------------------------------------------------------------------


def test_stopping_lets_what_runs_end(bench: Bench, gate: Gate) -> None:
    running = bench.begin(odd.hold, ONE, gate.folder, "running")
    waiting = bench.begin(odd.echo, ONE)
    gate.wait_for("running")
    stopping = threading.Thread(target=bench.runner.stop)
    stopping.start()
    error = error_of(waiting)
    assert isinstance(error, PlayerError)
    assert str(error) == "192.0.2.1 was not asked: the connection to the household was closed"
    gate.open("running")
    assert running.result(20) == "running"
    stopping.join(20)


def test_stopping_is_bounded(bench: Bench, gate: Gate) -> None:
    hanging = bench.begin(odd.hold, ONE, gate.folder, "hanging")
    gate.wait_for("hanging")
    stopping = threading.Thread(target=bench.runner.stop)
    stopping.start()
    stopping.join(STOP_SECONDS + 1)
    assert not stopping.is_alive()
    error = error_of(hanging)
    assert isinstance(error, PlayerError)
    assert "may not have done it" in str(error)
    gate.open("hanging")


def test_nothing_runs_after_the_end(bench: Bench) -> None:
    bench.run(odd.echo, ONE)
    bench.runner.stop()
    assert str(bench.error(odd.echo, ONE)) == "The connection to the household is closed"
    bench.runner.stop()


def test_stopping_what_did_nothing(bench: Bench) -> None:
    """The fixture sees that nothing is left of it."""
