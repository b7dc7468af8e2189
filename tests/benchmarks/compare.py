"""Runs a scenario through Home Assistant with core's `sonos` and with ours, and compares them.

    scripts/benchmark actions

Each run has a Home Assistant process and a simulated household of its own. A step has worked when
the action has ended without an error and the household is as it should be, within a time limit.
Requests are what speakers were asked by then and in the second after, events not counted.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import sys
import tempfile
from time import monotonic
from typing import Any

from homeassistant.const import __version__

from tests.demo.client import Client
from tests.demo.configuration import ROOT, Settings
from tests.demo.instance import free_port, running
from tests.demo.processes import DemoError
from tests.simulator.control import Remote, RemoteError
from tests.simulator.process import SimulatorError, SimulatorProcess

from .scenario import STEPS, HouseError, Rooms, Step, large_steps

PAGE = ROOT / "docs" / "comparison.md"
OURS, CORE = "sonos_twisted", "sonos"

#: Seconds within which a step must have worked.
LIMIT = 20.0
#: Seconds after a step in which requests still belong to it.
_TRAIL = 1.0
#: Seconds until all rooms of a household are there.
_START = 180.0
_GONE = {"unavailable", "unknown"}
#: GetZoneGroupState fails in households with more players than this.
_READABLE = 128


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a step.

    Attributes:
        seconds: How long it took; None if it did not work.
        requests: How often speakers were asked something.
        trouble: Why it did not work.

    """

    seconds: float | None
    requests: int
    trouble: str = ""

    @property
    def cells(self) -> tuple[str, str, str]:
        """The three cells of a table."""
        if self.seconds is None:
            return "no", "", str(self.requests)
        return "yes", f"{self.seconds:.2f} s", str(self.requests)


class Run:
    """One integration on one household."""

    def __init__(
        self, client: Client, house: Remote, domain: str, players: dict[str, str], limit: float
    ) -> None:
        """Keep what steps need; `players` are entity ids by room."""
        self._client = client
        self._house = house
        self._domain = domain
        self._players = players
        self._limit = limit

    async def make(self, step: Step) -> Outcome | None:
        """Make a step; None if the integration has nothing for it."""
        if self._domain == CORE and not step.core:
            return None
        try:
            if step.before is not None:
                await asyncio.to_thread(step.before, self._house)
            await asyncio.sleep(step.settle)
            before = await self._truth()
            await asyncio.to_thread(self._house.reset_requests)
        except RemoteError as error:
            return Outcome(seconds=None, requests=0, trouble=f"the simulated house: {error}")
        begun = monotonic()
        trouble = await self._act(step) or await self._await(step, before, begun)
        seconds = monotonic() - begun
        await asyncio.sleep(_TRAIL)
        return Outcome(
            seconds=None if trouble else seconds, requests=await self._requests(), trouble=trouble
        )

    async def _act(self, step: Step) -> str:
        """Perform the action; return what went wrong."""
        domain, _, service = step.action.partition(".")
        data = dict(step.data)
        if isinstance(members := data.get("group_members"), list):
            data["group_members"] = [self._players[room] for room in members]
        extra = {"return_response": True} if step.answer else {}
        try:
            result = await self._client.call(
                "call_service",
                patience=self._limit,
                domain=self._domain if domain == "own" else domain,
                service=service,
                service_data=data,
                target={"entity_id": [self._players[room] for room in step.rooms]},
                **extra,
            )
        except DemoError as error:
            return str(error)
        return self._wrong_answer(step, result)

    def _wrong_answer(self, step: Step, result: dict[str, Any]) -> str:
        if step.answer is None:
            return ""
        answer = result["response"][self._players[step.rooms[0]]]
        items = answer if isinstance(answer, list) else next(iter(answer.values()))
        return "" if step.answer(items) else f"it returned {answer}"

    async def _await(self, step: Step, before: Rooms, begun: float) -> str:
        """Wait until the household is as it should be; return why it is not."""
        while True:
            now = await self._truth()
            trouble = "the household is not as it should be"
            try:
                if step.right(before, now):
                    return ""
            except HouseError as error:
                trouble = f"{trouble}: {error}"
            except KeyError as error:
                return f"the simulated house does not tell {error}"
            if monotonic() - begun > self._limit:
                return trouble
            await asyncio.sleep(0.02)

    async def _truth(self) -> Rooms:
        truth = await asyncio.to_thread(self._house.truth)
        return {
            speaker["name"]: speaker
            for speaker in truth["speakers"].values()
            if not speaker["invisible"]
        }

    async def _requests(self) -> int:
        requests = await asyncio.to_thread(self._house.requests)
        total = sum(map(Counter, requests.values()), Counter[str]())
        return sum(count for kind, count in total.items() if kind.startswith(("SOAP", "WS")))


async def players_of(client: Client, domain: str, rooms: dict[str, str]) -> dict[str, str]:
    """Wait until all rooms have a player that is available; return the entity ids by room."""
    begun = monotonic()
    while True:
        players = await client.players(domain)
        ready = {
            room: players[uid]
            for room, uid in rooms.items()
            if uid in players
            and (state := client.states.get(players[uid]))
            and state.state not in _GONE
        }
        if len(ready) == len(rooms):
            return ready
        if monotonic() - begun > _START:
            raise DemoError(f"{len(rooms) - len(ready)} rooms are not there after {_START:.0f} s.")
        await asyncio.sleep(0.2)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def run(
    domain: str, steps: Sequence[Step], speakers: int | None, limit: float, base: str
) -> list[Outcome | None]:
    """Run steps with an integration on a household of its own."""
    with (
        SimulatorProcess(
            base=base, speakers=speakers, options=["--topology-limit", str(_READABLE)]
        ) as house,
        tempfile.TemporaryDirectory() as folder,
    ):
        rooms = {
            speaker["name"]: speaker["uid"]
            for speaker in house.facts["speakers"]
            if not speaker["invisible"]
        }
        settings = Settings(
            folder=Path(folder),
            port=free_port(8400 + os.getpid() % 1000),
            domain=domain,
            hosts=house.hosts[:1],
            options={"listen_address": "127.0.0.1"} if domain == OURS else {},
        )
        async with running(settings, lambda _: None) as (client, child):
            scene = Run(
                client, house.remote, domain, await players_of(client, domain, rooms), limit
            )
            outcomes = []
            for step in steps:
                child.check()
                outcome = await scene.make(step)
                outcomes.append(outcome)
                result = "n/a" if outcome is None else " ".join(outcome.cells)
                trouble = f" - {outcome.trouble}" if outcome and outcome.trouble else ""
                say(f"{domain:14} {step.name:55} {result}{trouble}")
            return outcomes


def table(
    steps: Sequence[Step], cores: Sequence[Outcome | None], ours: Sequence[Outcome | None]
) -> str:
    """Return a table in Markdown."""
    lines = [
        "| step | core | time | requests | ours | time | requests |",
        "| --- | --- | ---: | ---: | --- | ---: | ---: |",
    ]
    for step, core, our in zip(steps, cores, ours, strict=True):
        cells = [cell for each in (core, our) for cell in (each.cells if each else _NOTHING)]
        lines.append(f"| {step.name} | {' | '.join(cells)} |")
    totals = [cell for outcomes in (cores, ours) for cell in _totals(outcomes, (cores, ours))]
    lines.append(f"| **together** | {' | '.join(totals)} |")
    return "\n".join([*lines, ""])


_NOTHING = ("n/a", "", "")


def reasons(
    steps: Sequence[Step], cores: Sequence[Outcome | None], ours: Sequence[Outcome | None]
) -> str:
    """Return a list in Markdown of what did not work and why; empty if everything worked."""
    return "".join(
        f"- {who}: {step.name}: {' '.join(outcome.trouble.split())}\n"
        for who, outcomes in (("core", cores), ("ours", ours))
        for step, outcome in zip(steps, outcomes, strict=True)
        if outcome and outcome.seconds is None
    )


def _part(
    steps: Sequence[Step], cores: Sequence[Outcome | None], ours: Sequence[Outcome | None]
) -> str:
    """Return a table and, below it, what did not work."""
    failed = reasons(steps, cores, ours)
    return table(steps, cores, ours) + (f"\nWhat did not work:\n\n{failed}" if failed else "")


def _totals(
    outcomes: Sequence[Outcome | None], both: tuple[Sequence[Outcome | None], ...]
) -> tuple[str, str, str]:
    """Count what worked; add up the steps that worked with both."""
    tried = [outcome for outcome in outcomes if outcome]
    worked = sum(outcome.seconds is not None for outcome in tried)
    shared = [
        outcome
        for outcome, *pair in zip(outcomes, *both, strict=True)
        if outcome and all(each and each.seconds is not None for each in pair)
    ]
    seconds = sum(outcome.seconds or 0 for outcome in shared)
    requests = sum(outcome.requests for outcome in shared)
    return f"{worked} of {len(tried)}", f"{seconds:.2f} s", str(requests)


_PAGE = """\
# Side by side with Home Assistant core

The same actions through Home Assistant {version}, once with its own `sonos` integration and once
with this one. `scripts/benchmark actions --write` takes these tables anew.

## An evening in a house of six rooms

{evening}
## All rooms of a house of {rooms}

{large}
## How this was taken

For each integration a Home Assistant process and a simulated household are started; the address of
one speaker is all that either is told. A step is an action that is sent over Home Assistant's
websocket. It has worked when the action has ended without an error and the *household*, not the
entity, is as it should be, within {limit:.0f} s; its time is counted until then. Requests are the
UPnP actions and websocket commands that speakers received by then and in the second after; events,
which cost no request, are not counted. *Together* adds up the steps that worked with both.
"n/a": core has nothing for it.

An input counts as selected whether it plays or not: core selects a line-in without starting it,
ours starts it. The simulated radio declines to be paused, and its list of actions says so. Core's
restore pauses what plays before it brings the music back. If that is declined, core logs a warning,
leaves the radio on, and brings back only the group and the volume. With another song of the queue
in place of the radio the same step works with core.

The simulated speakers answer at once, and take 0.1 s to start a track or to tell a topology; real
ones take longer. Speakers of large households decline GetZoneGroupState, without which core's
integration finds no room; here they answer it. The steps are in `tests/benchmarks/scenario.py`.
"""


async def compare(arguments: argparse.Namespace) -> int:
    """Run everything; return the exit status."""
    domains = [CORE, OURS] if arguments.only is None else [arguments.only]
    parts: list[tuple[Sequence[Step], int | None]] = []
    if not arguments.large_only:
        parts.append((STEPS, None))
    if arguments.rooms:
        names = tuple(f"Room {number}" for number in range(1, arguments.rooms + 1))
        parts.append((large_steps(names), arguments.rooms))
    tables = []
    works = True
    for steps, speakers in parts:
        outcomes: dict[str, list[Outcome | None]] = {
            domain: [None] * len(steps) for domain in (CORE, OURS)
        }
        limit = LIMIT if speakers is None else arguments.patience
        for domain in domains:
            outcomes[domain] = await run(domain, steps, speakers, limit, arguments.base)
        tables.append(_part(steps, outcomes[CORE], outcomes[OURS]))
        works &= all(outcome is None or outcome.seconds is not None for outcome in outcomes[OURS])
    print("\n".join(tables))
    if arguments.write:
        PAGE.write_text(
            _PAGE.format(
                version=__version__,
                evening=tables[0],
                rooms=arguments.rooms,
                large=tables[1],
                limit=LIMIT,
            ),
            encoding="utf-8",
        )
    return 0 if works else 1


def main() -> int:
    """Read the command line; scripts/benchmark documents it."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark actions")
    parser.add_argument("--only", choices=[CORE, OURS])
    parser.add_argument("--rooms", type=int, default=32, choices=[0, *range(2, 33)], metavar="N")
    parser.add_argument("--large-only", action="store_true")
    parser.add_argument("--patience", type=float, default=180.0)
    parser.add_argument("--base", default="127.30.1.1")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if arguments.write and (arguments.only or arguments.large_only or not arguments.rooms):
        parser.error("--write needs both integrations and both parts")
    try:
        return asyncio.run(compare(arguments))
    except (DemoError, SimulatorError) as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2


if __name__ == "__main__":
    sys.exit(main())
