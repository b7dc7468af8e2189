"""The worker's pieces, in this process."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
import faulthandler
import os
import runpy
import signal
import sys
from typing import Any, override

import pytest
from twisted.protocols.basic import NetstringReceiver

from custom_components.sonos_twisted.engine import EngineError, PlayerError, worker as module
from custom_components.sonos_twisted.engine.command_names import CommandNames
from custom_components.sonos_twisted.engine.commands import rendering, transport
from custom_components.sonos_twisted.engine.http_request import request_seconds
from custom_components.sonos_twisted.engine.messages import (
    MAX_MESSAGE,
    CallMessage,
    ErrorMessage,
    Hello,
    Message,
    MistakeMessage,
    ResultMessage,
    decode,
    encode,
)
from custom_components.sonos_twisted.engine.worker import Pipe, Worker, execute, main, serve
from custom_components.sonos_twisted.engine.worker_process import WORKER_PROGRAM
from tests.engine import fake_commands
from tests.engine.runner_harness import NAMES, ONE


class Answers(NetstringReceiver):
    """Reads what a worker writes."""

    MAX_LENGTH = MAX_MESSAGE

    def __init__(self, descriptor: int) -> None:
        self.messages: list[Message] = []
        self.makeConnection(Pipe(descriptor))

    @override
    def stringReceived(self, string: bytes) -> None:
        self.messages.append(decode(string))


class Talk:
    """A worker in this process, and the pipes to it and from it."""

    def __init__(self, commands: Mapping[str, Callable[..., object]]) -> None:
        self.source, self.to_worker = os.pipe()
        self.from_worker, self.sink = os.pipe()
        self.answers = Answers(self.to_worker)
        self.executor = ThreadPoolExecutor(2)
        self.worker = Worker(commands, self.executor)
        self.worker.makeConnection(Pipe(self.sink))

    def send(self, *messages: Message | bytes) -> None:
        """Send messages, or bytes that are none."""
        for message in messages:
            data = message if isinstance(message, bytes) else encode(message)
            self.answers.sendString(data)

    def serve(self) -> int:
        """Let the worker work until its input closes; return its exit status."""
        os.close(self.to_worker)
        status = serve(self.worker, self.source)
        self.executor.shutdown()
        return status

    def said(self, count: int) -> list[Message]:
        """Return what the worker said."""
        while len(self.answers.messages) < count:
            self.answers.dataReceived(os.read(self.from_worker, 65536))
        return self.answers.messages


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Talk to a worker."""
    talk = Talk(NAMES.load())
    yield talk
    talk.executor.shutdown()
    for descriptor in (talk.source, talk.from_worker, talk.sink):
        os.close(descriptor)


def call(command: str, *args: object, number: int = 1) -> CallMessage:
    """Word a call."""
    return CallMessage(number, command, 4.5, args)


# --- names ---------------------------------------------------------------------------------


def test_names_are_those_of_module_and_function() -> None:
    names = CommandNames()
    assert names.name_of(transport.play) == "transport.play"
    assert names.load()["rendering.set_volume"] is rendering.set_volume


def test_names_name_all_that_is_loaded_and_nothing_else() -> None:
    loaded = CommandNames().load()
    assert {name: CommandNames().name_of(function) for name, function in loaded.items()} == {
        name: name for name in loaded
    }
    assert not [name for name in loaded if "._" in name or name.startswith("odd.")]
    assert "soap.service_of" not in loaded, "it is only imported there"
    assert "odd.echo" in CommandNames(fake_commands).load()
    assert "transport.play" not in CommandNames(fake_commands).load()


# --- executing -----------------------------------------------------------------------------


def done(command: str, *args: object) -> Message:
    """Execute a command of the tests."""
    return execute(NAMES.load(), call(command, *args))


def test_a_result() -> None:
    named = CallMessage(1, "odd.echo", 4.5, (ONE,), {"value": 3})
    assert done("odd.echo", ONE, 3) == execute(NAMES.load(), named) == ResultMessage(1, 3)


def test_the_time_of_requests() -> None:
    token = request_seconds.set(1.0)
    try:
        message = done("odd.surroundings", ONE)
        assert isinstance(message, ResultMessage)
        assert message.value["seconds"] == 4.5
    finally:
        request_seconds.reset(token)


def test_an_error() -> None:
    message = done("odd.fail_with", ONE, "PlayerError", "192.0.2.1", "is on fire")
    assert isinstance(message, ErrorMessage)
    assert type(message.error) is PlayerError
    assert message.error.args == ("192.0.2.1", "is on fire")


def test_a_mistake() -> None:
    message = done("odd.stumble", ONE)
    assert isinstance(message, MistakeMessage)
    assert message.says == "LookupError: the answer has no 'Result'"
    assert "in stumble" in message.trace


@pytest.mark.parametrize(
    "name", ["os.system", "soap._raise_for", "soap.Player", "soap.service_of", "play", "", "..x"]
)
def test_what_is_no_command(name: str) -> None:
    message = done(name, "true")
    assert isinstance(message, ErrorMessage)
    assert type(message.error) is EngineError
    assert str(message.error) == f"There is no command {name}"


# --- talking -------------------------------------------------------------------------------


def test_says_hello_and_answers(talk: Talk) -> None:
    talk.send(call("odd.echo", ONE, 1, number=5), call("odd.echo", ONE, 2, number=6))
    assert talk.serve() == 0
    hello, *answers = talk.said(3)
    assert hello == Hello()
    assert sorted(answers, key=str) == [ResultMessage(5, 1), ResultMessage(6, 2)]


def test_an_answer_that_cannot_be_sent(talk: Talk) -> None:
    talk.send(call("odd.odd_answer", ONE, number=5))
    assert talk.serve() == 0
    message = talk.said(2)[1]
    assert isinstance(message, ErrorMessage)
    assert message.number == 5
    assert "The answer to odd.odd_answer cannot be handed over" in str(message.error)


def test_a_large_answer(talk: Talk) -> None:
    """More than a pipe takes at once."""
    talk.send(call("odd.page", ONE, 400_000))
    os.close(talk.to_worker)
    assert serve(talk.worker, talk.source) == 0
    assert talk.said(2)[1] == ResultMessage(1, "<&é>" * 100_000)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Hello(), "A worker is not told a Hello"),
        (b'{"version": 3, "kind": "call"}', "is of version 3"),
    ],
)
def test_what_a_worker_is_not_told(
    talk: Talk, message: Message | bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody would get an answer, so it ends; whoever started it starts another one."""
    talk.send(message)
    assert talk.serve() == 1
    assert words in capsys.readouterr().err


def test_what_is_no_netstring(talk: Talk, capsys: pytest.CaptureFixture[str]) -> None:
    os.write(talk.to_worker, b"hello")
    assert talk.serve() == 1
    assert "This is no message" in capsys.readouterr().err


def test_what_is_too_long(talk: Talk) -> None:
    os.write(talk.to_worker, b"%d:{" % (MAX_MESSAGE + 1))
    assert talk.serve() == 1


# --- the process ---------------------------------------------------------------------------


def test_the_standard_streams_are_taken_over() -> None:
    """What is printed afterwards goes to standard error, whoever prints it."""
    kept = [os.dup(number) for number in range(3)]
    read, write = os.pipe()
    try:
        os.dup2(write, 2)
        source, sink = module._take_over_standard_streams()
        os.write(1, b"printed")
        empty = os.read(0, 1)
        for descriptor in (source, sink):
            os.close(descriptor)
    finally:
        for number, descriptor in enumerate(kept):
            os.dup2(descriptor, number)
            os.close(descriptor)
    assert os.read(read, 100) == b"printed"
    assert empty == b""
    os.close(read)
    os.close(write)


def test_main(monkeypatch: pytest.MonkeyPatch) -> None:
    source, to_worker = os.pipe()
    from_worker, sink = os.pipe()
    ignored: list[Any] = []
    monkeypatch.setattr(module, "_take_over_standard_streams", lambda: (source, sink))
    monkeypatch.setattr(signal, "signal", lambda *handler: ignored.append(handler))
    monkeypatch.setattr(faulthandler, "enable", lambda: None)
    os.close(to_worker)
    statuses: list[int] = []
    with pytest.raises(SystemExit):
        main(NAMES, statuses.append)
    answers = Answers(sink)
    answers.dataReceived(os.read(from_worker, 1000))
    assert (answers.messages, statuses) == ([Hello()], [0])
    assert ignored == [(signal.SIGINT, signal.SIG_IGN)]
    for descriptor in (source, from_worker, sink):
        os.close(descriptor)


def test_the_package_that_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_alone = runpy.run_path(WORKER_PROGRAM[-1])["stand_alone"]
    for parts, packages in ((False, {"lonely"}), (True, {"lonely", "lonely.engine"})):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "modules", dict(sys.modules))
            stand_alone("lonely", parts_of_engine=parts)
            assert {name for name in sys.modules if name.startswith("lonely")} == packages


def test_run_as_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """It imports the worker from the package that stands alone, and lets it work."""
    called: list[str] = []

    class Module:
        @staticmethod
        def main() -> None:
            """Note that it was called."""
            called.append("main")

    def imported(name: str) -> type[Module]:
        called.append(name)
        return Module

    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr("importlib.import_module", imported)
    runpy.run_path(WORKER_PROGRAM[-1], run_name="__main__")
    assert called == ["sonos_twisted.engine.worker", "main"]
