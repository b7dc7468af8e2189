"""Setting up a household in the user interface, and from YAML data, by way of the flow itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from http import HTTPStatus
import socket
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_IMPORT,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.conftest import NOBODY, base, until

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry, ConfigFlowResult

    from tests.simulator.process import SimulatorProcess

#: Where a device stands that is no speaker.
OTHER_DEVICE = base(98)

ROUTER = """<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
<friendlyName>Router</friendlyName><UDN>uuid:0ee0</UDN></device></root>"""

SPEAKER = """<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:ZonePlayer:1</deviceType>
<roomName>Cellar</roomName><UDN>uuid:RINCON_000E58CELLAR01400</UDN></device></root>"""

NO_HOUSEHOLD = """<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<u:GetHouseholdIDResponse xmlns:u="urn:schemas-upnp-org:service:DeviceProperties:1">
<CurrentHouseholdID></CurrentHouseholdID></u:GetHouseholdIDResponse></s:Body></s:Envelope>"""


@contextlib.asynccontextmanager
async def device(get: tuple[int, str], post: tuple[int, str] = (404, "")) -> AsyncIterator[None]:
    """Run a device that gives one answer to every GET, and another one to every POST."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        status, body = {b"GET": get, b"POST": post}[request.partition(b" ")[0]]
        writer.write(
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: text/xml\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, OTHER_DEVICE, 1400):
        yield


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the form."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "host"
    assert result["errors"] == {}
    return result


async def enter(hass: HomeAssistant, form: ConfigFlowResult, host: str) -> ConfigFlowResult:
    """Fill in the form and send it."""
    result = await hass.config_entries.flow.async_configure(form["flow_id"], {"host": host})
    await hass.async_block_till_done()
    return result


async def error_shown(hass: HomeAssistant, form: ConfigFlowResult) -> str:
    """Return the text that the user sees below the field."""
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] is not None
    texts = await async_get_translations(hass, "en", "config", [DOMAIN])
    text = texts[f"component.{DOMAIN}.config.error.{form['errors']['host']}"]
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    return text.format(**placeholders)


async def recover(
    hass: HomeAssistant, form: ConfigFlowResult, house: SimulatorProcess
) -> ConfigFlowResult:
    """Enter the address of a speaker that is well, in the form that shows an error."""
    await asyncio.to_thread(house.remote.heal)
    result = await enter(hass, form, house.addresses["Kitchen"])
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return result


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


# Import from YAML


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


def sids(house: SimulatorProcess) -> set[str]:
    """Return the names of all leases that are held in a house."""
    return {lease["sid"] for leases in house.remote.leases().values() for lease in leases}


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


# Finding a household anew


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
