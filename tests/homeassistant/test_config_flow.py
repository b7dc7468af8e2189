"""Setting up a household in the user interface."""

from collections.abc import Callable
import socket
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.config_entries import (
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.conftest import NOBODY

from .flow_steps import (
    NO_HOUSEHOLD,
    OTHER_DEVICE,
    ROUTER,
    SPEAKER,
    begin,
    device,
    enter,
    error_shown,
    recover,
)

if TYPE_CHECKING:
    from tests.simulator.process import SimulatorProcess


async def test_one_speaker_leads_to_the_whole_household(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The entry is the household's, named after the speaker that was entered."""
    kitchen = standing_house.addresses["Kitchen"]
    result = await enter(hass, await begin(hass), f" {kitchen} ")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Sonos (Kitchen)"
    assert result["options"] == {}
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    household_id = standing_house.facts["household"]
    assert entry.unique_id == household_id
    assert entry.data["household_id"] == household_id
    assert entry.data["hosts"] == [kitchen]
    assert entry.state is ConfigEntryState.LOADED
    assert len(hass.states.async_entity_ids("media_player")) == 6


async def test_host_name_is_looked_up_and_kept(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """A name stays a name: its address may be another one tomorrow."""
    kitchen = standing_house.addresses["Kitchen"]
    form = await begin(hass)
    with patch.object(socket, "gethostbyname", return_value=kitchen):
        result = await enter(hass, form, "sonos-kitchen.lan")
        await hass.async_block_till_done(wait_background_tasks=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].data["hosts"] == ["sonos-kitchen.lan"]


async def test_address_of_a_bonded_speaker_works_too(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The Sub is no player, but it knows which household it belongs to."""
    bonded = next(speaker for speaker in standing_house.facts["speakers"] if speaker["invisible"])
    result = await enter(hass, await begin(hass), bonded["address"])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == standing_house.facts["household"]
    assert len(hass.states.async_entity_ids("media_player")) == 6


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("http://192.168.1.20", id="URL"),
        pytest.param("192.168.1.20:1400", id="port"),
        pytest.param("192.168.1.20/status", id="path"),
        pytest.param("192.168.1.300", id="number too large"),
        pytest.param("192.168.1", id="too few numbers"),
        pytest.param("192.168.1.20, 192.168.1.21", id="two addresses"),
        pytest.param("living room", id="blank within"),
        pytest.param("-kitchen.lan", id="hyphen first"),
        pytest.param("kitchen..lan", id="empty label"),
        pytest.param("küche.lan", id="umlaut"),
        pytest.param("k" * 64, id="too long"),
        pytest.param("<b>kitchen</b>", id="markup"),
    ],
)
async def test_what_is_no_host_is_not_asked(
    hass: HomeAssistant, standing_house: SimulatorProcess, host: str
) -> None:
    """The error says what to enter instead, and what was entered can be corrected."""
    form = await enter(hass, await begin(hass), host)
    assert form["errors"] == {"host": "invalid_host"}
    assert "192.168.1.20" in await error_shown(hass, form)
    assert form["data_schema"] is not None
    (field,) = form["data_schema"].schema
    assert field.description == {"suggested_value": host}
    await recover(hass, form, standing_house)


def nobody(house: SimulatorProcess) -> str:
    return NOBODY


def switched_off_upnp(house: SimulatorProcess) -> str:
    house.remote.forbid("Bathroom")
    return house.addresses["Bathroom"]


def declining(house: SimulatorProcess) -> str:
    house.remote.fail_action("Bathroom", "GetHouseholdID", 501)
    return house.addresses["Bathroom"]


@pytest.mark.parametrize(
    ("prepare", "key", "words"),
    [
        pytest.param(nobody, "cannot_connect", "No speaker answers at {host}", id="nobody"),
        pytest.param(
            switched_off_upnp, "upnp_disabled", "The speaker at {host} refuses control", id="403"
        ),
        pytest.param(
            declining, "declined", "The speaker at {host} declined to say which", id="declining"
        ),
    ],
)
async def test_speaker_that_cannot_be_asked(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    prepare: Callable[[SimulatorProcess], str],
    key: str,
    words: str,
) -> None:
    """Each reason is told in words that name the address; then another speaker can be tried."""
    host = await hass.async_add_executor_job(prepare, standing_house)
    form = await enter(hass, await begin(hass), host)
    assert form["errors"] == {"host": key}
    assert (await error_shown(hass, form)).startswith(words.format(host=host))
    await recover(hass, form, standing_house)


async def test_error_code_of_a_speaker_that_declines_is_shown(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """With it, somebody can be asked."""
    host = await hass.async_add_executor_job(declining, standing_house)
    form = await enter(hass, await begin(hass), host)
    assert "(error 501)" in await error_shown(hass, form)
    await recover(hass, form, standing_house)


@pytest.mark.parametrize(
    ("get", "post", "key"),
    [
        pytest.param((404, ""), (404, ""), "not_sonos", id="web server"),
        pytest.param((500, "oops"), (404, ""), "not_sonos", id="server in trouble"),
        pytest.param((200, "<html><p>Hi</html>"), (404, ""), "not_sonos", id="page"),
        pytest.param((200, ""), (404, ""), "not_sonos", id="empty page"),
        pytest.param((200, ROUTER), (404, ""), "not_sonos", id="another UPnP device"),
        pytest.param((200, SPEAKER), (200, NO_HOUSEHOLD), "not_sonos", id="no household"),
        pytest.param((200, SPEAKER), (200, "thanks"), "not_sonos", id="no SOAP"),
        pytest.param((200, SPEAKER), (503, ""), "unknown", id="unexpected status"),
        pytest.param((403, ""), (403, ""), "upnp_disabled", id="forbidden"),
    ],
)
async def test_device_that_is_no_speaker(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    get: tuple[int, str],
    post: tuple[int, str],
    key: str,
) -> None:
    """Whatever answers, the user reads what is wrong, and the log stays free of tracebacks."""
    form = await begin(hass)
    async with device(get, post):
        form = await enter(hass, form, OTHER_DEVICE)
    assert form["errors"] == {"host": key}
    assert OTHER_DEVICE in await error_shown(hass, form)
    await recover(hass, form, standing_house)


@pytest.mark.parametrize("nothing", ["", "   "])
async def test_nothing_is_entered(
    hass: HomeAssistant, standing_house: SimulatorProcess, nothing: str
) -> None:
    """The user is told what to enter."""
    form = await enter(hass, await begin(hass), nothing)
    assert form["errors"] == {"host": "no_host"}
    assert "at least one" in await error_shown(hass, form)
    await recover(hass, form, standing_house)


@pytest.mark.parametrize("address", ["fe80::1", "[2001:db8::1]", " fe80::1%eth0 "])
async def test_ipv6_address(
    hass: HomeAssistant, standing_house: SimulatorProcess, address: str
) -> None:
    """Speakers are spoken to by IPv4, and the user is told so."""
    form = await enter(hass, await begin(hass), address)
    assert form["errors"] == {"host": "ipv6_only_address"}
    assert "IPv4" in await error_shown(hass, form)
    await recover(hass, form, standing_house)


@pytest.mark.parametrize(
    ("ipv6", "key"),
    [
        pytest.param({"return_value": [("fe80::1",)]}, "ipv6_only", id="only by IPv6"),
        pytest.param({"side_effect": socket.gaierror}, "unknown_host", id="by nobody"),
        pytest.param({"side_effect": UnicodeError}, "unknown_host", id="no name at all"),
    ],
)
async def test_name_that_nobody_has(
    hass: HomeAssistant, standing_house: SimulatorProcess, ipv6: dict[str, Any], key: str
) -> None:
    """The user is told what to do about it: a name is misspelt, or leads to IPv6 only."""
    form = await begin(hass)
    with (
        patch.object(socket, "gethostbyname", side_effect=socket.gaierror),
        patch.object(socket, "getaddrinfo", **ipv6),
    ):
        form = await enter(hass, form, "sonos-kitchen.lan")
    assert form["errors"] == {"host": key}
    assert (text := await error_shown(hass, form)).count("sonos-kitchen.lan") == 1
    assert "IPv4 address" in text
    await recover(hass, form, standing_house)


async def test_second_speaker_of_the_same_household_is_known_already(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """One entry serves them all."""
    await enter(hass, await begin(hass), standing_house.addresses["Kitchen"])
    result = await enter(hass, await begin(hass), standing_house.addresses["Bathroom"])
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert result["description_placeholders"] == {"title": "Sonos (Kitchen)"}
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_two_households_are_two_entries(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """Both work beside each other."""
    await enter(hass, await begin(hass), standing_house.addresses["Kitchen"])
    await enter(hass, await begin(hass), neighbours.addresses["Den"])
    entries = hass.config_entries.async_entries(DOMAIN)
    assert {entry.title for entry in entries} == {"Sonos (Kitchen)", "Sonos (Den)"}
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
    assert len(hass.states.async_entity_ids("media_player")) == 9
