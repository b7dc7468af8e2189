"""The HTTP server of one player."""

# mypy: disallow-untyped-calls=False
from collections import Counter, deque
import re
from time import monotonic
from typing import TYPE_CHECKING, Any, cast, override
from urllib.parse import urlsplit

from twisted.internet.defer import DeferredList, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from . import soap
from .errors import Code, UpnpError
from .faults import IGNORED, Faults
from .gena import DEFAULT_LEASE, LONGEST_LEASE
from .pages import page
from .services import HANDLERS
from .services.kinds import not_implemented, nothing
from .table import services_of
from .web import PlayerSite

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IListeningPort
    from twisted.web.server import Request

    from .control_api import ControlApi
    from .faults import Faults
    from .gena import EventSettings, Publisher, Subscription
    from .sender import Reactor
    from .services.kinds import Handler
    from .speaker import Speaker
    from .table import Service

_XML = b'text/xml; charset="utf-8"'


class Server(Resource):
    """Answers the requests to one player."""

    isLeaf = True  # noqa: N815

    def __init__(
        self,
        reactor: Reactor,
        speaker: Speaker,
        publisher: Publisher,
        faults: Faults,
        settings: EventSettings,
    ) -> None:
        """Prepare the server; :meth:`listen` opens it."""
        super().__init__()
        self._reactor = reactor
        self._speaker = speaker
        self._publisher = publisher
        self._faults = faults
        self._settings = settings
        self._port: IListeningPort | None = None
        self._site = PlayerSite(self)
        self.requests: Counter[str] = Counter()
        self.arrivals: deque[tuple[float, str]] = deque(maxlen=1000)
        self.control_api: ControlApi | None = None
        self._control: dict[str, Service] = {}
        self._event: dict[str, Service] = {}
        for service in services_of(speaker.model.number).values():
            for _, control, event in service.endpoints:
                self._control[control] = service
                self._event[event] = service

    @property
    def services(self) -> frozenset[str]:
        """Names of the services that the player has."""
        return frozenset(services_of(self._speaker.model.number))

    # -- the socket

    @property
    def listening(self) -> bool:
        """Whether the port is open."""
        return self._port is not None

    def listen(self) -> None:
        """Open the port.

        Raises:
            CannotListenError: Somebody else has it.
        """
        if self._port is None:
            self._port = self._reactor.listenTCP(
                self._speaker.port,
                cast("Any", self._site),
                backlog=200,
                interface=self._speaker.address,
            )
            if self._speaker.port == 0:
                self._speaker.household.port = cast("Any", self._port.getHost()).port
        if self.control_api is not None:
            self.control_api.listen()

    def shut(self) -> Deferred[list[tuple[bool, Any]]]:
        """Close the ports, cut the connections; fires when the ports are closed."""
        self._site.cut()
        port, self._port = self._port, None
        closing: list[Any] = [port.stopListening] if port is not None else []
        if self.control_api is not None:
            closing.append(self.control_api.shut)
        return DeferredList([maybeDeferred(close) for close in closing])

    def cut(self) -> None:
        """Cut the connections, stalled ones for instance."""
        self._site.cut()
        if self.control_api is not None:
            self.control_api.cut()

    # -- requests

    @override
    def render(self, request: Request) -> int:
        """Answer a request now, later, or never, as the faults will."""
        method = request.method.decode("latin-1")
        parts = urlsplit(request.uri.decode("latin-1"))
        kind = self._kind(method)
        self._count(request, method, parts.path)
        request.setHeader(b"server", self._banner)
        request.setHeader(b"connection", b"close")
        if self._faults.stalls(kind):
            return NOT_DONE_YET
        if self._faults.latency:
            self._reactor.callLater(
                self._faults.latency, self._answer, request, method, parts.path, parts.query
            )
        else:
            self._answer(request, method, parts.path, parts.query)
        return NOT_DONE_YET

    @property
    def _banner(self) -> bytes:
        speaker = self._speaker
        return f"Linux UPnP/1.0 Sonos/{speaker.software} (ZP{speaker.model.number})".encode()

    @staticmethod
    def _kind(method: str) -> str:
        return {"POST": "soap", "SUBSCRIBE": "gena", "UNSUBSCRIBE": "gena"}.get(method, "http")

    def _count(self, request: Request, method: str, path: str) -> None:
        if method == "POST" and path in self._control:
            header = request.getHeader(b"soapaction") or b""
            action = header.decode("latin-1").strip('" ').rpartition("#")[2]
            key = f"SOAP {self._control[path].name}.{action}"
        elif method == "SUBSCRIBE" and path in self._event:
            kind = "RENEW" if request.getHeader(b"sid") else "SUBSCRIBE"
            key = f"{kind} {self._event[path].name}"
        elif method == "UNSUBSCRIBE" and path in self._event:
            key = f"UNSUBSCRIBE {self._event[path].name}"
        else:
            key = f"{method} {path}"
        self.requests[key] += 1
        self.arrivals.append((monotonic(), key))

    def _answer(self, request: Request, method: str, path: str, query: str) -> None:
        if getattr(request, "_disconnected", False):
            return
        if self._faults.forbid:
            self._finish(request, 403)
        elif method == "POST" and path in self._control:
            self._soap(request, self._control[path])
        elif method == "SUBSCRIBE" and path in self._event:
            self._subscribe(request, self._event[path])
        elif method == "UNSUBSCRIBE" and path in self._event:
            self._unsubscribe(request, self._event[path])
        elif method in {"GET", "HEAD"} and (found := page(self._speaker, path, query)):
            request.setHeader(b"content-type", found[0].encode())
            self._finish(request, 200, b"" if method == "HEAD" else found[1])
        elif method in {"GET", "HEAD", "POST"}:
            self._finish(request, 404)
        else:
            self._finish(request, 405)

    def _finish(self, request: Request, status: int, body: bytes = b"") -> None:
        if getattr(request, "_disconnected", False):
            return
        request.setResponseCode(status)
        request.setHeader(b"content-length", str(len(body)).encode())
        request.write(body)
        request.finish()

    # -- SOAP

    def _soap(self, request: Request, service: Service) -> None:
        header = (request.getHeader(b"soapaction") or b"").decode("latin-1")
        content = request.content
        try:
            call = soap.parse_call(header, content.read() if content else b"")
        except soap.MalformedRequestError:
            self._finish(request, 400)
            return
        request.setHeader(b"content-type", _XML)
        request.setHeader(b"ext", b"")
        action = service.actions.get(call.action)
        if action is None or call.service_type != service.service_type:
            self._finish(request, 405)
            return
        try:
            self._check_reach()
            soap.check_arguments(service, action, call.arguments)
            handler = self._handler(service, call.action)
            values = handler(self._speaker, call.arguments) or {}
            self._finish(request, 200, soap.response(service, action, values))
        except UpnpError as error:
            self._finish(request, 500, soap.fault(error.code))

    def _handler(self, service: Service, action: str) -> Handler:
        code = self._faults.take_action(action)
        if code == IGNORED:
            return nothing
        if code is not None:
            raise UpnpError(code)
        return HANDLERS[service.name].get(action, not_implemented)

    def _check_reach(self) -> None:
        primary = self._speaker.primary
        if primary is not None and not primary.online:
            raise UpnpError(Code.PRIMARY_UNREACHABLE)

    # -- GENA

    def _subscribe(self, request: Request, service: Service) -> None:
        sid = request.getHeader(b"sid")
        callback = request.getHeader(b"callback")
        nt = request.getHeader(b"nt")
        if sid and (callback or nt):
            self._finish(request, 400)
            return
        if sid:
            lease = self._lease(request)
            found = self._publisher.renew(sid.decode("latin-1").strip(), service.name, lease[0])
            self._granted(request, found, lease[1])
            return
        urls = re.findall(r"<(http://[^>]+)>", (callback or b"").decode("latin-1"))
        if not urls or nt != b"upnp:event":
            self._finish(request, 412)
        elif self._faults.subscribe_status is not None:
            self._finish(request, self._faults.subscribe_status)
        else:
            self._grant(request, service, urls)

    def _lease(self, request: Request) -> tuple[float, str | None]:
        """Return the seconds that are granted and the TIMEOUT header that says so."""
        asked = (request.getHeader(b"timeout") or b"").decode("latin-1").strip()
        match = re.fullmatch(r"(?i)second-(\d+)", asked)
        seconds = min(int(match[1]) if match else DEFAULT_LEASE, LONGEST_LEASE)
        header: str | None = f"Second-{seconds}"
        if self._faults.granted is not None:
            header = self._faults.granted or None
            # The lease is as long as the answer says, if it says so.
            match = re.fullmatch(r"(?i)second-(\d+)", header or "")
            seconds = min(int(match[1]), LONGEST_LEASE) if match else seconds
        return seconds, header

    def _grant(self, request: Request, service: Service, urls: list[str]) -> None:
        seconds, header = self._lease(request)
        subscription = self._publisher.subscribe(service.name, urls, seconds)
        initial = self._settings.initial
        if initial == "before":
            # The client learns its SID from the event if it does not answer at once.
            self._publisher.start(subscription).addCallback(
                lambda _: self._granted(request, subscription, header)
            )
            return
        self._granted(request, subscription, header)
        delay = initial if isinstance(initial, float) else 0.0
        self._reactor.callLater(delay, self._start, subscription)

    def _start(self, subscription: Subscription) -> None:
        if not subscription.gone:
            self._publisher.start(subscription)

    def _granted(
        self, request: Request, subscription: Subscription | None, header: str | None
    ) -> None:
        if subscription is None:
            self._finish(request, 412)
            return
        request.setHeader(b"sid", subscription.sid.encode())
        if header is not None:
            request.setHeader(b"timeout", header.encode())
        self._finish(request, 200)

    def _unsubscribe(self, request: Request, service: Service) -> None:
        sid = (request.getHeader(b"sid") or b"").decode("latin-1").strip()
        if request.getHeader(b"callback") or request.getHeader(b"nt"):
            self._finish(request, 400)
        else:
            known = self._publisher.unsubscribe(sid, service.name)
            self._finish(request, 200 if known else 412)


__all__ = ["CannotListenError", "Server"]
