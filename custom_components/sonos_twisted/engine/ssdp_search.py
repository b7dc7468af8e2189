"""Searching for speakers that nobody has heard of, by SSDP."""

from collections.abc import Iterable
import contextlib
import select
import socket
import time

#: Where searches by SSDP go to.
_SSDP = ("239.255.255.250", 1900)
_SEARCH = (
    "M-SEARCH * HTTP/1.1\r\n"
    f"HOST: {_SSDP[0]}:{_SSDP[1]}\r\n"
    'MAN: "ssdp:discover"\r\n'
    "MX: 1\r\n"
    "ST: urn:schemas-upnp-org:device:ZonePlayer:1\r\n\r\n"
).encode()

#: Seconds between two searches: datagrams get lost.
_REPEAT_SECONDS = 0.5

_DATAGRAM_BYTES = 4096
_MOST_SPEAKERS = 64


def search_speakers(interfaces: Iterable[str], seconds: float) -> list[tuple[str, str]]:
    """Search for speakers by SSDP, for so many seconds.

    Args:
        interfaces: Addresses of this machine, in whose networks to search.
        seconds: How long.

    Returns:
        The address of each speaker that has answered, and the id of its household as it says it,
        which is empty if it does not.

    """
    found: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        sockets = [
            stack.enter_context(opened)
            for interface in interfaces
            if (opened := _search_socket(interface)) is not None
        ]
        ends_at = time.monotonic() + seconds if sockets else 0.0
        ask_at = 0.0
        while (now := time.monotonic()) < ends_at and len(found) < _MOST_SPEAKERS:
            if now >= ask_at:
                ask_at = now + _REPEAT_SECONDS
                for each in sockets:
                    with contextlib.suppress(OSError):
                        each.sendto(_SEARCH, _SSDP)
            ready, _, _ = select.select(sockets, [], [], min(ask_at, ends_at) - now)
            for each in ready:
                with contextlib.suppress(OSError):
                    datagram, (address, _) = each.recvfrom(_DATAGRAM_BYTES)
                    if (household_id := _answer(datagram)) is not None:
                        found[address] = household_id
    return list(found.items())


def _search_socket(interface: str) -> socket.socket | None:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)
        opened.bind((interface, 0))
        opened.setblocking(False)
    except OSError:
        opened.close()
        return None
    return opened


def _answer(datagram: bytes) -> str | None:
    """Return the household that the answer to a search names; None if no speaker has sent it."""
    first_line, *lines = datagram.decode(errors="replace").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().upper(): value.strip() for name, _, value in pairs}
    if not first_line.startswith("HTTP/1.1 200") or "RINCON_" not in headers.get("USN", ""):
        return None
    return headers.get("X-RINCON-HOUSEHOLD", "")
