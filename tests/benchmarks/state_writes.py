"""How often states are written in an hour of a house: by core's `sonos`, and by ours.

    python -m tests.benchmarks.state_writes --help

People do the same in the same simulated house, once for each run; ``day.py`` is what they do. The
hour is compressed: what is done by the clock, such as readings at intervals, comes less often in it
than in a real one. ``--seconds 3600`` takes a real one.
"""

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import json
import os
from pathlib import Path
import signal
import sys
import tempfile
from typing import Any

from homeassistant.const import __version__

from tests.demo.client import Client
from tests.demo.configuration import ROOT, Settings
from tests.demo.instance import free_port, running
from tests.demo.processes import Child, DemoError
from tests.simulator.control import Remote, RemoteError
from tests.simulator.process import SimulatorError, SimulatorProcess

from .compare import CORE, OURS, players_of, say
from .day import HOUR, Moment

PAGE = ROOT / "docs" / "reliability.md"
BEGIN = "<!-- state writes: python -m tests.benchmarks.state_writes --write -->\n"
END = "<!-- end of state writes -->"

#: Seconds for the house to settle, before the hour and after it.
_SETTLE = 5.0
#: Seconds until entities that were enabled are there: Home Assistant waits for half a minute.
_ENABLED = 120.0

_LAUNCHER = Path(__file__).parent / "counting_launch.py"


@dataclass(frozen=True, slots=True)
class Writes:
    """How often states were written.

    Attributes:
        entities: Of how many entities.
        changed: How often another state than before.
        reported: How often the same state again.

    """

    entities: int = 0
    changed: int = 0
    reported: int = 0

    def __add__(self, other: Writes) -> Writes:
        """Add up."""
        return Writes(
            self.entities + other.entities,
            self.changed + other.changed,
            self.reported + other.reported,
        )


type Counts = Mapping[str, Writes]
"""The writes of each entity."""


class Day:
    """One integration, and the hour that it lives through."""

    def __init__(
        self, client: Client, child: Child, house: Remote, domain: str, counts: Path
    ) -> None:
        """Keep what belongs together; ``counts`` is the file of the launcher."""
        self._client = client
        self._child = child
        self._house = house
        self._domain = domain
        self._counts = counts

    async def enable_everything(self) -> None:
        """Enable the entities that are disabled by default, and wait until they are there."""
        disabled = [
            entry["entity_id"]
            for entry in await self._registry()
            if entry["disabled_by"] == "integration"
        ]
        for entity_id in disabled:
            await self._client.call(
                "config/entity_registry/update", entity_id=entity_id, disabled_by=None
            )
        there = await self._client.wait_for(
            lambda: all(entity_id in self._client.states for entity_id in disabled), _ENABLED
        )
        if not there:
            missing = [each for each in disabled if each not in self._client.states]
            say(f"{self._domain}: not there after {_ENABLED:.0f} s: {', '.join(missing)}")

    async def live(self, rooms: dict[str, str], seconds: float) -> Counts:
        """Let the hour pass in so many seconds, and return what was written in it."""
        await asyncio.sleep(_SETTLE)
        before = await self._read()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for moment in HOUR:
            await asyncio.sleep(max(0.0, begun + moment.minute * seconds / 60 - loop.time()))
            self._child.check()
            try:
                await self._make(moment, rooms)
            except (DemoError, RemoteError) as error:
                say(f"{self._domain}: at minute {moment.minute}: {error}")
        await asyncio.sleep(max(0.0, begun + seconds - loop.time()) + _SETTLE)
        after = await self._read()
        ours = {entry["entity_id"] for entry in await self._registry()}
        counts = {}
        for entity_id in sorted(ours & self._client.states.keys()):
            changed, reported = (
                now - then
                for now, then in zip(
                    after.get(entity_id, (0, 0)), before.get(entity_id, (0, 0)), strict=True
                )
            )
            counts[entity_id] = Writes(1, changed, reported)
        return counts

    async def _make(self, moment: Moment, rooms: dict[str, str]) -> None:
        if moment.hand is not None:
            await asyncio.to_thread(moment.hand, self._house)
            return
        domain, _, service = moment.action.partition(".")
        data = dict(moment.data)
        if isinstance(members := data.get("group_members"), list):
            data["group_members"] = [rooms[room] for room in members]
        await self._client.call(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target={"entity_id": [rooms[room] for room in moment.rooms]},
        )

    async def _registry(self) -> list[dict[str, Any]]:
        entries = await self._client.call("config/entity_registry/list")
        return [entry for entry in entries if entry["platform"] == self._domain]

    async def _read(self) -> dict[str, tuple[int, int]]:
        self._counts.unlink(missing_ok=True)
        self._child.send_signal(signal.SIGUSR1)
        while not self._counts.exists():
            self._child.check()
            await asyncio.sleep(0.05)
        counts: dict[str, tuple[int, int]] = json.loads(self._counts.read_text())
        return counts


async def run(domain: str, seconds: float, base: str, *, everything: bool) -> Counts:
    """Live through the hour with an integration, in a house of its own."""
    with SimulatorProcess(base=base) as house, tempfile.TemporaryDirectory() as folder:
        uids = {
            speaker["name"]: speaker["uid"]
            for speaker in house.facts["speakers"]
            if not speaker["invisible"]
        }
        counts = Path(folder) / "state_writes.json"
        settings = Settings(
            folder=Path(folder) / "config",
            port=free_port(8400 + os.getpid() % 1000),
            domain=domain,
            hosts=house.hosts[:1],
            options={"listen_address": "127.0.0.1"} if domain == OURS else {},
        )
        environment = {"STATE_WRITES": str(counts)}
        async with running(settings, lambda _: None, _LAUNCHER, environment) as (client, child):
            rooms = await players_of(client, domain, uids)
            day = Day(client, child, house.remote, domain, counts)
            if everything:
                await day.enable_everything()
            return await day.live(rooms, seconds)


def by_platform(counts: Counts) -> dict[str, Writes]:
    """Add up the writes of the entities of each platform."""
    sums: dict[str, Writes] = defaultdict(Writes)
    for entity_id, writes in counts.items():
        sums[entity_id.partition(".")[0]] += writes
    return dict(sums)


def table(runs: Mapping[str, Counts]) -> str:
    """Return a table in Markdown, a row for each platform."""
    sums = {name: by_platform(counts) for name, counts in runs.items()}
    platforms = sorted({platform for each in sums.values() for platform in each})
    head = "".join(f" {name}: entities | changed | reported |" for name in runs)
    lines = [f"| platform |{head}", "| --- |" + " ---: | ---: | ---: |" * len(runs)]
    lines += [_row(each, [run.get(each) for run in sums.values()]) for each in platforms]
    totals = [sum(each.values(), Writes()) for each in sums.values()]
    lines.append(_row("**together**", totals))
    return "\n".join([*lines, ""])


def _row(name: str, cells: Sequence[Writes | None]) -> str:
    texts = [
        f"{each.entities} | {each.changed} | {each.reported}" if each else " |  | "
        for each in cells
    ]
    return f"| {name} | {' | '.join(texts)} |"


def busiest(counts: Counts, number: int = 10) -> str:
    """List the busiest entities."""
    most = sorted(counts.items(), key=lambda item: -item[1].changed - item[1].reported)[:number]
    return "".join(f"  {w.changed:5} {w.reported:5}  {entity_id}\n" for entity_id, w in most)


def _section(runs: Mapping[str, Counts], seconds: float) -> str:
    return f"""{BEGIN}
Home Assistant {__version__}, an hour in {seconds:.0f} s:

{table(runs)}
{END}"""


async def measure(arguments: argparse.Namespace) -> int:
    """Make all runs; return the exit status."""
    kinds = {
        "core": (CORE, False),
        "ours": (OURS, False),
        "ours, all enabled": (OURS, True),
    }
    runs: dict[str, Counts] = {}
    for name in arguments.only or kinds:
        domain, everything = kinds[name]
        runs[name] = await run(domain, arguments.seconds, arguments.base, everything=everything)
        say(f"{name}: changed, reported of the busiest\n{busiest(runs[name])}")
    print(table(runs))
    if arguments.write:
        text = PAGE.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(before + _section(runs, arguments.seconds) + after, encoding="utf-8")
    return 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.state_writes")
    parser.add_argument("--seconds", type=float, default=300.0, help="that the hour takes")
    parser.add_argument("--base", default="127.31.1.1", help="address of the first speaker")
    parser.add_argument(
        "--only", action="append", choices=["core", "ours", "ours, all enabled"], help="this run"
    )
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    arguments = parser.parse_args()
    if arguments.write and arguments.only:
        parser.error("--write needs all runs")
    try:
        return asyncio.run(measure(arguments))
    except (DemoError, SimulatorError) as error:
        print(f"state_writes: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2


if __name__ == "__main__":
    sys.exit(main())
