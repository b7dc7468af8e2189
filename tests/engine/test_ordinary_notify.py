"""Requests that are read at one glance, and those that look like them and are left to Twisted."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.engine.notify_handler import ORDINARY_BODY
from custom_components.sonos_twisted.engine.notify_site import MAX_REQUESTS
from custom_components.sonos_twisted.engine.ordinary_notify import MAX_HEAD, MAX_PIECES, read_head

from .attackers import VOLUME, Connection, House
from .fakes import request_bytes

LEASE = {"SID": "uuid:1", "SEQ": "7", "CONTENT-TYPE": "text/xml"}


@pytest.fixture
def house() -> House:
    return House()


def is_read_by_twisted(speaker: Connection) -> bool:
    """Tell who reads what comes over a connection."""
    return speaker.channel._early is None


def test_what_an_ordinary_head_says() -> None:
    data = request_bytes("/to-ken", VOLUME, headers={**LEASE, "Connection": "close"})
    head = read_head(data)
    assert head is not None
    assert (head.token, head.sid, head.seq) == ("to-ken", "uuid:1", 7)
    assert data[head.size :] == VOLUME
    assert head.length == len(VOLUME)
    assert head.last
    head = read_head(request_bytes("/to-ken", VOLUME, headers=LEASE))
    assert head is not None
    assert not head.last


@pytest.mark.parametrize(
    "headers",
    [
        {"SID": None},
        {"NT": None},
        {"SEQ": "x"},
        {"SEQ": "4294967296"},
        {"SEQ": "-1"},
        {"CONTENT-LENGTH": "0x10"},
        {"CONTENT-LENGTH": "99999999999"},
        {"Expect": "100-continue"},
        {"Transfer-Encoding": "chunked"},
        {"Connection": "Upgrade"},
        {"seq": "7"},
        {"HOST": "x" * MAX_HEAD},
        {"HOST": "\x01"},
        {"HOST": ""},
    ],
)
def test_what_is_not_ordinary(headers: dict[str, str | None], house: House) -> None:
    data = request_bytes(house.path, VOLUME, headers=headers)
    assert read_head(data) is None
    speaker = Connection(house.reactor)
    speaker.send(data[:-1])
    assert is_read_by_twisted(speaker)


@pytest.mark.parametrize(
    "start", [b"GET", b"\r\nNOTIFY", b"NOTIFY  /", b"NOTIFY /a/b HTTP/1.1\r\n\r\n", b"x" * 2000]
)
def test_what_cannot_become_ordinary_is_left_to_twisted_at_once(start: bytes, house: House) -> None:
    speaker = Connection(house.reactor)
    speaker.send(start)
    assert is_read_by_twisted(speaker)


def test_it_may_come_in_pieces(house: House) -> None:
    data = request_bytes(house.path, VOLUME, headers={"Connection": "close"})
    for cut in range(1, len(data)):
        speaker = Connection(house.reactor)
        speaker.send(data[:cut])
        assert speaker.status == 0
        speaker.send(data[cut:])
        assert (speaker.status, speaker.closed) == (200, True)
        assert not is_read_by_twisted(speaker)
        speaker.lose()
    assert len(house.events) == len(data) - 1


@pytest.mark.parametrize("size", [1, 12])
def test_many_pieces_are_left_to_twisted(size: int, house: House) -> None:
    data = request_bytes(house.path, VOLUME)
    assert len(data) > MAX_PIECES * size
    speaker = Connection(house.reactor)
    for start in range(0, len(data) - 1, size):
        speaker.send(data[start : min(start + size, len(data) - 1)])
    assert is_read_by_twisted(speaker)
    speaker.send(data[-1:])
    assert speaker.status == 200
    assert len(house.events) == 1


@pytest.mark.parametrize("body", [b"x" * (ORDINARY_BODY + 1), b""])
def test_an_unusual_body(body: bytes, house: House) -> None:
    speaker = Connection(house.reactor)
    speaker.send(request_bytes(house.path, body))
    assert speaker.status == 200
    assert house.events == []
    assert house.hears()


def test_more_than_a_request_is_left_to_twisted(house: House) -> None:
    speaker = Connection(house.reactor)
    data = request_bytes(house.path, VOLUME)
    speaker.send(data * 2 + data[:50])
    assert is_read_by_twisted(speaker)
    assert len(house.events) == 2
    speaker.send(data[50:])
    assert len(house.events) == 3


def test_who_does_not_close_can_send_more(house: House) -> None:
    speaker = Connection(house.reactor)
    for number in range(MAX_REQUESTS):
        assert not speaker.closed
        speaker.send(request_bytes(house.path, VOLUME, headers={"SEQ": str(number)}))
        assert len(house.events) == number + 1
    assert speaker.closed
    assert speaker.transport.value().count(b"200 OK") == MAX_REQUESTS
    assert not is_read_by_twisted(speaker)


def test_twisted_keeps_what_it_has_begun_to_read(house: House) -> None:
    speaker = Connection(house.reactor)
    for number, extra in enumerate(({}, {"X-Other": "1"}, {})):
        speaker.send(request_bytes(house.path, VOLUME, headers={"SEQ": str(number), **extra}))
    assert len(house.events) == 3
    assert is_read_by_twisted(speaker)
    assert not speaker.closed


def test_strangers_are_refused_before_their_body_comes(house: House) -> None:
    stranger = Connection(house.reactor)
    stranger.send(request_bytes("/nobody", VOLUME, headers={"CONTENT-LENGTH": "300000"}))
    assert stranger.status == 413
    stranger = Connection(house.reactor)
    stranger.send(request_bytes("/nobody", VOLUME))
    assert stranger.status == 412
    assert house.events == []


@given(data=st.data())
def test_no_bytes_make_it_fail(data: st.DataObject) -> None:
    whole = request_bytes("/token", VOLUME, headers=LEASE)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    changed = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    head = read_head(changed)
    assert head is None or changed[: head.size].endswith(b"\r\n\r\n")
