"""What a soak has found, as a table and as plain data."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .bounds import NO_FAULT, bound
from .monitor import INTERVAL, Staleness
from .resources import Resources


@dataclass(slots=True)
class Check:
    """One moment at which everything was healed, and how long it took to be right."""

    at: float
    silent: bool
    """Whether nothing was made to happen, so that losses had to be found out by asking."""
    differing: int
    """How many attributes were wrong when everything had been healed."""
    seconds: float | None
    """None if something stayed wrong."""


@dataclass(slots=True)
class Report:
    """Everything that a soak has measured."""

    options: dict[str, Any]
    seconds: float = 0.0
    happenings: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    events: dict[str, int] = field(default_factory=dict)
    entities: int = 0
    comparisons: int = 0
    looks: int = 0
    checks: list[Check] = field(default_factory=list)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    staleness: Staleness = field(default_factory=Staleness)
    resources: dict[str, Resources] = field(default_factory=dict)
    memory: list[tuple[int, float]] = field(default_factory=list)
    """Seconds, and MiB at that time."""
    complaints: list[str] = field(default_factory=list)
    left_behind: dict[str, Any] = field(default_factory=dict)

    def add_chaos(self, counts: dict[str, Any]) -> None:
        """Add what one stretch of chaos did."""
        self.happenings.update(counts["happenings"])
        self.faults.update(counts["faults"])

    @property
    def good(self) -> bool:
        """Whether truth equalled state, always, and nothing broke or stayed behind."""
        return (
            bool(self.checks)
            and not self.wrong
            and all(check.seconds is not None for check in self.checks)
            and not self.complaints
            and not any(self.left_behind.values())
        )

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        stale = self.staleness
        return {
            "good": self.good,
            "options": self.options,
            "seconds": round(self.seconds, 1),
            "faults": dict(sorted(self.faults.items())),
            "happenings": dict(sorted(self.happenings.items())),
            "events": self.events,
            "entities": self.entities,
            "comparisons": self.comparisons,
            "looks": self.looks,
            "checks": [
                {
                    "at": round(check.at, 1),
                    "silent": check.silent,
                    "differing": check.differing,
                    "seconds": None if check.seconds is None else round(check.seconds, 1),
                }
                for check in self.checks
            ],
            "wrong_states": self.wrong,
            "longest_staleness": {
                "resolution": INTERVAL,
                "by_attribute": _rounded(stale.by_attribute),
                "undisturbed": _rounded(stale.undisturbed),
                "by_fault": _rounded(stale.by_fault),
            },
            "resources": {name: found.as_dict() for name, found in self.resources.items()},
            "memory": self.memory,
            "complaints": self.complaints,
            "left_behind": self.left_behind,
        }

    def lines(self) -> Iterable[str]:
        """Give the lines of the table."""
        yield f"Soaked for {self.seconds:.0f} s: {self.options}"
        yield (
            f"{sum(self.happenings.values())} happenings, {sum(self.faults.values())} faults, "
            f"{sum(self.events.values())} events {self.events}"
        )
        yield f"{self.comparisons} comparisons of {self.entities} entities in {self.looks} looks"
        yield f"{'fault':30}{'times':>6}{'longest wrong':>15}{'bound':>8}"
        longest = self.staleness.by_fault
        for kind in sorted(self.faults.keys() | longest.keys()):
            stale = f"{longest[kind]:.1f} s" if kind in longest else "-"
            yield (
                f"{kind:30}{self.faults[kind] or '':>6}{stale:>15}"
                f"{'' if kind == NO_FAULT else f'{bound(kind):.0f} s':>8}"
            )
        yield f"{'attribute':30}{'undisturbed':>12}{'after any fault':>18}"
        for name, seconds in sorted(self.staleness.by_attribute.items()):
            undisturbed = self.staleness.undisturbed.get(name)
            alone = "-" if undisturbed is None else f"{undisturbed:.1f} s"
            yield f"{name:30}{alone:>12}{f'{seconds:.1f} s':>18}"
        for check in self.checks:
            took = "NOT in time" if check.seconds is None else f"after {check.seconds:.1f} s"
            kind = "found out by asking" if check.silent else "with a sign"
            yield (
                f"healed at {check.at:.0f} s ({kind}): {check.differing} attributes wrong, "
                f"all right {took}"
            )
        for name, found in self.resources.items():
            yield (
                f"{name:10} {found.rss_mib:.1f} MiB, {found.threads} threads, {found.sockets} "
                f"sockets, {found.delayed_calls} delayed calls, {found.tasks} tasks, "
                f"{found.objects} objects"
            )
        yield f"MiB by seconds: {dict(self.memory)}"
        yield f"left behind: {self.left_behind}"
        for entry in self.wrong:
            yield f"WRONG: {entry}"
        for complaint in self.complaints:
            yield f"LOGGED: {complaint}"
        yield f"{len(self.wrong)} wrong states; {'good' if self.good else 'NOT GOOD'}"


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in sorted(values.items())}
