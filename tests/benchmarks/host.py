"""A Home Assistant that is measured: a process, and the probe inside it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
import contextlib
from dataclasses import dataclass
import json
import os
from pathlib import Path
import sys
import tempfile
from time import monotonic
from typing import Any

from tests.demo.configuration import Settings, write
from tests.demo.instance import free_port
from tests.demo.processes import Child, DemoError

from .probe import LINE
from .usage import Usage

_LAUNCHER = Path(__file__).parent / "probe_launch.py"
#: Seconds until Home Assistant has opened the probe's socket, and until it has answered.
_START = 60.0
_PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Note:
    """A state of a player, as `state_changed` brought it.

    Attributes:
        at: When, in nanoseconds of the machine's monotonic clock.
        entity: Of which player.
        state: The state.
        title: What it plays.
        volume: From 0 to 1.
        queue: How long its queue is.
        members: Who is in its group.

    """

    at: int
    entity: str
    state: str
    title: str | None
    volume: float | None
    queue: int | None
    members: list[str]

    @property
    def available(self) -> bool:
        """Whether the player is there."""
        return self.state not in {"unavailable", "unknown"}


@dataclass(frozen=True, slots=True)
class Notes:
    """What was seen in a measurement.

    Attributes:
        states: The states of players, oldest first.
        counts: By entity, how often a state was written that was another, and the same again; only
            where this was counted.
        stall: The longest time for which the loop was not to be had, in seconds.
        collection: The longest garbage collection, in seconds.
        usage: What the process has used.
        seconds: How long it took.

    """

    states: list[Note]
    counts: dict[str, tuple[int, int]]
    stall: float
    collection: float
    usage: Usage
    seconds: float


class Host:
    """Speaks to the probe, and reads what the process uses."""

    def __init__(
        self, child: Child, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Keep what belongs together; use `running`."""
        self.child = child
        self._reader = reader
        self._writer = writer
        self._before = Usage(0, 0)
        self._begun = 0.0

    @property
    def pid(self) -> int:
        """The process."""
        return self.child.pid

    async def do(self, command: str, **arguments: Any) -> Any:
        """Have the probe do something; return its result."""
        self.child.check()
        self._writer.write(json.dumps({"do": command, **arguments}).encode() + b"\n")
        async with asyncio.timeout(_PATIENCE):
            line = await self._reader.readline()
        self.child.check()
        answer = json.loads(line)
        if "error" in answer:
            raise DemoError(f"{command}: {answer['error']}")
        return answer["result"]

    async def begin(self, beat: float = 0.0, *, counting: bool = False) -> None:
        """Begin a measurement."""
        await self.do("begin", beat=beat, counting=counting)
        self._before, self._begun = Usage.of(self.pid), monotonic()

    async def end(self) -> Notes:
        """End a measurement."""
        usage, seconds = Usage.of(self.pid) - self._before, monotonic() - self._begun
        result = await self.do("end")
        return Notes(
            states=[Note(*row) for row in result["notes"]],
            counts={entity: tuple(counts) for entity, counts in result["counts"].items()},
            stall=result["stall"] / 1e9,
            collection=result["collection"] / 1e9,
            usage=usage,
            seconds=seconds,
        )

    async def players(self, domain: str) -> dict[str, Note]:
        """Return what the players of an integration show, by uid."""
        rows = await self.do("players", domain=domain)
        return {uid: Note(0, *row) for uid, row in rows.items()}


async def _connect(child: Child, path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    begun = monotonic()
    while True:
        try:
            return await asyncio.open_unix_connection(path, limit=LINE)
        except FileNotFoundError, ConnectionRefusedError:
            child.check()
        if monotonic() - begun > _START:
            raise DemoError(f"Home Assistant did not start in {_START:.0f} s.")
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def running(
    domain: str, hosts: Sequence[str] = (), options: dict[str, str | int] | None = None
) -> AsyncIterator[Host]:
    """Run Home Assistant as long as the block lasts.

    It has no recorder: what it does with a state that is written is the same for all, but much.

    Args:
        domain: The integration that it has; empty: none.
        hosts: What the integration is told.
        options: What else it is told.

    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        settings = Settings(
            folder=folder / "config",
            port=free_port(9000 + os.getpid() % 500),
            domain=domain,
            hosts=hosts,
            options=options or {},
            history=False,
        )
        write(settings)
        child = await Child.start(
            "Home Assistant",
            [sys.executable, _LAUNCHER, "--skip-pip", "-c", settings.folder],
            folder / "output.txt",
            environment={"PYTHONUNBUFFERED": "1", "PROBE": str(folder / "probe")},
        )
        try:
            reader, writer = await _connect(child, folder / "probe")
            try:
                yield Host(child, reader, writer)
            finally:
                writer.close()
        finally:
            await child.stop()
