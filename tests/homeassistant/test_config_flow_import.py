"""Setting up a household from YAML data, by way of the flow itself."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import (
    SOURCE_IMPORT,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.conftest import until

from .flow_steps import sids

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigFlowResult

    from tests.simulator.process import SimulatorProcess


@pytest.fixture
def import_yaml(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> Callable[..., Awaitable[ConfigFlowResult]]:
    """Give what imports the shared house as YAML would, with these options."""

    async def do(**options: Any) -> ConfigFlowResult:
        result = await hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_IMPORT},
            data={
                "household_id": standing_house.facts["household"],
                "hosts": [standing_house.addresses["Kitchen"]],
                **options,
            },
        )
        await hass.async_block_till_done()
        return result

    return do


async def test_import_creates_an_entry(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    import_yaml: Callable[..., Awaitable[ConfigFlowResult]],
) -> None:
    """What was typed becomes data and options, as the user interface would store them."""
    result = await import_yaml(listen_port=14100, request_timeout=5.0)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.title == "Sonos"
    assert entry.unique_id == standing_house.facts["household"]
    assert entry.data["hosts"] == [standing_house.addresses["Kitchen"]]
    assert entry.options == {"listen_port": 14100, "request_timeout": 5.0}
    assert entry.state is ConfigEntryState.LOADED


async def test_import_again_brings_the_entry_into_step(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    import_yaml: Callable[..., Awaitable[ConfigFlowResult]],
) -> None:
    """Options that are no longer in YAML are gone; the change is in force at once."""
    await import_yaml(listen_port=14100, request_timeout=5.0)
    before = await hass.async_add_executor_job(sids, standing_house)
    result = await import_yaml(request_timeout=7.0, hosts=[standing_house.addresses["Bathroom"]])
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.options == {"request_timeout": 7.0}
    assert entry.data["hosts"] == [standing_house.addresses["Bathroom"]]
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    after = await hass.async_add_executor_job(sids, standing_house)
    assert after
    assert before.isdisjoint(after)


async def test_import_of_the_same_again_changes_nothing(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    import_yaml: Callable[..., Awaitable[ConfigFlowResult]],
) -> None:
    """The entry isn't reloaded: not one subscription is another."""
    await import_yaml(listen_port=14100)
    before = await hass.async_add_executor_job(sids, standing_house)
    result = await import_yaml(listen_port=14100)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert before <= await hass.async_add_executor_job(sids, standing_house)


async def test_import_of_another_household_leaves_the_first_alone(
    hass: HomeAssistant,
    neighbours: SimulatorProcess,
    import_yaml: Callable[..., Awaitable[ConfigFlowResult]],
) -> None:
    """Each has its entry."""
    await import_yaml()
    await import_yaml(
        household_id=neighbours.facts["household"], hosts=[neighbours.addresses["Den"]]
    )
    entries = hass.config_entries.async_entries(DOMAIN)
    assert len({entry.unique_id for entry in entries}) == 2
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
