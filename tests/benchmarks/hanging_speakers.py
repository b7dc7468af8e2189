"""How much slower the news of sixteen speakers are while four of them hang.

    python -m tests.benchmarks.hanging_speakers --help

All speakers change their track again and again. The host does as Home Assistant does: after a
change it reads the speaker's position, which nobody events. Speakers that hang never answer that.
"""

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Sequence
import contextlib
from dataclasses import dataclass
import threading
import time
from typing import override

from custom_components.sonos_twisted.engine import (
    AnyNews,
    ConnectionSettings,
    EngineError,
    EventNews,
    ListenSettings,
    reactor_thread,
)
from custom_components.sonos_twisted.engine.commands import transport
from tests.benchmarks.bench import silence
from tests.engine.host import Host, until
from tests.simulator.process import SimulatorProcess

SPEAKERS, HANGING = 16, 4

#: Seconds between two readings of one speaker's position.
READING_SECONDS = 5.0

#: Seconds after which an event that was sent has come, or never comes.
LATEST_SECONDS = 10.0

type Source = tuple[str, str]


class TimedHost(Host):
    """Keeps when news came, and reads positions."""

    def __init__(self, settings: ConnectionSettings) -> None:
        """Begin without any."""
        super().__init__(settings)
        self.came: dict[Source, list[float]] = defaultdict(list)
        self._readings: dict[str, asyncio.Task[None]] = {}
        self._next: dict[str, float] = {}

    @override
    def _take(self, news: list[AnyNews]) -> None:
        super()._take(news)
        now = time.time()
        for piece in news:
            if isinstance(piece, EventNews):
                self.came[piece.uid, piece.service] += [now] * piece.events
                if "current_track_uri" in piece.variables:
                    self._read(piece.uid)

    def _read(self, uid: str) -> None:
        now, last = time.monotonic(), self._readings.get(uid)
        if now >= self._next.get(uid, 0.0) and (last is None or last.done()):
            self._next[uid] = now + READING_SECONDS
            self._readings[uid] = asyncio.create_task(self._read_position(uid))

    async def _read_position(self, uid: str) -> None:
        speaker = self.household.speakers[uid]
        with contextlib.suppress(EngineError):
            await self.connection.run(transport.read_position, f"{speaker.host}:{speaker.port}")

    async def end(self) -> None:
        """Wait for the readings that are under way, and close."""
        await self.connection.close()
        await asyncio.gather(*self._readings.values(), return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured."""

    name: str
    delays: list[float]
    lost: int
    threads: int

    def percentile(self, part: float) -> float:
        """Return the delay in milliseconds that this part of all events stays below."""
        ordered = sorted(self.delays)
        return 1000 * ordered[min(int(len(ordered) * part), len(ordered) - 1)]


async def measure(house: SimulatorProcess, what: str | None, changes: int, rate: float) -> Result:
    """Let the speakers that do not hang change their track so many times in all."""
    remote = house.remote
    rooms = list(house.addresses)
    hanging, others = rooms[:HANGING], rooms[HANGING:]
    host = TimedHost(ConnectionSettings(listen=ListenSettings(port=14600)))
    await host.connection.open(house.hosts[-1:])
    await until(host.is_heard, seconds=60)
    for room in rooms:
        await asyncio.to_thread(remote.play_tracks, room, 100)
    if what is not None:
        for room in hanging:
            await asyncio.to_thread(remote.stall, room, what)
    await silence(remote)
    since = (await asyncio.to_thread(remote.notifications))[-1]["number"]
    host.came.clear()
    threads = 0
    begin = time.monotonic()
    for number in range(changes * SPEAKERS // len(others)):
        await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
        await asyncio.to_thread(remote.next, rooms[number % SPEAKERS])
        alive = [t for t in threading.enumerate() if "PoolThread-sonos_twisted" in t.name]
        threads = max(threads, len(alive))
    uids = {host.speaker(room).uid for room in others}

    def sent() -> dict[Source, list[float]]:
        times: dict[Source, list[float]] = defaultdict(list)
        for each in remote.notifications(since):
            if each["uid"] in uids:
                times[each["uid"], each["service"]].append(each["time"])
        return times

    deadline = time.monotonic() + LATEST_SECONDS
    while (times := await asyncio.to_thread(sent)) and time.monotonic() < deadline:
        if all(len(host.came[source]) == len(those) for source, those in times.items()):
            break
        await asyncio.sleep(0.1)
    delays = [
        came - at
        for source, those in times.items()
        for at, came in zip(those, host.came[source], strict=False)
    ]
    lost = sum(len(those) - len(host.came[source]) for source, those in times.items())
    await asyncio.to_thread(remote.heal)
    await host.end()
    return Result(what or "nothing", delays, lost, threads)


def table(results: Sequence[Result]) -> str:
    """Return the results as a table."""
    undisturbed = results[0].percentile(0.95)
    lines = [
        "| 4 of 16 hang | others' events | lost | p50 ms | p95 ms | max ms | ratio | threads |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {result.name} | {len(result.delays)} | {result.lost} | {result.percentile(0.5):.1f}"
        f" | {result.percentile(0.95):.1f} | {result.percentile(1):.1f}"
        f" | {result.percentile(0.95) / undisturbed:.2f} | {result.threads} |"
        for result in results
    ]
    return "\n".join(lines)


async def run(changes: int, rate: float, rounds: int, base: str) -> str:
    """Measure all cases in turn, several times, and return the table."""
    delays: dict[str | None, list[Result]] = defaultdict(list)
    reactor_thread().start()
    for _ in range(rounds):
        for what in (None, "soap", "all"):
            with SimulatorProcess(base=base, speakers=SPEAKERS) as house:
                delays[what].append(await measure(house, what, changes // rounds, rate))
    return table(
        [
            Result(
                each[0].name,
                [delay for result in each for delay in result.delays],
                sum(result.lost for result in each),
                max(result.threads for result in each),
            )
            for each in delays.values()
        ]
    )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--changes", type=int, default=1000, help="of track, of the others (1000)")
    parser.add_argument("--rate", type=float, default=20.0, help="changes in a second (20)")
    parser.add_argument("--rounds", type=int, default=2, help="of each case (2)")
    parser.add_argument("--base", default="127.40.251.1", help="address of the first speaker")
    options = parser.parse_args()
    print(asyncio.run(run(options.changes, options.rate, options.rounds, options.base)))


if __name__ == "__main__":
    main()
