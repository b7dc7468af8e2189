"""Decides which NOTIFY requests are heard, and hands on what is in them."""

from functools import cache
from http import HTTPStatus
import logging
import re
from typing import TYPE_CHECKING, Any, override
from weakref import WeakKeyDictionary

from soco import events_twisted

from ..model import MalformedNotification, parse_notification
from .sequence import MAX_SEQ

if TYPE_CHECKING:
    from twisted.web.http_headers import Headers

    from .notify_site import NotifyRequest
    from .subscription import Subscription, SubscriptionsMap

_LOGGER = logging.getLogger(__name__)

#: Bytes. What is larger counts for the bound of ``Subscription.large_bodies``; of the known events
#: only topologies of more than five rooms do.
ORDINARY_BODY = 8192

#: Seconds between two complaints about events of one subscription that cannot be read.
COMPLAINT_SECONDS = 3600.0

_SEQ = re.compile(rb"[0-9]{1,10}")


class NotifyHandler(events_twisted.EventNotifyHandler):
    """Decides which requests are heard, and hands their variables to their subscriptions."""

    def __init__(self, clock: Any, subscriptions_map: SubscriptionsMap) -> None:
        """Deliver to the subscriptions of this map."""
        super().__init__()
        self.subscriptions_map = subscriptions_map
        self._clock = clock
        # When it was last said that an event of theirs cannot be read.
        self._complained: WeakKeyDictionary[Subscription, float] = WeakKeyDictionary()

    def judge(
        self, request: NotifyRequest, method: bytes, target: bytes, length: int | None
    ) -> HTTPStatus:
        """Return the status that a request line and headers deserve, and a length if announced.

        What is wrong gets the status that UPnP Device Architecture 4.3.2 gives it. A header that
        stands there twice says nothing.
        """
        if method != b"NOTIFY":
            return HTTPStatus.METHOD_NOT_ALLOWED
        headers = request.requestHeaders
        sid, seq = _single(headers, b"sid"), _single(headers, b"seq")
        if sid is None or _single(headers, b"nt") is None or _single(headers, b"nts") is None:
            return HTTPStatus.BAD_REQUEST
        if seq is None or not _SEQ.fullmatch(seq) or int(seq) > MAX_SEQ:
            return HTTPStatus.BAD_REQUEST
        if not target.startswith(b"/"):
            return HTTPStatus.BAD_REQUEST
        request.token = target[1:].decode("latin-1")
        request.sid, request.seq = sid.decode("latin-1"), int(seq)
        subscription = self.addressee(request.token, request.sid)
        if subscription is None:
            return HTTPStatus.PRECONDITION_FAILED
        affordable = affords(subscription, length or 0)
        return HTTPStatus.OK if affordable else HTTPStatus.SERVICE_UNAVAILABLE

    def addressee(self, token: str, sid: str) -> Subscription | None:
        """Return the subscription that a request is for, if there is one."""
        subscription: Subscription | None = self.subscriptions_map.by_token(token)
        # Before the answer to SUBSCRIBE has come, the token alone says whose event this is.
        if subscription is None or subscription.sid not in {None, sid}:
            return None
        return subscription

    @override
    def render_NOTIFY(self, request: NotifyRequest) -> bytes:
        """Take the variables of a NOTIFY that has been answered.

        Whether its body can be read makes no difference to the answer: the speaker would only
        send it again.
        """
        if request.subscription is not None:
            self.take(request.subscription, request.sid, request.seq, request.body)
        return b""

    def take(self, subscription: Subscription, sid: str, seq: int, body: bytes) -> None:
        """Hand the variables in a body to a subscription."""
        try:
            variables = parse_notification(body)
        except MalformedNotification as error:
            _LOGGER.log(
                logging.WARNING if self._is_worth_a_line(subscription) else logging.DEBUG,
                "%s sends an event that cannot be read: %s",
                subscription.name,
                error,
            )
            return
        try:
            subscription.receive(sid, seq, variables)
        except Exception:
            # A mistake of whoever takes events must not make the speaker's request fail.
            _LOGGER.exception("%s: an event could not be handled", subscription.name)

    def _is_worth_a_line(self, subscription: Subscription) -> bool:
        """Tell whether the last complaint about the events of a subscription is long ago."""
        now = self._clock.seconds()
        last = self._complained.get(subscription)
        if last is not None and now - last < COMPLAINT_SECONDS:
            return False
        self._complained[subscription] = now
        return True


def affords(subscription: Subscription, size: int) -> bool:
    """Tell whether a subscription may be sent a body of this size now."""
    return size <= ORDINARY_BODY or subscription.large_bodies.left > 0


@cache
def worded(status: HTTPStatus, *, last: bool) -> bytes:
    """Word an answer: it has no body, and does not tell what we are made of.

    Args:
        status: What it says.
        last: Whether the connection ends with it.

    """
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", "Content-Length: 0"]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        lines.append("Allow: NOTIFY")
    if last:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _single(headers: Headers, name: bytes) -> bytes | None:
    """Return a header that stands there once."""
    values = headers.getRawHeaders(name)
    return values[0] if values is not None and len(values) == 1 else None
