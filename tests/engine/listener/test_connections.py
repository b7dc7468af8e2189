"""Connections: what comes over one, and when it is closed."""

import pytest

from custom_components.sonos_twisted.engine.notify_site import IDLE_SECONDS, MAX_HEADERS

from ..fakes import Connection, request_bytes
from .attackers import VOLUME, House


def test_too_many_headers(house: House) -> None:
    connection = Connection(house.reactor)
    flood = {f"X-{number}": "x" for number in range(MAX_HEADERS)}
    connection.send(request_bytes(house.path, VOLUME, headers=flood))
    assert connection.status == 431
    assert connection.closed
    assert house.events == []


@pytest.mark.parametrize("request_line", [b"NOTIFY", b"\xff\xfe / HTTP/1.1"])
def test_strange_request_lines(house: House, request_line: bytes) -> None:
    connection = Connection(house.reactor)
    connection.send(request_line + b"\r\n\r\n")
    assert connection.status == 400
    assert connection.closed


def test_several_events_over_one_connection(house: House) -> None:
    connection = Connection(house.reactor)
    for seq in ("0", "1"):
        connection.send(request_bytes(house.path, VOLUME, headers={"SEQ": seq}))
    assert connection.transport.value().count(b"HTTP/1.1 200") == 2
    assert [event.seq for event in house.events] == [0, 1]


def test_an_idle_connection_is_closed(house: House) -> None:
    connection = Connection(house.reactor)
    house.reactor.advance(IDLE_SECONDS - 1)
    assert not connection.closed
    house.reactor.advance(1)
    assert connection.closed


def test_a_closed_connection_leaves_no_timer(house: House) -> None:
    before = house.reactor.getDelayedCalls()
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, VOLUME))
    connection.lose()
    assert house.reactor.getDelayedCalls() == before
