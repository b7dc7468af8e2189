"""Who answers at an address."""

from dataclasses import dataclass
import socket

from ...model import (
    DeviceDescription,
    MalformedDescription,
    NotSonosDescription,
    parse_device_description,
)
from ..errors import HttpStatusError, Ipv6OnlyError, NotSonosError, UnknownNameError
from ..player import Player
from . import soap


@dataclass(frozen=True, slots=True)
class Identity:
    """What a speaker says of itself.

    Attributes:
        address: Its address as ``host:port``, with the host as an IPv4 address.
        household_id: The household it belongs to, for example ``Sonos_abc...``.
        description: Its device description.

    """

    address: str
    household_id: str
    description: DeviceDescription


def describe(address: str) -> DeviceDescription:
    """Read a speaker's device description: one GET.

    Raises:
        NotSonosError: When something else than a Sonos speaker answers.
        PlayerError: As :func:`.soap.get`.

    """
    try:
        return parse_device_description(soap.get(address, "/xml/device_description.xml"))
    except (MalformedDescription, NotSonosDescription, HttpStatusError) as error:
        raise NotSonosError(Player.at(address).ip_address) from error


def _look_up(name: str) -> str:
    """Return the IPv4 address of a host.

    Raises:
        UnknownNameError: When there is no such name.
        Ipv6OnlyError: When it leads to IPv6 addresses only.

    """
    try:
        return socket.gethostbyname(name)
    except (OSError, UnicodeError) as error:
        if _has_ipv6_address(name):
            raise Ipv6OnlyError(name) from error
        raise UnknownNameError(name) from error


def _has_ipv6_address(name: str) -> bool:
    try:
        return bool(socket.getaddrinfo(name, None, socket.AF_INET6))
    except OSError, UnicodeError:
        return False


def identify(address: str) -> Identity:
    """Find out which speaker of which household answers at an address: one GET, one action.

    Args:
        address: An IPv4 address or a host name, with or without a port.

    Raises:
        NotSonosError: When something else than a Sonos speaker answers.
        PlayerError: As :func:`.soap.call`.

    """
    player = Player.at(address)
    host = _look_up(player.ip_address)
    found = Player(host, player.port).address
    description = describe(found)
    answer = soap.call(found, "DeviceProperties", "GetHouseholdID")
    household_id = answer.get("CurrentHouseholdID", "")
    if not household_id:
        raise NotSonosError(host)
    return Identity(found, household_id, description)
