"""What an announcement by SSDP or mDNS says of the household that a speaker belongs to.

Speakers name their household in several forms: its id alone, as the entry's unique id has it, and
its id followed by a dot and the id of a place, as the control API has it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
import re
from urllib.parse import urlsplit

from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

#: The type of service that speakers announce by mDNS.
MDNS_TYPE = "_sonos._tcp.local."

_SSDP_HOUSEHOLD = ("X-RINCON-HOUSEHOLD", "HOUSEHOLD.SMARTSPEAKER.AUDIO")
_MDNS_HOUSEHOLD = ("hhid", "mhhid")
_SPEAKER = re.compile(r"^sonos|RINCON_[0-9A-Z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A speaker that announced itself.

    Attributes:
        host: Its IPv4 address; None if it named none.
        household_id: Its household; None if it did not say, as old firmware does.

    """

    host: str | None
    household_id: str | None


def read_ssdp(info: SsdpServiceInfo) -> Announcement | None:
    """Read an announcement by SSDP; None if it is not a Sonos speaker's."""
    if not (info.ssdp_udn or info.ssdp_usn).startswith("uuid:RINCON_"):
        return None
    host, _ = read_location(info.ssdp_location)
    return Announcement(host, _household_id(info.ssdp_headers, _SSDP_HOUSEHOLD))


def read_location(location: str | None) -> tuple[str | None, int | None]:
    """Return the IPv4 address and the port of a URL that was announced, as far as it has them.

    Whoever announces himself can write anything there.
    """
    try:
        parts = urlsplit(location or "")
        return next(_ipv4([parts.hostname or ""]), None), parts.port
    except ValueError:
        return None, None


def read_mdns(info: ZeroconfServiceInfo) -> Announcement | None:
    """Read an announcement by mDNS; None if it is not a Sonos speaker's."""
    names = (info.name, info.hostname, str(info.properties.get("info") or ""))
    if not any(_SPEAKER.search(name) for name in names):
        return None
    return Announcement(
        next(_ipv4([info.host, *info.addresses]), None),
        _household_id(info.properties, _MDNS_HOUSEHOLD),
    )


def _household_id(said: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    ids = (str(said.get(name) or "").partition(".")[0] for name in names)
    return next(filter(None, ids), None)


def _ipv4(hosts: list[str]) -> Iterator[str]:
    """Yield those of some addresses that a speaker can be spoken to at."""
    for host in hosts:
        try:
            address = IPv4Address(host)
        except ValueError:
            continue
        if not address.is_link_local and not address.is_unspecified:
            yield host
