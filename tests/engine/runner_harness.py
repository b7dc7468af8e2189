"""What the tests of the command runners share: runners of both kinds, and calls to them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
import os
from pathlib import Path
import threading
import time
from typing import TYPE_CHECKING, Any

from custom_components.sonos_twisted.engine import commands
from custom_components.sonos_twisted.engine.backoff import Backoff
from custom_components.sonos_twisted.engine.command_names import CommandNames
from custom_components.sonos_twisted.engine.process_runner import ProcessRunner
from custom_components.sonos_twisted.engine.runner import (
    REQUESTS_PER_COMMAND,
    STOP_SECONDS,
    CommandRunner,
    ThreadRunner,
)
from custom_components.sonos_twisted.engine.worker_process import WORKER_PROGRAM
from tests.engine import fake_commands

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

#: Seconds within which something that must happen has happened, on the slowest machine.
PATIENCE = 20.0

#: Speakers that are only a name.
ONE, TWO, THREE = (f"192.0.2.{number}:1400" for number in range(1, 4))

NAMES = CommandNames(commands, fake_commands)

#: How long a request may take where a test does not wait for a deadline.
LONG = 9.5

_WORKER = Path(__file__).with_name("fake_worker.py")


def worker_program(behaviour: str = "work", folder: Path | str = "-") -> Sequence[str]:
    """Return what starts a worker that behaves in some way."""
    return (*WORKER_PROGRAM[:-1], str(_WORKER), behaviour, str(folder))


def wait_until[T](condition: Callable[[], T]) -> T:
    """Wait until a condition holds and return what it returned."""
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.005)
    return result


def is_there(pid: int) -> bool:
    """Tell whether a process exists, be it as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Gate:
    """Commands that begin and end when the test wants it, in whatever process they run."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def has(self, name: str, what: str) -> bool:
        """Tell whether a command began or ended."""
        return Path(self.folder, f"{name} {what}").exists()

    def wait_for(self, name: str) -> None:
        """Wait until a command has begun."""
        wait_until(lambda: self.has(name, "began"))

    def open(self, name: str) -> None:
        """Let a command end."""
        Path(self.folder, f"{name} may end").touch()


class Bench:
    """A runner, and calls to it from outside the reactor thread."""

    def __init__(self, reactor: ReactorBase, runner: CommandRunner) -> None:
        self.reactor = reactor
        self.runner = runner

    @property
    def process(self) -> ProcessRunner:
        """The runner, which is one with a worker process."""
        assert isinstance(self.runner, ProcessRunner)
        return self.runner

    @property
    def pid(self) -> int:
        """The worker's process id, once there is a worker."""
        return wait_until(lambda: self.process.pid or 0)

    def begin(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Begin a call."""
        return self.begin_to_cancel(command, *args, **kwargs)[0]

    def begin_to_cancel(
        self, command: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> tuple[Future[Any], Callable[[], None]]:
        """Begin a call; return its outcome and what cancels it."""
        outcome: Future[Any] = Future()
        calls: list[Deferred[Any]] = []

        def failed(failure: Failure) -> None:
            outcome.set_exception(failure.value)

        def start() -> None:
            try:
                call = self.runner.run(command, *args, **kwargs)
            except Exception as error:  # noqa: BLE001, the test says which it expects
                outcome.set_exception(error)
                return
            calls.append(call)
            call.addCallbacks(outcome.set_result, failed)

        def cancel() -> None:
            # The call has been made by the time that the reactor comes to this.
            calls[0].cancel()

        self.reactor.callFromThread(start)
        return outcome, lambda: self.reactor.callFromThread(cancel)

    def run(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Execute a command and wait for its result."""
        return self.begin(command, *args, **kwargs).result(PATIENCE)

    def error(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> BaseException:
        """Execute a command and wait for its exception."""
        return error_of(self.begin(command, *args, **kwargs))

    def turn(self) -> None:
        """Wait until the reactor has done what it was told so far."""
        turned: Future[None] = Future()
        self.reactor.callFromThread(turned.set_result, None)
        turned.result(PATIENCE)


def error_of(outcome: Future[Any]) -> BaseException:
    """Wait for a call's exception."""
    error = outcome.exception(PATIENCE)
    assert error is not None, outcome.result()
    return error


@contextmanager
def thread_bench(reactor: ReactorBase, seconds: float = LONG) -> Iterator[Bench]:
    """Run commands in threads."""
    with _running(reactor, ThreadRunner(reactor, seconds, names=NAMES)) as bench:
        yield bench


@contextmanager
def process_bench(
    reactor: ReactorBase,
    seconds: float = LONG,
    program: Sequence[str] | None = None,
    **options: Any,
) -> Iterator[Bench]:
    """Run commands in a worker process that knows the tests' commands."""
    options.setdefault("backoff", Backoff(first=0.05, longest=0.1))
    runner = ProcessRunner(
        reactor, seconds, program=program or worker_program(), names=NAMES, **options
    )
    with _running(reactor, runner) as bench:
        yield bench


@contextmanager
def _running(reactor: ReactorBase, runner: CommandRunner) -> Iterator[Bench]:
    """Start a runner, and see that it leaves nothing behind."""
    bench = Bench(reactor, runner)
    bench.turn()
    before = _left(reactor)
    reactor.callFromThread(runner.start)
    bench.turn()
    try:
        yield bench
    finally:
        begin = time.monotonic()
        runner.stop()
        assert time.monotonic() - begin < STOP_SECONDS + 1
        wait_until(lambda: _left(reactor) <= before)
        assert not isinstance(runner, ProcessRunner) or runner.pid is None


def _left(reactor: Any) -> set[object]:
    """Return what the reactor waits for, and the children and threads that this process has."""
    children = Path("/proc/self/task").glob("*/children")
    pids = {pid for file in children for pid in file.read_text().split()}
    ours = [thread for thread in threading.enumerate() if "sonos_twisted" in thread.name]
    watched = [*reactor.getReaders(), *reactor.getWriters(), *reactor.getDelayedCalls()]
    return {*watched, *pids, *ours}


#: A request's seconds with which a command's deadline comes soon.
SHORT = 0.3
DEADLINE = SHORT * REQUESTS_PER_COMMAND
