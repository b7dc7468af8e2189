"""The soak itself: chaos, healing, comparing, again and again."""

import asyncio
from collections.abc import Mapping
import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.demo.log import complaints
from tests.demo.processes import DemoError
from tests.simulator.control import Remote
from tests.simulator.process import SimulatorProcess

from .bounds import AFTER_BACKOFF, AT_ONCE, SILENT, slow_to_heal
from .expectation import OTHERS, others_of
from .instance import Instance, running
from .monitor import Monitor
from .report import Check, Report

#: Seconds.
_START = 60.0
_WARM_UP = 300.0
_SHORT_LEASE = "Second-20"
#: How long it is chaos before everything is healed, at least and at most.
_CHAOS = (60.0, 200.0)
_LAST_EVENTS = 10.0
#: To be right, and to be so in two looks.
_STRICT_PATIENCE = AT_ONCE + 2.0
#: A fault may still be running when a soak heals: a restart takes this long at most.
_RESTART = 10.0


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to soak, and how long."""

    seconds: float
    speakers: int
    seed: int
    rate: float
    short_leases: bool
    without: tuple[str, ...]
    base: str
    folder: Path
    verbose: bool

    def as_dict(self) -> dict[str, Any]:
        """Return what matters for repeating it, as plain data."""
        chosen = asdict(self)
        for name in ("folder", "base", "verbose"):
            del chosen[name]
        return chosen


class Soak:
    """One run."""

    def __init__(self, options: Options, remote: Remote, instance: Instance) -> None:
        """Prepare a run."""
        self.report = Report(options.as_dict())
        self._options = options
        self._remote = remote
        self._instance = instance
        self._dice = Random(options.seed)  # noqa: S311, dice
        self._rounds = 0

    async def run(self, uids: set[str]) -> None:
        """Do it all; what was found is in ``report``."""
        entities = await self._entities(uids)
        entity_ids = {uid: entities["media_player", uid] for uid in uids}
        others = {uid: others_of(uid, entities) for uid in uids}
        self.report.entities = len(entity_ids) + sum(len(names) for names in others.values())
        monitor = Monitor(self._remote, self._instance.client, entity_ids, others)
        watching = asyncio.create_task(monitor.run())
        try:
            if await monitor.settled(_START) is None:
                raise DemoError(f"Not all is known at first: {list(monitor.differences.values())}")
            await self._measure("start")
            await self._rounds_of_chaos(monitor, watching)
            # What could not be ended while a speaker did not answer is refused by now.
            await self._remotely("chaos_roll_call")
            await monitor.settled(_LAST_EVENTS)
            await self._measure("end")
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        self._take_over(monitor)

    def _take_over(self, monitor: Monitor) -> None:
        report = self.report
        report.seconds = self._instance.seconds
        report.wrong = monitor.wrong
        report.staleness = monitor.staleness
        report.comparisons, report.looks = monitor.comparisons, monitor.looks

    async def _entities(self, uids: set[str]) -> Mapping[tuple[str, str], str]:
        """Wait until each speaker has its entities; return them by kind and unique id."""
        deadline = self._instance.seconds + _START
        while True:
            entities = await self._instance.client.entities("sonos_twisted")
            missing = sum(
                ("media_player", uid) not in entities
                or others_of(uid, entities).keys() != OTHERS.keys()
                for uid in uids
            )
            if not missing:
                return entities
            self._instance.child.check()
            if self._instance.seconds > deadline:
                raise DemoError(f"{missing} speakers lack an entity.")
            await asyncio.sleep(0.2)

    async def _measure(self, name: str) -> None:
        self.report.resources[name] = await self._instance.resources()

    def _sample(self) -> None:
        """Take note of the memory, to see how it develops."""
        at, memory = round(self._instance.seconds), self._instance.memory
        self.report.memory.append((at, memory))

    async def _rounds_of_chaos(self, monitor: Monitor, watching: asyncio.Task[None]) -> None:
        options = self._options
        end = self._instance.seconds + options.seconds
        while (left := end - self._instance.seconds) > 0:
            if watching.done():
                watching.result()
            # In one round of three there is no fault that would excuse a state for being wrong.
            strict = self._rounds % 3 == 2
            silent = not options.short_leases and not strict and self._rounds % 2 == 0
            # A lease that was forgotten gives no sign either, until it is renewed.
            patience = AFTER_BACKOFF if options.short_leases else SILENT
            if strict:
                patience = _STRICT_PATIENCE
            chaos = self._dice.uniform(*_CHAOS)
            if left < chaos + _CHAOS[0]:
                chaos = left
            await self._remotely(
                "chaos_start",
                seed=options.seed * 1000 + self._rounds,
                rate=options.rate,
                granted=_SHORT_LEASE if options.short_leases else None,
                without=(*options.without, *self._left_out(strict=strict)),
            )
            await asyncio.sleep(chaos)
            self._sample()
            await self._heal(monitor, silent=silent, patience=patience)
            self._sample()
            self._rounds += 1
            if "warm" not in self.report.resources and (
                self._instance.seconds > min(_WARM_UP, options.seconds / 3)
            ):
                await self._measure("warm")

    def _left_out(self, *, strict: bool) -> tuple[str, ...]:
        if strict:
            return slow_to_heal()
        # Whoever was granted an hour does not find out within the time of a short lease.
        return ("absurd_grants",) if self._options.short_leases else ()

    async def _heal(self, monitor: Monitor, *, silent: bool, patience: float) -> None:
        """End all faults, and wait until all is right."""
        self.report.add_chaos(await self._remotely("chaos_stop"))
        await monitor.healed(_RESTART)
        if not silent:
            await self._remotely("chaos_roll_call")
        check = Check(self._instance.seconds, silent, len(monitor.differences), None)
        self.report.checks.append(check)
        check.seconds = await monitor.settled(patience)
        print(f"{check}; {len(monitor.wrong)} wrong states", flush=True)
        if check.seconds is None:
            for difference in monitor.differences.values():
                print(f"  {difference}", flush=True)
        self.report.events = dict(await self._remotely("chaos_events"))

    async def _remotely(self, method: str, **arguments: object) -> Any:
        return await asyncio.to_thread(lambda: self._remote.call(method, **arguments))


async def soak(options: Options) -> Report:
    """Run the soak.

    Raises:
        DemoError: Something that it needs did not start.
    """
    options.folder.parent.mkdir(parents=True, exist_ok=True)
    house = SimulatorProcess(base=options.base, speakers=options.speakers)
    await asyncio.to_thread(house.start)
    try:
        if options.short_leases:
            house.remote.set_granted("*", _SHORT_LEASE)
        uids = {s["uid"] for s in house.facts["speakers"] if not s["invisible"]}
        level = "debug" if options.verbose else "info"
        async with running(house.hosts[:3], options.folder, level) as instance:
            work = Soak(options, house.remote, instance)
            await work.run(uids)
        leases = await asyncio.to_thread(house.remote.leases)
        work.report.left_behind["leases"] = sum(len(held) for held in leases.values())
        work.report.complaints = complaints(options.folder)
        return work.report
    finally:
        await asyncio.to_thread(house.stop)
