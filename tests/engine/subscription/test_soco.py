"""Soco's traps: what it would do to the process, and is not done here."""

import gc
from typing import TYPE_CHECKING
import weakref

import pytest
from soco import events_twisted

from custom_components.sonos_twisted.engine.player import Player
from custom_components.sonos_twisted.engine.subscription import Subscription

from ..fakes import FakeReactor, FakeRequest, a_listener, a_subscription

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase


def test_a_speaker_is_never_asked_for_its_household(subscribed: Subscription) -> None:
    """Soco would, with a blocking call on the reactor thread. Our players could not answer."""
    assert not hasattr(Player, "household_id")
    assert not hasattr(Player, "zone_group_state")
    assert subscribed.is_subscribed


def test_no_shutdown_trigger_is_left_behind(
    subscribed: Subscription, clock: FakeReactor, reactor: ReactorBase
) -> None:
    """Soco adds one to the global reactor for each subscription, which keeps it alive."""
    triggers = reactor._eventTriggers
    waiting = [
        call
        for event in triggers.values()
        for phase in (event.before, event.during, event.after)
        for call, _, _ in phase
    ]
    assert not [call for call in waiting if isinstance(getattr(call, "__self__", 0), Subscription)]
    assert clock.triggers == {}


def test_a_subscription_that_ended_is_let_go(clock: FakeReactor, request_: FakeRequest) -> None:
    listener = a_listener(clock)
    subscription = a_subscription(clock, request_, listener=listener)
    subscription.subscribe(auto_renew=True)
    request_.last.grant()
    subscription.unsubscribe()
    request_.last.grant()
    request_.sent.clear()
    gone = weakref.ref(subscription)
    del subscription
    gc.collect()
    assert gone() is None


def test_socos_module_wide_state_is_untouched(
    subscribed: Subscription, request_: FakeRequest
) -> None:
    assert subscribed.event_listener is not events_twisted.event_listener
    assert subscribed.subscriptions_map is not events_twisted.subscriptions_map
    assert events_twisted.subscriptions_map.count == 0
    assert events_twisted.event_listener.port is None


def test_the_listener_stays_open_for_others(
    subscribed: Subscription, request_: FakeRequest
) -> None:
    """Soco closes it with the last subscription, and opens another port with the next one."""
    subscribed.unsubscribe()
    request_.last.grant()
    assert subscribed.subscriptions_map.count == 0
    assert subscribed.event_listener.is_running


def test_the_map_counts_those_that_wait(subscription: Subscription, request_: FakeRequest) -> None:
    subscription.subscribe()
    assert subscription.subscriptions_map.count == 1
    request_.last.grant()
    assert subscription.subscriptions_map.count == 1
    assert subscription.subscriptions_map.get_subscription("uuid:1") is subscription


@pytest.mark.parametrize("call", ["subscribe", "renew", "unsubscribe"])
def test_only_on_the_reactor_thread(reactor: ReactorBase, request_: FakeRequest, call: str) -> None:
    subscription = a_subscription(reactor, request_)
    with pytest.raises(RuntimeError, match="reactor thread"):
        getattr(subscription, call)()
    assert request_.sent == []
