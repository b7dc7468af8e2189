"""Draws the figures; needs matplotlib, which scripts/benchmark brings.

python -m tests.benchmarks.plots results.json docs/images
"""

from collections.abc import Iterable, Sequence
import json
from pathlib import Path
import sys

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .goals import floor_of
from .measures import CORE, OURS, Results, Row

_COLORS = {CORE: "#9aa5b1", OURS: "#1f77b4"}
_RATES = ("1/s", "50/s", "200/s", "saturation")
_SIZE = (9.0, 4.0)


def _bars(axes: Axes, rows: Sequence[tuple[str, Row]], results: Results) -> None:
    """Draw a pair of bars for each row, from the least to the most of its rounds."""
    for offset, who in ((-0.2, CORE), (0.2, OURS)):
        drawn = [(place, row) for place, (_, row) in enumerate(rows) if row.values.get(who)]
        middles = [row.middle(who) or 0.0 for _, row in drawn]
        below = [
            middle - min(row.values[who]) for middle, (_, row) in zip(middles, drawn, strict=True)
        ]
        above = [
            max(row.values[who]) - middle for middle, (_, row) in zip(middles, drawn, strict=True)
        ]
        axes.bar(
            [place + offset for place, _ in drawn],
            middles,
            0.4,
            yerr=[below, above],
            color=_COLORS[who],
            label={CORE: "core's sonos", OURS: "Sonos Twisted"}[who],
            error_kw={"elinewidth": 0.8},
        )
    for place, (_, row) in enumerate(rows):
        if (floor := floor_of(row, results)) is not None:
            axes.hlines(floor, place - 0.45, place + 0.45, colors="#c0392b", linewidth=1.2)
    axes.set_xticks(range(len(rows)), [name for name, _ in rows])
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)


def _figure(
    path: Path,
    title: str,
    panels: Iterable[tuple[str, list[tuple[str, Row]], bool]],
    results: Results,
) -> None:
    drawn = [panel for panel in panels if panel[1]]
    if not drawn:
        return
    figure = Figure(figsize=_SIZE, layout="constrained")
    for axes, (name, rows, logarithmic) in zip(
        figure.subplots(1, len(drawn), squeeze=False)[0], drawn, strict=True
    ):
        _bars(axes, rows, results)
        axes.set_title(name, fontsize=10)
        axes.set_ylabel(rows[0][1].unit)
        if logarithmic:
            axes.set_yscale("log")
    axes.legend(fontsize=8)
    figure.suptitle(title, fontsize=11)
    figure.savefig(path, dpi=110)


def _events(results: Results, what: str, metric: str) -> list[tuple[str, Row]]:
    rooms = max((row.case.rooms for row in results if row.case.rate == "200/s"), default=0)
    rows = {
        row.case.rate: row
        for row in results
        if row.case.part == "events"
        and (row.case.what, row.case.rooms, row.metric) == (what, rooms, metric)
        and not row.case.busy
        and not row.case.delay
    }
    return [(rate, rows[rate]) for rate in _RATES if rate in rows]


def _sizes(
    results: Results, part: str, what: str, metric: str, delay: int = 0
) -> list[tuple[str, Row]]:
    return [
        (str(row.case.rooms), row)
        for row in results
        if (row.case.part, row.case.what, row.metric, row.case.delay) == (part, what, metric, delay)
    ]


def draw(results: Results, folder: Path) -> None:
    """Draw everything that was measured into files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for metric, title in (
        ("p50", "Event to state, median"),
        ("p99", "Event to state, 99 of 100"),
        ("CPU per event", "Processor time of Home Assistant for an event"),
    ):
        name = metric.lower().replace(" ", "-")
        panels = [
            (what, _events(results, what, metric), True)
            for what in ("AVTransport", "RenderingControl")
        ]
        _figure(
            folder / f"benchmark-events-{name}.png", f"{title} (red: the floor)", panels, results
        )
    start = [
        (
            f"answers after {delay} ms",
            _sizes(results, "start", "start", "until all are right", delay),
            True,
        )
        for delay in sorted({row.case.delay for row in results if row.case.part == "start"})
    ]
    _figure(
        folder / "benchmark-start.png",
        "From the first request until all rooms are right",
        start,
        results,
    )
    topology = [
        (metric, _sizes(results, "topology", "a room joins", metric), True)
        for metric in ("topology bytes", "CPU")
    ]
    _figure(
        folder / "benchmark-topology.png",
        "One room joins another, by rooms of the household",
        topology,
        results,
    )


def main() -> None:
    """Draw what a file holds."""
    source, folder = map(Path, sys.argv[1:3])
    draw(Results.from_data(json.loads(source.read_text(encoding="utf-8"))["figures"]), folder)


if __name__ == "__main__":
    main()
