"""Reads the head of a NOTIFY at one glance, if it looks like those that speakers send all day."""

from dataclasses import dataclass, field
import re

from .sequence import MAX_SEQ

#: Bytes of a head that can be ordinary; speakers' have about 300.
MAX_HEAD = 1024

_HEAD = re.compile(
    rb"NOTIFY /([\w-]{1,64}) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]{1,32}:[ \t]*[!-~](?:[ -~]*[!-~])?\r\n){4,16})\r\n"
)
_HEADER = re.compile(rb"([A-Za-z0-9-]+):[ \t]*([^\r]*)\r\n")
_NUMBER = re.compile(rb"[0-9]{1,10}")
_NEEDED = frozenset({b"nt", b"nts", b"sid", b"seq", b"content-length"})

#: What changes how a request is to be read or answered.
_UNUSUAL = frozenset(
    {b"content-encoding", b"expect", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)


@dataclass(frozen=True, slots=True)
class NotifyHead:
    """What is in front of the body of an ordinary NOTIFY.

    Attributes:
        token: The last part of its path.
        sid: Its SID.
        seq: Its SEQ.
        length: Bytes of its body.
        size: Bytes of the head itself.

    """

    token: str = field(repr=False)
    sid: str
    seq: int
    length: int
    size: int


def read_head(data: bytes) -> NotifyHead | None:
    """Read the head of a request; None if it is not there, or not ordinary.

    One whose speaker would send another request over the same connection is not ordinary.
    """
    match = _HEAD.match(data, 0, MAX_HEAD)
    if match is None:
        return None
    lines = _HEADER.findall(match[2])
    headers = {name.lower(): value for name, value in lines}
    if len(headers) != len(lines):
        return None
    if not headers.keys() >= _NEEDED or not headers.keys().isdisjoint(_UNUSUAL):
        return None
    seq, length = headers[b"seq"], headers[b"content-length"]
    if not (
        headers.get(b"connection", b"").lower() == b"close"
        and _NUMBER.fullmatch(seq)
        and _NUMBER.fullmatch(length)
        and int(seq) <= MAX_SEQ
    ):
        return None
    return NotifyHead(
        token=match[1].decode("ascii"),
        sid=headers[b"sid"].decode("ascii"),
        seq=int(seq),
        length=int(length),
        size=match.end(),
    )
