"""The user step: households that are in the network are found by themselves, and offered."""

import asyncio
from collections.abc import Iterator
import concurrent.futures
from ipaddress import ip_address
import socket
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import zeroconf
from zeroconf.asyncio import AsyncServiceInfo

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine import search_speakers
from tests.homeassistant.actions import in_house
from tests.homeassistant.conftest import NOBODY, OURS, base
from tests.homeassistant.test_config_flow_discovery import ROOMS, announce, asked, ssdp
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigFlowResult

MDNS = "_sonos._tcp.local."


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Add the integration."""
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


async def choose(hass: HomeAssistant, form: ConfigFlowResult, household: str) -> ConfigFlowResult:
    """Choose what is offered."""
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    flow = hass.config_entries.flow
    result = await flow.async_configure(form["flow_id"], {"household": household})
    await hass.async_block_till_done()
    return result


def offered(form: ConfigFlowResult) -> dict[str, str]:
    """Return what can be chosen, by the value; nothing in the form for a host."""
    if form["step_id"] == "host":
        return {}
    assert form["data_schema"] is not None
    (selector,) = form["data_schema"].schema.values()
    return {option["value"]: option["label"] for option in selector.config["options"]}


def ignore(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """Let a household be one that is not to be offered by itself."""
    MockConfigEntry(
        domain=DOMAIN, unique_id=house.facts["household"], source=SOURCE_IGNORE
    ).add_to_hass(hass)


@pytest.fixture
def heard(hass: HomeAssistant) -> Iterator[dict[str, list[Any]]]:
    """Give what Home Assistant has heard by SSDP and mDNS."""
    heard: dict[str, list[Any]] = {"ssdp": [], "mdns": []}
    cache = zeroconf.DNSCache()  # type: ignore[attr-defined]

    async def by_ssdp(_hass: HomeAssistant, st: str) -> list[Any]:
        assert st == "urn:schemas-upnp-org:device:ZonePlayer:1"
        return heard["ssdp"]

    async def by_mdns(_hass: HomeAssistant) -> Any:
        for info in heard["mdns"]:
            records = (info.dns_pointer(), info.dns_service(), info.dns_text())
            cache.async_add_records([*records, *info.dns_addresses()])
        return SimpleNamespace(cache=cache)

    components = {"ssdp", "zeroconf"}
    for component in components:
        hass.config.components.add(component)
    with (
        patch("homeassistant.components.ssdp.async_get_discovery_info_by_st", by_ssdp),
        patch("homeassistant.components.zeroconf.async_get_instance", by_mdns),
        # What is set up meanwhile does not listen.
        patch(f"{OURS}.async_watch", return_value=lambda: None),
    ):
        yield heard
    for component in components:
        hass.config.components.remove(component)


def mdns(host: str | None, household: str) -> AsyncServiceInfo:
    """Return what Home Assistant keeps of a speaker's announcement."""
    return AsyncServiceInfo(
        MDNS,
        f"Sonos-{household}.{MDNS}",
        addresses=[socket.inet_aton(host)] if host else [],
        port=1443,
        properties={"info": "/api/v1/players/RINCON_5CAAFD00000101400/info", "hhid": household},
        server=f"{household}.local.",
    )


async def test_what_was_found_by_itself_is_offered(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The rooms are named; the offer that was there already ends with the entry."""
    household = standing_house.facts["household"]
    kitchen = standing_house.addresses["Kitchen"]
    await announce(hass, ssdp(kitchen, household))
    form = await begin(hass)
    assert offered(form) == {household: f"Sonos S2: {ROOMS}", "host": "host"}
    result = await choose(hass, form, household)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Sonos (Kitchen)"
    entry = result["result"]
    assert entry.unique_id == household
    assert entry.data["hosts"] == [kitchen]
    assert entry.data["known_hosts"] == sorted(standing_house.hosts)
    assert hass.config_entries.flow.async_progress() == []
    assert offered(await begin(hass)) == {}


@pytest.mark.parity("beyond: households to choose from")
async def test_what_home_assistant_has_heard_is_offered(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    heard: dict[str, list[Any]],
) -> None:
    """Also what is ignored, by SSDP and mDNS; each household is asked once, by who answers."""
    ours, theirs = (house.facts["household"] for house in (standing_house, neighbours))
    ignore(hass, standing_house)
    hosts = (NOBODY, standing_house.hosts[1], *standing_house.hosts)
    heard["ssdp"] = [
        *(ssdp(host, ours) for host in hosts),
        ssdp(None, theirs),
        ssdp(NOBODY, theirs, ssdp_udn="uuid:0ee0", ssdp_usn=""),
        ssdp(NOBODY, "Sonos_gone"),
    ]
    other = AsyncServiceInfo(
        MDNS,
        f"Printer.{MDNS}",
        server="printer.local.",
        port=1,
        addresses=[socket.inet_aton(NOBODY)],
    )
    heard["mdns"] = [mdns(None, "Sonos_nowhere"), other, mdns(neighbours.addresses["Den"], theirs)]
    await in_house(hass, standing_house.remote.reset_requests)
    form = await begin(hass)
    assert offered(form) == {
        theirs: "Sonos S1: Attic, Den, Garage",
        ours: f"Sonos S2: {ROOMS}",
        "host": "host",
    }
    assert await in_house(hass, asked, standing_house) == 3
    result = await choose(hass, form, ours)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == ours
    assert list(offered(await begin(hass))) == [theirs, "host"]


async def test_speaker_that_does_not_name_its_household(
    hass: HomeAssistant, standing_house: SimulatorProcess, heard: dict[str, list[Any]]
) -> None:
    """It is asked; if that household is set up, there is nothing to offer."""
    heard["ssdp"] = [ssdp(host) for host in standing_house.hosts[:3]]
    household = standing_house.facts["household"]
    form = await begin(hass)
    assert list(offered(form)) == [household, "host"]
    assert (await choose(hass, form, household))["type"] is FlowResultType.CREATE_ENTRY
    assert offered(await begin(hass)) == {}


async def test_household_that_is_set_up_meanwhile(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The user is told by which entry."""
    household = standing_house.facts["household"]
    await announce(hass, ssdp(standing_house.hosts[0], household))
    form = await begin(hass)
    MockConfigEntry(domain=DOMAIN, unique_id=household, title="Sonos (Mine)").add_to_hass(hass)
    result = await choose(hass, form, household)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert result["description_placeholders"] == {"title": "Sonos (Mine)"}


async def test_speakers_that_take_too_long(
    hass: HomeAssistant, standing_house: SimulatorProcess, heard: dict[str, list[Any]]
) -> None:
    """The user is not kept waiting, and can type a host."""
    heard["ssdp"] = [ssdp(standing_house.addresses["Kitchen"])]
    await in_house(hass, standing_house.remote.set_latency, "Kitchen", 0.6)
    with patch(f"{OURS}.discovery.finding.ANSWER_SECONDS", 0.1):
        form = await begin(hass)
    assert form["step_id"] == "host"
    await in_house(hass, standing_house.remote.heal)
    await asyncio.sleep(0.7)  # the thread that asks has to end before the test does


# Searching


@pytest.fixture(scope="module")
def _cabin() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(
        base=base(14), speakers=2, household="Sonos_Cabin", announce=True
    ) as house:
        yield house


@pytest.fixture
def cabin(_cabin: SimulatorProcess, loopback: None) -> SimulatorProcess:
    """Give a household whose speakers answer searches on the network of this machine alone."""
    return _cabin


async def test_speakers_are_searched_for(hass: HomeAssistant, cabin: SimulatorProcess) -> None:
    """When Home Assistant has heard of nobody, because nothing listens for it."""
    with (
        patch(f"{OURS}.discovery.finding.SEARCH_SECONDS", 1.0),
        patch(f"{OURS}.discovery.finding.async_get_enabled_source_ips") as ours,
    ):
        ours.return_value = [ip_address("127.0.0.1"), ip_address("::1")]
        form = await begin(hass)
    offers = offered(form)
    rooms = ", ".join(sorted(cabin.addresses))
    assert offers["Sonos_Cabin"] == f"Sonos S2: {rooms}"
    form = await choose(hass, form, "host")
    assert form["step_id"] == "host"
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"host": cabin.hosts[0]}
    )
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == "Sonos_Cabin"


def test_search_bears_whatever_answers(loopback: None) -> None:
    """Only speakers are found, whatever else sends something, and no address is none too many."""
    answers = [
        b"",
        b"\xff\xfe",
        b"HTTP/1.1 404 Not Found\r\nUSN: uuid:RINCON_1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nUSN: uuid:0ee0::upnp:rootdevice\r\n\r\n",
    ]
    speaker = b"HTTP/1.1 200 OK\r\nUSN: uuid:RINCON_1::x\r\n\r\n"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind((base(98), 0))
        device.settimeout(5)
        with (
            patch(f"{OURS}.engine.ssdp_search._SSDP", device.getsockname()),
            patch(f"{OURS}.engine.ssdp_search._MOST_SPEAKERS", 1),
            concurrent.futures.ThreadPoolExecutor() as pool,
        ):
            searching = pool.submit(search_speakers, ["192.0.2.1", "127.0.0.1"], 5.0)
            asked, address = device.recvfrom(1000)
            assert asked.startswith(b"M-SEARCH * HTTP/1.1\r\n")
            device.recvfrom(1000)
            for answer in (*answers, speaker):
                device.sendto(answer, address)
            assert searching.result() == [(base(98), "")]
    assert search_speakers(["192.0.2.1"], 5.0) == []
