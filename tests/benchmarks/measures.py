"""Figures, and what is calculated from them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
import statistics
from typing import Any, override

OURS, CORE, FLOOR = "ours", "core", "floor"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of the values are not above."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__int__() - 1)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of the events of one lease.

    Attributes:
        latencies: Seconds from sending each event until a state carried it, or a later one.
        last: When the last of these states was written, in nanoseconds.
        missing: How many events no state has carried.

    """

    latencies: list[float]
    last: int
    missing: int


def match(sent: Sequence[tuple[int, int]], shown: Iterable[tuple[int, int | None]]) -> Seen:
    """Find the state that carries each event.

    Events that follow each other faster than they can be shown may be shown as one: then the state
    that carries the last one counts for all of them.

    Args:
        sent: Of each event, when it was sent, in nanoseconds, and its number; in this order.
        shown: Of each state, when it was written, and the number that it shows.

    """
    latencies: list[float] = []
    last = following = 0
    for at, number in shown:
        for index in range(following, len(sent)):
            if sent[index][0] > at:
                break
            if sent[index][1] == number:
                latencies += [(at - each[0]) / 1e9 for each in sent[following : index + 1]]
                following, last = index + 1, at
                break
    return Seen(latencies, last, len(sent) - following)


@dataclass(frozen=True, kw_only=True, order=True)
class Case:
    """What is measured, and in which circumstances.

    Attributes:
        part: Of the benchmark.
        what: Is measured.
        rooms: Of the household.
        rate: Events per second, or in words.
        delay: Milliseconds after which speakers answer.
        busy: Whether Home Assistant has other things to do.

    """

    part: str
    what: str
    rooms: int = 0
    rate: str = ""
    delay: int = 0
    busy: bool = False

    @property
    def label(self) -> str:
        """The case in words."""
        words = [self.what]
        words += [f"{self.rooms} rooms"] if self.rooms else []
        words += [self.rate] if self.rate else []
        words += [f"answers after {self.delay} ms"] if self.delay else []
        words += ["busy loop"] if self.busy else []
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How two series of rounds compare: the median of the rounds' ratios, and their spread."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, numerators: Sequence[float], denominators: Sequence[float]) -> Ratio | None:
        """Compare round with round; None if there is nothing to compare with."""
        pairs = list(zip(numerators, denominators, strict=False))
        ratios = [above / below for above, below in pairs if below]
        if not ratios:
            return None
        return cls(statistics.median(ratios), min(ratios), max(ratios))

    @override
    def __str__(self) -> str:
        """Write it as in tables."""
        if self.least == self.most:
            return f"{self.middle:.2f}"
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of a case, with what each of the compared ones had in each round."""

    case: Case
    metric: str
    unit: str
    values: dict[str, list[float]]

    def middle(self, who: str) -> float | None:
        """Return the median of the rounds."""
        values = self.values.get(who)
        return statistics.median(values) if values else None

    def ratio(self, other: str = CORE) -> Ratio | None:
        """Return how ours compares."""
        return Ratio.of(self.values.get(OURS, []), self.values.get(other, []))


@dataclass(slots=True)
class Results:
    """All figures."""

    rows: dict[tuple[Case, str], Row] = field(default_factory=dict)

    def add(self, case: Case, who: str, **figures: tuple[float, str]) -> None:
        """Add figures of one round, with their units."""
        for name, (value, unit) in figures.items():
            metric = name.replace("_", " ")
            row = self.rows.setdefault((case, metric), Row(case, metric, unit, {}))
            row.values.setdefault(who, []).append(value)

    def __iter__(self) -> Iterator[Row]:
        """Give the rows in the order in which they were begun."""
        return iter(self.rows.values())

    def find(self, case: Case, metric: str) -> Row | None:
        """Return a row."""
        return self.rows.get((case, metric))

    def as_data(self) -> list[dict[str, Any]]:
        """Return what is written as JSON."""
        return [
            {
                **{name: getattr(row.case, name) for name in Case.__dataclass_fields__},
                "metric": row.metric,
                "unit": row.unit,
                "values": row.values,
            }
            for row in self
        ]

    @classmethod
    def from_data(cls, data: list[dict[str, Any]]) -> Results:
        """Read what was written as JSON."""
        results = cls()
        for each in data:
            case = Case(**{name: each[name] for name in Case.__dataclass_fields__})
            row = Row(case, each["metric"], each["unit"], each["values"])
            results.rows[case, row.metric] = row
        return results


def spread(latencies: Sequence[float]) -> dict[str, tuple[float, str]]:
    """Return the usual figures of latencies."""
    return {
        name: (percentile(latencies, percent) * 1000, "ms")
        for name, percent in (("p50", 50), ("p95", 95), ("p99", 99), ("max", 100))
    }
