"""Keeps an older picture of the household from replacing a newer one.

Two speakers report the topology, so that one of them can leave. Both tell the same story, but
not at the same moment: a picture that the slower one sends late was true, and is no longer.
"""

from collections import deque

from ..model import Topology

#: How many pictures are remembered; a regroup of a large household brings about ten.
_REMEMBERED = 32


class TopologyOrder:
    """Decides, for each picture that a speaker sends, whether it is news."""

    def __init__(self) -> None:
        """Begin with no picture known."""
        self._pictures: deque[Topology] = deque()
        self._first = 0
        self._reached: dict[str, int] = {}

    @property
    def latest(self) -> Topology | None:
        """The newest picture; None before the first."""
        return self._pictures[-1] if self._pictures else None

    def is_news(self, source: str, topology: Topology) -> bool:
        """Take note of a picture, and say whether it is newer than all others.

        A speaker tells its story in order. A picture that comes later in the known story than
        what this speaker sent before, means that it is catching up; any other is new.

        Args:
            source: The uid of the speaker that sent it.
            topology: The picture.

        """
        # The picture that this source sent last may come again: an initial event repeats it.
        reached = max(self._reached.get(source, self._first), self._first)
        for index in range(reached, self._first + len(self._pictures)):
            if self._pictures[index - self._first] == topology:
                self._reached[source] = index
                return False
        self._pictures.append(topology)
        if len(self._pictures) > _REMEMBERED:
            self._pictures.popleft()
            self._first += 1
        self._reached[source] = self._first + len(self._pictures) - 1
        return True

    def forget(self, source: str) -> None:
        """Forget how far a speaker had come: it will begin anew, with what is true by then."""
        self._reached.pop(source, None)
