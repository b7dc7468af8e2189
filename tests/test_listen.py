"""scripts/listen: a household's events on the engine alone."""

from collections.abc import Callable, Iterator
import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

from tests.simulator.process import SimulatorProcess

ROOT = Path(__file__).parents[1]
type Listen = Callable[..., subprocess.Popen[str]]

LISTEN = ROOT / "scripts" / "lib" / "listen.py"


@pytest.fixture
def house(loopback: None) -> Iterator[SimulatorProcess]:
    """Run a simulated house."""
    with SimulatorProcess(base=f"127.{100 + os.getpid() % 100}.8.1") as house:
        yield house


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Give a way to start to listen, as the script does; ends what still listens."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(LISTEN), "--listen-port", "14800", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], *wanted: str) -> str:
    """Read lines until one has all of this in it."""
    assert process.stdout is not None
    for line in process.stdout:
        if all(text in line for text in wanted):
            return line
    pytest.fail(f"no line with {wanted}")


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the exit status and what was complained about."""
    process.terminate()
    _, complaints = process.communicate(timeout=20)
    return process.returncode, complaints


def test_lines_for_people(house: SimulatorProcess, listen: Listen) -> None:
    """Whatever happens in the house is a line with the room in it."""
    process = listen(house.addresses["Kitchen"])
    read_until(process, "groups:", "Kitchen; ")
    read_until(process, "Kitchen", "RenderingControl", "is heard")
    house.remote.set_volume("Kitchen", 44)
    read_until(process, "Kitchen", "RenderingControl", "volume=Master:44")
    house.remote.group("Bathroom", "Kitchen")
    read_until(process, "groups:", "Kitchen + Bathroom")
    assert ended(process) == (0, "")


def test_lines_for_programs(house: SimulatorProcess, listen: Listen) -> None:
    """With --json each line is an object."""
    process = listen("--json", house.addresses["Kitchen"])
    read_until(process, '"Patio"', '"AVTransport"')
    house.remote.set_mute("Patio")
    line: dict[str, Any] = json.loads(read_until(process, '"Patio"', '"mute"', '"Master": "1"'))
    assert line["room"] == "Patio"
    assert line["service"] == "RenderingControl"
    assert line["uid"].startswith("RINCON_")
    assert line["time"]
    assert ended(process) == (0, "")


def test_leaves_no_subscription_behind(house: SimulatorProcess, listen: Listen) -> None:
    """Ctrl-C ends the subscriptions at the speakers."""
    process = listen(house.addresses["Kitchen"])
    read_until(process, "Office", "AVTransport")
    assert any(house.remote.leases().values())
    assert ended(process) == (0, "")
    assert not any(house.remote.leases().values())


def test_a_lost_speaker_is_a_line(house: SimulatorProcess, listen: Listen) -> None:
    """It is told once when a speaker cannot be subscribed to, and once when it can again."""
    house.remote.set_subscribe_status("Patio", 503)
    process = listen(house.addresses["Kitchen"])
    read_until(process, "Patio", "answered SUBSCRIBE with HTTP status 503")
    house.remote.heal()
    read_until(process, "Patio", "events arrive")
    assert ended(process) == (0, "")


@pytest.mark.usefixtures("loopback")
def test_nobody_answers(listen: Listen) -> None:
    """One sentence says what is wrong."""
    _, complaints = listen("127.99.99.99").communicate(timeout=20)
    assert complaints == "listen: 127.99.99.99 cannot be reached.\n"


def test_events_do_not_arrive(house: SimulatorProcess, listen: Listen) -> None:
    """The address that the speakers were given is named, and the state is asked for."""
    process = listen(house.addresses["Kitchen"], "--advertise-port", "9")
    read_until(process, "groups:", "Kitchen; ")
    read_until(process, "Patio", "sends no events; asking it for its state at intervals")
    house.remote.set_volume("Patio", 44)
    read_until(process, "Patio", "RenderingControl")
    status, complaints = ended(process)
    assert status == 0
    assert "its events do not reach http://127.0.0.1:9/" in complaints


def test_home_assistant_is_not_needed() -> None:
    """Engine and model are imported without anything of Home Assistant."""
    code = f"""
import runpy, sys
sys.argv = ["listen", "--help"]
try:
    runpy.run_path({str(LISTEN)!r}, run_name="__main__")
except SystemExit:
    pass
assert not [name for name in sys.modules if name.startswith("homeassistant")]
"""
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert (result.returncode, result.stderr) == (0, b"")
