"""What is asked of a speaker, what its grant says, and what becomes of a refusal."""

from collections.abc import Callable
import logging

import pytest
from soco.exceptions import SoCoException
from twisted.internet.defer import Deferred

from custom_components.sonos_twisted.engine import (
    HttpStatusError,
    ListenError,
    ListenSettings,
    PlayerError,
    UpnpDisabledError,
)
from custom_components.sonos_twisted.engine.player import service_of
from custom_components.sonos_twisted.engine.subscription import (
    DEFAULT_LEASE_SECONDS,
    Subscription,
    SubscriptionDeferred,
)

from ..fakes import (
    LOST,
    OUR_ADDRESS,
    SILENCE,
    SPEAKER,
    FakeReactor,
    FakeRequest,
    Sent,
    a_listener,
    a_subscription,
)
from .steps import outcome_of


def test_what_is_sent(subscription: Subscription, request_: FakeRequest) -> None:
    subscription.subscribe(300)
    (sent,) = request_.sent
    assert sent.method == "SUBSCRIBE"
    assert sent.url == "http://192.0.2.11:1400/MediaRenderer/RenderingControl/Event"
    assert sent.headers == {
        "CALLBACK": f"<http://{OUR_ADDRESS}:1400/{subscription.token}>",
        "NT": "upnp:event",
        "TIMEOUT": "Second-300",
    }


def test_what_is_asked_for_by_default(subscription: Subscription, request_: FakeRequest) -> None:
    subscription.subscribe()
    assert request_.last.headers["TIMEOUT"] == f"Second-{DEFAULT_LEASE_SECONDS}"


def test_the_deferred_knows_the_subscription(
    subscription: Subscription, request_: FakeRequest
) -> None:
    """As soco documents it: at once as an attribute, later as the result."""
    deferred = subscription.subscribe()
    assert isinstance(deferred, SubscriptionDeferred)
    assert deferred.subscription is subscription
    outcome = outcome_of(deferred)
    assert outcome == []
    request_.last.grant("uuid:1")
    assert outcome == [subscription]


def test_what_a_grant_says(subscribed: Subscription, clock: FakeReactor) -> None:
    assert subscribed.is_subscribed
    assert subscribed.sid == "uuid:1"
    assert subscribed.timeout == 400
    clock.advance(100)
    assert subscribed.time_left == 300


def test_nothing_is_left_before_and_after(
    subscription: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    assert subscription.time_left == 0
    subscription.subscribe()
    request_.last.grant(timeout="Second-10")
    clock.advance(11)
    assert subscription.time_left == 0


@pytest.mark.parametrize(
    "error",
    [SILENCE, LOST, UpnpDisabledError("192.0.2.11"), HttpStatusError("x", "SUBSCRIBE", 503)],
)
def test_a_failure_is_passed_on(
    subscription: Subscription, request_: FakeRequest, clock: FakeReactor, error: PlayerError
) -> None:
    outcome = outcome_of(subscription.subscribe(auto_renew=True))
    request_.last.fail(error)
    assert outcome == [error]
    assert not subscription.is_subscribed
    assert subscription.subscriptions_map.count == 0
    assert subscription.subscriptions_map.by_token(subscription.token) is None
    assert clock.getDelayedCalls() == []


def test_a_failure_is_kept_to_itself_when_not_strict(
    subscription: Subscription, request_: FakeRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = outcome_of(subscription.subscribe(strict=False))
    request_.last.fail(SILENCE)
    assert outcome == [subscription]
    assert "192.0.2.11 does not answer" in caplog.text


def test_a_grant_without_a_sid(subscription: Subscription, request_: FakeRequest) -> None:
    outcome = outcome_of(subscription.subscribe())
    request_.last.answer.callback({"timeout": "Second-600"})
    assert str(outcome[0]) == "192.0.2.11 granted a subscription without naming its SID"
    assert isinstance(outcome[0], PlayerError)
    assert not subscription.is_subscribed


def test_the_listener_is_opened_when_it_is_not(subscription: Subscription) -> None:
    assert not subscription.event_listener.is_running
    subscription.subscribe()
    assert subscription.event_listener.is_running


def test_no_port_for_the_listener(request_: FakeRequest) -> None:
    """Nothing is asked for that could not be delivered."""
    subscription = a_subscription(FakeReactor(range(65536)), request_)
    outcome = outcome_of(subscription.subscribe())
    assert isinstance(outcome[0], ListenError)
    assert request_.sent == []
    assert subscription.subscriptions_map.count == 0


def test_no_way_to_the_speaker(
    clock: FakeReactor, request_: FakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The callback address cannot be told; nothing is left waiting."""
    listener = a_listener(clock)
    monkeypatch.setattr(listener, "callback_url", lambda *_: (_ for _ in ()).throw(SILENCE))
    subscription = a_subscription(clock, request_, listener=listener)
    assert outcome_of(subscription.subscribe()) == [SILENCE]
    assert listener.subscriptions_map.count == 0
    assert listener.subscriptions_map.by_token(subscription.token) is None


def test_a_request_that_cannot_even_be_sent(clock: FakeReactor) -> None:
    def request(method: str, url: str, headers: object) -> Deferred[dict[str, str]]:
        raise ValueError(url)

    subscription = Subscription(
        service_of(SPEAKER, "AVTransport"), listener=a_listener(clock), request=request, clock=clock
    )
    assert isinstance(outcome_of(subscription.subscribe())[0], ValueError)
    assert subscription.subscriptions_map.count == 0


def end(subscription: Subscription, sent: Sent) -> None:
    """Let a subscription be granted, and end it."""
    sent.grant()
    subscription.unsubscribe(strict=False).cancel()


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda _, sent: sent.grant(), id="subscribed"),
        pytest.param(end, id="ended"),
        pytest.param(lambda _, sent: sent.fail(SILENCE), id="failed"),
    ],
)
def test_used_once(
    subscription: Subscription, request_: FakeRequest, use: Callable[[Subscription, Sent], None]
) -> None:
    """Whoever wants another subscription makes another object."""
    subscription.subscribe(strict=False)
    use(subscription, request_.last)
    asked = len(request_.sent)
    (outcome,) = outcome_of(subscription.subscribe())
    assert type(outcome) is SoCoException
    assert len(request_.sent) == asked


def test_tokens_differ_and_cannot_be_guessed(clock: FakeReactor, request_: FakeRequest) -> None:
    tokens = {a_subscription(clock, request_).token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 20


def test_another_advertised_address(clock: FakeReactor, request_: FakeRequest) -> None:
    listener = a_listener(clock, ListenSettings("0.0.0.0", 1400, "198.51.100.7", 31400))
    subscription = a_subscription(clock, request_, listener=listener)
    subscription.subscribe()
    assert request_.last.callback == f"http://198.51.100.7:31400/{subscription.token}"
