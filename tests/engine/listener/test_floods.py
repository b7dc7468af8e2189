"""More requests and connections than anybody needs: the rest waits outside, speakers get in."""

import logging

import pytest

from custom_components.sonos_twisted.engine import gatekeeper
from custom_components.sonos_twisted.engine.gatekeeper import (
    MAX_CONNECTIONS,
    MAX_CONNECTIONS_PER_ADDRESS,
    MAX_MESSENGERS,
    PATIENCE_SECONDS,
    QUIET_SECONDS,
    RESERVED_CONNECTIONS,
    STRANGERS_AT_ONCE,
    STRANGERS_PER_SECOND,
)
from custom_components.sonos_twisted.engine.notify_handler import COMPLAINT_SECONDS
from custom_components.sonos_twisted.engine.notify_site import MAX_REQUESTS

from ..fakes import SPEAKER, request_bytes
from .attackers import VOLUME, Connection, House, flood

pytestmark = pytest.mark.usefixtures("no_tracebacks")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let strangers come as fast as they can, so that the other limits are reached."""
    monkeypatch.setattr(gatekeeper, "STRANGERS_AT_ONCE", 10_000)
    monkeypatch.setattr(gatekeeper, "STRANGERS_PER_SECOND", 1e9)


def test_pipelined_requests(house: House) -> None:
    """So many are answered, in order; the rest is dropped with the connection."""
    attacker = Connection(house.reactor)
    requests = [request_bytes(house.path, VOLUME, headers={"SEQ": str(seq)}) for seq in range(1000)]
    attacker.send(b"".join(requests))
    assert attacker.transport.value().count(b"HTTP/1.1 200 OK") == MAX_REQUESTS
    assert attacker.closed
    assert [event.seq for event in house.events] == list(range(MAX_REQUESTS))
    assert house.hears()


def test_blank_lines(house: House) -> None:
    attacker = Connection(house.reactor)
    attacker.send(b"\r\n" * 30_000)
    assert attacker.status == 400
    assert attacker.closed


@pytest.mark.usefixtures("at_once")
def test_connections_of_one_address(house: House) -> None:
    attackers = flood(house, 500, per_address=500)
    assert sum(attacker.let_in for attacker in attackers) == MAX_CONNECTIONS_PER_ADDRESS
    assert house.hears()
    for attacker in attackers:
        if attacker.let_in:
            attacker.lose()
    assert house.site.gatekeeper.inside == 0
    assert house.site.gatekeeper._by_host == {}
    assert Connection(house.reactor).let_in


@pytest.mark.usefixtures("at_once")
def test_connections_overall(house: House) -> None:
    """Strangers get no more than their places, and speakers get in all the same."""
    attackers = flood(house, 2000)
    assert sum(attacker.let_in for attacker in attackers) == MAX_CONNECTIONS
    assert not Connection(house.reactor).let_in
    assert house.hears()
    speaker = [Connection(house.reactor, SPEAKER.ip_address) for _ in range(500)]
    assert sum(each.let_in for each in speaker) == MAX_CONNECTIONS_PER_ADDRESS
    assert house.site.gatekeeper.inside <= MAX_CONNECTIONS + RESERVED_CONNECTIONS


@pytest.mark.usefixtures("at_once")
def test_the_reserve_is_bounded_as_well(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatekeeper, "RESERVED_CONNECTIONS", 5)
    flood(house, 2000)
    speaker = [Connection(house.reactor, SPEAKER.ip_address) for _ in range(20)]
    assert sum(each.let_in for each in speaker) == 5


@pytest.mark.usefixtures("at_once")
def test_who_was_a_speaker_has_no_place_reserved(house: House) -> None:
    flood(house, 2000)
    house.subscription.unsubscribe()
    assert not Connection(house.reactor, SPEAKER.ip_address).let_in


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("per_address", [32, 2000])
def test_who_has_been_here_for_long_makes_room(house: House, per_address: int) -> None:
    """Slow connections cannot keep anybody out."""
    attackers = flood(house, 2000, per_address)
    house.reactor.advance(PATIENCE_SECONDS)
    late = Connection(house.reactor, "198.51.0.0")
    assert late.let_in
    assert attackers[0].closed
    assert attackers[0].status == 503
    assert not attackers[1].closed
    late.send(request_bytes(house.path, VOLUME))
    assert late.status == 200
    assert house.hears()
    # Those who made room may take their time to go; they are not counted twice.
    inside = house.site.gatekeeper.inside
    attackers[0].lose()
    assert house.site.gatekeeper.inside == inside


def test_strangers_come_in_one_after_the_other(house: House) -> None:
    """So many at once, so many in a second, however many addresses they have."""
    attackers = flood(house, 2000)
    assert sum(attacker.let_in for attacker in attackers) == STRANGERS_AT_ONCE
    assert house.hears()
    house.reactor.advance(0.1)
    attackers = flood(house, 2000)
    assert sum(attacker.let_in for attacker in attackers) == STRANGERS_PER_SECOND * 0.1
    speaker = [Connection(house.reactor, SPEAKER.ip_address) for _ in range(200)]
    assert all(each.let_in for each in speaker)


def test_who_delivers_events_is_no_stranger(house: House) -> None:
    """A port forwarding has another address than the speakers behind it."""
    forwarding = "198.51.100.77"
    first = Connection(house.reactor, forwarding)
    first.send(request_bytes(house.path, VOLUME))
    flood(house, 2000)
    assert all(Connection(house.reactor, forwarding).let_in for _ in range(250))


def test_few_are_remembered_who_deliver_events(house: House) -> None:
    """Whoever knows a token could deliver from any address; the last ones count."""
    for number in range(3 * MAX_MESSENGERS):
        house.reactor.advance(1.0)
        messenger = Connection(house.reactor, f"198.51.101.{number}")
        messenger.send(request_bytes(house.path, VOLUME, headers={"SEQ": str(number)}))
        messenger.lose()
    assert len(house.site.gatekeeper._messengers) == MAX_MESSENGERS
    flood(house, 2000)
    assert Connection(house.reactor, f"198.51.101.{number}").let_in
    assert not Connection(house.reactor, "198.51.101.0").let_in


def test_a_limit_is_worth_two_lines(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """One when it is reached, one when it is over, whatever happens in between."""
    for _ in range(3):
        flood(house, 1000)
        Connection(house.reactor).send(b"x" * 10_000)
        house.reactor.advance(QUIET_SECONDS / 2)
    lines = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert [line.name for line in lines] == [gatekeeper.__name__]
    assert "Refused a request from 198.51." in lines[0].getMessage()
    house.reactor.advance(QUIET_SECONDS / 2)
    house.reactor.advance(QUIET_SECONDS)
    (_, over) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert "quiet again" in over.getMessage()


@pytest.mark.usefixtures("at_once")
def test_nothing_stays_when_the_port_is_closed(house: House) -> None:
    before = [call for call in house.reactor.getDelayedCalls() if call.active()]
    attackers = flood(house, MAX_CONNECTIONS + 50)
    assert house.site.gatekeeper._timer is not None
    house.site.stopFactory()
    open_ones = [attacker for attacker in attackers if attacker.let_in]
    assert all(attacker.closed and attacker.transport.value() == b"" for attacker in open_ones)
    for attacker in open_ones:
        attacker.lose()
    assert [call for call in house.reactor.getDelayedCalls() if call.active()] == before


def test_a_speaker_that_sends_nonsense_now_and_then(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """One line an hour, also when other events of it can be read in between."""
    for _ in range(2):
        for _ in range(50):
            Connection(house.reactor).send(request_bytes(house.path, b"nonsense"))
            assert house.hears()
        house.reactor.advance(COMPLAINT_SECONDS)
    lines = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert len(lines) == 2
    words = "sends an event that cannot be read"
    assert all(words in line.getMessage() for line in lines)
