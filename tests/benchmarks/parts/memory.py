"""How much memory a speaker takes, and whether events leave anything behind."""

import asyncio

from tests.benchmarks.bench import Bench, bench
from tests.benchmarks.measures import CORE, Case, Results
from tests.benchmarks.options import Options, say
from tests.benchmarks.usage import memory

PART = "memory"
_MIB = 1 << 20
#: Events before the first look: caches are full then.
_WARM = 10_000
#: Core is that much slower.
_CORES_SHARE = 10


async def run(options: Options, results: Results) -> None:
    """Measure both."""
    sizes = sorted({min(options.rooms), options.usual})
    for who in options.whos:
        taken, shown = {}, {}
        for rooms in sizes:
            async with bench(who, rooms) as started:
                await asyncio.sleep(options.seconds(6.0))
                taken[rooms] = await _memory(started)
                shown[rooms] = len(await started.host.do("entities", domain=started.domain))
                say(f"{PART}: {rooms} rooms: {who:5} {taken[rooms] / _MIB:.1f} MiB")
                if rooms == sizes[-1]:
                    await _grow(started, options, results)
        least, most = sizes[0], sizes[-1]
        if least < most:
            each = (taken[most] - taken[least]) / (most - least)
            entities = (shown[most] - shown[least]) / (most - least)
            results.add(
                Case(part=PART, what="a speaker", rooms=most),
                who,
                memory=(each / _MIB, "MiB"),
                entities=(entities, ""),
                memory_per_entity=(each / entities / 1024, "kB"),
            )


async def _memory(started: Bench) -> int:
    await started.host.do("tidy")
    return memory(started.host.pid)


async def _grow(started: Bench, options: Options, results: Results) -> None:
    events = options.events // (_CORES_SHARE if started.who == CORE else 1)
    if options.quick:
        events //= 10
    await _send(started, min(_WARM, events))
    before = await _memory(started)
    await _send(started, events)
    grown = await _memory(started) - before
    case = Case(part=PART, what="after events", rooms=len(started.rooms))
    results.add(
        case,
        started.who,
        events=(events, ""),
        growth=(grown / _MIB, "MiB"),
        growth_per_1000_events=(grown / events, "kB"),
    )
    say(f"{PART}: {case.label}: {started.who:5} {grown / _MIB:.2f} MiB more after {events}")


async def _send(started: Bench, events: int) -> None:
    """Send so many events as fast as they are answered, half of each kind."""
    for service in ("AVTransport", "RenderingControl"):
        left = events // 2
        while left > 0:
            # In pieces, before each of which tracks are begun anew when it is time.
            piece = min(left, 20_000)
            await started.flood(service, piece)
            left -= piece
