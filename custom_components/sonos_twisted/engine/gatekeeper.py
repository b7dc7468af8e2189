"""How many connections the listener holds open, and whose; and what is said about those refused.

Anybody on the network can connect. What holds is that this costs a bounded amount of memory, and
that speakers get in whatever others do: who has been here longest without being done makes room
for who comes now, for speakers that we subscribed to places are kept free, and others come in no
faster than it takes to serve speakers in between.
"""

from collections.abc import Collection
import logging
from typing import TYPE_CHECKING, Any, Protocol

from .allowance import Allowance
from .floodgate import Floodgate

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall

    from .packet_filter import PacketFilter

_LOGGER = logging.getLogger(__name__)

#: Speakers use one connection for each event and close it. 32 rooms that are subscribed to all at
#: once have 250 first events to tell, and those may all have waited while the process was busy:
#: as many as the operating system lets wait are then open within milliseconds.
MAX_CONNECTIONS = 512

#: On top of these, for the addresses of speakers that we subscribed to.
RESERVED_CONNECTIONS = 256

#: A speaker uses about ten, one for each lease, in the worst case. But where a container or a port
#: forwarding hides the speakers' addresses, the 250 events above come from one.
MAX_CONNECTIONS_PER_ADDRESS = 256

#: Seconds. A connection that is older makes room for a new one when a limit is reached: an event
#: is here milliseconds after its connection.
PATIENCE_SECONDS = 1.0

#: How many connections strangers can make at once, and in a second afterwards: to let somebody in
#: and out again costs a hundred times what it costs to refuse him at the door, and speakers queue
#: behind him. Strangers are neither speakers nor have delivered an event lately.
STRANGERS_AT_ONCE = 64
STRANGERS_PER_SECOND = 200.0

#: How many addresses are remembered that delivered an event without being a speaker's: those of
#: containers and of port forwardings, and second ones of speakers.
MAX_MESSENGERS = 64

#: Seconds without a refusal after which the trouble counts as over.
QUIET_SECONDS = 60.0


class Visitor(Protocol):
    """A connection."""

    def make_room(self) -> None:
        """End, because somebody else needs the place."""

    def hang_up(self) -> None:
        """End without a word."""


class Gatekeeper:
    """Counts the connections of one port. Lives on the reactor thread; each call costs O(1)."""

    def __init__(self, clock: Any, speakers: Collection[str]) -> None:
        """Begin with nobody inside.

        Args:
            clock: The reactor, or a fake clock.
            speakers: The addresses of speakers that were asked for events; this may change.

        """
        self._clock = clock
        self._speakers = speakers
        # When each came, the oldest first: dicts keep the order.
        self._inside: dict[Visitor, float] = {}
        self._by_host: dict[str, dict[Visitor, float]] = {}
        self._strangers = Allowance(clock, STRANGERS_AT_ONCE, STRANGERS_PER_SECOND)
        # Who delivered last is the last: dicts keep the order.
        self._messengers: dict[str, None] = {}
        self._refusals = 0
        self._last_refusal = 0.0
        self._timer: IDelayedCall | None = None
        self.floodgate: Floodgate | None = None

    def guard(self, packet_filter: PacketFilter) -> None:
        """Shut out strangers with this filter while there are too many."""
        self.floodgate = Floodgate(
            self._clock, packet_filter, lambda: (*self._speakers, *self._messengers)
        )

    def known_grew(self) -> None:
        """Take note that somebody is no stranger any more."""
        if self.floodgate is not None:
            self.floodgate.known_grew()

    @property
    def inside(self) -> int:
        """How many connections are open."""
        return len(self._inside)

    def admits(self, host: str) -> bool:
        """Decide about a new connection, and make room for it where that is possible.

        May be asked twice about the same one.
        """
        if self.is_stranger(host) and self._strangers.left < 1.0:
            if self.floodgate is not None:
                self.floodgate.refused()
            self.limit_reached(host, "too many connections within a short time")
            return False
        theirs = self._by_host.get(host, {})
        if len(theirs) >= MAX_CONNECTIONS_PER_ADDRESS and not self._room_among(theirs):
            self.limit_reached(host, "too many connections from there")
            return False
        if len(self._inside) < MAX_CONNECTIONS or self._room_among(self._inside):
            return True
        is_reserved = len(self._inside) < MAX_CONNECTIONS + RESERVED_CONNECTIONS
        if is_reserved and host in self._speakers:
            return True
        self.limit_reached(host, "too many connections")
        return False

    def entered(self, host: str, visitor: Visitor) -> None:
        """Take note of an open connection."""
        now = self._clock.seconds()
        if self.is_stranger(host):
            self._strangers.take(1.0)
        self._inside[visitor] = now
        self._by_host.setdefault(host, {})[visitor] = now

    def left(self, host: str, visitor: Visitor) -> None:
        """Take note that a connection ended; harmless when that is known."""
        if self._inside.pop(visitor, None) is not None:
            theirs = self._by_host[host]
            del theirs[visitor]
            if not theirs:
                del self._by_host[host]

    def is_stranger(self, host: str) -> bool:
        """Tell whether somebody is neither a speaker nor has delivered an event lately."""
        return host not in self._speakers and host not in self._messengers

    def delivered(self, host: str) -> None:
        """Take note that an event came from there."""
        if host in self._speakers:
            return
        is_new = host not in self._messengers
        self._messengers.pop(host, None)
        self._messengers[host] = None
        if len(self._messengers) > MAX_MESSENGERS:
            del self._messengers[next(iter(self._messengers))]
        if is_new:
            self.known_grew()

    def wanted_too_much(self, host: str) -> None:
        """Take note that who delivered events from there does what no speaker does."""
        self._messengers.pop(host, None)

    def _room_among(self, visitors: dict[Visitor, float]) -> bool:
        """End the oldest of these connections, unless it is young."""
        visitor, came = next(iter(visitors.items()))
        if self._clock.seconds() - came < PATIENCE_SECONDS:
            return False
        visitor.make_room()
        return True

    def limit_reached(self, host: str, reason: str) -> None:
        """Say that a limit was reached, the first time; count it otherwise."""
        self._refusals += 1
        self._last_refusal = self._clock.seconds()
        if self._timer is None:
            _LOGGER.warning(
                "Refused a request from %s: %s. Others will be refused without a word"
                " until it is quiet again",
                host,
                reason,
            )
            self._timer = self._clock.callLater(QUIET_SECONDS, self._look_again)

    def _look_again(self) -> None:
        quiet = self._clock.seconds() - self._last_refusal
        if quiet < QUIET_SECONDS:
            self._timer = self._clock.callLater(QUIET_SECONDS - quiet, self._look_again)
            return
        self._timer = None
        _LOGGER.warning("It is quiet again; requests that were refused: %d", self._refusals)
        self._refusals = 0

    def close(self) -> None:
        """End all connections; the port is closed."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if self.floodgate is not None:
            self.floodgate.open()
        for visitor in list(self._inside):
            visitor.hang_up()
