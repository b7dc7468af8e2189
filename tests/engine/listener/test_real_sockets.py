"""Floods and strange requests over real sockets."""

from collections.abc import Iterator
import contextlib
import select
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, cast

import pytest
from twisted.internet.tcp import Server

from custom_components.sonos_twisted.engine.gatekeeper import (
    STRANGERS_AT_ONCE,
)
from custom_components.sonos_twisted.engine.listener import Listener, ListenSettings
from custom_components.sonos_twisted.engine.player import Player, service_of
from custom_components.sonos_twisted.engine.subscription import (
    Subscription,
)

from ..conftest import NETWORK, OnReactor
from ..fakes import FakeRequest, request_bytes
from .attackers import VOLUME

pytestmark = pytest.mark.usefixtures("no_tracebacks")

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


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
        ended = select.poll()
        for connection in connections:
            ended.register(connection, select.POLLIN)
        # Any of them may be let in, also the last: some are each second.
        while len(ended.poll(0)) + on_reactor(inside) < len(connections):
            assert time.monotonic() < begin + 10
        by_number = {connection.fileno(): connection for connection in connections}
        for number, _ in ended.poll(0):
            with pytest.raises(ConnectionResetError):
                by_number[number].recv(1)
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
                connect(f"{NETWORK}.105").sendall(b"NOTIFY")
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
