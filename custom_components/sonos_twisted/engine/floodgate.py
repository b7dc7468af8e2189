"""Shuts out strangers by the operating system while they flood the port.

To refuse a connection at the door takes 40 microseconds of the thread that serves speakers; to drop
it in the system takes nothing of it. But then nobody tells whether the flood goes on. So the gate
opens from time to time, and shuts again if it does.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .packet_filter import PacketFilter

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall

#: How many strangers must be refused within a second.
REFUSALS = 64
REFUSALS_SECONDS = 1.0

#: Seconds for which the gate is shut: at first, and at most; each time twice as long as before. The
#: gatekeeper must see a flood go on before it takes it for over.
FIRST_SECONDS = 5.0
LONGEST_SECONDS = 30.0

#: Seconds for which it must have been open for the flood to count as over.
CALM_SECONDS = 10.0


class Floodgate:
    """Drops connections of strangers while there are too many. Lives on the reactor thread."""

    def __init__(
        self, clock: Any, packet_filter: PacketFilter, known: Callable[[], Iterable[str]]
    ) -> None:
        """Begin with an open gate.

        Args:
            clock: The reactor, or a fake clock.
            packet_filter: What drops them.
            known: Returns the addresses of those who are no strangers.

        """
        self._clock = clock
        self.packet_filter = packet_filter
        self._known = known
        self._seconds = FIRST_SECONDS
        self._opened_at = self._counting_since = float("-inf")
        self._refused = 0
        self._opening: IDelayedCall | None = None

    @property
    def is_shut(self) -> bool:
        """Whether strangers are being dropped."""
        return self._opening is not None

    def refused(self) -> None:
        """Take note that a stranger had to be refused."""
        # Some that were waiting already can come while it is shut.
        if self.is_shut or not self.packet_filter.works:
            return
        now = self._clock.seconds()
        if now - self._counting_since > REFUSALS_SECONDS:
            self._counting_since, self._refused = now, 0
        self._refused += 1
        if self._refused >= REFUSALS:
            self._shut(goes_on=now - self._opened_at < CALM_SECONDS)

    def _shut(self, *, goes_on: bool) -> None:
        self._seconds = min(2 * self._seconds, LONGEST_SECONDS) if goes_on else FIRST_SECONDS
        self._refused = 0
        if self.packet_filter.attach(self._known()):
            self._opening = self._clock.callLater(self._seconds, self._open)

    def _open(self) -> None:
        self._opening = None
        self._opened_at = self._clock.seconds()
        self.packet_filter.detach()

    def known_grew(self) -> None:
        """Let somebody in who is no stranger any more."""
        if self.is_shut and not self.packet_filter.attach(self._known()):
            self.open()

    def open(self) -> None:
        """Let everybody in; harmless when it is open."""
        if self._opening is not None:
            self._opening.cancel()
            self._open()
