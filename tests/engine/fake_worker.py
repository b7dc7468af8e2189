"""A worker process that knows the tests' commands as well, or that behaves badly.

Run by its path, with the name of a behaviour and, for some, a folder.
"""

import os
from pathlib import Path
import runpy
import sys
import time
from typing import NoReturn

_ENGINE = Path(__file__).resolve().parents[2] / "custom_components" / "sonos_twisted" / "engine"


def _say(words: str) -> None:
    os.write(1, f"{len(words)}:{words},".encode())


def _work() -> NoReturn:
    # Under its usual name, so that the tests' commands raise the errors that the worker knows.
    stand_alone = runpy.run_path(str(_ENGINE / "standalone.py"))["stand_alone"]
    stand_alone("custom_components.sonos_twisted", parts_of_engine=True)
    from custom_components.sonos_twisted.engine import commands  # noqa: PLC0415, not before that
    from custom_components.sonos_twisted.engine.command_names import (  # noqa: PLC0415
        CommandNames,
    )
    from custom_components.sonos_twisted.engine.worker import main  # noqa: PLC0415
    from tests.engine import fake_commands  # noqa: PLC0415

    main(CommandNames(commands, fake_commands))


def _behave(behaviour: str, folder: Path) -> None:
    if behaviour == "broken" and not (folder / "mended").exists():
        sys.exit("there is no such module")
    if behaviour in {"work", "broken"}:
        _work()
    elif behaviour == "garbage":
        os.write(1, b"Hello, world!\n")
    elif behaviour == "newer":
        _say('{"version": 3, "kind": "hello"}')
    elif behaviour == "asking":
        _say('{"version": 2, "kind": "call", "number": 1, "command": "x", "seconds": 1}')
    elif behaviour == "deaf":
        _say('{"version": 2, "kind": "hello"}')
    elif behaviour == "lingering":
        for descriptor in range(3):
            os.close(descriptor)
    time.sleep(600)


if __name__ == "__main__":
    _behave(sys.argv[1], Path(sys.argv[2]))
