"""How long to wait before something that failed is tried again."""

from collections.abc import Callable
from dataclasses import dataclass
import random


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before trying again: longer each time, up to a bound, never exactly equal.

    Attributes:
        first: Seconds before the second attempt.
        longest: Seconds that are never exceeded.
        factor: How much longer each wait is than the one before.
        random: Returns a number from 0 to 1; replaced in tests.

    """

    first: float = 0.5
    longest: float = 60.0
    factor: float = 2.0
    random: Callable[[], float] = random.random

    def delay(self, failures: int) -> float:
        """Return the seconds to wait after this many failures in a row, from 1.

        The result lies between half of the nominal delay and all of it, so that the leases of a
        household that failed together do not come back together.
        """
        nominal = min(self.longest, self.first * self.factor ** min(failures - 1, 30))
        return nominal * (0.5 + self.random() / 2)
