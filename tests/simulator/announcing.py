"""What players tell the whole network of themselves: SSDP and mDNS."""

import contextlib
from typing import TYPE_CHECKING, Protocol

from .mdns import Mdns
from .ssdp import Ssdp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .speaker import Speaker


class Announcer(Protocol):
    """A way to announce players."""

    def alive(self, speaker: Speaker) -> None:
        """Announce a player that is on the network, at its address and with its boot number."""

    def goodbye(self, speaker: Speaker, reason: str) -> None:
        """Announce that a player leaves."""

    def silence(self, speaker: Speaker) -> None:
        """Say nothing of a player any more, as it is off the network."""

    def close(self) -> None:
        """End it, without a word."""


class Announcements:
    """All the ways to announce players; none of them unless the network has multicast."""

    def __init__(self, announcers: Iterable[Announcer] = ()) -> None:
        """Take the ways."""
        self._announcers = list(announcers)

    def alive(self, speaker: Speaker) -> None:
        """Announce a player that is on the network."""
        for announcer in self._announcers:
            announcer.alive(speaker)

    def left(self, speaker: Speaker, reason: str | None) -> None:
        """Announce that a player leaves, or say nothing of it any more without a reason."""
        for announcer in self._announcers:
            if reason is not None:
                announcer.goodbye(speaker, reason)
            announcer.silence(speaker)

    def close(self) -> None:
        """End them all."""
        with contextlib.ExitStack() as stack:
            for announcer in self._announcers:
                stack.callback(announcer.close)


def announcements(reactor: object) -> Announcements:
    """Return announcements by SSDP and mDNS."""
    return Announcements((Ssdp(reactor), Mdns()))
