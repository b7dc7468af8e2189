"""The token of a subscription cannot be guessed, and no text tells it."""

from typing import TYPE_CHECKING

import pytest

from custom_components.sonos_twisted.engine.ordinary_notify import read_head

from ..fakes import request_bytes
from .attackers import STRANGER, VOLUME, Connection, House, flood

pytestmark = pytest.mark.usefixtures("no_tracebacks")

if TYPE_CHECKING:
    from soco.events_base import Event


def test_tokens_are_unguessable_and_differ(house: House) -> None:
    tokens = {house.subscribed(f"uuid:{number}").token for number in range(200)}
    assert len(tokens) == 200
    assert all(len(token) >= 24 for token in tokens)  # 144 bits


def test_a_token_is_for_one_subscription(house: House) -> None:
    """Who knows the token of one can tell nothing about another."""
    other = house.subscribed("uuid:2")
    heard: list[Event] = []
    other.callback = heard.append
    attacker = Connection(house.reactor)
    attacker.send(request_bytes(f"/{other.token}", VOLUME, headers={"SID": "uuid:1"}))
    attacker.send(request_bytes(house.path, VOLUME, headers={"SID": "uuid:2"}))
    assert heard == house.events == []


def test_tokens_are_in_no_text(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever of ours is logged or shown, with what Twisted and soco add."""
    shown: list[str] = []
    speaker = Connection(house.reactor)
    ordinary = Connection(house.reactor)
    ordinary.send(request_bytes(house.path, VOLUME)[:-1])
    shown += [repr(ordinary.channel), repr(read_head(request_bytes(house.path, VOLUME)))]
    speaker.send(request_bytes(house.path, VOLUME, headers={"X-Not": "ordinary"})[:-1])
    request = speaker.channel.requests[0]
    shown += [repr(request), str(request)]
    speaker.send(VOLUME[-1:])
    shown += [repr(request), *map(repr, house.events)]
    shown += map(repr, (house.subscription, house.listener, house.site, speaker.channel))
    shown += [repr(house.subscription.subscriptions_map), repr(house.subscription.subscribe)]
    for path in (house.path + "x", f"http://h{house.path}", house.path):
        for method in ("NOTIFY", "GET"):
            attacker = Connection(house.reactor)
            attacker.send(request_bytes(path, b"broken", method=method))
    flood(house, 500)
    house.subscription.unsubscribe()
    assert STRANGER in caplog.text
    assert house.subscription.token not in caplog.text + "".join(shown)


def test_answers_do_not_tell_what_we_are_made_of(house: House) -> None:
    attacker = Connection(house.reactor)
    attacker.send(request_bytes("/guess", method="GET"))
    answer = attacker.transport.value().lower()
    assert answer == (
        b"http/1.1 405 method not allowed\r\n"
        b"content-length: 0\r\nallow: notify\r\nconnection: close\r\n\r\n"
    )
