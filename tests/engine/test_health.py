"""What is counted of the events, and what is told of it; on a clock moved by hand."""

import pytest

from custom_components.sonos_twisted.engine import (
    ConnectionSettings,
    EngineError,
    EventNews,
    HouseholdConnection,
    reactor_thread,
)
from custom_components.sonos_twisted.engine.errors import ListenError
from custom_components.sonos_twisted.engine.inspection import IN_FLIGHT_SECONDS, QUIET_SECONDS
from custom_components.sonos_twisted.engine.lease import QUIET_SECONDS as LEASE_QUIET_SECONDS
from custom_components.sonos_twisted.engine.lease_states import LeaseState as S
from custom_components.sonos_twisted.engine.player import Player
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS
from custom_components.sonos_twisted.model import SpeakerHealth

from ..model.payloads import notify as body_of
from .fakes import LOST, SILENCE
from .house import ONE, OWN_SERVICES, THREE, TOPOLOGY, TWO, House, Room, host_of
from .tenant import Tenant
from .test_inspection import Inspected


def of(house: House, room: Room) -> SpeakerHealth:
    """Return how well the events of a room arrive."""
    (health,) = (each for each in house.session.health().speakers if each.uid == room.uid)
    return health


# A lease


@pytest.mark.parametrize("state", [S.HELD, S.DOUBTFUL, S.RENEWING])
def test_subscription_that_is_lost_is_counted(tenant: Tenant, state: S) -> None:
    tenant.lead_to(state)
    assert (tenant.lease.resubscriptions, tenant.lease.missing_since) == (0, None)
    tenant.lease.renew_from_scratch()
    assert tenant.lease.resubscriptions == 1
    assert tenant.lease.missing_since == tenant.clock.seconds()


def test_attempts_are_no_resubscriptions(tenant: Tenant) -> None:
    """They all belong to the one that is wanted, and the time counts from the first."""
    tenant.lead_to(S.WAITING)
    for _ in range(3):
        tenant.clock.advance(60)
        tenant.asked.fail(SILENCE)
    assert tenant.lease.subscriptions == 4
    assert tenant.lease.resubscriptions == 0
    assert tenant.lease.missing_since == 0.0


def test_what_a_lease_tells(tenant: Tenant) -> None:
    assert (tenant.lease.sid, tenant.lease.seq, tenant.lease.missing_since) == ("", None, None)
    tenant.lead_to(S.HELD)
    tenant.event(1)
    assert (tenant.lease.sid, tenant.lease.seq) == ("uuid:1", 1)


def test_age_of_a_lease(tenant: Tenant) -> None:
    """It is counted from when it was asked for, and begins anew with each subscription."""
    assert (tenant.lease.asked_at, tenant.lease.seconds_left) == (None, 0.0)
    tenant.lead_to(S.HELD)
    held_at = tenant.clock.seconds()
    left = tenant.lease.seconds_left
    assert tenant.lease.asked_at == held_at
    assert left is not None
    assert left > 60
    tenant.clock.advance(10)
    assert tenant.lease.asked_at == held_at
    assert tenant.lease.seconds_left == left - 10
    tenant.clock.advance(MAX_RENEWAL_SECONDS - 10)
    tenant.asked.grant("uuid:1", "Second-600")
    tenant.clock.advance(LEASE_QUIET_SECONDS - MAX_RENEWAL_SECONDS)
    asked_at = tenant.clock.seconds()
    tenant.clock.advance(1)
    tenant.grant()
    assert tenant.lease.asked_at == held_at
    tenant.event(0)
    assert tenant.lease.asked_at == asked_at


# A household


def test_a_household_that_is_well(running: House) -> None:
    health = running.session.health()
    assert {each.uid for each in health.speakers} == set(running.held())
    assert health.events == sum(each.events for each in health.speakers) > 0
    for each in health.speakers:
        assert {lease.service for lease in each.leases} == running.held()[each.uid]
        assert each.held == len(each.leases)
        assert not each.missing
        assert not each.is_ill(0.0)
        assert each.is_polled is False
        assert (each.resubscriptions, each.gaps) == (0, 0)
        assert all(lease.sid and lease.seq == 0 and not lease.reason for lease in each.leases)
        assert each.callback in health.listener.callbacks
    assert health.listener.openings == 1
    assert health.listener.error == ""


def test_events_are_counted(running: House) -> None:
    sent, sid = running.lease("RenderingControl", ONE)
    before, of_others = of(running, ONE), of(running, TWO)
    running.send(sent, sid, body_of({"Volume": "7"}), seq=1)
    now = of(running, ONE)
    assert now.events == before.events + 1
    assert (now.last_event_at or 0) >= (before.last_event_at or 0)
    assert of(running, TWO) == of_others
    assert running.told(EventNews)[-1].events == 1


def test_gap_is_counted_and_mended(running: House) -> None:
    sent, sid = running.lease("RenderingControl", ONE)
    running.send(sent, sid, body_of({"Volume": "7"}), seq=2)
    ill = of(running, ONE)
    assert (ill.gaps, ill.resubscriptions) == (1, 1)
    assert [lease.service for lease in ill.missing] == ["RenderingControl"]
    assert not ill.is_ill(1.0)
    running.clock.advance(1)
    assert of(running, ONE).is_ill(1.0)
    running.answer()
    assert not of(running, ONE).missing
    assert of(running, ONE).gaps == 1


def test_nothing_that_was_counted_is_lost(running: House) -> None:
    """A lease ends when somebody else reports; a link ends when a speaker moves."""
    sent, sid = running.lease("RenderingControl", ONE)
    running.send(sent, sid, body_of({"Volume": "7"}), seq=2)
    running.session.links[ONE.uid].leases[TOPOLOGY].renew_from_scratch()
    running.answer()
    before = of(running, ONE)
    assert (before.gaps, before.resubscriptions) == (1, 2)
    running.session.links[ONE.uid].drop(TOPOLOGY)
    assert of(running, ONE).resubscriptions == 2
    moved = Room(ONE.number, host="192.0.2.99")
    running.rooms = {room.address: room for room in (moved, TWO, THREE)}
    running.session.heard_of(ONE.uid, "192.0.2.99:1400")
    running.answer()
    assert running.session.links[ONE.uid].player == Player("192.0.2.99")
    now = of(running, ONE)
    assert (now.gaps, now.resubscriptions) == (1, 2)
    assert now.events >= before.events


def test_no_port_and_no_way(running: House) -> None:
    listener = running.session._listener
    listener.stop()
    listener.error = ListenError("0.0.0.0", 1400, 1499, "in use")
    running.session._places[ONE.uid] = None
    health = running.session.health()
    assert (health.listener.address, health.listener.port) == ("", 0)
    assert "in use" in health.listener.error
    assert of(running, ONE).callback == ""
    assert running.session.links[TWO.uid].player.ip_address


# Verifying


def test_all_leases_are_verified_at_once(running: House) -> None:
    """By renewing them, and the speakers are asked whether they agree with their events."""
    before = len(running.request.sent)
    running.session.verify()
    renewals = running.request.sent[before:]
    assert len(renewals) == sum(map(len, running.held().values()))
    assert all(sent.headers.get("SID") for sent in renewals)
    assert {host_of(sent) for sent in renewals} == {"192.0.2.11", "192.0.2.12", "192.0.2.13"}
    running.clock.advance(0)
    assert len(running.runner.open("read")) == len(running.held())
    renewals[0].fail(LOST)
    running.answer()
    assert sum(each.resubscriptions for each in running.session.health().speakers) == 1
    assert all(not each.missing for each in running.session.health().speakers)


def test_what_waits_is_tried_at_once(running: House) -> None:
    lease = running.session.links[TWO.uid].leases["RenderingControl"]
    lease.renew_from_scratch()
    running.request.open[-1].fail(SILENCE)
    waiting = lease.state
    running.session.verify()
    assert (waiting, lease.state) == (S.WAITING, S.SUBSCRIBING)
    (missing,) = of(running, TWO).missing
    assert missing.service in OWN_SERVICES
    assert missing.reason == str(SILENCE)


def test_inspection_now() -> None:
    inspected = Inspected()
    inspected.clock.advance(1)
    inspected.inspection.inspect_now()
    inspected.clock.advance(0)
    assert inspected.asked == [["transport_state", "track", "volume"]]
    inspected.answer(volume="35")
    inspected.inspection.inspect_now()
    inspected.clock.advance(0)
    assert len(inspected.asked) == 1, "an event may be on its way"
    inspected.clock.advance(IN_FLIGHT_SECONDS)
    inspected.answer(volume="35")
    assert inspected.stale == ["RenderingControl"]


def test_inspection_while_the_speaker_is_being_asked() -> None:
    """It is asked once more, when it has answered."""
    inspected = Inspected()
    inspected.clock.advance(QUIET_SECONDS)
    inspected.inspection.inspect_now()
    assert len(inspected.asked) == 1
    inspected.answer()
    inspected.clock.advance(0)
    assert len(inspected.asked) == 2


def test_inspection_of_nothing() -> None:
    inspected = Inspected()
    inspected.inspection.stop()
    inspected.inspection.inspect_now()
    assert inspected.clock.getDelayedCalls() == []


async def test_a_connection_that_is_not_open() -> None:
    connection = HouseholdConnection(reactor_thread(), lambda _: None, ConnectionSettings())
    with pytest.raises(EngineError, match="closed"):
        await connection.health()
    with pytest.raises(EngineError, match="closed"):
        await connection.verify()
