"""Starts Home Assistant as the demo does, with a window into its process.

At SIGUSR1 it writes what the process holds to the file that SOAK_INVENTORY names.
"""

import asyncio
import gc
import json
import os
from pathlib import Path
import signal
import sys
import threading
from types import FrameType

from homeassistant import bootstrap
from homeassistant.__main__ import main

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.demo import launch


def _delayed_calls() -> int:
    """Count what the reactor has been asked to do later; 0 while there is no reactor."""
    reactor = sys.modules.get("twisted.internet.reactor")
    return len(reactor.getDelayedCalls()) if reactor else 0


def _inventory() -> dict[str, object]:
    gc.collect()
    try:
        tasks = len(asyncio.all_tasks(asyncio.get_running_loop()))
    except RuntimeError:
        tasks = -1
    return {
        "delayed_calls": _delayed_calls(),
        "tasks": tasks,
        "thread_names": sorted(thread.name for thread in threading.enumerate()),
        "objects": len(gc.get_objects()),
    }


def _write(inventory: dict[str, object]) -> None:
    path = Path(os.environ["SOAK_INVENTORY"])
    part = path.with_suffix(".part")
    part.write_text(json.dumps(inventory))
    part.replace(path)


def _asked(_signal: int, _frame: FrameType | None) -> None:
    """Count here, on the thread of the event loop; write where nobody waits."""
    threading.Thread(target=_write, args=[_inventory()], name="inventory").start()


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _asked)
    for name, content in launch._STAND_INS.items():
        launch._stand_in(name, content)
    bootstrap.DEFAULT_INTEGRATIONS -= launch._LEFT_OUT
    sys.exit(main())
