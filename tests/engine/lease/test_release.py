"""A lease is given back, at any moment and by anybody."""

from unittest.mock import Mock

from custom_components.sonos_twisted.engine.lease_states import LeaseState as S
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from ..fakes import SILENCE
from ..tenant import Tenant


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
