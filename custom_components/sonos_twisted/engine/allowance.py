"""How much of something may happen at once, and how much in the long run."""

from typing import Any


class Allowance:
    """A token bucket: it starts full, and fills again steadily."""

    def __init__(self, clock: Any, at_once: float, per_second: float) -> None:
        """Begin with all that may happen at once.

        Args:
            clock: The reactor, or a fake clock.
            at_once: How much the bucket holds.
            per_second: How much of it comes back in a second.

        """
        self._clock = clock
        self._at_once = self._left = float(at_once)
        self._per_second = per_second
        self._looked_at = clock.seconds()

    @property
    def left(self) -> float:
        """How much may happen now; negative when more has happened than should have."""
        now = self._clock.seconds()
        filled = self._left + (now - self._looked_at) * self._per_second
        self._left, self._looked_at = min(filled, self._at_once), now
        return self._left

    def take(self, amount: float) -> None:
        """Take note that it happened."""
        self._left = self.left - amount
