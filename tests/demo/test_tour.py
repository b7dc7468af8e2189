"""The user interface of Home Assistant, in a real browser, with the integration."""

import importlib.util
import os
from pathlib import Path

import pytest

from tests.benchmarks.report import PICTURES
from tests.simulator.process import SimulatorProcess

from . import browser, tour

MISSING = "; ".join(
    words
    for words, there in {
        "Chromium is not installed": browser.program(),
        "Home Assistant's frontend is not installed": importlib.util.find_spec("hass_frontend"),
    }.items()
    if not there
)

#: What the documentation shows.
IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 200_000


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.timeout(300)
@pytest.mark.parity("beyond: browser")
async def test_user_interface(loopback: None, tmp_path: Path) -> None:
    """A household is added, looked at, misdirected by an option, and repaired."""
    with SimulatorProcess(base=f"127.{100 + os.getpid() % 100}.61.1") as house:
        complaints = await tour.take(house.hosts, tmp_path, 24000 + os.getpid() % 80 * 100)
    assert len(complaints) == 1, "\n".join(complaints)
    (complaint,) = complaints
    assert "Asking for the state at intervals" in complaint
    others = {"dashboard.png", "health.png"} | {name for part in PICTURES.values() for name in part}
    assert names_in(tmp_path) == names_in(IMAGES) - others


def names_in(folder: Path) -> set[str]:
    """Return the names of the pictures in a folder."""
    return {path.name for path in folder.glob("*.png")}


def test_pictures_are_small() -> None:
    """They are loaded by everybody who reads the documentation."""
    sizes = {path.name: path.stat().st_size for path in IMAGES.glob("*.png")}
    assert max(sizes.values()) < MOST_BYTES, sizes


def test_pictures_are_shown() -> None:
    """None is left over from another time."""
    pages = [IMAGES.parent.parent / "README.md", *IMAGES.parent.glob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert {name for name in names_in(IMAGES) if f"images/{name})" not in text} == set()
