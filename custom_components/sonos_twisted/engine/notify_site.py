"""The HTTP that speakers speak to us: NOTIFY requests within bounds, and nothing else.

A request is judged when its headers are complete. Who names no subscription's token is refused
then, so that nothing is kept of a body that a stranger sends. ``twisted.web`` does the parsing;
what it has on top for web sites (forms, cookies, sessions, files, pages that show errors, an
access log) is not used.
"""

from http import HTTPStatus
from io import BytesIO
import logging
import re
from typing import TYPE_CHECKING, Any, override

from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel, Request
from twisted.web.server import Site

from .gatekeeper import Gatekeeper
from .notify_handler import ORDINARY_BODY, NotifyHandler, affords, worded

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure

    from .subscription import Subscription, SubscriptionsMap

_LOGGER = logging.getLogger(__name__)

#: Bytes; the topology of 32 rooms, the largest known notification, takes about 40,000. Reading
#: what is this large keeps the reactor busy for up to 40 ms.
MAX_BODY = 262_144

#: In how many pieces a body may come. The largest makes 490 of the smallest usual TCP segments;
#: chunks of one byte each would keep us busy for a second.
MAX_PIECES = 1024

#: Bytes. A speaker's request line has about 45.
MAX_REQUEST_LINE = 512

#: Speakers send about ten headers, with less than 100 bytes each. What is longer than a number may
#: be (4300 digits) would make Python refuse to read it as one.
MAX_HEADERS = 64
MAX_HEADER_LINE = 4000
MAX_HEADER_BYTES = 8192

#: Speakers send one request over each connection.
MAX_REQUESTS = 16

#: Seconds without a byte, and for a whole request; a speaker sends all of it at once, and when
#: some of it gets lost on the air its system sends that again within a few seconds.
IDLE_SECONDS = 10.0
REQUEST_SECONDS = 30.0

#: Seconds for the other side to take an answer before it is cut off.
CLOSING_SECONDS = 5.0

_OTHER_VERSION = re.compile(rb"HTTP/(?!1\.[01]$)[0-9]+(\.[0-9]+)?")

#: How the lines begin that :func:`_suspicion` looks at; looking at each would cost too much.
_SUSPECT = frozenset(b" \ttT")

#: Statuses that tell of somebody who wants more than a speaker does. The others are mistakes,
#: or of subscriptions that have ended.
_LIMITS = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONTENT_TOO_LARGE,
        HTTPStatus.URI_TOO_LONG,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


class NotifyRequest(Request):
    """One request.

    Attributes:
        status: What it deserves, as far as it has come.
        token: The subscription that it says it is for.
        sid: Its SID.
        seq: Its SEQ.
        body: Its body, when it is complete.
        subscription: Whose event it is, when it is complete.

    """

    channel: NotifyChannel
    client: Any
    content: BytesIO
    status = HTTPStatus.OK
    token = ""
    sid = ""
    seq = 0
    body = b""
    subscription: Subscription | None = None
    _size = 0
    _pieces = 0

    @override
    def parseCookies(self) -> None:
        return

    @override
    def gotLength(self, length: int | None) -> None:
        # Twisted would keep a large or chunked body in a file; ours are small enough for memory.
        self.content = BytesIO()

    @override
    def handleContentChunk(self, data: bytes) -> None:
        self._size += len(data)
        self._pieces += 1
        if self._size > MAX_BODY or self._pieces > MAX_PIECES:
            self.channel.refuse(HTTPStatus.CONTENT_TOO_LARGE)
        elif self.status is HTTPStatus.OK:
            self.content.write(data)

    @override
    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        # Twisted's own would look for arguments in the path and for forms in the body.
        self.method, self.uri, self.path, self.clientproto = command, path, path, version
        self.args: dict[bytes, list[bytes]] = {}
        self.process()

    @override
    def process(self) -> None:
        """Answer, then look what is in it."""
        handler, self.body = self.channel.site.resource, self.content.getvalue()
        if self.status is HTTPStatus.OK:
            self.subscription = handler.addressee(self.token, self.sid)
            if self.subscription is None:
                self.status = HTTPStatus.PRECONDITION_FAILED  # it ended while the body came
            elif not affords(self.subscription, len(self.body)):
                self.status, self.subscription = HTTPStatus.SERVICE_UNAVAILABLE, None
            else:
                self.channel.factory.gatekeeper.delivered(self.channel.host)
                if len(self.body) > ORDINARY_BODY:
                    self.subscription.large_bodies.take(len(self.body))
        self.channel.answer(self.status)
        self.startedWriting = 1
        self.finish()
        handler.render_NOTIFY(self)

    @override
    def __repr__(self) -> str:
        """Return what can be logged: other than Twisted's, the path is not part of it."""
        return f"<{type(self).__name__} from {self.client.host}>"


class NotifyChannel(HTTPChannel):
    """One connection, within the bounds that a speaker stays in.

    Attributes:
        host: The address at its other end.

    """

    MAX_LENGTH = MAX_HEADER_LINE
    # Ours come first; these are there in case they do not.
    maxHeaders = MAX_HEADERS  # noqa: N815, Twisted's name
    totalHeadersSize = MAX_REQUEST_LINE + MAX_HEADER_BYTES  # noqa: N815, Twisted's name

    factory: NotifySite
    site: NotifySite
    timeOut: float | None  # type: ignore[assignment] # noqa: N815, Twisted's name and fractions
    transport: Any
    _closing = False
    _requests = 0
    host = ""

    @override
    def connectionMade(self) -> None:
        self._await_request()
        super().connectionMade()
        self.factory.gatekeeper.entered(self.host, self)

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.factory.gatekeeper.left(self.host, self)
        super().connectionLost(reason)

    def _await_request(self) -> None:
        self._method = self._target = b""
        self._begun = False
        self._header_lines = self._header_bytes = 0
        self._deadline = self.factory.reactor.seconds() + REQUEST_SECONDS

    # What comes in

    @override
    def dataReceived(self, data: bytes) -> None:
        if self._closing:
            return
        self._begun = True
        # Twisted restarts its clock with every byte; the whole request has a deadline as well.
        left = self._deadline - self.factory.reactor.seconds()
        self.timeOut = max(0.01, min(IDLE_SECONDS, left))
        super().dataReceived(data)

    @override
    def lineReceived(self, line: bytes) -> None:
        if self._closing:
            return
        if not self._method:
            wrong = self._request_line_received(line)
        else:
            self._header_lines += 1
            self._header_bytes += len(line)
            wrong = None
            # The empty line behind the headers is counted, too.
            if self._header_lines > MAX_HEADERS + 1 or self._header_bytes > MAX_HEADER_BYTES:
                wrong = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            elif line and line[0] in _SUSPECT:
                wrong = _suspicion(line)
        if wrong is None:
            super().lineReceived(line)
        else:
            self.refuse(wrong)

    def _request_line_received(self, line: bytes) -> HTTPStatus | None:
        """Return what is wrong with a request line; Twisted finds out what is malformed."""
        if len(line) > MAX_REQUEST_LINE:
            return HTTPStatus.URI_TOO_LONG
        method, _, rest = line.partition(b" ")
        target, _, version = rest.partition(b" ")
        if _OTHER_VERSION.fullmatch(version):
            return HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
        # An empty line in front of a request is allowed, once.
        if line:
            self._requests += 1
            self._method, self._target = method or b"?", target
        return None

    @override
    def lineLengthExceeded(self, line: bytes) -> None:
        if self._method:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            self.refuse(HTTPStatus.URI_TOO_LONG)

    @override
    def allHeadersReceived(self) -> None:
        request, length = self.requests[-1], self.length
        headers = request.requestHeaders
        if length is not None and length > MAX_BODY:
            status = HTTPStatus.CONTENT_TOO_LARGE
        else:
            status = self.site.resource.judge(request, self._method, self._target, length)
            if length == 0 and status is HTTPStatus.OK and not headers.hasHeader(b"content-length"):
                status = HTTPStatus.LENGTH_REQUIRED
        request.status = status
        # A body that is short is passed over before the answer: closing a connection on which
        # something is still unread can destroy the answer before it is read.
        short = length is not None and length <= MAX_BODY and not headers.hasHeader(b"expect")
        if status is HTTPStatus.OK or short:
            super().allHeadersReceived()
        else:
            self.refuse(status)

    @override
    def checkPersistence(self, request: NotifyRequest, version: bytes) -> bool:
        persistent = super().checkPersistence(request, version)
        return persistent and request.status is HTTPStatus.OK and self._requests < MAX_REQUESTS

    @override
    def allContentReceived(self) -> None:
        if not self._closing:
            super().allContentReceived()

    @override
    def requestDone(self, request: NotifyRequest) -> None:
        self._await_request()
        super().requestDone(request)

    # What goes out

    def answer(self, status: HTTPStatus) -> None:
        """Answer a request that has come to its end."""
        self._tell_of(status)
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.factory.gatekeeper.wanted_too_much(self.host)
        self.write(worded(status, last=not self.persistent))

    def refuse(self, status: HTTPStatus) -> None:
        """Answer what came so far and hear no more; harmless when repeated."""
        if self._closing:
            return
        self._tell_of(status)
        self.write(worded(status, last=True))
        self.hang_up()

    def _tell_of(self, status: HTTPStatus) -> None:
        if status is not HTTPStatus.OK:
            _LOGGER.debug("Refused a request from %s: %s", self.host, status.phrase)
        if status in _LIMITS:
            self.factory.gatekeeper.limit_reached(self.host, status.phrase)

    def hang_up(self) -> None:
        """End without a word, but with what was said; harmless when repeated."""
        if self._closing:
            return
        self._closing = True
        self.loseConnection()
        self.setTimeout(CLOSING_SECONDS)

    @override
    def timeoutConnection(self) -> None:
        # Twisted's own writes a log event, and while nobody takes Twisted's log it keeps the last
        # 65,536 of them, each with its connection.
        if self._closing:
            self.transport.abortConnection()
        elif self._begun:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.hang_up()

    def make_room(self) -> None:
        """End, because somebody else needs the place."""
        self.factory.gatekeeper.left(self.host, self)
        self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    @override
    def _respondToBadRequestAndDisconnect(self) -> None:
        # Where Twisted finds something malformed.
        self.refuse(HTTPStatus.BAD_REQUEST)


def _suspicion(line: bytes) -> HTTPStatus | None:
    """Return what is wrong with a line among the headers that begins like some that are."""
    if line[:1] in {b" ", b"\t"}:
        # A header that goes on in a second line, which RFC 9112 forbids.
        return HTTPStatus.BAD_REQUEST
    name, _, value = line.partition(b":")
    if name.lower() == b"transfer-encoding" and value.strip().lower() != b"chunked":
        return HTTPStatus.NOT_IMPLEMENTED
    return None


class NotifySite(Site):
    """What answers on one port."""

    protocol: Any = NotifyChannel
    noisy = False
    resource: NotifyHandler

    def __init__(self, reactor: Any, subscriptions_map: SubscriptionsMap) -> None:
        """Deliver to the subscriptions of this map."""
        super().__init__(
            NotifyHandler(reactor, subscriptions_map),
            requestFactory=NotifyRequest,
            reactor=reactor,
            timeout=IDLE_SECONDS,
            parsePOSTFormSubmission=False,
        )
        self.displayTracebacks = False
        self.gatekeeper = Gatekeeper(reactor, subscriptions_map.hosts)
        subscriptions_map.on_new_host = self.gatekeeper.known_grew

    @override
    def buildProtocol(self, addr: IAddress | None) -> Any:
        host = getattr(addr, "host", "")
        if not self.gatekeeper.admits(host):
            return None  # Twisted closes the connection at once
        channel: Any = super().buildProtocol(addr)
        channel.host = host
        return channel

    @override
    def startFactory(self) -> None:
        # Twisted's own looks at the time every second, for the access log that we do not keep.
        return

    @override
    def stopFactory(self) -> None:
        self.gatekeeper.close()

    @override
    def log(self, request: object) -> None:
        # It would write a line for each event.
        return
