"""From nothing to held: the grant, the initial event, and refusals."""

import pytest

from custom_components.sonos_twisted.engine import (
    EventsNotArrivingError,
    HttpStatusError,
    UpnpDisabledError,
)
from custom_components.sonos_twisted.engine.lease import INITIAL_EVENT_SECONDS
from custom_components.sonos_twisted.engine.lease_states import LeaseState as S
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from ..fakes import LOST, SILENCE
from ..tenant import Tenant


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
