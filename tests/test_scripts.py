"""What the scripts are made of: the coverage gate, and the parts of the demo."""

import json
from pathlib import Path
import subprocess
import sys

from homeassistant.util.yaml import load_yaml_dict
import pytest

from tests.benchmarks.compare import Outcome, reasons, table
from tests.benchmarks.day import HOUR
from tests.benchmarks.scenario import STEPS, HouseError, large_steps
from tests.benchmarks.state_writes import Writes, table as table_of_writes
from tests.demo.client import State
from tests.demo.configuration import Settings, write
from tests.demo.log import complaints
from tests.demo.narrator import describe
from tests.demo.smoke import Result, Step, summary

ROOT = Path(__file__).parent.parent


# --- the coverage gate ---------------------------------------------------------------------


def _gate(folder: Path, *covered: float) -> subprocess.CompletedProcess[str]:
    """Run the gate on a report in which modules are covered to some per cent."""
    files = {
        f"custom_components/sonos_twisted/module{number}.py": {
            "missing_lines": [7] if percent < 100 else [],
            "summary": {
                "num_statements": 10,
                "missing_lines": 1,
                "num_branches": 4,
                "missing_branches": 0,
                "percent_covered": percent,
            },
        }
        for number, percent in enumerate(covered)
    }
    report = folder / "report.json"
    report.write_text(json.dumps({"files": files, "totals": {"percent_covered": 99.0}}))
    return subprocess.run(
        [sys.executable, ROOT / "scripts/lib/coverage_gate.py", report],
        capture_output=True,
        check=False,
        text=True,
    )


def test_gate_passes_when_each_module_reaches_the_floor(tmp_path: Path) -> None:
    answer = _gate(tmp_path, 100.0, 95.0)
    assert answer.returncode == 0
    assert "module1.py" in answer.stdout


def test_gate_names_the_module_that_the_total_hides(tmp_path: Path) -> None:
    answer = _gate(tmp_path, 100.0, 94.9)
    assert answer.returncode == 1
    assert "module1.py is below 95 %." in answer.stdout
    assert "module0.py is below" not in answer.stdout


# --- the comparison with core --------------------------------------------------------------


def test_comparison_adds_up_what_both_can_do() -> None:
    steps = large_steps(("Hall", "Attic"))
    cores = [Outcome(seconds=10.0, requests=31), None, Outcome(seconds=None, requests=7)]
    ours = [
        Outcome(seconds=0.1, requests=30),
        Outcome(seconds=0.2, requests=2),
        Outcome(seconds=0.3, requests=3),
    ]
    assert table(steps, cores, ours).splitlines()[2:] == [
        "| join all 2 rooms | yes | 10.00 s | 31 | yes | 0.10 s | 30 |",
        "| set the volume of all rooms | n/a |  |  | yes | 0.20 s | 2 |",
        "| ungroup all rooms | no |  | 7 | yes | 0.30 s | 3 |",
        "| **together** | 1 of 2 | 10.00 s | 31 | 3 of 3 | 0.10 s | 30 |",
    ]


def test_writes_are_added_up_by_platform() -> None:
    """Whatever entities there are, and whichever of the two has them."""
    core = {"media_player.hall": Writes(1, 5, 2), "number.hall_bass": Writes(1, 0, 9)}
    ours = {
        "media_player.hall": Writes(1, 4),
        "media_player.attic": Writes(1, 2),
        "text.a": Writes(1),
    }
    assert table_of_writes({"core": core, "ours": ours}).splitlines()[2:] == [
        "| media_player | 1 | 5 | 2 | 2 | 6 | 0 |",
        "| number | 1 | 0 | 9 |  |  |  |",
        "| text |  |  |  | 1 | 0 | 0 |",
        "| **together** | 2 | 5 | 11 | 3 | 6 | 0 |",
    ]
    assert all(0 <= moment.minute < 60 for moment in HOUR)
    assert all(bool(moment.hand) is not bool(moment.action) for moment in HOUR)


def test_comparison_tells_why_a_step_did_not_work() -> None:
    steps = large_steps(("Hall", "Attic"))
    works = Outcome(seconds=0.1, requests=1)
    cores = [works, None, Outcome(seconds=None, requests=7, trouble="no\nanswer")]
    assert reasons(steps, cores, [works] * 3) == "- core: ungroup all rooms: no answer\n"


def _right(name: str, **truth: object) -> object:
    """Ask a step whether a household is right in which all rooms are like this."""
    rooms = ("Kitchen", "Bathroom", "Office", "Living Room")
    now = {room: {"name": room, "uid": room, **truth} for room in rooms}
    return next(step for step in STEPS if step.name == name).right(now, now)


def test_comparison_names_what_differs() -> None:
    with pytest.raises(HouseError) as caught:
        _right("select a station among the favourites", state="STOPPED", source="tv")
    assert (
        str(caught.value)
        == "Office: state is 'STOPPED', not 'PLAYING', source is 'tv', not 'radio'"
    )
    with pytest.raises(HouseError) as caught:
        _right("join two rooms", group=["Kitchen", "Office"])
    assert str(caught.value) == "the group of Kitchen is Kitchen, Office"


def test_comparison_lets_a_selected_input_be_silent() -> None:
    assert _right("select the room's own line-in", state="STOPPED", source="line_in")


# --- the demo's configuration --------------------------------------------------------------


def _settings(folder: Path, domain: str) -> Settings:
    """Return settings for two speakers."""
    return Settings(
        folder=folder / "config",
        port=8124,
        domain=domain,
        hosts=["127.1.0.1", "127.1.0.5"],
        options={"listen_address": "127.0.0.1"} if domain == "sonos_twisted" else {},
    )


def test_configuration_names_the_speakers(tmp_path: Path) -> None:
    write(_settings(tmp_path, "sonos_twisted"))
    yaml = load_yaml_dict(str(tmp_path / "config/configuration.yaml"))
    assert yaml["sonos_twisted"] == {
        "hosts": ["127.1.0.1", "127.1.0.5"],
        "listen_address": "127.0.0.1",
    }
    assert (tmp_path / "config/custom_components/sonos_twisted/manifest.json").is_file()


def test_configuration_can_show_the_integration_of_core(tmp_path: Path) -> None:
    write(_settings(tmp_path, "sonos"))
    yaml = load_yaml_dict(str(tmp_path / "config/configuration.yaml"))
    assert yaml["sonos"] == {"media_player": {"hosts": ["127.1.0.1", "127.1.0.5"]}}
    assert not (tmp_path / "config/custom_components").exists()


def test_configuration_listens_on_this_machine_alone(tmp_path: Path) -> None:
    write(_settings(tmp_path, "sonos_twisted"))
    http = json.loads((tmp_path / "config/.storage/http").read_text())["data"]
    assert http["stable"]["server_host"] == ["127.0.0.1"]
    assert http["stable"]["server_port"] == 8124
    assert http["pending"] is None


# --- the demo's reading of the log ---------------------------------------------------------

EXPECTED = """\
2026-11-22 23:13:10.994 WARNING (MainThread) [homeassistant.bootstrap] Skipping pip installation \
of required modules. This may cause issues
2026-11-22 23:13:10.997+00:00 WARNING (SyncWorker_0) [homeassistant.loader] We found a custom \
integration sonos_twisted which has not been tested by Home Assistant.
2026-11-22 23:13:11.000 INFO (MainThread) [custom_components.sonos_twisted] Kitchen is back
"""


@pytest.mark.parametrize("name", ["home-assistant.log", "output.txt"])
@pytest.mark.parametrize(
    "line",
    [
        "2026-11-22 23:13:12.5 WARNING (MainThread) [homeassistant.loader] Something else",
        "2026-11-22 23:13:12.5 ERROR (reactor) [custom_components.sonos_twisted.engine] Oh",
        "2026-11-22 23:13:12.5+00:00 CRITICAL (MainThread) [homeassistant.core] Oh",
        "2026-11-22 23:13:12.5 INFO (MainThread) [x] y\nTraceback (most recent call last):\n  z",
    ],
)
def test_log_with_a_complaint(tmp_path: Path, name: str, line: str) -> None:
    (tmp_path / name).write_text(EXPECTED + line + "\n")
    assert complaints(tmp_path) == [line]


def test_log_without_a_complaint(tmp_path: Path) -> None:
    (tmp_path / "home-assistant.log").write_text(EXPECTED)
    assert not complaints(tmp_path)


# --- the demo's words ----------------------------------------------------------------------


def _state(state: str = "playing", **attributes: object) -> State:
    """Return a state of the player in the kitchen."""
    return State(entity_id="media_player.kitchen", state=state, attributes=attributes, written=0.0)


@pytest.mark.parametrize(
    ("old", "new", "phrases"),
    [
        (_state("idle"), _state(media_title="Aria"), ["playing “Aria”"]),
        (_state(), _state(source="TV"), ["playing TV"]),
        (_state(volume_level=0.3), _state(volume_level=0.37), ["volume 30% → 37%"]),
        (_state(), _state(is_volume_muted=True), ["muted"]),
        (_state(), _state(shuffle=True, repeat="all"), ["shuffle on, repeat all"]),
        (
            _state(group_members=["media_player.kitchen"]),
            _state(group_members=["media_player.kitchen", "media_player.bath"]),
            ["together with Bath"],
        ),
        (_state(), _state("unavailable"), ["gone"]),
        (_state("unavailable"), _state("idle"), ["back, idle"]),
        (_state(media_position=1), _state(media_position=2), []),
    ],
)
def test_change_in_words(old: State, new: State, phrases: list[str]) -> None:
    names = {"media_player.kitchen": "Kitchen", "media_player.bath": "Bath"}
    assert list(describe(old, new, names.__getitem__)) == phrases


def test_summary_counts_what_did_not_arrive() -> None:
    step = Step(name="volume", room="Kitchen", services=(), shown=lambda _, __: True)
    results = [
        Result(step=step, arrived=True, milliseconds=2.0, seen=""),
        Result(step=step, arrived=False, milliseconds=None, seen=""),
    ]
    assert summary(results) == (
        "1 of 2 changes arrived; from NOTIFY to state in 2.0 ms (median), 2.0 ms at most."
    )
