"""A lease: what it does when, on a clock that is moved by hand."""

from itertools import product
from unittest.mock import Mock

from hypothesis import given, strategies as st
import pytest
from twisted.python.failure import Failure

from custom_components.sonos_twisted.engine import (
    EventsNotArrivingError,
    HttpStatusError,
    UpnpDisabledError,
)
from custom_components.sonos_twisted.engine.backoff import Backoff
from custom_components.sonos_twisted.engine.lease import (
    INITIAL_EVENT_SECONDS,
)
from custom_components.sonos_twisted.engine.lease_states import LeaseState as S
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from .tenant import LOST, SILENCE, Tenant

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
    (S.SUBSCRIBING, "sign_of_life"): S.SUBSCRIBING,
    (S.RENEWING, "sign_of_life"): S.RENEWING,
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


def _after_a_long_outage(tenant: Tenant) -> None:
    tenant.lead_to(S.SUBSCRIBING)
    for _ in range(10):
        tenant.asked.fail(SILENCE)
        tenant.clock.advance(60)


@pytest.mark.parametrize("state", [S.SUBSCRIBING, S.RENEWING])
def test_a_sign_of_life_during_an_attempt_makes_the_next_one_soon(tenant: Tenant, state: S) -> None:
    """The attempt may have been under way before the speaker came back."""
    tenant.lead_to(state)
    for _ in range(8):
        tenant.asked.fail(SILENCE)
        tenant.clock.advance(60)
    tenant.asked.fail(SILENCE)
    assert tenant.until_due() > 10
    tenant.clock.advance(tenant.until_due())
    tenant.lease.sign_of_life()
    tenant.asked.fail(SILENCE)
    assert tenant.until_due() <= 0.5


def test_a_gap_right_after_a_long_outage_heals_within_a_second(tenant: Tenant) -> None:
    """The grant has shown that the outage is over."""
    _after_a_long_outage(tenant)
    tenant.grant()
    tenant.event(1)
    assert tenant.state() is S.WAITING
    assert tenant.until_due() <= 0.5


@pytest.mark.parametrize("seq", [None, 1])
def test_grants_that_bring_no_full_state_are_asked_for_less_often(
    tenant: Tenant, seq: int | None
) -> None:
    """As where no event can reach us; each attempt costs the speaker a subscription."""
    tenant.lead_to(S.SUBSCRIBING)
    waits = []
    for _ in range(9):
        tenant.grant()
        if seq is None:
            tenant.clock.advance(INITIAL_EVENT_SECONDS)
        else:
            tenant.event(seq)
        waits.append(min(60.0, tenant.until_due()))
        tenant.clock.advance(waits[-1])
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


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
