"""A lease whose events stop, or come out of their place, and nobody says so."""

from itertools import pairwise

from custom_components.sonos_twisted.engine import (
    HttpStatusError,
)
from custom_components.sonos_twisted.engine.lease import (
    INITIAL_EVENT_SECONDS,
    QUIET_SECONDS,
)
from custom_components.sonos_twisted.engine.lease_states import LeaseState as S
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from ..fakes import SILENCE
from ..tenant import Tenant


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


def test_an_event_plans_nothing(tenant: Tenant) -> None:
    """What there is to do after a silence finds out itself that there was none."""
    tenant.lead_to(S.HELD)
    planned = tenant.lease._core.timer
    assert planned is not None
    tenant.event(1)
    assert tenant.lease._core.timer is planned


def test_the_second_subscription_is_replaced_as_well(tenant: Tenant) -> None:
    """Also if its first event comes before its grant."""
    _after_silence(tenant)
    asked = tenant.asked
    assert tenant.event(0) == 200
    asked.grant("uuid:2", "Second-600")
    tenant.clock.advance(MAX_RENEWAL_SECONDS)
    tenant.asked.grant("uuid:2", "Second-600")
    assert tenant.lease.subscriptions == 2
    tenant.clock.advance(QUIET_SECONDS - MAX_RENEWAL_SECONDS)
    assert tenant.lease.subscriptions == 3


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


def test_a_second_subscription_is_doubt_enough(tenant: Tenant) -> None:
    """Asking for it shows as well whether the speaker answers; asking twice would begin it anew."""
    _after_silence(tenant)
    tenant.lease.verify()
    assert tenant.state() is S.HELD
    tenant.grant()
    tenant.lease.verify()
    tenant.event(0)
    assert tenant.volumes == ["0", "0"]
    tenant.lease.verify()
    assert tenant.state() is S.RENEWING


def test_renewals_do_not_put_off_the_second_subscription(tenant: Tenant) -> None:
    """They show that the speaker knows us, and nothing of an event that was lost."""
    tenant.lead_to(S.HELD)
    for _ in range(5):
        tenant.clock.advance(50)
        tenant.lease.verify()
        for sent in tenant.request.open:
            sent.grant("uuid:1", "Second-600")
        assert tenant.lease.subscriptions == 1
    tenant.clock.advance(QUIET_SECONDS - 250)
    assert tenant.lease.subscriptions == 2


def test_an_event_while_in_doubt_puts_off_the_second_subscription(tenant: Tenant) -> None:
    tenant.lead_to(S.DOUBTFUL)
    tenant.event(1)
    tenant.asked.grant("uuid:1", "Second-600")
    tenant.clock.advance(MAX_RENEWAL_SECONDS)
    tenant.asked.grant("uuid:1", "Second-600")
    assert tenant.lease.subscriptions == 1
    tenant.clock.advance(QUIET_SECONDS - MAX_RENEWAL_SECONDS)
    assert tenant.lease.subscriptions == 2


def test_a_second_subscription_that_is_refused_for_ever(tenant: Tenant) -> None:
    """It is tried on, less and less often, while the first one goes on being renewed."""
    _after_silence(tenant)
    attempts = []
    for _ in range(1200):
        for sent in tenant.request.open:
            if sent.kind == "RENEW":
                sent.grant("uuid:1", "Second-600")
            else:
                attempts.append(tenant.clock.seconds())
                sent.fail(HttpStatusError("192.0.2.11", "SUBSCRIBE", 503))
        tenant.clock.advance(0.5)
    waits = [after - before for before, after in pairwise(attempts)]
    assert tenant.lease.is_held
    assert max(waits) <= 62
    assert len(waits) < 25


def test_a_loss_is_found_out_soon_after_the_refusals_end(tenant: Tenant) -> None:
    test_a_second_subscription_that_is_refused_for_ever(tenant)
    ended, before = tenant.clock.seconds(), len(tenant.events)
    while len(tenant.events) == before:
        for sent in tenant.request.open:
            sent.grant(f"uuid:{len(tenant.subscriptions)}", "Second-600")
            if sent.kind == "SUBSCRIBE":
                tenant.event(0)
        tenant.clock.advance(0.5)
    assert tenant.clock.seconds() - ended <= 62


# An initial event out of its place


def test_an_initial_event_that_was_long_on_its_way_is_not_believed(tenant: Tenant) -> None:
    """It may be old; or else the speaker counts anew, and that is found out at once as well."""
    tenant.lead_to(S.HELD)
    tenant.event(1)
    tenant.event(2)
    assert tenant.event(0) == 200
    assert tenant.volumes == ["0", "1", "2"]
    assert tenant.state() is S.SUBSCRIBING
    assert tenant.lease.gaps == 1
    tenant.grant()
    tenant.event(0)
    assert tenant.volumes == ["0", "1", "2", "0"]
    assert tenant.state() is S.HELD


def test_an_initial_event_that_comes_second_before_the_grant(tenant: Tenant) -> None:
    tenant.lead_to(S.SUBSCRIBING)
    tenant.event(1)
    tenant.event(0)
    assert tenant.volumes == ["1"]
    tenant.grant()
    assert tenant.until_due() <= 1
    tenant.clock.advance(1)
    assert tenant.state() is S.SUBSCRIBING


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
