"""Commands that do what real ones may do at worst."""

import os
from pathlib import Path
import sys
import threading
import time

from custom_components.sonos_twisted.engine import errors
from custom_components.sonos_twisted.engine.http_request import request_seconds


class SpecialError(errors.PlayerError):
    """An error that is in no table."""


def echo(address: str, value: object = None) -> object:
    """Return what was given."""
    return value


def hold(address: str, folder: str, name: str) -> str:
    """Say that it has begun, and go on when the test says so."""
    Path(folder, f"{name} began").touch()
    while not Path(folder, f"{name} may end").exists():
        time.sleep(0.002)
    Path(folder, f"{name} ended").touch()
    return name


def note(address: str, folder: str, word: str) -> None:
    """Write a word, and how many commands to this speaker are under way."""
    with Path(folder, "notes").open("a") as notes:
        notes.write(f"{word} ")


def fail_with(address: str, kind: str, *args: str | int) -> None:
    """Raise one of the errors that there are."""
    raise getattr(errors, kind)(*args)


def fail_specially(address: str) -> None:
    """Raise an error of which another process knows nothing."""
    raise SpecialError(address, "is special")


def stumble(address: str) -> None:
    """Raise what no command may raise."""
    raise LookupError("the answer has no 'Result'")


def page(address: str, size: int) -> str:
    """Return a large text."""
    return "<&é>" * (size // 4)


def odd_answer(address: str) -> object:
    """Return what is in no table."""
    return object()


def crash(address: str, status: int) -> None:
    """End the process, as a mistake in a library in C might."""
    os._exit(status)


def chatter(address: str) -> str:
    """Print, also past Python's streams, and try to read what is meant for the worker."""
    print("printed")  # noqa: T201, that is the point
    os.write(1, b"written\n")
    os.write(2, b"x" * 5000 + b"\n\nunfinished")
    return sys.stdin.read()


def surroundings(address: str) -> dict[str, object]:
    """Return where this is executed."""
    return {
        "pid": os.getpid(),
        "path": list(sys.path),
        "threads": threading.active_count(),
        "seconds": request_seconds.get(),
    }
