"""How long a lease waits between attempts, and what makes it try at once."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.engine.backoff import Backoff
from custom_components.sonos_twisted.engine.lease import INITIAL_EVENT_SECONDS
from custom_components.sonos_twisted.engine.lease_states import LeaseState as S
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from ..fakes import SILENCE
from ..tenant import Tenant


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
