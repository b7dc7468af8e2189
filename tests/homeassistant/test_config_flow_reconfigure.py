"""Finding a household anew, by other hosts."""

from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.conftest import NOBODY, until

from .flow_steps import OTHER_DEVICE, begin, device, enter, sids

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry, ConfigFlowResult

    from tests.simulator.process import SimulatorProcess


@pytest.fixture
async def kitchen_entry(hass: HomeAssistant, standing_house: SimulatorProcess) -> ConfigEntry:
    """Set the shared house up by its kitchen."""
    result = await enter(hass, await begin(hass), standing_house.addresses["Kitchen"])
    return result["result"]


async def reconfigure(
    hass: HomeAssistant, entry: ConfigEntry, *attempts: list[str]
) -> ConfigFlowResult:
    """Enter hosts, in one form after the other."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    for hosts in attempts:
        assert result["step_id"] == "reconfigure"
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {"hosts": hosts} if hosts else {}
        )
    await hass.async_block_till_done()
    return result


async def test_reconfigure_hosts(
    hass: HomeAssistant, standing_house: SimulatorProcess, kitchen_entry: ConfigEntry
) -> None:
    """The household is found by other speakers from now on; nothing else is changed."""
    form = await reconfigure(hass, kitchen_entry)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reconfigure")
    assert form["data_schema"] is not None
    (field,) = form["data_schema"].schema
    assert field.description == {"suggested_value": [standing_house.addresses["Kitchen"]]}
    assert form["description_placeholders"] == {"household": "Sonos (Kitchen)", "host": ""}
    before = await hass.async_add_executor_job(sids, standing_house)
    hosts = [standing_house.addresses[room] for room in ("Office", "Bathroom")]
    result = await hass.config_entries.flow.async_configure(form["flow_id"], {"hosts": hosts})
    await hass.async_block_till_done()
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert kitchen_entry.data["hosts"] == hosts
    await until(hass, lambda: kitchen_entry.state is ConfigEntryState.LOADED)
    assert before.isdisjoint(await hass.async_add_executor_job(sids, standing_house))


@pytest.mark.parity("beyond: hosts changed later")
async def test_reconfigure_refuses_others_by_name(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    kitchen_entry: ConfigEntry,
) -> None:
    """One host of another household is one too many; what is no host is none."""
    kitchen, den = standing_house.addresses["Kitchen"], neighbours.addresses["Den"]
    form: Any = None
    for hosts, key in (
        ([], "no_host"),
        (["my kitchen"], "invalid_host"),
        ([kitchen, "fe80::1"], "ipv6_only_address"),
        ([kitchen, den], "wrong_household"),
    ):
        form = await reconfigure(hass, kitchen_entry, hosts)
        assert form["errors"] == {"hosts": key}
    texts = await async_get_translations(hass, "en", "config", [DOMAIN])
    text = texts[f"component.{DOMAIN}.config.error.wrong_household"]
    shown = text.format(**form["description_placeholders"])
    assert shown.startswith(f"{den} leads to another household: Den.")
    async with device((404, "")):
        form = await reconfigure(hass, kitchen_entry, [OTHER_DEVICE])
    assert form["errors"] == {"hosts": "not_sonos"}
    assert kitchen_entry.data["hosts"] == [kitchen]


async def test_reconfigure_with_a_host_that_does_not_answer(
    hass: HomeAssistant, standing_house: SimulatorProcess, kitchen_entry: ConfigEntry
) -> None:
    """It may be off; the user is told, and decides."""
    hosts = [NOBODY, standing_house.addresses["Kitchen"]]
    form = await reconfigure(hass, kitchen_entry, hosts)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "silent_hosts")
    assert form["description_placeholders"] is not None
    reasons = form["description_placeholders"]["reasons"]
    assert reasons.startswith(f"- No speaker answers at {NOBODY}. Check the address")
    assert "\n" not in reasons
    result = await hass.config_entries.flow.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert result["reason"] == "reconfigure_successful"
    assert kitchen_entry.data["hosts"] == hosts
    await until(hass, lambda: kitchen_entry.state is ConfigEntryState.LOADED)


async def test_reconfigure_what_yaml_sets(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The user is told to do it there."""
    kitchen = standing_house.addresses["Kitchen"]
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: {"hosts": kitchen}})
    await hass.async_block_till_done(wait_background_tasks=True)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    result = await reconfigure(hass, entry)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "hosts_in_yaml")
    assert result["description_placeholders"] == {"hosts": f"- {kitchen}"}
