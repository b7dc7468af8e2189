"""Compares what all entities show with the truth, several times a second."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
import contextlib
from dataclasses import dataclass, field
from time import time
from typing import Any

from tests.demo.client import Client
from tests.simulator.control import Remote

from .bounds import AT_ONCE, NO_FAULT, NO_REPORTER, bound
from .expectation import agree, expected, shown

INTERVAL = 0.2
_HOUSEHOLD = "*"
#: Seconds for which a reporter's fault excuses a late topology, when all reporters have one.
_REPORTER_GRACE = 15.0


@dataclass(slots=True)
class Difference:
    """A state that is not as it must be."""

    uid: str
    name: str
    since: float
    """When it began, or when the last fault that can be the reason ended."""
    deadline: float
    """When it must be gone."""
    wanted: object = None
    seen: object = None
    kinds: set[str] = field(default_factory=set)
    counted: bool = False


@dataclass(slots=True)
class Staleness:
    """The longest times for which states were wrong while nothing was wrong with the speaker."""

    by_attribute: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    undisturbed: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    by_fault: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, name: str, kinds: set[str], seconds: float) -> None:
        """Take note of a difference that is over."""
        self.by_attribute[name] = max(self.by_attribute[name], seconds)
        if not kinds:
            self.undisturbed[name] = max(self.undisturbed[name], seconds)
        # Of several faults, the one that may take longest to be found out is the reason.
        kind = max(sorted(kinds), key=bound, default=NO_FAULT)
        self.by_fault[kind] = max(self.by_fault[kind], seconds)


class Monitor:
    """Watches all entities from the outside. Times are seconds of the event loop."""

    def __init__(self, remote: Remote, client: Client, entity_ids: Mapping[str, str]) -> None:
        """Watch the entities of speakers, given by uid."""
        self.differences: dict[tuple[str, str], Difference] = {}
        self.staleness = Staleness()
        self.wrong: list[dict[str, Any]] = []
        self.comparisons = 0
        self.faults: dict[str, str] = {}
        self.looks = 0
        self._remote = remote
        self._client = client
        self._entity_ids = entity_ids
        self._ended: dict[str, dict[str, float]] = defaultdict(dict)
        self._looked = asyncio.Condition()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await asyncio.sleep(INTERVAL)

    async def settled(self, seconds: float) -> float | None:
        """Wait until there is no fault and no difference, in two looks running.

        Returns:
            The seconds that this took; None if it did not come to that in time.
        """
        loop = asyncio.get_running_loop()
        begun = loop.time()
        agreed = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._looked:
                while agreed < 2:
                    await self._looked.wait()
                    agreed = 0 if self.differences or self.faults else agreed + 1
                return loop.time() - begun
        return None

    async def healed(self, seconds: float) -> None:
        """Wait until a look that begins after now finds no fault, but not longer than this."""
        looks = self.looks
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._looked:
                await self._looked.wait_for(lambda: self.looks > looks + 1 and not self.faults)

    async def look(self) -> None:
        """Compare everything once."""
        found = await asyncio.to_thread(self._remote.chaos_look)
        now = asyncio.get_running_loop().time()
        self.faults = found["faults"]
        self._note_faults(now, found["reporters"])
        speakers = found["truth"]["speakers"]
        for uid, speaker in speakers.items():
            if not speaker["invisible"]:
                self._compare(now, uid, speaker)
        self.looks += 1
        async with self._looked:
            self._looked.notify_all()

    def _note_faults(self, now: float, reporters: list[str]) -> None:
        """Remember until when each kind of fault was the case, by speaker."""
        for target, kind in self.faults.items():
            self._ended[target][kind] = now
        at_fault = [
            uid
            for uid in reporters
            if any(now - ended < _REPORTER_GRACE for ended in self._ended[uid].values())
        ]
        if len(at_fault) == len(reporters):
            self._ended[_HOUSEHOLD][NO_REPORTER] = now

    def _compare(self, now: float, uid: str, speaker: dict[str, Any]) -> None:
        faults = self._faults_of(now, {uid, speaker["coordinator"], _HOUSEHOLD})
        wanted = expected(speaker, self._entity_ids)
        seen = shown(self._client.states.get(self._entity_ids.get(uid, "")), time())
        for name, value in wanted.items():
            self.comparisons += 1
            if agree(name, value, seen.get(name)):
                self._agreed(now, uid, name)
            else:
                self._differed(now, (uid, name), (value, seen.get(name)), faults)

    def _faults_of(self, now: float, targets: set[str]) -> dict[str, float]:
        """Return when the faults ended that can still be the reason for a difference."""
        faults: dict[str, float] = {}
        for target in targets:
            for kind, ended in self._ended[target].items():
                if now <= ended + bound(kind):
                    faults[kind] = max(ended, faults.get(kind, ended))
        return faults

    def _agreed(self, now: float, uid: str, name: str) -> None:
        difference = self.differences.pop((uid, name), None)
        if difference is not None:
            self.staleness.add(name, difference.kinds, now - difference.since)
            if difference.counted:
                self._report(now, difference, over=True)

    def _differed(
        self,
        now: float,
        key: tuple[str, str],
        values: tuple[object, object],
        faults: dict[str, float],
    ) -> None:
        difference = self.differences.get(key)
        if difference is None:
            difference = self.differences[key] = Difference(*key, now, now + AT_ONCE)
        difference.wanted, difference.seen = values
        difference.kinds |= faults.keys()
        for kind, ended in faults.items():
            difference.deadline = max(difference.deadline, ended + bound(kind))
            difference.since = max(difference.since, ended)
        if now > difference.deadline and not difference.counted:
            difference.counted = True
            self._report(now, difference, over=False)

    def _report(self, now: float, difference: Difference, *, over: bool) -> None:
        entry = {
            "uid": difference.uid,
            "entity": self._entity_ids.get(difference.uid),
            "attribute": difference.name,
            "truth": difference.wanted,
            "state": difference.seen,
            "seconds": round(now - difference.since, 1),
            "faults": sorted(difference.kinds),
            "over": over,
        }
        if over:
            self.wrong = [
                known
                for known in self.wrong
                if (known["uid"], known["attribute"], known["over"])
                != (entry["uid"], entry["attribute"], False)
            ]
        self.wrong.append(entry)
