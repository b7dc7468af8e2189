"""An integration in a Home Assistant of its own, on a simulated household of its own."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
import contextlib
from dataclasses import dataclass, field
from time import monotonic

from tests.demo.processes import DemoError
from tests.simulator.control import Remote
from tests.simulator.process import SimulatorProcess

from .bodies import REGROUPINGS, TOPOLOGY, address, templates
from .host import Host, Note, Notes, running
from .measures import CORE, OURS, Seen, match
from .volley import Lane, Shot, Volley

DOMAINS = {CORE: "sonos", OURS: "sonos_twisted"}
_OPTIONS: dict[str, dict[str, str | int]] = {CORE: {}, OURS: {"listen_address": "127.0.0.1"}}
_BASES = {CORE: "127.60.1.1", OURS: "127.61.1.1"}
#: More than any household has: GetZoneGroupState does not fail, without which core finds no room.
_READABLE = 128
#: Seconds until all rooms are there, and until states are right after a measurement.
_START = 300.0
_CATCH_UP = 30.0
#: Seconds within which a flood of events must be over.
_FLOOD = 600.0
#: Seconds of a track after which all tracks are begun anew, because the next one would follow.
_TRACK = 120.0


async def silence(remote: Remote, seconds: float = 1.0) -> None:
    """Wait until a simulated household has sent no event for so long."""
    count, since = -1, monotonic()
    while monotonic() - since < seconds:
        sent = await asyncio.to_thread(remote.notifications, max(count, 0))
        if sent or count < 0:
            count, since = sent[-1]["number"] if sent else 0, monotonic()
        await asyncio.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Fired:
    """What came of events that were sent.

    Attributes:
        shots: The events.
        seen: What became of them, lane by lane.
        notes: What was seen in Home Assistant.
        requests: How many actions speakers were asked for meanwhile, by kind.

    """

    shots: list[Shot]
    seen: list[Seen]
    notes: Notes
    requests: dict[str, int]

    @property
    def latencies(self) -> list[float]:
        """Seconds from event to state, of all events."""
        return [latency for seen in self.seen for latency in seen.latencies]

    @property
    def count(self) -> int:
        """How many things happened; what several speakers told of is one."""
        return sum(len(seen.latencies) + seen.missing for seen in self.seen)

    @property
    def missing(self) -> int:
        """How many events no state has carried."""
        return sum(seen.missing for seen in self.seen)

    @property
    def seconds(self) -> float:
        """From the first event until the last state."""
        begun = min(shot.sent for shot in self.shots)
        return (max(seen.last for seen in self.seen) - begun) / 1e9


#: What a state shows of an event's number.
SHOWN: dict[str, Callable[[Note], int | None]] = {
    "AVTransport": lambda note: note.queue,
    "RenderingControl": lambda note: None if note.volume is None else round(note.volume * 100),
    TOPOLOGY: lambda note: (len(note.members) - 2) % REGROUPINGS,
}
_WRAP = {"AVTransport": 0, "RenderingControl": 101, TOPOLOGY: REGROUPINGS}


@dataclass(slots=True)
class Bench:
    """One of those that are compared.

    Attributes:
        who: `OURS` or `CORE`.
        house: The household.
        host: Home Assistant.
        entities: The player of each speaker, by uid.
        tracks_begun: When the tracks that are played were begun; 0: nothing is played.

    """

    who: str
    house: SimulatorProcess
    host: Host
    entities: dict[str, str] = field(default_factory=dict)
    tracks_begun: float = 0.0
    _bodies: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(
        default_factory=lambda: {"AVTransport": 10, "RenderingControl": 10, TOPOLOGY: 0}
    )

    @property
    def domain(self) -> str:
        """Of the integration."""
        return DOMAINS[self.who]

    @property
    def rooms(self) -> dict[str, str]:
        """The uids of the speakers by room."""
        return {
            speaker["name"]: speaker["uid"]
            for speaker in self.house.facts["speakers"]
            if not speaker["invisible"]
        }

    def addresses(self) -> dict[str, str]:
        """Return the speakers' addresses by uid."""
        return {speaker["uid"]: speaker["address"] for speaker in self.house.facts["speakers"]}

    async def ready(self) -> None:
        """Wait until all rooms are there and silence has come."""
        begun = monotonic()
        while True:
            players = await self.host.players(self.domain)
            there = {uid: note for uid, note in players.items() if note.available}
            if there.keys() >= set(self.rooms.values()):
                break
            if monotonic() - begun > _START:
                missing = len(self.rooms) - len(there)
                raise DemoError(f"{self.who}: {missing} rooms are not there.")
            await asyncio.sleep(0.25)
        self.entities = {uid: note.entity for uid, note in there.items()}
        await self.silence()

    async def silence(self, seconds: float = 1.0) -> None:
        """Wait until the household has sent no event for so long."""
        await silence(self.house.remote, seconds)

    async def requests(self) -> dict[str, dict[str, int]]:
        """Return what speakers were asked for since the last reset, by uid."""
        return await asyncio.to_thread(self.house.remote.requests)

    async def soap(self) -> dict[str, int]:
        """Add up the actions that speakers were asked for."""
        total: dict[str, int] = defaultdict(int)
        for counts in (await self.requests()).values():
            for kind, count in counts.items():
                if kind.startswith("SOAP"):
                    total[kind] += count
        return dict(total)

    async def music(self) -> None:
        """Let all rooms play, each at the beginning of a long track."""
        if monotonic() - self.tracks_begun < _TRACK:
            return
        begin = self.house.remote.seek if self.tracks_begun else self._play
        for room in self.rooms:
            await asyncio.to_thread(begin, room, 0)
        self.tracks_begun = monotonic()
        await self.silence()

    def _play(self, room: str, _seconds: float) -> None:
        self.house.remote.play_tracks(room, 5, "service")

    async def lanes(self, service: str) -> list[Lane]:
        """Return the leases on a service, and what can be sent to them."""
        if service not in self._bodies:
            self._bodies[service] = await asyncio.to_thread(templates, self.house, service)
            await self.silence()
        bodies, sources = self._bodies[service], self.addresses()
        lanes = []
        for uid, leases in (await asyncio.to_thread(self.house.remote.leases)).items():
            for lease in leases:
                if lease["service"] != service or uid not in bodies:
                    continue
                host, port, path = address(lease["callback"])
                lanes.append(
                    Lane(
                        uid=uid,
                        source=sources[uid],
                        host=host,
                        port=port,
                        path=path,
                        sid=lease["sid"],
                        service=service,
                        seq=lease["next_seq"],
                        bodies=bodies[uid],
                        first=self._numbers[service],
                        wrap=_WRAP[service],
                    )
                )
        return lanes

    async def fire(self, service: str, rate: float, seconds: float, beat: float = 0.0) -> Fired:
        """Send events, as fast as they are answered if the rate is 0.

        Of a topology all speakers that are subscribed to tell.
        """
        await self.music()
        lanes = await self.lanes(service)
        await asyncio.to_thread(self.house.remote.reset_requests)
        await self.host.begin(beat)
        volley = Volley.of(lanes, rate, seconds, together=service == TOPOLOGY)
        shots = await asyncio.to_thread(volley.fire)
        await self._caught_up(service, lanes, shots)
        notes = await self.host.end()
        requests = await self.soap()
        await self._renumber(service, lanes, shots)
        return Fired(shots, self._seen(service, lanes, shots, notes.states), notes, requests)

    async def flood(self, service: str, events: int) -> None:
        """Send so many events as fast as they are answered, without looking at them."""
        await self.music()
        lanes = await self.lanes(service)
        await self.host.do("look_away")
        volley = Volley.of(lanes, 0.0, _FLOOD, at_most=events)
        shots = await asyncio.to_thread(volley.fire)
        await self._caught_up(service, lanes, shots)
        await self._renumber(service, lanes, shots)

    async def _renumber(self, service: str, lanes: Sequence[Lane], shots: list[Shot]) -> None:
        """Let the household go on from the events that were sent in its name."""
        sent = Counter(shot.lane for shot in shots)
        for number, lane in enumerate(lanes):
            await asyncio.to_thread(
                self.house.remote.renumber_events, lane.uid, service, lane.seq + sent[number]
            )
        self._numbers[service] = lanes[0].number(max(sent.values()))

    async def _caught_up(self, service: str, lanes: Sequence[Lane], shots: list[Shot]) -> None:
        """Wait until all players show the last event, or long enough."""
        wanted = {}
        for shot in sorted(shots, key=lambda shot: shot.index):
            uid = self._shown_by(service, lanes[shot.lane])
            wanted[uid] = lanes[shot.lane].number(shot.index)
        begun = monotonic()
        while monotonic() - begun < _CATCH_UP:
            await asyncio.sleep(0.2)
            players = await self.host.players(self.domain)
            if all(SHOWN[service](players[uid]) == number for uid, number in wanted.items()):
                return

    def _seen(
        self, service: str, lanes: Sequence[Lane], shots: list[Shot], states: list[Note]
    ) -> list[Seen]:
        shown: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        for note in states:
            shown[note.entity].append((note.at, SHOWN[service](note)))
        # What several speakers tell of counts from the first of them on.
        sent: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
        for shot in sorted(shots, key=lambda shot: (shot.index, shot.sent)):
            lane = lanes[shot.lane]
            event = (shot.sent, lane.number(shot.index))
            sent[self._shown_by(service, lane)].setdefault(shot.index, event)
        return [
            match(list(events.values()), shown[self.entities[uid]]) for uid, events in sent.items()
        ]

    def _shown_by(self, service: str, lane: Lane) -> str:
        """Return the uid of the room that shows what is told."""
        return next(iter(self.rooms.values())) if service == TOPOLOGY else lane.uid

    async def delay(self, milliseconds: int) -> None:
        """Let speakers answer so much later."""
        await asyncio.to_thread(self.house.remote.set_latency, "*", milliseconds / 1000)


@contextlib.asynccontextmanager
async def bench(
    who: str,
    rooms: int,
    *,
    playing: bool = True,
    options: dict[str, str | int] | None = None,
    base: str = "",
) -> AsyncIterator[Bench]:
    """Start a household and Home Assistant; all rooms are there when the block begins."""
    async with starting(who, rooms, playing=playing, options=options, base=base) as started:
        await started.ready()
        yield started


@contextlib.asynccontextmanager
async def bench_of_house(who: str) -> AsyncIterator[Bench]:
    """Start the house of the demo and Home Assistant."""
    async with starting(who, None, playing=False) as started:
        await started.ready()
        yield started


@contextlib.asynccontextmanager
async def starting(
    who: str,
    rooms: int | None,
    *,
    delay: int = 0,
    playing: bool = True,
    options: dict[str, str | int] | None = None,
    base: str = "",
) -> AsyncIterator[Bench]:
    """Start a household and Home Assistant; do not wait for rooms."""
    async with starting_house(rooms, base or _BASES[who], playing=playing) as house:
        if delay:
            await asyncio.to_thread(house.remote.set_latency, "*", delay / 1000)
        told = {**_OPTIONS[who], **(options or {})}
        async with running(DOMAINS[who], house.hosts[:1], told) as host:
            yield Bench(who, house, host, tracks_begun=monotonic() if playing else 0.0)


@contextlib.asynccontextmanager
async def starting_house(
    rooms: int | None, base: str = "127.63.1.1", *, playing: bool = True
) -> AsyncIterator[SimulatorProcess]:
    """Start a household, in which all rooms play if wanted; without a number, the demo's house."""
    house = SimulatorProcess(
        base=base, speakers=rooms, options=["--topology-limit", str(_READABLE)]
    )
    await asyncio.to_thread(house.start)
    try:
        for room in house.addresses if playing else ():
            await asyncio.to_thread(house.remote.play_tracks, room, 5, "service")
        yield house
    finally:
        await asyncio.to_thread(house.stop)


@contextlib.asynccontextmanager
async def both(
    whos: Sequence[str], rooms: int, *, playing: bool = True
) -> AsyncIterator[dict[str, Bench]]:
    """Start those that are compared, each with a household of its own."""
    async with contextlib.AsyncExitStack() as stack:
        yield {
            who: await stack.enter_async_context(bench(who, rooms, playing=playing)) for who in whos
        }
