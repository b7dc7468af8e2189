"""One request to a speaker's HTTP server, and nothing that it does not need.

``requests`` looks for proxies, for passwords in files and for cookies before it sends anything, and
soco formats each request and answer for a log that nobody reads: together that takes four times as
long as the request itself.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from time import monotonic
from typing import NoReturn

from .errors import NotSonosError, PlayerUnreachableError
from .player import Player

#: Seconds that a request may take. Whoever executes a command says so.
request_seconds: ContextVar[float] = ContextVar("request_seconds", default=9.5)

#: Bytes of an answer; the longest that speakers give, a page of a large library, has some hundred
#: thousand.
MAX_ANSWER = 16 * 2**20

#: An answer that comes in pieces may take so many times as long as it may take to begin.
_PATIENCE = 3

_PIECE = 2**16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a speaker answered: a status, and a body."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 in it is replaced."""
        return self.body.decode(errors="replace")


def request(
    player: Player, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
) -> Answer:
    """Send a request over a connection of its own, and wait for the answer.

    Raises:
        PlayerUnreachableError: When there was no answer within the request's time, or no end of it.
        NotSonosError: When the answer is longer than ``MAX_ANSWER``.

    """
    seconds = request_seconds.get()
    connection = HTTPConnection(player.ip_address, player.port, timeout=seconds)
    try:
        connection.request(method, path, body, {"Connection": "close", **headers})
        response = connection.getresponse()
        read = _read(response, monotonic() + _PATIENCE * seconds)
    except (OSError, HTTPException) as error:
        _unreachable(player.ip_address, error)
    finally:
        connection.close()
    if len(read) > MAX_ANSWER:
        raise NotSonosError(player.ip_address)
    return Answer(response.status, read)


def _read(response: HTTPResponse, until: float) -> bytes:
    """Read a body, or a little more than may be of it."""
    read = bytearray()
    while len(read) <= MAX_ANSWER and (piece := response.read1(_PIECE)):
        read += piece
        if monotonic() > until:
            raise TimeoutError
    if response.length and len(read) <= MAX_ANSWER:
        raise IncompleteRead(bytes(read), response.length)
    return bytes(read)


def _unreachable(host: str, error: Exception) -> NoReturn:
    words = "does not answer" if isinstance(error, TimeoutError) else "cannot be reached"
    raise PlayerUnreachableError(host, words) from error
