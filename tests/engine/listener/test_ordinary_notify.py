"""Which heads of requests are read at one glance."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.engine.ordinary_notify import MAX_HEAD, read_head

from ..fakes import request_bytes
from .attackers import VOLUME

LEASE = {"SID": "uuid:1", "SEQ": "7", "CONNECTION": "close", "CONTENT-TYPE": "text/xml"}

#: The head of an event of a real speaker, with another path, address and SID.
OF_A_SPEAKER = (
    b"NOTIFY /to-ken HTTP/1.1\r\nHOST: 192.168.1.22:1400\r\nCONNECTION: close\r\n"
    b"CONTENT-TYPE: text/xml\r\nCONTENT-LENGTH: 438\r\nNT: upnp:event\r\nNTS: upnp:propchange\r\n"
    b"SID: uuid:RINCON_000E58000001014000_sub0000000413\r\nSEQ: 3\r\n"
    b"X-SONOS-SERVICETYPE: RenderingControl\r\n\r\n"
)


def test_what_the_head_of_a_speaker_says() -> None:
    head = read_head(OF_A_SPEAKER + VOLUME)
    assert head is not None
    assert (head.token, head.seq, head.length) == ("to-ken", 3, 438)
    assert head.sid == "uuid:RINCON_000E58000001014000_sub0000000413"
    assert head.size == len(OF_A_SPEAKER)


@pytest.mark.parametrize("size", range(len(OF_A_SPEAKER)))
def test_a_part_of_a_head_says_nothing(size: int) -> None:
    assert read_head(OF_A_SPEAKER[:size]) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"SID": None},
        {"NT": None},
        {"SEQ": "x"},
        {"SEQ": "4294967296"},
        {"SEQ": "-1"},
        {"CONTENT-LENGTH": "0x10"},
        {"CONTENT-LENGTH": "99999999999"},
        {"Expect": "100-continue"},
        {"Transfer-Encoding": "chunked"},
        {"Content-Encoding": "gzip"},
        {"CONNECTION": None},
        {"CONNECTION": "keep-alive"},
        {"CONNECTION": "Upgrade"},
        {"seq": "7"},
        {"HOST": "x" * MAX_HEAD},
        {"HOST": "\x01"},
        {"HOST": ""},
    ],
)
def test_what_is_not_ordinary(headers: dict[str, str | None]) -> None:
    assert read_head(request_bytes("/to-ken", VOLUME, headers=LEASE)) is not None
    assert read_head(request_bytes("/to-ken", VOLUME, headers={**LEASE, **headers})) is None


@pytest.mark.parametrize("start", [b"GET", b"\r\nNOTIFY", b"NOTIFY  ", b"NOTIFY /a"])
def test_another_request_line(start: bytes) -> None:
    assert read_head(OF_A_SPEAKER.replace(b"NOTIFY ", start + b" ", 1)) is None


@given(data=st.data())
def test_no_bytes_make_it_fail(data: st.DataObject) -> None:
    whole = OF_A_SPEAKER + VOLUME
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    changed = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    head = read_head(changed)
    assert head is None or changed[: head.size].endswith(b"\r\n\r\n")
