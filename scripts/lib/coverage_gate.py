"""Prints the coverage of each module and fails when one is below the floor.

A total can hide a module that nothing tests, so each module has to reach the floor, with lines
and branches counted together.
"""

import argparse
import json
from pathlib import Path
import sys

_DEFAULT_FLOOR = 95.0
_PACKAGE = "custom_components/sonos_twisted/"


def main() -> int:
    """Print a line for each module, and one for each that is below the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="the report that 'coverage json' wrote")
    parser.add_argument("--floor", type=float, default=_DEFAULT_FLOOR, help="per cent")
    arguments = parser.parse_args()
    report = json.loads(arguments.report.read_text())
    below = []
    print(f"{'module':48} {'lines':>6} {'missed':>6} {'branches':>8} {'partial':>7} {'cover':>7}")
    for name, module in sorted(report["files"].items()):
        summary = module["summary"]
        if not summary["num_statements"]:
            continue
        missing = ", ".join(str(line) for line in module["missing_lines"])
        print(
            f"{name.removeprefix(_PACKAGE):48} {summary['num_statements']:6} "
            f"{summary['missing_lines']:6} {summary['num_branches']:8} "
            f"{summary['missing_branches']:7} {summary['percent_covered']:6.1f}%"
            + (f"  lines {missing}" if missing else "")
        )
        if summary["percent_covered"] < arguments.floor:
            below.append(name)
    print(f"Coverage of everything: {report['totals']['percent_covered']:.1f} %")
    for name in below:
        print(f"{name} is below {arguments.floor:g} %.")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
