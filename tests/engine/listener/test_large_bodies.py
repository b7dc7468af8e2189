"""Large bodies have a budget for each subscription; small events are heard all the same."""

from typing import TYPE_CHECKING

import pytest

from custom_components.sonos_twisted.engine.gatekeeper import STRANGERS_AT_ONCE
from custom_components.sonos_twisted.engine.subscription import LARGE_AT_ONCE, LARGE_PER_SECOND

from ..fakes import SPEAKER, request_bytes
from .attackers import STRANGER, VOLUME, Connection, House, flood

pytestmark = pytest.mark.usefixtures("no_tracebacks")

if TYPE_CHECKING:
    from soco.events_base import Event


def large(house: House, host: str = STRANGER, path: str = "") -> int:
    """Send an event with a large body, and return how it is answered."""
    body = VOLUME + b" " * 100_000
    attacker = Connection(house.reactor, host)
    attacker.send(request_bytes(path or house.path, body, headers={"SEQ": "5"}))
    attacker.lose()
    return attacker.status


def test_large_bodies_for_one_subscription(house: House) -> None:
    """Who knows a token can have so much read; small events of the speaker are heard as before."""
    other = house.subscribed("uuid:2")
    other_heard: list[Event] = []
    other.callback = other_heard.append
    house.reactor.advance(LARGE_AT_ONCE)
    statuses = [large(house) for _ in range(60)]
    read = LARGE_AT_ONCE // 100_000 + 1
    assert statuses == [200] * read + [503] * (60 - read)
    assert len(house.events) == read
    assert house.hears()
    attacker = Connection(house.reactor)
    attacker.send(
        request_bytes(
            f"/{other.token}", VOLUME + b" " * 100_000, headers={"SID": "uuid:2", "SEQ": "5"}
        )
    )
    assert attacker.status == 200
    assert len(other_heard) == 1
    house.reactor.advance(1)
    assert [large(house) for _ in range(8)].count(200) == LARGE_PER_SECOND // 100_000 + 1


def test_who_sends_too_many_large_bodies_is_a_stranger_again(house: House) -> None:
    """Until the next event; for speakers that would make no difference."""
    attacker, forwarding = "198.51.100.78", "198.51.100.77"
    while large(house, attacker) == 200:
        house.reactor.advance(0.05)
    assert large(house, forwarding) == 503
    delivery = Connection(house.reactor, forwarding)
    delivery.send(request_bytes(house.path, VOLUME))
    flood(house, 2000)
    assert not Connection(house.reactor, attacker).let_in
    assert Connection(house.reactor, forwarding).let_in
    assert large(house, SPEAKER.ip_address) == 503
    assert house.hears()


def test_large_bodies_that_come_at_the_same_time(house: House) -> None:
    """Each is begun while there is something left, and comes to its end when there is not."""
    data = request_bytes(house.path, VOLUME + b" " * 100_000, headers={"SEQ": "5"})
    attackers = [Connection(house.reactor) for _ in range(STRANGERS_AT_ONCE)]
    for attacker in attackers:
        attacker.send(data[:-1])
    for attacker in attackers:
        attacker.send(data[-1:])
    statuses = [attacker.status for attacker in attackers]
    assert statuses.count(200) == len(house.events) == LARGE_AT_ONCE // 100_000 + 1
    assert statuses.count(503) == STRANGERS_AT_ONCE - len(house.events)
    assert house.hears()
