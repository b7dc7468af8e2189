"""Each field of a trigger lets pass what is wanted, and nothing else; and says what is wrong."""

import re
from typing import Any

from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest
import voluptuous as vol

from custom_components.sonos_twisted.automation.triggering import FILTERS, checks_of, refusing_field
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.happenings import KINDS, Happening
from tests.homeassistant.actions import BATHROOM, KITCHEN, PATIO
from tests.reference.triggers import EXAMPLES, PAGE

from .conftest import on

_SONG = {"title": "Señorita (Live)", "artist": "The Stars", "album": None}
_TRACK = {"old": None, "new": _SONG, "skipped": 0}
_JOINED = {"before": [BATHROOM], "after": [KITCHEN, BATHROOM]}
_LEFT = {"before": [KITCHEN, BATHROOM], "after": [BATHROOM]}
_SOURCE = {"from": "radio", "to": "tv", "source": "TV"}

#: Kind, what was entered, what is told, and which field lets it not pass.
CASES: tuple[tuple[str, dict[str, object], dict[str, Any], str | None], ...] = (
    ("track_changed", {}, _TRACK, None),
    ("track_changed", {"title": "senorita"}, _TRACK, None),
    ("track_changed", {"title": ["nothing", "LIVE"]}, _TRACK, None),
    ("track_changed", {"title": "Señorita*"}, _TRACK, None),
    ("track_changed", {"title": "*(live"}, _TRACK, "title"),
    ("track_changed", {"title": "señora"}, _TRACK, "title"),
    ("track_changed", {"artist": "stars", "title": "live"}, _TRACK, None),
    ("track_changed", {"artist": "moon", "title": "live"}, _TRACK, "artist"),
    ("track_changed", {"artist": "stars", "title": "studio"}, _TRACK, "title"),
    ("track_changed", {"album": "anything"}, _TRACK, "album"),
    ("track_changed", {"album": "*any*"}, _TRACK | {"new": {"album": "Anything"}}, None),
    ("track_changed", {"title": 1989}, _TRACK | {"new": {"title": "1989"}}, None),
    ("joined_group", {"rooms": KITCHEN}, _JOINED, None),
    ("joined_group", {"rooms": [BATHROOM, KITCHEN]}, _JOINED, None),
    ("joined_group", {"rooms": [KITCHEN, PATIO]}, _JOINED, "rooms"),
    ("left_group", {"rooms": KITCHEN}, _LEFT, None),
    ("left_group", {"rooms": PATIO}, _LEFT, "rooms"),
    ("source_changed", {"to": "tv"}, _SOURCE, None),
    ("source_changed", {"to": ["line_in", "tv"], "from": "radio"}, _SOURCE, None),
    ("source_changed", {"to": "line_in"}, _SOURCE, "to"),
    ("source_changed", {"to": "tv", "from": "queue"}, _SOURCE, "from"),
    ("alarm_started", {"alarm_id": 14}, {"alarm_id": 14}, None),
    ("alarm_started", {"alarm_id": 15}, {"alarm_id": 14}, "alarm_id"),
    ("alarm_snoozed", {"alarm_id": 14}, {"alarm_id": None}, "alarm_id"),
    ("alarm_snoozed", {"alarm_id": "14"}, {"alarm_id": 14}, None),
    ("alarm_ended", {"alarm_id": 14}, {"alarm_id": 14}, None),
    ("alarm_ended", {"alarm_id": 1}, {"alarm_id": 14}, "alarm_id"),
    ("battery_low", {}, {"battery": 20, "previous": 21}, None),
    ("battery_low", {}, {"battery": 12, "previous": 40}, None),
    ("battery_low", {}, {"battery": 19, "previous": 20}, "threshold"),
    ("battery_low", {}, {"battery": 21, "previous": 22}, "threshold"),
    ("battery_low", {"threshold": 50}, {"battery": 50, "previous": 51}, None),
    ("battery_low", {"threshold": 50}, {"battery": 20, "previous": 21}, "threshold"),
    ("favorite_started", {"favorite": "jazz"}, {"name": "Jazz"}, None),
    ("favorite_started", {"favorite": "jazz*"}, {"name": "Jazz FM"}, None),
    ("favorite_started", {"favorite": "jazz"}, {"name": "Jazz FM"}, "favorite"),
)


@pytest.fixture(autouse=True)
def use_this_integration() -> None:
    """Start no Home Assistant for each of the cases."""


@pytest.mark.parametrize(("kind", "options", "data", "refusing"), CASES)
def test_field_lets_pass_what_is_wanted(
    kind: str, options: dict[str, object], data: dict[str, Any], refusing: str | None
) -> None:
    checked = vol.Schema(checks_of(kind))(options)
    happening = Happening(kind=kind, entry_id="", uid="RINCON_1", data=data)
    assert refusing_field(checked, happening) == refusing


def test_each_field_is_tried_both_ways() -> None:
    tried = {
        (kind, name) for kind, options, _, refusing in CASES for name in options if not refusing
    }
    refused = {(kind, refusing) for kind, _, _, refusing in CASES if refusing}
    fields = {(kind, str(each.field)) for kind, known in FILTERS.items() for each in known}
    assert fields <= tried
    assert fields == refused
    assert FILTERS.keys() <= KINDS.keys()


async def test_examples_are_right(hass: HomeAssistant, enable_custom_integrations: None) -> None:
    """Each of the page of triggers, which has one for each kind."""
    examples = load_yaml_dict(str(EXAMPLES))
    assert list(examples) == sorted(KINDS)
    page = PAGE.read_text("utf-8")
    for kind, example in examples.items():
        assert example["triggers"][0]["trigger"] == f"{DOMAIN}.{kind}"
        assert await async_validate_config_item(hass, kind, {"alias": kind, **example})
    blocks = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert [parse_yaml(block) for block in blocks] == list(examples.values())


@pytest.mark.parametrize(
    ("trigger", "complaint"),
    [
        ({"trigger": f"{DOMAIN}.track_changed"}, "target"),
        (on("track_changed", KITCHEN, composer="Bach"), "composer"),
        (on("track_changed", KITCHEN, title={"is": "x"}), "title"),
        (on("source_changed", KITCHEN, to="cassette"), r"one of .* at 'options.to'"),
        (on("joined_group", KITCHEN, rooms="the kitchen"), "rooms"),
        (on("battery_low", KITCHEN, threshold=0), r"too small at 'options.threshold'"),
        (on("alarm_started", KITCHEN, alarm_id="early"), "alarm_id"),
        (on("track_burned", KITCHEN), "track_burned"),
    ],
)
async def test_what_is_wrong_is_told(
    hass: HomeAssistant, enable_custom_integrations: None, trigger: dict[str, Any], complaint: str
) -> None:
    """When an automation is saved, in the words of Home Assistant."""
    config = {"id": "1", "alias": "x", "triggers": [trigger], "actions": []}
    with pytest.raises(vol.Invalid, match=complaint):
        await async_validate_config_item(hass, "1", config)
