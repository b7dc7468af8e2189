"""HTTP as players speak it."""

# mypy: disallow-untyped-calls=False
from typing import TYPE_CHECKING, Any, override

from twisted.web.http import HTTPChannel
from twisted.web.server import Site

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.web.http_headers import Headers
    from twisted.web.resource import Resource

# Of the names that players don't write in capitals.
_AS_IT_IS = frozenset({b"server", b"connection"})


class PlayerChannel(HTTPChannel):
    """Writes header names in capitals and closes after each answer."""

    @override
    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        lines = [version, b" ", code, b" ", reason, b"\r\n"]
        for name, values in headers.getAllRawHeaders():
            shown = name if name.lower() in _AS_IT_IS else name.upper()
            for value in values:
                lines += [shown, b": ", value, b"\r\n"]
        transport: Any = self.transport
        transport.writeSequence([*lines, b"\r\n"])

    @override
    def checkPersistence(self, request: object, version: bytes) -> bool:
        return False


class QuietSite(Site):
    """A site without an access log that closes no connection for being slow."""

    def __init__(self, resource: Resource) -> None:
        """Serve a resource."""
        super().__init__(resource, timeout=None)
        self.displayTracebacks = False

    @override
    def log(self, request: object) -> None:
        """Keep no access log."""


class PlayerSite(QuietSite):
    """Knows its connections, so that a player that loses its power can cut them."""

    protocol = PlayerChannel  # type: ignore[assignment]

    def __init__(self, resource: Resource) -> None:
        """Serve a resource."""
        super().__init__(resource)
        self._channels: list[Any] = []

    @override
    def buildProtocol(self, addr: IAddress | None) -> Any:
        channel = super().buildProtocol(addr)
        self._channels = [c for c in self._channels if getattr(c.transport, "connected", False)]
        self._channels.append(channel)
        return channel

    def cut(self) -> None:
        """Cut every connection."""
        for channel in self._channels:
            if channel.transport is not None:
                channel.transport.abortConnection()
        self._channels.clear()
