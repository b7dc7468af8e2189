"""The table of all figures, for the screen and for documents."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from .goals import goals_of, multiple_of_floor
from .measures import CORE, FLOOR, OURS, Results, Row

IMAGES = Path(__file__).parents[2] / "docs" / "images"

#: What `plots` draws of each part, with its title, by the name of the file.
PICTURES: Mapping[str, Mapping[str, str]] = {
    "events": {
        "benchmark-events-p50.png": "Event to state, median (red: the floor)",
        "benchmark-events-p99.png": "Event to state, 99 of 100 (red: the floor)",
        "benchmark-events-cpu-per-event.png": "Processor time of an event (red: the floor)",
    },
    "start": {"benchmark-start.png": "From the first request until all rooms are right"},
    "topology": {
        "benchmark-topology.png": "One room joins another, by rooms of the household",
    },
}

HEAD = ("case", "figure", "ours", "core", "ours / core", "x floor", "goal", "reached")


def number(value: float | None, unit: str = "") -> str:
    """Write a number with three digits that count."""
    if value is None:
        return ""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{text} {unit}".rstrip()


def cells(row: Row, results: Results) -> Iterator[tuple[str, ...]]:
    """Give the lines of a figure: one for each goal, one without goals."""
    ratio, multiple = row.ratio(), multiple_of_floor(row, results)
    ours = row.middle(OURS) if OURS in row.values else row.middle(FLOOR)
    start = (
        row.case.label,
        row.metric,
        number(ours, row.unit),
        number(row.middle(CORE), row.unit),
        "" if ratio is None else str(ratio),
        number(multiple),
    )
    goals = goals_of(row)
    for goal in goals:
        verdict = goal.reached(row, results)
        yield (*start, goal.text, {None: "", True: "yes", False: "no"}[verdict])
    if not goals:
        yield (*start, "", "")


def by_part(results: Results) -> dict[str, list[tuple[str, ...]]]:
    """Return the lines of each part."""
    parts: dict[str, list[tuple[str, ...]]] = {}
    for row in results:
        parts.setdefault(row.case.part, []).extend(cells(row, results))
    return parts


def screen(results: Results) -> str:
    """Return tables for a terminal."""
    texts = []
    for part, lines in by_part(results).items():
        table = [HEAD, *lines]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        texts.append(part.upper())
        for line in table:
            padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            texts.append("  ".join(padded).rstrip())
        texts.append("")
    return "\n".join(texts)


def markdown(results: Results, images: Path = IMAGES) -> str:
    """Return tables for a document, each with the pictures of its part that have been drawn."""
    texts = []
    for part, lines in by_part(results).items():
        texts += [f"### {part.capitalize()}", "", f"| {' | '.join(HEAD)} |"]
        texts.append("| --- | --- | ---: | ---: | ---: | ---: | --- | --- |")
        texts += [f"| {' | '.join(line)} |" for line in lines]
        texts.append("")
        for name, title in PICTURES.get(part, {}).items():
            if (images / name).exists():
                texts += [f"![{title}](images/{name})", ""]
    return "\n".join(texts)


def missed(results: Results) -> list[str]:
    """Name the goals that must be reached, and are not."""
    return [
        f"{row.case.part}: {row.case.label}: {row.metric} is {number(row.middle(OURS), row.unit)},"
        f" and shall be {goal.text}"
        for row in results
        for goal in goals_of(row)
        if goal.checked and goal.reached(row, results) is False
    ]
