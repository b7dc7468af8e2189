"""Bodies of events with a number in them that a player shows, made of those of the simulator."""

from collections.abc import Callable, Mapping
import http.client
import re
import socket
from urllib.parse import urlsplit

from tests.simulator.process import SimulatorProcess

from .volley import MARK

TOPOLOGY = "ZoneGroupTopology"
#: How many different groupings there are, of which the last one is none.
REGROUPINGS = 4

_PATIENCE = 10.0


def capture(source: str, service: str, port: int = 1400) -> str:
    """Subscribe to a service of a speaker, and return the body of its first event."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_PATIENCE)
        callback = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        headers = {"CALLBACK": f"<{callback}>", "NT": "upnp:event", "TIMEOUT": "Second-60"}
        sid = _ask(source, port, "SUBSCRIBE", service, headers)
        body = _receive(listener)
    _ask(source, port, "UNSUBSCRIBE", service, {"SID": sid})
    return body


def _ask(host: str, port: int, method: str, service: str, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request(method, _PATHS[service], headers=headers)
        response = connection.getresponse()
        response.read()
        return response.getheader("SID") or ""
    finally:
        connection.close()


_PATHS = {
    "AVTransport": "/MediaRenderer/AVTransport/Event",
    "RenderingControl": "/MediaRenderer/RenderingControl/Event",
    "ZoneGroupTopology": "/ZoneGroupTopology/Event",
}


def _receive(listener: socket.socket) -> str:
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(_PATIENCE)
        data = b""
        while not _complete(data):
            data += connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    return data.partition(b"\r\n\r\n")[2].decode()


def _complete(data: bytes) -> bool:
    head, gap, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(gap) and length is not None and len(body) >= int(length[1])


def track(body: str) -> str:
    """Number the length of the queue, which players show, and the title of the track."""
    body = _once(r"(?<=NumberOfTracks val=&quot;)\d+", MARK, body)
    return _once(r"(?<=dc:title&amp;gt;)[^&]+(?=&amp;lt;/dc:title)", f"Song {MARK}", body)


def volume(body: str) -> str:
    """Number the volume."""
    return _once(r"(?<=Volume channel=&quot;Master&quot; val=&quot;)\d+", MARK, body)


def _once(pattern: str, replacement: str, text: str) -> str:
    changed, count = re.subn(pattern, replacement, text, count=1)
    if not count:
        raise ValueError(f"{pattern} is not in {text}")
    return changed


KINDS: Mapping[str, Callable[[str], str]] = {"AVTransport": track, "RenderingControl": volume}


def regroupings(house: SimulatorProcess) -> list[str]:
    """Return the bodies that tell of one room after the other joining the first, and of the end.

    The rooms of the household really do so, because only they know what such a body says.
    """
    first, *others = house.addresses
    joining = others[: REGROUPINGS - 1]
    bodies = []
    for room in joining:
        house.remote.group(room, first)
        bodies.append(capture(house.addresses[first], TOPOLOGY))
    for room in joining:
        house.remote.ungroup(room)
    return [*bodies, capture(house.addresses[first], TOPOLOGY)]


def templates(house: SimulatorProcess, service: str) -> dict[str, list[str]]:
    """Return the bodies to send for each speaker, by its uid."""
    if service == TOPOLOGY:
        bodies = regroupings(house)
        return {speaker["uid"]: bodies for speaker in house.facts["speakers"]}
    return {
        speaker["uid"]: [KINDS[service](capture(speaker["address"], service))]
        for speaker in house.facts["speakers"]
        if not speaker["invisible"]
    }


def address(url: str) -> tuple[str, int, str]:
    """Take a callback apart."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return parts.hostname or "", parts.port or 80, path
