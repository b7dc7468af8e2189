"""From nothing to all rooms, and back: start, reload, shutdown."""

import asyncio
from time import monotonic
from typing import Any

from tests.benchmarks.bench import Bench, starting
from tests.benchmarks.host import Note
from tests.benchmarks.measures import Case, Results
from tests.benchmarks.options import Options, say

PART = "start"
#: Seconds after all rooms are there in which requests still belong to the start.
_TRAIL = 3.0
#: Rooms of a household that is too large to be started more often than it has to be.
_LARGE = 100


async def run(options: Options, results: Results) -> None:
    """Measure all sizes; the large ones only with speakers that take as long as real ones."""
    for rooms in options.rooms:
        for delay in options.delays if rooms < _LARGE else options.delays[-1:]:
            case = Case(part=PART, what="start", rooms=rooms, delay=delay)
            for _ in range(min(2, options.turns(rooms))):
                for who in options.whos:
                    await _measure(case, who, results)


async def _measure(case: Case, who: str, results: Results) -> None:
    async with starting(who, case.rooms, delay=case.delay) as bench:
        await bench.ready()
        await asyncio.sleep(_TRAIL)
        truth = (await asyncio.to_thread(bench.house.remote.truth))["speakers"]
        begun, requests = await _requests(bench)
        notes = (await bench.host.end()).states
        figures = {
            "until_all_are_right": (_all_right(bench, notes, truth) - begun, "s"),
            "requests_per_speaker": (requests["others"] / case.rooms, ""),
            "subscriptions_per_speaker": (requests["SUBSCRIBE"] / case.rooms, ""),
        }
        say(f"{PART}: {case.label}: {who:5} {figures['until_all_are_right'][0]:.2f} s")
        await bench.host.begin()
        reloaded, _ = await bench.host.do("reload", domain=bench.domain)
        await bench.ready()
        again = _all_right(bench, (await bench.host.end()).states, truth)
        figures["reload"] = (again - reloaded / 1e9, "s")
        unloaded, gone = await bench.host.do("unload", domain=bench.domain)
        figures["unload"] = ((gone - unloaded) / 1e9, "s")
        ending = monotonic()
        await bench.host.child.stop()
        figures["shutdown"] = (monotonic() - ending, "s")
        results.add(case, who, **figures)


async def _requests(bench: Bench) -> tuple[float, dict[str, int]]:
    """Return when the first request was received, and how many there were."""
    arrivals = await asyncio.to_thread(bench.house.remote.arrivals)
    begun = min(times[0][0] for times in arrivals.values() if times)
    counts = {"SUBSCRIBE": 0, "others": 0}
    for kinds in (await bench.requests()).values():
        for kind, count in kinds.items():
            counts["SUBSCRIBE" if kind.startswith("SUBSCRIBE") else "others"] += count
    return begun, counts


def _all_right(bench: Bench, notes: list[Note], truth: dict[str, dict[str, Any]]) -> float:
    """Return when the last room became right, to stay so."""
    right: dict[str, int | None] = dict.fromkeys(bench.entities.values())
    speakers = {bench.entities[uid]: truth[uid] for uid in bench.entities}
    for note in notes:
        if (speaker := speakers.get(note.entity)) is None:
            continue
        if not _is_right(note, speaker):
            right[note.entity] = None
        elif right[note.entity] is None:
            right[note.entity] = note.at
    wrong = [entity for entity, at in right.items() if at is None]
    if wrong:
        say(f"{PART}: {bench.who}: {len(wrong)} rooms never became right, {wrong[0]} for one")
        return float("inf")
    return max(at for at in right.values() if at is not None) / 1e9


def _is_right(note: Note, speaker: dict[str, Any]) -> bool:
    shown = (note.state, note.title, note.volume)
    return shown == (speaker["state"].lower(), speaker["title"], speaker["volume"] / 100)
