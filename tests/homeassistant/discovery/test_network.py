"""Speakers announce themselves, by SSDP and mDNS, in a network of their own."""

from pathlib import Path
import shutil
import subprocess
import sys

import pytest

_UNSHARE = ["unshare", "--map-root-user", "--net"]
_CABLE = "ip link add home type veth peer name sonos"


def _can_lay_cables() -> bool:
    if not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        return False
    command = [*_UNSHARE, "unshare", "--net", "sh", "-c", _CABLE]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_lay_cables(), reason="no network namespaces with cables here")
@pytest.mark.parity("discovery: SSDP")
@pytest.mark.parity("discovery: mDNS")
@pytest.mark.parity("discovery: reboot")
@pytest.mark.parity("discovery: goodbye")
@pytest.mark.parity("discovery: moved")
@pytest.mark.parity("beyond: one offer for each household")
def test_two_households_are_found_and_followed(tmp_path: Path) -> None:
    """Each is offered once, is set up, and its speakers are followed; what is ignored stays so."""
    command = [sys.executable, "-m", "tests.homeassistant.discovery.network", str(tmp_path)]
    run = subprocess.run(
        [*_UNSHARE, *command],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
        text=True,
        timeout=150,
    )
    assert run.returncode == 0, run.stdout + run.stderr
