"""The interface that events come in by is gone for a while."""

from pathlib import Path
import shutil
import subprocess
import sys

import pytest

#: A network of one's own, for who is not root too.
_UNSHARE = ["unshare", "--map-root-user", "--net"]


def _can_unshare() -> bool:
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    return subprocess.run([*_UNSHARE, "true"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_unshare(), reason="no network namespaces here")
def test_an_interface_that_loses_its_address_and_gets_it_back() -> None:
    """Meanwhile the household is asked for its state, and nothing becomes unavailable."""
    run = subprocess.run(
        [*_UNSHARE, sys.executable, "-m", "tests.engine.faults.interface"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
        text=True,
        timeout=100,
    )
    assert run.returncode == 0, run.stdout + run.stderr
