"""Households that are found by what their speakers announce, by way of the flow itself."""

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_IMPORT,
    SOURCE_SSDP,
    SOURCE_USER,
    SOURCE_ZEROCONF,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.actions import in_house
from tests.homeassistant.conftest import NOBODY, PORT, complaints, until

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigFlowResult

    from tests.simulator.process import SimulatorProcess

UID = "RINCON_5CAAFD00000101400"
ROOMS = "Bathroom, Bedroom, Kitchen, Living Room, Office, Patio"
OF_OTHERS = "Sonos_Others"


def ssdp(host: str | None, household: str | None = None, **changes: Any) -> SsdpServiceInfo:
    """Return what a speaker announces by SSDP."""
    said: dict[str, Any] = {
        "ssdp_usn": f"uuid:{UID}::urn:schemas-upnp-org:device:ZonePlayer:1",
        "ssdp_st": "urn:schemas-upnp-org:device:ZonePlayer:1",
        "ssdp_udn": f"uuid:{UID}",
        "ssdp_location": f"http://{host}:1400/xml/device_description.xml" if host else None,
        "ssdp_headers": {"X-RINCON-HOUSEHOLD": household} if household else {},
        "upnp": {},
    }
    return SsdpServiceInfo(**said | changes)


def mdns(*hosts: str, **properties: str | None) -> ZeroconfServiceInfo:
    """Return what a speaker announces by mDNS."""
    addresses = [ip_address(host) for host in hosts]
    return ZeroconfServiceInfo(
        ip_address=addresses[0],
        ip_addresses=addresses,
        port=1443,
        hostname="Sonos-5CAAFD000001.local.",
        type="_sonos._tcp.local.",
        name="Sonos-5CAAFD000001@Kitchen._sonos._tcp.local.",
        properties={"info": f"/api/v1/players/{UID}/info", **properties},
    )


async def announce(
    hass: HomeAssistant, info: SsdpServiceInfo | ZeroconfServiceInfo
) -> ConfigFlowResult:
    """Let Home Assistant find a speaker."""
    source = SOURCE_SSDP if isinstance(info, SsdpServiceInfo) else SOURCE_ZEROCONF
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": source}, data=info
    )
    await hass.async_block_till_done()
    return result


async def aborted(hass: HomeAssistant, info: SsdpServiceInfo | ZeroconfServiceInfo) -> str:
    """Let Home Assistant find a speaker of which nothing comes, and return why."""
    result = await announce(hass, info)
    assert result["type"] is FlowResultType.ABORT
    reason = result["reason"]
    texts = await async_get_translations(hass, "en", "config", [DOMAIN])
    text = texts[f"component.{DOMAIN}.config.abort.{reason}"]
    assert text.format(**result["description_placeholders"] or {})
    return reason


def configured(house: SimulatorProcess, hosts: list[str], **more: Any) -> MockConfigEntry:
    """Return an entry for a household, which is not set up."""
    household_id = house.facts["household"]
    return MockConfigEntry(
        domain=DOMAIN,
        title="Sonos",
        unique_id=household_id,
        **{
            "data": {"household_id": household_id, "hosts": hosts},
            "options": {"listen_port": PORT, "request_timeout": 1.0},
        }
        | more,
    )


def asked(house: SimulatorProcess) -> int:
    """Count what the speakers of a house were asked."""
    return sum(sum(kinds.values()) for kinds in house.remote.requests().values())


# What is found


async def test_household_is_offered_with_its_rooms(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The user reads which rooms these are, and sets them up with one click."""
    kitchen = standing_house.addresses["Kitchen"]
    result = await announce(hass, ssdp(kitchen, standing_house.facts["household"]))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "discovery_confirm")
    texts = await async_get_translations(hass, "en", "config", [DOMAIN])
    prefix = f"component.{DOMAIN}.config"
    shown = texts[f"{prefix}.step.discovery_confirm.description"]
    assert result["description_placeholders"] == {
        "system": "Sonos S2",
        "rooms": ROOMS,
        "host": kitchen,
    }
    assert ROOMS in shown.format(**result["description_placeholders"])
    (offer,) = hass.config_entries.flow.async_progress()
    title = texts[f"{prefix}.flow_title"].format(**offer["context"]["title_placeholders"])
    assert title == "Sonos S2: Bathroom, Bedroom, Kitchen +3"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Sonos (Kitchen)"
    entry = result["result"]
    assert entry.unique_id == standing_house.facts["household"]
    assert entry.data["hosts"] == [kitchen]
    assert entry.data["known_hosts"] == sorted(standing_house.hosts)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parity("beyond: S1 and S2 told apart")
async def test_s1_and_s2_are_told_apart(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """They are two households, and two offers; S1 speakers name no household by mDNS."""
    await announce(hass, mdns(standing_house.hosts[0], hhid=standing_house.facts["household"]))
    await announce(hass, mdns(neighbours.addresses["Den"], vers="1"))
    offers = hass.config_entries.flow.async_progress()
    assert {
        offer["context"]["unique_id"]: offer["context"]["title_placeholders"] for offer in offers
    } == {
        standing_house.facts["household"]: {
            "system": "Sonos S2",
            "rooms": "Bathroom, Bedroom, Kitchen +3",
        },
        neighbours.facts["household"]: {"system": "Sonos S1", "rooms": "Attic, Den, Garage"},
    }


@pytest.mark.parity("beyond: one offer for each household")
async def test_all_speakers_at_once_make_one_offer(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """By both protocols, in every form of the id, and though one of them cannot answer."""
    household = standing_house.facts["household"]
    await in_house(hass, standing_house.remote.forbid, "Kitchen")
    addresses = standing_house.addresses
    results = await asyncio.gather(
        announce(hass, ssdp(addresses["Kitchen"], household)),
        *(announce(hass, ssdp(host, household)) for host in standing_house.hosts),
        *(announce(hass, mdns(host, mhhid=f"{household}.Q45RuM")) for host in standing_house.hosts),
    )
    reasons = [result.get("reason") for result in results]
    assert reasons.count(None) == 1
    assert set(reasons) == {None, "upnp_disabled", "already_in_progress"}
    (offer,) = hass.config_entries.flow.async_progress()
    assert offer["context"]["unique_id"] == household
    before = await in_house(hass, asked, standing_house)
    smart = {"HOUSEHOLD.SMARTSPEAKER.AUDIO": f"{household}.Q45RuM"}
    info = ssdp(addresses["Patio"], ssdp_headers=smart)
    assert await aborted(hass, info) == "already_in_progress"
    assert await in_house(hass, asked, standing_house) == before


async def test_what_was_found_ends_when_the_user_is_faster(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """A typed address leads to the entry, though the household is offered already."""
    await announce(hass, ssdp(standing_house.hosts[0]))
    flow = hass.config_entries.flow
    form = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await flow.async_configure(form["flow_id"], {"household": "host"})
    assert form["step_id"] == "host"
    result = await flow.async_configure(form["flow_id"], {"host": standing_house.hosts[1]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress() == []


async def test_what_was_found_ends_when_yaml_is_faster(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The import isn't kept away by an offer."""
    await announce(hass, ssdp(standing_house.hosts[0]))
    data = {"household_id": standing_house.facts["household"], "hosts": standing_house.hosts}
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_IMPORT}, data=data
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress() == []


async def test_household_that_does_not_list_its_rooms(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """In a large one the room of the speaker stands for all."""
    await in_house(hass, standing_house.remote.fail_action, "Kitchen", "GetZoneGroupState", 501)
    result = await announce(hass, ssdp(standing_house.addresses["Kitchen"]))
    assert result["description_placeholders"]["rooms"] == "Kitchen"  # type: ignore[index]


async def test_ipv4_address_is_taken_where_there_are_others(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """Home Assistant names the latest one first, whichever it is."""
    result = await announce(hass, mdns("2001:db8::7", "169.254.1.2", standing_house.hosts[0]))
    assert result["step_id"] == "discovery_confirm"


# What is not offered


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        pytest.param(
            ssdp(NOBODY, ssdp_udn="uuid:4d696e69-444c"), "not_sonos_device", id="SSDP of another"
        ),
        pytest.param(
            ZeroconfServiceInfo(
                ip_address=ip_address(NOBODY),
                ip_addresses=[ip_address(NOBODY)],
                port=80,
                hostname="printer.local.",
                type="_sonos._tcp.local.",
                name="Printer._sonos._tcp.local.",
                properties={},
            ),
            "not_sonos_device",
            id="mDNS of another",
        ),
        pytest.param(mdns("2001:db8::7"), "not_ipv4_address", id="IPv6 only"),
        pytest.param(ssdp("[2001:db8::7]"), "not_ipv4_address", id="IPv6 by SSDP"),
        pytest.param(ssdp(None), "not_ipv4_address", id="no address"),
        pytest.param(ssdp("[192.0.2.7"), "not_ipv4_address", id="no URL"),
        pytest.param(ssdp(NOBODY, OF_OTHERS), "cannot_connect", id="nobody answers"),
    ],
)
async def test_speaker_that_is_not_offered(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    info: SsdpServiceInfo | ZeroconfServiceInfo,
    reason: str,
) -> None:
    """There is a reason in words, and nothing in the log."""
    assert await aborted(hass, info) == reason
    assert complaints(caplog) == []


@pytest.mark.parity("discovery: ignored")
async def test_ignored_stays_ignored(hass: HomeAssistant, standing_house: SimulatorProcess) -> None:
    """Whichever speaker announces itself, in whichever way."""
    household = standing_house.facts["household"]
    (kitchen, patio) = (standing_house.addresses[room] for room in ("Kitchen", "Patio"))
    await announce(hass, ssdp(kitchen, household))
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": household, "title": "Sonos S2"},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert hass.config_entries.flow.async_progress() == []
    for info in (ssdp(patio, household), mdns(patio), ssdp(kitchen, household)):
        assert await aborted(hass, info) == "already_configured"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.source == SOURCE_IGNORE
    assert not entry.data


async def test_known_household_costs_nothing(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """No speaker is asked, nothing is logged, and the entry isn't touched, let alone reloaded."""
    entry = configured(standing_house, standing_house.hosts[:1])
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: entry.data.get("known_hosts"))
    data = entry.data
    coordinator = entry.runtime_data
    caplog.clear()
    for info in (
        ssdp("192.0.2.7", entry.unique_id),
        ssdp(NOBODY, entry.unique_id),
        mdns(NOBODY, hhid=entry.unique_id),
        mdns(standing_house.addresses["Patio"], vers="1"),
    ):
        assert await aborted(hass, info) == "already_configured"
    assert entry.data == data
    assert entry.runtime_data is coordinator
    assert entry.state is ConfigEntryState.LOADED
    assert complaints(caplog) == []
    assert [record for record in caplog.records if "config_flow" in record.name] == []


@pytest.mark.parity("discovery: moved")
async def test_entry_that_waits_learns_where_its_speakers_are(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """All addresses that it knew lead nowhere; the first announcement brings it back."""
    entry = configured(standing_house, [NOBODY])
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    info = ssdp(standing_house.addresses["Kitchen"], entry.unique_id)
    assert await aborted(hass, info) == "already_configured"
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    assert entry.data["hosts"] == [NOBODY]
    assert entry.data["known_hosts"] == sorted(standing_house.hosts)
