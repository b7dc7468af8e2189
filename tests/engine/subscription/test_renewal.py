"""When a subscription is renewed, and what becomes of renewals that fail."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from soco.exceptions import SoCoException
from twisted.python.failure import Failure

from custom_components.sonos_twisted.engine import HttpStatusError, PlayerError
from custom_components.sonos_twisted.engine.subscription import (
    MAX_RENEWAL_SECONDS,
    MIN_RENEWAL_SECONDS,
    Subscription,
)

from ..fakes import (
    LOST,
    SILENCE,
    FakeReactor,
    FakeRequest,
)
from .steps import outcome_of, until_renewal


@pytest.mark.parametrize(
    ("granted", "timeout", "seconds"),
    [
        ("Second-400", 400, 200.0),
        ("second-400", 400, 200.0),
        (" Second-400 ", 400, 200.0),
        ("Second-5", 5, 2.5),
        ("Second-3", 3, MIN_RENEWAL_SECONDS),
        ("Second-0", 0, MIN_RENEWAL_SECONDS),
        ("Second-86400", 86400, MAX_RENEWAL_SECONDS),
        ("Second-999999999", 999_999_999, MAX_RENEWAL_SECONDS),
        ("Second-infinite", None, MAX_RENEWAL_SECONDS),
        ("infinite", None, MAX_RENEWAL_SECONDS),
        (None, 120, 60.0),
        ("", 120, 60.0),
        ("Second-", 120, 60.0),
        ("Second--5", 120, 60.0),
        ("Second-1.5", 120, 60.0),
        ("Second-" + "9" * 5000, 120, 60.0),
        ("soon", 120, 60.0),
    ],
)
def test_when_it_is_renewed(
    subscription: Subscription,
    request_: FakeRequest,
    clock: FakeReactor,
    granted: str | None,
    timeout: int | None,
    seconds: float,
) -> None:
    """At half the granted time, within bounds; what cannot be read counts as what was asked."""
    subscription.subscribe(120, auto_renew=True)
    request_.last.grant(timeout=granted)
    assert subscription.timeout == timeout
    assert until_renewal(clock) == seconds


def test_an_endless_grant_never_runs_out(
    subscription: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    subscription.subscribe()
    request_.last.grant(timeout="Second-infinite")
    clock.advance(1e9)
    assert subscription.time_left == float("inf")


def test_a_renewal_by_itself(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    """It goes on for ever, each time at half of what was granted last."""
    clock.advance(200)
    assert request_.last.headers == {"SID": "uuid:1", "TIMEOUT": "Second-400"}
    request_.last.grant(timeout="Second-100")
    assert subscribed.time_left == 100
    clock.advance(50)
    assert request_.kinds == ["SUBSCRIBE", "RENEW", "RENEW"]
    request_.last.grant(timeout="Second-400")
    assert until_renewal(clock) == 200


def test_without_renewal_by_itself(
    subscription: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    subscription.subscribe()
    request_.last.grant()
    assert clock.getDelayedCalls() == []


def test_a_renewal_by_hand(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    outcome = outcome_of(subscribed.renew(300))
    assert request_.last.headers["TIMEOUT"] == "Second-300"
    request_.last.grant(timeout="Second-300")
    assert outcome == [subscribed]
    assert until_renewal(clock) == 150


@pytest.mark.parametrize("error", [SILENCE, HttpStatusError("192.0.2.11", "SUBSCRIBE", 503)])
def test_a_renewal_that_fails_is_tried_again(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor, error: PlayerError
) -> None:
    """The speaker goes on sending until the granted time ends."""
    failures: list[Failure] = []
    subscribed.auto_renew_fail = failures.append
    clock.advance(200)
    request_.last.fail(error)
    assert [failure.value for failure in failures] == [error]
    assert subscribed.is_subscribed
    assert until_renewal(clock) == 100
    clock.advance(100)
    request_.last.grant()
    assert subscribed.time_left == 600
    assert len(failures) == 1


def test_renewals_that_fail_until_the_time_is_over(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    clock.advance(200)
    for _ in range(6):
        request_.last.fail(SILENCE)
        clock.advance(until_renewal(clock))
    clock.advance(400)
    request_.last.fail(SILENCE)
    assert not subscribed.is_subscribed
    assert clock.getDelayedCalls() == []


def test_a_subscription_that_the_speaker_forgot(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    failures: list[Failure] = []
    subscribed.auto_renew_fail = failures.append
    clock.advance(200)
    request_.last.fail(LOST)
    assert [failure.value for failure in failures] == [LOST]
    assert not subscribed.is_subscribed
    assert subscribed.time_left == 0
    assert subscribed.subscriptions_map.by_token(subscribed.token) is None
    assert clock.getDelayedCalls() == []


def test_failures_of_renewals_by_hand_go_to_who_asked(
    subscribed: Subscription, request_: FakeRequest
) -> None:
    failures: list[Failure] = []
    subscribed.auto_renew_fail = failures.append
    outcome = outcome_of(subscribed.renew())
    request_.last.fail(SILENCE)
    assert outcome == [SILENCE]
    assert failures == []


@pytest.mark.parametrize("handler", [None, "not callable", lambda _: 1 / 0])
def test_a_mistake_in_auto_renew_fail(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor, handler: Any
) -> None:
    """It must not hold up what follows."""
    subscribed.auto_renew_fail = handler
    clock.advance(200)
    request_.last.fail(SILENCE)
    outcome = outcome_of(subscribed.renew())
    request_.last.grant()
    assert outcome == [subscribed]


def test_a_mistake_in_auto_renew_fail_is_logged(
    subscribed: Subscription,
    request_: FakeRequest,
    clock: FakeReactor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    subscribed.auto_renew_fail = Mock(side_effect=ZeroDivisionError)
    clock.advance(200)
    request_.last.fail(SILENCE)
    assert [record.levelname for record in caplog.records if record.exc_info] == ["ERROR"]
    assert "ZeroDivisionError" in caplog.text


def test_auto_renew_fail_may_end_the_subscription(
    subscribed: Subscription, request_: FakeRequest, clock: FakeReactor
) -> None:
    subscribed.auto_renew_fail = Mock(side_effect=lambda _: subscribed.unsubscribe())
    clock.advance(200)
    request_.last.fail(SILENCE)
    assert request_.kinds == ["SUBSCRIBE", "RENEW", "UNSUBSCRIBE"]
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize("begin", [lambda _: None, lambda s: s.unsubscribe()])
def test_only_what_runs_is_renewed(
    subscription: Subscription, begin: Callable[[Subscription], object]
) -> None:
    begin(subscription)
    (outcome,) = outcome_of(subscription.renew())
    assert type(outcome) is SoCoException
