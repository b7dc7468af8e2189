"""Measures ours and core's `sonos` side by side; scripts/benchmark is the way to call it."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
import json
import os
from pathlib import Path
import platform
import subprocess
import sys
from time import monotonic
import traceback

from homeassistant.const import __version__

from tests.demo.configuration import ROOT
from tests.demo.processes import DemoError
from tests.simulator.control import RemoteError
from tests.simulator.process import SimulatorError

from . import report
from .measures import Results
from .options import Options, say
from .parts import commands, cost, events, floors, memory, start, topology

PARTS: Mapping[str, Callable[[Options, Results], Awaitable[None]]] = {
    part.PART: part.run for part in (floors, events, start, topology, cost, memory, commands)
}
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
BEGIN = "<!-- figures: scripts/benchmark --write -->\n"
END = "<!-- end of figures -->"

_QUICK = Options(rooms=(6,), delays=(20,), rounds=1, quick=True)
#: What the check measures: what does not depend on how fast a machine is, as far as possible.
_CHECKED = ("floors", "events", "start", "topology")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(number) for number in text.split(",")}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/benchmark")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS])
    parser.add_argument("--rooms", type=_numbers)
    parser.add_argument("--delay", type=_numbers)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--events", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["core", "ours"])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plots", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    return parser


def _options(arguments: argparse.Namespace) -> Options:
    base = _QUICK if arguments.quick or arguments.check else Options()
    return Options(
        rooms=arguments.rooms or ((32,) if arguments.check else base.rooms),
        delays=base.delays if arguments.delay is None else arguments.delay,
        rounds=arguments.rounds or base.rounds,
        quick=base.quick,
        whos=(arguments.only,) if arguments.only else base.whos,
        events=arguments.events or base.events,
    )


def _about(seconds: float) -> dict[str, str | int]:
    return {
        "homeassistant": __version__,
        "python": platform.python_version(),
        "processors": os.cpu_count() or 0,
        "load": f"{os.getloadavg()[1]:.1f}",
        "minutes": round(seconds / 60),
    }


def _write(results: Results, about: Mapping[str, str | int]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    facts = ", ".join(f"{name} {value}" for name, value in about.items())
    PAGE.write_text(
        f"{before}{BEGIN}\n{facts}\n\n{report.markdown(results)}{END}{after}", encoding="utf-8"
    )


def _draw(source: Path, folder: Path) -> None:
    """Draw plots in a process that sees matplotlib, which is not in the environment."""
    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.plots", source, folder],
        env={**os.environ, "PYTHONPATH": os.environ.get("PLOTS", "")},
        check=True,
    )


async def _run(names: list[str], options: Options, results: Results) -> None:
    for name in names:
        say(f"{name}:")
        await PARTS[name](options, results)


def main() -> int:
    """Read the command line and measure; scripts/benchmark documents it."""
    arguments = _parser().parse_args()
    names = arguments.parts or list(_CHECKED if arguments.check else PARTS)
    results, begun, failed = Results(), monotonic(), False
    try:
        asyncio.run(_run(names, _options(arguments), results))
    except TimeoutError, OSError, ValueError, DemoError, SimulatorError, RemoteError:
        # What was measured until then has taken long, and is kept.
        traceback.print_exc()
        failed = True
    except KeyboardInterrupt:
        return 2
    print(report.screen(results))
    about = _about(monotonic() - begun)
    target = arguments.json or ROOT / ".cache" / "benchmark" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"about": about, "figures": results.as_data()}, indent=1))
    if failed:
        print(f"benchmark: it ended early; what it had measured is in {target}", file=sys.stderr)
        return 2
    if arguments.plots or arguments.write:
        _draw(target, arguments.plots or IMAGES)
    if arguments.write:
        _write(results, about)
    if arguments.check:
        for line in (failures := report.missed(results)):
            say(line)
        return 1 if failures else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
