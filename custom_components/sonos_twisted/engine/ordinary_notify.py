"""Reads the NOTIFY requests that speakers send all day, which all look alike, at one glance.

``twisted.web`` takes a request apart line by line and makes objects of it. That takes longer than
all else that is done with an event. What is not ordinary in every respect is left to it.
"""

from dataclasses import dataclass, field
import re

from .sequence import MAX_SEQ

#: Bytes of a head that can be ordinary; speakers' have about 300.
MAX_HEAD = 1024

#: In how many pieces it may come: 8 kB make six of the usual TCP segments.
MAX_PIECES = 16

_HEAD = re.compile(
    rb"NOTIFY /([\w-]{1,64}) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z-]{1,32}:[ \t]*[!-~](?:[ -~]*[!-~])?\r\n){4,12})\r\n"
)
_HEADER = re.compile(rb"([A-Za-z-]+):[ \t]*([^\r]*)\r\n")
_NUMBER = re.compile(rb"[0-9]{1,10}")
_NEEDED = frozenset({b"nt", b"nts", b"sid", b"seq", b"content-length"})
_ALLOWED = _NEEDED | {b"connection", b"content-type", b"date", b"host", b"server", b"user-agent"}


@dataclass(frozen=True, slots=True)
class NotifyHead:
    """What is in front of the body of an ordinary NOTIFY.

    Attributes:
        token: The last part of its path.
        sid: Its SID.
        seq: Its SEQ.
        length: Bytes of its body.
        size: Bytes of the head itself.
        last: Whether the speaker sends nothing else over this connection.

    """

    token: str = field(repr=False)
    sid: str
    seq: int
    length: int
    size: int
    last: bool


def read_head(data: bytes) -> NotifyHead | None:
    """Read the head of a request; None if it is not there, or not ordinary."""
    match = _HEAD.match(data, 0, MAX_HEAD)
    if match is None:
        return None
    lines = _HEADER.findall(match[2])
    headers = {name.lower(): value for name, value in lines}
    if len(headers) != len(lines):
        return None
    if not headers.keys() >= _NEEDED or not headers.keys() <= _ALLOWED:
        return None
    seq, length = headers[b"seq"], headers[b"content-length"]
    connection = headers.get(b"connection", b"keep-alive").lower()
    if not (
        _NUMBER.fullmatch(seq)
        and _NUMBER.fullmatch(length)
        and int(seq) <= MAX_SEQ
        and connection in {b"close", b"keep-alive"}
    ):
        return None
    return NotifyHead(
        token=match[1].decode("ascii"),
        sid=headers[b"sid"].decode("ascii"),
        seq=int(seq),
        length=int(length),
        size=match.end(),
        last=connection == b"close",
    )


class EarlyPieces:
    """What has come of a request as long as it may be an ordinary one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._data = b""
        self._count = 0

    def add(self, data: bytes) -> tuple[NotifyHead | None, bytes]:
        """Add a piece; return the head, as soon as it is there, and all that has come."""
        self._data += data
        self._count += 1
        return read_head(self._data), self._data

    @property
    def may_grow(self) -> bool:
        """Whether a request without a head so far may become an ordinary one."""
        start, data = b"NOTIFY /", self._data
        return (
            self._count < MAX_PIECES
            and data.startswith(start[: len(data)])
            and b"\r\n\r\n" not in data
            and len(data) < MAX_HEAD
        )

    @property
    def may_get_body(self) -> bool:
        """Whether more of a body may come."""
        return self._count < MAX_PIECES
