"""What speakers announce by SSDP and mDNS."""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.components import ssdp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
import pytest

from custom_components.sonos_twisted.discovery import presence
from tests.homeassistant.actions import KITCHEN, in_house, shown, shows
from tests.homeassistant.conftest import make_entry, until
from tests.simulator.process import SimulatorProcess

type Announce = Callable[..., None]


@pytest.fixture
async def announce(hass: HomeAssistant, house: SimulatorProcess) -> Announce:
    """Set the house up where Home Assistant listens to SSDP; give a way to announce something."""
    hass.config.components.add("ssdp")
    with patch.object(ssdp, "async_register_callback", AsyncMock(return_value=lambda: None)) as reg:
        entry = await make_entry(hass, house.addresses["Patio"])
        assert await hass.config_entries.async_setup(entry.entry_id)
    await shows(hass, KITCHEN, state="idle")
    ((_, callback), _) = reg.await_args_list[0]
    truth = (await in_house(hass, house.remote.truth))["speakers"]
    uid = next(uid for uid, speaker in truth.items() if speaker["name"] == "Kitchen")

    def announce(
        change: ssdp.SsdpChange, location: str | None = None, udn: str = uid, **headers: str
    ) -> None:
        callback(
            SsdpServiceInfo(
                ssdp_usn=f"uuid:{udn}::urn:schemas-upnp-org:device:ZonePlayer:1",
                ssdp_st="urn:schemas-upnp-org:device:ZonePlayer:1",
                ssdp_udn=f"uuid:{udn}",
                ssdp_location=location,
                ssdp_headers={name.replace("_", "-"): text for name, text in headers.items()},
                upnp={},
            ),
            change,
        )

    return announce


def subscriptions(house: SimulatorProcess) -> int:
    """Count the subscriptions that the kitchen was asked for."""
    uid = next(uid for uid, s in house.remote.truth()["speakers"].items() if s["name"] == "Kitchen")
    requests = house.remote.requests()[uid]
    return sum(count for kind, count in requests.items() if kind.startswith("SUBSCRIBE"))


async def test_goodbye_and_return(
    hass: HomeAssistant, announce: Announce, caplog: pytest.LogCaptureFixture
) -> None:
    """A speaker that says goodbye is unavailable at once, and back when it announces itself."""
    announce(ssdp.SsdpChange.BYEBYE, X_RINCON_REASON="sleeping")
    await shows(hass, KITCHEN, state="unavailable")
    assert "has left (sleeping)" in caplog.text
    announce(ssdp.SsdpChange.ALIVE)
    await shows(hass, KITCHEN, state="idle")


async def test_late_events_do_not_call_back_who_has_left(
    hass: HomeAssistant, announce: Announce, house: SimulatorProcess
) -> None:
    """A speaker that falls asleep still sends what it had to say."""
    announce(ssdp.SsdpChange.BYEBYE)
    await shows(hass, KITCHEN, state="unavailable")
    before = (await in_house(hass, house.remote.notifications))[-1]["number"]
    await in_house(hass, house.remote.set_volume, "Kitchen", 44)

    def later() -> list[Any]:
        return [sent["status"] for sent in house.remote.notifications(before)]

    await until(hass, lambda: "200" in later(), later)
    assert shown(hass, KITCHEN, "state") == "unavailable"


async def test_a_higher_boot_number_renews_all_leases(
    hass: HomeAssistant, announce: Announce, house: SimulatorProcess
) -> None:
    """Who has started anew has forgotten its subscriptions, whatever it remembers here."""
    before = await in_house(hass, subscriptions, house)
    announce(ssdp.SsdpChange.UPDATE, X_RINCON_BOOTSEQ="1")
    announce(ssdp.SsdpChange.UPDATE, X_RINCON_BOOTSEQ="99")
    await until(hass, lambda: subscriptions(house) > before)
    await in_house(hass, house.remote.set_volume, "Kitchen", 44)
    await shows(hass, KITCHEN, volume_level=0.44)


async def test_a_new_address_is_followed(
    hass: HomeAssistant, announce: Announce, house: SimulatorProcess
) -> None:
    """The announcement comes before the topology knows."""
    await in_house(hass, house.remote.disconnect, "Kitchen")
    address = await in_house(hass, house.remote.change_address, "Kitchen")
    await in_house(hass, house.remote.reconnect, "Kitchen")
    announce(ssdp.SsdpChange.ALIVE, f"http://{address}:1400/xml/device_description.xml")
    await in_house(hass, house.remote.set_volume, "Kitchen", 44)
    await shows(hass, KITCHEN, volume_level=0.44)


@pytest.mark.parametrize("udn", ["RINCON_000000000000001400", "4d696e69-444c-164e-9d41-b827eb"])
async def test_strangers_are_ignored(hass: HomeAssistant, announce: Announce, udn: str) -> None:
    """Other households and other devices announce themselves too."""
    announce(ssdp.SsdpChange.BYEBYE, udn=udn)
    announce(ssdp.SsdpChange.ALIVE, udn=udn)
    await hass.async_block_till_done()
    assert shown(hass, KITCHEN, "state") == "idle"


class _Connection:
    """Keeps what was heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str | None, int | None]] = []

    def heard_of(self, uid: str, address: str | None, boot_seq: int | None) -> None:
        self.heard.append((uid, address, boot_seq))


@pytest.mark.parametrize(
    ("name", "properties", "heard"),
    [
        pytest.param(
            "Sonos-5CAAFD000001@Kitchen._sonos._tcp.local.",
            {
                "info": "/api/v1/players/RINCON_5CAAFD00000101400/info",
                "location": "http://192.0.2.7:1400/xml/device_description.xml",
                "bootseq": "12",
            },
            [("RINCON_5CAAFD00000101400", "192.0.2.7:1400", 12)],
            id="S2",
        ),
        pytest.param(
            "RINCON_5CAAFD00000101400@Kitchen._sonos._tcp.local.",
            {"bootseq": None},
            [("RINCON_5CAAFD00000101400", None, None)],
            id="uid in its name",
        ),
        pytest.param("Sonos-5CAAFD000001._sonos._tcp.local.", {"vers": "1"}, [], id="no uid"),
        pytest.param(
            "x._sonos._tcp.local.",
            {"uuid": "RINCON_5CAAFD00000101400", "bootseq": "many", "location": "kitchen"},
            [("RINCON_5CAAFD00000101400", None, None)],
            id="nonsense",
        ),
        *(
            pytest.param(
                "RINCON_5CAAFD00000101400@Kitchen._sonos._tcp.local.",
                {"location": location},
                [("RINCON_5CAAFD00000101400", None, None)],
                id=location,
            )
            for location in (
                "http://[192.0.2.7:1400/",
                "http://192.0.2.7:99999/",
                "http://[2001:db8::7]:1400/",
                "http://0.0.0.0:1400/",
                "http://kitchen.local:1400/",
            )
        ),
    ],
)
def test_mdns_records(name: str, properties: dict[str, Any], heard: list[Any]) -> None:
    """The uid stands in one place or another; the rest may be missing."""
    coordinator: Any = type("Coordinator", (), {"connection": _Connection()})
    presence.announced_by_mdns(coordinator, name, properties)
    assert coordinator.connection.heard == heard


@pytest.mark.usefixtures("mock_async_zeroconf")
async def test_mdns_is_browsed(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """A record that appears is read and passed on; the browser ends with the entry."""
    hass.config.components.add("zeroconf")
    with (
        patch("zeroconf.asyncio.AsyncServiceBrowser") as browser,
        patch("zeroconf.asyncio.AsyncServiceInfo") as info,
    ):
        browser.return_value.async_cancel = AsyncMock()
        info.return_value.async_request = AsyncMock(side_effect=[True, False])
        info.return_value.decoded_properties = {"bootseq": "99"}
        truth = (await in_house(hass, house.remote.truth))["speakers"]
        uid = next(uid for uid, speaker in truth.items() if speaker["name"] == "Kitchen")
        entry = await make_entry(hass, house.addresses["Patio"])
        assert await hass.config_entries.async_setup(entry.entry_id)
        await shows(hass, KITCHEN, state="idle")
        before = await in_house(hass, subscriptions, house)
        (changed,) = browser.call_args.kwargs["handlers"]
        from zeroconf import ServiceStateChange  # noqa: PLC0415

        for change in (ServiceStateChange.Removed, ServiceStateChange.Added):
            changed(None, "_sonos._tcp.local.", f"{uid}@Kitchen._sonos._tcp.local.", change)
        await until(hass, lambda: subscriptions(house) > before)
        changed(None, "_sonos._tcp.local.", f"{uid}@x", ServiceStateChange.Updated)
        assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
        browser.return_value.async_cancel.assert_awaited_once()
