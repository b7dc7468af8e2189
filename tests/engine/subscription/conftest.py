"""Subscriptions on a clock that tests move, and requests that tests answer."""

import pytest

from custom_components.sonos_twisted.engine.subscription import Subscription

from ..fakes import FakeReactor, FakeRequest, a_subscription


@pytest.fixture
def clock() -> FakeReactor:
    return FakeReactor()


@pytest.fixture
def request_() -> FakeRequest:
    return FakeRequest()


@pytest.fixture
def subscription(clock: FakeReactor, request_: FakeRequest) -> Subscription:
    return a_subscription(clock, request_)


@pytest.fixture
def subscribed(subscription: Subscription, request_: FakeRequest) -> Subscription:
    """Make a subscription that was granted 400 seconds and renews itself."""
    subscription.subscribe(400, auto_renew=True)
    request_.last.grant("uuid:1", "Second-400")
    return subscription
