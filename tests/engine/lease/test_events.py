"""Events are passed on once and in order, and gaps heal."""

import pytest
from twisted.python.failure import Failure

from custom_components.sonos_twisted.engine.lease_states import LeaseState as S

from ..fakes import SILENCE
from ..tenant import Tenant


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
