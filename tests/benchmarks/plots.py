"""Draws the figures; needs matplotlib, which scripts/benchmark brings.

python -m tests.benchmarks.plots results.json docs/images
"""

from collections.abc import Callable, Mapping, Sequence
import json
from pathlib import Path
import sys

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from .goals import floor_of
from .measures import CORE, OURS, Results, Row
from .report import PICTURES

_COLORS = {CORE: "#9aa5b1", OURS: "#1f77b4"}
_RATES = ("1/s", "50/s", "200/s", "saturation")
_SIZE = (9.0, 4.0)

#: Titles, and the rows of each by what stands below them.
type _Panels = Sequence[tuple[str, list[tuple[str, Row]]]]


def _points(axes: Axes, rows: Sequence[tuple[str, Row]], results: Results) -> None:
    """Draw two points for each row, with a line from the least to the most of its rounds.

    Bars would begin somewhere, and the axis has no zero.
    """
    for offset, who in ((-0.1, CORE), (0.1, OURS)):
        drawn = [(place, row) for place, (_, row) in enumerate(rows) if row.values.get(who)]
        middles = [row.middle(who) or 0.0 for _, row in drawn]
        below = [
            middle - min(row.values[who]) for middle, (_, row) in zip(middles, drawn, strict=True)
        ]
        above = [
            max(row.values[who]) - middle for middle, (_, row) in zip(middles, drawn, strict=True)
        ]
        axes.errorbar(
            [place + offset for place, _ in drawn],
            middles,
            yerr=[below, above],
            fmt="o",
            color=_COLORS[who],
            label={CORE: "core's sonos", OURS: "Sonos Twisted"}[who],
            elinewidth=2,
        )
    for place, (_, row) in enumerate(rows):
        if (floor := floor_of(row, results)) is not None:
            axes.hlines(floor, place - 0.3, place + 0.3, colors="#c0392b", linewidth=1.2)
    axes.set_xticks(range(len(rows)), [name for name, _ in rows])
    axes.set_xlim(-0.5, len(rows) - 0.5)
    axes.set_yscale("log")
    least, most = axes.get_ylim()
    axes.set_ylim(least / 2, most * 2)
    for which in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        which(FuncFormatter(_plain))
    axes.tick_params(axis="y", which="both", labelsize=8)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)


def _plain(value: float, _place: float) -> str:
    """Label 1, 2, 5, 10 and so on, as they are written by people."""
    return f"{value:g}" if f"{value:e}"[0] in "125" else ""


def _figure(path: Path, title: str, panels: _Panels, results: Results) -> None:
    drawn = [panel for panel in panels if panel[1]]
    if not drawn:
        return
    figure = Figure(figsize=_SIZE, layout="constrained")
    for axes, (name, rows) in zip(
        figure.subplots(1, len(drawn), squeeze=False)[0], drawn, strict=True
    ):
        _points(axes, rows, results)
        axes.set_title(name, fontsize=10)
        axes.set_ylabel(rows[0][1].unit)
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


def _of_events(results: Results, name: str) -> _Panels:
    metric = {
        "benchmark-events-p50.png": "p50",
        "benchmark-events-p99.png": "p99",
        "benchmark-events-cpu-per-event.png": "CPU per event",
    }[name]
    return [(what, _events(results, what, metric)) for what in ("AVTransport", "RenderingControl")]


def _of_start(results: Results, _name: str) -> _Panels:
    delays = sorted({row.case.delay for row in results if row.case.part == "start"})
    return [
        (
            f"answers after {delay} ms",
            _sizes(results, "start", "start", "until all are right", delay),
        )
        for delay in delays
    ]


def _of_topology(results: Results, _name: str) -> _Panels:
    return [
        (metric, _sizes(results, "topology", "a room joins", metric))
        for metric in ("topology bytes", "CPU")
    ]


_PANELS: Mapping[str, Callable[[Results, str], _Panels]] = {
    "events": _of_events,
    "start": _of_start,
    "topology": _of_topology,
}


def draw(results: Results, folder: Path) -> None:
    """Draw everything that was measured into files of a folder, in place of those of before."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, pictures in PICTURES.items():
        for name, title in pictures.items():
            (folder / name).unlink(missing_ok=True)
            _figure(folder / name, title, _PANELS[part](results, name), results)


def main() -> None:
    """Draw what a file holds."""
    source, folder = map(Path, sys.argv[1:3])
    draw(Results.from_data(json.loads(source.read_text(encoding="utf-8"))["figures"]), folder)


if __name__ == "__main__":
    main()
