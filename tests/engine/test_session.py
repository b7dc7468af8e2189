"""Listening to a household: the beginning, our own side, and the end; on a clock moved by hand."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from twisted.internet.defer import CancelledError

from custom_components.sonos_twisted.engine import (
    DescriptionNews,
    EventNews,
    EventsNotArrivingError,
    PlayerError,
    PlayerUnreachableError,
    TopologyNews,
)
from custom_components.sonos_twisted.engine.lease import INITIAL_EVENT_SECONDS
from custom_components.sonos_twisted.engine.reporters import HOUSEHOLD_SERVICES
from custom_components.sonos_twisted.engine.session import (
    DESCRIPTION_SECONDS,
    RELEASE_SECONDS,
    WATCH_SECONDS,
)

from ..model.payloads import (
    notify as body_of,
    satellite,
    zone_group_state,
)
from .fakes import SILENCE
from .house import (
    ALARMS,
    CONTENT,
    FOUR,
    ONE,
    OWN_SERVICES,
    THREE,
    TOPOLOGY,
    TWO,
    Command,
    House,
    Room,
    host_of,
)

# The beginning


def test_it_begins_with_one_request(house: House) -> None:
    house.start(ONE)
    assert [(sent.kind, host_of(sent), sent.service) for sent in house.request.sent] == [
        ("SUBSCRIBE", "192.0.2.11", TOPOLOGY)
    ]


def test_all_speakers_are_found_through_one(running: House) -> None:
    assert set(running.held()) == {ONE.uid, TWO.uid, THREE.uid}
    (news,) = running.told(TopologyNews)
    assert news.topology.visible == (ONE.uid, TWO.uid, THREE.uid)
    assert {news.description.uid for news in running.told(DescriptionNews)} == set(running.held())


def test_the_household_is_told_before_its_speakers(running: House) -> None:
    kinds = [type(news) for news in running.news]
    assert kinds.index(TopologyNews) < kinds.index(DescriptionNews)
    assert kinds.index(TopologyNews) < kinds.index(EventNews)


@pytest.mark.parametrize(
    "nowhere", [Room(15, located=False), Room(15, host="a.name.example")], ids=["none", "a name"]
)
def test_a_speaker_without_an_address(
    house: House, nowhere: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """There is nobody to connect to; an empty name would be this machine.

    Another name would have to be looked up, and the reactor would wait for that.
    """
    caplog.set_level("DEBUG")
    house.rooms[nowhere.address] = nowhere
    house.start(ONE)
    house.answer()
    assert "Room 15: it has no IPv4 address" in caplog.text
    assert nowhere.uid not in house.held()
    assert {host_of(sent) for sent in house.request.sent} == {r.address for r in (ONE, TWO, THREE)}


def test_who_reports_what(running: House) -> None:
    """Each speaker for itself; two for the topology, one for alarms and favourites."""
    assert all(services >= OWN_SERVICES for services in running.held().values())
    assert {service: len(running.reporters(service)) for service in HOUSEHOLD_SERVICES} == {
        TOPOLOGY: 2,
        ALARMS: 1,
        CONTENT: 1,
    }
    assert len(running.session.leases) == 3 * 4 + 2 + 1 + 1


def test_services_that_only_some_have() -> None:
    """The description names them."""
    house = House(ONE, Room(12, services=("AudioIn", "HTControl", "AVTransport")))
    house.start(ONE)
    house.answer()
    assert house.held()[TWO.uid] >= {*OWN_SERVICES, "AudioIn", "HTControl"}
    assert not house.held()[ONE.uid] & {"AudioIn", "HTControl"}


def test_parts_of_a_room_are_not_listened_to() -> None:
    sub = satellite("RINCON_0000000000FF01400", Invisible="1")
    house = House(ONE, Room(12, inside=sub))
    house.start(ONE)
    house.answer()
    assert set(house.held()) == {ONE.uid, TWO.uid}


def test_a_hidden_speaker_leads_to_the_household_too() -> None:
    """The address may be that of the right half of a stereo pair."""
    house = House(ONE, TWO)
    hidden = Room(99)
    house.start(hidden)
    house.answer()
    assert house.outcome == [None]
    assert set(house.held()) == {ONE.uid, TWO.uid}
    assert house.kinds(hidden)["SUBSCRIBE"] == house.kinds(hidden)["UNSUBSCRIBE"] > 0


def test_the_household_is_known_when_it_is_described(house: House) -> None:
    """So that the host knows all models from the beginning."""
    house.start(ONE)
    for sent in house.request.open:
        house._answer(sent)
    assert house.outcome == []
    assert {asked.host for asked in house.runner.open("describe")} == set(house.rooms)
    for asked in house.runner.open("describe"):
        house._describe(asked)
    assert house.outcome == [None]


def test_a_description_is_not_waited_for_long(house: House) -> None:
    house.start(ONE)
    for sent in house.request.open:
        house._answer(sent)
    house.clock.advance(DESCRIPTION_SECONDS)
    assert house.outcome == [None]
    house.answer()
    assert len(house.told(DescriptionNews)) == 3


def test_a_description_that_cannot_be_read_is_tried_again(house: House) -> None:
    """The other speakers are listened to meanwhile, and this one too."""
    house.start(ONE)
    for sent in house.request.open:
        house._answer(sent)
    for asked in house.runner.open("describe"):
        asked.answer.errback(PlayerUnreachableError(asked.host, "does not answer"))
    assert house.outcome == [None]
    house.answer()
    assert house.told(DescriptionNews) == []
    house.change(ONE, TWO, THREE, FOUR)
    described = Counter(asked.host for asked in house.runner.asked)
    assert max(described.values()) <= 2
    house.clock.advance(30)
    house.answer()
    assert len(house.told(DescriptionNews)) == 4
    before = len(house.runner.asked)
    house.clock.advance(60)
    assert len([asked for asked in house.runner.asked[before:] if asked.name == "describe"]) == 0


def test_events_that_do_not_arrive(house: House) -> None:
    """The speaker is asked instead; that it is not reachable from our side is said."""
    house.start(ONE)
    house.request.last.grant("uuid:1")
    house.clock.advance(INITIAL_EVENT_SECONDS)
    (asked,) = house.runner.open("read")
    assert (asked.host, asked.args) == ("192.0.2.11", (["topology"],))
    asked.answer.callback({TOPOLOGY: {"zone_group_state": house.topology}})
    assert len(house.told(TopologyNews)) == 1
    house.clock.advance(DESCRIPTION_SECONDS)
    assert house.outcome == [None]


@pytest.mark.parametrize(
    "answer",
    [
        lambda asked: asked.answer.errback(PlayerError("192.0.2.11", "is on fire")),
        lambda asked: asked.answer.callback({TOPOLOGY: {"zone_group_state": "<broken"}}),
    ],
)
def test_neither_events_nor_answers(house: House, answer: Callable[[Command], None]) -> None:
    """The first reason is told, and nothing is left."""
    house.start(ONE)
    house.request.last.grant("uuid:1")
    house.clock.advance(INITIAL_EVENT_SECONDS)
    answer(house.runner.open("read")[0])
    house.answer()
    (outcome,) = house.outcome
    assert isinstance(outcome, EventsNotArrivingError)
    assert house.session.links == {}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"ZoneGroupState": "<broken"}, id="malformed"),
        pytest.param({"ZoneGroupState": zone_group_state()}, id="empty"),
        pytest.param({"ThirdPartyMediaServersX": "2:abc"}, id="missing"),
    ],
)
def test_a_topology_that_cannot_be_read(
    house: House, body: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked for instead of waiting for a better event, which may never come."""
    house.start(ONE)
    sent = house.request.last
    sent.grant("uuid:1")
    assert house.send(sent, "uuid:1", body_of(body)) == 200
    (asked,) = house.runner.open("read")
    asked.answer.callback({TOPOLOGY: {"zone_group_state": house.topology}})
    house.answer()
    assert house.outcome == [None]
    assert len(house.told(TopologyNews)) == 1


def test_the_beginning_is_given_up(house: House) -> None:
    known = house.start(ONE)
    known.cancel()
    assert isinstance(house.outcome[0], CancelledError)
    house.session.stop()
    house.answer()
    assert house.session.links == {}
    assert house.clock.getDelayedCalls() == []


# Our own side


def test_another_address_of_ours(running: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Speakers must be told where to send their events from now on."""
    running.clock.advance(WATCH_SECONDS)
    before = running.kinds(ONE)["SUBSCRIBE"]
    monkeypatch.setattr(
        running.listener, "callback_url", lambda _, token="": f"http://192.0.2.2:1400/{token}"
    )
    running.clock.advance(WATCH_SECONDS)
    running.answer()
    assert running.kinds(ONE)["SUBSCRIBE"] == 2 * before
    assert running.held()[ONE.uid] >= OWN_SERVICES


def test_no_way_to_a_speaker_for_a_while(running: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own network is down: nothing is begun that could not succeed."""
    before = len(running.request.sent)

    def no_route(*_: object) -> str:
        raise SILENCE

    monkeypatch.setattr(running.listener, "callback_url", no_route)
    running.clock.advance(WATCH_SECONDS)
    assert len(running.request.sent) == before


# The end


def test_the_end(running: House) -> None:
    subscribed = sum(running.kinds(room)["SUBSCRIBE"] for room in (ONE, TWO, THREE))
    ended: list[object] = []
    running.session.stop().addCallback(ended.append)
    assert ended == []
    running.answer()
    assert ended == [None]
    assert sum(running.kinds(room)["UNSUBSCRIBE"] for room in (ONE, TWO, THREE)) == subscribed
    assert running.listener.subscriptions_map.count == 0
    assert running.clock.getDelayedCalls() == []


def test_the_end_does_not_wait_for_the_dead(running: House) -> None:
    ended: list[object] = []
    running.session.stop().addCallback(ended.append)
    running.clock.advance(RELEASE_SECONDS - 0.1)
    assert ended == []
    running.clock.advance(0.1)
    assert ended == [None]
    assert running.request.open == []
    assert running.clock.getDelayedCalls() == []


@pytest.mark.parametrize("answered", range(6))
def test_the_end_in_the_middle_of_the_beginning(house: House, answered: int) -> None:
    """Whatever is under way when the host gives up, nothing of it is left."""
    house.start(ONE)
    for _ in range(answered):
        for sent in house.request.open[:1]:
            house._answer(sent)
    house.session.stop()
    house.clock.advance(RELEASE_SECONDS)
    assert house.request.open == []
    assert house.clock.getDelayedCalls() == []
    assert house.listener.subscriptions_map.count == 0
    before = len(house.request.sent)
    house.news.clear()
    house.clock.advance(3600)
    assert len(house.request.sent) == before
    assert house.news == []


def test_nothing_is_said_after_the_end(running: House) -> None:
    sent, sid = running.lease("RenderingControl", TWO)
    running.session.stop()
    running.news.clear()
    assert running.send(sent, sid, body_of({"Volume": "20"}), 1) == 412
    running.session.heard_of(TWO.uid, "192.0.2.112:1400", 8)
    running.answer()
    assert running.news == []


def test_ending_twice(running: House) -> None:
    running.session.stop()
    running.answer()
    ended: list[object] = []
    running.session.stop().addCallback(ended.append)
    assert ended == [None]


def rooms_of(numbers: Sequence[int]) -> list[Room]:
    """Build plain rooms."""
    return [Room(number) for number in numbers]


def test_the_cost_of_a_change_does_not_grow_with_the_household() -> None:
    """Two speakers tell it, however many there are."""
    house = House(*rooms_of(range(1, 33)))
    house.start(Room(1))
    house.answer()
    assert len(house.reporters(TOPOLOGY)) == 2
    assert len(house.session.leases) == 32 * 4 + 4
    before = len(house.request.sent)
    house.change(*rooms_of(range(1, 34)))
    house.answer()
    assert len(house.request.sent) == before + 4
    house.session.stop()
