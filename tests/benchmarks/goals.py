"""What is aimed at, compared with what was measured."""

from collections.abc import Callable
from dataclasses import dataclass, field
import statistics

from .measures import CORE, FLOOR, OURS, Case, Results, Row
from .parts import floors
from .parts.events import SATURATION

_AVT, _RC = "AVTransport", "RenderingControl"


def _always(_case: Case) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a figure shall be.

    Attributes:
        part: Of which part.
        metric: Which figure.
        limit: What it must not exceed, or fall short of.
        of: `CORE`: as a share of core's; `FLOOR`: as a multiple of the floor; `OURS`: as it is.
        least: Whether it must not be less.
        fits: In which cases.
        checked: Whether `scripts/benchmark --check` fails when it is missed.

    """

    part: str
    metric: str
    limit: float
    of: str = CORE
    least: bool = False
    fits: Callable[[Case], bool] = field(default=_always)
    checked: bool = False

    @property
    def text(self) -> str:
        """The goal in words."""
        bound = f"{'>=' if self.least else '<='} {self.limit:.3g}"
        return {CORE: f"{bound} x core", FLOOR: f"{bound} x floor", OURS: bound}[self.of]

    def reached(self, row: Row, results: Results) -> bool | None:
        """Tell whether a row reaches it; None if nothing can be compared."""
        value = self._value(row, results)
        if value is None:
            return None
        return value >= self.limit if self.least else value <= self.limit

    def _value(self, row: Row, results: Results) -> float | None:
        if self.of == OURS:
            return row.middle(OURS)
        if self.of == FLOOR:
            return multiple_of_floor(row, results)
        ratio = row.ratio()
        return None if ratio is None else ratio.middle


def floor_of(row: Row, results: Results, who: str = FLOOR) -> float | None:
    """Return what the machine itself needs for what a row measures: a NOTIFY and a state."""
    if row.case.part != "events" or row.metric not in {"p50", "p95", "p99", "CPU per event"}:
        return None
    parts = []
    for what in (f"{floors.NOTIFY} of {row.case.what}", floors.WRITE):
        case = Case(part=floors.PART, what=what, rate=row.case.rate)
        if (found := results.find(case, row.metric)) is None or not found.values.get(who):
            return None
        parts.append(statistics.median(found.values[who]))
    return sum(parts)


def multiple_of_floor(row: Row, results: Results) -> float | None:
    """Return how many times the floor ours takes."""
    floor, ours = floor_of(row, results), row.middle(OURS)
    return None if not floor or ours is None else ours / floor


def _events(what: str, rate: str, *, busy: bool | None = False) -> Callable[[Case], bool]:
    def fits(case: Case) -> bool:
        return case.what == what and case.rate == rate and case.busy == busy

    return fits


GOALS: tuple[Goal, ...] = (
    *(
        Goal(part="events", metric=metric, limit=limit, fits=_events(what, "50/s"))
        for what, metric, limit in (
            (_AVT, "p50", 1 / 3),
            (_AVT, "p99", 1 / 4),
            (_AVT, "CPU per event", 1 / 5),
            (_RC, "p50", 2 / 3),
            (_RC, "CPU per event", 1 / 2),
        )
    ),
    *(
        Goal(part="events", metric=metric, limit=2.0, of=FLOOR, fits=_events(what, "50/s"))
        for what in (_AVT, _RC)
        for metric in ("p50", "CPU per event")
    ),
    # A position in each room once in 5 s, of 32 rooms, and a little for what happens anyway.
    Goal(
        part="events",
        metric="requests per event",
        limit=0.15,
        of=OURS,
        fits=lambda case: case.rate == "50/s" and case.rooms <= 32,
    ),
    Goal(part="events", metric="wrong", limit=0.0, of=OURS, checked=True),
    Goal(
        part="events",
        metric="throughput",
        limit=4.0,
        least=True,
        fits=lambda case: case.what == _AVT and case.rate == SATURATION,
    ),
    Goal(
        part="events",
        metric="longest stall",
        limit=10.0,
        of=OURS,
        fits=lambda case: case.rate == SATURATION,
    ),
    Goal(part="start", metric="requests per speaker", limit=6.0, of=OURS, checked=True),
    Goal(
        part="start",
        metric="until all are right",
        limit=1 / 10,
        fits=lambda case: case.rooms == 32 and case.delay > 0,
    ),
    Goal(
        part="topology",
        metric="topology bytes",
        limit=1 / 10,
        fits=lambda case: case.rooms == 32,
        checked=True,
    ),
    Goal(part="topology", metric="CPU", limit=1 / 3, fits=lambda case: case.rooms == 32),
    Goal(
        part="topology",
        metric="topology events",
        limit=2.0,
        of=OURS,
        fits=lambda case: case.what != "the group of all rooms splits",
        checked=True,
    ),
    Goal(part="memory", metric="memory", limit=1 / 2),
    Goal(part="memory", metric="growth", limit=1.0, of=OURS),
    Goal(
        part="cost",
        metric="CPU per hour",
        limit=1 / 2,
        fits=lambda case: case.what == "nothing happens",
    ),
)


def goals_of(row: Row) -> list[Goal]:
    """Return the goals that concern a row."""
    return [
        goal
        for goal in GOALS
        if goal.part == row.case.part and goal.metric == row.metric and goal.fits(row.case)
    ]
