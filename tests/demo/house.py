"""The simulated household of the demo, and what people do in it."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from dataclasses import dataclass
import signal
from typing import Any

from tests.simulator.control import Remote
from tests.simulator.process import SimulatorError, SimulatorProcess

from .processes import DemoError


class House:
    """A household whose speakers are simulated in another process."""

    def __init__(self, simulator: SimulatorProcess) -> None:
        """Keep the household that runs."""
        self.hosts = list(simulator.hosts)
        self.rooms = {
            speaker["name"]: speaker["uid"]
            for speaker in simulator.facts["speakers"]
            if not speaker["invisible"]
        }
        self._remote = simulator.remote

    async def do[T](self, what: Callable[[Remote], T]) -> T:
        """Do something in the house, or find something out about it."""
        return await asyncio.to_thread(what, self._remote)

    async def notifications(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the events that the speakers sent."""
        return await self.do(lambda remote: remote.notifications(since))


@contextlib.asynccontextmanager
async def simulated(speakers: int | None) -> AsyncIterator[House]:
    """Run a simulated household as long as the block lasts."""
    simulator = SimulatorProcess(speakers=speakers)
    # A Ctrl-C is for the demo; the household ends after Home Assistant, not before.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        simulator.start()
    except SimulatorError as error:
        raise DemoError(f"The simulated household did not start: {error}") from error
    finally:
        signal.signal(signal.SIGINT, previous)
    try:
        yield House(simulator)
    finally:
        simulator.stop()


@dataclass(frozen=True)
class Scene:
    """Something that happens in the house, and how long it stays so."""

    what: str
    do: Callable[[Remote], object]
    seconds: float


SCENES = (
    Scene(
        "Somebody starts an album in the Kitchen.",
        lambda house: house.play_tracks("Kitchen", source="service"),
        6,
    ),
    Scene("She turns the volume up.", lambda house: house.set_volume("Kitchen", 34), 4),
    Scene("The first track ends.", lambda house: house.finish_track("Kitchen"), 5),
    Scene("The Bathroom joins the Kitchen.", lambda house: house.group("Bathroom", "Kitchen"), 5),
    Scene("The Patio joins, too.", lambda house: house.group("Patio", "Kitchen"), 5),
    Scene("She skips a track.", lambda house: house.next("Kitchen"), 5),
    Scene(
        "Somebody turns the television on in the Living Room.",
        lambda house: house.play_tv("Living Room"),
        5,
    ),
    Scene("The radio plays in the Office.", lambda house: house.play_radio("Office"), 5),
    Scene("The telephone rings: mute.", lambda house: house.set_mute("Office"), 4),
    Scene("The call is over.", lambda house: house.set_mute("Office", mute=False), 4),
    Scene("The Patio is left alone.", lambda house: house.ungroup("Patio"), 4),
    Scene("The Bedroom falls asleep to music.", lambda house: house.play_tracks("Bedroom"), 4),
    Scene("It shall go on all night.", lambda house: house.set_play_mode("Bedroom", "SHUFFLE"), 4),
    Scene("The Patio is switched off and on.", lambda house: house.reboot("Patio", 5.0), 9),
    Scene("The Bathroom leaves the Kitchen.", lambda house: house.ungroup("Bathroom"), 4),
    Scene("The Kitchen is quiet.", lambda house: house.pause("Kitchen"), 6),
    Scene("The volume is as it was.", lambda house: house.set_volume("Kitchen", 20), 6),
)


async def play(house: House, tell: Callable[[str], None]) -> None:
    """Let the day in the house repeat itself for ever."""
    while True:
        for scene in SCENES:
            tell(scene.what)
            await house.do(scene.do)
            await asyncio.sleep(scene.seconds)
