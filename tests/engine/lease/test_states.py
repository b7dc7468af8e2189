"""The table of states: each can be reached, and nothing happens that is not in it."""

from itertools import product

import pytest

from custom_components.sonos_twisted.engine.lease_states import LeaseState as S

from ..fakes import SILENCE
from ..tenant import Tenant

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
