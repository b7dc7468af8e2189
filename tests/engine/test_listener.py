"""The listener: its ports, what it answers, and what it lets in."""

from collections.abc import Callable, Mapping
import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
import pytest_socket
from soco import events_twisted
from twisted.internet.testing import MemoryReactorClock

from custom_components.sonos_twisted.engine import (
    ListenError,
    ListenSettings,
    PlayerUnreachableError,
)
from custom_components.sonos_twisted.engine.listener import (
    Listener,
    Listeners,
    local_address_towards,
)
from custom_components.sonos_twisted.engine.notify_site import (
    IDLE_SECONDS,
    MAX_BODY,
    MAX_HEADERS,
)

from ..model.payloads import last_change, notify as body_of, propertyset
from .conftest import NETWORK, OnReactor
from .fakes import (
    OUR_ADDRESS,
    Connection,
    FakeReactor,
    FakeRequest,
    a_listener,
    a_subscription,
    notify,
    request_bytes,
)

if TYPE_CHECKING:
    from soco.events_base import Event
    from twisted.internet.base import ReactorBase

VOLUME = body_of({"Volume": "20"})
LOOPBACK = f"{NETWORK}.100"


class House:
    """A listener on a fake reactor, and a subscription that waits for its events."""

    def __init__(self) -> None:
        """Open the listener."""
        self.reactor = FakeReactor()
        self.request = FakeRequest()
        self.listener = a_listener(self.reactor)
        self.listener.start()
        self.subscription = a_subscription(self.reactor, self.request, listener=self.listener)
        self.events: list[Event] = []
        self.subscription.callback = self.events.append
        self.subscription.subscribe()
        self.request.last.grant("uuid:1")
        self.path = f"/{self.subscription.token}"

    def notify(
        self,
        path: str | None = None,
        *,
        body: bytes = VOLUME,
        headers: Mapping[str, str | None] | None = None,
    ) -> int:
        """Send a NOTIFY; return the status of its answer."""
        return notify(self.reactor, path or self.path, body, headers)


@pytest.fixture
def house() -> House:
    return House()


# Ports


@pytest.mark.parametrize(
    ("taken", "port"),
    [
        ((), 1400),
        ((1400,), 1401),
        (range(1400, 1410), 1410),
        (range(1400, 1499), 1499),
    ],
)
def test_the_first_free_port_is_taken(taken: range, port: int) -> None:
    reactor = FakeReactor(taken)
    listener = a_listener(reactor)
    listener.start()
    assert reactor.ports == [port]
    assert listener.is_running
    assert listener.callback_url("192.0.2.11") == f"http://{OUR_ADDRESS}:{port}/"


def test_another_port_is_worth_a_line(caplog: pytest.LogCaptureFixture) -> None:
    """Firewalls may let only the first one through."""
    caplog.set_level(logging.INFO)
    a_listener(FakeReactor((1400, 1401))).start()
    assert [record.getMessage() for record in caplog.records] == [
        "Port 1400 is in use; listening for events on port 1402"
    ]


@pytest.mark.parametrize(
    ("first", "last"), [(1400, 1499), (5000, 5099), (65500, 65535), (65535, 65535)]
)
def test_no_port_is_free(first: int, last: int) -> None:
    reactor = FakeReactor(range(65536))
    listener = a_listener(reactor, ListenSettings(OUR_ADDRESS, first))
    with pytest.raises(ListenError) as caught:
        listener.start()
    assert (caught.value.first_port, caught.value.last_port) == (first, last)
    assert "Address already in use" in str(caught.value)
    assert not listener.is_running
    assert listener.address == ()
    assert listener.port is None
    assert reactor.ports == []


def test_a_port_that_becomes_free_can_be_had_later() -> None:
    reactor = FakeReactor(range(65536))
    listener = a_listener(reactor)
    with pytest.raises(ListenError):
        listener.start()
    reactor.taken = ()
    listener.start()
    assert listener.is_running


def test_starting_twice_opens_one_port() -> None:
    reactor = FakeReactor()
    listener = a_listener(reactor)
    listener.start()
    listener.start()
    assert reactor.ports == [1400]


def test_stopping_what_was_not_started() -> None:
    listener = a_listener(FakeReactor())
    assert listener.stop().called


@pytest.fixture
def occupied(loopback: None) -> Callable[[int], contextlib.ExitStack]:
    """Take ports of a loopback address, for as long as the stack is open."""

    def occupy(count: int) -> contextlib.ExitStack:
        stack = contextlib.ExitStack()
        for port in range(17400, 17400 + count):
            taken = stack.enter_context(socket.socket())
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind((LOOPBACK, port))
            taken.listen()
        return stack

    return occupy


@pytest.mark.parametrize("taken", [0, 1, 99])
def test_the_first_free_port_over_real_sockets(
    occupied: Callable[[int], contextlib.ExitStack],
    reactor: ReactorBase,
    on_reactor: OnReactor,
    taken: int,
) -> None:
    listener = Listener(reactor, ListenSettings(LOOPBACK, 17400))
    with occupied(taken):
        on_reactor(listener.start)
    assert listener.address == (LOOPBACK, 17400 + taken)
    with socket.create_connection(listener.address):
        pass
    on_reactor(listener.stop)
    assert not listener.is_running
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, 17400 + taken))


def test_no_free_port_over_real_sockets(
    occupied: Callable[[int], contextlib.ExitStack], reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    before = on_reactor(lambda: (reactor.getReaders(), reactor.getDelayedCalls()))
    listener = Listener(reactor, ListenSettings(LOOPBACK, 17400))
    with occupied(100), pytest.raises(ListenError, match="17400 to 17499"):
        on_reactor(listener.start)
    assert on_reactor(lambda: (reactor.getReaders(), reactor.getDelayedCalls())) == before


def test_an_address_that_is_not_ours(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    listener = Listener(reactor, ListenSettings("192.0.2.1", 17400))
    with pytest.raises(ListenError, match=r"192\.0\.2\.1.*[Cc]annot assign"):
        on_reactor(listener.start)


def test_only_on_the_reactor_thread(reactor: ReactorBase) -> None:
    listener = Listener(reactor, ListenSettings(LOOPBACK))
    with pytest.raises(RuntimeError, match="reactor thread"):
        listener.start()
    with pytest.raises(RuntimeError, match="reactor thread"):
        listener.stop()


# Callback addresses


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        (ListenSettings("192.0.2.1"), "http://192.0.2.1:1400/token"),
        (
            ListenSettings("192.0.2.1", advertise_address="198.51.100.7"),
            "http://198.51.100.7:1400/token",
        ),
        (ListenSettings("192.0.2.1", advertise_port=31400), "http://192.0.2.1:31400/token"),
        (
            ListenSettings("0.0.0.0", 5000, "198.51.100.7", 31400),
            "http://198.51.100.7:31400/token",
        ),
    ],
)
def test_what_speakers_are_told(listen: ListenSettings, url: str) -> None:
    listener = a_listener(FakeReactor(), listen)
    assert listener.callback_url("192.0.2.11", "token") == url.replace(":1400", f":{listen.port}")
    listener.start()
    assert listener.callback_url("192.0.2.11", "token") == url


@pytest.mark.parametrize("host", [f"{NETWORK}.1", "127.9.9.9"], ids=["ours", "another"])
def test_the_address_that_this_machine_uses_towards_a_speaker(loopback: None, host: str) -> None:
    """It is looked up for each speaker: a machine in several networks has several."""
    listener = a_listener(FakeReactor(), ListenSettings())
    listener.start()
    address = local_address_towards(host)
    assert address.startswith("127.")
    assert listener.callback_url(host) == f"http://{address}:1400/"


def test_a_speaker_that_there_is_no_way_to(loopback: None) -> None:
    """The operating system refuses to send to this address."""
    pytest_socket.socket_allow_hosts(["255.255.255.255"])
    with pytest.raises(PlayerUnreachableError, match="no route"):
        local_address_towards("255.255.255.255")


# What a NOTIFY is answered


def test_an_event_is_delivered(house: House) -> None:
    body = last_change('<Volume channel="Master" val="20"/><Mute channel="Master" val="0"/>')
    assert house.notify(body=body, headers={"SEQ": "7"}) == 200
    (event,) = house.events
    assert (event.sid, event.seq) == ("uuid:1", 7)
    assert event.service is house.subscription.service
    assert event.variables == {"volume": {"Master": "20"}, "mute": {"Master": "0"}}
    assert event.volume == {"Master": "20"}


def test_an_event_that_overtakes_the_subscription(house: House) -> None:
    """Until SUBSCRIBE is answered the SID is not known; the token says enough."""
    other = a_subscription(house.reactor, house.request, listener=house.listener)
    events: list[Event] = []
    other.callback = events.append
    other.subscribe()
    assert house.notify(f"/{other.token}", headers={"SID": "uuid:9"}) == 200
    assert [event.sid for event in events] == ["uuid:9"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"SID": "uuid:other"}, 412),
        ({"SID": None}, 400),
        ({"NT": None}, 400),
        ({"NTS": None}, 400),
        ({"SEQ": None}, 400),
        ({"SEQ": ""}, 400),
        ({"SEQ": "first"}, 400),
        ({"SEQ": "-1"}, 400),
        ({"SEQ": "1.5"}, 400),
        ({"SEQ": "\xb2"}, 400),
        ({"SEQ": "4294967295"}, 200),
        ({"SEQ": "4294967296"}, 400),
        ({"SEQ": "9" * 3000}, 400),
        ({"SID": "\xff\xfe"}, 412),
        ({"NT": "\xff"}, 200),
    ],
)
def test_headers_are_checked(house: House, headers: dict[str, str | None], status: int) -> None:
    assert house.notify(headers=headers) == status
    assert len(house.events) == (status == 200)


@pytest.mark.parametrize("path", ["/", "/guess", "/%00", "/%ff", "/a/b", "/?x=y"])
def test_nobody_is_heard_without_the_token(house: House, path: str) -> None:
    assert house.notify(path) == 412
    assert house.events == []


def test_a_subscription_that_ended_is_not_known(house: House) -> None:
    house.subscription.unsubscribe()
    assert house.notify() == 412
    assert house.events == []


@pytest.mark.parametrize(
    "method",
    ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "SUBSCRIBE", "M-SEARCH", "notify", "X"],
)
def test_other_methods(
    house: House, method: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, method=method))
    assert connection.status == 405
    assert b"Allow: NOTIFY" in connection.transport.value()
    assert house.events == []
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []
    assert "Traceback" not in capfd.readouterr().err


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not XML",
        b"<e:propertyset>",
        b"\x00\xff\x00",
        b"<html><body>404</body></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><e:propertyset xmlns:e="x">&a;</e:propertyset>',
        VOLUME[:-10],
    ],
)
def test_a_body_that_cannot_be_read(
    house: House,
    body: bytes,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The speaker would only send it again: 200, one line, and life goes on."""
    assert house.notify(body=body) == 200
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("WARNING", None)]
    assert "192.0.2.11" in caplog.text
    assert house.notify(headers={"SEQ": "1"}) == 200
    assert [event.seq for event in house.events] == [1]
    assert "Traceback" not in capfd.readouterr().err


def test_an_event_without_variables(house: House) -> None:
    assert house.notify(body=propertyset("<LastChange/>")) == 200
    assert [event.variables for event in house.events] == [{}]


def test_a_body_that_is_announced_too_large(house: House) -> None:
    """It is refused before it is sent."""
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, headers={"CONTENT-LENGTH": str(MAX_BODY + 1)}))
    assert connection.status == 413
    assert connection.closed
    connection.send(b"x" * 1000)
    assert house.events == []


def test_the_largest_body(house: House) -> None:
    empty = len(body_of({"Volume": ""}))
    assert house.notify(body=body_of({"Volume": "x" * (MAX_BODY - empty)})) == 200
    assert len(house.events) == 1


def chunk(data: bytes) -> bytes:
    """Word a chunk of a body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


CHUNKED = {"CONTENT-LENGTH": None, "TRANSFER-ENCODING": "chunked"}


def test_a_chunked_body(house: House) -> None:
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, headers=CHUNKED))
    connection.send(chunk(VOLUME[:10]) + chunk(VOLUME[10:]) + chunk(b""))
    assert connection.status == 200
    assert [event.variables for event in house.events] == [{"volume": "20"}]


def test_a_chunked_body_that_grows_too_large(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of it is kept, however much more comes."""
    caplog.set_level(logging.DEBUG)
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, headers=CHUNKED))
    for _ in range(3):
        connection.send(chunk(b"x" * (MAX_BODY // 2)))
    connection.send(chunk(b"x") + chunk(b""))
    assert connection.status == 413
    assert connection.closed
    assert connection.transport.value().count(b"HTTP/1.1") == 1
    assert "Refused a request from 192.0.2.11" in caplog.text
    assert house.events == []


def test_a_malformed_chunk(house: House) -> None:
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, headers=CHUNKED))
    connection.send(b"what?\r\n")
    assert connection.status == 400
    assert connection.closed


# Connections


def test_too_many_headers(house: House) -> None:
    connection = Connection(house.reactor)
    flood = {f"X-{number}": "x" for number in range(MAX_HEADERS)}
    connection.send(request_bytes(house.path, VOLUME, headers=flood))
    assert connection.status == 431
    assert connection.closed
    assert house.events == []


@pytest.mark.parametrize("request_line", [b"NOTIFY", b"\xff\xfe / HTTP/1.1"])
def test_strange_request_lines(house: House, request_line: bytes) -> None:
    connection = Connection(house.reactor)
    connection.send(request_line + b"\r\n\r\n")
    assert connection.status == 400
    assert connection.closed


def test_several_events_over_one_connection(house: House) -> None:
    connection = Connection(house.reactor)
    for seq in ("0", "1"):
        connection.send(request_bytes(house.path, VOLUME, headers={"SEQ": seq}))
    assert connection.transport.value().count(b"HTTP/1.1 200") == 2
    assert [event.seq for event in house.events] == [0, 1]


def test_an_idle_connection_is_closed(house: House) -> None:
    connection = Connection(house.reactor)
    house.reactor.advance(IDLE_SECONDS - 1)
    assert not connection.closed
    house.reactor.advance(1)
    assert connection.closed


def test_a_closed_connection_leaves_no_timer(house: House) -> None:
    before = house.reactor.getDelayedCalls()
    connection = Connection(house.reactor)
    connection.send(request_bytes(house.path, VOLUME))
    connection.lose()
    assert house.reactor.getDelayedCalls() == before


def test_a_callback_that_raises(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """It is a mistake of ours, which the speaker has nothing to do with."""
    house.subscription.callback = lambda event: event.no_such_variable
    assert house.notify() == 200
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "RenderingControl" in record.getMessage()
    house.subscription.callback = house.events.append
    assert house.notify(headers={"SEQ": "1"}) == 200
    assert len(house.events) == 1


def test_the_token_is_never_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house.notify()
    house.notify(headers={"SID": "uuid:other"})
    house.notify(body=b"broken")
    house.notify(body=b"x" * (MAX_BODY + 1))
    house.subscription.renew(strict=False)
    house.request.last.fail(PlayerUnreachableError("192.0.2.11", "does not answer"))
    house.subscription.unsubscribe()
    assert caplog.records != []
    assert house.subscription.token not in caplog.text


@given(data=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"NOTIFY /x HTTP/1.1\r\n",
        request_bytes("/x")[:-2],
        request_bytes("/x", b"", headers=CHUNKED),
    ],
)
def test_any_bytes(
    house: House, start: bytes, data: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever is sent, nothing is heard and nothing is printed."""
    connection = Connection(house.reactor)
    connection.send(start + data)
    connection.lose()
    assert connection.status < 500 or connection.status in {501, 505}
    assert house.events == []
    assert "Traceback" not in capfd.readouterr().err


# Beside soco


def test_socos_own_listener_is_left_alone(house: House) -> None:
    """Core's integration may use it in the same process."""
    house.notify()
    house.listener.stop()
    assert not events_twisted.event_listener.is_running
    assert house.listener.subscriptions_map is not events_twisted.subscriptions_map
    assert events_twisted.subscriptions_map.count == 0


# Sharing


def test_users_with_the_same_settings_share_a_listener() -> None:
    reactor = FakeReactor()
    listeners = Listeners(reactor)
    first = listeners.acquire(ListenSettings(OUR_ADDRESS))
    assert listeners.acquire(ListenSettings(OUR_ADDRESS)) is first
    other = listeners.acquire(ListenSettings(OUR_ADDRESS, 5000))
    assert reactor.ports == [1400, 5000]
    assert other is not first


def test_the_last_user_closes_the_port() -> None:
    listeners = Listeners(FakeReactor())
    listener = listeners.acquire(ListenSettings(OUR_ADDRESS))
    listeners.acquire(ListenSettings(OUR_ADDRESS))
    listeners.release(listener)
    assert listener.is_running
    listeners.release(listener)
    assert not listener.is_running
    assert listeners.acquire(ListenSettings(OUR_ADDRESS)) is not listener


def test_a_listener_without_a_port_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    """The household can be used without events; the port is tried on."""
    reactor = FakeReactor(range(65536))
    listeners = Listeners(reactor)
    listener = listeners.acquire(ListenSettings(OUR_ADDRESS))
    assert not listener.is_running
    assert "none of the ports 1400 to 1499 is free" in caplog.text
    listener.reopen_if_lost()
    assert not listener.is_running
    reactor.taken = ()
    listener.reopen_if_lost()
    assert listener.is_running
    assert listeners.acquire(ListenSettings(OUR_ADDRESS)) is listener


def test_a_port_that_was_lost_is_opened_again(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor, caplog: pytest.LogCaptureFixture
) -> None:
    """Its socket was closed behind our back."""
    listener = Listener(reactor, ListenSettings(LOOPBACK, 17400))
    on_reactor(listener.start)
    on_reactor(listener.reopen_if_lost)
    assert caplog.records == []
    on_reactor(lambda: listener.port.connectionLost(None))
    openings = listener.openings
    on_reactor(listener.reopen_if_lost)
    assert listener.openings == openings + 1
    assert "was lost" in caplog.text
    assert listener.address
    with socket.create_connection(listener.address):
        pass
    on_reactor(listener.stop)


def test_the_port_stays_the_same_from_one_user_to_the_next(
    loopback: None, reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    """When a household is reloaded, speakers find us where they found us before."""
    listeners = Listeners(reactor)
    ports = []
    for _ in range(3):
        listener: Any = on_reactor(listeners.acquire, ListenSettings(LOOPBACK, 17400))
        ports.append(listener.address[1])
        on_reactor(listeners.release, listener)
    assert ports == [17400, 17400, 17400]


def test_a_fake_reactor_is_no_thread() -> None:
    """The fakes here take the part of a reactor on its own thread."""
    assert isinstance(FakeReactor(), MemoryReactorClock)
