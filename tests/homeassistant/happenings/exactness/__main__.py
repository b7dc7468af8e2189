"""Lives as many lives as the command line says."""

import argparse
import time

from . import __doc__ as description, run_many


def main() -> None:
    """Live, and say what has happened."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=1000, help="how many lives (1000)")
    parser.add_argument("--steps", type=int, default=30, help="what happens in each (30)")
    parser.add_argument("--seed", type=int, default=0, help="of the first life (0)")
    options = parser.parse_args()
    begun = time.monotonic()
    happened, faults, skipped = run_many(options.seed, options.runs, options.steps)
    print(f"{options.runs} lives in {time.monotonic() - begun:.0f} s")  # noqa: T201
    print(f"happened and told: {dict(happened.most_common())}, {skipped} merged tracks")  # noqa: T201
    print(f"in spite of: {dict(faults.most_common())}")  # noqa: T201


if __name__ == "__main__":
    main()
