"""Many connections, slow ones and idle ones; and that no text tells a token."""

from collections.abc import Iterator
import contextlib
import logging
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, cast

import pytest
from twisted.internet.tcp import Server

from custom_components.sonos_twisted.engine import gatekeeper
from custom_components.sonos_twisted.engine.gatekeeper import (
    MAX_CONNECTIONS,
    MAX_CONNECTIONS_PER_ADDRESS,
    MAX_MESSENGERS,
    PATIENCE_SECONDS,
    QUIET_SECONDS,
    RESERVED_CONNECTIONS,
    STRANGERS_AT_ONCE,
    STRANGERS_PER_SECOND,
)
from custom_components.sonos_twisted.engine.listener import Listener, ListenSettings
from custom_components.sonos_twisted.engine.notify_handler import COMPLAINT_SECONDS
from custom_components.sonos_twisted.engine.notify_site import (
    CLOSING_SECONDS,
    IDLE_SECONDS,
    MAX_REQUESTS,
    REQUEST_SECONDS,
)
from custom_components.sonos_twisted.engine.ordinary_notify import read_head
from custom_components.sonos_twisted.engine.player import Player, service_of
from custom_components.sonos_twisted.engine.subscription import (
    LARGE_AT_ONCE,
    LARGE_PER_SECOND,
    Subscription,
)

from .attackers import STRANGER, VOLUME, Connection, House, flood
from .conftest import NETWORK, OnReactor
from .fakes import (
    SPEAKER,
    FakeRequest,
    request_bytes,
)

if TYPE_CHECKING:
    from soco.events_base import Event
    from twisted.internet.base import ReactorBase


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let strangers come as fast as they can, so that the other limits are reached."""
    monkeypatch.setattr(gatekeeper, "STRANGERS_AT_ONCE", 10_000)
    monkeypatch.setattr(gatekeeper, "STRANGERS_PER_SECOND", 1e9)


@pytest.fixture(autouse=True)
def no_tracebacks(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Check that nothing is printed, and that no more than the two lines of a limit are logged."""
    caplog.set_level(logging.DEBUG)
    yield
    loud = [record for record in caplog.records if record.levelno > logging.DEBUG]
    assert len(loud) <= 2, [record.getMessage() for record in loud]
    assert not any(record.exc_info for record in caplog.records)
    assert "Traceback" not in capfd.readouterr().err


# Time


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


# Numbers


def test_pipelined_requests(house: House) -> None:
    """So many are answered, in order; the rest is dropped with the connection."""
    attacker = Connection(house.reactor)
    requests = [request_bytes(house.path, VOLUME, headers={"SEQ": str(seq)}) for seq in range(1000)]
    attacker.send(b"".join(requests))
    assert attacker.transport.value().count(b"HTTP/1.1 200 OK") == MAX_REQUESTS
    assert attacker.closed
    assert [event.seq for event in house.events] == list(range(MAX_REQUESTS))
    assert house.hears()


def test_blank_lines(house: House) -> None:
    attacker = Connection(house.reactor)
    attacker.send(b"\r\n" * 30_000)
    assert attacker.status == 400
    assert attacker.closed


@pytest.mark.usefixtures("at_once")
def test_connections_of_one_address(house: House) -> None:
    attackers = flood(house, 500, per_address=500)
    assert sum(attacker.let_in for attacker in attackers) == MAX_CONNECTIONS_PER_ADDRESS
    assert house.hears()
    for attacker in attackers:
        if attacker.let_in:
            attacker.lose()
    assert house.site.gatekeeper.inside == 0
    assert house.site.gatekeeper._by_host == {}
    assert Connection(house.reactor).let_in


@pytest.mark.usefixtures("at_once")
def test_connections_overall(house: House) -> None:
    """Strangers get no more than their places, and speakers get in all the same."""
    attackers = flood(house, 2000)
    assert sum(attacker.let_in for attacker in attackers) == MAX_CONNECTIONS
    assert not Connection(house.reactor).let_in
    assert house.hears()
    speaker = [Connection(house.reactor, SPEAKER.ip_address) for _ in range(500)]
    assert sum(each.let_in for each in speaker) == MAX_CONNECTIONS_PER_ADDRESS
    assert house.site.gatekeeper.inside <= MAX_CONNECTIONS + RESERVED_CONNECTIONS


@pytest.mark.usefixtures("at_once")
def test_the_reserve_is_bounded_as_well(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatekeeper, "RESERVED_CONNECTIONS", 5)
    flood(house, 2000)
    speaker = [Connection(house.reactor, SPEAKER.ip_address) for _ in range(20)]
    assert sum(each.let_in for each in speaker) == 5


@pytest.mark.usefixtures("at_once")
def test_who_was_a_speaker_has_no_place_reserved(house: House) -> None:
    flood(house, 2000)
    house.subscription.unsubscribe()
    assert not Connection(house.reactor, SPEAKER.ip_address).let_in


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("per_address", [32, 2000])
def test_who_has_been_here_for_long_makes_room(house: House, per_address: int) -> None:
    """Slow connections cannot keep anybody out."""
    attackers = flood(house, 2000, per_address)
    house.reactor.advance(PATIENCE_SECONDS)
    late = Connection(house.reactor, "198.51.0.0")
    assert late.let_in
    assert attackers[0].closed
    assert attackers[0].status == 503
    assert not attackers[1].closed
    late.send(request_bytes(house.path, VOLUME))
    assert late.status == 200
    assert house.hears()
    # Those who made room may take their time to go; they are not counted twice.
    inside = house.site.gatekeeper.inside
    attackers[0].lose()
    assert house.site.gatekeeper.inside == inside


def test_strangers_come_in_one_after_the_other(house: House) -> None:
    """So many at once, so many in a second, however many addresses they have."""
    attackers = flood(house, 2000)
    assert sum(attacker.let_in for attacker in attackers) == STRANGERS_AT_ONCE
    assert house.hears()
    house.reactor.advance(0.1)
    attackers = flood(house, 2000)
    assert sum(attacker.let_in for attacker in attackers) == STRANGERS_PER_SECOND * 0.1
    speaker = [Connection(house.reactor, SPEAKER.ip_address) for _ in range(200)]
    assert all(each.let_in for each in speaker)


def test_who_delivers_events_is_no_stranger(house: House) -> None:
    """A port forwarding has another address than the speakers behind it."""
    forwarding = "198.51.100.77"
    first = Connection(house.reactor, forwarding)
    first.send(request_bytes(house.path, VOLUME))
    flood(house, 2000)
    assert all(Connection(house.reactor, forwarding).let_in for _ in range(250))


def test_few_are_remembered_who_deliver_events(house: House) -> None:
    """Whoever knows a token could deliver from any address; the last ones count."""
    for number in range(3 * MAX_MESSENGERS):
        house.reactor.advance(1.0)
        messenger = Connection(house.reactor, f"198.51.101.{number}")
        messenger.send(request_bytes(house.path, VOLUME, headers={"SEQ": str(number)}))
        messenger.lose()
    assert len(house.site.gatekeeper._messengers) == MAX_MESSENGERS
    flood(house, 2000)
    assert Connection(house.reactor, f"198.51.101.{number}").let_in
    assert not Connection(house.reactor, "198.51.101.0").let_in


def test_a_limit_is_worth_two_lines(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """One when it is reached, one when it is over, whatever happens in between."""
    for _ in range(3):
        flood(house, 1000)
        Connection(house.reactor).send(b"x" * 10_000)
        house.reactor.advance(QUIET_SECONDS / 2)
    lines = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert [line.name for line in lines] == [gatekeeper.__name__]
    assert "Refused a request from 198.51." in lines[0].getMessage()
    house.reactor.advance(QUIET_SECONDS / 2)
    house.reactor.advance(QUIET_SECONDS)
    (_, over) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert "quiet again" in over.getMessage()


@pytest.mark.usefixtures("at_once")
def test_nothing_stays_when_the_port_is_closed(house: House) -> None:
    before = [call for call in house.reactor.getDelayedCalls() if call.active()]
    attackers = flood(house, MAX_CONNECTIONS + 50)
    assert house.site.gatekeeper._timer is not None
    house.site.stopFactory()
    open_ones = [attacker for attacker in attackers if attacker.let_in]
    assert all(attacker.closed and attacker.transport.value() == b"" for attacker in open_ones)
    for attacker in open_ones:
        attacker.lose()
    assert [call for call in house.reactor.getDelayedCalls() if call.active()] == before


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


def test_a_speaker_that_sends_nonsense_now_and_then(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """One line an hour, also when other events of it can be read in between."""
    for _ in range(2):
        for _ in range(50):
            Connection(house.reactor).send(request_bytes(house.path, b"nonsense"))
            assert house.hears()
        house.reactor.advance(COMPLAINT_SECONDS)
    lines = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert len(lines) == 2
    words = "sends an event that cannot be read"
    assert all(words in line.getMessage() for line in lines)


# Large bodies


def large(house: House, host: str = STRANGER, path: str = "") -> int:
    """Send an event with a large body, and return how it is answered."""
    body = VOLUME + b" " * 100_000
    attacker = Connection(house.reactor, host)
    attacker.send(request_bytes(path or house.path, body, headers={"SEQ": "5"}))
    attacker.lose()
    return attacker.status


def test_large_bodies_for_one_subscription(house: House) -> None:
    """Who knows a token can have so much read; small events of the speaker are heard as before."""
    other = house.subscribed("uuid:2")
    other_heard: list[Event] = []
    other.callback = other_heard.append
    house.reactor.advance(LARGE_AT_ONCE)
    statuses = [large(house) for _ in range(60)]
    read = LARGE_AT_ONCE // 100_000 + 1
    assert statuses == [200] * read + [503] * (60 - read)
    assert len(house.events) == read
    assert house.hears()
    attacker = Connection(house.reactor)
    attacker.send(
        request_bytes(
            f"/{other.token}", VOLUME + b" " * 100_000, headers={"SID": "uuid:2", "SEQ": "5"}
        )
    )
    assert attacker.status == 200
    assert len(other_heard) == 1
    house.reactor.advance(1)
    assert [large(house) for _ in range(8)].count(200) == LARGE_PER_SECOND // 100_000 + 1


def test_who_sends_too_many_large_bodies_is_a_stranger_again(house: House) -> None:
    """Until the next event; for speakers that would make no difference."""
    attacker, forwarding = "198.51.100.78", "198.51.100.77"
    while large(house, attacker) == 200:
        house.reactor.advance(0.05)
    assert large(house, forwarding) == 503
    delivery = Connection(house.reactor, forwarding)
    delivery.send(request_bytes(house.path, VOLUME))
    flood(house, 2000)
    assert not Connection(house.reactor, attacker).let_in
    assert Connection(house.reactor, forwarding).let_in
    assert large(house, SPEAKER.ip_address) == 503
    assert house.hears()


def test_large_bodies_that_come_at_the_same_time(house: House) -> None:
    """Each is begun while there is something left, and comes to its end when there is not."""
    data = request_bytes(house.path, VOLUME + b" " * 100_000, headers={"SEQ": "5"})
    attackers = [Connection(house.reactor) for _ in range(STRANGERS_AT_ONCE)]
    for attacker in attackers:
        attacker.send(data[:-1])
    for attacker in attackers:
        attacker.send(data[-1:])
    statuses = [attacker.status for attacker in attackers]
    assert statuses.count(200) == len(house.events) == LARGE_AT_ONCE // 100_000 + 1
    assert statuses.count(503) == STRANGERS_AT_ONCE - len(house.events)
    assert house.hears()


# Tokens


def test_tokens_are_unguessable_and_differ(house: House) -> None:
    tokens = {house.subscribed(f"uuid:{number}").token for number in range(200)}
    assert len(tokens) == 200
    assert all(len(token) >= 24 for token in tokens)  # 144 bits


def test_a_token_is_for_one_subscription(house: House) -> None:
    """Who knows the token of one can tell nothing about another."""
    other = house.subscribed("uuid:2")
    heard: list[Event] = []
    other.callback = heard.append
    attacker = Connection(house.reactor)
    attacker.send(request_bytes(f"/{other.token}", VOLUME, headers={"SID": "uuid:1"}))
    attacker.send(request_bytes(house.path, VOLUME, headers={"SID": "uuid:2"}))
    assert heard == house.events == []


def test_tokens_are_in_no_text(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever of ours is logged or shown, with what Twisted and soco add."""
    shown: list[str] = []
    speaker = Connection(house.reactor)
    ordinary = Connection(house.reactor)
    ordinary.send(request_bytes(house.path, VOLUME)[:-1])
    shown += [repr(ordinary.channel), repr(read_head(request_bytes(house.path, VOLUME)))]
    speaker.send(request_bytes(house.path, VOLUME, headers={"X-Not": "ordinary"})[:-1])
    request = speaker.channel.requests[0]
    shown += [repr(request), str(request)]
    speaker.send(VOLUME[-1:])
    shown += [repr(request), *map(repr, house.events)]
    shown += map(repr, (house.subscription, house.listener, house.site, speaker.channel))
    shown += [repr(house.subscription.subscriptions_map), repr(house.subscription.subscribe)]
    for path in (house.path + "x", f"http://h{house.path}", house.path):
        for method in ("NOTIFY", "GET"):
            attacker = Connection(house.reactor)
            attacker.send(request_bytes(path, b"broken", method=method))
    flood(house, 500)
    house.subscription.unsubscribe()
    assert STRANGER in caplog.text
    assert house.subscription.token not in caplog.text + "".join(shown)


def test_answers_do_not_tell_what_we_are_made_of(house: House) -> None:
    attacker = Connection(house.reactor)
    attacker.send(request_bytes("/guess", method="GET"))
    answer = attacker.transport.value().lower()
    assert answer == (
        b"http/1.1 405 method not allowed\r\n"
        b"content-length: 0\r\nallow: notify\r\nconnection: close\r\n\r\n"
    )


# Over real sockets


@pytest.fixture
def real(loopback: None, reactor: ReactorBase, on_reactor: OnReactor) -> Iterator[tuple[str, int]]:
    listener = Listener(reactor, ListenSettings(f"{NETWORK}.101", 17800))
    on_reactor(listener.start)
    assert listener.address
    yield listener.address
    on_reactor(listener.stop)


def exchange(address: tuple[str, int], data: bytes) -> bytes:
    """Send bytes and return all that comes back."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(data)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while received := connection.recv(65536):
                answer += received
        return answer


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"505"),
        (b"x" * 5000, b"414"),
        (request_bytes("/guess", b"x" * 100_000), b"412"),
        (request_bytes("/guess", b"x" * 1000, method="POST"), b"405"),
        (request_bytes("/guess", headers={"CONTENT-LENGTH": "99999999"}), b"413"),
        (request_bytes("/guess", headers={"X": "x" * 9000}), b"431"),
    ],
)
def test_answers_over_real_sockets(real: tuple[str, int], data: bytes, status: bytes) -> None:
    """Where we hang up with something unread the answer can get lost, but nothing else."""
    answer = exchange(real, data)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 " + status)
    if status == b"412":
        assert answer


def test_a_flood_over_real_sockets(
    real: tuple[str, int], reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    """More than the system would queue by default come while the reactor is busy.

    None of them has to try again, which would take a second, and those who are refused are gone at
    once.
    """

    def inside() -> int:
        return len([r for r in reactor.getReaders() if isinstance(r, Server)])

    busy, go_on = threading.Event(), threading.Event()

    def hold_up() -> None:
        busy.set()
        go_on.wait(10)

    with contextlib.ExitStack() as stack:
        reactor.callFromThread(hold_up)
        assert busy.wait(10)
        begin = time.monotonic()
        connections = [
            stack.enter_context(socket.create_connection(real, timeout=5)) for _ in range(900)
        ]
        took = time.monotonic() - begin
        go_on.set()
        assert took < 1.0
        with pytest.raises(ConnectionResetError):
            connections[-1].recv(1)
        assert STRANGERS_AT_ONCE <= on_reactor(inside) < 2 * STRANGERS_AT_ONCE


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes packet filters")
def test_strangers_are_dropped_by_the_system(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    """While too many come; who is subscribed to meanwhile gets in, and others when it is over."""
    listener = Listener(reactor, ListenSettings(f"{NETWORK}.103", 17800))
    on_reactor(listener.start)
    assert listener.address
    address, port, newcomer = listener.address, cast("Any", listener.port), f"{NETWORK}.104"
    gate = port.factory.gatekeeper.floodgate

    def connect(source: str) -> socket.socket:
        connection = stack.enter_context(socket.socket())
        connection.settimeout(0.3)
        connection.bind((source, 0))
        connection.connect(address)
        return connection

    with contextlib.ExitStack() as stack:
        for _ in range(1000):
            if on_reactor(lambda: gate.is_shut):
                break
            with contextlib.suppress(OSError):
                connect(f"{NETWORK}.105")
        assert on_reactor(lambda: gate.is_shut)
        with pytest.raises(TimeoutError):
            connect(f"{NETWORK}.106")
        with pytest.raises(TimeoutError):
            connect(newcomer)
        service = service_of(Player(newcomer), "RenderingControl")
        subscription = Subscription(
            service, listener=listener, request=FakeRequest(), clock=reactor
        )
        on_reactor(listener.subscriptions_map.expect, subscription)
        assert on_reactor(lambda: gate.is_shut)
        speaker = connect(newcomer)
        speaker.sendall(request_bytes(f"/{subscription.token}", VOLUME))
        speaker.settimeout(10)
        assert speaker.recv(100).startswith(b"HTTP/1.1 200")
        on_reactor(gate.open)
        connect(f"{NETWORK}.106")
        on_reactor(subscription.unsubscribe)
    on_reactor(listener.stop)


def test_what_is_open_ends_with_the_port(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    listener = Listener(reactor, ListenSettings(f"{NETWORK}.102", 17800))
    on_reactor(listener.start)
    assert listener.address
    with socket.create_connection(listener.address, timeout=10) as connection:
        connection.sendall(b"NOTIFY")
        on_reactor(listener.stop)
        assert connection.recv(100) in {b"", b"x"}
