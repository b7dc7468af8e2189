"""The households that are in the network and not set up yet, for somebody who wants to add one.

What Home Assistant has heard by SSDP and mDNS counts first. When that is nothing, speakers are
searched for. Home Assistant's components for both bring requirements of their own, which are
installed when they are set up; so they are imported only then.
"""

import asyncio
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address

from homeassistant.components.network import async_get_enabled_source_ips
from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..engine import EngineError, search_speakers
from ..engine.commands.discovery import DiscoveredHousehold, look_around
from .announced import MDNS_TYPE, Announcement, read_mdns, read_ssdp

_ZONE_PLAYER = "urn:schemas-upnp-org:device:ZonePlayer:1"

#: For how long speakers are searched for, and how long they may take to say who they are.
SEARCH_SECONDS = 2.0
ANSWER_SECONDS = 3.0

#: How many speakers are asked at once that do not say which household they belong to.
_MOST_ASKED = 16

#: Households that were found by themselves, by their id.
_FOUND: HassKey[dict[str, DiscoveredHousehold]] = HassKey(f"{DOMAIN}_found")


@callback
def async_note_found(hass: HomeAssistant, found: DiscoveredHousehold) -> None:
    """Take note of a household that was found by itself, and waits for an answer."""
    hass.data.setdefault(_FOUND, {})[found.household_id] = found


async def async_find_households(hass: HomeAssistant) -> Mapping[str, DiscoveredHousehold]:
    """Return the households that are there and not set up, by their id; takes a few seconds."""
    configured = {
        entry.unique_id
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.source != SOURCE_IGNORE
    }
    pending = {
        flow["context"].get("unique_id")
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    }
    heard = [
        Announcement(found.asked, found.household_id)
        for found in hass.data.get(_FOUND, {}).values()
        if found.household_id in pending
    ]
    heard += await _async_heard_by_ssdp(hass)
    heard += await _async_heard_by_mdns(hass)
    offers = await _async_ask(hass, heard, configured)
    return offers or await _async_ask(hass, await _async_search(hass), configured)


async def _async_heard_by_ssdp(hass: HomeAssistant) -> list[Announcement]:
    if "ssdp" not in hass.config.components:
        return []
    from homeassistant.components import ssdp  # noqa: PLC0415

    heard = map(read_ssdp, await ssdp.async_get_discovery_info_by_st(hass, _ZONE_PLAYER))
    return [announcement for announcement in heard if announcement is not None]


async def _async_heard_by_mdns(hass: HomeAssistant) -> list[Announcement]:
    if "zeroconf" not in hass.config.components:
        return []
    from homeassistant.components import zeroconf  # noqa: PLC0415
    from homeassistant.components.zeroconf.discovery import info_from_service  # noqa: PLC0415
    from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415

    shared = await zeroconf.async_get_instance(hass)
    heard = []
    for record in shared.cache.async_entries_with_name(MDNS_TYPE):
        service = AsyncServiceInfo(MDNS_TYPE, getattr(record, "alias", MDNS_TYPE))
        if service.load_from_cache(shared) and (info := info_from_service(service)) is not None:
            heard.append(read_mdns(info))
    return [announcement for announcement in heard if announcement is not None]


async def _async_search(hass: HomeAssistant) -> list[Announcement]:
    sources = await async_get_enabled_source_ips(hass)
    ours = [str(source) for source in sources if isinstance(source, IPv4Address)]
    found = await hass.async_add_executor_job(search_speakers, ours, SEARCH_SECONDS)
    return [Announcement(host, household_id or None) for host, household_id in found]


async def _async_ask(
    hass: HomeAssistant, heard: Iterable[Announcement], configured: set[str | None]
) -> dict[str, DiscoveredHousehold]:
    """Ask the households of speakers that were heard; of each the first that answers counts."""
    by_household: dict[str, list[str]] = {}
    for announcement in heard:
        if announcement.host is not None and announcement.household_id not in configured:
            # Who does not name a household may belong to any.
            key = announcement.household_id or f"at {announcement.host}"
            by_household.setdefault(key, []).append(announcement.host)

    async def ask(hosts: list[str]) -> DiscoveredHousehold | None:
        for host in dict.fromkeys(hosts):
            try:
                return await hass.async_add_executor_job(look_around, host)
            except EngineError:
                continue
        return None

    asking = [
        hass.async_create_task(ask(hosts), eager_start=True)
        for hosts in list(by_household.values())[:_MOST_ASKED]
    ]
    if not asking:
        return {}
    try:
        done, _ = await asyncio.wait(asking, timeout=ANSWER_SECONDS)
    finally:
        for task in asking:
            task.cancel()
    answers = (task.result() for task in asking if task in done)
    found = [answer for answer in answers if answer and answer.household_id not in configured]
    found.sort(key=lambda household: [room.casefold() for room in household.rooms])
    return {household.household_id: household for household in found}
