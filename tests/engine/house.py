"""A household whose clock and speakers are worked by hand, and a session that listens to it."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred

from custom_components.sonos_twisted.engine import (
    AnyNews,
    PlayerUnreachableError,
)
from custom_components.sonos_twisted.engine.player import Player
from custom_components.sonos_twisted.engine.reporters import HOUSEHOLD_SERVICES
from custom_components.sonos_twisted.engine.session import (
    HouseholdSession,
)
from custom_components.sonos_twisted.model import RunnerHealth, parse_device_description

from ..model.payloads import (
    group,
    member,
    notify as body_of,
    zone_group_state,
)
from .fakes import SILENCE, FakeReactor, FakeRequest, Sent, a_listener, notify

if TYPE_CHECKING:
    from custom_components.sonos_twisted.engine.commands.state import State
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

    def health(self) -> RunnerHealth:
        """Tell of nothing."""
        return RunnerHealth()

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
        # What some answer when they are asked for their state, though they may grant nothing, and
        # the services that some do not grant, and who answers no question.
        self.states: dict[str, State] = {}
        self.declined: dict[tuple[str, str], Exception] = {}
        self.hanging: set[str] = set()
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
        """Let the speakers answer everything, questions about their state excepted.

        Of those, none is answered by a speaker that is dead.
        """
        while pending := self._answerable():
            for answer in pending:
                answer()
        self.settle_questions()

    def settle_questions(self) -> None:
        """Let questions to speakers that cannot be reached fail, and answer where that is set."""
        for asked in self.runner.open("read"):
            error = self.dead.get(asked.host)
            if asked.host in self.hanging:
                asked.answer.errback(SILENCE)
            elif asked.host in self.states:
                state = deepcopy(self.states[asked.host])
                if "topology" not in asked.args[0]:
                    state.pop(TOPOLOGY, None)
                asked.answer.callback(state)
            elif isinstance(error, PlayerUnreachableError):
                asked.answer.errback(error)

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
        if error := self.dead.get(host) or self._declines(sent):
            sent.fail(error)
        elif sent.kind == "SUBSCRIBE":
            sid = next(self.sids)
            sent.grant(sid)
            self.send(sent, sid, self.initial(sent))
        else:
            sent.grant(sent.headers["SID"])

    def _declines(self, sent: Sent) -> Exception | None:
        wanted = sent.kind != "UNSUBSCRIBE"
        return self.declined.get((host_of(sent), sent.service)) if wanted else None

    def _describe(self, asked: Command) -> None:
        room = self.rooms.get(asked.host)
        if error := self.dead.get(asked.host):
            asked.answer.errback(error)
        elif room is None:
            asked.answer.errback(PlayerUnreachableError(asked.host, "cannot be reached"))
        else:
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


def live(house: House, seconds: int) -> None:
    """Let time pass second by second, with the speakers answering."""
    for _ in range(seconds):
        house.clock.advance(1)
        house.answer()


def topology_subscriptions(house: House) -> Counter[str]:
    """Count how often each speaker was subscribed to for the topology."""
    sent = (sent for sent in house.request.sent if sent.kind == "SUBSCRIBE")
    return Counter(host_of(each) for each in sent if each.service == TOPOLOGY)


def answer_within(house: House, requests: int) -> None:
    """Let the speakers answer so many requests; there must not be more of them."""
    for _ in range(requests):
        for sent in house.request.open[:1]:
            house._answer(sent)
        house.settle_questions()
    assert house.request.open == []
