"""What the tests of the engine share."""

from collections.abc import Callable, Iterator
import contextlib
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.threads import blockingCallFromThread
from twisted.web.server import Site

from custom_components.sonos_twisted.engine.session import RELEASE_SECONDS

from .fakes import Page
from .house import ONE, THREE, TWO, House
from .tenant import Tenant

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


def _reserved_network() -> tuple[str, socket.socket]:
    """Choose loopback addresses that no other run of the tests uses, and keep them."""
    for number in range(254):
        network = f"127.3.{(os.getpid() + number) % 254 + 1}"
        claim = socket.socket()
        with contextlib.suppress(OSError):
            claim.bind((f"{network}.254", 13999))
            return network, claim
        claim.close()
    raise RuntimeError("The tests are running too many times at once")


#: The first three bytes of this run's addresses.
NETWORK, _CLAIM = _reserved_network()


@pytest.fixture
def house() -> Iterator[House]:
    """Give a house whose clock is moved by hand, and which nobody listens to yet."""
    house = House(ONE, TWO, THREE)
    yield house
    house.session.stop()
    house.clock.advance(RELEASE_SECONDS)
    assert house.clock.getDelayedCalls() == []


@pytest.fixture
def running(house: House) -> House:
    """Give a house in which everything is listened to."""
    house.start(ONE)
    house.answer()
    assert house.outcome == [None]
    return house


@pytest.fixture
def tenant() -> Tenant:
    """Give a lease that nobody has asked for yet."""
    return Tenant()


type OnReactor = Callable[..., Any]


@pytest.fixture
def on_reactor(reactor: ReactorBase) -> OnReactor:
    """Call a function on the reactor thread, and wait for it or for its Deferred."""

    def call(function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        return blockingCallFromThread(reactor, function, *args, **kwargs)

    return call


@pytest.fixture
def other_server(
    reactor: ReactorBase, on_reactor: OnReactor, loopback: None
) -> Iterator[Callable[[int, bytes], str]]:
    """Run servers that give one answer to everything; return the address of each."""
    listen_tcp: Any = reactor.listenTCP  # type: ignore[attr-defined]
    with contextlib.ExitStack() as stack:

        def serve(status: int, body: bytes) -> str:
            host = f"{NETWORK}.201"
            port = on_reactor(listen_tcp, 0, Site(Page(status, body)), interface=host)
            stack.callback(on_reactor, port.stopListening)
            return f"{host}:{port.getHost().port}"

        yield serve
