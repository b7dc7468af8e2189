"""What is fuzzed: functions that take any bytes and raise only when something is wrong.

The documented errors of the parsers are not wrong. They are caught here, and nothing else is.
"""

from collections.abc import Callable
import contextlib
import functools
import logging
import re
from typing import TYPE_CHECKING, override

from custom_components.sonos_twisted.engine.notify_site import MAX_BODY
from custom_components.sonos_twisted.model import (
    MalformedNotification,
    MalformedTopology,
    parse_device_description,
    parse_didl,
    parse_didl_list,
    parse_notification,
    parse_zone_group_state,
)
from custom_components.sonos_twisted.model.description import DescriptionError

from ..engine.fakes import Connection, FakeReactor, FakeRequest, a_listener, a_subscription
from ..model.payloads import (
    FIXTURES,
    didl,
    last_change,
    notify as body_of,
    propertyset,
    queue_event,
    track,
)

if TYPE_CHECKING:
    from soco.events_base import Event

type Target = Callable[[bytes], None]

#: Stands for the token of a subscription, which a fuzzer could not guess.
TOKEN = b"TOKEN"

_ANSWER = re.compile(rb"(?:HTTP/1\.1 (\d{3}) [A-Za-z\- ]+\r\n(?:[\w\-]+: \w+\r\n)*\r\n)*")
_STATUSES = frozenset(
    {b"100", b"200", b"400", b"405", b"411", b"412", b"413", b"414", b"431", b"501", b"505"}
)


class _Complaints(logging.Handler):
    """Turns what is logged as an error into one."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(record.getMessage()) from (record.exc_info or (None, None))[1]


LOGGER = logging.getLogger("custom_components.sonos_twisted")
_COMPLAINTS = _Complaints(logging.ERROR)


class House:
    """A listener on a fake reactor, and a subscription that waits for its events."""

    def __init__(self) -> None:
        """Open the listener."""
        self.reactor = FakeReactor()
        self.events: list[Event] = []
        listener = a_listener(self.reactor)
        listener.start()
        request = FakeRequest()
        subscription = a_subscription(self.reactor, request, listener=listener)
        subscription.callback = self.events.append
        subscription.subscribe()
        request.last.grant("uuid:1")
        self.token = subscription.token.encode()


@functools.cache
def _house() -> House:
    return House()


def listener(data: bytes) -> None:
    """Send bytes over a connection, in pieces whose size the first byte tells."""
    house = _house()
    house.events.clear()
    size, data = (data[0] if data else 0), data[1:].replace(TOKEN, house.token)
    connection = Connection(house.reactor)
    LOGGER.addHandler(_COMPLAINTS)
    try:
        for start in range(0, len(data), size or len(data) or 1):
            connection.send(data[start : start + (size or len(data))])
    finally:
        LOGGER.removeHandler(_COMPLAINTS)
    answers: bytes = connection.transport.io.getvalue()
    assert _ANSWER.fullmatch(answers), answers
    assert {*re.findall(rb"HTTP/1\.1 (\d{3})", answers)} <= _STATUSES, answers
    if house.events:
        assert house.token in data
        assert b"HTTP/1.1 200" in answers
    assert all(len(request.body) <= MAX_BODY for request in connection.channel.requests)
    connection.lose()


def notification(data: bytes) -> None:
    """Parse the body of an event."""
    with contextlib.suppress(MalformedNotification):
        for name, value in parse_notification(data).items():
            assert isinstance(name, str)
            assert isinstance(value, (str, dict))


def topology(data: bytes) -> None:
    """Parse a ZoneGroupState."""
    with contextlib.suppress(MalformedTopology):
        found = parse_zone_group_state(data.decode(errors="surrogateescape"))
        assert found.members


def metadata(data: bytes) -> None:
    """Parse DIDL-Lite."""
    text = data.decode(errors="surrogateescape")
    first, everything = parse_didl(text), parse_didl_list(text)
    assert everything[:1] == (() if first is None else (first,))


def description(data: bytes) -> None:
    """Parse a device description."""
    with contextlib.suppress(DescriptionError):
        assert parse_device_description(data).uid


TARGETS: dict[str, Target] = {
    "listener": listener,
    "notification": notification,
    "topology": topology,
    "metadata": metadata,
    "description": description,
}

_TOPOLOGY = (
    '<ZoneGroupState><ZoneGroups><ZoneGroup Coordinator="RINCON_A" ID="RINCON_A:1">'
    '<ZoneGroupMember UUID="RINCON_A" Location="http://192.0.2.11:1400/xml/x.xml" ZoneName="Den"'
    ' BootSeq="7" SWGen="2" HTSatChanMapSet="RINCON_A:LF,RF;RINCON_S:SW" Invisible="0">'
    '<Satellite UUID="RINCON_S" HTSatChanMapSet="RINCON_A:LF,RF;RINCON_S:SW" Invisible="1"/>'
    '</ZoneGroupMember></ZoneGroup></ZoneGroups><VanishedDevices><Device UUID="RINCON_V"'
    ' ZoneName="Patio" Reason="powered off"/></VanishedDevices></ZoneGroupState>'
)
_HEAD = (
    b"NOTIFY /TOKEN HTTP/1.1\r\nHOST: 192.0.2.1:1400\r\nCONTENT-TYPE: text/xml\r\n"
    b"NT: upnp:event\r\nNTS: upnp:propchange\r\nSID: uuid:1\r\nSEQ: 1\r\n"
)


def _seeds() -> dict[str, list[bytes]]:
    plain = body_of({"Volume": "20", "CurrentTrackMetaData": track("Song")})
    changes = {name: str(value) for name, value in queue_event().items()}
    attributes = "".join(
        f'<{name} val="{value}"/>' for name, value in changes.items() if "<" not in value
    )
    event = last_change(f'<Volume channel="Master" val="20"/>{attributes}')
    length = b"CONTENT-LENGTH: %d\r\n\r\n" % len(plain)
    chunks = b"TRANSFER-ENCODING: chunked\r\n\r\n%x;a=b\r\n%b\r\n0\r\nX: y\r\n\r\n"
    whole = _HEAD + length + plain
    return {
        "listener": [
            b"\0" + whole,
            b"\x07" + whole,
            b"\0" + _HEAD + chunks % (len(plain), plain),
            b"\0" + whole + whole,
            b"\0" + whole.replace(b"SEQ", b"Connection: close\r\nExpect: 100-continue\r\nSEQ"),
            b"\0PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\0POST /TOKEN HTTP/1.0\r\nContent-Length: 1\r\n\r\na",
        ],
        "notification": [
            plain,
            event,
            event.replace(b"&lt;/Event", b"&lt;/"),
            propertyset("<LastChange/>"),
        ],
        "topology": [_TOPOLOGY.encode(), f"<x>{_TOPOLOGY.replace('<', '&lt;')}</x>".encode()],
        "metadata": [
            track("Song").encode(),
            track("A & B").replace("&amp;", "&").encode(),
            track("Song").replace("<", "&lt;").encode(),
            didl(
                "<upnp:originalTrackNumber>7</upnp:originalTrackNumber><r:resMD>x</r:resMD>"
                "<r:radioShowMd>Show,p123</r:radioShowMd>",
                tag="container",
            ).encode(),
        ],
        "description": [
            path.read_bytes() for path in sorted(FIXTURES.glob("device_description*.xml"))
        ],
    }


SEEDS = _seeds()
"""Inputs to start from, by target."""

WORDS = (
    *(b"NOTIFY /TOKEN HTTP/1.1\r\n", b"Content-Length: ", b"Transfer-Encoding: chunked\r\n"),
    *(b"\r\n\r\n", b"0\r\n\r\n", b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"TOKEN"),
    *(b"<!DOCTYPE x [", b"<!ENTITY a '", b"&a;", b"<![CDATA[", b"]]>", b"&lt;", b"&amp;", b"&#0;"),
    *(b"<?xml version='1.0' encoding='utf-16'?>", b"<LastChange>", b"<InstanceID val='0'>"),
    *(b"<e:property>", b' channel="', b' val="', b"xmlns:r=", b"<DIDL-Lite", b"<item", b"<res "),
    *(b"<ZoneGroupMember ", b'BootSeq="', b'Location="http://[', b"HTSatChanMapSet=", b"UUID="),
    *(b"originalTrackNumber", b"duration=", b"9" * 4400),
)
"""What a fuzzer would need long to find by itself."""
