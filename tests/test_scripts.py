"""What the scripts are made of: the coverage gate, and the parts of the demo."""

from dataclasses import replace
import json
from pathlib import Path
import subprocess
import sys
import zipfile

from homeassistant.util.yaml import load_yaml_dict
import pytest

from scripts.lib import release
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


# --- a release -----------------------------------------------------------------------------


def test_release_is_the_integration_with_another_version(tmp_path: Path) -> None:
    """In the archive is what HACS puts in the integration's folder, and nothing else."""
    archive, checksum, story = release.release(_version(), tmp_path)
    assert archive.name == release.file_name()
    release.build("9.8.7rc6", archive)
    with zipfile.ZipFile(archive) as content:
        names = content.namelist()
        assert not [name for name in names if "__pycache__" in name or name.startswith("/")]
        for name in names:
            ours = (release.PACKAGE / name).read_bytes()
            if name == "manifest.json":
                ours = ours.replace(f'"version": "{_version()}"'.encode(), b'"version": "9.8.7rc6"')
                assert b"9.8.7rc6" in ours
            assert content.read(name) == ours
    assert {"__init__.py", "brand/icon.png", "engine/lease.py", "translations/en.json"} <= {*names}
    changelog = (release.ROOT / "CHANGELOG.md").read_text()
    assert story.read_text() == release.notes(_version(), changelog)
    assert len(checksum.read_text()) == 64 + len(f"  {archive.name}\n")


def test_release_is_the_same_each_time(tmp_path: Path) -> None:
    first = release.release(_version(), tmp_path / "first")
    second = release.release(_version(), tmp_path / "second")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_notes_of_a_release_are_those_of_its_version() -> None:
    changelog = "# C\n\n## [2.0.0]\n\nNew: [x](docs/x.md), [y](https://y).\n\n## [1.0.0]\n\nOld.\n"
    files = f"{_home()}/blob/v2.0.0/"
    assert release.notes("2.0.0", changelog) == f"New: [x]({files}docs/x.md), [y](https://y).\n"
    assert release.notes("1.0.0", changelog) == "Old.\n"


def _manifest(key: str) -> str:
    return str(json.loads((release.PACKAGE / "manifest.json").read_text())[key])


def _version() -> str:
    """Return the version that CHANGELOG.md has last."""
    return _manifest("version")


def _home() -> str:
    """Return where the project's files are shown."""
    return _manifest("documentation")


@pytest.mark.parametrize(
    ("version", "complaint"),
    [("1.0", "1.0 is not a version"), ("9.9.9", "CHANGELOG.md has no section for 9.9.9")],
)
def test_release_that_cannot_be(tmp_path: Path, version: str, complaint: str) -> None:
    answer = subprocess.run(
        [ROOT / "scripts/release", f"v{version}", tmp_path],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"release: {complaint}")
    assert not list(tmp_path.iterdir())


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


def test_configuration_can_have_the_integration_from_an_archive(tmp_path: Path) -> None:
    """As HACS installs it: copied, and no source tree behind it."""
    archive = tmp_path / "archive.zip"
    release.build("0.0.2", archive)
    write(replace(_settings(tmp_path, "sonos_twisted"), archive=archive))
    folder = tmp_path / "config/custom_components/sonos_twisted"
    assert json.loads((folder / "manifest.json").read_text())["version"] == "0.0.2"
    assert not folder.parent.is_symlink()


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
