"""Takes ordinary events where their connections are accepted.

A speaker makes a connection for each event, sends it at once, and closes. A transport and a
protocol of Twisted's for each of them, and the rounds of the reactor that they take to read, to
write and to close, cost several times as much as all that is done with the event. What is not
ordinary in every respect is not touched here: it is left to Twisted and ``notify_site``.
"""

from http import HTTPStatus
import logging
import socket
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IReadDescriptor
from zope.interface import implementer

from .notify_handler import ORDINARY_BODY, NotifyHandler, worded
from .ordinary_notify import MAX_HEAD, NotifyHead, read_head

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from .gatekeeper import Gatekeeper

_LOGGER = logging.getLogger(__name__)

#: Seconds for the rest of a body; a speaker sends all of it at once, and when some of it gets lost
#: on the air its system sends that again within a few seconds.
REST_SECONDS = 10.0

#: In how many pieces the rest may come: 8 kB make six of the usual TCP segments.
MAX_PIECES = 64

_MOST = MAX_HEAD + ORDINARY_BODY


class Doorstep:
    """Takes ordinary events of whoever is known; for the reactor thread."""

    def __init__(self, reactor: Any, handler: NotifyHandler, gatekeeper: Gatekeeper) -> None:
        """Hand events to a handler.

        Args:
            reactor: Waits for what has not come yet.
            handler: Takes events.
            gatekeeper: Knows who is known, and is told who waits here.

        """
        self.reactor = reactor
        self.handler = handler
        self.gatekeeper = gatekeeper

    def takes(self, connection: socket.socket, host: str) -> bool:
        """Take a connection if what it begins with is an ordinary event for a subscription.

        Args:
            connection: Just accepted.
            host: The address at its other end.

        Returns:
            Whether it has been taken. If not, nothing was read from it.

        """
        if self.gatekeeper.is_stranger(host):
            return False
        try:
            data = connection.recv(_MOST, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:
            return False
        head = read_head(data)
        if (
            head is None
            or head.length > ORDINARY_BODY
            or head.size + head.length < len(data)
            or self.handler.addressee(head.token, head.sid) is None
        ):
            return False
        visit = _Visit(self, connection, host, head)
        visit.doRead()
        if not visit.is_over:
            visit.wait()
        return True


@implementer(IReadDescriptor)
class _Visit:
    """A connection that brings an ordinary event."""

    def __init__(
        self, doorstep: Doorstep, connection: socket.socket, host: str, head: NotifyHead
    ) -> None:
        self._doorstep = doorstep
        self._connection = connection
        self._host = host
        self._head = head
        self._data = b""
        self._pieces = 0
        self._timer: Any = None
        self.is_over = False

    def wait(self) -> None:
        """Wait for the rest."""
        reactor = self._doorstep.reactor
        self._doorstep.gatekeeper.entered(self._host, self)
        self._timer = reactor.callLater(REST_SECONDS, self._refuse, HTTPStatus.REQUEST_TIMEOUT)
        reactor.addReader(self)

    # As the reactor sees it

    def fileno(self) -> int:
        """Return the number of the socket."""
        return self._connection.fileno()

    def logPrefix(self) -> str:  # noqa: N802, Twisted's name
        """Return what Twisted calls this when something goes wrong."""
        return type(self).__name__

    def doRead(self) -> None:  # noqa: N802, Twisted's name
        """Read what has come, and take the event when it is whole."""
        head = self._head
        whole = head.size + head.length
        try:
            piece = self._connection.recv(whole - len(self._data), socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.hang_up()
            return
        self._data += piece
        self._pieces += 1
        if len(self._data) == whole:
            self._take()
        elif self._pieces > MAX_PIECES:
            self._refuse(HTTPStatus.CONTENT_TOO_LARGE)

    def connectionLost(self, _reason: Failure) -> None:  # noqa: N802, Twisted's name
        """Take note that the connection is gone."""
        self.hang_up()

    # As the gatekeeper sees it

    def make_room(self) -> None:
        """End, because somebody else needs the place."""
        self._answer(HTTPStatus.SERVICE_UNAVAILABLE)

    def hang_up(self) -> None:
        """End without a word; harmless when repeated."""
        if self.is_over:
            return
        self.is_over = True
        if self._timer is not None:
            if self._timer.active():
                self._timer.cancel()
            self._doorstep.reactor.removeReader(self)
            self._doorstep.gatekeeper.left(self._host, self)
        self._connection.close()

    # What it comes to

    def _take(self) -> None:
        head, handler = self._head, self._doorstep.handler
        subscription = handler.addressee(head.token, head.sid)
        if subscription is None:
            self._answer(HTTPStatus.PRECONDITION_FAILED)  # it ended while the body came
            return
        self._doorstep.gatekeeper.delivered(self._host)
        handler.take(subscription, head.sid, head.seq, self._data[head.size :])
        self._answer(HTTPStatus.OK)

    def _refuse(self, status: HTTPStatus) -> None:
        _LOGGER.debug("Refused a request from %s: %s", self._host, status.phrase)
        self._doorstep.gatekeeper.limit_reached(self._host, status.phrase)
        self._answer(status)

    def _answer(self, status: HTTPStatus) -> None:
        """Answer, and hang up. A buffer that is empty has room for so short an answer."""
        if self.is_over:
            return
        try:
            self._connection.send(worded(status, last=True), socket.MSG_DONTWAIT)
        except OSError as error:
            _LOGGER.debug("%s did not wait for the answer: %s", self._host, error)
        self.hang_up()
