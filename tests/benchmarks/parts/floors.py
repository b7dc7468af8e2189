"""What the machine itself needs: for an event, for a state."""

import asyncio
import json
import subprocess
import sys

from tests.benchmarks.bench import starting_house
from tests.benchmarks.bodies import templates
from tests.benchmarks.host import Host, running
from tests.benchmarks.measures import FLOOR, Case, Results, match, spread
from tests.benchmarks.options import Options, say
from tests.benchmarks.usage import Usage
from tests.benchmarks.volley import Lane, Volley

from .events import RATES, SATURATION

PART = "floors"
NOTIFY, WRITE = "a NOTIFY", "a state"
_RATES = ("50/s", SATURATION)
_LANES = 32
SERVICES = ("AVTransport", "RenderingControl")


async def run(options: Options, results: Results) -> None:
    """Measure both floors."""
    async with starting_house(1) as house, running("") as host:
        bodies = {
            service: next(iter((await asyncio.to_thread(templates, house, service)).values()))
            for service in SERVICES
        }
        await asyncio.sleep(options.seconds(10.0))
        for _ in range(options.rounds):
            for rate in _RATES:
                for service in SERVICES:
                    await asyncio.to_thread(
                        notify, options, results, service, bodies[service], rate
                    )
                await _write(options, results, host, rate)


def notify(options: Options, results: Results, service: str, bodies: list[str], rate: str) -> None:
    """Send events to a bare server."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.floor_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    port = int(server.stdout.readline())
    lanes = [
        Lane(
            uid="",
            source="127.0.0.1",
            host="127.0.0.1",
            port=port,
            path="/",
            sid=f"uuid:{number}",
            service=service,
            seq=1,
            bodies=bodies,
        )
        for number in range(_LANES)
    ]
    before = Usage.of(server.pid)
    shots = Volley.of(lanes, RATES[rate], options.seconds(4.0)).fire()
    used = Usage.of(server.pid) - before
    answer, _ = server.communicate("\n")
    received: dict[int, list[tuple[int, int | None]]] = {}
    for head, time in json.loads(answer):
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
        lane = int(fields["SID"].removeprefix("uuid:"))
        received.setdefault(lane, []).append((time, int(fields["SEQ"])))
    latencies: list[float] = []
    for lane, shown in received.items():
        sent = [(shot.sent, shot.index + 1) for shot in shots if shot.lane == lane]
        latencies += match(sent, shown).latencies
    case = Case(part=PART, what=f"{NOTIFY} of {service}", rate=rate)
    span = (max(shot.answered for shot in shots) - min(shot.sent for shot in shots)) / 1e9
    results.add(
        case,
        FLOOR,
        **spread(latencies),
        CPU_per_event=(used.cpu / len(shots) / 1e6, "ms"),
        throughput=(len(shots) / span, "events/s"),
    )
    say(f"{PART}: {case.label}: p50 {spread(latencies)['p50'][0]:.2f} ms")


async def _write(options: Options, results: Results, host: Host, rate: str) -> None:
    """Have Home Assistant write a state."""
    per_second, seconds = RATES[rate], options.seconds(4.0)
    count = int(per_second * seconds) or int(seconds * 2000)
    await host.begin()
    times = await host.do("write", count=count, rate=per_second)
    notes = await host.end()
    latencies = match(
        [(at, number) for number, at in enumerate(times)],
        [(note.at, note.queue) for note in notes.states],
    ).latencies
    idle = await _idle(host, notes.seconds)
    case = Case(part=PART, what=WRITE, rate=rate)
    results.add(
        case,
        FLOOR,
        **spread(latencies),
        CPU_per_event=((notes.usage.cpu - idle) / count / 1e6, "ms"),
        longest_stall=(notes.stall * 1000, "ms"),
    )
    say(f"{PART}: {case.label}: p50 {spread(latencies)['p50'][0]:.3f} ms")


async def _idle(host: Host, seconds: float) -> float:
    """Return the nanoseconds of processor time that Home Assistant takes anyway."""
    before = Usage.of(host.pid)
    await asyncio.sleep(seconds)
    return (Usage.of(host.pid) - before).cpu
