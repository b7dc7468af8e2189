"""What YAML sets: it is read-only in the user interface, and has the last word."""

from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.conftest import (
    NOBODY,
    PORT,
    complaints,
    make_entry,
)

from .steps import begin, entered, read_only, submit

if TYPE_CHECKING:
    from tests.simulator.process import SimulatorProcess


async def configure(hass: HomeAssistant, *settings: dict[str, Any]) -> None:
    """Start the integration with YAML: in the flat form for one household, or with a list."""
    config = list(settings) if len(settings) > 1 else settings[0]
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: config})
    await hass.async_block_till_done(wait_background_tasks=True)


async def restart(hass: HomeAssistant, *settings: dict[str, Any]) -> None:
    """Start the integration again, as Home Assistant does after a restart."""
    hass.config.components.remove(DOMAIN)
    hass.data.pop(f"{DOMAIN}_yaml_import", None)
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    if settings:
        await configure(hass, *settings)
    else:
        assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parity("beyond: YAML and user interface")
async def test_yaml_has_the_last_word_on_what_it_sets(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """That is read-only and says so; the rest can be changed, and stays across restarts."""
    hosts = [standing_house.addresses["Kitchen"]]
    yaml = {"hosts": hosts, "listen_port": PORT, "announce_volume": 20}
    await configure(hass, yaml)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.options == {"listen_port": PORT, "announce_volume": 20}
    form = await begin(hass, entry)
    fixed = {"hosts", "listen_port", "announce_volume"}
    assert read_only(form) == fixed
    assert form["description_placeholders"] is not None
    told = form["description_placeholders"]["set_in_yaml"]
    assert told == "\n\nSet in YAML, and read-only here: announce_volume, hosts, listen_port"
    # Whoever can send something else than the frontend does not get around it.
    tried = entered(
        form,
        hosts=[NOBODY],
        listen_port=70000,
        announce_volume=50,
        request_timeout=4,
        poll_fallback=False,
    )
    result = await submit(hass, form, tried)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    in_ui = {"request_timeout": 4.0, "poll_fallback": False}
    assert entry.options == {"listen_port": PORT, "announce_volume": 20, **in_ui}
    assert entry.data["hosts"] == hosts
    # The next start, with YAML that sets less and other things.
    await restart(hass, {"hosts": hosts, "listen_port": PORT, "request_timeout": 8})
    assert entry.options == {"listen_port": PORT, "request_timeout": 8.0, "poll_fallback": False}
    assert read_only(await begin(hass, entry)) == {"hosts", "listen_port", "request_timeout"}
    # YAML is gone: all of it can be changed, and belongs to the user when it comes back.
    await restart(hass)
    assert entry.state is ConfigEntryState.LOADED
    form = await begin(hass, entry)
    assert read_only(form) == set()
    await submit(hass, form, entered(form, request_timeout=6))
    assert entry.options == {"listen_port": PORT, "request_timeout": 6.0, "poll_fallback": False}
    await restart(hass, {"hosts": hosts, "announce_volume": 10})
    assert entry.options == {
        "announce_volume": 10,
        "listen_port": PORT,
        "request_timeout": 6.0,
        "poll_fallback": False,
    }
    await hass.config_entries.async_unload(entry.entry_id)


async def test_households_have_settings_of_their_own_in_yaml(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each item of a list is for the household that its hosts lead to; the first of them counts."""
    kitchen, den = standing_house.addresses["Kitchen"], neighbours.addresses["Den"]
    limits, other = {"Den": 40}, PORT + 20
    await configure(
        hass,
        {"hosts": kitchen, "listen_port": PORT, "commands": "threads"},
        {"hosts": den, "listen_port": other, "volume_limits": limits, "advertise_port": other},
        {"hosts": standing_house.addresses["Office"], "listen_port": PORT + 9},
    )
    entries = {entry.unique_id: entry for entry in hass.config_entries.async_entries(DOMAIN)}
    ours, theirs = (entries[it.facts["household"]] for it in (standing_house, neighbours))
    assert ours.options == {"listen_port": PORT, "commands": "threads"}
    assert ours.data["hosts"] == [kitchen]
    assert theirs.options == {
        "listen_port": other,
        "volume_limits": limits,
        "advertise_port": other,
    }
    assert read_only(await begin(hass, ours)) == {"hosts", "listen_port", "commands"}
    form = await begin(hass, theirs)
    assert read_only(form) == {"hosts", "listen_port", "volume_limits", "advertise_port"}
    assert entered(form)["volumes"] == {"volume_limits": [{"room": "Den", "limit": 40}]}
    (complaint,) = complaints(caplog)
    office = standing_house.addresses["Office"]
    assert complaint.startswith(f"The configured host {office} is left out: ")
    assert f" as {kitchen}," in complaint
    for entry in (ours, theirs):
        await hass.config_entries.async_unload(entry.entry_id)


async def test_household_whose_speakers_do_not_answer_yet_is_still_in_yaml(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """One that YAML has set up before; one that somebody has typed is not."""
    entry = await make_entry(hass, standing_house.addresses["Kitchen"])
    typed = MockConfigEntry(domain=DOMAIN, unique_id="Sonos_attic", data={"hosts": [NOBODY]})
    typed.add_to_hass(hass)
    data = {**entry.data, "set_in_yaml": ["listen_port"]}
    hass.config_entries.async_update_entry(entry, data=data)
    settings = {"hosts": NOBODY, "advertise_port": 1500}
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: settings})
    assert read_only(await begin(hass, entry)) == {"hosts", "listen_port"}
    assert read_only(await begin(hass, typed)) == set()
    await hass.config_entries.async_unload(entry.entry_id)
