"""One life of a house, in which people and faults come at random; and many of them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from unittest.mock import patch

from tests.simulator import gena
from tests.simulator.errors import UpnpError
from tests.simulator.services import EVENTS, Eventing

from .acts import ACTS
from .comparison import Comparison
from .host import Bus, Host
from .world import World


class Life:
    """One life of a house."""

    def __init__(self, seed: int) -> None:
        """Build the house and the host that listens to it."""
        self.dice: Random = Random(seed)  # noqa: S311
        self.world: World = World()
        self.host: Host = Host()
        self.comparison = Comparison(self.world.account, self.host)

    def live(self, steps: int) -> None:
        """Let people and faults come, and the host look now and then."""
        with _in_no_time(self.world, self.host.bus):
            for speaker in self.world.house.household.rooms():
                self.world.subscribe_all(speaker.uid)
            self.world.settle()
            self.look()
            for _ in range(steps):
                self.step()
                self.world.settle()
                if self.dice.random() < 0.6:
                    self.look()
            self.look()

    def look(self) -> None:
        """Let the host take its mail, and compare what it tells."""
        self.host.deliver(self.world.take_mail())
        self.comparison.check()

    def step(self) -> None:
        """Let one thing happen."""
        rooms = [speaker for speaker in self.world.house.household.rooms() if speaker.online]
        act = self.dice.choices(list(ACTS), weights=list(ACTS.values()))[0]
        try:
            act(self, self.dice.choice(rooms))
        except UpnpError, KeyError:
            self.world.faults["refused"] += 1


@contextmanager
def _in_no_time(world: World, bus: Bus) -> Iterator[None]:
    """Let events be sent at once, and to the listener of a world."""
    at_once = {
        name: Eventing(eventing.variables, eventing.delta, 0.0, 0.0)
        for name, eventing in EVENTS.items()
    }
    package = "custom_components.sonos_twisted.happenings"
    with (
        patch.object(gena, "notify", world.notify),
        patch.object(gena, "EVENTS", at_once),
        patch(f"{package}.detector.async_fire", bus),
        patch(f"{package}.players.async_fire", bus),
        patch(f"{package}.rooms.async_fire", bus),
        patch(f"{package}.speakers.async_fire", bus),
    ):
        yield


def run_many(first: int, runs: int, steps: int) -> tuple[Counter[str], Counter[str], int]:
    """Live many lives.

    Returns:
        What has happened, what went wrong, and how many tracks were merged.

    """
    happened: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    skipped = 0
    for seed in range(first, first + runs):
        life = Life(seed)
        try:
            life.live(steps)
        except AssertionError as error:
            error.add_note(f"in the life with the seed {seed}")
            raise
        happened += life.comparison.happened
        faults += life.world.faults
        skipped += life.host.bus.skipped
    return happened, faults, skipped
