"""A speaker's address in the shape that soco's services expect.

A ``soco.SoCo`` object would bring soco's process-wide registry with it, and topology caches that
belong to whoever else uses soco in this process; its services need only an address.
"""

from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from soco import services
from soco.services import Service

from .errors import PlayerUnreachableError

DEFAULT_PORT = 1400


class HTControl(Service):
    """UPnP service of soundbars and amplifiers with a television input; soco has none."""

    def __init__(self, soco: Player) -> None:
        """Name the service's addresses, as its device description does."""
        super().__init__(soco)
        self.control_url = "/HTControl/Control"
        self.scpd_url = "/xml/HTControl1.xml"
        self.event_subscription_url = "/HTControl/Event"


_OWN_SERVICES: dict[str, type[Any]] = {"HTControl": HTControl}


@dataclass(frozen=True, slots=True)
class Player:
    """Where a speaker listens.

    Attributes:
        ip_address: IPv4 address, under the name that soco uses.
        port: Port of its UPnP services, 1400 on every known speaker.
        room: The name of its room as far as it is known, for the log.

    """

    ip_address: str
    port: int = DEFAULT_PORT
    room: str = field(default="", compare=False)

    @classmethod
    def at(cls, address: str, room: str = "") -> Player:
        """Return the player at ``host`` or ``host:port``.

        Raises:
            PlayerUnreachableError: When this is neither.

        """
        host, _, port = address.partition(":")
        if not host or not (port + "0").isdecimal():
            raise PlayerUnreachableError(address, "is not the address of a speaker")
        return cls(host, int(port) if port else DEFAULT_PORT, room)

    @property
    def has_ipv4_address(self) -> bool:
        """Whether it can be spoken to without looking up a name."""
        try:
            IPv4Address(self.ip_address)
        except AddressValueError:
            return False
        return True

    @property
    def address(self) -> str:
        """The address in the form that commands take: ``host:port``."""
        return f"{self.ip_address}:{self.port}"

    @property
    def name(self) -> str:
        """What the log calls it: by its room, or by its address if that is not known."""
        return self.room or self.ip_address

    @property
    def base_url(self) -> str:
        """The URL that all service paths are appended to."""
        return f"http://{self.ip_address}:{self.port}"


def service_of(player: Player, name: str) -> Any:
    """Return the soco service with this UPnP name, bound to a speaker.

    Args:
        player: The speaker's address.
        name: For example ``AVTransport``.

    Returns:
        A ``soco.services.Service``; making one costs no request.

    """
    cls = _OWN_SERVICES.get(name) or getattr(services, name)
    service = cls(player)
    # soco before 0.32 knows no other port than 1400.
    service.base_url = player.base_url
    return service
