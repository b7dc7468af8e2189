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

from .bounds import AFTER_BACKOFF, AT_ONCE, GONE, NO_FAULT, NO_REPORTER, bound
from .expectation import OTHERS, POSITION, agree, expected, shown

INTERVAL = 0.2
_HOUSEHOLD = "*"
_AVAILABILITY = "availability"
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
    first: float
    """When it was seen first."""
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

    def __init__(
        self,
        remote: Remote,
        client: Client,
        entity_ids: Mapping[str, str],
        others: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Watch the entities of speakers.

        Args:
            remote: The household.
            client: What is shown of it.
            entity_ids: The media players by uid.
            others: The other entities by uid and name.
        """
        self.differences: dict[tuple[str, str], Difference] = {}
        self.staleness = Staleness()
        self.wrong: list[dict[str, Any]] = []
        self.comparisons = 0
        self.faults: dict[str, str] = {}
        self.looks = 0
        self._remote = remote
        self._client = client
        self._entity_ids = entity_ids
        self._others = others
        self._began: dict[tuple[str, str], float] = {}
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
        self._note_faults(now, found["faults"], found["reporters"])
        speakers = found["truth"]["speakers"]
        for uid, speaker in speakers.items():
            if not speaker["invisible"]:
                self._compare(now, uid, speaker)
        self.looks += 1
        async with self._looked:
            self._looked.notify_all()

    def _note_faults(self, now: float, faults: dict[str, str], reporters: list[str]) -> None:
        """Remember from when until when each kind of fault was the case, by speaker."""
        for target, kind in faults.items():
            if self.faults.get(target) != kind:
                self._began[target, kind] = now
            self._ended[target][kind] = now
        self.faults = faults
        at_fault = [
            uid
            for uid in reporters
            if any(now - ended < _REPORTER_GRACE for ended in self._ended[uid].values())
        ]
        if len(at_fault) == len(reporters):
            if now - self._ended[_HOUSEHOLD].get(NO_REPORTER, float("-inf")) > 2 * INTERVAL:
                self._began[_HOUSEHOLD, NO_REPORTER] = now
            self._ended[_HOUSEHOLD][NO_REPORTER] = now

    def _compare(self, now: float, uid: str, speaker: dict[str, Any]) -> None:
        targets = {uid, speaker["coordinator"], _HOUSEHOLD}
        faults = self._faults_of(now, targets)
        states = self._client.states
        seen = shown(states.get(self._entity_ids.get(uid, "")), time())
        others = {
            name: state.state if (state := states.get(entity_id)) else None
            for name, entity_id in self._others[uid].items()
        }
        if self.faults.get(uid) in GONE:
            shows = {"state": seen["state"]} | others
            self._expect_gone(now, uid, self.faults[uid], shows)
            return
        self.differences.pop((uid, _AVAILABILITY), None)
        wanted = expected(speaker, self._entity_ids)
        wanted |= {name: OTHERS[name](speaker) for name in others}
        seen |= others
        for name, value in wanted.items():
            self.comparisons += 1
            if agree(name, value, seen.get(name)):
                self._agreed(now, uid, name)
            else:
                self._differed(now, (uid, name), (value, seen.get(name)), faults, targets)

    def _expect_gone(self, now: float, uid: str, kind: str, states: Mapping[str, object]) -> None:
        """All of a speaker that has left is unavailable; nothing else is compared."""
        self.comparisons += 1
        for key in [key for key in self.differences if key[0] == uid != key[1] != _AVAILABILITY]:
            del self.differences[key]
        began = self._began[uid, kind]
        if self._ended[_HOUSEHOLD].get(NO_REPORTER, float("-inf")) >= began:
            # Nobody could tell.
            self.differences.pop((uid, _AVAILABILITY), None)
        elif not (left := {n: state for n, state in states.items() if state != "unavailable"}):
            self._agreed(now, uid, _AVAILABILITY)
        else:
            key = uid, _AVAILABILITY
            if key not in self.differences:
                deadline = began + GONE[kind]
                self.differences[key] = Difference(*key, began, deadline, began, kinds={kind})
            self._differed(now, key, ("unavailable", left), {}, set())

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
        targets: set[str],
    ) -> None:
        difference = self.differences.get(key)
        if difference is not None and key[1] != POSITION and difference.wanted != values[0]:
            # Something else is to be shown now, so that its time begins anew.
            difference.first = now
        if difference is None:
            difference = self.differences[key] = Difference(*key, now, now + AT_ONCE, now)
        difference.wanted, difference.seen = values
        difference.kinds |= faults.keys()
        for kind, ended in faults.items():
            seconds = bound(kind)
            if self._began_after(difference.first, kind, targets):
                # It is no reason for the difference; it only keeps it from being found out.
                seconds = min(seconds, AFTER_BACKOFF)
            difference.deadline = max(difference.deadline, ended + seconds)
            difference.since = max(difference.since, ended)
        if now > difference.deadline and not difference.counted:
            difference.counted = True
            self._report(now, difference, over=False)

    def _began_after(self, moment: float, kind: str, targets: set[str]) -> bool:
        """Tell whether all faults of a kind that the targets had began after a moment."""
        began = [self._began[target, kind] for target in targets if (target, kind) in self._began]
        return bool(began) and min(began) > moment

    def _report(self, now: float, difference: Difference, *, over: bool) -> None:
        entry = {
            "uid": difference.uid,
            "entity": self._others[difference.uid].get(
                difference.name, self._entity_ids.get(difference.uid)
            ),
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
