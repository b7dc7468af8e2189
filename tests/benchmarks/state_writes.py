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
import sys

from homeassistant.const import __version__

from tests.demo.configuration import ROOT
from tests.demo.processes import DemoError
from tests.simulator.process import SimulatorError

from .bench import bench_of_house
from .measures import CORE, OURS
from .options import say
from .parts.cost import live

PAGE = ROOT / "docs" / "reliability.md"
BEGIN = "<!-- state writes: python -m tests.benchmarks.state_writes --write -->\n"
END = "<!-- end of state writes -->"

#: Seconds of silence in the house before the hour.
_SETTLE = 5.0


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


async def run(who: str, seconds: float, *, everything: bool) -> Counts:
    """Live through the hour with an integration, in a house of its own."""
    async with bench_of_house(who) as bench:
        if everything:
            await bench.host.do("enable", domain=bench.domain)
        await bench.silence(_SETTLE)
        written = (await live(bench, seconds)).counts
        entities = await bench.host.do("entities", domain=bench.domain)
        return {entity: Writes(1, *written.get(entity, (0, 0))) for entity in sorted(entities)}


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
        who, everything = kinds[name]
        runs[name] = await run(who, arguments.seconds, everything=everything)
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
