"""Events go to the callback or to the queue, from the request to the end."""

from queue import Queue
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
from twisted.internet.defer import Deferred, succeed

from custom_components.sonos_twisted.engine.player import service_of
from custom_components.sonos_twisted.engine.subscription import Subscription

from ..fakes import SPEAKER, FakeReactor, FakeRequest, a_listener, notify
from .steps import VOLUME

if TYPE_CHECKING:
    from soco.events_base import Event


def test_events_go_to_the_callback(subscribed: Subscription, clock: FakeReactor) -> None:
    events: list[Event] = []
    subscribed.callback = events.append
    assert notify(clock, f"/{subscribed.token}", VOLUME) == 200
    assert [event.variables for event in events] == [{"volume": "20"}]
    assert subscribed.events.empty()


@pytest.mark.parametrize("callback", [None, "not callable"])
def test_events_go_to_the_queue_without_a_callback(
    subscribed: Subscription, clock: FakeReactor, callback: Any
) -> None:
    subscribed.callback = callback
    notify(clock, f"/{subscribed.token}", VOLUME)
    event = subscribed.events.get_nowait()
    assert event.service.service_type == "RenderingControl"


def test_a_queue_of_ones_own(clock: FakeReactor, request_: FakeRequest) -> None:
    queue: Queue[Event] = Queue()
    subscription = Subscription(
        service_of(SPEAKER, "AVTransport"),
        queue,
        listener=a_listener(clock),
        request=request_,
        clock=clock,
    )
    subscription.subscribe()
    notify(clock, f"/{subscription.token}", VOLUME)
    assert queue.qsize() == 1


def test_events_before_with_and_after_the_grant(
    subscription: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    """The first event may overtake the grant; afterwards the SID has to fit."""
    events: list[Event] = []
    subscription.callback = events.append
    path = f"/{subscription.token}"
    subscription.event_listener.start()
    assert notify(clock, path, VOLUME) == 412
    subscription.subscribe()
    assert notify(clock, path, VOLUME) == 200
    request_.last.grant("uuid:1")
    assert notify(clock, path, VOLUME, {"SEQ": "1"}) == 200
    assert notify(clock, path, VOLUME, {"SEQ": "2", "SID": "uuid:2"}) == 412
    assert [event.seq for event in events] == [0, 1]


def test_an_event_while_the_request_is_being_sent(clock: FakeReactor) -> None:
    """It cannot come earlier."""
    events: list[Event] = []

    def request(method: str, url: str, headers: object) -> Deferred[dict[str, str]]:
        token = str(headers).partition(":1400/")[2].partition(">")[0]
        assert notify(clock, f"/{token}", VOLUME) == 200
        return succeed({"sid": "uuid:1"})

    subscription = Subscription(
        service_of(SPEAKER, "AVTransport"), listener=a_listener(clock), request=request, clock=clock
    )
    subscription.callback = events.append
    subscription.subscribe()
    assert len(events) == 1
    assert subscription.is_subscribed


def test_a_callback_may_end_the_subscription(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    subscribed.callback = Mock(side_effect=lambda _: subscribed.unsubscribe())
    assert notify(clock, f"/{subscribed.token}", VOLUME) == 200
    assert request_.last.method == "UNSUBSCRIBE"
