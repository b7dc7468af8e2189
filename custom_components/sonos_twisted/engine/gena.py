"""Requests of the General Event Notification Architecture, from our side.

GENA is chapter 4 of the UPnP Device Architecture: SUBSCRIBE, its renewal, and UNSUBSCRIBE.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, override
from urllib.parse import urlsplit

from twisted.internet import error
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.web.client import Agent, ResponseFailed
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IResponse
from zope.interface import implementer

from .errors import (
    HttpStatusError,
    PlayerUnreachableError,
    SubscriptionLostError,
    UpnpDisabledError,
)

if TYPE_CHECKING:
    from twisted.python.failure import Failure
    from twisted.web.client import URI

type ResponseHeaders = dict[str, str]


class GenaRequest(Protocol):
    """How a Subscription sends a request; :class:`GenaClient` in production."""

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str]
    ) -> Deferred[ResponseHeaders]:
        """Send a request; the result is the answer's headers with lower-case names."""


@implementer(IAgentEndpointFactory)
class _SpeakerEndpoints:
    """Connects to IPv4 addresses directly: no name resolver, so no resolver's thread pool."""

    def __init__(self, reactor: Any, connect_seconds: float) -> None:
        self._reactor = reactor
        self._connect_seconds = connect_seconds

    def endpointForURI(self, uri: URI) -> TCP4ClientEndpoint:  # noqa: N802, Twisted's name
        return TCP4ClientEndpoint(
            self._reactor, uri.host.decode("ascii"), uri.port, timeout=self._connect_seconds
        )


class GenaClient:
    """Sends SUBSCRIBE and UNSUBSCRIBE requests, each with a deadline and its status checked.

    Used on the reactor thread only.
    """

    def __init__(self, reactor: Any, seconds: float) -> None:
        """Prepare the client.

        Args:
            reactor: The reactor to send from, which is the clock of the deadlines too.
            seconds: Within this time from its start a request is answered or has failed.

        """
        self._reactor = reactor
        self._seconds = seconds
        self._agent = Agent.usingEndpointFactory(reactor, _SpeakerEndpoints(reactor, seconds))

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str]
    ) -> Deferred[ResponseHeaders]:
        """Send a request.

        Args:
            method: ``SUBSCRIBE`` or ``UNSUBSCRIBE``.
            url: The service's event URL.
            headers: The request's headers.

        Returns:
            A Deferred for the answer's headers, names in lower case. It fails with
            SubscriptionLostError (412), UpnpDisabledError (403), HttpStatusError (any other
            status that is not 200) or PlayerUnreachableError (refused, reset, no answer).

        """
        host = urlsplit(url).hostname or url
        request: Deferred[IResponse] = self._agent.request(
            method.encode("ascii"),
            url.encode("ascii"),
            Headers({name: [value] for name, value in headers.items()}),
        )
        # However Twisted says that it gave up, depending on how far it had come.
        request.addTimeout(self._seconds, self._reactor, lambda *_: _does_not_answer(host))
        answer: Deferred[ResponseHeaders] = request.addCallback(_checked, host, method)
        return answer.addErrback(_translated, host)


class _NoBody(TwistedProtocol):
    """Closes the connection instead of waiting for a body: the headers say everything."""

    @override
    def connectionMade(self) -> None:
        if self.transport is not None:
            self.transport.loseConnection()


_STATUS_ERRORS: dict[int, Callable[[str], Exception]] = {
    HTTPStatus.PRECONDITION_FAILED: SubscriptionLostError,
    HTTPStatus.FORBIDDEN: UpnpDisabledError,
}

_UNREACHABLE = (
    (error.TimeoutError, "does not answer"),
    (error.ConnectError, "cannot be reached"),
    (error.ConnectionClosed, "broke off the connection"),
    (ResponseFailed, "broke off the connection"),
)


def _does_not_answer(host: str) -> NoReturn:
    raise PlayerUnreachableError(host, "does not answer")


def _checked(response: IResponse, host: str, method: str) -> ResponseHeaders:
    """Return an answer's headers and let go of its connection, without waiting for a body."""
    response.deliverBody(_NoBody())
    status = int(response.code)
    if status != HTTPStatus.OK:
        if make := _STATUS_ERRORS.get(status):
            raise make(host)
        raise HttpStatusError(host, method, status)
    return {
        name.decode("latin-1").lower(): values[0].decode("latin-1")
        for name, values in response.headers.getAllRawHeaders()
    }


def _translated(failure: Failure, host: str) -> Failure:
    """Turn Twisted's errors of a connection into ours; anything else passes."""
    for kind, reason in _UNREACHABLE:
        if failure.check(kind):
            raise PlayerUnreachableError(host, reason) from None
    return failure
