"""What the tests of the engine share."""

from collections.abc import Callable
import os
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.threads import blockingCallFromThread

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
