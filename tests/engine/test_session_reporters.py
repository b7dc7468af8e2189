"""Who reports what concerns the household, when some of those who could do not."""

import pytest
from twisted.internet.defer import CancelledError

from custom_components.sonos_twisted.engine import (
    EventNews,
    EventsNotArrivingError,
    HttpStatusError,
)
from custom_components.sonos_twisted.engine.news import TopologyNews
from custom_components.sonos_twisted.engine.reporters import (
    DECLINED_SECONDS,
    HOUSEHOLD_SERVICES,
    PATIENCE_SECONDS,
)
from custom_components.sonos_twisted.engine.speaker_link import SPEAKER_SERVICES
from custom_components.sonos_twisted.engine.topology_reports import AGREEMENT_SECONDS

from ..model.payloads import notify as body_of
from .fakes import SILENCE
from .house import ALARMS, CONTENT, FOUR, ONE, THREE, TOPOLOGY, TWO, House, Room, live

ALL = (ONE, TWO, THREE, FOUR)


def decline(house: House, service: str, *rooms: Room) -> None:
    """Let some rooms refuse a service from now on, and forget the leases on it."""
    for room in rooms:
        house.declined[room.address, service] = HttpStatusError(room.address, "SUBSCRIBE", 503)
        link = house.session.links.get(room.uid)
        if link is not None and service in link.leases:
            link.leases[service].renew_from_scratch()


@pytest.fixture
def four(house: House) -> House:
    """Give a house of four that is listened to."""
    house.rooms = {room.address: room for room in ALL}
    house.start(ONE)
    house.answer()
    return house


@pytest.mark.parametrize("service", HOUSEHOLD_SERVICES)
def test_others_report_when_those_who_did_decline(four: House, service: str) -> None:
    """The two that are asked first answer 503 for ever."""
    decline(four, service, ONE, TWO)
    live(four, int(PATIENCE_SECONDS) * 2 + 2)
    assert four.reporters(service) <= {THREE.uid, FOUR.uid}
    assert len(four.reporters(service)) == HOUSEHOLD_SERVICES[service]
    # For good, without going back and forth, and without asking who declines.
    before = len(four.request.sent)
    live(four, int(DECLINED_SECONDS))
    asked = [sent for sent in four.request.sent[before:] if sent.service == service]
    assert {sent.kind for sent in asked} <= {"SUBSCRIBE", "RENEW", "UNSUBSCRIBE"}
    assert len([sent for sent in asked if sent.kind == "SUBSCRIBE"]) <= 6
    assert four.reporters(service) <= {THREE.uid, FOUR.uid}


def test_a_short_refusal_replaces_nobody(four: House) -> None:
    before = four.reporters(TOPOLOGY)
    decline(four, TOPOLOGY, ONE, TWO)
    live(four, int(PATIENCE_SECONDS) - 6)
    four.declined.clear()
    live(four, 60)
    assert four.reporters(TOPOLOGY) == before


def test_a_household_in_which_all_decline(four: House) -> None:
    """The topology is asked for, and who declined longest ago is not asked for ever."""
    for room in ALL:
        four.states[room.address] = {TOPOLOGY: {"zone_group_state": four.topology}}
    decline(four, TOPOLOGY, *ALL)
    live(four, 120)
    assert four.reporters(TOPOLOGY) == set()
    shrunk = House(ONE, TWO, THREE).topology
    for room in ALL:
        four.states[room.address] = {TOPOLOGY: {"zone_group_state": shrunk}}
    live(four, 25)
    assert four.told(TopologyNews)[-1].topology.visible == (ONE.uid, TWO.uid, THREE.uid)
    four.rooms = {room.address: room for room in (ONE, TWO, THREE)}
    four.declined.clear()
    live(four, 61)
    assert len(four.reporters(TOPOLOGY)) == 2


def test_nobody_is_replaced_where_no_events_arrive(house: House) -> None:
    """There all lease fail alike, and another speaker would do no better."""
    for room in (ONE, TWO, THREE):
        for service in (*SPEAKER_SERVICES, *HOUSEHOLD_SERVICES):
            error = EventsNotArrivingError(room.address, "http://192.0.2.1:1400/")
            house.declined[room.address, service] = error
        house.states[room.address] = {TOPOLOGY: {"zone_group_state": house.topology}}
    house.start(ONE)
    live(house, 10)
    before = {name: list(uids) for name, uids in house.session._reporters.chosen.items()}
    live(house, 300)
    assert house.session._reporters.chosen == before
    assert before[ALARMS] == before[CONTENT] == [ONE.uid]


# Where the topology is asked for


@pytest.fixture
def one_polled(house: House) -> House:
    """Give a house of two, of which one is asked for everything and the other one reports."""
    house.rooms = {room.address: room for room in (ONE, TWO)}
    for service in (*SPEAKER_SERVICES, *HOUSEHOLD_SERVICES):
        error = EventsNotArrivingError(ONE.address, "http://192.0.2.1:1400/")
        house.declined[ONE.address, service] = error
    house.states[ONE.address] = {TOPOLOGY: {"zone_group_state": house.topology}}
    house.start(ONE)
    live(house, 30)
    assert house.reporters(TOPOLOGY) == {TWO.uid}
    return house


def test_a_polled_topology_is_believed_again_after_an_event_said_otherwise(
    one_polled: House,
) -> None:
    """Other than an event, an answer is never late: it tells what is true when it is asked for."""
    house = one_polled
    before = house.topology
    house.change(ONE, TWO, THREE, source=TWO)
    house.states[ONE.address] = {TOPOLOGY: {"zone_group_state": house.topology}}
    live(house, 10)
    # The one who told of it goes, and the household is what it was.
    for service in (*SPEAKER_SERVICES, *HOUSEHOLD_SERVICES):
        for room in (TWO, THREE):
            error = EventsNotArrivingError(room.address, "http://192.0.2.1:1400/")
            house.declined[room.address, service] = error
    house.rooms = {room.address: room for room in (ONE, TWO)}
    for room in (ONE, TWO, THREE):
        house.states[room.address] = {TOPOLOGY: {"zone_group_state": before}}
    for link in list(house.session.links.values()):
        link.renew_from_scratch()
    live(house, 60)
    assert house.told(TopologyNews)[-1].topology.visible == (ONE.uid, TWO.uid)


def test_an_answer_does_not_replace_what_an_event_told_meanwhile(one_polled: House) -> None:
    house = one_polled
    house.states.clear()
    before = house.topology
    house.session._read_topology(house.session.links[ONE.uid])
    asked = house.runner.open("read")[-1]
    house.clock.advance(1)
    house.change(ONE, TWO, THREE, source=TWO)
    asked.answer.callback({TOPOLOGY: {"zone_group_state": before}})
    assert house.told(TopologyNews)[-1].topology.visible == (ONE.uid, TWO.uid, THREE.uid)


@pytest.mark.parametrize("truth", [(ONE, TWO), (ONE, TWO, FOUR)])
def test_a_polled_speaker_that_tells_another_topology_is_asked(
    one_polled: House, truth: tuple[Room, ...]
) -> None:
    """The last event of the other one was lost, and nobody else would tell."""
    house = one_polled
    for room in (THREE, FOUR):
        house.dead[room.address] = SILENCE
    house.settle_questions()
    house.change(ONE, TWO, THREE, source=TWO)
    house.answer()
    house.rooms = {room.address: room for room in truth}
    house.states[ONE.address] = {TOPOLOGY: {"zone_group_state": house.topology}}
    live(house, int(AGREEMENT_SECONDS) + 1)
    told = house.told(TopologyNews)[-1].topology.visible
    assert told == tuple(room.uid for room in truth)


def test_an_answer_is_news_when_an_event_said_otherwise_meanwhile(one_polled: House) -> None:
    """Of a service that comes both ways, the answers of before say nothing."""
    house = one_polled
    del house.declined[ONE.address, "RenderingControl"]
    house.states[ONE.address] = {"RenderingControl": {"volume": "20"}}
    live(house, 61)
    sent, sid = house.lease("RenderingControl", ONE)
    for seq in (1, 2):
        # This event is the last one that arrives; the one that tells of the way back is lost.
        house.news.clear()
        assert house.send(sent, sid, body_of({"Volume": "30"}), seq) == 200
        live(house, 12)
        told = [news.variables.get("volume") for news in house.told(EventNews)]
        assert told[:2] == ["30", "20"]


def test_a_question_for_the_topology_that_fails(one_polled: House) -> None:
    house = one_polled
    house.states.clear()
    told = len(house.told(TopologyNews))
    for error in (HttpStatusError(ONE.address, "GetZoneGroupState", 500), CancelledError()):
        house.session._read_topology(house.session.links[ONE.uid])
        house.runner.open("read")[-1].answer.errback(error)
    assert len(house.told(TopologyNews)) == told
