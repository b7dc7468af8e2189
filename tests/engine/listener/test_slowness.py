"""Who takes too long to send a request, or to take its answer, is cut off."""

from typing import Any

import pytest

from custom_components.sonos_twisted.engine.notify_site import (
    CLOSING_SECONDS,
    IDLE_SECONDS,
    REQUEST_SECONDS,
)

from ..fakes import SPEAKER, request_bytes
from .attackers import VOLUME, Connection, House

pytestmark = pytest.mark.usefixtures("no_tracebacks")


def test_one_byte_per_second(house: House) -> None:
    """Every byte is in time, but the request is not."""
    attacker = Connection(house.reactor)
    seconds = 0
    for byte in request_bytes(house.path, VOLUME):
        attacker.send(bytes([byte]))
        house.reactor.advance(1)
        seconds += not attacker.closed
    assert seconds == REQUEST_SECONDS - 1
    assert attacker.status == 408
    assert house.events == []
    assert house.hears()


@pytest.mark.parametrize(
    "start", [b"N", b"NOTIFY /x HTTP/1.1\r\n", b"NOTIFY /x HTTP/1.1\r\nX: y\r\n", None]
)
def test_half_a_request(house: House, start: bytes | None) -> None:
    attacker = Connection(house.reactor)
    attacker.send(start or request_bytes(house.path, VOLUME)[:-1])
    house.reactor.advance(IDLE_SECONDS - 1)
    assert not attacker.closed
    house.reactor.advance(1)
    assert attacker.status == 408
    assert attacker.closed


def test_somebody_who_takes_no_answer_is_cut_off(house: House) -> None:
    attacker = Connection(house.reactor)
    attacker.send(b"x")
    house.reactor.advance(IDLE_SECONDS)
    house.reactor.advance(CLOSING_SECONDS)
    assert attacker.transport.aborted


def test_nobody_speaks(house: House) -> None:
    """A port scanner, or a health check: it is no request, so that it gets no answer."""
    attacker = Connection(house.reactor)
    house.reactor.advance(IDLE_SECONDS)
    assert attacker.closed
    assert attacker.transport.value() == b""


def test_time_begins_anew_with_each_request(house: House) -> None:
    speaker = Connection(house.reactor, SPEAKER.ip_address)
    for seq in range(8):
        house.reactor.advance(IDLE_SECONDS - 1)
        speaker.send(request_bytes(house.path, VOLUME, headers={"SEQ": str(seq)}))
    assert not speaker.closed
    assert len(house.events) == 8


def test_timeouts_are_not_kept_in_twisted_s_log(house: House) -> None:
    """Its log keeps 65,536 events as long as nobody takes them, each with its connection."""
    from twisted.logger import globalLogPublisher  # noqa: PLC0415, only needed here

    events: list[object] = []
    take: Any = events.append
    globalLogPublisher.addObserver(take)
    try:
        attacker = Connection(house.reactor)
        attacker.send(b"x")
        house.reactor.advance(IDLE_SECONDS)
        house.reactor.advance(CLOSING_SECONDS)
        house.site.doStart()
        house.site.doStop()
    finally:
        globalLogPublisher.removeObserver(take)
    assert events == []
