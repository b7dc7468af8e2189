"""The worker process: its start, its faults, its end, and that nothing is left of it."""

from collections.abc import Iterator
import logging
import os
from pathlib import Path
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.sonos_twisted.engine import EngineError, PlayerError
from custom_components.sonos_twisted.engine.backoff import Backoff
from custom_components.sonos_twisted.engine.commands.identity import identify
from custom_components.sonos_twisted.engine.messages import MAX_MESSAGE
from custom_components.sonos_twisted.engine.process_runner import ProcessRunner
from custom_components.sonos_twisted.engine.worker_process import WORKER_PROGRAM, WorkerProcess
from custom_components.sonos_twisted.model import RunnerHealth
from tests.engine.fake_commands import odd
from tests.engine.runner_harness import (
    ONE,
    PATIENCE,
    SHORT,
    THREE,
    TWO,
    Bench,
    Gate,
    error_of,
    is_there,
    process_bench,
    wait_until,
    worker_program,
)

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

ROOT = Path(__file__).resolve().parents[2]
OURS = "custom_components.sonos_twisted.engine"

#: Longer than any test: whoever waits for it notices.
NEVER = Backoff(first=1000.0, longest=1000.0)


@pytest.fixture
def bench(reactor: ReactorBase) -> Iterator[Bench]:
    """Run commands in a process that knows the tests' commands."""
    with process_bench(reactor) as bench:
        yield bench


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Hold commands back."""
    return Gate(tmp_path)


def is_running(pid: int) -> bool:
    """Tell whether a process that is not our child runs; init may leave it as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# --- where commands are executed -----------------------------------------------------------


def test_in_one_process_of_its_own(bench: Bench) -> None:
    surroundings = [bench.run(odd.surroundings, speaker) for speaker in (ONE, TWO, ONE)]
    assert {place["pid"] for place in surroundings} == {bench.pid}
    assert bench.pid != os.getpid()


def test_what_is_told_of_its_commands(bench: Bench) -> None:
    bench.run(odd.surroundings, ONE)
    assert bench.runner.health() == RunnerHealth()


def test_with_the_modules_of_this_process(bench: Bench) -> None:
    """Home Assistant adds folders to the path that an interpreter does not know by itself."""
    place = bench.run(odd.surroundings, ONE)
    assert [path for path in sys.path if path and path not in place["path"]] == []


def test_with_the_request_time_of_the_runner(reactor: ReactorBase) -> None:
    with process_bench(reactor, 4.25) as bench:
        assert bench.run(odd.surroundings, ONE)["seconds"] == 4.25


def test_the_real_worker_knows_real_commands_only(reactor: ReactorBase, loopback: None) -> None:
    with process_bench(reactor, program=WORKER_PROGRAM) as bench:
        assert str(bench.error(odd.crash, ONE, 1)) == "There is no command odd.crash"
        assert str(bench.error(identify, "127.99.99.99")) == "127.99.99.99 cannot be reached"


def test_the_real_worker_imports_neither_home_assistant_nor_a_reactor() -> None:
    script = f"""
        import runpy, sys
        runpy.run_path({WORKER_PROGRAM[-1]!r})["stand_alone"](parts_of_engine=True)
        from sonos_twisted.engine import worker
        print(len(worker.CommandNames().load()) > 5)
        foreign = ("homeassistant", "voluptuous", "twisted.internet.reactor", "twisted.web")
        print([name for name in sys.modules if name.startswith(foreign)])
        print("sonos_twisted.engine.listener" in sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-P", "-c", textwrap.dedent(script)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["True", "[]", "False"]


def test_what_a_command_prints_is_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """It does not get between the messages, and standard input is empty."""
    caplog.set_level(logging.DEBUG, OURS)
    assert bench.run(odd.chatter, ONE) == ""
    printed = ("Worker: printed", "Worker: written", "Worker: xxx")
    wait_until(lambda: all(text in caplog.text for text in printed))
    assert "x" * 2001 not in caplog.text
    bench.runner.stop()
    assert "Worker: unfinished" in caplog.text


# --- what cannot be handed over ------------------------------------------------------------


def test_a_result_that_is_too_large(bench: Bench) -> None:
    """The worker lives on."""
    pid = bench.pid
    error = bench.error(odd.page, ONE, MAX_MESSAGE)
    assert type(error) is EngineError
    assert str(error).startswith("The answer to odd.page cannot be handed over: ")
    assert str(error).endswith("bytes are more than 16 MiB")
    assert bench.run(odd.surroundings, ONE)["pid"] == pid


def test_an_argument_that_is_too_large(bench: Bench) -> None:
    pid = bench.pid
    error = bench.error(odd.echo, ONE, "x" * MAX_MESSAGE)
    assert type(error) is EngineError
    assert str(error).startswith("The command odd.echo cannot be handed over: ")
    assert bench.run(odd.surroundings, ONE)["pid"] == pid


def test_values_of_unknown_types(bench: Bench) -> None:
    assert str(bench.error(odd.odd_answer, ONE)) == (
        "The answer to odd.odd_answer cannot be handed over: A value of type object cannot be sent"
    )
    assert str(bench.error(odd.echo, ONE, {1, 2})) == (
        "The command odd.echo cannot be handed over: A value of type set cannot be sent"
    )


# --- a worker that ends --------------------------------------------------------------------


def test_a_crash(bench: Bench, gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    """What is in flight fails and says why; what waits for its turn does not notice."""
    pid = bench.pid
    other = bench.begin(odd.hold, TWO, gate.folder, "other")
    gate.wait_for("other")
    crashing = bench.begin(odd.crash, ONE, 3)
    behind = [bench.begin(odd.surroundings, speaker) for speaker in (ONE, TWO)]
    words = "may not have done it: the worker process for commands ended with status 3"
    for host, outcome in (("192.0.2.1", crashing), ("192.0.2.2", other)):
        error = error_of(outcome)
        assert type(error) is PlayerError
        assert str(error) == f"{host} {words} (without a word)"
    (new,) = {outcome.result(PATIENCE)["pid"] for outcome in behind}
    assert new == bench.pid != pid
    assert not is_there(pid)
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "The worker process ended with status 3" in warnings[0].getMessage()


def test_killed_by_somebody(bench: Bench, gate: Gate) -> None:
    holding = bench.begin(odd.hold, ONE, gate.folder, "holding")
    gate.wait_for("holding")
    os.kill(bench.pid, signal.SIGKILL)
    assert str(error_of(holding)).endswith("was ended by signal 9")
    assert bench.run(odd.echo, ONE, 1) == 1


def test_every_crash_waits_longer(reactor: ReactorBase, caplog: pytest.LogCaptureFixture) -> None:
    """Only the first is worth a warning, until a command succeeds again."""
    caplog.set_level(logging.DEBUG, OURS)
    with process_bench(reactor, backoff=Backoff(0.1, 1.0, random=lambda: 1.0)) as bench:
        for _ in range(3):
            bench.error(odd.crash, ONE, 3)
        bench.run(odd.echo, ONE)
        bench.error(odd.crash, ONE, 3)
    said = [r for r in caplog.records if "another one is started" in r.getMessage()]
    assert [record.levelname for record in said] == ["WARNING", "DEBUG", "DEBUG", "WARNING"]
    assert [r.getMessage().rsplit(" ", 2)[1] for r in said] == ["0.1", "0.2", "0.4", "0.1"]


def test_a_deadline_costs_those_in_flight(reactor: ReactorBase, gate: Gate) -> None:
    with process_bench(reactor, SHORT) as bench:
        bench.run(odd.echo, THREE)
        pid = bench.pid
        hanging = bench.begin(odd.hold, ONE, gate.folder, "hanging")
        gate.wait_for("hanging")
        # Not so soon that its own deadline is over before the first one's.
        bench.run(odd.echo, THREE)
        flying = bench.begin(odd.hold, TWO, gate.folder, "flying")
        assert "did not finish within" in str(error_of(hanging))
        assert str(error_of(flying)) == (
            "192.0.2.2 may not have done it: the worker process for commands was ended,"
            " as odd.hold at 192.0.2.1 hung"
        )
        assert bench.run(odd.surroundings, TWO)["pid"] != pid
        wait_until(lambda: not is_there(pid))


def test_somebody_else_waits_for_our_child(bench: Bench, reactor: ReactorBase) -> None:
    """A component that collects every child of the process takes our worker's status as well."""
    pid = bench.pid
    bench.run(odd.echo, ONE)

    def take() -> None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert bench.process._worker is not None
        bench.process._worker.kill("was in the way")

    reactor.callFromThread(take)
    wait_until(lambda: bench.process.pid != pid)
    assert bench.run(odd.echo, ONE, 1) == 1


# --- a worker that never works -------------------------------------------------------------


def failing(reactor: ReactorBase, behaviour: str, folder: Path | str = "-", **options: Any) -> Any:
    """Run commands in a worker that behaves badly; there is no second one."""
    options.setdefault("backoff", NEVER)
    return process_bench(reactor, program=worker_program(behaviour, folder), **options)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("broken", "ended with status 1 (there is no such module)"),
        ("garbage", "said what is no message"),
        ("newer", "said what is not understood: The message is of version 3, not 2"),
        ("asking", "answered with a question"),
        ("mute", "was not ready within 1 seconds"),
        ("lingering", "closed its pipes"),
    ],
)
def test_a_worker_that_cannot_work(reactor: ReactorBase, behaviour: str, words: str) -> None:
    """Every call fails with the reason: those that wait, those behind them, and later ones."""
    seconds = 1.0 if behaviour == "mute" else PATIENCE
    with failing(reactor, behaviour, start_seconds=seconds) as bench:
        outcomes = [bench.begin(odd.echo, speaker) for speaker in (ONE, ONE, TWO)]
        for outcome in outcomes:
            error = error_of(outcome)
            assert isinstance(error, PlayerError)
            assert error.reason == f"was not asked: the worker process for commands {words}"
        assert words in str(bench.error(odd.echo, ONE))
        assert bench.process.pid is None


def test_a_program_that_is_not_there(reactor: ReactorBase) -> None:
    with process_bench(reactor, program=["/nonexistent/python"], backoff=NEVER) as bench:
        assert "cannot be started: [Errno 2]" in str(bench.error(odd.echo, ONE))


def test_a_worker_that_is_mended(reactor: ReactorBase, tmp_path: Path) -> None:
    with failing(reactor, "broken", tmp_path, backoff=Backoff(0.01, 0.02)) as bench:
        assert "there is no such module" in str(bench.error(odd.echo, ONE))
        (tmp_path / "mended").touch()
        wait_until(lambda: bench.begin(odd.echo, ONE, 1).exception(PATIENCE) is None)
        assert bench.run(odd.echo, ONE, 1) == 1


# --- the end -------------------------------------------------------------------------------


def test_a_worker_that_does_not_want_to_end(reactor: ReactorBase) -> None:
    with failing(reactor, "deaf") as bench:
        pid = bench.pid
        bench.begin(odd.echo, ONE)
    assert not is_there(pid)


def test_stopped_before_the_worker_is_ready(reactor: ReactorBase) -> None:
    with failing(reactor, "mute", start_seconds=PATIENCE) as bench:
        waiting = bench.begin(odd.echo, ONE)
        bench.turn()
        bench.runner.stop()
        assert "was not asked: the connection to the household was closed" in str(error_of(waiting))


def test_stopped_while_no_worker_is_there(reactor: ReactorBase) -> None:
    """The bench sees that nothing is left when its block ends."""
    with process_bench(reactor, program=["/nonexistent/python"], backoff=NEVER) as bench:
        assert "cannot be started" in str(bench.error(odd.echo, ONE))
        assert bench.process.pid is None


def test_a_worker_that_crashes_while_it_is_stopped(bench: Bench, gate: Gate) -> None:
    holding = bench.begin(odd.hold, ONE, gate.folder, "holding")
    gate.wait_for("holding")
    pid = bench.pid
    bench.reactor.callFromThread(bench.process._close)
    bench.turn()
    os.kill(pid, signal.SIGKILL)
    assert "was ended by signal 9" in str(error_of(holding))
    bench.runner.stop()
    assert not is_there(pid)


def test_a_deadline_that_passes_while_it_is_stopped(bench: Bench, gate: Gate) -> None:
    """No new worker is started then."""
    holding = bench.begin(odd.hold, ONE, gate.folder, "holding")
    gate.wait_for("holding")
    pid = bench.pid

    def end() -> None:
        bench.process._close()
        (call,) = bench.process._calls.under_way
        bench.process._overdue(call)

    bench.reactor.callFromThread(end)
    assert "may not have done it" in str(error_of(holding))
    bench.runner.stop()
    assert not is_there(pid)


def test_a_reactor_that_does_not_turn(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever stopped the reactor before has ended the last chance to say good-bye."""

    class Standstill:
        def callFromThread(self, function: object) -> None:  # noqa: N802, Twisted's name
            """Do nothing."""

    runner = ProcessRunner(Standstill(), 1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("custom_components.sonos_twisted.engine.process_runner.STOP_SECONDS", 0.01)
        runner.stop()
    assert "did not end" in caplog.text


def test_nothing_is_left_when_home_assistant_is_killed(tmp_path: Path) -> None:
    """The worker ends although its command hangs, as nothing writes to its input any more."""
    script = f"""
        import sys, threading
        from custom_components.sonos_twisted.engine.reactor import ReactorThread
        from tests.engine.fake_commands import odd
        from tests.engine.runner_harness import NAMES, ProcessRunner, worker_program

        thread = ReactorThread()
        thread.start()
        runner = ProcessRunner(thread.reactor, 100, program=worker_program(), names=NAMES)
        thread.reactor.callFromThread(runner.start)
        thread.reactor.callFromThread(runner.run, odd.hold, "{ONE}", {str(tmp_path)!r}, "holding")
        thread.reactor.callFromThread(lambda: print(runner.pid, flush=True))
        threading.Event().wait()
    """
    home_assistant = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert home_assistant.stdout is not None
    try:
        pid = int(home_assistant.stdout.readline())
        Gate(tmp_path).wait_for("holding")
        assert is_running(pid)
    finally:
        home_assistant.kill()
        home_assistant.communicate()
    wait_until(lambda: not is_running(pid))


def test_killing_what_has_ended(reactor: ReactorBase) -> None:
    """A process may have ended a moment before it is to be killed."""
    reasons: list[str] = []

    def spawn() -> WorkerProcess:
        program = [sys.executable, "-c", ""]
        return WorkerProcess(reactor, program, on_message=print, on_end=reasons.append)

    workers: list[WorkerProcess] = []
    reactor.callFromThread(lambda: workers.append(spawn()))
    wait_until(lambda: reasons)
    assert reasons == ["ended"]
    reactor.callFromThread(workers[0].kill, "was not needed")
    reactor.callFromThread(workers[0].close)
    bench = Bench(reactor, ProcessRunner(reactor, 1.0))
    bench.turn()
    assert reasons == ["ended"]
    assert workers[0].pid is None


def test_a_worker_starts_although_the_host_has_wrapped_what_opens_files() -> None:
    # Home Assistant does, before anything of ours is imported.
    code = """
import builtins, os
wrapped, listed = builtins.open, os.listdir
def open_(*args, **kwargs): return wrapped(*args, **kwargs)
def listdir(*args, **kwargs): return listed(*args, **kwargs)
builtins.open, os.listdir = open_, listdir
from twisted.internet import process, reactor
from custom_components.sonos_twisted.engine.process_runner import ProcessRunner
def look():
    if runner._ready:
        reactor.stop()
    else:
        reactor.callLater(0.05, look)
runner = ProcessRunner(reactor, 5.0)
reactor.callWhenRunning(runner.start)
reactor.callWhenRunning(look)
reactor.callLater(30, os._exit, 1)
reactor.run()
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == 0
