"""Calls wait for each other, and giving up the last gives up all before it."""

from soco.exceptions import SoCoException
from twisted.internet.defer import CancelledError

from custom_components.sonos_twisted.engine.subscription import Subscription

from ..fakes import SILENCE, FakeReactor, FakeRequest, notify
from .steps import VOLUME, outcome_of


def test_calls_wait_for_each_other(subscription: Subscription, request_: FakeRequest) -> None:
    order: list[str] = []
    subscription.subscribe().addCallback(lambda _: order.append("subscribed"))
    subscription.renew().addCallback(lambda _: order.append("renewed"))
    subscription.unsubscribe().addCallback(lambda _: order.append("ended"))
    assert request_.kinds == ["SUBSCRIBE"]
    request_.last.grant()
    assert request_.kinds == ["SUBSCRIBE", "RENEW"]
    request_.last.grant()
    assert request_.kinds == ["SUBSCRIBE", "RENEW", "UNSUBSCRIBE"]
    request_.last.grant()
    assert order == ["subscribed", "renewed", "ended"]


def test_a_failure_does_not_hold_up_what_follows(
    subscribed: Subscription, request_: FakeRequest
) -> None:
    subscribed.renew(strict=False)
    outcome = outcome_of(subscribed.renew())
    request_.last.fail(SILENCE)
    request_.last.grant()
    assert outcome == [subscribed]


def test_an_end_while_the_grant_is_on_its_way(
    subscription: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    """The speaker is told as soon as there is something to end; nothing begins to run."""
    subscription.subscribe(auto_renew=True)
    subscription.unsubscribe()
    assert notify(clock, f"/{subscription.token}", VOLUME) == 412
    request_.last.grant("uuid:1")
    assert request_.last.method == "UNSUBSCRIBE"
    assert request_.last.headers == {"SID": "uuid:1"}
    assert notify(clock, f"/{subscription.token}", VOLUME) == 412
    assert clock.getDelayedCalls() == []
    request_.last.grant()
    assert not subscription.is_subscribed


def test_giving_up_the_end_gives_up_a_subscribe(
    subscription: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    """A speaker that hangs must leave nothing behind when the host cannot wait longer."""
    begun = outcome_of(subscription.subscribe(auto_renew=True))
    deferred = subscription.unsubscribe()
    ended = outcome_of(deferred)
    deferred.cancel()
    assert [type(outcome) for outcome in begun + ended] == [CancelledError, CancelledError]
    assert request_.last.cancelled
    assert request_.open == []
    assert clock.getDelayedCalls() == []
    assert subscription.subscriptions_map.count == 0


def test_giving_up_the_end_gives_up_a_renewal(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    renewed = outcome_of(subscribed.renew())
    deferred = subscribed.unsubscribe(strict=False)
    ended = outcome_of(deferred)
    deferred.cancel()
    assert isinstance(renewed[0], CancelledError)
    assert ended == [subscribed]
    assert request_.last.cancelled
    assert request_.open == []
    assert clock.getDelayedCalls() == []


def test_cancelling_a_subscribe_cancels_its_request(
    subscription: Subscription, request_: FakeRequest
) -> None:
    deferred = subscription.subscribe()
    outcome = outcome_of(deferred)
    deferred.cancel()
    assert request_.last.cancelled
    assert isinstance(outcome[0], CancelledError)
    assert subscription.subscriptions_map.count == 0


def test_a_renewal_that_waits_is_not_sent_after_the_end(
    subscribed: Subscription, request_: FakeRequest
) -> None:
    subscribed.unsubscribe()
    outcome = outcome_of(subscribed.renew())
    request_.last.grant()
    assert isinstance(outcome[0], SoCoException)
    assert request_.kinds == ["SUBSCRIBE", "UNSUBSCRIBE"]
