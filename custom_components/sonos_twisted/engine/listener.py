"""The port that speakers send their NOTIFY requests to; ``notify_site`` is what answers there.

soco's ``EventListener``, with these differences: the port is chosen and kept by us, an address is
looked up for each speaker, and every subscription has a path of its own that only its speaker is
told.
"""

import contextlib
from dataclasses import dataclass, field
import logging
import os
import socket
from typing import Any, override

from soco import events_twisted
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError

from .door import Door
from .doorstep import Doorstep
from .errors import ListenError, PlayerUnreachableError
from .notify_site import NotifySite
from .packet_filter import PacketFilter
from .reactor import require_reactor_thread
from .subscription import SubscriptionsMap

_LOGGER = logging.getLogger(__name__)

ANY_ADDRESS = "0.0.0.0"  # noqa: S104, speakers on every connected network must reach it
DEFAULT_LISTEN_PORT = 1400

#: How many ports are tried, counting up from the first.
PORT_RANGE = 100

#: How many connections may wait to be accepted. What does not fit the operating system drops, and
#: its sender tries again after a second; Linux allows 4096 unless it was told otherwise.
BACKLOG = 4096


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """Where to listen, and what speakers are told about it.

    Attributes:
        address: Local IPv4 address to bind to.
        port: The first port to try, 1 to 65535.
        advertise_address: IPv4 address that speakers shall connect to, when it is not the one
            that this machine uses towards them (containers, port forwarding).
        advertise_port: Port that speakers shall connect to, when it is not the one listened on.

    """

    address: str = ANY_ADDRESS
    port: int = DEFAULT_LISTEN_PORT
    advertise_address: str | None = None
    advertise_port: int | None = None


class Listener(events_twisted.EventListener):
    """Listens for events; shared by all subscriptions that use the same settings.

    Everything but the attributes is for the reactor thread.

    Attributes:
        is_running: Whether a port is open.
        address: The local address and the port that are open; empty otherwise.
        subscriptions_map: The subscriptions that events are delivered to.
        openings: How many times a port was opened; whenever this grows, events may have been
            lost in between.
        error: Why no port is open, after an attempt to open one.

    """

    address: tuple[str, int] | tuple[()]

    def __init__(self, reactor: Any, settings: ListenSettings) -> None:
        """Prepare a listener; nothing is opened yet."""
        super().__init__()
        self.settings = settings
        self.subscriptions_map = SubscriptionsMap()
        self.requested_port_number = settings.port
        self.openings = 0
        self.error: ListenError | None = None
        self._descriptor: int | None = None
        self._reactor = reactor

    @override
    def start(self, any_zone: object = None) -> None:
        """Open the first free port; harmless when one is open.

        Args:
            any_zone: Not used; soco passes a speaker here.

        Raises:
            ListenError: When no port could be opened. Nothing is left half open.

        """
        require_reactor_thread(self._reactor)
        if not self.is_running:
            try:
                port = self.listen(self.settings.address)
            except ListenError as error:
                self.error = error
                raise
            self.error = None
            self.address = (self.settings.address, port)
            self.is_running = True
            self.openings += 1

    def can_be(self, settings: ListenSettings) -> bool:
        """Tell whether this port is the one that other settings would lead to, were it free."""
        if not self.address or settings.port not in {self.settings.port, self.address[1]}:
            return False
        bound = self.settings.address
        return settings.address == bound or (bound == ANY_ADDRESS and _is_local(settings.address))

    def under(self, settings: ListenSettings) -> Listener:
        """Return a listener at this open port that tells speakers what other settings say."""
        other = Listener(self._reactor, settings)
        other.subscriptions_map = self.subscriptions_map
        other.address = self.address
        other.is_running = True
        return other

    def reopen_if_lost(self) -> None:
        """Open a port if none is open any more, without complaining when that fails.

        A port is lost when its socket is closed behind our back or its address is taken from this
        machine, or when none was free at first.
        """
        if self.is_running:
            if self._is_open():
                return
            _LOGGER.warning(
                "The port for events at %s:%d was lost; opening one again", *self.address
            )
            self._let_go()
            self.stop()
        try:
            self.start()
        except ListenError as error:
            _LOGGER.debug("%s", error)
        else:
            _LOGGER.info("Listening for events at %s:%d", *self.address)

    @override
    def listen(self, ip_address: str) -> int:
        """Open the first port of the range that is free, and return it.

        Raises:
            ListenError: When none is.

        """
        site = NotifySite(self._reactor, self.subscriptions_map)
        first = self.requested_port_number
        last = min(first + PORT_RANGE - 1, 65535)
        reason = ""
        for number in range(first, last + 1):
            try:
                self.port = self._reactor.listenTCP(number, site, BACKLOG, ip_address)
            except CannotListenError as error:
                reason = str(error.socketError)
                continue
            except OSError as error:
                # Another process took the port between bind and listen, after Twisted had
                # started the site.
                site.doStop()
                reason = str(error)
                continue
            self._descriptor = self.port.fileno() if hasattr(self.port, "fileno") else None
            if hasattr(self.port, "socket"):
                site.gatekeeper.guard(PacketFilter(self.port.socket))
                doorstep = Doorstep(self._reactor, site.resource, site.gatekeeper)
                self.port.socket = Door(self.port.socket, site.gatekeeper.admits, doorstep.takes)
            if number != first:
                _LOGGER.info("Port %d is in use; listening for events on port %d", first, number)
            return int(self.port.getHost().port)
        raise ListenError(ip_address, first, last, reason)

    def _is_open(self) -> bool:
        """Ask the operating system: Twisted is not told when a socket of its own is closed."""
        if self.port is None or not self.port.connected:
            return False
        listening: socket.socket | None = getattr(self.port, "socket", None)
        if listening is None:
            return True
        try:
            ours = listening.getsockname() == self.address
            accepts = listening.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        except OSError:
            return False
        return ours and bool(accepts) and _is_local(self.settings.address)

    def _let_go(self) -> None:
        """Make Twisted forget the socket of a port that was lost."""
        port, number = self.port, self._descriptor
        if port is None or not port.connected or number is None:
            return
        try:
            os.fstat(number)
            ours = port.socket.getsockname() == self.address
        except OSError:
            ours = False
        if ours:
            return
        # The number may be somebody else's by now. It shall not be closed.
        port.socket.detach()
        try:
            port.stopReading()
        except OSError:
            # Twisted's epoll reactor tells the system first, which does not know the socket any
            # more. Without this it would take the next socket with that number for known, and
            # never look whether anything arrives there.
            for numbers in (self._reactor._reads, self._reactor._writes):  # noqa: SLF001
                numbers.discard(number)

    @override
    def stop(self) -> Deferred[None]:
        """Close the port; the Deferred fires when the operating system has let go of it."""
        require_reactor_thread(self._reactor)
        port, self.port = self.port, None
        self.is_running = False
        self.address = ()
        return maybeDeferred(port.stopListening) if port else maybeDeferred(lambda: None)

    def callback_url(self, host: str, token: str = "") -> str:
        """Return the URL that the speaker at ``host`` shall deliver events to.

        Its address is the advertised one, else the bound one, else the one that this machine
        uses towards that speaker: a machine in several networks has several.

        Raises:
            PlayerUnreachableError: When this machine is in no network that leads to the speaker.

        """
        settings = self.settings
        address = settings.advertise_address or settings.address
        if address == ANY_ADDRESS:
            address = local_address_towards(host)
        port = settings.advertise_port or (self.address[1] if self.address else settings.port)
        return f"http://{address}:{port}/{token}"


def local_address_towards(host: str) -> str:
    """Return the local IPv4 address that packets to ``host`` are sent from; sends nothing.

    Raises:
        PlayerUnreachableError: When there is no route to the host.

    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, DEFAULT_LISTEN_PORT))
        except OSError as error:
            raise PlayerUnreachableError(host, "cannot be reached: there is no route") from error
        return str(probe.getsockname()[0])


def _is_local(address: str) -> bool:
    """Tell whether this machine has an address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


@dataclass(slots=True)
class _Shared:
    listener: Listener
    users: int = 0


@dataclass(slots=True)
class Listeners:
    """The open listeners of a process: one for each combination of settings, shared by its users.

    For the reactor thread only.
    """

    reactor: Any
    _shared: dict[ListenSettings, _Shared] = field(default_factory=dict)

    def acquire(self, settings: ListenSettings) -> Listener:
        """Return the listener with these settings, opening it when it is the first use.

        When no port is free, the listener is returned closed: every subscription tries to open
        it, and :meth:`Listener.reopen_if_lost` does.
        """
        is_new = settings not in self._shared
        listener = self._take(settings)
        if is_new and listener.error is not None:
            _LOGGER.warning("%s; trying on", listener.error)
        return listener

    def _take(self, settings: ListenSettings) -> Listener:
        shared = self._shared.get(settings)
        if shared is None:
            shared = self._shared[settings] = _Shared(Listener(self.reactor, settings))
            with contextlib.suppress(ListenError):
                shared.listener.start()
        shared.users += 1
        return shared.listener

    def try_out(self, settings: ListenSettings, own: Listener | None = None) -> Listener:
        """Return a listener with these settings for a short while, until it is released.

        Args:
            settings: What is to be tried.
            own: A listener that would be released if the settings were changed to these, so that
                its port is as good as free.

        Returns:
            A listener that is closed when there is no port for it.

        """
        is_lent = own is not None and self._shared[own.settings].users == 1
        if own is not None and is_lent and settings not in self._shared and own.can_be(settings):
            return own.under(settings)
        return self._take(settings)

    def release(self, listener: Listener) -> Deferred[None]:
        """Give a listener back; the last one to do so closes its port."""
        shared = self._shared.get(listener.settings)
        if shared is None or shared.listener is not listener:
            # It stood at a port of somebody else's.
            return maybeDeferred(lambda: None)
        shared.users -= 1
        if shared.users:
            return maybeDeferred(lambda: None)
        del self._shared[listener.settings]
        return listener.stop()
