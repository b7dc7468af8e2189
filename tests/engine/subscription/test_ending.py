"""A subscription ends at once on our side, whatever the speaker says."""

import pytest

from custom_components.sonos_twisted.engine.subscription import Subscription

from ..fakes import LOST, SILENCE, FakeReactor, FakeRequest, notify
from .steps import VOLUME, outcome_of


def test_the_end(subscribed: Subscription, request_: FakeRequest, clock: FakeReactor) -> None:
    outcome = outcome_of(subscribed.unsubscribe())
    assert request_.last.method == "UNSUBSCRIBE"
    assert request_.last.headers == {"SID": "uuid:1"}
    assert not subscribed.is_subscribed
    assert subscribed.subscriptions_map.count == 0
    assert clock.getDelayedCalls() == []
    request_.last.grant()
    assert outcome == [subscribed]


def test_the_end_of_what_the_speaker_forgot(
    subscribed: Subscription, request_: FakeRequest
) -> None:
    """412 is what was wanted."""
    outcome = outcome_of(subscribed.unsubscribe())
    request_.last.fail(LOST)
    assert outcome == [subscribed]


@pytest.mark.parametrize(("strict", "result"), [(True, SILENCE), (False, None)])
def test_a_speaker_that_does_not_hear_of_the_end(
    subscribed: Subscription, request_: FakeRequest, strict: bool, result: object
) -> None:
    outcome = outcome_of(subscribed.unsubscribe(strict=strict))
    request_.last.fail(SILENCE)
    assert outcome == [result or subscribed]
    assert not subscribed.is_subscribed


def test_nothing_is_sent_for_what_is_not_running(
    subscription: Subscription, request_: FakeRequest
) -> None:
    assert outcome_of(subscription.unsubscribe()) == [subscription]
    assert request_.sent == []


def test_nothing_is_sent_for_what_ran_out(
    subscription: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    subscription.subscribe()
    request_.last.grant(timeout="Second-10")
    clock.advance(10)
    assert outcome_of(subscription.unsubscribe()) == [subscription]
    assert request_.kinds == ["SUBSCRIBE"]


def test_ending_twice(subscribed: Subscription, request_: FakeRequest) -> None:
    subscribed.unsubscribe()
    outcome = outcome_of(subscribed.unsubscribe())
    request_.last.grant()
    assert outcome == [subscribed]
    assert request_.kinds == ["SUBSCRIBE", "UNSUBSCRIBE"]


def test_events_are_refused_from_the_end_on(
    clock: FakeReactor, subscribed: Subscription, request_: FakeRequest
) -> None:
    """Not only when the speaker has heard of it."""
    subscribed.renew()
    subscribed.unsubscribe()
    assert request_.kinds == ["SUBSCRIBE", "RENEW"]
    assert notify(clock, f"/{subscribed.token}", VOLUME) == 412
