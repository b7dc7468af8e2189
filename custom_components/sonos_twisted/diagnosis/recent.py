"""What has happened in a household lately, for those who want to know what went wrong.

Lives on the event loop. Nothing of this is kept across a restart.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import datetime as dt
from typing import Any

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..engine import (
    AnyNews,
    DescriptionNews,
    EngineError,
    EventNews,
    LeaseNews,
    ListenerNews,
    PositionNews,
    ReachabilityNews,
    ServedNews,
    TopologyNews,
)

#: How many pieces of news are kept.
NEWS = 200

#: How many commands that failed are kept; those that fail alike count as one.
FAILURES = 50


def _of_event(news: EventNews) -> str:
    kind = "initial event" if news.is_initial else "event" if news.events else "answer"
    return f"{kind} of {news.service}: {', '.join(sorted(news.variables))}"


def _of_topology(news: TopologyNews) -> str:
    topology = news.topology
    rooms, groups = len(topology.visible), len(topology.groups)
    return f"rooms: {rooms}, groups: {groups}, vanished: {len(topology.vanished)}"


def _of_lease(news: LeaseNews) -> str:
    state = "held" if news.held else news.reason or "no events yet"
    return f"lease of {news.service}: {state}"


#: How news is told, by its kind.
_TOLD: Mapping[type[AnyNews], Callable[[Any], str]] = {
    EventNews: _of_event,
    TopologyNews: _of_topology,
    DescriptionNews: lambda _: "description",
    ReachabilityNews: lambda news: (
        "reachable" if news.reachable else f"cannot be reached: {news.reason}"
    ),
    LeaseNews: _of_lease,
    ServedNews: lambda news: f"served by {news.served}",
    PositionNews: lambda _: "position",
    ListenerNews: lambda news: f"listener: {news.error or 'a port is open'}",
}


def about(piece: AnyNews) -> str:
    """Return the speaker that a piece of news is about, empty for none."""
    if isinstance(piece, DescriptionNews):
        return piece.description.uid
    return "" if isinstance(piece, TopologyNews | ListenerNews) else piece.uid


def tell(piece: AnyNews) -> str:
    """Return what a piece of news says, without the values."""
    return _TOLD[type(piece)](piece)


@dataclass(frozen=True, slots=True)
class ToldNews:
    """A piece of news, as a text.

    Attributes:
        at: When it was taken in.
        uid: The speaker that it is about; empty if it is about the household.
        text: What it says, without the values.

    """

    at: dt.datetime
    uid: str
    text: str


@dataclass(frozen=True, slots=True)
class FailedCommand:
    """A command that a speaker did not execute.

    Attributes:
        uid: The speaker.
        command: Its name.
        error: Why not.

    """

    uid: str
    command: str
    error: str


class RecentHappenings:
    """Keeps the latest news, and the latest commands that failed.

    Attributes:
        counts: How many pieces of news were taken in, by kind.
        failures: How many times commands failed, and when they did the last time; the latest last.

    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts: Counter[str] = Counter()
        self.failures: dict[FailedCommand, tuple[int, dt.datetime]] = {}
        self._news: deque[tuple[dt.datetime, AnyNews]] = deque(maxlen=NEWS)

    @callback
    def note(self, news: Iterable[AnyNews]) -> None:
        """Keep news. It is made a text when somebody wants to read it."""
        now = dt_util.utcnow()
        for piece in news:
            self.counts[type(piece).__name__] += 1
            self._news.append((now, piece))

    @callback
    def note_failure(self, uid: str, command: str, error: EngineError) -> None:
        """Keep that a speaker did not do what it was asked to do."""
        failure = FailedCommand(uid, command, str(error))
        times, _ = self.failures.pop(failure, (0, None))
        self.failures[failure] = (times + 1, dt_util.utcnow())
        if len(self.failures) > FAILURES:
            del self.failures[next(iter(self.failures))]

    @property
    def news(self) -> list[ToldNews]:
        """The latest news, oldest first."""
        return [ToldNews(at, about(piece), tell(piece)) for at, piece in self._news]
