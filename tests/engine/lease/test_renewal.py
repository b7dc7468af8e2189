"""Renewals that go unnoticed, that fail, and what a reboot makes of them."""

import pytest

from custom_components.sonos_twisted.engine.lease_states import LeaseState as S
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from ..fakes import LOST, SILENCE
from ..tenant import Tenant


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
