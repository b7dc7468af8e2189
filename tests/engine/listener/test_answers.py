"""What a NOTIFY is answered, and who hears of it."""

import logging
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest
from soco import events_twisted

from custom_components.sonos_twisted.engine.notify_site import MAX_BODY

from ...model.payloads import last_change
from ..fakes import SILENCE, Connection, a_subscription, request_bytes
from .attackers import CHUNKED, House

if TYPE_CHECKING:
    from soco.events_base import Event


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
    house.request.last.fail(SILENCE)
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


def test_socos_own_listener_is_left_alone(house: House) -> None:
    """Core's integration may use it in the same process."""
    house.notify()
    house.listener.stop()
    assert not events_twisted.event_listener.is_running
    assert house.listener.subscriptions_map is not events_twisted.subscriptions_map
    assert events_twisted.subscriptions_map.count == 0
