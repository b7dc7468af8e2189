"""What somebody who wishes us ill can send to the listener, and what comes of it: nothing.

Every attack ends with a fitting status or with the end of its connection, without a traceback and
without a line in the log for each; and after every attack a speaker's event is heard.
"""

import logging
from typing import TYPE_CHECKING

import pytest

from custom_components.sonos_twisted.engine.notify_site import (
    IDLE_SECONDS,
    MAX_BODY,
    MAX_HEADER_BYTES,
    MAX_HEADER_LINE,
    MAX_HEADERS,
    MAX_PIECES,
    MAX_REQUEST_LINE,
    REQUEST_SECONDS,
)
from custom_components.sonos_twisted.model.markup import MAX_TAGS

from ...model.payloads import last_change, notify as body_of, propertyset
from ..fakes import (
    SPEAKER,
    request_bytes,
)
from .attackers import CHUNKED, STRANGER, VOLUME, Connection, House, chunk

if TYPE_CHECKING:
    from soco.events_base import Event


pytestmark = pytest.mark.usefixtures("no_tracebacks")

# Request lines


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /\r\n", 400),  # HTTP/0.9
        (b"NOTIFY {path} HTTP/0.9", 505),
        (b"NOTIFY {path} HTTP/2", 505),
        (b"NOTIFY {path} HTTP/2.0", 505),
        (b"NOTIFY {path} HTTP/1.2", 505),
        (b"NOTIFY {path} HTTP/11.1", 505),
        (b"PRI * HTTP/2.0", 505),
        (b"NOTIFY {path} http/1.1", 400),
        (b"NOTIFY {path} HTTP/1.1 ", 400),
        (b"NOTIFY  {path} HTTP/1.1", 400),
        (b"NOTIFY\t{path}\tHTTP/1.1", 400),
        (b" NOTIFY {path} HTTP/1.1", 400),
        (b"NOTIFY {path}", 400),
        (b"NOT(IFY {path} HTTP/1.1", 400),
        (b"NOTIFY {path}\0 HTTP/1.1", 400),
        (b"NOTIFY {path}\xff HTTP/1.1", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),  # TLS
        (b"\0" * 200, 400),
        (b"SSH-2.0-OpenSSH_9.9", 400),
        (b"NOTIFY /" + b"x" * MAX_REQUEST_LINE + b" HTTP/1.1", 414),
        (b"NOTIFY /" + b"x" * 10 * MAX_HEADER_LINE + b" HTTP/1.1", 414),
        (b"x" * 10 * MAX_HEADER_LINE, 414),
    ],
)
def test_request_lines(house: House, line: bytes, status: int) -> None:
    attacker = Connection(house.reactor)
    rest = request_bytes(house.path, VOLUME).partition(b"\r\n")[2]
    attacker.send(line.replace(b"{path}", house.path.encode()) + b"\r\n" + rest)
    assert attacker.status == status
    assert attacker.closed
    assert attacker.transport.value().count(b"HTTP/1.1") == 1
    assert house.events == []
    assert house.hears()


def test_an_endless_request_line(house: House) -> None:
    """It is not kept until it ends."""
    attacker = Connection(house.reactor)
    for _ in range(20):
        attacker.send(b"x" * 1000)
    assert attacker.status == 414
    assert attacker.closed


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://192.0.2.1:1400{path}", 400),
        ("{path}/", 412),
        ("{path}?", 412),
        ("{path}?a=b", 412),
        ("{path}#a", 412),
        ("/{path}", 412),
        ("{path};a", 412),
        ("/%00{token}", 412),
        ("/{encoded}", 412),
        ("/../{token}", 412),
        ("{token}", 400),
        ("*", 400),
        ("192.0.2.1:1400", 400),
    ],
)
def test_only_the_token_itself(house: House, target: str, status: int) -> None:
    """Nothing is decoded, cut off or added: there is one way to write it."""
    token = house.subscription.token
    encoded = "".join(f"%{ord(character):02x}" for character in token)
    path = target.format(path=house.path, token=token, encoded=encoded)
    attacker = Connection(house.reactor)
    attacker.send(request_bytes(path, VOLUME))
    assert attacker.status == status
    assert house.events == []
    assert house.hears()


# Methods, and the bodies that web servers look into


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "multipart/form-data",
        "multipart/form-data; boundary=\xff",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "NOTIFY"])
def test_forms_are_not_read(
    house: House, kind: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise AssertionError("it was read")

    for function in ("parse_qs", "_getMultiPartArgs", "_parseContentType"):
        monkeypatch.setattr(f"twisted.web.http.{function}", read)
    body = b'--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--a--\r\n&x=1' * 100
    attacker = Connection(house.reactor)
    headers = {"Content-Type": kind, "Cookie": "a=b; " * 100}
    attacker.send(request_bytes(f"{house.path}", body, method=method, headers=headers))
    assert attacker.status == (200 if method == "NOTIFY" else 405)
    assert house.events == []
    assert house.hears()


def test_a_stranger_s_body_is_not_kept(house: House) -> None:
    """It is passed over, so that the answer is not destroyed by what is still unread."""
    attacker = Connection(house.reactor)
    length = {"CONTENT-LENGTH": str(MAX_BODY)}
    attacker.send(request_bytes("/guess", headers=length))
    for _ in range(8):
        attacker.send(b"x" * (MAX_BODY // 8 - 10))
        assert attacker.channel.requests[0].content.getvalue() == b""
    assert attacker.status == 0
    attacker.send(b"x" * 80)
    assert attacker.status == 412
    assert attacker.closed


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"CONTENT-LENGTH": str(MAX_BODY + 1)}, 413),
        ({"CONTENT-LENGTH": "9" * 3900}, 413),
        ({"CONTENT-LENGTH": "9" * 4500}, 431),
        (CHUNKED, 412),
        ({"CONTENT-LENGTH": "100", "EXPECT": "100-continue"}, 412),
    ],
)
def test_a_stranger_s_body_is_not_waited_for(
    house: House, headers: dict[str, str | None], status: int
) -> None:
    attacker = Connection(house.reactor)
    attacker.send(request_bytes("/guess", headers=headers))
    assert attacker.status == status
    assert attacker.closed
    assert b"100 Continue" not in attacker.transport.value()
    assert house.hears()


def test_a_speaker_may_ask_whether_to_go_on(house: House) -> None:
    speaker = Connection(house.reactor)
    request = request_bytes(house.path, VOLUME, headers={"EXPECT": "100-continue"})
    speaker.send(request[: -len(VOLUME)])
    assert speaker.status == 100
    speaker.send(VOLUME)
    assert speaker.transport.value().endswith(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert len(house.events) == 1


# Headers


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"SID: uuid:1", 400),  # twice
        (b"sid: uuid:2", 400),
        (b"SEQ: 7", 400),
        (b"NT: upnp:event", 400),
        (b"NTS: upnp:propchange", 400),
        (b"Content-Length: 0", 400),
        (b"Content-Length: %d" % len(VOLUME), 400),
        (b"Transfer-Encoding: chunked", 400),
        (b"Transfer-Encoding: gzip, chunked", 501),
        (b"transfer-encoding: identity", 501),
        (b"Transfer-Encoding:", 501),
        (b"Transfer-Encoding : chunked", 400),
        (b" folded", 400),
        (b"\tfolded", 400),
        (b"X: y\r\n folded", 400),
        (b"no colon", 400),
        (b": no name", 400),
        (b"N\xc3\xa4me: x", 400),
        (b"X: \0", 400),
        (b"X: a\nSID: uuid:1", 400),
        (b"X: a\rb", 400),
        (b"X: " + b"x" * MAX_HEADER_LINE, 431),
        (b"\r\n".join([b"X: " + b"x" * 2000] * 5), 431),
        (b"\r\n".join([b"X: x"] * MAX_HEADERS), 431),
        (b"X: \xff\xfe", 200),
        (b"Content-Type: text/plain; charset=utf-7", 200),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_headers(house: House, line: bytes, status: int, first: bool) -> None:
    head, _, body = request_bytes(house.path, VOLUME).partition(b"\r\n\r\n")
    if first:
        head = head.replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)
    else:
        head += b"\r\n" + line
    attacker = Connection(house.reactor)
    attacker.send(head + b"\r\n\r\n" + body)
    assert attacker.status == status
    assert attacker.closed == (status != 200)
    assert attacker.transport.value().count(b"HTTP/1.1") == 1
    assert len(house.events) == (status == 200)
    assert house.hears()


def test_headers_without_an_end(house: House) -> None:
    attacker = Connection(house.reactor)
    attacker.send(b"NOTIFY /x HTTP/1.1\r\n")
    for number in range(10_000):
        attacker.send(b"X-%d: x\r\n" % number)
    assert attacker.status == 431
    assert attacker.closed


def test_a_length_is_required(house: House) -> None:
    attacker = Connection(house.reactor)
    attacker.send(request_bytes(house.path, headers={"CONTENT-LENGTH": None}))
    assert attacker.status == 411
    assert attacker.closed
    assert house.hears()


def test_the_bounds_fit_together() -> None:
    """Python refuses to read numbers of more digits; each bound is below the one around it."""
    assert MAX_HEADER_LINE < 4300
    assert MAX_REQUEST_LINE < MAX_HEADER_LINE < MAX_HEADER_BYTES
    assert IDLE_SECONDS < REQUEST_SECONDS


# Bodies


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"zz\r\n", 400),
        (b"-1\r\n", 400),
        (b"0x10\r\n", 400),
        (b"\r\n", 400),
        (b"1\r\nab\r\n", 400),
        (b"1;" + b"x" * 2000 + b"\r\n", 400),
        (b"1;a=\0\r\n", 400),
        (b"f" * 1000 + b"\r\n" + b"x" * (MAX_BODY + 1), 413),
        (b"%x\r\n" % (MAX_BODY + 1) + b"x" * (MAX_BODY + 1), 413),
        (chunk(b"x") * (MAX_PIECES + 1), 413),
        (b"0\r\n" + b"X: " + b"x" * 70_000, 400),
        (b"0\r\n" + b"X: x\r\n" * 20_000, 400),
        (chunk(VOLUME, b';a=b;c="d"') + chunk(b""), 200),
        (chunk(VOLUME) + b"0\r\nSID: uuid:2\r\nX: y\r\n\r\n", 200),
    ],
)
def test_chunks(house: House, body: bytes, status: int) -> None:
    attacker = Connection(house.reactor)
    attacker.send(request_bytes(house.path, headers=CHUNKED) + body)
    assert attacker.status == status
    assert attacker.closed == (status != 200)
    assert len(house.events) == (status == 200)
    assert house.hears()


def test_what_comes_behind_a_body(house: House) -> None:
    """A body that is sent twice is no request, and the first is heard once."""
    attacker = Connection(house.reactor)
    attacker.send(request_bytes(house.path, VOLUME) + VOLUME)
    assert attacker.status == 200
    assert len(house.events) == 1
    attacker.send(b"\r\n\r\n")
    assert attacker.closed
    assert house.hears()


def test_a_body_that_is_cut(house: House) -> None:
    attacker = Connection(house.reactor)
    attacker.send(request_bytes(house.path, VOLUME)[:-1])
    attacker.lose()
    assert attacker.transport.value() == b""
    assert house.events == []
    assert house.hears()


def test_a_subscription_that_ends_while_its_body_comes(house: House) -> None:
    speaker = Connection(house.reactor)
    other = house.subscribed("uuid:2")
    events: list[Event] = []
    other.callback = events.append
    request = request_bytes(f"/{other.token}", VOLUME, headers={"SID": "uuid:2"})
    speaker.send(request[:-1])
    other.unsubscribe()
    speaker.send(request[-1:])
    assert speaker.status == 412
    assert events == []


def entities(kind: str) -> bytes:
    """Word a body with a document type that defines an entity, which is used."""
    return (
        f"<!DOCTYPE p [{kind}]>".encode()
        + b'<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0">'
        b"<e:property><Volume>&a;</Volume></e:property></e:propertyset>"
    )


LAUGHS = "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("hgfedcb", "gfedcba", strict=True)
)
DEEP = 20_000


@pytest.mark.parametrize(
    "body",
    [
        entities('<!ENTITY h "ha">' + LAUGHS),
        entities('<!ENTITY a SYSTEM "file:///etc/passwd">'),
        entities(f'<!ENTITY a SYSTEM "http://{STRANGER}/">'),
        entities(f'<!ENTITY % b SYSTEM "http://{STRANGER}/">%b;<!ENTITY a "1">'),
        b'<!DOCTYPE p SYSTEM "http://192.0.2.66/p.dtd"><p/>',
        b"<e:propertyset>" + b"<a>" * DEEP + b"</a>" * DEEP,
        propertyset("<LastChange>" + "&lt;a&gt;" * DEEP + "</LastChange>"),
        propertyset(
            "<LastChange><![CDATA[" + entities("<!ENTITY a 'b'>").decode() + "]]></LastChange>"
        ),
        VOLUME.decode().encode("utf-16"),
        VOLUME.decode().encode("utf-16-be"),
        VOLUME.decode().encode("utf-32"),
        b"<?xml version='1.0' encoding='utf-16'?>\xff\xfe" + VOLUME,
        b"+ADw-propertyset+AD4-",
        VOLUME.replace(b"20", b"\xff\xfe"),
        VOLUME.replace(b"20", b"\0"),
        VOLUME.replace(b"20", b"&#0;"),
        VOLUME + VOLUME,
        VOLUME[:-1],
        b"<" * MAX_BODY,
        b"\0" * MAX_BODY,
    ],
)
def test_documents_that_are_not_read(
    house: House, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A speaker sends them: they are answered, and one line tells of all."""
    for _ in range(3):
        speaker = Connection(house.reactor, SPEAKER.ip_address)
        speaker.send(request_bytes(house.path, body))
        speaker.lose()
        assert speaker.status == 200
    assert all(event.variables == {} for event in house.events)
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == (0 if house.events else 1)
    assert house.hears()


@pytest.mark.parametrize("declared", ["utf-7", "iso-8859-1", "utf-16", "cp037", "x-unknown"])
def test_a_declared_encoding_is_not_believed(house: House, declared: str) -> None:
    body = f"<?xml version='1.0' encoding='{declared}'?>".encode() + body_of({"Title": "Café"})
    speaker = Connection(house.reactor, SPEAKER.ip_address)
    speaker.send(request_bytes(house.path, body))
    assert speaker.status == 200
    assert [event.variables for event in house.events] in ([], [{"title": "Café"}])
    assert house.hears()


def test_the_widest_document(house: House) -> None:
    """As many elements as players never send are read, and each counts once; more are refused."""
    speaker = Connection(house.reactor, SPEAKER.ip_address)
    for count in (MAX_TAGS - 100, (MAX_BODY - 1000) // 30):
        wide = last_change('<a val="1"/>' * count)
        speaker.send(request_bytes(house.path, wide))
        assert [event.variables for event in house.events] == [{"a": "1"}]
