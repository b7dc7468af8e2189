"""What all tests can use.

pytest-homeassistant-custom-component forbids sockets in every test that does not ask for them,
and fails a test that leaves a thread behind.
"""

from collections.abc import Iterator
import threading
from typing import TYPE_CHECKING

import pytest
import pytest_socket

from custom_components.sonos_twisted.engine.reactor import global_reactor

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


@pytest.fixture
def loopback(socket_enabled: None) -> None:
    """Allow sockets, to addresses of this machine only."""
    pytest_socket.socket_allow_hosts(["127.0.0.0/8"])


@pytest.fixture(scope="session", autouse=True)
def reactor() -> Iterator[ReactorBase]:
    """Run the process's reactor, as another component might: it cannot be started again."""
    reactor = global_reactor()
    turning = threading.Event()
    reactor.callWhenRunning(turning.set)
    thread = threading.Thread(
        target=reactor.run,
        kwargs={"installSignalHandlers": False},
        name="reactor of the tests",
        daemon=True,
    )
    thread.start()
    assert turning.wait(10)
    yield reactor
    reactor.callFromThread(reactor.stop)
    thread.join(5)
