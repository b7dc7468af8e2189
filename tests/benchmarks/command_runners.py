"""Compares the two command runners: what a command costs, and what it does to the host's loop.

    python -m tests.benchmarks.command_runners

Both runners take turns within one run, so that whatever else the machine does meets both. The
speakers and the library are processes of their own.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import os
from pathlib import Path
import statistics
import subprocess
import sys
import time
from typing import Any, override
from xml.sax.saxutils import escape

from custom_components.sonos_twisted.engine import EngineError, ReactorThread, reactor_thread
from custom_components.sonos_twisted.engine.commands import rendering, soap
from custom_components.sonos_twisted.engine.process_runner import ProcessRunner
from custom_components.sonos_twisted.engine.runner import CommandRunner, ThreadRunner
from tests.simulator.process import SimulatorProcess

ROUNDS = 5
PAGE_BYTES = 5_000_000
REQUEST_SECONDS = 2.0

#: Seconds between two looks at the clock of the loop.
LOOK = 0.001

#: Seconds between two pages of the library, and between two commands to the speaker that answers
#: while another one hangs. They belong to the load and wait for nothing: both runners get work in
#: the same portions, with room between for the loop to be as late as a portion makes it.
BETWEEN_PAGES, BETWEEN_COMMANDS = 0.2, 0.05

_TICKS = os.sysconf("SC_CLK_TCK")


def page(size: int) -> bytes:
    """Return the answer to a Browse that found a library page of so many bytes."""
    track = (
        '<item id="S://nas/music/{0}.flac" parentID="A:TRACKS" restricted="true">'
        '<res protocolInfo="x-file-cifs:*:audio/flac:*" duration="0:03:21">x-file-cifs://nas/{0}'
        "</res><upnp:albumArtURI>/getaa?u=x-file-cifs%3a%2f%2fnas%2f{0}&amp;v=7</upnp:albumArtURI>"
        "<dc:title>Track {0}</dc:title><upnp:class>object.item.audioItem.musicTrack</upnp:class>"
        "<dc:creator>Somebody</dc:creator><upnp:album>Something &amp; more</upnp:album></item>"
    )
    count = size // len(escape(track))
    didl = (
        '<DIDL-Lite xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/"'
        ' xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/">'
        + "".join(track.format(number) for number in range(count))
        + "</DIDL-Lite>"
    )
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<u:BrowseResponse xmlns:u="urn:schemas-upnp-org:service:ContentDirectory:1">'
        f"<Result>{escape(didl)}</Result><NumberReturned>{count}</NumberReturned>"
        f"<TotalMatches>{count}</TotalMatches><UpdateID>1</UpdateID></u:BrowseResponse>"
        "</s:Body></s:Envelope>"
    ).encode()


def serve_library() -> None:
    """Answer every request with the page, until killed; print the port first."""
    body = page(PAGE_BYTES)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer a Browse."""
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", 'text/xml; charset="utf-8"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def cpu_seconds(pid: int | None) -> float:
    """Return the processor time that a process has used."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def percentile(values: list[float], percent: int) -> float:
    """Return a percentile."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@dataclass
class Runner:
    """One of the two, on the reactor thread, called from the host's loop."""

    name: str
    runner: CommandRunner
    thread: ReactorThread
    latencies: list[float] = field(default_factory=list)
    host_cpu: float = 0.0
    worker_cpu: float = 0.0

    @property
    def pid(self) -> int | None:
        """The worker's process id, where there is one."""
        return self.runner.pid if isinstance(self.runner, ProcessRunner) else None

    def run(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Awaitable[Any]:
        """Execute a command."""
        return self.thread.run(self.runner.run, command, *args, **kwargs)

    async def measure_commands(self, address: str, count: int) -> None:
        """Execute a command so many times, one after the other."""
        host, worker = time.process_time(), cpu_seconds(self.pid)
        for number in range(count):
            begin = time.perf_counter()
            await self.run(rendering.set_volume, address, number % 100)
            self.latencies.append(time.perf_counter() - begin)
        self.host_cpu += time.process_time() - host
        self.worker_cpu += cpu_seconds(self.pid) - worker

    def row(self) -> list[str]:
        """Return what was measured since the last row, as cells."""
        count = len(self.latencies)
        cells = [percentile(self.latencies, 50), percentile(self.latencies, 95)]
        cells += [self.host_cpu / count, self.worker_cpu / count]
        self.latencies, self.host_cpu, self.worker_cpu = [], 0.0, 0.0
        return [f"{1000 * cell:.2f}" for cell in cells]


async def lags(work: Awaitable[None]) -> list[float]:
    """Return by how much the loop was late, at each look while some work went on."""
    late: list[float] = []
    loop = asyncio.get_running_loop()

    async def look() -> None:
        while True:
            due = loop.time() + LOOK
            await asyncio.sleep(LOOK)
            late.append(loop.time() - due)

    looking = asyncio.ensure_future(look())
    await work
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    return late


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a table as Markdown."""
    print(f"\n{title}\n")
    for row in [head, ["---"] * len(head), *rows]:
        print("| " + " | ".join(row) + " |")


async def compare_commands(runners: list[Runner], house: SimulatorProcess, count: int) -> None:
    """Compare what a command costs."""
    kitchen = house.addresses["Kitchen"]
    rows = []
    for title, seconds in (("at once", 0.0), ("after 20 ms", 0.02)):
        house.remote.set_latency("Kitchen", seconds)
        for runner in runners:
            await runner.measure_commands(kitchen, 20)
            runner.row()
        for _ in range(ROUNDS):
            for runner in runners:
                await runner.measure_commands(kitchen, count // ROUNDS)
        rows += [[title, runner.name, *runner.row()] for runner in runners]
    house.remote.heal()
    head = ["speaker answers", "runner", "p50 ms", "p95 ms", "CPU here ms", "CPU in the worker ms"]
    table(f"SetVolume, {count} times each", head, rows)


async def hang(runner: Runner, house: SimulatorProcess, seconds: float) -> None:
    """Speak to a speaker that hangs, and to another one meanwhile."""
    end = time.monotonic() + seconds

    async def speak(room: str, pause: float) -> None:
        while time.monotonic() < end:
            with suppress(EngineError):
                await runner.run(rendering.set_volume, house.addresses[room], 20)
            await asyncio.sleep(pause)

    await asyncio.gather(speak("Kitchen", 0.0), speak("Patio", BETWEEN_COMMANDS))


async def browse(runner: Runner, address: str, seconds: float) -> None:
    """Read the library page again and again, with a pause between."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = await runner.run(
            soap.call,
            address,
            "ContentDirectory",
            "Browse",
            ObjectID="A:TRACKS",
            BrowseFlag="BrowseDirectChildren",
            Filter="*",
            StartingIndex=0,
            RequestedCount=0,
            SortCriteria="",
        )
        assert answer["Result"].startswith("<DIDL-Lite")
        del answer
        await asyncio.sleep(BETWEEN_PAGES)


async def compare_stalls(
    runners: list[Runner], house: SimulatorProcess, library: str, seconds: float
) -> None:
    """Compare what the host's loop notices."""
    works: dict[str, Callable[[Runner], Awaitable[None]]] = {
        "nothing": lambda _: asyncio.sleep(seconds / ROUNDS),
        "a speaker hangs": lambda runner: hang(runner, house, seconds / ROUNDS),
        "5 MB library pages": lambda runner: browse(runner, library, seconds / ROUNDS),
    }
    rows = []
    for title, work in works.items():
        if title == "a speaker hangs":
            house.remote.stall("Kitchen", "soap")
        late: dict[str, list[float]] = {runner.name: [] for runner in runners}
        worst: dict[str, list[float]] = {runner.name: [] for runner in runners}
        for _ in range(ROUNDS):
            for runner in runners:
                found = await lags(work(runner))
                late[runner.name] += found
                worst[runner.name].append(max(found))
        house.remote.heal()
        for name, values in late.items():
            cells = [max(values), statistics.median(worst[name]), percentile(values, 99)]
            rows.append([title, name, *(f"{1000 * cell:.1f}" for cell in cells)])
    head = ["meanwhile", "runner", "longest stall ms", "median of each round's longest", "p99 ms"]
    table(f"The host's loop, {seconds:.0f} s each in {ROUNDS} rounds", head, rows)


@asynccontextmanager
async def both_runners() -> AsyncIterator[list[Runner]]:
    """Start both runners."""
    thread = reactor_thread()
    await asyncio.to_thread(thread.start)
    runners: list[Runner] = []
    for name, kind in (("threads", ThreadRunner), ("process", ProcessRunner)):
        runner = Runner(name, kind(thread.reactor, REQUEST_SECONDS), thread)
        await thread.run(runner.runner.start)
        runners.append(runner)
    try:
        yield runners
    finally:
        for runner in runners:
            await asyncio.to_thread(runner.runner.stop)
        await asyncio.to_thread(thread.stop)


async def measure(arguments: argparse.Namespace, library: str) -> None:
    """Measure everything and print it."""
    with SimulatorProcess(base=arguments.base) as house:
        async with both_runners() as runners:
            await compare_commands(runners, house, arguments.commands)
            await compare_stalls(runners, house, library, arguments.seconds)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.command_runners", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--commands", type=int, default=1000, help="per runner and latency")
    parser.add_argument("--seconds", type=float, default=30.0, help="per runner and disturbance")
    parser.add_argument("--base", default="127.4.201.1", help="address of the first speaker")
    parser.add_argument("--serve-library", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve_library:
        serve_library()
    command = [sys.executable, "-m", "tests.benchmarks.command_runners", "--serve-library"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        port = server.stdout.readline().strip() if server.stdout else ""
        try:
            asyncio.run(measure(arguments, f"127.0.0.1:{port}"))
        finally:
            server.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
