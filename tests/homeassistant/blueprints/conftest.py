"""Automations of the project's own blueprints, and what they need besides rooms."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.components.blueprint.const import BLUEPRINT_FOLDER
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.setup import async_setup_component
import pytest

from tests.homeassistant.actions import shown
from tests.homeassistant.conftest import all_known, eventually

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
OURS = sorted((BLUEPRINTS / "automation" / "sonos_twisted").glob("*.yaml"))

type Use = Callable[..., Awaitable[None]]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give Home Assistant a folder of its own, with the blueprints in it."""
    copytree(BLUEPRINTS, Path(hass_tmp_config_dir) / BLUEPRINT_FOLDER, dirs_exist_ok=True)
    return hass_tmp_config_dir


@pytest.fixture
def remote(tidied: Remote) -> Remote:
    """Give what people do in the house."""
    return tidied


@pytest.fixture
async def use(
    hass: HomeAssistant,
    remote: Remote,
    standing_coordinator: HouseholdCoordinator,
) -> AsyncIterator[Use]:
    """Make an automation of a blueprint, which ends with the test."""
    await until(hass, lambda: all_known(hass))
    assert await async_setup_component(hass, "automation", {})

    async def make(name: str, **inputs: object) -> None:
        config = {
            "id": name,
            "alias": name,
            "use_blueprint": {"path": f"sonos_twisted/{name}.yaml", "input": inputs},
        }
        with patch(
            "homeassistant.config.load_yaml_config_file", return_value={"automation": [config]}
        ):
            await hass.services.async_call("automation", "reload", blocking=True)
        state = hass.states.get(f"automation.{name}")
        assert state is not None
        assert state.state == "on"

    yield make
    automations = hass.states.async_entity_ids("automation")
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": automations}, blocking=True
    )


@pytest.fixture(autouse=True)
def nothing_goes_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Let no error in an automation, script or template pass."""
    yield
    wrong = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelname in {"WARNING", "ERROR", "CRITICAL"}
        and record.name.startswith(
            (
                "homeassistant.components.automation",
                "homeassistant.components.blueprint",
                "homeassistant.helpers.script",
                "homeassistant.helpers.template",
                "homeassistant.helpers.service",
                "homeassistant.helpers.condition",
                "homeassistant.helpers.trigger",
            )
        )
    ]
    assert not wrong


async def until(hass: HomeAssistant, condition: Callable[[], object]) -> None:
    """Wait until something is true; not until all work is done, as automations that wait are work.

    Args:
        hass: Home Assistant.
        condition: What must become true.

    """

    async def look() -> object:
        return condition()

    await eventually(look, bool)


async def shows(hass: HomeAssistant, entity_id: str, **expected: object) -> None:
    """Wait in the same way until an entity shows all of this."""

    async def look() -> dict[str, Any]:
        return {name: shown(hass, entity_id, name) for name in expected}

    await eventually(look, lambda actual: actual == expected)


def place(hass: HomeAssistant, room: str, area: str) -> None:
    """Let the device of a room be in an area."""
    entity = er.async_get(hass).async_get(room)
    assert entity is not None
    assert entity.device_id is not None
    area_id = ar.async_get(hass).async_get_or_create(area).id
    dr.async_get(hass).async_update_device(entity.device_id, area_id=area_id)


def sensor(hass: HomeAssistant, area: str, state: str = "off") -> str:
    """Make a presence sensor in an area."""
    registry = er.async_get(hass)
    entity = registry.async_get_or_create(
        "binary_sensor", "test", area, object_id_base=f"{area} presence"
    )
    area_id = ar.async_get(hass).async_get_or_create(area).id
    registry.async_update_entity(entity.entity_id, area_id=area_id, name=f"{area} presence")
    hass.states.async_set(entity.entity_id, state, {"device_class": "occupancy"})
    return entity.entity_id
