"""What the Home Assistant process holds: memory, threads, sockets, timers."""

import asyncio
from dataclasses import asdict, dataclass
import json
import os
from pathlib import Path
import signal
import time
from typing import Any

_PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a process holds at one moment."""

    at: float
    """Seconds since the start of the soak."""
    rss_mib: float
    threads: int
    sockets: int
    files: int
    delayed_calls: int
    tasks: int
    objects: int
    thread_names: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def resident(pid: int) -> float:
    """Return the MiB of memory that a process holds."""
    return round(int(_status(pid)["VmRSS"].split()[0]) / 1024, 1)


def _descriptors(pid: int) -> list[str]:
    found = []
    for path in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(str(path.readlink()))
        except OSError:  # closed meanwhile
            continue
    return found


async def measure(pid: int, inventory: Path, at: float) -> Resources:
    """Look into a process that was started with ``launch.py``.

    Raises:
        TimeoutError: The process does not answer.
    """
    return await asyncio.to_thread(_measure, pid, inventory, at)


def _ask(pid: int, inventory: Path) -> dict[str, Any]:
    inventory.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    deadline = time.monotonic() + _PATIENCE
    while not inventory.exists():
        if time.monotonic() > deadline:
            raise TimeoutError("Home Assistant's main thread does not answer.")
        time.sleep(0.05)
    answer: dict[str, Any] = json.loads(inventory.read_text())
    return answer


def _measure(pid: int, inventory: Path, at: float) -> Resources:
    inside = _ask(pid, inventory)
    status = _status(pid)
    descriptors = _descriptors(pid)
    return Resources(
        at=round(at, 1),
        rss_mib=resident(pid),
        threads=int(status["Threads"]),
        sockets=sum(name.startswith("socket:") for name in descriptors),
        files=len(descriptors),
        delayed_calls=inside["delayed_calls"],
        tasks=inside["tasks"],
        objects=inside["objects"],
        thread_names=inside["thread_names"],
    )
