"""What runs in the worker process: it executes the commands that it is sent.

It is spoken to on standard input and answers on what was its standard output. Nothing of Home
Assistant is imported here, and no reactor: commands block, so each runs in a thread.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
import faulthandler
import logging
import os
import signal
import sys
import threading
import traceback
from typing import Any, NoReturn, override

from twisted.protocols.basic import NetstringReceiver

from .command_names import CommandNames
from .errors import EngineError
from .http_request import request_seconds
from .messages import (
    MAX_MESSAGE,
    CallMessage,
    ErrorMessage,
    Hello,
    MalformedMessageError,
    Message,
    MistakeMessage,
    ResultMessage,
    decode,
    encode,
)
from .runner import MAX_THREADS

_CHUNK = 65536

type Commands = Mapping[str, Callable[..., object]]


class Pipe:
    """The part of a Twisted transport that a protocol uses, over a blocking pipe."""

    def __init__(self, descriptor: int) -> None:
        """Write to a file descriptor."""
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write all of the data."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def loseConnection(self) -> None:  # noqa: N802, Twisted's name
        """Nothing to do: whoever feeds the protocol stops when it is broken."""


class Worker(NetstringReceiver):
    """Executes the calls that arrive and answers each when it is done."""

    MAX_LENGTH = MAX_MESSAGE

    def __init__(self, commands: Commands, executor: Executor) -> None:
        """Prepare to work.

        Args:
            commands: What may be executed, by name.
            executor: Where it is executed.

        """
        self._commands = commands
        self._executor = executor
        self._writing = threading.Lock()

    @override
    def connectionMade(self) -> None:
        self._send(encode(Hello()))

    @override
    def stringReceived(self, string: bytes) -> None:
        """Begin with a call.

        Raises:
            MalformedMessageError: When it is none, so that nobody can be answered.

        """
        call = decode(string)
        if not isinstance(call, CallMessage):
            raise MalformedMessageError(f"A worker is not told a {type(call).__name__}")
        self._executor.submit(self._answer, call)

    def _answer(self, call: CallMessage) -> None:
        try:
            answer = encode(execute(self._commands, call))
        except MalformedMessageError as error:
            words = f"The answer to {call.command} cannot be handed over: {error}"
            answer = encode(ErrorMessage(call.number, EngineError(words)))
        self._send(answer)

    def _send(self, data: bytes) -> None:
        with self._writing:
            self.sendString(data)


def execute(commands: Commands, call: CallMessage) -> Message:
    """Execute a command and return the message that tells how it ended."""
    command = commands.get(call.command)
    if command is None:
        error = EngineError(f"There is no command {call.command}")
        return ErrorMessage(call.number, error)
    request_seconds.set(call.seconds)
    try:
        return ResultMessage(call.number, command(*call.args, **call.kwargs))
    except EngineError as error:
        return ErrorMessage(call.number, error)
    except Exception as error:  # noqa: BLE001, it is told to whoever called
        return MistakeMessage(
            call.number, f"{type(error).__name__}: {error}", traceback.format_exc()
        )


def serve(worker: Worker, source: int) -> int:
    """Feed a worker from a file descriptor until that is closed; return the exit status."""
    while chunk := os.read(source, _CHUNK):
        try:
            worker.dataReceived(chunk)
        except MalformedMessageError as error:
            print(error, file=sys.stderr, flush=True)  # noqa: T201, our parent logs it
            return 1
        if worker.brokenPeer:
            print("This is no message, or too long a one", file=sys.stderr, flush=True)  # noqa: T201, as above
            return 1
    return 0


def _take_over_standard_streams() -> tuple[int, int]:
    """Return the pipes to our parent; whatever is printed from now on goes to standard error."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink


def main(names: CommandNames | None = None, end: Callable[[int], Any] = os._exit) -> NoReturn:
    """Work until our parent closes standard input, as its end does, whatever ended it.

    Args:
        names: What may be executed; without it, the commands of ``engine.commands``.
        end: Ends the process.

    """
    # Ctrl-C is sent to all processes of a terminal; our parent decides when we end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    source, sink = _take_over_standard_streams()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    commands = (names or CommandNames()).load()
    worker = Worker(commands, ThreadPoolExecutor(MAX_THREADS, "command"))
    worker.makeConnection(Pipe(sink))
    status = serve(worker, source)
    # Threads that wait for a speaker that hangs are not waited for.
    end(status)
    raise SystemExit(status)
