"""The control interface: HTTP and JSON on a loopback port."""

# mypy: disallow-untyped-calls=False
import inspect
import json
from typing import TYPE_CHECKING, Any, cast, override
from urllib.parse import parse_qs, urlsplit

from twisted.web.resource import Resource

from .chaos import ChaosControl
from .errors import UpnpError
from .hands import Hands
from .network import Network
from .web import QuietSite

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IListeningPort
    from twisted.web.server import Request

    from .sender import Reactor
    from .simulator import Simulator

_OK, _BAD, _NOT_FOUND, _FAILED = 200, 400, 404, 409


def callable_names() -> frozenset[str]:
    """Return the names of the methods that can be called from outside."""
    names = {
        name
        for owner in (Hands, Network, ChaosControl)
        for name, member in inspect.getmembers(owner, inspect.isfunction)
        if not name.startswith("_")
    }
    return frozenset(names | {"reset_requests"})


class Control(Resource):
    """Answers what :class:`tests.simulator.control.Remote` asks."""

    isLeaf = True  # noqa: N815

    def __init__(self, simulator: Simulator, leave: Callable[[], object]) -> None:
        """Control a simulator; ``leave`` is called to end the process."""
        super().__init__()
        self._simulator = simulator
        self._leave = leave
        self._callable = callable_names()

    @override
    def render(self, request: Request) -> bytes:
        """Answer with JSON."""
        parts = urlsplit(request.uri.decode())
        content = request.content
        body = content.read() if content else b""
        status, answer = self._answer(request.method.decode(), parts.path, parts.query, body)
        request.setResponseCode(status)
        request.setHeader(b"content-type", b"application/json")
        return json.dumps(answer).encode()

    def _answer(self, method: str, path: str, query: str, body: bytes) -> tuple[int, object]:
        if method == "GET":
            return self._read(path, query)
        if path == "/quit":
            self._simulator.reactor.callLater(0.05, self._leave)
            return _OK, None
        if path == "/requests/reset":
            self._simulator.reset_requests()
            return _OK, None
        name = path.removeprefix("/call/")
        if not path.startswith("/call/") or name not in self._callable:
            return _NOT_FOUND, f"no such call: {path}"
        return self._call(name, body)

    def _read(self, path: str, query: str) -> tuple[int, object]:
        simulator = self._simulator
        since = parse_qs(query).get("since", ["0"])[0]
        readers: dict[str, Callable[[], object]] = {
            "/truth": simulator.truth,
            "/notifications": lambda: simulator.notifications(int(since)),
            "/requests": simulator.requests,
            "/arrivals": simulator.arrivals,
            "/leases": simulator.leases,
            "/": lambda: sorted(self._callable),
        }
        if path not in readers:
            return _NOT_FOUND, f"no such page: {path}"
        return _OK, readers[path]()

    def _call(self, name: str, body: bytes) -> tuple[int, object]:
        try:
            arguments = json.loads(body or b"{}")
            return _OK, getattr(self._simulator, name)(**arguments)
        except UpnpError as error:
            return _FAILED, str(error)
        except KeyError as error:
            return _NOT_FOUND, f"not in this house: {error}"
        except (TypeError, ValueError) as error:
            return _BAD, str(error)


def listen(
    reactor: Reactor, simulator: Simulator, host: str, port: int, leave: Callable[[], object]
) -> IListeningPort:
    """Open the control port."""
    site = cast("Any", QuietSite(Control(simulator, leave)))
    return reactor.listenTCP(port, site, interface=host)
