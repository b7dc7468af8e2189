"""Bodies that cannot be read, that are too large, and that come in chunks."""

import logging

import pytest

from custom_components.sonos_twisted.engine.notify_site import MAX_BODY

from ...model.payloads import notify as body_of, propertyset
from ..fakes import Connection, request_bytes
from .attackers import CHUNKED, VOLUME, House, chunk


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not XML",
        b"<e:propertyset>",
        b"\x00\xff\x00",
        b"<html><body>404</body></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><e:propertyset xmlns:e="x">&a;</e:propertyset>',
        VOLUME[:-10],
    ],
)
def test_a_body_that_cannot_be_read(
    house: House,
    body: bytes,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The speaker would only send it again: 200, one line, and life goes on."""
    assert house.notify(body=body) == 200
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("WARNING", None)]
    assert "192.0.2.11" in caplog.text
    assert house.notify(headers={"SEQ": "1"}) == 200
    assert [event.seq for event in house.events] == [1]
    assert "Traceback" not in capfd.readouterr().err


def test_an_event_without_variables(house: House) -> None:
    assert house.notify(body=propertyset("<LastChange/>")) == 200
    assert [event.variables for event in house.events] == [{}]


def test_a_body_that_is_announced_too_large(house: House) -> None:
    """It is refused before it is sent."""
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, headers={"CONTENT-LENGTH": str(MAX_BODY + 1)}))
    assert connection.status == 413
    assert connection.closed
    connection.send(b"x" * 1000)
    assert house.events == []


def test_the_largest_body(house: House) -> None:
    empty = len(body_of({"Volume": ""}))
    assert house.notify(body=body_of({"Volume": "x" * (MAX_BODY - empty)})) == 200
    assert len(house.events) == 1


def test_a_chunked_body(house: House) -> None:
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, headers=CHUNKED))
    connection.send(chunk(VOLUME[:10]) + chunk(VOLUME[10:]) + chunk(b""))
    assert connection.status == 200
    assert [event.variables for event in house.events] == [{"volume": "20"}]


def test_a_chunked_body_that_grows_too_large(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of it is kept, however much more comes."""
    caplog.set_level(logging.DEBUG)
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, headers=CHUNKED))
    for _ in range(3):
        connection.send(chunk(b"x" * (MAX_BODY // 2)))
    connection.send(chunk(b"x") + chunk(b""))
    assert connection.status == 413
    assert connection.closed
    assert connection.transport.value().count(b"HTTP/1.1") == 1
    assert "Refused a request from 192.0.2.11" in caplog.text
    assert house.events == []


def test_a_malformed_chunk(house: House) -> None:
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, headers=CHUNKED))
    connection.send(b"what?\r\n")
    assert connection.status == 400
    assert connection.closed
