"""Refuses and serves connections where they are accepted, before anything is made for them."""

from collections.abc import Callable
import errno
import socket
import struct
import time
from typing import Any

#: How many are let in, and how many refused, before others get their turn: about two milliseconds.
ADMISSIONS_IN_A_ROW = 4
REFUSALS_IN_A_ROW = 128

#: Seconds for which this thread sleeps when it is the turn of others. Whoever waits for Python's
#: lock gets it then; in a pause for a system call, this thread mostly takes it back first.
GIVING_WAY = 0.00005

#: Seconds for which the system keeps back a connection over which nothing has come. A speaker needs
#: a moment from connecting to sending; to wake up for both would take twice as much.
_KEPT_BACK = 1

#: Closes a connection without a word, so that the system has nothing to keep of it.
_RESET = struct.pack("ii", 1, 0)


class Door:
    """Takes the place of a listening socket, and lets in who is admitted and not served at once.

    Twisted would make an address and ask the factory first, which takes three times as long as to
    refuse.
    """

    def __init__(
        self,
        listening: socket.socket,
        admits: Callable[[str], bool],
        serves: Callable[[socket.socket, str], bool],
    ) -> None:
        """Stand in for a socket.

        Args:
            listening: The socket.
            admits: Decides by the address of the other side.
            serves: Takes a connection from that address, or leaves it untouched.

        """
        self._socket = listening
        self._admits = admits
        self._serves = serves
        self._admissions = 0
        if (keep_back := getattr(socket, "TCP_DEFER_ACCEPT", None)) is not None:
            listening.setsockopt(socket.IPPROTO_TCP, keep_back, _KEPT_BACK)

    def accept(self) -> tuple[socket.socket, tuple[Any, ...]]:
        """Accept the next connection that is admitted.

        Raises:
            OSError: As accept() does; also when it is the turn of others, as if there were none
                left: the reactor asks again as long as there are.

        """
        refusals = 0
        while self._admissions < ADMISSIONS_IN_A_ROW and refusals < REFUSALS_IN_A_ROW:
            try:
                connection, address = self._socket.accept()
            except OSError:
                self._admissions = 0
                raise
            if self._admits(address[0]):
                self._admissions += 1
                if self._serves(connection, address[0]):
                    continue
                return connection, address
            refusals += 1
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.close()
        self._admissions = 0
        time.sleep(GIVING_WAY)
        raise BlockingIOError(errno.EWOULDBLOCK, "enough for now")

    def __getattr__(self, name: str) -> Any:
        """Do all else as the socket does it."""
        return getattr(self._socket, name)
