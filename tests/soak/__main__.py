"""Runs the soak; scripts/soak is the way to call it."""

import argparse
import asyncio
import json
from pathlib import Path
import sys

from tests.demo.configuration import ROOT
from tests.demo.processes import DemoError

from .soak import Options, soak


def _arguments() -> argparse.Namespace:
    """Read the command line; scripts/soak documents it."""
    parser = argparse.ArgumentParser(prog="scripts/soak")
    add = parser.add_argument
    add("--minutes", type=float, default=30.0)
    add("--speakers", type=int, default=16)
    add("--seed", type=int, default=1)
    add("--rate", type=float, default=1.0)
    add("--short-leases", action="store_true")
    add("--without", nargs="+", default=[], metavar="KIND")
    add("--base", default="127.20.1.1")
    add("--folder", type=Path, default=Path(ROOT, ".demo", "soak"))
    add("--json", type=Path)
    add("--verbose", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Run the soak from the command line; 0 says that truth equalled state."""
    arguments = _arguments()
    options = Options(
        seconds=arguments.minutes * 60,
        speakers=arguments.speakers,
        seed=arguments.seed,
        rate=arguments.rate,
        short_leases=arguments.short_leases,
        without=tuple(arguments.without),
        base=arguments.base,
        folder=arguments.folder,
        verbose=arguments.verbose,
    )
    try:
        report = asyncio.run(soak(options))
    except DemoError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    for line in report.lines():
        print(line)
    if arguments.json:
        arguments.json.write_text(json.dumps(report.as_dict(), indent=2))
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
