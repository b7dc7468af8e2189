"""One request to a speaker's HTTP server, and nothing that it does not need.

``requests`` looks for proxies, for passwords in files and for cookies before it sends anything, and
soco formats each request and answer for a log that nobody reads: together that takes four times as
long as the request itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import NoReturn

from .errors import PlayerUnreachableError
from .player import Player
from .runner import request_seconds


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
        PlayerUnreachableError: When there was no answer within the request's time.

    """
    connection = HTTPConnection(player.ip_address, player.port, timeout=request_seconds.get())
    try:
        connection.request(method, path, body, {"Connection": "close", **headers})
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except (OSError, HTTPException) as error:
        _unreachable(player.ip_address, error)
    finally:
        connection.close()


def _unreachable(host: str, error: Exception) -> NoReturn:
    words = "does not answer" if isinstance(error, TimeoutError) else "cannot be reached"
    raise PlayerUnreachableError(host, words) from error
