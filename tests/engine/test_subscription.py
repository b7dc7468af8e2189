"""A subscription: soco's contract, kept and mended."""

from collections.abc import Callable
import gc
import logging
from queue import Queue
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock
import weakref

import pytest
from soco import events_twisted
from soco.exceptions import SoCoException
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from custom_components.sonos_twisted.engine import (
    HttpStatusError,
    ListenError,
    ListenSettings,
    PlayerError,
    PlayerUnreachableError,
    Subscription,
    SubscriptionLostError,
    UpnpDisabledError,
)
from custom_components.sonos_twisted.engine.player import Player, service_of
from custom_components.sonos_twisted.engine.subscription import (
    DEFAULT_LEASE_SECONDS,
    MAX_RENEWAL_SECONDS,
    MIN_RENEWAL_SECONDS,
    SubscriptionDeferred,
)

from ..model.payloads import notify as body_of
from .fakes import (
    OUR_ADDRESS,
    SPEAKER,
    FakeReactor,
    FakeRequest,
    Sent,
    a_listener,
    a_subscription,
    notify,
)

if TYPE_CHECKING:
    from soco.events_base import Event
    from twisted.internet.base import ReactorBase

SILENCE = PlayerUnreachableError("192.0.2.11", "does not answer")
LOST = SubscriptionLostError("192.0.2.11")
VOLUME = body_of({"Volume": "20"})


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


def outcome_of(deferred: Deferred[Any]) -> list[object]:
    """Collect the result of a Deferred, or the exception that it fails with."""
    outcome: list[object] = []
    deferred.addCallbacks(outcome.append, lambda failure: outcome.append(failure.value))
    return outcome


def until_renewal(clock: Clock) -> float:
    """Return the seconds until the only thing that is planned."""
    (call,) = clock.getDelayedCalls()
    return float(call.getTime() - clock.seconds())


# SUBSCRIBE


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


# One after the other


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


# Renewal


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


# UNSUBSCRIBE


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


# Events


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


# soco's traps


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


def test_another_advertised_address(clock: FakeReactor, request_: FakeRequest) -> None:
    listener = a_listener(clock, ListenSettings("0.0.0.0", 1400, "198.51.100.7", 31400))
    subscription = a_subscription(clock, request_, listener=listener)
    subscription.subscribe()
    assert request_.last.callback == f"http://198.51.100.7:31400/{subscription.token}"
