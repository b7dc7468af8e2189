"""Writes docs/parity.md; scripts/parity is the way to call it."""

import sys

from .collector import collect
from .page import PAGE, chapters, page, unknown


def main() -> int:
    """Write the page; returns the exit status."""
    try:
        shown = collect()
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    listed = chapters()
    PAGE.write_text(page(listed, shown), encoding="utf-8")
    strange = unknown(listed, shown)
    for feature, tests in strange.items():
        print(f"tests/parity/features.toml does not list {feature!r}: {', '.join(tests)}")
    return 1 if strange else 0


if __name__ == "__main__":
    sys.exit(main())
