"""Stand-ins for a speaker and for the operating system, worked by hand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, override

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError, ConnectionDone
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from twisted.web.resource import Resource

from custom_components.sonos_twisted.engine import PlayerUnreachableError, SubscriptionLostError
from custom_components.sonos_twisted.engine.gena import ResponseHeaders
from custom_components.sonos_twisted.engine.listener import Listener, ListenSettings
from custom_components.sonos_twisted.engine.player import Player, service_of
from custom_components.sonos_twisted.engine.subscription import Subscription

SPEAKER = Player("192.0.2.11")
OUR_ADDRESS = "192.0.2.1"
OK = 200

#: How requests to the speaker fail: nobody answers, or it knows nothing of the subscription.
SILENCE = PlayerUnreachableError(SPEAKER.ip_address, "does not answer")
LOST = SubscriptionLostError(SPEAKER.ip_address)


@dataclass(slots=True)
class Sent:
    """A request that was sent, to be answered by the test."""

    method: str
    url: str
    headers: dict[str, str]
    answer: Deferred[ResponseHeaders]
    cancelled: bool = False

    @property
    def callback(self) -> str:
        """The URL at which events are wanted."""
        return self.headers["CALLBACK"].strip("<>")

    @property
    def service(self) -> str:
        """The service that it is about, as its event URL names it."""
        return self.url.split("/")[-2]

    @property
    def kind(self) -> str:
        """The request's method, with a renewal told from a first SUBSCRIBE."""
        return "RENEW" if self.method == "SUBSCRIBE" and "SID" in self.headers else self.method

    def grant(self, sid: str = "uuid:1", timeout: str | None = "Second-600") -> None:
        """Answer 200."""
        granted = {} if timeout is None else {"timeout": timeout}
        self.answer.callback({"sid": sid, **granted})

    def fail(self, error: Exception) -> None:
        """Let it fail."""
        self.answer.errback(error)


@dataclass(slots=True)
class FakeRequest:
    """Takes the place of a GenaClient: keeps what was sent, and lets the test answer."""

    sent: list[Sent] = field(default_factory=list)

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str]
    ) -> Deferred[ResponseHeaders]:
        """Keep a request."""

        def cancelled(_: object) -> None:
            sent.cancelled = True

        sent = Sent(method, url, dict(headers), Deferred(cancelled))
        self.sent.append(sent)
        return sent.answer

    @property
    def last(self) -> Sent:
        """What was sent last."""
        return self.sent[-1]

    @property
    def kinds(self) -> list[str]:
        """What was sent, in order."""
        return [sent.kind for sent in self.sent]

    @property
    def open(self) -> list[Sent]:
        """What is not answered yet."""
        return [sent for sent in self.sent if not sent.answer.called]


class FakeReactor(MemoryReactorClock):
    """A reactor without sockets, on which some ports are in use."""

    def __init__(self, taken: Collection[int] = ()) -> None:
        """Name the ports that cannot be had."""
        super().__init__()
        self.taken = taken

    @override
    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        if port in self.taken:
            raise CannotListenError(interface, port, OSError(98, "Address already in use"))
        opened: Any = super().listenTCP(port, factory, backlog, interface)
        opened.connected = True
        return opened

    @property
    def ports(self) -> list[int]:
        """The ports that were opened."""
        return [server[0] for server in self.tcpServers]


def a_listener(reactor: Any, settings: ListenSettings | None = None) -> Listener:
    """Make a listener that need not ask the operating system for our address."""
    return Listener(reactor, settings or ListenSettings(OUR_ADDRESS))


def a_subscription(
    clock: Any,
    request: FakeRequest,
    *,
    listener: Listener | None = None,
    service: str = "RenderingControl",
) -> Subscription:
    """Make a subscription to a service of a speaker that only exists in the test."""
    return Subscription(
        service_of(SPEAKER, service),
        listener=listener or a_listener(clock),
        request=request,
        clock=clock,
    )


class Transport(StringTransport):
    """A connection that can also be cut, as real ones can."""

    aborted = False

    @override
    def resumeProducing(self) -> None:
        """Go on, unless it is over; real connections do not complain either."""

    @override
    def abortConnection(self) -> None:
        """Cut the connection."""
        self.aborted = True
        self.loseConnection()


class Page(Resource):
    """Answers every request in the same way, as something that is no speaker may."""

    isLeaf = True  # noqa: N815, Twisted's name

    def __init__(self, status: int, body: bytes) -> None:
        """Say what to answer."""
        super().__init__()
        self._status = status
        self._body = body

    @override
    def render(self, request: Any) -> bytes:
        """Answer."""
        request.setResponseCode(self._status)
        request.setHeader(b"connection", b"close")
        return self._body


class Connection:
    """A client's connection to a listener on a fake reactor."""

    def __init__(self, reactor: MemoryReactorClock) -> None:
        """Connect to the port that was opened last."""
        site: Any = reactor.tcpServers[-1][1]
        self.transport = Transport(peerAddress=IPv4Address("TCP", SPEAKER.ip_address, 40000))
        self.channel = site.buildProtocol(self.transport.getPeer())
        self.channel.makeConnection(self.transport)

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.channel.dataReceived(data)

    def lose(self) -> None:
        """End the connection from the client's side."""
        self.channel.connectionLost(Failure(ConnectionDone()))

    @property
    def status(self) -> int:
        """The status of the answer; 0 when there is none."""
        return int(self.transport.value().partition(b" ")[2][:3] or 0)

    @property
    def closed(self) -> bool:
        """Whether the listener has ended the connection."""
        return self.transport.disconnecting


NOTIFY_HEADERS = {
    "HOST": "192.0.2.1:1400",
    "NT": "upnp:event",
    "NTS": "upnp:propchange",
    "SID": "uuid:1",
    "SEQ": "0",
}


def request_bytes(
    path: str,
    body: bytes = b"",
    *,
    method: str = "NOTIFY",
    headers: Mapping[str, str | None] | None = None,
) -> bytes:
    """Word a NOTIFY; headers add to the usual ones, and those with None are left out."""
    all_headers = {**NOTIFY_HEADERS, "CONTENT-LENGTH": str(len(body)), **(headers or {})}
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in all_headers.items() if value is not None]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def notify(
    reactor: MemoryReactorClock,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str | None] | None = None,
) -> int:
    """Send a NOTIFY over a connection of its own; return the status of its answer."""
    connection = Connection(reactor)
    connection.send(request_bytes(path, body, headers=headers))
    connection.lose()
    return connection.status
