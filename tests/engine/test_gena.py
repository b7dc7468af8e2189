"""Requests of SUBSCRIBE and UNSUBSCRIBE, and what their answers become."""

import contextlib
from typing import TYPE_CHECKING, Any, override

import pytest
from twisted.internet import error
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure

from custom_components.sonos_twisted.engine import (
    HttpStatusError,
    PlayerUnreachableError,
    SubscriptionLostError,
    UpnpDisabledError,
)
from custom_components.sonos_twisted.engine.gena import GenaClient

from .conftest import NETWORK, OnReactor
from .fakes import FakeReactor, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twisted.internet.base import ReactorBase

URL = "http://192.0.2.11:1400/MediaRenderer/AVTransport/Event"
GRANT = b"HTTP/1.1 200 OK\r\nSID: uuid:1\r\nTIMEOUT: Second-600\r\nContent-Length: 0\r\n\r\n"
SECONDS = 9.5


class Speaker:
    """Takes a request on a fake reactor, and is told what to answer."""

    def __init__(self, method: str = "SUBSCRIBE") -> None:
        """Send the request, and accept its connection."""
        self.reactor = FakeReactor()
        self.outcome: list[Any] = []
        headers = {"NT": "upnp:event", "TIMEOUT": "Second-600"}
        self.deferred = GenaClient(self.reactor, SECONDS)(method, URL, headers)
        self.deferred.addCallbacks(
            self.outcome.append, lambda failure: self.outcome.append(failure.value)
        )
        self.host, self.port, self.factory, self.timeout, _ = self.reactor.tcpClients[-1]

    def accept(self) -> None:
        """Accept the connection."""
        protocol: Any = self.factory.buildProtocol(None)
        self.connection = protocol
        self.transport = Transport()
        protocol.makeConnection(self.transport)

    def answer(self, data: bytes) -> None:
        """Accept the connection and answer."""
        self.accept()
        self.connection.dataReceived(data)

    def hang_up(self, reason: Exception) -> None:
        """End the connection."""
        self.connection.connectionLost(Failure(reason))


def test_what_is_sent() -> None:
    speaker = Speaker()
    assert (speaker.host, speaker.port) == ("192.0.2.11", 1400)
    speaker.accept()
    request, _, headers = speaker.transport.value().partition(b"\r\n")
    assert request == b"SUBSCRIBE /MediaRenderer/AVTransport/Event HTTP/1.1"
    assert set(headers.decode().lower().split("\r\n")) >= {
        "host: 192.0.2.11:1400",
        "nt: upnp:event",
        "timeout: second-600",
        "connection: close",
    }


def test_an_answer() -> None:
    """Names of headers come in every spelling."""
    speaker = Speaker()
    speaker.answer(GRANT)
    assert speaker.outcome == [{"sid": "uuid:1", "timeout": "Second-600"}]
    assert speaker.reactor.getDelayedCalls() == []


@pytest.mark.parametrize(
    "answer",
    [
        GRANT.replace(b"Content-Length: 0\r\n", b""),
        GRANT.replace(b"Length: 0", b"Length: 1000000") + b"some of it",
        GRANT.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"),
    ],
)
def test_a_body_is_not_waited_for(answer: bytes) -> None:
    """The connection is closed as soon as the headers are there."""
    speaker = Speaker()
    speaker.answer(answer)
    assert speaker.outcome[0]["sid"] == "uuid:1"
    assert speaker.transport.disconnecting
    assert speaker.reactor.getDelayedCalls() == []
    speaker.hang_up(error.ConnectionDone())
    assert len(speaker.outcome) == 1


def test_a_header_that_is_not_ascii() -> None:
    speaker = Speaker()
    speaker.answer(GRANT.replace(b"uuid:1", b"uuid:\xff"))
    assert speaker.outcome[0]["sid"] == "uuid:\xff"


@pytest.mark.parametrize("method", ["SUBSCRIBE", "UNSUBSCRIBE"])
@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (412, SubscriptionLostError, "no longer knows the subscription"),
        (403, UpnpDisabledError, "UPnP is switched off"),
        (503, HttpStatusError, "with HTTP status 503"),
        (500, HttpStatusError, "with HTTP status 500"),
        (404, HttpStatusError, "with HTTP status 404"),
        (302, HttpStatusError, "with HTTP status 302"),
        (204, HttpStatusError, "with HTTP status 204"),
    ],
)
def test_other_statuses(method: str, status: int, kind: type[Exception], words: str) -> None:
    speaker = Speaker(method)
    speaker.answer(b"HTTP/1.1 %d Whatever\r\nLocation: /\r\nContent-Length: 0\r\n\r\n" % status)
    (outcome,) = speaker.outcome
    assert type(outcome) is kind
    assert words in str(outcome)
    assert "192.0.2.11" in str(outcome)


def test_no_connection() -> None:
    speaker = Speaker()
    speaker.factory.clientConnectionFailed(None, Failure(error.ConnectionRefusedError()))  # type: ignore[arg-type]
    assert str(speaker.outcome[0]) == "192.0.2.11 cannot be reached"
    assert speaker.reactor.getDelayedCalls() == []


def test_nobody_at_the_address() -> None:
    """The operating system gives up, or we do, after as long as an answer may take."""
    speaker = Speaker()
    assert speaker.timeout == SECONDS
    speaker.factory.clientConnectionFailed(None, Failure(error.TimeoutError()))  # type: ignore[arg-type]
    assert str(speaker.outcome[0]) == "192.0.2.11 does not answer"


@pytest.mark.parametrize("begin", ["", "HTTP/1.1 200 OK\r\nSID: uu"])
def test_a_connection_that_is_broken_off(begin: str) -> None:
    speaker = Speaker()
    speaker.answer(begin.encode())
    speaker.hang_up(error.ConnectionLost())
    assert isinstance(speaker.outcome[0], PlayerUnreachableError)
    assert str(speaker.outcome[0]) == "192.0.2.11 broke off the connection"


def test_something_else_than_http() -> None:
    speaker = Speaker()
    speaker.answer(b"220 mail.example ESMTP\r\n\r\n")
    speaker.hang_up(error.ConnectionDone())
    assert isinstance(speaker.outcome[0], PlayerUnreachableError)


@pytest.mark.parametrize("begin", ["", "HTTP/1.1 200 OK\r\n"])
def test_the_deadline(begin: str) -> None:
    """A speaker that accepts the connection and hangs."""
    speaker = Speaker()
    speaker.answer(begin.encode())
    speaker.reactor.advance(SECONDS - 0.1)
    assert speaker.outcome == []
    speaker.reactor.advance(0.1)
    assert speaker.transport.aborted
    speaker.hang_up(error.ConnectionAborted())
    assert str(speaker.outcome[0]) == "192.0.2.11 does not answer"
    assert speaker.reactor.getDelayedCalls() == []


def test_the_deadline_before_there_is_a_connection() -> None:
    speaker = Speaker()
    speaker.reactor.advance(SECONDS)
    assert str(speaker.outcome[0]) == "192.0.2.11 does not answer"
    assert speaker.reactor.getDelayedCalls() == []


def test_giving_up() -> None:
    speaker = Speaker()
    speaker.accept()
    speaker.deferred.cancel()
    assert speaker.transport.aborted
    speaker.hang_up(error.ConnectionAborted())
    assert len(speaker.outcome) == 1
    assert speaker.reactor.getDelayedCalls() == []


# Over real sockets


class Scripted(Protocol):
    """Sends what it was told to send, whatever it is asked, and can then hang up."""

    data = b""
    hangs_up = False

    @override
    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(self.data)
        for close in [self.transport.loseConnection] * self.hangs_up:
            close()


HOST = f"{NETWORK}.101"


@pytest.fixture
def serve(loopback: None, reactor: ReactorBase, on_reactor: OnReactor) -> Iterator[Any]:
    """Listen on a loopback address and answer as told; return the URL."""
    stack = contextlib.ExitStack()

    listen_tcp: Any = reactor.listenTCP  # type: ignore[attr-defined]

    def start(data: bytes, *, hangs_up: bool) -> str:
        kind = type("Script", (Scripted,), {"data": data, "hangs_up": hangs_up})
        port = on_reactor(listen_tcp, 0, Factory.forProtocol(kind), interface=HOST)
        stack.callback(on_reactor, port.stopListening)
        return f"http://{HOST}:{port.getHost().port}/x/AVTransport/Event"

    with stack:
        yield start


@pytest.mark.parametrize(
    ("data", "hangs_up", "words"),
    [
        (b"", False, "does not answer"),
        (b"HTTP/1.1 200 OK\r\n", False, "does not answer"),
        (b"", True, "broke off the connection"),
        (b"SSH-2.0-OpenSSH\r\n", True, "broke off the connection"),
        (b"HTTP/1.1 412 Precondition Failed\r\n\r\n", True, "no longer knows"),
    ],
)
def test_speakers_that_fail(
    serve: Any, reactor: ReactorBase, on_reactor: OnReactor, data: bytes, hangs_up: bool, words: str
) -> None:
    """Each fails within the deadline, and leaves nothing in the reactor."""
    before = set(on_reactor(reactor.getDelayedCalls))
    client = GenaClient(reactor, 0.2)
    url = serve(data, hangs_up=hangs_up)
    with pytest.raises((PlayerUnreachableError, SubscriptionLostError), match=words):
        on_reactor(client, "SUBSCRIBE", url, {})
    on_reactor(lambda: None)
    left = [call for call in on_reactor(reactor.getDelayedCalls) if call.active()]
    assert set(left) <= before


def test_a_speaker_that_answers(serve: Any, reactor: ReactorBase, on_reactor: OnReactor) -> None:
    """With a body that would take for ever."""
    url = serve(GRANT.replace(b"Length: 0", b"Length: 10"), hangs_up=False)
    assert on_reactor(GenaClient(reactor, 9.5), "SUBSCRIBE", url, {})["sid"] == "uuid:1"


def test_a_speaker_that_is_not_there(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    url = f"http://{HOST}:9/x/AVTransport/Event"
    with pytest.raises(PlayerUnreachableError, match="cannot be reached"):
        on_reactor(GenaClient(reactor, 9.5), "SUBSCRIBE", url, {})


def test_many_at_once(serve: Any, reactor: ReactorBase, on_reactor: OnReactor) -> None:
    """The requests of one client do not wait for each other."""
    client = GenaClient(reactor, 9.5)
    silent, quick = serve(b"", hangs_up=False), serve(GRANT, hangs_up=True)
    hanging: list[Deferred[dict[str, str]]] = []
    ended: list[object] = []

    def ask() -> Deferred[dict[str, str]]:
        hanging.append(client("SUBSCRIBE", silent, {}))
        hanging[0].addBoth(ended.append)
        return client("SUBSCRIBE", quick, {})

    assert on_reactor(ask)["sid"] == "uuid:1"
    assert ended == []
    on_reactor(hanging[0].cancel)
