"""Two minutes of chaos: in the end truth equals state, nothing broke, and nothing stayed behind.

A longer run is for scripts/soak.
"""

import asyncio
from itertools import chain
import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any
from unittest.mock import patch

import pytest

from tests.demo.client import State
from tests.simulator.mischief import FAULTS

from .bounds import BOUNDS, NO_FAULT, NO_REPORTER, SILENT, bound
from .expectation import OTHERS, agree, expected, others_of, shown
from .monitor import Monitor, Staleness
from .report import Check, Report
from .resources import Resources

ROOT = Path(__file__).parents[2]

#: Threads that a pool makes when it first needs them, and sockets of requests on their way.
_ROOM = 12

#: MiB, from the end of the first round on, when everything has been imported and used once.
_MEMORY = 15.0


def _environment() -> dict[str, str]:
    """Return this environment without what measures coverage, which would slow the soak down."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


@pytest.mark.soak
@pytest.mark.timeout(400)
def test_truth_equals_state_after_chaos(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    options = {
        "--minutes": "2",
        "--speakers": "8",
        "--seed": "8",
        "--rate": "3",
        "--base": f"127.20.{100 + os.getpid() % 100}.1",
        "--folder": str(tmp_path / "ha"),
        "--json": str(file),
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--short-leases", *chain(*options.items())],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    report: dict[str, Any] = json.loads(file.read_text())
    assert report["good"]
    assert report["wrong_states"] == []
    assert report["complaints"] == []
    assert report["left_behind"] == {"leases": 0}
    assert all(check["seconds"] is not None for check in report["checks"])
    assert sum(report["faults"].values()) > 10
    assert sum(report["happenings"].values()) > 100
    assert sum(report["events"].values()) > 200
    start, end = report["resources"]["start"], report["resources"]["end"]
    assert end["threads"] <= start["threads"] + _ROOM
    assert end["sockets"] <= start["sockets"] + _ROOM
    assert end["delayed_calls"] <= start["delayed_calls"] + _ROOM
    assert end["rss_mib"] <= report["resources"]["warm"]["rss_mib"] + _MEMORY


# What the soak is made of


def _truth(**more: object) -> dict[str, Any]:
    return {
        "uid": "A",
        "name": "Kitchen",
        "coordinator": "A",
        "group": ["B", "A"],
        "state": "PLAYING",
        "source": "queue",
        "uri": "x-rincon-queue:A#0",
        "track_uri": "x-file-cifs://a",
        "title": "Aria",
        "artist": "Glenn",
        "album": "Goldberg",
        "duration": 113,
        "position": 12.0,
        "stream_content": "",
        "track_number": 1,
        "track_count": 4,
        "play_mode": "SHUFFLE",
        "volume": 20,
        "mute": False,
        "group_volume": 30,
        "group_mute": False,
        "sleep_timer": None,
        "crossfade": True,
        "loudness": True,
        "mic_enabled": True,
        "balance": [50, 100],
        "bass": -3,
        "treble": 0,
        **more,
    }


_IDS = {"A": "media_player.a", "B": "media_player.b"}


def _state(state: str, **attributes: object) -> State:
    return State(entity_id="media_player.a", state=state, attributes=attributes, written=0.0)


@pytest.mark.parametrize(
    ("truth", "name", "value"),
    [
        ({}, "state", "playing"),
        ({"state": "TRANSITIONING"}, "state", "playing"),
        ({"state": "STOPPED"}, "state", "paused"),
        ({"state": "STOPPED", "title": "", "track_uri": ""}, "state", "idle"),
        ({}, "group_members", ["media_player.a", "media_player.b"]),
        ({}, "repeat", "all"),
        ({}, "queue_size", 4),
        ({"source": "tv", "title": ""}, "media_title", "TV"),
        ({"source": "tv", "track_uri": "x-sonos-htastream:A:spdif"}, "audio_source", "tv"),
        (
            {"source": "tv", **dict.fromkeys(("uri", "track_uri"), "x-sonos-htastream:A:spdif")},
            "media_content_id",
            "x-sonos-htastream:A:spdif",
        ),
        (
            {"uid": "B", "source": "tv", "uri": "x-sonos-htastream:A:spdif"},
            "media_content_id",
            None,
        ),
        ({"source": "radio", "uri": "aac://x", "track_uri": "y"}, "media_content_id", "aac://x"),
        ({"source": "service_radio"}, "audio_source", "radio"),
        ({"source": "nothing"}, "audio_source", None),
        ({"source": "tv", "title": "", "state": "STOPPED"}, "state", "idle"),
        ({"source": "radio", "stream_content": "A - B"}, "media_artist", "A"),
        ({"source": "radio", "stream_content": "In Concert"}, "media_title", "In Concert"),
        (
            {"source": "radio", "stream_content": "TYPE=SNG|TITLE B|ARTIST A|ALBUM C"},
            "media_album_name",
            "C",
        ),
    ],
)
def test_what_an_entity_must_show(truth: dict[str, object], name: str, value: object) -> None:
    assert expected(_truth(**truth), _IDS)[name] == value


def test_what_an_entity_shows() -> None:
    members = ["media_player.a", "media_player.c", "media_player.b"]
    seen = shown(
        _state(
            "playing",
            volume_level=0.2,
            group_members=members,
            media_position=10,
            media_position_updated_at="1970-01-01T00:00:05+00:00",
        ),
        now=8.0,
    )
    assert seen["media_position"] == 13.0
    assert seen["group_members"] == ["media_player.a", "media_player.b", "media_player.c"]
    assert seen["media_title"] is None
    assert shown(_state("paused", media_position=10), 8.0)["media_position"] == 10.0
    assert shown(None, 8.0) == {"state": None}


@pytest.mark.parametrize(
    ("truth", "name", "value"),
    [
        ({}, "number.bass", "-3"),
        ({}, "number.balance", "50"),
        ({"balance": [100, 40]}, "number.balance", "-60"),
        ({}, "number.group_volume", "30"),
        ({"uid": "B"}, "number.group_volume", "unavailable"),
        ({}, "number.sleep_timer", "0"),
        ({"sleep_timer": 60.2}, "number.sleep_timer", "2"),
        ({"group_mute": True}, "switch.group_mute", "on"),
        ({"uid": "B"}, "switch.group_mute", "unavailable"),
        ({"uid": "B"}, "switch.cross_fade", "on"),
        ({"mic_enabled": False}, "binary_sensor.microphone", "off"),
    ],
)
def test_what_other_entities_must_show(truth: dict[str, object], name: str, value: object) -> None:
    assert OTHERS[name](_truth(**truth)) == value


def test_other_entities_are_found_by_their_unique_ids() -> None:
    entities = {("number", "A-bass"): "number.a", ("switch", "A-bass"): "switch.a"}
    assert others_of("A", entities) == {"number.bass": "number.a"}


def test_positions_agree_within_a_tolerance() -> None:
    assert agree("media_position", 12.0, 14.9)
    assert not agree("media_position", 12.0, 16.0)
    assert not agree("media_position", 12.0, None)
    assert not agree("volume_level", 0.2, 0.21)


def test_every_fault_has_a_bound() -> None:
    assert BOUNDS.keys() == FAULTS.keys()
    assert max(BOUNDS.values()) == SILENT == bound(NO_REPORTER)


class _House:
    """A house of one speaker, and what its entity shows."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self.truth = _truth(invisible=False, group=["A"])
        self.states = {"media_player.a": _state("playing"), "number.a_bass": _state("3")}

    def chaos_look(self) -> dict[str, Any]:
        """Return what the monitor asks for."""
        speakers = {"A": self.truth}
        return {"faults": self.faults, "reporters": ["B", "C"], "truth": {"speakers": speakers}}


async def _watched(seconds: dict[int, str | None], until: int) -> Monitor:
    """Let a volume be wrong all the time, and faults begin and end at some seconds."""
    house: Any = _House()
    loop = asyncio.get_running_loop()
    others = {"A": {"number.bass": "number.a_bass"}}
    monitor = Monitor(house, house, {"A": "media_player.a"}, others)
    with patch.object(loop, "time") as now:
        for second in range(until):
            now.return_value = float(second)
            if second in seconds:
                kind = seconds[second]
                house.faults = {"A": kind} if kind else {}
            await monitor.look()
    return monitor


def _late(monitor: Monitor) -> set[str]:
    return {entry["attribute"] for entry in monitor.wrong}


async def test_a_fault_of_before_excuses_for_as_long_as_it_may_take() -> None:
    assert "volume_level" not in _late(await _watched({0: "lost_events", 5: None}, 300))
    assert "volume_level" in _late(await _watched({0: "lost_events", 5: None}, 310))


async def test_a_fault_that_came_later_is_no_excuse() -> None:
    """It may keep the difference from being found out, but has not made it."""
    faults: dict[int, str | None] = {5: "lost_events", 8: None}
    assert "volume_level" not in _late(await _watched(faults, 80))
    assert "volume_level" in _late(await _watched(faults, 90))


async def test_without_a_fault_nothing_is_excused() -> None:
    assert {"volume_level", "number.bass"} <= _late(await _watched({}, 12))


async def test_a_speaker_that_has_left_must_be_unavailable() -> None:
    assert _late(await _watched({0: "unplugged"}, 9)) == set()
    monitor = await _watched({0: "unplugged"}, 12)
    assert _late(monitor) == {"availability"}
    assert monitor.wrong[0]["state"] == {"state": "playing", "number.bass": "3"}


def test_staleness_keeps_the_longest() -> None:
    staleness = Staleness()
    staleness.add("media_title", set(), 0.4)
    staleness.add("media_title", {"hanging", "slow", "reboot"}, 7.0)
    staleness.add("media_title", {"slow"}, 2.0)
    assert staleness.by_attribute == {"media_title": 7.0}
    assert staleness.undisturbed == {"media_title": 0.4}
    assert staleness.by_fault == {NO_FAULT: 0.4, "hanging": 7.0, "slow": 2.0}


@pytest.mark.parametrize("flaw", ["nothing", "wrong", "late", "complaint", "lease", "no check"])
def test_a_report_is_good_without_any_flaw(flaw: str) -> None:
    report = Report({"seed": 1}, checks=[Check(80.0, silent=False, differing=3, seconds=1.2)])
    report.add_chaos({"happenings": {"play": 3}, "faults": {"slow": 1}})
    report.resources["start"] = Resources(
        at=0.0,
        rss_mib=250.0,
        threads=17,
        sockets=8,
        files=30,
        delayed_calls=46,
        tasks=4,
        objects=360_000,
        thread_names=[],
    )
    report.left_behind = {"leases": int(flaw == "lease")}
    report.wrong = [{"attribute": "state"}] * (flaw == "wrong")
    report.complaints = ["ERROR"] * (flaw == "complaint")
    report.checks[0].seconds = None if flaw == "late" else 1.2
    if flaw == "no check":
        report.checks.clear()
    assert report.good is (flaw == "nothing")
    assert report.as_dict()["good"] is report.good
    text = "\n".join(report.lines())
    assert ("NOT GOOD" in text) is not report.good
    assert "slow" in text
