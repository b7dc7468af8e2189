"""What it costs to have it: while nothing happens, and in an hour in a living room."""

import asyncio
from collections.abc import AsyncIterator
import contextlib

from tests.benchmarks.bench import Bench, bench_of_house, both
from tests.benchmarks.day import HOUR, Moment
from tests.benchmarks.host import Notes
from tests.benchmarks.measures import Case, Results
from tests.benchmarks.options import Options, say

PART = "cost"
_HOUR = 3600
#: Seconds until Home Assistant has written what it keeps after a start, and has come to rest.
_REST = 60.0


async def run(options: Options, results: Results) -> None:
    """Measure both."""
    async with both(options.whos, options.usual, playing=False) as benches:
        await asyncio.sleep(options.seconds(_REST))
        case = Case(part=PART, what="nothing happens", rooms=options.usual)
        for _ in range(options.rounds):
            for who, notes in (await _idle(benches, options.seconds(30.0))).items():
                results.add(case, who, **_idle_figures(notes))
                say(f"{PART}: {case.label}: {who:5} {notes.usage.cpu / 1e6:.0f} ms of CPU")
    async with _houses(options) as benches:
        await asyncio.sleep(options.seconds(_REST))
        idle = await _idle(benches, options.seconds(60.0))
        for who, bench in benches.items():
            await _live(bench, idle[who], options.seconds(60.0), results)


@contextlib.asynccontextmanager
async def _houses(options: Options) -> AsyncIterator[dict[str, Bench]]:
    async with contextlib.AsyncExitStack() as stack:
        yield {who: await stack.enter_async_context(bench_of_house(who)) for who in options.whos}


async def _idle(benches: dict[str, Bench], seconds: float) -> dict[str, Notes]:
    """Let nothing happen, at the same time for all."""
    for bench in benches.values():
        await bench.host.begin()
    await asyncio.sleep(seconds)
    return {who: await bench.host.end() for who, bench in benches.items()}


def _idle_figures(notes: Notes) -> dict[str, tuple[float, str]]:
    return {
        "CPU_per_hour": (notes.usage.cpu / 1e9 / notes.seconds * _HOUR, "s"),
        "switches_per_second": (notes.usage.switches / notes.seconds, ""),
        "longest_stall": (notes.stall * 1000, "ms"),
    }


async def live(bench: Bench, seconds: float) -> Notes:
    """Live through the hour of a house in fewer seconds, and count the states that are written."""
    rooms = {name: bench.entities[uid] for name, uid in bench.rooms.items()}
    loop = asyncio.get_running_loop()
    await bench.host.begin(counting=True)
    begun = loop.time()
    for moment in HOUR:
        await asyncio.sleep(max(0.0, begun + moment.minute * seconds / 60 - loop.time()))
        await _make(bench, moment, rooms)
    await asyncio.sleep(max(0.0, begun + seconds - loop.time()))
    await bench.silence()
    return await bench.host.end()


async def _live(bench: Bench, idle: Notes, seconds: float, results: Results) -> None:
    notes = await live(bench, seconds)
    still = idle.usage.cpu / idle.seconds
    ours = await bench.host.do("entities", domain=bench.domain)
    counts = {entity: notes.counts.get(entity, (0, 0)) for entity in ours}
    players = [count for entity, count in counts.items() if entity.startswith("media_player.")]
    # What happens costs the same in an hour; what the clock brings comes more often in it.
    happening = notes.usage.cpu - still * notes.seconds
    cpu = happening + still * _HOUR
    case = Case(part=PART, what="an hour in a living room", rooms=len(bench.rooms))
    results.add(
        case,
        bench.who,
        CPU_of_what_happens=(happening / 1e9, "s"),
        CPU_per_hour=(cpu / 1e9, "s"),
        longest_stall=(notes.stall * 1000, "ms"),
        switches=(notes.usage.switches, ""),
        states_changed=(sum(changed for changed, _ in counts.values()), ""),
        states_repeated=(sum(repeated for _, repeated in counts.values()), ""),
        players_changed=(sum(changed for changed, _ in players), ""),
    )
    say(f"{PART}: {case.label}: {bench.who:5} {happening / 1e9:.2f} s of CPU")


async def _make(bench: Bench, moment: Moment, rooms: dict[str, str]) -> None:
    if moment.hand is not None:
        await asyncio.to_thread(moment.hand, bench.house.remote)
        return
    data = dict(moment.data)
    if isinstance(members := data.get("group_members"), list):
        data["group_members"] = [rooms[room] for room in members]
    entities = [rooms[room] for room in moment.rooms]
    await bench.host.do("act", action=moment.action, entities=entities, data=data)
