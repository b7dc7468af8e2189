"""Sends one NOTIFY over a connection of its own."""

# mypy: disallow-untyped-calls=False
import re
from typing import TYPE_CHECKING, override
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.internet.interfaces import IReactorTCP, IReactorTime
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall, ITCPTransport

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


class _Notify(Protocol):
    """Writes the request and waits for the status line."""

    transport: ITCPTransport

    def __init__(self, request: bytes, outcome: Deferred[str]) -> None:
        self._request = request
        self._received = b""
        self._outcome: Deferred[str] | None = outcome

    @override
    def connectionMade(self) -> None:
        """Send the request."""
        self.transport.write(self._request)

    @override
    def dataReceived(self, data: bytes) -> None:
        """Look for the end of the header."""
        self._received += data
        if b"\r\n\r\n" in self._received:
            match = _STATUS.match(self._received)
            self.finish(match[1].decode() if match else "garbage")
            self.transport.loseConnection()

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Report a listener that closed without an answer."""
        self.finish("closed")

    def finish(self, outcome: str) -> None:
        """Report, once."""
        if self._outcome is not None:
            deferred, self._outcome = self._outcome, None
            deferred.callback(outcome)

    def give_up(self) -> None:
        """End the connection because it takes too long."""
        self.finish("timeout")
        self.transport.abortConnection()


class _Delivery:
    """A NOTIFY on its way."""

    def __init__(
        self, reactor: Reactor, url: str, request: bytes, timeout: float, source: str
    ) -> None:
        self.outcome: Deferred[str] = Deferred()
        self._protocol: _Notify | None = None
        self._timer: IDelayedCall = reactor.callLater(timeout, self._expire)
        self._request = request
        parts = urlsplit(url)
        host = parts.hostname or ""
        # Listeners see the player's own address, as long as a loopback one can reach them.
        bind = (source, 0) if host.startswith("127.") else None
        endpoint = TCP4ClientEndpoint(
            reactor, host, parts.port or 80, timeout=timeout, bindAddress=bind
        )
        self._connecting = endpoint.connect(Factory.forProtocol(self._build))
        self._connecting.addErrback(self._failed)

    def _build(self) -> _Notify:
        inner: Deferred[str] = Deferred()
        inner.addCallback(self._finish)
        self._protocol = _Notify(self._request, inner)
        return self._protocol

    def _finish(self, outcome: str) -> None:
        if self._timer.active():
            self._timer.cancel()
        if not self.outcome.called:
            self.outcome.callback(outcome)

    def _failed(self, failure: Failure) -> None:
        self._finish("timeout" if failure.check(ConnectTimeoutError) else "refused")

    def _expire(self) -> None:
        if self._protocol is not None:
            self._protocol.give_up()
        else:
            self._finish("timeout")
            self._connecting.cancel()


class Reactor(IReactorTCP, IReactorTime):
    """What is needed of a reactor: time and TCP."""


def notify(
    reactor: Reactor, url: str, headers: dict[str, str], body: bytes, timeout: float, source: str
) -> Deferred[str]:
    """Send a NOTIFY.

    Args:
        reactor: Connects and measures time.
        url: Callback address.
        headers: In the order in which they are sent.
        body: The property set.
        timeout: Seconds after which the listener is given up.
        source: Address of the player.

    Returns:
        A Deferred that always succeeds, with the status that was answered, or ``refused``,
        ``timeout``, ``closed`` or ``garbage``.
    """
    parts = urlsplit(url)
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    # In the order and with the capitals of real speakers.
    lines = [f"NOTIFY {target} HTTP/1.1", f"HOST: {parts.netloc}", "CONNECTION: close"]
    lines += ["CONTENT-TYPE: text/xml", f"CONTENT-LENGTH: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["", ""]
    request = "\r\n".join(lines).encode() + body
    return _Delivery(reactor, url, request, timeout, source).outcome
