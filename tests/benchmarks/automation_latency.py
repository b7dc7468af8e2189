"""How long it takes from what happens at a speaker to the first action of an automation.

    python -m tests.benchmarks.automation_latency --help

Home Assistant and the house are processes of their own. Somebody presses "next" again and again.
The clock begins when the speaker sends its event, before it connects, and ends when the
automation's first action, which counts, has written the state of a counter: both are the machine's
clock.
"""

import argparse
import asyncio
from dataclasses import dataclass
import os
from pathlib import Path
import sys
import tempfile
import time
from typing import Any

from homeassistant.const import __version__

from tests.demo.client import Client
from tests.demo.configuration import ROOT, Settings
from tests.demo.instance import free_port, running
from tests.demo.processes import DemoError
from tests.simulator.control import Remote
from tests.simulator.process import SimulatorError, SimulatorProcess

from .bench import silence
from .compare import OURS, players_of, say

PAGE = ROOT / "docs" / "automations.md"
BEGIN = "<!-- latency: python -m tests.benchmarks.automation_latency --write -->\n"
END = "<!-- end of latency -->"

#: Seconds in which an automation has acted.
_PATIENCE = 15.0

#: Seconds between two presses of a button, in which a speaker has sent all that it has to.
_PAUSE = 0.4

#: The triggers by what they are called here: what an automation has to say.
_TRIGGERS = {
    "event": """\
      - trigger: event
        event_type: sonos_twisted_event
        event_data:
          type: track_changed
          entity_id: media_player.kitchen
""",
    "track_changed": """\
      - trigger: sonos_twisted.track_changed
        target:
          entity_id: media_player.kitchen
""",
    "state": """\
      - trigger: state
        entity_id: media_player.kitchen
        attribute: media_title
""",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds from what happens to the first action."""

    seconds: tuple[float, ...]

    def at(self, part: float) -> float:
        """Return how long it took at most in so many of all cases, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000


def _has(trigger: str) -> bool:
    """Tell whether the integration has a trigger; Home Assistant has the others."""
    is_ours = trigger == "track_changed"
    return not is_ours or (ROOT / "custom_components" / OURS / "trigger.py").is_file()


def _yaml(triggers: list[str]) -> str:
    counters = "".join(f"  {name}_seen:\n" for name in triggers)
    automations = "".join(
        f"  - alias: {name}\n    mode: queued\n    max: 50\n    triggers:\n{_TRIGGERS[name]}"
        "    actions:\n      - action: counter.increment\n"
        f"        target:\n          entity_id: counter.{name}_seen\n"
        for name in triggers
    )
    return f"\ncounter:\n{counters}\nautomation:\n{automations}"


async def _press(client: Client, house: Remote, counters: list[str]) -> dict[str, float]:
    """Press "next", and return how long each automation took."""
    before = {counter: int(client.states[counter].state) for counter in counters}
    pressed_at = time.time()
    await asyncio.to_thread(house.next, "Kitchen")

    def all_seen() -> bool:
        return all(int(client.states[each].state) > before[each] for each in counters)

    if not await client.wait_for(all_seen, _PATIENCE):
        raise DemoError("An automation has not acted.")
    times = {counter: client.states[counter].written for counter in counters}
    await asyncio.sleep(_PAUSE)
    events: list[dict[str, Any]] = await asyncio.to_thread(house.notifications)
    begun = next(
        event["time"]
        for event in events
        if event["service"] == "AVTransport"
        and event["room"] == "Kitchen"
        and event["time"] >= pressed_at
    )
    return {counter: times[counter] - begun for counter in counters}


async def measure(arguments: argparse.Namespace) -> int:
    """Press the button as often as wanted; return the exit status."""
    triggers = [name for name in _TRIGGERS if _has(name)]
    counters = [f"counter.{name}_seen" for name in triggers]
    taken: dict[str, list[float]] = {counter: [] for counter in counters}
    with SimulatorProcess(base=arguments.base) as house, tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            folder=Path(folder) / "config",
            port=free_port(8400 + os.getpid() % 1000),
            domain=OURS,
            hosts=house.hosts[:1],
            options={"listen_address": "127.0.0.1"},
            more=_yaml(triggers),
        )
        uids = {
            speaker["name"]: speaker["uid"]
            for speaker in house.facts["speakers"]
            if not speaker["invisible"]
        }
        async with running(settings, lambda _: None) as (client, _):
            await players_of(client, OURS, uids)
            await asyncio.to_thread(house.remote.play_tracks, "Kitchen", arguments.times + 2)
            await silence(house.remote)
            for _ in range(arguments.times):
                for counter, seconds in (await _press(client, house.remote, counters)).items():
                    taken[counter].append(seconds)
    figures = {
        name: Figures(tuple(taken[counter]))
        for name, counter in zip(triggers, counters, strict=True)
    }
    text = table(figures)
    say(text)
    if arguments.write:
        _write(text, arguments.times)
    return 0


def table(figures: dict[str, Figures]) -> str:
    """Return a table in Markdown, a row for each trigger."""
    names = {
        "event": "event `sonos_twisted_event`",
        "track_changed": "`sonos_twisted.track_changed`",
        "state": "state of the media player, for comparison",
    }
    lines = ["| trigger | half within | 95 % within | all within |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| {names[name]} | {each.at(0.5):.0f} ms | {each.at(0.95):.0f} ms | {each.at(1):.0f} ms |"
        for name, each in figures.items()
    ]
    return "\n".join([*lines, ""])


def _write(text: str, times: int) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    section = f"{BEGIN}\nHome Assistant {__version__}, {times} tracks:\n\n{text}\n{END}"
    PAGE.write_text(before + section + after, encoding="utf-8")


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.automation_latency")
    parser.add_argument("--times", type=int, default=200, help="how often the button is pressed")
    parser.add_argument("--base", default="127.32.1.1", help="address of the first speaker")
    parser.add_argument("--write", action="store_true", help="write docs/automations.md")
    arguments = parser.parse_args()
    try:
        return asyncio.run(measure(arguments))
    except (DemoError, SimulatorError) as error:
        print(f"automation_latency: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2


if __name__ == "__main__":
    sys.exit(main())
