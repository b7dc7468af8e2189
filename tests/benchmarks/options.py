"""What the benchmark is told, and what it tells meanwhile."""

from dataclasses import dataclass
import sys


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says.

    Attributes:
        rooms: Sizes of households.
        delays: Milliseconds after which speakers answer.
        rounds: How often each of the compared ones has its turn.
        quick: Whether everything is shorter.
        whos: Who is compared.
        events: How many events the part about memory sends.

    """

    rooms: tuple[int, ...] = (6, 32, 128)
    delays: tuple[int, ...] = (0, 20)
    rounds: int = 3
    quick: bool = False
    whos: tuple[str, ...] = ("core", "ours")
    events: int = 60_000

    @property
    def usual(self) -> int:
        """The size of the household in which most is measured."""
        return 32 if 32 in self.rooms else self.rooms[-1]

    def seconds(self, full: float) -> float:
        """Return for how long something is measured."""
        return max(min(full, 1.5), full / 4) if self.quick else full

    def turns(self, rooms: int) -> int:
        """Return how often each has its turn: once where the size makes it slow, and is no goal."""
        return self.rounds if rooms == self.usual else 1


def say(text: str) -> None:
    """Tell what is being done."""
    print(text, file=sys.stderr, flush=True)
