"""Bad input changes nothing, and is worth a line at most."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.model import Household
from tests.homeassistant.actions import (
    KITCHEN,
    OFFICE,
    in_house,
)
from tests.homeassistant.conftest import (
    complaints,
    until,
)

from .steps import quiet, shown, turn_the_knob

if TYPE_CHECKING:
    from tests.simulator.control import Remote


def all_states(hass: HomeAssistant) -> dict[str, Any]:
    """Return what all rooms show."""
    return {state.entity_id: state.as_dict() for state in hass.states.async_all("media_player")}


@pytest.fixture
async def unimpressed(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[None]:
    """Check after the test that everything goes on as if nothing had happened."""
    await quiet(hass, remote)
    before = all_states(hass)
    yield
    await quiet(hass, remote)
    assert entry.state is ConfigEntryState.LOADED
    assert all_states(hass) == before
    for number, room in enumerate((KITCHEN, OFFICE)):
        volume = round(100 * shown(hass, room, "volume_level"))
        await turn_the_knob(hass, remote, room, volume + 5 + number)
    assert not [record for record in caplog.get_records("call") if record.exc_info]
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("unimpressed")
async def test_events_with_broken_bodies(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """They are ignored, with a line in the log; the events after them are heard.

    The last one is larger than any speaker's.
    """
    bodies = [
        ("AVTransport", ""),
        ("RenderingControl", "hello"),
        ("DeviceProperties", "<e:propertyset"),
        ("ZoneGroupTopology", "<html><p>Hi</html>"),
        ("RenderingControl", "\x00\x01\x02"),
        ("AVTransport", "<a>" * 5000),
        ("AVTransport", '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'),
        ("RenderingControl", "<e:propertyset>" + "<e:property/>" * 200_000),
    ]
    for service, body in bodies:
        await in_house(hass, remote.emit_raw, "Kitchen", service, body)
    await quiet(hass, remote)
    lines = complaints(caplog)
    unread = "Kitchen: "
    assert all(line.startswith((unread, "Refused a request")) for line in lines)
    assert 1 <= len(lines) <= len(bodies)


@pytest.mark.usefixtures("unimpressed")
async def test_topologies_that_cannot_be_read(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """Rooms stay where they are, whoever says so."""
    for text in (
        "nothing of the kind",
        "<ZoneGroupState><ZoneGroups><Zone",
        "<Whatever/>",
        "",
    ):
        variables = {"ZoneGroupState": text}
        await in_house(hass, remote.emit, "*", "ZoneGroupTopology", variables)
        await quiet(hass, remote, 0.3)
    lines = complaints(caplog)
    assert all("cannot be read" in line for line in lines), lines


@pytest.mark.usefixtures("unimpressed")
async def test_variables_that_make_no_sense(hass: HomeAssistant, remote: Remote) -> None:
    """What is understood of an event counts, and the rest is as if it had not come."""
    for service, variables in (
        ("AVTransport", {"LastChange": "not XML at all"}),
        ("RenderingControl", {"LastChange": "<Event><InstanceID val='0'><Volume/></InstanceID>"}),
        ("RenderingControl", {"LastChange": "<Event/>"}),
        ("DeviceProperties", {"NobodyKnowsThis": "1"}),
    ):
        await in_house(hass, remote.emit, "Kitchen", service, variables)


async def send(port: int, request: bytes) -> str:
    """Send bytes to the listener, and return the status that it answers with."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(10):
        line = await reader.readline()
    writer.close()
    return line.decode().partition(" ")[2].strip()


GOOD = {"NT": "upnp:event", "NTS": "upnp:propchange", "SID": "uuid:1", "SEQ": "1"}
BODY = b"<e:propertyset/>"


def request(method: str, path: str, headers: dict[str, str], length: int = len(BODY)) -> bytes:
    """Compose a request."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{lines}\r\n"
    return head.encode() + BODY


@pytest.mark.usefixtures("unimpressed")
async def test_requests_that_no_speaker_sends(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """Each gets the status that it deserves, even with a token that is right."""
    held = await in_house(hass, remote.leases)
    callback_url = urlsplit(next(lease["callback"] for of in held.values() for lease in of))
    port, right = callback_url.port or 0, callback_url.path
    requests = {
        "token that nobody was told": request("NOTIFY", "/nobody-was-told-this", GOOD),
        "no token": request("NOTIFY", "/", GOOD),
        "another subscription": request("NOTIFY", right, GOOD),
        "no SEQ": request("NOTIFY", right, {**GOOD, "SEQ": ""}),
        "no number": request("NOTIFY", right, {**GOOD, "SEQ": "-1"}),
        "no headers": request("NOTIFY", right, {}),
        "no SID": request("NOTIFY", right, {"NT": "x", "NTS": "y", "SEQ": "1"}),
        "GET": request("GET", right, {}),
        "POST": request("POST", right, {}),
        "unknown method": request("BREW", right, {}),
        "too large": request("NOTIFY", right, GOOD, length=50_000_000),
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        "not HTTP": b"hello\r\n\r\n",
    }
    answers = {what: (await send(port, sent))[:3] for what, sent in requests.items()}
    assert answers == {
        "token that nobody was told": "412",
        "no token": "412",
        "another subscription": "412",
        "no SEQ": "400",
        "no number": "400",
        "no headers": "400",
        "no SID": "400",
        "GET": "405",
        "POST": "405",
        "unknown method": "405",
        "too large": "413",
        "TLS": "400",
        "not HTTP": "400",
    }
    assert len(complaints(caplog)) <= 1


async def test_a_mistake_over_one_event_costs_that_event_alone(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever else came with it is shown, and the log says what happened."""
    apply_event = Household.apply_event

    def mistaken(household: Household, uid: str, service: str, *rest: Any, **more: Any) -> Any:
        if service == "AVTransport":
            raise LookupError(service)
        return apply_event(household, uid, service, *rest, **more)

    before = shown(hass, KITCHEN, "state")
    with patch.object(Household, "apply_event", mistaken):
        await in_house(hass, remote.play_tracks, "Kitchen")
        await until(hass, lambda: complaints(caplog))
        await turn_the_knob(hass, remote, KITCHEN, 44)
    assert "Could not take in what is new about" in complaints(caplog)[0]
    assert shown(hass, KITCHEN, "state") == before != "playing"
