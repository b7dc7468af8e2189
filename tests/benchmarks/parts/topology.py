"""What it takes to follow groups, as the household grows."""

import asyncio
from collections.abc import Callable

from tests.benchmarks.bench import Bench, both
from tests.benchmarks.bodies import TOPOLOGY
from tests.benchmarks.host import Note
from tests.benchmarks.measures import Case, Results
from tests.benchmarks.options import Options, say
from tests.benchmarks.usage import Usage

PART = "topology"
_SERVICE = TOPOLOGY
#: Seconds in which the cost of doing nothing is taken, and within which groups must be right.
_IDLE = 5.0
_PATIENCE = 60.0


async def run(options: Options, results: Results) -> None:
    """Measure all sizes."""
    for rooms in options.rooms:
        async with both(options.whos, rooms, playing=False) as benches:
            idle = await _idle(benches)
            for _ in range(options.turns(rooms)):
                for who, bench in benches.items():
                    await _pair(bench, idle[who], results)
            for who, bench in benches.items():
                await _all(bench, idle[who], results)


async def _idle(benches: dict[str, Bench]) -> dict[str, float]:
    """Return the processor time that each takes anyway, in seconds per second."""
    before = {who: Usage.of(bench.host.pid) for who, bench in benches.items()}
    await asyncio.sleep(_IDLE)
    return {
        who: (Usage.of(bench.host.pid) - before[who]).cpu / 1e9 / _IDLE
        for who, bench in benches.items()
    }


async def _pair(bench: Bench, idle: float, results: Results) -> None:
    """Let one room join another, and leave it again."""
    first, second = list(bench.rooms)[:2]
    remote = bench.house.remote
    for what, act, size in (
        ("a room joins", lambda: remote.group(second, first), 2),
        ("a room leaves", lambda: remote.ungroup(second), 1),
    ):
        await _measure(bench, idle, results, what, act, {second: size})


async def _all(bench: Bench, idle: float, results: Results) -> None:
    """Split the group of all rooms, one room after the other."""
    first, *others = bench.rooms
    remote = bench.house.remote

    def group() -> None:
        for room in others:
            remote.group(room, first)

    def split() -> None:
        for room in others:
            remote.ungroup(room)

    await asyncio.to_thread(group)
    await bench.silence(2.0)
    sizes = dict.fromkeys(bench.rooms, 1)
    await _measure(bench, idle, results, "the group of all rooms splits", split, sizes)


async def _measure(
    bench: Bench,
    idle: float,
    results: Results,
    what: str,
    act: Callable[[], object],
    sizes: dict[str, int],
) -> None:
    """Change groups, and wait until the groups of rooms are as large as they shall be."""
    remote = bench.house.remote
    entities = {bench.entities[bench.rooms[room]]: size for room, size in sizes.items()}
    before = await asyncio.to_thread(remote.notifications)
    last = before[-1]["number"] if before else 0
    await bench.host.begin()
    await asyncio.to_thread(act)
    await _grouped(bench, entities)
    await bench.silence(1.5)
    notes = await bench.host.end()
    sent = await asyncio.to_thread(remote.notifications, last)
    told = [each for each in sent if each["service"] == _SERVICE]
    begun = min(each["monotonic"] for each in told)
    at = max(_shown(notes.states, entity, size) for entity, size in entities.items())
    case = Case(part=PART, what=what, rooms=len(bench.rooms))
    results.add(
        case,
        bench.who,
        topology_bytes=(sum(each["bytes"] for each in told) / 1000, "kB"),
        topology_events=(len(told), ""),
        CPU=(notes.usage.cpu / 1e6 - idle * notes.seconds * 1000, "ms"),
        event_to_state=((at / 1e9 - begun) * 1000, "ms"),
        longest_stall=(notes.stall * 1000, "ms"),
    )
    say(f"{PART}: {case.label}: {bench.who:5} {len(told)} events, {notes.usage.cpu / 1e6:.0f} ms")


async def _grouped(bench: Bench, entities: dict[str, int]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            players = await bench.host.players(bench.domain)
            sizes = {note.entity: len(note.members) for note in players.values()}
            if all(sizes[entity] == size for entity, size in entities.items()):
                return
            await asyncio.sleep(0.3)


def _shown(states: list[Note], entity: str, size: int) -> int:
    """Return when a player began to show a group of this size, to stay with it."""
    at = 0
    for note in states:
        if note.entity == entity:
            at = (at or note.at) if len(note.members) == size else 0
    return at
