"""The benchmark's own arithmetic, and one measurement of two seconds."""

import asyncio
from collections.abc import Callable
import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

from tests.benchmarks import report
from tests.benchmarks.goals import Goal, floor_of, goals_of, multiple_of_floor
from tests.benchmarks.measures import (
    CORE,
    FLOOR,
    OURS,
    Case,
    Ratio,
    Results,
    match,
    percentile,
    spread,
)
from tests.benchmarks.options import Options
from tests.benchmarks.parts import floors
from tests.benchmarks.usage import Usage, family, memory
from tests.benchmarks.volley import MARK, Lane, Volley

MS = 1_000_000

ROOT = Path(__file__).parent.parent
#: matplotlib, once scripts/benchmark has brought it.
PLOTS = ROOT / ".cache" / "plots"


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 99) == 7.0
    assert spread([0.001, 0.002])["max"] == (2.0, "ms")


def test_each_event_counts_until_a_state_carries_it_or_a_later_one() -> None:
    sent = [(0, 1), (10 * MS, 2), (20 * MS, 3), (30 * MS, 4)]
    # The second and the third are shown as one; the fourth never is.
    seen = match(sent, [(2 * MS, 1), (3 * MS, 1), (25 * MS, 3), (40 * MS, None)])
    assert seen.latencies == pytest.approx([0.002, 0.015, 0.005])
    assert seen.missing == 1
    assert seen.last == 25 * MS


def test_a_state_cannot_carry_what_was_not_sent_yet() -> None:
    # Numbers come again where volumes are counted.
    seen = match([(0, 5), (10 * MS, 6), (20 * MS, 5)], [(1 * MS, 5), (2 * MS, 5), (30 * MS, 5)])
    assert seen.latencies == pytest.approx([0.001, 0.02, 0.01])
    assert seen.missing == 0


def test_ratios_are_those_of_rounds() -> None:
    ratio = Ratio.of([1.0, 4.0, 1.0], [2.0, 4.0, 4.0])
    assert ratio == Ratio(0.5, 0.25, 1.0)
    assert str(ratio) == "0.50 (0.25 to 1.00)"
    assert Ratio.of([1.0], []) is None
    assert Ratio.of([1.0], [0.0]) is None


def _results() -> tuple[Results, Case]:
    case = Case(part="events", what="AVTransport", rooms=32, rate="50/s")
    results = Results()
    for who, value in ((CORE, 8.0), (OURS, 2.0), (CORE, 8.0), (OURS, 1.0)):
        results.add(case, who, p50=(value, "ms"), wrong=(0.0 if who == OURS else 3.0, ""))
    for what, value in ((f"{floors.NOTIFY} of AVTransport", 0.4), (floors.WRITE, 0.1)):
        floor = Case(part=floors.PART, what=what, rate="50/s")
        results.add(floor, FLOOR, p50=(value, "ms"))
    return results, case


def test_figures_are_compared_with_goals_and_floors() -> None:
    results, case = _results()
    row = results.find(case, "p50")
    assert row is not None
    assert floor_of(row, results) == pytest.approx(0.5)
    assert multiple_of_floor(row, results) == pytest.approx(3.0)
    verdicts = {goal.of: goal.reached(row, results) for goal in goals_of(row)}
    assert verdicts == {CORE: True, FLOOR: False}
    assert not report.missed(results)
    results.add(case, OURS, wrong=(9.0, ""))
    results.add(case, OURS, wrong=(9.0, ""))
    results.add(case, OURS, wrong=(9.0, ""))
    assert report.missed(results) == [
        "events: AVTransport, 32 rooms, 50/s: wrong is 9, and shall be <= 0"
    ]


def test_goals_that_cannot_be_compared_are_neither_reached_nor_missed() -> None:
    results = Results()
    case = Case(part="memory", what="a speaker", rooms=32)
    results.add(case, OURS, memory=(0.4, "MiB"))
    (row,) = results
    (goal,) = goals_of(row)
    assert goal.reached(row, results) is None
    assert Goal(part="", metric="", limit=0.3, of=OURS, least=True).reached(row, results) is True


@pytest.mark.parametrize("write", [report.screen, report.markdown])
def test_tables_have_all_figures(write: Callable[[Results], str]) -> None:
    text = write(_results()[0])
    for cell in ("AVTransport, 32 rooms, 50/s", "0.19 (0.12 to 0.25)", "<= 0.333 x core", "yes"):
        assert cell in text


def test_documents_show_what_has_been_drawn(tmp_path: Path) -> None:
    """Of the parts that were measured, and nothing that is not there."""
    (tmp_path / "benchmark-events-p50.png").touch()
    (tmp_path / "benchmark-start.png").touch()
    text = report.markdown(_results()[0], tmp_path)
    assert text.count("](images/") == 1
    assert "(images/benchmark-events-p50.png)" in text


@pytest.mark.skipif(not PLOTS.is_dir(), reason="matplotlib has not been fetched")
def test_all_that_is_measured_is_drawn(tmp_path: Path) -> None:
    """In files that documents know, in place of those of another time."""
    results, _ = _results()
    for metric in ("p50", "p99", "CPU per event"):
        for rate in ("1/s", "50/s", "200/s"):
            case = Case(part="events", what="AVTransport", rooms=32, rate=rate)
            results.add(case, OURS, **{metric: (1.0, "ms")})
            results.add(case, CORE, **{metric: (3.0, "ms")})
    for rooms in (6, 32):
        case = Case(part="start", what="start", rooms=rooms, delay=20)
        results.add(case, OURS, **{"until all are right": (0.3, "s")})
    (tmp_path / "benchmark-topology.png").touch()
    (file := tmp_path / "results.json").write_text(json.dumps({"figures": results.as_data()}))
    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.plots", file, tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(PLOTS)},
        check=True,
        timeout=60,
    )
    measured = {*report.PICTURES["events"], *report.PICTURES["start"]}
    assert {path.name for path in tmp_path.glob("*.png")} == measured


def test_results_survive_a_file() -> None:
    results, _ = _results()
    assert Results.from_data(results.as_data()).as_data() == results.as_data()


def test_each_request_has_its_number_and_its_place() -> None:
    lane = Lane(
        uid="",
        source="127.0.0.1",
        host="127.0.0.1",
        port=1400,
        path="/x",
        sid="uuid:1",
        service="AVTransport",
        seq=7,
        bodies=[f"a{MARK}", f"bb{MARK}"],
        first=99,
        wrap=101,
    )
    assert lane.request(1).splitlines()[-1] == b"bb100"
    assert lane.request(2).splitlines()[-1] == b"a0"
    assert b"SEQ: 9\r\n" in lane.request(2)
    assert b"CONTENT-LENGTH: 5\r\n" in lane.request(1)


def test_what_a_process_uses_is_seen_from_outside() -> None:
    before = Usage.of(os.getpid())
    sum(range(3_000_000))
    used = Usage.of(os.getpid()) - before
    assert used.cpu > MS
    assert os.getpid() in family(os.getppid())
    assert memory(os.getpid()) > 1 << 20


def _lane_to_nobody() -> Lane:
    return Lane(
        uid="",
        source="127.0.0.1",
        host="127.0.0.1",
        port=9,
        path="/",
        sid="",
        service="AVTransport",
        seq=1,
        bodies=["x"],
    )


def test_a_server_that_is_not_there_answers_nothing() -> None:
    lane = _lane_to_nobody()
    shots = Volley.of([lane], 20.0, 0.2).fire()
    assert [shot.status for shot in shots] == [0, 0, 0, 0]


def test_a_flood_ends_with_its_last_event() -> None:
    lane = _lane_to_nobody()
    shots = Volley.of([lane] * 2, 0.0, 600.0, at_most=5).fire()
    assert len(shots) == 5


async def test_the_floor_of_events_can_be_measured() -> None:
    results = Results()
    options = Options(rounds=1, quick=True)
    body = ["<x>" + MARK + "</x>"]
    await asyncio.to_thread(floors.notify, options, results, "AVTransport", body, "50/s")
    case = Case(part=floors.PART, what=f"{floors.NOTIFY} of AVTransport", rate="50/s")
    row = results.find(case, "p50")
    assert row is not None
    assert 0 < (row.middle(FLOOR) or 0) < 1000
