"""The first free port is opened, and opened again when it is lost."""

from collections.abc import Callable
import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.sonos_twisted.engine import (
    ListenError,
    ListenSettings,
)
from custom_components.sonos_twisted.engine.listener import Listener, Listeners

from ..conftest import NETWORK, OnReactor
from ..fakes import OUR_ADDRESS, FakeReactor, a_listener

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


LOOPBACK = f"{NETWORK}.100"


@pytest.mark.parametrize(
    ("taken", "port"),
    [
        ((), 1400),
        ((1400,), 1401),
        (range(1400, 1410), 1410),
        (range(1400, 1499), 1499),
    ],
)
def test_the_first_free_port_is_taken(taken: range, port: int) -> None:
    reactor = FakeReactor(taken)
    listener = a_listener(reactor)
    listener.start()
    assert reactor.ports == [port]
    assert listener.is_running
    assert listener.callback_url("192.0.2.11") == f"http://{OUR_ADDRESS}:{port}/"


def test_another_port_is_worth_a_line(caplog: pytest.LogCaptureFixture) -> None:
    """Firewalls may let only the first one through."""
    caplog.set_level(logging.INFO)
    a_listener(FakeReactor((1400, 1401))).start()
    assert [record.getMessage() for record in caplog.records] == [
        "Port 1400 is in use; listening for events on port 1402"
    ]


@pytest.mark.parametrize(
    ("first", "last"), [(1400, 1499), (5000, 5099), (65500, 65535), (65535, 65535)]
)
def test_no_port_is_free(first: int, last: int) -> None:
    reactor = FakeReactor(range(65536))
    listener = a_listener(reactor, ListenSettings(OUR_ADDRESS, first))
    with pytest.raises(ListenError) as caught:
        listener.start()
    assert (caught.value.first_port, caught.value.last_port) == (first, last)
    assert "Address already in use" in str(caught.value)
    assert not listener.is_running
    assert listener.address == ()
    assert listener.port is None
    assert reactor.ports == []


def test_a_port_that_becomes_free_can_be_had_later() -> None:
    reactor = FakeReactor(range(65536))
    listener = a_listener(reactor)
    with pytest.raises(ListenError):
        listener.start()
    reactor.taken = ()
    listener.start()
    assert listener.is_running


def test_starting_twice_opens_one_port() -> None:
    reactor = FakeReactor()
    listener = a_listener(reactor)
    listener.start()
    listener.start()
    assert reactor.ports == [1400]


def test_stopping_what_was_not_started() -> None:
    listener = a_listener(FakeReactor())
    assert listener.stop().called


@pytest.fixture
def occupied(loopback: None) -> Callable[[int], contextlib.ExitStack]:
    """Take ports of a loopback address, for as long as the stack is open."""

    def occupy(count: int) -> contextlib.ExitStack:
        stack = contextlib.ExitStack()
        for port in range(17400, 17400 + count):
            taken = stack.enter_context(socket.socket())
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind((LOOPBACK, port))
            taken.listen()
        return stack

    return occupy


@pytest.mark.parametrize("taken", [0, 1, 99])
def test_the_first_free_port_over_real_sockets(
    occupied: Callable[[int], contextlib.ExitStack],
    reactor: ReactorBase,
    on_reactor: OnReactor,
    taken: int,
) -> None:
    listener = Listener(reactor, ListenSettings(LOOPBACK, 17400))
    with occupied(taken):
        on_reactor(listener.start)
    assert listener.address == (LOOPBACK, 17400 + taken)
    with socket.create_connection(listener.address):
        pass
    on_reactor(listener.stop)
    assert not listener.is_running
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, 17400 + taken))


def test_no_free_port_over_real_sockets(
    occupied: Callable[[int], contextlib.ExitStack], reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    before = on_reactor(lambda: (reactor.getReaders(), reactor.getDelayedCalls()))
    listener = Listener(reactor, ListenSettings(LOOPBACK, 17400))
    with occupied(100), pytest.raises(ListenError, match="17400 to 17499"):
        on_reactor(listener.start)
    assert on_reactor(lambda: (reactor.getReaders(), reactor.getDelayedCalls())) == before


def test_an_address_that_is_not_ours(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    listener = Listener(reactor, ListenSettings("192.0.2.1", 17400))
    with pytest.raises(ListenError, match=r"192\.0\.2\.1.*[Cc]annot assign"):
        on_reactor(listener.start)


def test_only_on_the_reactor_thread(reactor: ReactorBase) -> None:
    listener = Listener(reactor, ListenSettings(LOOPBACK))
    with pytest.raises(RuntimeError, match="reactor thread"):
        listener.start()
    with pytest.raises(RuntimeError, match="reactor thread"):
        listener.stop()


def test_a_port_that_was_lost_is_opened_again(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor, caplog: pytest.LogCaptureFixture
) -> None:
    """Its socket was closed behind our back."""
    listener = Listener(reactor, ListenSettings(LOOPBACK, 17400))
    on_reactor(listener.start)
    on_reactor(listener.reopen_if_lost)
    assert caplog.records == []
    on_reactor(lambda: listener.port.connectionLost(None))
    openings = listener.openings
    on_reactor(listener.reopen_if_lost)
    assert listener.openings == openings + 1
    assert "was lost" in caplog.text
    assert listener.address
    with socket.create_connection(listener.address):
        pass
    on_reactor(listener.stop)


def test_the_port_stays_the_same_from_one_user_to_the_next(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    """When a household is reloaded, speakers find us where they found us before."""
    listeners = Listeners(reactor)
    ports = []
    for _ in range(3):
        listener: Any = on_reactor(listeners.acquire, ListenSettings(LOOPBACK, 17400))
        ports.append(listener.address[1])
        on_reactor(listeners.release, listener)
    assert ports == [17400, 17400, 17400]
