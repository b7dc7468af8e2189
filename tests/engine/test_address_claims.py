"""Announcements that a speaker is at another address: which are believed, on a clock of our own."""

from unittest.mock import patch

import pytest
from twisted.internet.defer import fail

from custom_components.sonos_twisted.engine import EngineError, PlayerUnreachableError
from custom_components.sonos_twisted.engine.address_claims import (
    ASKED_AT_ONCE,
    OLD_ADDRESS_SECONDS,
)
from custom_components.sonos_twisted.engine.player import Player
from custom_components.sonos_twisted.engine.session import WATCH_SECONDS

from .fakes import SILENCE
from .house import ONE, OWN_SERVICES, THREE, TWO, House, Room, host_of

MOVED = Room(TWO.number, host="192.0.2.112")
CLAIM = f"{MOVED.address}:1400"


def claim(house: House, address: str = CLAIM, boot_seq: int | None = None) -> None:
    """Let somebody announce that a speaker is there."""
    house.session.heard_of(TWO.uid, address, boot_seq)


def where(house: House) -> str:
    """Return where the speaker is listened to."""
    return house.session.links[TWO.uid].player.ip_address


def asked(house: House) -> list[str]:
    """Return where it is not answered yet who is there."""
    return [command.host for command in house.runner.open("describe")]


def answer_at(house: House, room: Room) -> None:
    """Let what is at the address of a room answer who it is, and nobody else."""
    for command in house.runner.open("describe"):
        if command.host == room.address:
            house._describe(command)


def move(house: House) -> None:
    """Give the speaker another address, at which it answers, and let nobody say so."""
    house.rooms = {room.address: room for room in (ONE, MOVED, THREE)}


def appear_twice(house: House) -> None:
    """Let somebody answer in the speaker's name at another address."""
    house.rooms[MOVED.address] = MOVED


def test_who_still_answers_is_not_moved(running: House) -> None:
    """Somebody else says that he is the speaker: he is told of no subscription."""
    appear_twice(running)
    link, before = running.session.links[TWO.uid], len(running.request.sent)
    claim(running, boot_seq=99)
    running.answer()
    running.clock.advance(OLD_ADDRESS_SECONDS)
    running.answer()
    assert running.session.links[TWO.uid] is link
    assert (where(running), link.boot_seq) == (TWO.address, 7)
    assert running.request.sent[before:] == []


@pytest.mark.parametrize("other", [None, THREE], ids=["nobody", "another speaker"])
def test_a_new_address_has_to_answer_as_the_speaker(running: House, other: Room | None) -> None:
    """The old one is not even asked, be it out of reach or not."""
    del running.rooms[TWO.address]
    if other is not None:
        running.rooms[MOVED.address] = other
    claim(running)
    assert asked(running) == [MOVED.address]
    running.answer()
    assert asked(running) == []
    assert where(running) == TWO.address


def test_who_is_refused_at_the_old_address_is_followed_at_once(running: House) -> None:
    move(running)
    claim(running, boot_seq=8)
    running.answer()
    assert where(running) == MOVED.address
    assert running.held()[TWO.uid] >= OWN_SERVICES
    assert running.session.links[TWO.uid].boot_seq == 8


def test_who_is_silent_at_the_old_address_is_followed_in_three_seconds(running: House) -> None:
    move(running)
    claim(running)
    answer_at(running, MOVED)
    assert asked(running) == [TWO.address]
    running.clock.advance(OLD_ADDRESS_SECONDS - 0.1)
    assert where(running) == TWO.address
    running.clock.advance(0.1)
    assert where(running) == MOVED.address


def test_speakers_that_change_places_are_followed(running: House) -> None:
    """Their old addresses answer, but as somebody else."""
    there, here = Room(TWO.number, host=THREE.address), Room(THREE.number, host=TWO.address)
    running.rooms = {room.address: room for room in (ONE, there, here)}
    claim(running, f"{there.address}:1400")
    running.session.heard_of(THREE.uid, f"{here.address}:1400")
    running.answer()
    assert running.session.links[TWO.uid].player == Player(there.address)
    assert running.session.links[THREE.uid].player == Player(here.address)


def test_a_goodbye_is_no_proof(running: House) -> None:
    """Who announces that a speaker leaves, and then that it is at his own address, gets nothing."""
    appear_twice(running)
    running.session.said_goodbye(TWO.uid, "sleeping")
    claim(running)
    running.answer()
    running.clock.advance(OLD_ADDRESS_SECONDS)
    assert where(running) == TWO.address
    # It is asked again while it is out of reach, and its answer shows that it is not.
    assert running.session.links[TWO.uid].reachable is False
    running.clock.advance(WATCH_SECONDS)
    running.answer()
    assert running.session.links[TWO.uid].reachable
    assert where(running) == TWO.address


def test_a_claim_that_becomes_true_is_believed_when_the_speaker_is_lost(running: House) -> None:
    """Home Assistant passes an announcement on once, and that may have been too early."""
    appear_twice(running)
    claim(running)
    running.answer()
    assert where(running) == TWO.address
    move(running)
    running.session.said_goodbye(TWO.uid, "power off")
    running.answer()
    assert where(running) == MOVED.address


def test_a_speaker_that_does_not_answer_yet_is_asked_again(running: House) -> None:
    """As one that announces itself before it can be asked, while it is known to be away."""
    del running.rooms[TWO.address]
    running.dead[TWO.address] = SILENCE
    running.session.said_goodbye(TWO.uid, "power off")
    claim(running)
    running.answer()
    move(running)
    running.clock.advance(WATCH_SECONDS)
    running.answer()
    assert where(running) == MOVED.address
    before = len(running.runner.asked)
    running.clock.advance(2 * WATCH_SECONDS)
    assert running.runner.asked[before:] == []


def test_one_claim_at_a_time_and_the_newest_next(running: House) -> None:
    """However many there are, of each speaker one address is asked at once."""
    elsewhere = Room(TWO.number, host="192.0.2.113")
    move(running)
    for number in range(200, 250):
        claim(running, f"192.0.2.{number}:1400")
    claim(running)
    assert asked(running) == ["192.0.2.200"]
    answer_at(running, Room(TWO.number, host="192.0.2.200"))
    assert asked(running) == [MOVED.address]
    answer_at(running, MOVED)
    # While the old address is asked, it moves on.
    claim(running, f"{elsewhere.address}:1400")
    answer_at(running, TWO)
    running.rooms = {room.address: room for room in (ONE, elsewhere, THREE)}
    assert where(running) == MOVED.address
    running.answer()
    assert where(running) == elsewhere.address


def test_not_all_addresses_are_asked_at_once() -> None:
    """Announcements that lead nowhere leave threads for what somebody wants to do."""
    rooms = [Room(number) for number in range(1, 2 * ASKED_AT_ONCE + 1)]
    house = House(*rooms)
    house.start(rooms[0])
    house.answer()
    for room in rooms:
        house.session.heard_of(room.uid, f"198.51.100.{room.number}:1400")
    assert len(asked(house)) == ASKED_AT_ONCE
    house.answer()
    addresses = {command.host for command in house.runner.asked}
    assert {f"198.51.100.{room.number}" for room in rooms} <= addresses
    house.session.stop()


def test_the_topology_has_the_last_word(running: House) -> None:
    """What it says while a claim is examined counts."""
    elsewhere = Room(TWO.number, host="192.0.2.113")
    appear_twice(running)
    claim(running)
    answer_at(running, MOVED)
    assert asked(running) == [TWO.address]
    running.change(ONE, elsewhere, THREE, source=ONE)
    running.clock.advance(OLD_ADDRESS_SECONDS)
    running.answer()
    assert where(running) == elsewhere.address
    assert not [sent for sent in running.request.sent if host_of(sent) == MOVED.address]


def test_a_claim_that_the_topology_has_confirmed_is_forgotten(running: House) -> None:
    appear_twice(running)
    claim(running)
    running.answer()
    running.change(ONE, MOVED, THREE, source=ONE)
    running.answer()
    before = len(running.runner.asked)
    running.session.said_goodbye(TWO.uid, "power off")
    assert running.runner.asked[before:] == []


@pytest.mark.parametrize("answered", [[], [MOVED]], ids=["at the new one", "at the old one"])
def test_the_end_while_it_is_asked(running: House, answered: list[Room]) -> None:
    """Nothing of it is left, and nobody is moved."""
    move(running)
    claim(running)
    claim(running, "192.0.2.250:1400")
    for room in answered:
        answer_at(running, room)
    running.session.stop()
    before = len(running.request.sent)
    running.answer()
    assert asked(running) == []
    assert {sent.kind for sent in running.request.sent[before:]} <= {"UNSUBSCRIBE"}


def test_a_runner_that_asks_nobody(running: House) -> None:
    """As one that knows already that an earlier command hangs there: it answers at once."""
    stuck = PlayerUnreachableError(MOVED.address, "is still busy")
    with patch.object(running.runner, "run", lambda *_: fail(stuck)):
        claim(running)
        claim(running)
    assert where(running) == TWO.address


def test_a_mistake_of_ours_is_logged_and_is_not_the_end(
    running: House, caplog: pytest.LogCaptureFixture
) -> None:
    move(running)
    with patch.object(running.session, "_note_boot", side_effect=EngineError("A mistake")):
        claim(running)
        running.answer()
    assert "A mistake" in caplog.text
    assert where(running) == MOVED.address
    running.rooms[TWO.address] = TWO
    del running.rooms[MOVED.address]
    claim(running, f"{TWO.address}:1400")
    running.answer()
    assert where(running) == TWO.address
