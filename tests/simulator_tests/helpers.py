"""What several test modules use."""

from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import os
import threading
import time
from typing import TYPE_CHECKING, Self, override
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable

# Processes that run at the same time get addresses of their own.
_SECOND = 20 + os.getpid() % 200
_THIRD: dict[str, int] = {}


def base(name: str) -> str:
    """Return the first address of a range that belongs to this process and ``name``."""
    return f"127.{_SECOND}.{_THIRD.setdefault(name, len(_THIRD))}.1"


#: Seconds within which something that must happen has happened, on the slowest machine.
PATIENCE = 20.0


def wait_until[T](condition: Callable[[], T], timeout: float = PATIENCE) -> T:
    """Wait until a condition holds and return what it returned."""
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.01)
    return result


@dataclass(frozen=True)
class Response:
    """What a player answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def getheader(self, name: str) -> str | None:
        """Return a header, whatever the case of its name."""
        return self.headers.get(name.lower())


def request(
    method: str,
    host: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> Response:
    """Send a request to a player and return the answer."""
    connection = HTTPConnection(host, 1400, timeout=5)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, found, response.read())
    finally:
        connection.close()


def soap(
    host: str, service: str, action: str, arguments: str = "", *, quoted: bool = False
) -> tuple[int, str]:
    """Call an action; return status and body."""
    kind = f"urn:schemas-upnp-org:service:{service}:1"
    header = f"{kind}#{action}"
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<u:{action} xmlns:u="{kind}">{arguments}</u:{action}></s:Body></s:Envelope>'
    )
    path = {"AVTransport": "/MediaRenderer", "RenderingControl": "/MediaRenderer"}
    url = f"{path.get(service, '')}/{service}/Control"
    headers = {"SOAPACTION": f'"{header}"' if quoted else header}
    response = request("POST", host, url, headers, body)
    return response.status, response.text


class Event:
    """A NOTIFY that arrived."""

    def __init__(self, headers: dict[str, str], body: bytes) -> None:
        self.time = time.monotonic()
        self.headers = headers
        self.body = body
        self.sid = headers["sid"]
        self.seq = int(headers["seq"])

    @property
    def variables(self) -> dict[str, str]:
        """The properties, with those inside of LastChange by name and channel."""
        found = {}
        for prop in ET.fromstring(self.body):
            for variable in prop:
                found[variable.tag] = variable.text or ""
        if found.get("LastChange"):
            for inner in ET.fromstring(found["LastChange"])[0]:
                name = inner.tag.rpartition("}")[2]
                channel = inner.get("channel")
                found[f"{name}.{channel}" if channel else name] = inner.get("val", "")
        return found


class Listener:
    """A callback server that remembers events; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.status = 200
        self.pause = 0.0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_NOTIFY(self) -> None:
                length = int(self.headers["Content-Length"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                listener.events.append(Event(headers, self.rfile.read(length)))
                time.sleep(listener.pause)
                self.send_response(listener.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            @override
            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            # All players of a large house may call at once.
            request_queue_size = 256

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    @property
    def url(self) -> str:
        """Where events go."""
        return f"http://127.0.0.1:{self._server.server_port}/events"

    def of(self, sid: str | None) -> list[Event]:
        """Return the events of a lease."""
        return [event for event in self.events if event.sid == sid]

    def wait_for(self, sid: str | None, count: int) -> list[Event]:
        """Wait until a lease has so many events, and return them."""
        wait_until(lambda: len(self.of(sid)) >= count)
        return self.of(sid)

    def subscribe(self, host: str, path: str, timeout: str = "Second-300") -> Response:
        """Subscribe to a service by its event path."""
        headers = {"CALLBACK": f"<{self.url}>", "NT": "upnp:event", "TIMEOUT": timeout}
        return request("SUBSCRIBE", host, path, headers)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
