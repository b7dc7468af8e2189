"""Keeps an older picture of the household from replacing a newer one.

Two speakers report the topology, so that one of them can leave. Both tell the same story, but
not at the same moment: a picture that the slower one sends late was true, and is no longer.

A household that changes and changes back looks the same as one of which somebody tells late. Only
time tells the two apart: who still says something else when all should have told everything is
asked anew, and then believed.
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
        self._trusted: set[str] = set()

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
        if source in self._trusted:
            self._trusted.remove(source)
            if topology == self.latest:
                self._reached[source] = self._last
                return False
            return self._append(source, topology)
        # The picture that this source sent last may come again: an initial event repeats it.
        reached = max(self._reached.get(source, self._first), self._first)
        for index in range(reached, self._first + len(self._pictures)):
            if self._pictures[index - self._first] == topology:
                self._reached[source] = index
                return False
        return self._append(source, topology)

    def _append(self, source: str, topology: Topology) -> bool:
        self._pictures.append(topology)
        if len(self._pictures) > _REMEMBERED:
            self._pictures.popleft()
            self._first += 1
        self._reached[source] = self._last
        return True

    @property
    def _last(self) -> int:
        return self._first + len(self._pictures) - 1

    def disagrees(self, source: str) -> bool:
        """Tell whether what a speaker sent last is something else than the newest picture."""
        reached = self._reached.get(source)
        if reached is None:
            return False
        return reached < self._first or self._pictures[reached - self._first] != self.latest

    def trust_next(self, source: str) -> None:
        """Take the next picture of a speaker for the newest: it was asked for what is true now."""
        self._trusted.add(source)

    def is_trusted(self, source: str) -> bool:
        """Tell whether the next picture of a speaker will be taken for the newest."""
        return source in self._trusted

    def forget(self, source: str) -> None:
        """Forget how far a speaker had come: it will begin anew, with what is true by then."""
        self._reached.pop(source, None)
        self._trusted.discard(source)
