"""Listening to a household: who tells what, on a clock and with speakers worked by hand."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from twisted.internet.defer import CancelledError, Deferred

from custom_components.sonos_twisted.engine import (
    AnyNews,
    DescriptionNews,
    EventNews,
    EventsNotArrivingError,
    LeaseNews,
    PlayerError,
    PlayerUnreachableError,
    ReachabilityNews,
    SubscriptionLostError,
    TopologyNews,
    UpnpError,
)
from custom_components.sonos_twisted.engine.inspection import IN_FLIGHT_SECONDS, QUIET_SECONDS
from custom_components.sonos_twisted.engine.lease import INITIAL_EVENT_SECONDS
from custom_components.sonos_twisted.engine.news import PositionNews, Served, ServedNews
from custom_components.sonos_twisted.engine.player import Player
from custom_components.sonos_twisted.engine.session import (
    AGREEMENT_SECONDS,
    DESCRIPTION_SECONDS,
    HOUSEHOLD_SERVICES,
    RELEASE_SECONDS,
    WATCH_SECONDS,
    HouseholdSession,
)
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS
from custom_components.sonos_twisted.model import parse_device_description

from ..model.payloads import (
    group,
    last_change,
    member,
    notify as body_of,
    satellite,
    zone_group_state,
)
from .fakes import FakeReactor, FakeRequest, Sent, a_listener, notify

if TYPE_CHECKING:
    from custom_components.sonos_twisted.engine.listener import Listener

OWN_SERVICES = {"AVTransport", "RenderingControl", "DeviceProperties", "GroupRenderingControl"}
TOPOLOGY, ALARMS, CONTENT = HOUSEHOLD_SERVICES


@dataclass(frozen=True)
class Room:
    """A room with a speaker."""

    number: int
    boot_seq: int = 7
    host: str = ""
    services: tuple[str, ...] = ()
    inside: str = ""
    located: bool = True

    @property
    def uid(self) -> str:
        """The speaker's uid."""
        return f"RINCON_{self.number:012X}01400"

    @property
    def address(self) -> str:
        """Where the speaker is."""
        return self.host or f"192.0.2.{self.number}"

    @property
    def xml(self) -> str:
        """The speaker in a topology, alone in its group."""
        location = f"http://{self.address}:1400/xml/device_description.xml" * self.located
        boot_seq = str(self.boot_seq)
        inside = self.inside
        name = f"Room {self.number}"
        shown = member(self.uid, name, inside=inside, Location=location, BootSeq=boot_seq)
        return group(self.uid, shown)

    @property
    def description(self) -> bytes:
        """The speaker's device description."""
        services = "".join(
            f"<service><serviceType>urn:schemas-upnp-org:service:{name}:1</serviceType></service>"
            for name in self.services
        )
        return (
            "<root><device><deviceType>urn:schemas-upnp-org:device:ZonePlayer:1</deviceType>"
            f"<UDN>uuid:{self.uid}</UDN><serviceList>{services}</serviceList></device></root>"
        ).encode()


@dataclass
class Command:
    """A command that was asked for, to be answered by the test."""

    name: str
    host: str
    args: tuple[Any, ...]
    answer: Deferred[Any]


class FakeRunner:
    """Takes the place of a command runner."""

    def __init__(self) -> None:
        """Begin without commands."""
        self.asked: list[Command] = []

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def run(self, command: Callable[..., Any], *args: Any, **_: Any) -> Deferred[Any]:
        """Keep a command."""
        answer: Deferred[Any] = Deferred()
        host = Player.at(args[0]).ip_address
        self.asked.append(Command(command.__name__, host, args[1:], answer))
        return answer

    def open(self, name: str) -> list[Command]:
        """Return the commands of a name that are not answered."""
        return [asked for asked in self.asked if asked.name == name and not asked.answer.called]


class House:
    """A household, a session that listens to it, and what happens between them."""

    def __init__(self, *rooms: Room) -> None:
        """Build the house; the session has not begun."""
        self.clock = FakeReactor()
        self.request = FakeRequest()
        self.runner = FakeRunner()
        self.listener: Listener = a_listener(self.clock)
        self.listener.start()
        self.news: list[AnyNews] = []
        self.rooms = {room.address: room for room in rooms}
        self.dead: dict[str, Exception] = {}
        self.sids = (f"uuid:{number}" for number in itertools.count(1))
        self.session = HouseholdSession(
            reactor=self.clock,
            listener=self.listener,
            request=self.request,
            runner=self.runner,
            post=self.news.append,
        )
        self.outcome: list[object] = []

    def start(self, room: Room) -> Deferred[None]:
        """Begin to listen, through one of the speakers."""
        known = self.session.start(room.uid, Player(room.address))
        known.addCallbacks(self.outcome.append, lambda failure: self.outcome.append(failure.value))
        return known

    @property
    def topology(self) -> str:
        """The household as its speakers see it."""
        return zone_group_state(*(room.xml for room in self.rooms.values()))

    # What speakers do

    def answer(self) -> None:
        """Let the speakers answer everything that they are asked, until nothing is open."""
        while pending := self._answerable():
            for answer in pending:
                answer()

    def _answerable(self) -> list[Callable[[], object]]:
        requests = [lambda sent=sent: self._answer(sent) for sent in self.request.open]
        commands = [
            lambda asked=asked: self._describe(asked) for asked in self.runner.open("describe")
        ]
        return [*requests, *commands]

    def _answer(self, sent: Sent) -> None:
        host = host_of(sent)
        if sent.answer.called:
            return
        if error := self.dead.get(host):
            sent.fail(error)
        elif sent.kind == "SUBSCRIBE":
            sid = next(self.sids)
            sent.grant(sid)
            self.send(sent, sid, self.initial(sent))
        else:
            sent.grant(sent.headers["SID"])

    def _describe(self, asked: Command) -> None:
        if error := self.dead.get(asked.host):
            asked.answer.errback(error)
        else:
            room = self.rooms[asked.host]
            asked.answer.callback(parse_device_description(room.description))

    def initial(self, sent: Sent) -> bytes:
        """Word the first event of a service."""
        special = {"ZoneGroupTopology": {"ZoneGroupState": self.topology}}
        return body_of(special.get(sent.service, {"Something": host_of(sent)}))

    def send(self, sent: Sent, sid: str, body: bytes, seq: int = 0) -> int:
        """Send an event of a subscription."""
        path = urlsplit(sent.callback).path
        return notify(self.clock, path, body, {"SID": sid, "SEQ": str(seq)})

    def change(self, *rooms: Room, source: Room | None = None, seq: int = 1) -> None:
        """Let the household be another one, as the first speaker that reports it says."""
        self.rooms = {room.address: room for room in rooms}
        body = body_of({"ZoneGroupState": self.topology})
        sent, sid = self.lease(TOPOLOGY, source)
        assert self.send(sent, sid, body, seq) == 200

    def lease(self, service: str, room: Room | None = None) -> tuple[Sent, str]:
        """Return the newest subscription to a service, of one room or of any, and its SID."""
        sids = self.listener.subscriptions_map.subscriptions
        tokens = {subscription.token: sid for sid, subscription in sids.items()}
        hosts = [each.address for each in self.rooms.values()] if room is None else [room.address]
        found = [
            (sent, tokens[token])
            for sent in self.request.sent
            if sent.kind == "SUBSCRIBE" and sent.service == service and host_of(sent) in hosts
            if (token := urlsplit(sent.callback).path[1:]) in tokens
        ]
        return found[-1]

    # What can be seen

    def held(self) -> dict[str, set[str]]:
        """Return the services that are listened to, by uid."""
        return {
            uid: {name for name, lease in link.leases.items() if lease.is_held}
            for uid, link in self.session.links.items()
        }

    def reporters(self, service: str) -> set[str]:
        """Return the uids of the speakers that report a service."""
        return {uid for uid, services in self.held().items() if service in services}

    def kinds(self, room: Room) -> Counter[str]:
        """Count the requests to a speaker."""
        return Counter(s.kind for s in self.request.sent if host_of(s) == room.address)

    def told[T: AnyNews](self, kind: type[T]) -> list[T]:
        """Return the news of a kind."""
        return [news for news in self.news if isinstance(news, kind)]


def host_of(sent: Sent) -> str:
    """Return the address that a request was sent to."""
    return urlsplit(sent.url).hostname or ""


ONE, TWO, THREE, FOUR = Room(11), Room(12), Room(13), Room(14)
SILENCE = PlayerUnreachableError("192.0.2.11", "does not answer")


@pytest.fixture
def house() -> Iterator[House]:
    house = House(ONE, TWO, THREE)
    yield house
    house.session.stop()
    house.clock.advance(RELEASE_SECONDS)
    assert house.clock.getDelayedCalls() == []


@pytest.fixture
def running(house: House) -> House:
    """Return a house in which everything is listened to."""
    house.start(ONE)
    house.answer()
    assert house.outcome == [None]
    return house


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


def test_a_speaker_without_an_address(house: House) -> None:
    """There is nobody to connect to; an empty name would be this machine."""
    nowhere = Room(15, located=False)
    house.rooms[nowhere.address] = nowhere
    house.start(ONE)
    house.answer()
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


# News


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


def topology_subscriptions(house: House) -> Counter[str]:
    """Count how often each speaker was subscribed to for the topology."""
    sent = (sent for sent in house.request.sent if sent.kind == "SUBSCRIBE")
    return Counter(host_of(each) for each in sent if each.service == TOPOLOGY)


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


# Speakers that fail


def live(house: House, seconds: int) -> None:
    """Let time pass second by second, with the speakers answering."""
    for _ in range(seconds):
        house.clock.advance(1)
        house.answer()


@pytest.fixture
def dead(running: House) -> House:
    """Return a house in which one speaker is dead, and its renewals are due."""
    running.dead[TWO.address] = PlayerUnreachableError(TWO.address, "cannot be reached")
    running.clock.advance(MAX_RENEWAL_SECONDS)
    return running


def answer_within(house: House, requests: int) -> None:
    """Let the speakers answer so many requests; there must not be more of them."""
    for _ in range(requests):
        for sent in house.request.open[:1]:
            house._answer(sent)
    assert house.request.open == []


def test_a_dead_speaker_is_not_asked_without_a_pause(dead: House) -> None:
    """Each lease asks once; none makes the others ask again before their time."""
    leases = len(dead.session.links[TWO.uid].leases)
    before = len(dead.request.sent) - len(dead.request.open)
    answer_within(dead, 10 * leases)
    asked = Counter(
        sent.service
        for sent in dead.request.sent[before:]
        if host_of(sent) == TWO.address and sent.kind == "RENEW"
    )
    assert max(asked.values()) <= 2
    assert len(asked) >= len(OWN_SERVICES)


def test_a_dead_speaker_is_unreachable(dead: House) -> None:
    dead.news.clear()
    answer_within(dead, 100)
    assert dead.told(ReachabilityNews) == [
        ReachabilityNews(TWO.uid, False, "192.0.2.12 cannot be reached")
    ]


def test_a_speaker_that_answers_nothing_but_sends_events(dead: House) -> None:
    """It does not come and go with each event; once they end, it is gone."""
    answer_within(dead, 100)
    dead.news.clear()
    for seq in range(1, 21):
        assert (
            dead.send(*dead.lease("AVTransport", TWO), last_change(f'<A val="{seq}"/>'), seq) == 200
        )
        live(dead, 3)
    assert [news.reachable for news in dead.told(ReachabilityNews)] == [True]
    live(dead, 100)
    assert [news.reachable for news in dead.told(ReachabilityNews)] == [True, False]


def test_a_dead_speaker_reports_nothing_for_others(dead: House) -> None:
    answer_within(dead, 100)
    dead.answer()
    for service, count in HOUSEHOLD_SERVICES.items():
        assert len(dead.reporters(service) - {TWO.uid}) == count


def test_how_often_a_dead_speaker_is_asked(dead: House) -> None:
    """Seldom enough for an hour of it to pass unnoticed."""
    answer_within(dead, 100)
    before = len(dead.request.sent)
    for _ in range(600):
        dead.clock.advance(1)
        answer_within(dead, 100)
    asked = [s for s in dead.request.sent[before:] if host_of(s) == TWO.address]
    assert 0 < len(asked) < 150


def test_a_speaker_that_comes_back(dead: House) -> None:
    """It is reachable again by itself, within the longest wait."""
    answer_within(dead, 100)
    live(dead, 900)
    dead.dead.clear()
    dead.news.clear()
    live(dead, 61)
    assert ReachabilityNews(TWO.uid, True) in dead.told(ReachabilityNews)
    assert dead.held()[TWO.uid] >= OWN_SERVICES


def test_a_sign_of_life_ends_all_waits(dead: House) -> None:
    answer_within(dead, 100)
    live(dead, 900)
    dead.dead.clear()
    dead.session.heard_of(TWO.uid)
    dead.answer()
    assert dead.held()[TWO.uid] >= OWN_SERVICES


def test_one_failed_renewal_is_no_reason_to_doubt(running: House) -> None:
    """The others are asked before anything is believed."""
    running.news.clear()
    running.clock.advance(MAX_RENEWAL_SECONDS)
    (failing,) = (
        sent
        for sent in running.request.open
        if (host_of(sent), sent.service) == (TWO.address, "AVTransport")
    )
    failing.fail(PlayerUnreachableError(TWO.address, "does not answer"))
    running.answer()
    assert running.told(ReachabilityNews) == []
    live(running, 2)
    assert running.held()[TWO.uid] >= OWN_SERVICES


def test_a_speaker_that_forgot_everything(running: House) -> None:
    """412 to every renewal: subscribed anew at once, and not a word about it."""
    running.news.clear()
    running.dead[TWO.address] = SubscriptionLostError(TWO.address)
    running.clock.advance(MAX_RENEWAL_SECONDS)
    for sent in running.request.open:
        running._answer(sent)
    running.dead.clear()
    running.answer()
    assert running.held()[TWO.uid] >= OWN_SERVICES
    assert running.told(ReachabilityNews) == []


def test_a_goodbye(running: House) -> None:
    """Events that are still on their way do not bring the speaker back; an announcement does."""
    running.news.clear()
    running.session.said_goodbye(TWO.uid, "sleeping")
    sent, sid = running.lease("RenderingControl", TWO)
    running.send(sent, sid, body_of({"Volume": "20"}), 1)
    assert running.told(ReachabilityNews) == [
        ReachabilityNews(TWO.uid, False, "192.0.2.12 has left (sleeping)")
    ]
    running.session.heard_of(TWO.uid)
    running.answer()
    assert running.told(ReachabilityNews)[1:] == [ReachabilityNews(TWO.uid, True)]
    running.session.said_goodbye("RINCON_UNKNOWN", "sleeping")


def test_an_answer_is_a_sign_of_life(dead: House) -> None:
    answer_within(dead, 100)
    dead.dead.clear()
    dead.session.answered("192.0.2.12:1400")
    dead.answer()
    assert dead.held()[TWO.uid] >= OWN_SERVICES


@pytest.fixture
def polled(house: House) -> House:
    """Return a house of whose second speaker no events arrive, so that it is asked."""
    house.dead[TWO.address] = PlayerError(TWO.address, "declines")
    house.start(ONE)
    house.answer()
    house.clock.advance(DESCRIPTION_SECONDS)
    house.news.clear()
    return house


def reading(house: House) -> Command:
    """Return what the second speaker is being asked."""
    return next(asked for asked in house.runner.open("read") if asked.host == TWO.address)


def test_answers_take_the_place_of_events(polled: House) -> None:
    state = {
        "AVTransport": {"transport_state": "PLAYING", "relative_time_position": "0:01:02"},
        TOPOLOGY: {"zone_group_state": polled.topology},
    }
    reading(polled).answer.callback(state)
    (news,) = polled.told(EventNews)
    assert news.variables == {"transport_state": "PLAYING"}
    (position,) = polled.told(PositionNews)
    assert position.uid == TWO.uid
    assert polled.told(ReachabilityNews) == [ReachabilityNews(TWO.uid, True)]


def test_no_more_asking_when_events_arrive(polled: House) -> None:
    polled.dead.clear()
    live(polled, 61)
    assert polled.told(ServedNews)[-1] == ServedNews(TWO.uid, Served.BY_EVENTS)
    asked = len([each for each in polled.runner.asked if each.name == "read"])
    live(polled, 100)
    assert len([each for each in polled.runner.asked if each.name == "read"]) == asked


def test_a_speaker_that_cannot_be_asked_either(polled: House) -> None:
    """Its leases find out, and then it is unreachable."""
    polled.dead[TWO.address] = PlayerUnreachableError(TWO.address, "does not answer")
    reading(polled).answer.errback(polled.dead[TWO.address])
    for _ in range(70):
        polled.clock.advance(1)
        answer_within(polled, 100)
    assert polled.told(ReachabilityNews)[-1].reachable is False


def test_a_speaker_that_declines_to_answer(polled: House) -> None:
    """That says nothing of whether it can be reached."""
    reading(polled).answer.errback(UpnpError(TWO.address, "GetVolume", 501))
    assert polled.told(ReachabilityNews) == []


def test_events_that_stop_silently(running: House) -> None:
    """The speaker answers something else than it told, and goes on doing so."""
    sent, sid = running.lease("AVTransport", TWO)
    running.send(sent, sid, last_change('<TransportState val="STOPPED"/>'), 1)
    before = running.kinds(TWO)["SUBSCRIBE"]
    plays = {TWO.address: {"AVTransport": {"transport_state": "PLAYING"}}}
    for seconds in (QUIET_SECONDS, IN_FLIGHT_SECONDS):
        running.clock.advance(seconds)
        for asked in running.runner.open("read"):
            asked.answer.callback(plays.get(asked.host, {}))
        running.answer()
    assert running.kinds(TWO)["SUBSCRIBE"] == before + 1


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
