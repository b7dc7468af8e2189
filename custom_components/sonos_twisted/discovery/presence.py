"""What speakers announce of themselves, by SSDP and mDNS, for a household that is set up.

An announcement is no state, but a sign: that a speaker is back, has started anew, has another
address, or is about to leave. Whatever failed is then tried again at once.

Home Assistant's components for SSDP and mDNS bring requirements of their own, which are installed
when they are set up; so they are imported only then.
"""

from collections.abc import Callable
import logging
import re
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo

from ..coordinator import HouseholdCoordinator
from ..model import whole_number
from .announced import MDNS_TYPE, read_location

if TYPE_CHECKING:
    from homeassistant.components import ssdp
    from zeroconf import ServiceStateChange, Zeroconf

_LOGGER = logging.getLogger(__name__)

_UID = re.compile(r"RINCON_[0-9A-Za-z]+")

#: For how long a speaker is asked for its record.
_MILLISECONDS = 3000


async def async_watch(hass: HomeAssistant, coordinator: HouseholdCoordinator) -> CALLBACK_TYPE:
    """Pass on what the household's speakers announce, as far as Home Assistant listens to it.

    Returns:
        A function that ends this.

    """
    endings: list[Callable[[], object]] = []
    if "ssdp" in hass.config.components:
        endings.append(await _async_watch_ssdp(hass, coordinator))
    if "zeroconf" in hass.config.components:
        endings.append(await _async_watch_mdns(hass, coordinator))

    def end() -> None:
        for ending in endings:
            ending()

    return end


async def _async_watch_ssdp(
    hass: HomeAssistant, coordinator: HouseholdCoordinator
) -> Callable[[], object]:
    from homeassistant.components import ssdp  # noqa: PLC0415

    @callback
    def announced(info: SsdpServiceInfo, change: ssdp.SsdpChange) -> None:
        match = _UID.search(info.ssdp_udn or info.ssdp_usn)
        if match is None:
            return
        headers = info.ssdp_headers
        if change is ssdp.SsdpChange.BYEBYE:
            reason = headers.get("X-RINCON-REASON") or "without a reason"
            coordinator.connection.said_goodbye(match[0], str(reason))
            return
        boot_seq = whole_number(str(headers.get("X-RINCON-BOOTSEQ") or ""))
        coordinator.connection.heard_of(match[0], _address(info.ssdp_location), boot_seq)

    # Of everything that a speaker announces at once, Home Assistant passes on what it takes for
    # news, which is a new address with the first of it only. So nothing may be left out here.
    return await ssdp.async_register_callback(hass, announced)


async def _async_watch_mdns(
    hass: HomeAssistant, coordinator: HouseholdCoordinator
) -> Callable[[], object]:
    from homeassistant.components import zeroconf  # noqa: PLC0415
    from zeroconf import Error, ServiceStateChange  # noqa: PLC0415
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo  # noqa: PLC0415

    shared = await zeroconf.async_get_async_instance(hass)

    async def read(name: str) -> None:
        try:
            info = AsyncServiceInfo(MDNS_TYPE, name)
            is_there = await info.async_request(shared.zeroconf, _MILLISECONDS)
        except Error as error:
            # It has no name that there can be, or Home Assistant is about to end.
            _LOGGER.debug("What %r announces cannot be read: %r", name, error)
            return
        if is_there:
            announced_by_mdns(coordinator, name, info.decoded_properties)

    @callback
    def changed(
        zeroconf: Zeroconf,  # noqa: ARG001, these names are part of the interface
        service_type: str,  # noqa: ARG001
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if state_change is not ServiceStateChange.Removed:
            coordinator.entry.async_create_background_task(hass, read(name), f"mDNS of {name}")

    browser = AsyncServiceBrowser(shared.zeroconf, MDNS_TYPE, handlers=[changed])
    return lambda: hass.async_create_task(browser.async_cancel())


def announced_by_mdns(
    coordinator: HouseholdCoordinator, name: str, properties: dict[str, str | None]
) -> None:
    """Pass on what a speaker says in its mDNS record.

    Args:
        coordinator: The household's.
        name: The record's name; S1 speakers name their address there instead of their uid.
        properties: Its TXT record.

    """
    said = " ".join(filter(None, (properties.get("info"), properties.get("uuid"), name)))
    match = _UID.search(said)
    if match is not None:
        coordinator.connection.heard_of(
            match[0],
            _address(properties.get("location")),
            whole_number(properties.get("bootseq") or ""),
        )


def _address(location: str | None) -> str | None:
    """Return ``host:port`` of a URL, if it has both, and a speaker can be spoken to there."""
    host, port = read_location(location)
    return f"{host}:{port}" if host and port else None
