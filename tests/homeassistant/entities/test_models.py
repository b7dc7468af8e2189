"""Which entities each simulated model has, and what they show when nothing was ever set."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from tests.homeassistant.conftest import PATIENCE, base, make_entry, until
from tests.simulator.process import SimulatorProcess

from .showroom import ROOMS, VISIBLE, as_json, furnish, inventory

SNAPSHOT = Path(__file__).with_name("models.json")


@pytest.fixture
def showroom(loopback: None) -> Iterator[SimulatorProcess]:
    """Run a household with a room for each model."""
    options = ("--topology-limit", "32")
    with SimulatorProcess(base=base(11), rooms=ROOMS, options=options) as house:
        furnish(house)
        yield house


@pytest.mark.usefixtures("all_entities")
async def test_each_model_has_its_entities(
    hass: HomeAssistant, showroom: SimulatorProcess, request: pytest.FixtureRequest
) -> None:
    """As models.json lists them; ``--snapshot-update`` writes it anew."""
    entry = await make_entry(hass, showroom.addresses["One"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    updating = request.config.getoption("--snapshot-update")
    expected: dict[str, Any] = {} if updating else json.loads(SNAPSHOT.read_text("utf-8"))

    def found() -> dict[str, Any]:
        return as_json(inventory(hass, entry.entry_id))

    try:
        await until(hass, lambda: found() == expected, seconds=PATIENCE)
    except AssertionError:
        if not updating:
            assert found() == expected
        lines = json.dumps(found(), indent=1, ensure_ascii=False)
        SNAPSHOT.write_text(_one_line_each(lines) + "\n", "utf-8")
    assert set(VISIBLE) <= found().keys()
    await hass.config_entries.async_unload(entry.entry_id)


def _one_line_each(text: str) -> str:
    """Put each entity on a line of its own."""
    return re.sub(
        r"\[\n {3}(.*?)\n {2}\]",
        lambda found: "[" + re.sub(r"\n +", " ", found[1]) + "]",
        text,
        flags=re.DOTALL,
    )
