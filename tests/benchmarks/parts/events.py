"""From the event that a speaker sends to the state that carries it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks.bench import Bench, Fired, both
from tests.benchmarks.bodies import TOPOLOGY
from tests.benchmarks.measures import Case, Results, spread
from tests.benchmarks.options import Options, say

PART = "events"
SATURATION = "saturation"
RATES = {"1/s": 1.0, "50/s": 50.0, "200/s": 200.0, SATURATION: 0.0}
#: Regroupings, of each of which all tell who are subscribed to.
_TOPOLOGY_RATES = {"1/s": 1.0, "5/s": 5.0}

#: How much of the loop's time other things take where Home Assistant is busy.
BUSY = 1 / 3
#: Seconds between two looks at how late the loop is, where it is saturated.
_BEAT = 0.01


@dataclass(frozen=True, slots=True)
class _Shot:
    """A measurement: of which service, at which rate, in which circumstances."""

    service: str
    rate: str
    delay: int = 0
    busy: bool = False

    @property
    def per_second(self) -> float:
        return (_TOPOLOGY_RATES if self.service == TOPOLOGY else RATES)[self.rate]

    def seconds(self, options: Options) -> float:
        if self.service == TOPOLOGY:
            return 8.0 / self.per_second if options.quick else 8.0
        return options.seconds({"1/s": 10.0, "50/s": 4.0}.get(self.rate, 2.5))


def _matrix(options: Options, rooms: int) -> Iterator[_Shot]:
    """Give what is measured in a household: most of it in the usual one."""
    services = ("AVTransport", "RenderingControl")
    for service in services:
        if rooms == options.usual:
            yield from (
                _Shot(service, rate) for rate in RATES if rate != "1/s" or not options.quick
            )
            yield _Shot(service, "50/s", busy=True)
        else:
            yield from (_Shot(service, rate) for rate in ("50/s", SATURATION))
    if rooms == options.usual:
        for delay in filter(None, options.delays):
            yield from (_Shot(service, "50/s", delay) for service in services)
            yield _Shot("AVTransport", SATURATION, delay)
    yield from (_Shot(TOPOLOGY, rate) for rate in _TOPOLOGY_RATES)
    if rooms == options.usual:
        yield _Shot(TOPOLOGY, "1/s", busy=True)


async def run(options: Options, results: Results) -> None:
    """Measure everything."""
    for rooms in options.rooms:
        async with both(options.whos, rooms) as benches:
            for shot in _matrix(options, rooms):
                for _ in range(options.turns(rooms)):
                    for bench in benches.values():
                        await _measure(bench, shot, rooms, options, results)


async def _measure(
    bench: Bench, shot: _Shot, rooms: int, options: Options, results: Results
) -> None:
    rate = shot.per_second
    await bench.delay(shot.delay)
    await bench.host.do("occupy", share=BUSY if shot.busy else 0.0)
    fired = await bench.fire(shot.service, rate, shot.seconds(options), 0.0 if rate else _BEAT)
    await bench.host.do("occupy", share=0.0)
    case = Case(
        part=PART,
        what=shot.service,
        rooms=rooms,
        rate=shot.rate,
        delay=shot.delay,
        busy=shot.busy,
    )
    add(results, case, bench.who, fired)


def add(results: Results, case: Case, who: str, fired: Fired) -> None:
    """Add what came of a measurement, and say it."""
    count, notes = fired.count, fired.notes
    figures = {
        **spread(fired.latencies or [float("inf")]),
        "requests_per_event": (sum(fired.requests.values()) / count, ""),
        "switches_per_event": (notes.usage.switches / count, ""),
        "writes_per_event": (len(notes.states) / count, ""),
        "longest_stall": (notes.stall * 1000, "ms"),
        "longest_collection": (notes.collection * 1000, "ms"),
        "wrong": (fired.missing + sum(shot.status != 200 for shot in fired.shots), ""),
    }
    if not case.busy:
        figures["CPU_per_event"] = (notes.usage.cpu / count / 1e6, "ms")
    if case.rate == SATURATION:
        figures["throughput"] = (count / fired.seconds, "events/s")
    results.add(case, who, **figures)
    shown = ", ".join(f"{name} {figures[name][0]:.2f}" for name in ("p50", "p99"))
    say(f"{PART}: {case.label}: {who:5} {count} events, {shown} ms")
