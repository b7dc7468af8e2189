"""Adding a household in the user interface, step by step, and devices that answer there."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from homeassistant.config_entries import (
    SOURCE_USER,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.conftest import base

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigFlowResult

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


def sids(house: SimulatorProcess) -> set[str]:
    """Return the names of all leases that are held in a house."""
    return {lease["sid"] for leases in house.remote.leases().values() for lease in leases}
