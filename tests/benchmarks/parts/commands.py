"""From the click to the speaker, and to the state."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from dataclasses import dataclass

from tests.benchmarks.bench import Bench, bench
from tests.benchmarks.host import Note
from tests.benchmarks.measures import CORE, OURS, Case, Results, percentile
from tests.benchmarks.options import Options, say

PART = "commands"
_ACTION = "media_player.volume_set"
_REQUEST = "SOAP RenderingControl.SetVolume"
_RUNNERS = {"threads": "commands in threads", "process": "commands in a process"}
#: Seconds between two clicks: speakers tell of a volume at most every 0.2 s.
_PAUSE = 0.35


@dataclass(slots=True)
class _Clicks:
    """Seconds from clicks to what they bring about."""

    speaker: list[float]
    state: list[float]


async def run(options: Options, results: Results) -> None:
    """Measure both runners against core."""
    async with _benches(options) as benches:
        for delay in options.delays:
            for started in benches.values():
                await started.delay(delay)
            for _ in range(min(2, options.rounds)):
                for name, started in benches.items():
                    await _measure(name, started, delay, options, results)


@contextlib.asynccontextmanager
async def _benches(options: Options) -> AsyncIterator[dict[str, Bench]]:
    async with contextlib.AsyncExitStack() as stack:
        benches: dict[str, Bench] = {}
        if CORE in options.whos:
            benches[CORE] = await stack.enter_async_context(bench(CORE, options.usual))
        for number, runner in enumerate(_RUNNERS if OURS in options.whos else ()):
            benches[runner] = await stack.enter_async_context(
                bench(
                    OURS,
                    options.usual,
                    options={"commands": runner},
                    base=f"127.{61 + number}.1.1",
                )
            )
        yield benches


async def _measure(
    name: str, started: Bench, delay: int, options: Options, results: Results
) -> None:
    room = next(iter(started.rooms))
    one = _Clicks([], [])
    for number in range(5 if options.quick else 15):
        await _click(started, [room], 20 + number, one)
    all_rooms = _Clicks([], [])
    for number in range(3):
        await _click(started, list(started.rooms), 50 + number, all_rooms)
    # Core, which has but one way, is compared with both.
    for who, runner in [(OURS, name)] if name in _RUNNERS else [(CORE, each) for each in _RUNNERS]:
        for what, clicks in (("one room", one), ("all rooms at once", all_rooms)):
            case = Case(
                part=PART,
                what=f"volume of {what}, {_RUNNERS[runner]}",
                rooms=options.usual,
                delay=delay,
            )
            results.add(
                case,
                who,
                click_to_speaker=(percentile(clicks.speaker, 50) * 1000, "ms"),
                click_to_state=(percentile(clicks.state, 50) * 1000, "ms"),
            )
    say(
        f"{PART}: {delay} ms: {name:7} one {percentile(one.state, 50) * 1000:.1f} ms, all"
        f" {percentile(all_rooms.state, 50) * 1000:.1f} ms"
    )


async def _click(started: Bench, rooms: list[str], volume: int, clicks: _Clicks) -> None:
    """Set a volume, and note when the last speaker and the last state had it."""
    uids = [started.rooms[room] for room in rooms]
    entities = [started.entities[uid] for uid in uids]
    await asyncio.to_thread(started.house.remote.reset_requests)
    await started.host.begin()
    begun, _ = await started.host.do(
        "act", action=_ACTION, entities=entities, data={"volume_level": volume / 100}
    )
    await asyncio.sleep(_PAUSE)
    states = (await started.host.end()).states
    arrivals = await asyncio.to_thread(started.house.remote.arrivals)
    received = max(at for uid in uids for at, kind in arrivals[uid] if kind == _REQUEST)
    clicks.speaker.append(received - begun / 1e9)
    shown = max(_shown(states, entity, volume) for entity in entities)
    clicks.state.append((shown - begun) / 1e9)


def _shown(states: list[Note], entity: str, volume: int) -> int:
    """Return when a player showed a volume first."""
    return min(
        (
            note.at
            for note in states
            if note.entity == entity
            and note.volume is not None
            and round(note.volume * 100) == volume
        ),
        default=1 << 62,
    )
