"""A plugin of pytest that writes down which tests show which features."""

from collections import defaultdict
import json
from pathlib import Path
import subprocess
import sys
import tempfile

import pytest

ROOT = Path(__file__).parent.parent.parent

type Shown = dict[str, list[str]]
"""The tests that show a feature, as ``file::name``, by the feature's id."""

_OPTION = "--parity-to"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell where to write to."""
    parser.addoption(_OPTION, help="file to write the marks of all tests to")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write what was collected."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in session.items:
        for mark in item.iter_markers("parity"):
            for feature in mark.args:
                found[feature].add(item.nodeid.partition("[")[0])
    shown = {feature: sorted(tests) for feature, tests in sorted(found.items())}
    Path(session.config.getoption(_OPTION)).write_text(json.dumps(shown), encoding="utf-8")


def collect() -> Shown:
    """Look through all tests without running them, in a process of its own.

    Raises:
        RuntimeError: When they cannot be collected; the message is what pytest prints.

    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "marks.json")
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", __name__]
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider", _OPTION, file, "tests"],
            cwd=ROOT,
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        shown: Shown = json.loads(file.read_text(encoding="utf-8"))
        return shown
