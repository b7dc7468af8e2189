"""A lease: what it does when, on a clock that is moved by hand."""

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING
from unittest.mock import Mock

from hypothesis import given, strategies as st
import pytest
from twisted.python.failure import Failure

from custom_components.sonos_twisted.engine import (
    EventsNotArrivingError,
    HttpStatusError,
    PlayerUnreachableError,
    SubscriptionLostError,
    UpnpDisabledError,
)
from custom_components.sonos_twisted.engine.lease import (
    INITIAL_EVENT_SECONDS,
    QUIET_SECONDS,
    Backoff,
    Lease,
    LeaseState as S,
)
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from ..model.payloads import notify as body_of
from .fakes import FakeReactor, FakeRequest, Sent, a_listener, a_subscription, notify

if TYPE_CHECKING:
    from soco.events_base import Event

    from custom_components.sonos_twisted.engine import Subscription

SILENCE = PlayerUnreachableError("192.0.2.11", "does not answer")
LOST = SubscriptionLostError("192.0.2.11")


class Tenant:
    """A lease with all that is around it: a clock, a listener, and a speaker worked by hand."""

    def __init__(self, random: Callable[[], float] = lambda: 1.0) -> None:
        """Prepare; the listener is open."""
        self.clock = FakeReactor()
        self.request = FakeRequest()
        self.listener = a_listener(self.clock)
        self.listener.start()
        self.subscriptions: list[Subscription] = []
        self.events: list[Event] = []
        self.states: list[S] = []
        self.lease = Lease(
            self.new_subscription,
            self.clock,
            on_event=self.events.append,
            on_change=lambda lease: self.states.append(lease.state),
            backoff=Backoff(random=random),
            seconds=600,
        )

    def new_subscription(self) -> Subscription:
        """Make a subscription."""
        subscription = a_subscription(self.clock, self.request, listener=self.listener)
        self.subscriptions.append(subscription)
        return subscription

    def state(self) -> S:
        """Return what the lease is doing."""
        return self.lease.state

    def error(self) -> Exception | None:
        """Return what went wrong last."""
        return self.lease.error

    @property
    def asked(self) -> Sent:
        """The newest request that is not answered."""
        return self.request.open[-1]

    def grant(self) -> None:
        """Let the speaker accept; its SIDs count up."""
        self.asked.grant(f"uuid:{len(self.subscriptions)}", "Second-600")

    def event(self, seq: int, *, of: int = -1) -> int:
        """Let the speaker send an event of a subscription, the newest one or an older one."""
        number = range(1, len(self.subscriptions) + 1)[of]
        headers: dict[str, str | None] = {"SEQ": str(seq), "SID": f"uuid:{number}"}
        path = f"/{self.subscriptions[of].token}"
        return notify(self.clock, path, body_of({"Volume": str(seq)}), headers)

    @property
    def volumes(self) -> list[str]:
        """What was heard, in order."""
        return [event.variables["volume"] for event in self.events]

    def until_due(self) -> float:
        """Return the seconds until the first thing that is planned."""
        return min(call.getTime() for call in self.clock.getDelayedCalls()) - self.clock.seconds()

    def lead_to(self, state: S) -> None:
        """Bring the lease into a state, the way it gets there in life."""
        for step in WAYS[state]:
            step(self)


WAYS: dict[S, list[Callable[[Tenant], object]]] = {S.IDLE: []}
WAYS[S.SUBSCRIBING] = [lambda t: t.lease.hold()]
WAYS[S.GRANTED] = [*WAYS[S.SUBSCRIBING], lambda t: t.grant()]
WAYS[S.HELD] = [*WAYS[S.GRANTED], lambda t: t.event(0)]
WAYS[S.WAITING] = [*WAYS[S.SUBSCRIBING], lambda t: t.asked.fail(SILENCE)]
WAYS[S.DOUBTFUL] = [
    *WAYS[S.HELD],
    lambda t: t.clock.advance(MAX_RENEWAL_SECONDS),
    lambda t: t.asked.fail(SILENCE),
]
WAYS[S.RENEWING] = [*WAYS[S.DOUBTFUL], lambda t: t.lease.sign_of_life()]
WAYS[S.RELEASED] = [*WAYS[S.SUBSCRIBING], lambda t: t.lease.release()]

LEADS_TO: dict[tuple[S, str], S] = {
    (S.IDLE, "hold"): S.SUBSCRIBING,
    (S.SUBSCRIBING, "granted"): S.GRANTED,
    (S.SUBSCRIBING, "refused"): S.WAITING,
    (S.GRANTED, "initial_event"): S.HELD,
    (S.GRANTED, "timer_fired"): S.WAITING,
    (S.GRANTED, "lost"): S.WAITING,
    (S.HELD, "renewal_failed"): S.DOUBTFUL,
    (S.HELD, "lost"): S.SUBSCRIBING,
    (S.HELD, "timer_fired"): S.HELD,
    (S.HELD, "verify"): S.RENEWING,
    (S.DOUBTFUL, "timer_fired"): S.RENEWING,
    (S.DOUBTFUL, "sign_of_life"): S.RENEWING,
    (S.DOUBTFUL, "verify"): S.RENEWING,
    (S.DOUBTFUL, "lost"): S.SUBSCRIBING,
    (S.RENEWING, "renewed"): S.HELD,
    (S.RENEWING, "renewal_failed"): S.DOUBTFUL,
    (S.RENEWING, "lost"): S.SUBSCRIBING,
    (S.WAITING, "timer_fired"): S.SUBSCRIBING,
    (S.WAITING, "sign_of_life"): S.SUBSCRIBING,
}
LEADS_TO |= {(state, "release"): S.RELEASED for state in S if state is not S.RELEASED}
INPUTS = (
    "hold",
    "granted",
    "initial_event",
    "refused",
    "renewal_failed",
    "renewed",
    "lost",
    "timer_fired",
    "sign_of_life",
    "verify",
    "release",
)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


# The table


@pytest.mark.parametrize("state", S)
def test_every_state_can_be_reached(tenant: Tenant, state: S) -> None:
    tenant.lead_to(state)
    assert tenant.state() is state
    assert tenant.states[-1:] == [state] * (state is not S.IDLE)


@pytest.mark.parametrize(("state", "happening"), LEADS_TO)
def test_what_is_in_the_table_happens(tenant: Tenant, state: S, happening: str) -> None:
    tenant.lead_to(state)
    tenant.states.clear()
    getattr(tenant.lease._machine, happening)()
    assert tenant.state() is LEADS_TO[state, happening]
    assert tenant.states == [LEADS_TO[state, happening]]


@pytest.mark.parametrize(
    ("state", "happening"), [pair for pair in product(S, INPUTS) if pair not in LEADS_TO]
)
def test_nothing_else_happens(tenant: Tenant, state: S, happening: str) -> None:
    tenant.lead_to(state)
    tenant.states.clear()
    planned, sent = tenant.clock.getDelayedCalls(), tenant.request.kinds
    getattr(tenant.lease._machine, happening)()
    assert tenant.state() is state
    assert tenant.states == []
    assert tenant.clock.getDelayedCalls() == planned
    assert tenant.request.kinds == sent


@pytest.mark.parametrize("state", S)
def test_released_in_any_state(tenant: Tenant, state: S) -> None:
    """Nothing is planned any more, and nothing is heard."""
    tenant.lead_to(state)
    released = tenant.lease.release()
    assert tenant.clock.getDelayedCalls() == []
    for sent in iter(lambda: next(iter(tenant.request.open), None), None):
        sent.fail(SILENCE)
    assert released.called
    assert tenant.state() is S.RELEASED
    assert tenant.error() is None
    assert tenant.clock.getDelayedCalls() == []
    assert tenant.listener.subscriptions_map.count == 0


@pytest.mark.parametrize(
    ("state", "held"),
    [
        (S.IDLE, False),
        (S.SUBSCRIBING, False),
        (S.GRANTED, False),
        (S.HELD, True),
        (S.DOUBTFUL, True),
        (S.RENEWING, True),
        (S.WAITING, False),
        (S.RELEASED, False),
    ],
)
def test_when_events_arrive(tenant: Tenant, state: S, held: bool) -> None:
    tenant.lead_to(state)
    assert tenant.lease.is_held is held


# From nothing to held


def test_a_lease_is_won(tenant: Tenant) -> None:
    tenant.lead_to(S.HELD)
    assert tenant.states == [S.SUBSCRIBING, S.GRANTED, S.HELD]
    assert tenant.volumes == ["0"]
    assert tenant.request.kinds == ["SUBSCRIBE"]
    assert tenant.request.last.headers["TIMEOUT"] == "Second-600"
    assert tenant.error() is None
    assert tenant.until_due() == MAX_RENEWAL_SECONDS


def test_the_initial_event_overtakes_the_grant(tenant: Tenant) -> None:
    tenant.lead_to(S.SUBSCRIBING)
    assert tenant.event(0) == 200
    assert tenant.event(1) == 200
    assert tenant.state() is S.SUBSCRIBING
    tenant.grant()
    assert tenant.state() is S.HELD
    assert tenant.volumes == ["0", "1"]


def test_an_event_is_lost_before_the_grant(tenant: Tenant) -> None:
    """It is known at the grant that the state is not complete."""
    tenant.lead_to(S.SUBSCRIBING)
    tenant.event(0)
    tenant.event(2)
    tenant.grant()
    assert tenant.state() is S.WAITING
    tenant.clock.advance(tenant.until_due())
    assert tenant.request.kinds == ["SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIBE"]


def test_the_initial_event_is_lost(tenant: Tenant) -> None:
    """The next event shows it."""
    tenant.lead_to(S.GRANTED)
    tenant.event(1)
    assert tenant.state() is S.WAITING
    assert tenant.lease.gaps == 1


def test_a_grant_without_events(tenant: Tenant) -> None:
    """The speaker cannot reach us: it is told to stop, and asked again later."""
    tenant.lead_to(S.GRANTED)
    tenant.clock.advance(INITIAL_EVENT_SECONDS)
    assert tenant.state() is S.WAITING
    assert isinstance(tenant.lease.error, EventsNotArrivingError)
    assert str(tenant.lease.error).endswith("do not reach http://192.0.2.1:1400/")
    assert tenant.request.kinds == ["SUBSCRIBE", "UNSUBSCRIBE"]
    tenant.clock.advance(0.5)
    assert tenant.state() is S.SUBSCRIBING
    tenant.grant()
    tenant.event(0)
    assert tenant.state() is S.HELD
    assert tenant.error() is None


@pytest.mark.parametrize(
    "error",
    [
        SILENCE,
        LOST,
        UpnpDisabledError("192.0.2.11"),
        HttpStatusError("192.0.2.11", "SUBSCRIBE", 503),
        ValueError("out of the blue"),
    ],
)
def test_a_refusal_is_remembered_until_it_is_mended(tenant: Tenant, error: Exception) -> None:
    tenant.lead_to(S.SUBSCRIBING)
    tenant.asked.fail(error)
    assert tenant.state() is S.WAITING
    assert tenant.error() is error
    tenant.clock.advance(0.5)
    tenant.grant()
    assert tenant.error() is error
    tenant.event(0)
    assert tenant.error() is None


def test_no_port_to_listen_on() -> None:
    """It is tried again, like everything else, until there is one."""
    tenant = Tenant()
    tenant.listener.stop()
    tenant.clock.taken = range(65536)
    tenant.lease.hold()
    assert tenant.state() is S.WAITING
    assert "none of the ports" in str(tenant.lease.error)
    tenant.clock.taken = ()
    tenant.clock.advance(0.5)
    assert tenant.state() is S.SUBSCRIBING


# Backoff


def test_waits_grow_up_to_a_minute(tenant: Tenant) -> None:
    tenant.lead_to(S.SUBSCRIBING)
    waits = []
    for _ in range(12):
        tenant.asked.fail(SILENCE)
        waits.append(tenant.until_due())
        tenant.clock.advance(waits[-1])
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert tenant.lease.subscriptions == 13


def test_success_makes_the_next_wait_short(tenant: Tenant) -> None:
    tenant.lead_to(S.SUBSCRIBING)
    for _ in range(5):
        tenant.asked.fail(SILENCE)
        tenant.clock.advance(60)
    tenant.grant()
    tenant.event(0)
    tenant.clock.advance(MAX_RENEWAL_SECONDS)
    tenant.asked.fail(SILENCE)
    assert tenant.until_due() == 0.5


@given(failures=st.integers(1, 10**6), chance=st.floats(0, 1))
def test_waits_differ_within_bounds(failures: int, chance: float) -> None:
    """So that the leases of a household that failed together do not come back together."""
    nominal = Backoff(random=lambda: 1.0).delay(failures)
    assert nominal <= 60
    assert nominal / 2 <= Backoff(random=lambda: chance).delay(failures) <= nominal


def test_chance_is_used_unless_a_test_replaces_it() -> None:
    assert len({Backoff().delay(8) for _ in range(10)}) > 1


def test_a_sign_of_life_ends_the_wait(tenant: Tenant) -> None:
    tenant.lead_to(S.WAITING)
    tenant.lease.sign_of_life()
    assert tenant.state() is S.SUBSCRIBING
    assert tenant.clock.getDelayedCalls() == []


# Events


def test_events_are_passed_on_once_and_in_order(tenant: Tenant) -> None:
    tenant.lead_to(S.HELD)
    for seq in (1, 1, 2, 1, 0, 3):
        assert tenant.event(seq) == 200
    assert tenant.volumes[:3] == ["0", "1", "2"]


@pytest.mark.parametrize("seq", [0, 1, 2])
def test_a_late_or_repeated_event_changes_nothing(tenant: Tenant, seq: int) -> None:
    tenant.lead_to(S.HELD)
    for number in (1, 2):
        tenant.event(number)
    heard, tenant.states[:] = tenant.volumes, []
    tenant.event([2, 1, 2][seq])
    assert tenant.volumes == heard
    assert tenant.states == []


def test_a_gap_heals_at_once(tenant: Tenant) -> None:
    """What was lost can only be had from a new initial event; what came counts already."""
    tenant.lead_to(S.HELD)
    tenant.event(2)
    assert tenant.volumes == ["0", "2"]
    assert tenant.state() is S.SUBSCRIBING
    assert tenant.lease.gaps == 1
    assert tenant.request.kinds == ["SUBSCRIBE", "UNSUBSCRIBE", "SUBSCRIBE"]
    tenant.grant()
    tenant.event(0)
    assert tenant.state() is S.HELD


def test_a_replaced_subscription_has_no_say(tenant: Tenant) -> None:
    """Its events are refused, so that the speaker lets go of it."""
    tenant.lead_to(S.HELD)
    tenant.event(2)
    assert tenant.event(3, of=0) == 412
    assert tenant.volumes == ["0", "2"]


def test_a_replaced_subscription_is_not_heard_inside_either(tenant: Tenant) -> None:
    tenant.lead_to(S.HELD)
    old = tenant.subscriptions[0]
    tenant.event(2)
    tenant.states.clear()
    old.receive("uuid:1", 3, {})
    assert old.auto_renew_fail is not None
    tenant.lease._core.renewal_failed(old, Failure(SILENCE))
    tenant.lease._core._granted(old)
    tenant.lease._core._refused(old, Failure(SILENCE))
    assert tenant.states == []
    assert tenant.error() is None


# Renewal


def test_renewals_go_unnoticed(tenant: Tenant) -> None:
    tenant.lead_to(S.HELD)
    tenant.states.clear()
    for seq in range(1, 6):
        tenant.clock.advance(MAX_RENEWAL_SECONDS)
        tenant.asked.grant("uuid:1", "Second-600")
        tenant.event(seq)
    assert tenant.states == []
    assert tenant.request.kinds == ["SUBSCRIBE"] + ["RENEW"] * 5


def test_a_forgotten_subscription_is_replaced_at_once(tenant: Tenant) -> None:
    """412 is nothing to be worried about: the speaker rebooted."""
    tenant.lead_to(S.HELD)
    tenant.clock.advance(MAX_RENEWAL_SECONDS)
    tenant.asked.fail(LOST)
    assert tenant.state() is S.SUBSCRIBING
    assert tenant.error() is None
    assert tenant.request.kinds == ["SUBSCRIBE", "RENEW", "SUBSCRIBE"]


def test_a_failed_renewal_is_tried_again(tenant: Tenant) -> None:
    tenant.lead_to(S.DOUBTFUL)
    assert tenant.error() is SILENCE
    assert tenant.lease.is_held
    assert tenant.until_due() == 0.5
    tenant.clock.advance(0.5)
    assert tenant.state() is S.RENEWING
    tenant.asked.fail(SILENCE)
    assert tenant.until_due() == 1
    tenant.clock.advance(1)
    tenant.asked.grant("uuid:1", "Second-600")
    assert tenant.state() is S.HELD
    assert tenant.error() is None
    assert tenant.request.kinds == ["SUBSCRIBE", "RENEW", "RENEW", "RENEW"]


def test_an_event_ends_the_doubt(tenant: Tenant) -> None:
    tenant.lead_to(S.DOUBTFUL)
    tenant.event(1)
    assert tenant.state() is S.RENEWING
    assert tenant.volumes == ["0", "1"]


@pytest.mark.parametrize("state", [S.DOUBTFUL, S.RENEWING])
def test_a_gap_while_in_doubt(tenant: Tenant, state: S) -> None:
    tenant.lead_to(state)
    tenant.event(5)
    assert tenant.state() is S.SUBSCRIBING


def test_a_subscription_that_runs_out_is_replaced(tenant: Tenant) -> None:
    """The speaker is silent for longer than it had granted."""
    tenant.lead_to(S.DOUBTFUL)
    while tenant.state() is not S.SUBSCRIBING:
        tenant.clock.advance(tenant.until_due())
        for sent in [sent for sent in tenant.request.open if sent.kind == "RENEW"]:
            sent.fail(SILENCE)
    assert tenant.clock.seconds() >= 600
    assert tenant.lease.subscriptions == 2


def test_verifying_renews_at_once(tenant: Tenant) -> None:
    tenant.lead_to(S.HELD)
    tenant.lease.verify()
    assert tenant.state() is S.RENEWING
    assert tenant.asked.kind == "RENEW"
    tenant.asked.fail(LOST)
    assert tenant.state() is S.SUBSCRIBING


def test_a_renewal_of_a_subscription_that_is_over(tenant: Tenant) -> None:
    """Nobody can renew it, so it is replaced."""
    tenant.lead_to(S.HELD)
    tenant.subscriptions[0]._cancel_subscription()
    tenant.lease.verify()
    assert tenant.state() is S.SUBSCRIBING
    assert tenant.lease.subscriptions == 2


# Silence


def _after_silence(tenant: Tenant) -> None:
    """Let a lease be held and quiet until it asks for a second subscription."""
    tenant.lead_to(S.HELD)
    tenant.clock.advance(MAX_RENEWAL_SECONDS)
    tenant.asked.grant("uuid:1", "Second-600")
    tenant.clock.advance(QUIET_SECONDS - MAX_RENEWAL_SECONDS)


def test_what_was_lost_before_a_silence_is_found_out(tenant: Tenant) -> None:
    """No event shows that the one before it is missing, so a second subscription is asked for."""
    _after_silence(tenant)
    assert tenant.request.kinds == ["SUBSCRIBE", "RENEW", "SUBSCRIBE"]
    tenant.grant()
    tenant.states.clear()
    assert tenant.event(0) == 200
    assert tenant.volumes == ["0", "0"]
    assert tenant.request.kinds[3:] == ["UNSUBSCRIBE"]
    assert tenant.request.last.headers["SID"] == "uuid:1"
    assert tenant.event(1, of=0) == 412
    assert tenant.event(1) == 200
    assert (tenant.state(), tenant.states) == (S.HELD, [])
    assert tenant.listener.subscriptions_map.count == 1


def test_the_bound_for_silent_losses_is_kept() -> None:
    assert QUIET_SECONDS + INITIAL_EVENT_SECONDS < 300
    assert QUIET_SECONDS * 0.9 > MAX_RENEWAL_SECONDS


def test_a_lease_with_events_is_never_replaced(tenant: Tenant) -> None:
    tenant.lead_to(S.HELD)
    for seq in range(1, 20):
        tenant.clock.advance(100)
        tenant.event(seq)
        for sent in tenant.request.open:
            sent.grant("uuid:1", "Second-600")
    assert tenant.lease.subscriptions == 1


def test_the_first_subscription_serves_until_the_second_one_does(tenant: Tenant) -> None:
    _after_silence(tenant)
    assert tenant.event(1, of=0) == 200
    tenant.grant()
    assert tenant.event(2, of=0) == 200
    assert tenant.lease.is_held
    tenant.event(0)
    assert tenant.volumes == ["0", "1", "2", "0"]


def test_the_second_initial_event_overtakes_its_grant(tenant: Tenant) -> None:
    _after_silence(tenant)
    tenant.event(0)
    tenant.event(1)
    assert tenant.volumes == ["0", "0", "1"]
    tenant.request.open[0].grant("uuid:2", "Second-600")
    assert tenant.state() is S.HELD
    assert tenant.until_due() == MAX_RENEWAL_SECONDS


def test_a_second_subscription_that_fails_after_its_initial_event(tenant: Tenant) -> None:
    _after_silence(tenant)
    tenant.event(0)
    tenant.request.open[0].fail(SILENCE)
    assert tenant.state() is S.SUBSCRIBING
    assert tenant.lease.subscriptions == 3


def test_a_refused_second_subscription_leaves_the_first_one(tenant: Tenant) -> None:
    _after_silence(tenant)
    tenant.asked.fail(SILENCE)
    assert tenant.state() is S.DOUBTFUL
    assert tenant.error() is SILENCE
    assert tenant.event(1, of=0) == 200
    tenant.asked.grant("uuid:1", "Second-600")
    assert tenant.state() is S.HELD
    assert tenant.error() is None


def test_a_second_subscription_without_events(tenant: Tenant) -> None:
    """Perhaps no event arrives at all: everything is begun anew."""
    _after_silence(tenant)
    tenant.grant()
    tenant.clock.advance(INITIAL_EVENT_SECONDS)
    assert tenant.state() is S.SUBSCRIBING
    assert tenant.lease.subscriptions == 3
    assert tenant.request.kinds.count("UNSUBSCRIBE") == 2


def test_doubts_end_the_succession(tenant: Tenant) -> None:
    _after_silence(tenant)
    tenant.lease.verify()
    assert tenant.state() is S.RENEWING
    tenant.request.open[0].grant("uuid:2", "Second-600")
    assert tenant.event(0) == 412
    tenant.asked.fail(LOST)
    assert tenant.request.kinds[-1] == "UNSUBSCRIBE"


def test_released_during_a_succession(tenant: Tenant) -> None:
    _after_silence(tenant)
    tenant.grant()
    released = tenant.lease.release()
    assert tenant.request.kinds.count("UNSUBSCRIBE") == 2
    for sent in tenant.request.open:
        sent.grant()
    assert released.called
    assert tenant.clock.getDelayedCalls() == []
    assert tenant.listener.subscriptions_map.count == 0


# A reboot


@pytest.mark.parametrize("state", [S.GRANTED, S.HELD, S.DOUBTFUL, S.RENEWING, S.WAITING])
def test_from_scratch(tenant: Tenant, state: S) -> None:
    """The speaker rebooted: whatever the lease was doing, it subscribes anew now."""
    tenant.lead_to(state)
    tenant.lease.renew_from_scratch()
    assert tenant.state() is S.SUBSCRIBING
    assert tenant.lease.subscriptions == 2


@pytest.mark.parametrize("state", [S.IDLE, S.SUBSCRIBING, S.RELEASED])
def test_from_scratch_when_there_is_nothing_to_lose(tenant: Tenant, state: S) -> None:
    tenant.lead_to(state)
    tenant.lease.renew_from_scratch()
    assert tenant.state() is state


# The end


def test_a_held_lease_is_given_back(tenant: Tenant) -> None:
    tenant.lead_to(S.HELD)
    released: list[object] = []
    tenant.lease.release().addCallback(released.append)
    assert tenant.asked.method == "UNSUBSCRIBE"
    assert tenant.event(1) == 412
    assert released == []
    tenant.asked.grant()
    assert len(released) == 1
    assert tenant.volumes == ["0"]


def test_a_lease_is_given_back_before_it_was_granted(tenant: Tenant) -> None:
    tenant.lead_to(S.SUBSCRIBING)
    tenant.lease.release()
    tenant.grant()
    assert tenant.asked.method == "UNSUBSCRIBE"
    tenant.asked.grant()
    assert tenant.state() is S.RELEASED
    assert tenant.clock.getDelayedCalls() == []


def test_released_by_what_it_tells(tenant: Tenant) -> None:
    """The event of a lease may show that nobody wants it any more."""
    tenant.lead_to(S.GRANTED)
    tenant.lease._core.on_event = Mock(side_effect=lambda _: tenant.lease.release())
    tenant.event(0)
    assert tenant.state() is S.RELEASED
    assert tenant.asked.method == "UNSUBSCRIBE"


def test_released_by_who_watches(tenant: Tenant) -> None:
    """A change of state may show that nobody wants it any more."""
    tenant.lead_to(S.HELD)
    tenant.lease._core.on_change = Mock(side_effect=tenant.lease.release)
    tenant.clock.advance(MAX_RENEWAL_SECONDS)
    tenant.asked.fail(SILENCE)
    assert tenant.state() is S.RELEASED
    assert tenant.clock.getDelayedCalls() == []
