"""Which events are taken where their connections are accepted, and what becomes of the others."""

from collections.abc import Iterator
import select
import socket
import struct
from typing import Any

import pytest

from custom_components.sonos_twisted.engine.doorstep import MAX_PIECES, REST_SECONDS, Doorstep
from custom_components.sonos_twisted.engine.notify_handler import ORDINARY_BODY

from ..conftest import NETWORK
from ..fakes import SPEAKER, request_bytes
from .attackers import STRANGER, VOLUME, House

HOST = SPEAKER.ip_address


class Visitor:
    """Both ends of a connection that was just accepted."""

    def __init__(self, house: House) -> None:
        """Connect."""
        with socket.create_server((f"{NETWORK}.113", 0)) as listening:
            self.near = socket.create_connection(listening.getsockname(), timeout=5)
            self.far, _ = listening.accept()
        self.near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        site = house.site
        self.reactor = house.reactor
        self.doorstep = Doorstep(house.reactor, site.resource, site.gatekeeper)
        self.gatekeeper = site.gatekeeper

    def begins(self, data: bytes, host: str = HOST) -> bool:
        """Send the first bytes; tell whether the connection is taken."""
        if data:
            self.near.sendall(data)
            self.far.setblocking(True)
            self.far.recv(len(data), socket.MSG_PEEK | socket.MSG_WAITALL)
        return self.doorstep.takes(self.far, host)

    @property
    def waiting(self) -> list[Any]:
        """What the reactor watches."""
        return list(self.reactor.getReaders())

    def goes_on(self, data: bytes) -> None:
        """Send more, which the reactor notices."""
        (visit,) = self.waiting
        self.near.sendall(data)
        self.far.setblocking(True)
        self.far.recv(len(data), socket.MSG_PEEK | socket.MSG_WAITALL)
        self.far.setblocking(False)
        visit.doRead()

    @property
    def answer(self) -> bytes:
        """All that was answered, once the connection has been ended."""
        answer = b""
        try:
            while piece := self.near.recv(1000):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


@pytest.fixture
def visitor(house: House, loopback: None) -> Iterator[Visitor]:
    visitor = Visitor(house)
    yield visitor
    visitor.near.close()
    visitor.far.close()
    assert visitor.waiting == []
    assert visitor.gatekeeper.inside == 0


def event(house: House, body: bytes = VOLUME, **headers: str) -> bytes:
    return request_bytes(house.path, body, headers={"CONNECTION": "close", **headers})


def test_a_whole_event_is_taken_and_answered_at_once(house: House, visitor: Visitor) -> None:
    assert visitor.begins(event(house))
    assert [heard.variables for heard in house.events] == [{"volume": "20"}]
    assert visitor.answer == b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def test_the_rest_of_an_event_is_waited_for(house: House, visitor: Visitor) -> None:
    data = event(house)
    assert visitor.begins(data[:-20])
    visitor.goes_on(data[-20:-1])
    assert (house.events, visitor.gatekeeper.inside) == ([], 1)
    assert visitor.waiting[0].fileno() == visitor.far.fileno()
    visitor.waiting[0].doRead()  # nothing has come
    visitor.goes_on(data[-1:])
    assert len(house.events) == 1
    assert visitor.answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("host", "path", "body", "headers"),
    [
        (STRANGER, "", VOLUME, {}),
        (HOST, "/nobody", VOLUME, {}),
        (HOST, "", VOLUME, {"SID": "uuid:other"}),
        (HOST, "", VOLUME, {"CONNECTION": "keep-alive"}),
        (HOST, "", b"x" * (ORDINARY_BODY + 1), {}),
    ],
)
def test_what_is_left_to_twisted_is_not_touched(
    house: House,
    visitor: Visitor,
    host: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
) -> None:
    data = request_bytes(path or house.path, body, headers={"CONNECTION": "close", **headers})
    assert not visitor.begins(data, host)
    assert visitor.far.recv(len(data), socket.MSG_WAITALL) == data
    assert house.events == []


def test_more_than_an_event_is_left_to_twisted(house: House, visitor: Visitor) -> None:
    assert not visitor.begins(event(house) + b"NOTIFY ")
    assert house.events == []


@pytest.mark.parametrize("data", [b"", b"NOTIFY /"])
def test_what_has_not_come_is_left_to_twisted(visitor: Visitor, data: bytes) -> None:
    assert not visitor.begins(data)


def test_an_event_that_cannot_be_read_is_answered_all_the_same(
    house: House, visitor: Visitor
) -> None:
    assert visitor.begins(event(house, b"<x"))
    assert house.events == []
    assert visitor.answer.startswith(b"HTTP/1.1 200 ")


def test_who_does_not_send_the_rest_is_told_so(
    house: House, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    assert visitor.begins(event(house)[:-1])
    house.reactor.advance(REST_SECONDS + 0.1)
    assert visitor.answer.startswith(b"HTTP/1.1 408 ")
    assert f"Refused a request from {HOST}: Request Timeout" in caplog.text


def test_crumbs_are_refused(house: House, visitor: Visitor) -> None:
    data = event(house)
    size = len(data) - MAX_PIECES - 5
    assert visitor.begins(data[:size])
    for start in range(size, size + MAX_PIECES):
        visitor.goes_on(data[start : start + 1])
    assert house.events == []
    assert visitor.answer.startswith(b"HTTP/1.1 413 ")


def test_the_subscription_ends_while_the_rest_comes(house: House, visitor: Visitor) -> None:
    data = event(house)
    assert visitor.begins(data[:-1])
    house.subscription.unsubscribe()
    visitor.goes_on(data[-1:])
    assert house.events == []
    assert visitor.answer.startswith(b"HTTP/1.1 412 ")


@pytest.mark.parametrize("reset", [False, True])
def test_who_hangs_up_is_forgotten(house: House, visitor: Visitor, reset: bool) -> None:
    assert visitor.begins(event(house)[:-1])
    (visit,) = visitor.waiting
    visitor.near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", reset, 0))
    visitor.near.close()
    select.select([visitor.far], [], [], 5)
    visit.doRead()
    assert house.events == []
    assert visitor.waiting == []


def test_a_connection_that_breaks_is_forgotten(house: House, visitor: Visitor) -> None:
    assert visitor.begins(event(house)[:-1])
    (visit,) = visitor.waiting
    visit.connectionLost(None)
    visit.hang_up()
    visit.make_room()
    assert visitor.answer == b""


def test_a_connection_that_waits_makes_room(house: House, visitor: Visitor) -> None:
    assert visitor.begins(event(house)[:-1])
    (visit,) = visitor.waiting
    visit.make_room()
    assert visitor.answer.startswith(b"HTTP/1.1 503 ")
    assert visit.logPrefix() == "_Visit"


def test_those_that_wait_are_let_go_when_the_port_closes(house: House, visitor: Visitor) -> None:
    assert visitor.begins(event(house)[:-1])
    house.site.stopFactory()
    assert visitor.answer == b""


def test_who_does_not_wait_for_the_answer_has_told_all_the_same(
    house: House, visitor: Visitor
) -> None:
    data = event(house)
    assert visitor.begins(data[:-1])
    visitor.far.shutdown(socket.SHUT_WR)  # nothing can be sent any more
    visitor.goes_on(data[-1:])
    assert len(house.events) == 1
