"""Whoever can send documents cannot make the process grow without an end."""

import json
import subprocess
import sys

#: Of each kind; there are eleven.
NAMES = 80_000

#: Megabytes; lxml's dictionary alone would take more than five times that.
ALLOWED = 8.0


def test_names_that_were_never_used_before() -> None:
    """None of them is remembered, and honest events are taken in afterwards."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.engine.names", str(NAMES)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    report = json.loads(result.stdout)
    assert sum(report["grown"].values()) < ALLOWED, report
    assert report["volume"] == 20
