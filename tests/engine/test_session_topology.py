"""What a session learns of its household, and the speakers that come and go."""

import pytest

from custom_components.sonos_twisted.engine import (
    DescriptionNews,
    EventNews,
    LeaseNews,
    TopologyNews,
)
from custom_components.sonos_twisted.engine.player import Player
from custom_components.sonos_twisted.engine.reporters import HOUSEHOLD_SERVICES
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS
from custom_components.sonos_twisted.engine.topology_reports import (
    AGREEMENT_SECONDS,
    MAX_PLAYERS,
)

from ..model.payloads import (
    notify as body_of,
)
from .house import (
    FOUR,
    ONE,
    OWN_SERVICES,
    THREE,
    TOPOLOGY,
    TWO,
    House,
    Room,
    host_of,
    topology_subscriptions,
)

# News


def test_players_that_are_invented(running: House, caplog: pytest.LogCaptureFixture) -> None:
    """Of rooms that are new each time some are believed; then those that were known count on."""
    for seq in range(1, 400, 2):
        running.change(ONE, TWO, Room(30 + seq // 2), seq=seq)
        running.answer()
        running.change(ONE, TWO, seq=seq + 1)
        running.answer()
    players = {uid for news in running.told(TopologyNews) for uid in news.topology.members}
    assert len(players) == MAX_PLAYERS
    assert len(running.session._places) == MAX_PLAYERS
    warnings = [each for each in caplog.records if each.levelname == "WARNING"]
    assert [each.getMessage() for each in warnings if "new players" in each.getMessage()]
    assert len(warnings) == 1
    running.change(ONE, THREE, seq=401)
    assert running.told(TopologyNews)[-1].topology.visible == (ONE.uid, THREE.uid)


def test_events_become_news(running: House) -> None:
    running.news.clear()
    sent, sid = running.lease("RenderingControl", TWO)
    running.send(sent, sid, body_of({"Volume": "20"}), 1)
    (news,) = running.told(EventNews)
    assert (news.uid, news.service) == (TWO.uid, "RenderingControl")
    assert news.variables == {"volume": "20"}


def test_the_topology_is_told_once(running: House) -> None:
    """Both reporters say the same."""
    running.news.clear()
    four = (ONE, TWO, THREE, FOUR)
    reporters = [room for room in four if room.uid in running.reporters(TOPOLOGY)]
    for room in reporters:
        running.change(*four, source=room)
    assert len(running.told(TopologyNews)) == 1


def reporters_of(house: House) -> tuple[Room, Room]:
    """Return the two rooms that report the topology."""
    one, two = (room for room in (ONE, TWO, THREE) if room.uid in house.reporters(TOPOLOGY))
    return one, two


def test_a_household_that_has_changed_and_changed_back(running: House) -> None:
    """One speaker told of the time in between and left; the other one saw only the end of it."""
    staying, leaving = reporters_of(running)
    running.change(ONE, TWO, source=leaving)
    running.change(ONE, TWO, THREE, source=staying)
    running.clock.advance(AGREEMENT_SECONDS)
    running.answer()
    assert running.told(TopologyNews)[-1].topology.visible == (ONE.uid, TWO.uid, THREE.uid)
    assert THREE.uid in running.held()


def test_a_reporter_whose_event_was_lost_is_asked(running: House) -> None:
    """It says nothing more; the other one has told what is true."""
    slow, quick = reporters_of(running)
    before = topology_subscriptions(running)
    running.change(ONE, TWO, THREE, FOUR, source=quick)
    running.clock.advance(AGREEMENT_SECONDS)
    running.answer()
    asked = topology_subscriptions(running) - before
    assert asked == {slow.address: 1}
    assert running.told(TopologyNews)[-1].topology.visible[-1] == FOUR.uid


def test_a_reporter_that_catches_up_in_time_is_not_asked(running: House) -> None:
    slow, quick = reporters_of(running)
    before = topology_subscriptions(running)
    running.change(ONE, TWO, THREE, FOUR, source=quick)
    running.clock.advance(AGREEMENT_SECONDS - 0.1)
    running.change(ONE, TWO, THREE, FOUR, source=slow)
    running.clock.advance(AGREEMENT_SECONDS)
    running.answer()
    assert topology_subscriptions(running) == before


def test_a_reporter_that_leaves_meanwhile_is_not_asked(running: House) -> None:
    leaving, staying = reporters_of(running)
    running.change(*({ONE, TWO, THREE} - {leaving}), source=staying)
    before = topology_subscriptions(running)
    running.clock.advance(AGREEMENT_SECONDS)
    assert (topology_subscriptions(running) - before)[leaving.address] == 0


def test_reporters_that_contradict_each_other_for_good(running: House) -> None:
    """A network that has fallen apart; asking once is enough, and nothing goes round."""
    one, two = reporters_of(running)
    before = topology_subscriptions(running).total()
    running.change(ONE, TWO, source=one)
    running.rooms[THREE.address] = THREE
    for _ in range(20):
        running.clock.advance(AGREEMENT_SECONDS)
        running.answer()
    assert topology_subscriptions(running).total() == before + 1
    assert host_of(running.lease(TOPOLOGY, two)[0]) == two.address


def test_other_variables_of_the_topology_service_are_news(running: House) -> None:
    running.news.clear()
    sent, sid = running.lease(TOPOLOGY)
    variables = {"MuseHouseholdId": "x", "ZoneGroupState": running.topology}
    running.send(sent, sid, body_of(variables), 1)
    (news,) = running.told(EventNews)
    assert news.variables == {"muse_household_id": "x"}


def test_a_broken_topology_changes_nothing(
    running: House, caplog: pytest.LogCaptureFixture
) -> None:
    running.news.clear()
    before = running.held()
    sent, sid = running.lease(TOPOLOGY)
    running.send(sent, sid, body_of({"ZoneGroupState": "<ZoneGroupState>"}), 1)
    assert running.held() == before
    assert running.told(TopologyNews) == []
    assert "cannot be read" in caplog.text


def test_leases_are_told_when_something_changes(running: House) -> None:
    last = {(news.uid, news.service): news for news in running.told(LeaseNews)}
    assert set(last) == set(running.session.leases)
    assert all(news.held and news.reason == "" for news in last.values())
    running.news.clear()
    running.clock.advance(MAX_RENEWAL_SECONDS)
    running.answer()
    assert running.told(LeaseNews) == []


# Speakers come and go


def test_a_new_speaker_is_listened_to(running: House) -> None:
    running.change(ONE, TWO, THREE, FOUR)
    running.answer()
    assert running.held()[FOUR.uid] == OWN_SERVICES
    assert FOUR.uid in {news.description.uid for news in running.told(DescriptionNews)}


def test_a_speaker_that_left_is_let_go(running: House) -> None:
    stay = [room for room in (ONE, TWO, THREE) if room.uid in running.reporters(TOPOLOGY)]
    (gone,) = {ONE, TWO, THREE} - set(stay)
    before = running.kinds(gone)["SUBSCRIBE"]
    running.change(*stay)
    running.answer()
    assert set(running.held()) == {room.uid for room in stay}
    assert running.kinds(gone)["UNSUBSCRIBE"] == before


@pytest.mark.parametrize("number", [0, 1])
def test_others_take_over_what_concerns_the_household(running: House, number: int) -> None:
    reporters = sorted(running.reporters(TOPOLOGY))
    gone, source = reporters[number], reporters[1 - number]
    rooms = {room.uid: room for room in (ONE, TWO, THREE)}
    running.change(*(rooms[uid] for uid in rooms if uid != gone), source=rooms[source])
    running.answer()
    for service, count in HOUSEHOLD_SERVICES.items():
        assert len(running.reporters(service)) == count
        assert gone not in running.reporters(service)


def test_a_household_may_be_smaller_than_its_services_want() -> None:
    house = House(ONE)
    house.start(ONE)
    house.answer()
    assert house.reporters(TOPOLOGY) == {ONE.uid}
    house.session.stop()


def test_a_speaker_with_another_address(running: House) -> None:
    """It keeps its uid; the leases move, and nothing of the old ones is left."""
    before = running.kinds(TWO)["SUBSCRIBE"]
    moved = Room(12, host="192.0.2.112")
    running.change(ONE, moved, THREE, source=ONE)
    running.answer()
    assert running.held()[TWO.uid] >= OWN_SERVICES
    assert running.session.links[TWO.uid].player == Player("192.0.2.112")
    assert running.kinds(TWO)["UNSUBSCRIBE"] == before
    assert running.kinds(moved)["SUBSCRIBE"] == before


def test_a_speaker_that_rebooted(running: House) -> None:
    """It has forgotten its subscriptions; it gets new ones at once, and only it does."""
    before = {room: running.kinds(room)["SUBSCRIBE"] for room in (ONE, TWO, THREE)}
    running.change(ONE, Room(12, boot_seq=8), THREE, source=ONE)
    running.answer()
    after = {room: running.kinds(room)["SUBSCRIBE"] for room in (ONE, TWO, THREE)}
    assert after == {**before, TWO: 2 * before[TWO]}
    assert running.held()[TWO.uid] >= OWN_SERVICES


@pytest.mark.parametrize("boot_seq", [6, 7])
def test_a_speaker_that_did_not_reboot(running: House, boot_seq: int) -> None:
    before = len(running.request.sent)
    running.change(ONE, Room(12, boot_seq=boot_seq), THREE, FOUR, source=ONE)
    running.answer()
    assert all(host_of(sent) != TWO.address for sent in running.request.sent[before:])


def test_a_speaker_that_is_heard_of_elsewhere(running: House) -> None:
    """Discovery knows of a new address or a reboot before the topology says so."""
    moved = Room(12, host="192.0.2.112")
    running.rooms = {room.address: room for room in (ONE, moved, THREE)}
    running.session.heard_of(TWO.uid, "192.0.2.112:1400", 7)
    running.answer()
    assert running.session.links[TWO.uid].player == Player("192.0.2.112")
    before = running.kinds(THREE)["SUBSCRIBE"]
    running.session.heard_of(THREE.uid, boot_seq=8)
    running.answer()
    assert running.kinds(THREE)["SUBSCRIBE"] == 2 * before
    running.session.heard_of("RINCON_UNKNOWN", "192.0.2.99")
    assert set(running.held()) == {ONE.uid, TWO.uid, THREE.uid}


@pytest.mark.parametrize(
    "address", ["fe80::1:1400", "kitchen.local:1400", "kitchen.local", ":1400", "192.0.2.112:x", ""]
)
def test_an_address_that_is_none_is_no_news(running: House, address: str) -> None:
    """Anybody can announce one, and no name is looked up for that."""
    link = running.session.links[TWO.uid]
    running.session.heard_of(TWO.uid, address, 8)
    assert running.session.links[TWO.uid] is link
    assert link.boot_seq == 8
