"""What the tests of the engine share."""

from collections.abc import Callable, Iterator
import contextlib
import os
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.threads import blockingCallFromThread
from twisted.web.server import Site

from .fakes import Page

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

#: The first three bytes of loopback addresses; several runs of the tests can go on at once.
NETWORK = f"127.3.{os.getpid() % 254 + 1}"

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
