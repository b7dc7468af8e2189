"""What entities show, and when a house is quiet."""

import time
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
import pytest

from tests.homeassistant.actions import in_house
from tests.homeassistant.conftest import OURS, eventually, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote


def shown(hass: HomeAssistant, entity_id: str, name: str = "state") -> Any:
    """Return what an entity shows; None if there is no such entity."""
    state = hass.states.get(entity_id)
    return state and {"state": state.state, **state.attributes}.get(name)


async def shows(hass: HomeAssistant, entity_id: str, **expected: object) -> None:
    """Wait until an entity shows all of this."""

    def actual() -> dict[str, Any]:
        return {name: shown(hass, entity_id, name) for name in expected}

    await until(hass, lambda: actual() == expected, actual)


async def turn_the_knob(hass: HomeAssistant, remote: Remote, entity_id: str, volume: int) -> None:
    """Change the volume at a speaker, and wait until its entity shows it."""
    room = entity_id.partition(".")[2].replace("_", " ").title()
    await in_house(hass, remote.set_volume, room, volume)
    await shows(hass, entity_id, volume_level=volume / 100)


async def quiet(hass: HomeAssistant, remote: Remote, seconds: float = 0.6) -> None:
    """Wait until the house has sent no event for longer than it ever holds one back."""

    async def look() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = await in_house(hass, remote.notifications)
        return sent[-8:]

    await eventually(
        look,
        lambda sent: (
            sent[-1]["time"] < time.time() - seconds
            and not any(event["status"] == "sending" for event in sent)
        ),
    )
    await hass.async_block_till_done()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has told the user in the log during the test."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(OURS) and record.levelname != "DEBUG"
    ]
