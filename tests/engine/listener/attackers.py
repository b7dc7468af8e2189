"""A listener on a fake reactor, an honest speaker, and strangers who connect to it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, override

from twisted.internet.address import IPv4Address
from twisted.internet.testing import MemoryReactorClock

from custom_components.sonos_twisted.engine.subscription import Subscription

from ...model.payloads import notify as body_of
from ..fakes import (
    SPEAKER,
    Connection as SpeakerConnection,
    FakeReactor,
    FakeRequest,
    Transport,
    a_listener,
    a_subscription,
    notify,
    request_bytes,
)

if TYPE_CHECKING:
    from soco.events_base import Event

VOLUME = body_of({"Volume": "20"})
CHUNKED: dict[str, str | None] = {"CONTENT-LENGTH": None, "TRANSFER-ENCODING": "chunked"}
STRANGER = "198.51.100.66"


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    """Word a chunk of a body."""
    return b"%x%b\r\n%b\r\n" % (len(data), extension, data)


class Connection(SpeakerConnection):
    """A connection that any address can make, if the gatekeeper lets it in."""

    def __init__(self, reactor: MemoryReactorClock, host: str = STRANGER) -> None:
        """Connect."""
        site: Any = reactor.tcpServers[-1][1]
        self.transport = Transport(peerAddress=IPv4Address("TCP", host, 40000))
        self.channel = site.buildProtocol(self.transport.getPeer())
        if self.channel is not None:
            self.channel.makeConnection(self.transport)

    @property
    def let_in(self) -> bool:
        """Whether it was not refused at once."""
        return self.channel is not None

    @override
    def send(self, data: bytes) -> None:
        """Send bytes, unless the connection has been ended."""
        if self.let_in and not self.closed:
            super().send(data)


class House:
    """A listener on a fake reactor, and a subscription that waits for its events."""

    def __init__(self) -> None:
        """Open the listener."""
        self.reactor = FakeReactor()
        self.request = FakeRequest()
        self.listener = a_listener(self.reactor)
        self.listener.start()
        self.site: Any = self.reactor.tcpServers[-1][1]
        self.subscription = self.subscribed("uuid:1")
        self.path = f"/{self.subscription.token}"
        self.events: list[Event] = []
        self.subscription.callback = self.events.append

    def subscribed(self, sid: str) -> Subscription:
        """Subscribe once more."""
        subscription = a_subscription(self.reactor, self.request, listener=self.listener)
        subscription.subscribe()
        self.request.last.grant(sid)
        return subscription

    def notify(
        self,
        path: str | None = None,
        *,
        body: bytes = VOLUME,
        headers: Mapping[str, str | None] | None = None,
    ) -> int:
        """Let the speaker send a NOTIFY; return the status of its answer."""
        return notify(self.reactor, path or self.path, body, headers)

    def hears(self) -> bool:
        """Tell whether an honest event is heard and answered, as the only one."""
        self.events.clear()
        speaker = Connection(self.reactor, SPEAKER.ip_address)
        if not speaker.let_in:
            return False
        speaker.send(request_bytes(self.path, VOLUME))
        speaker.lose()
        return speaker.status == 200 and [e.variables for e in self.events] == [{"volume": "20"}]


def flood(house: House, count: int, per_address: int = 32) -> list[Connection]:
    """Open connections from as many addresses as it takes."""
    return [
        Connection(house.reactor, f"198.51.{address // 250}.{address % 250}")
        for address in (number // per_address for number in range(count))
    ]
