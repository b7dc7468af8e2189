"""The texts that users read: all there, none too many, and as Home Assistant wants them."""

import ast
from collections.abc import Iterator
import importlib
import json
from pathlib import Path
import re
import string
from typing import Any

from homeassistant import components
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

import custom_components.sonos_twisted as integration
from custom_components.sonos_twisted.actions import IntegrationAction, RoomAction
from custom_components.sonos_twisted.browse.items import LOOKS
from custom_components.sonos_twisted.browse.tree import BRANCHES
from custom_components.sonos_twisted.const import PLATFORMS as INTEGRATION_PLATFORMS
from custom_components.sonos_twisted.declined import REASONS, TASKS
from custom_components.sonos_twisted.engine import (
    EngineError,
    EventsNotArrivingError,
    HttpStatusError,
    Ipv6OnlyError,
    ListenError,
    NotSonosError,
    PlayerUnreachableError,
    ReactorUnavailableError,
    SubscriptionLostError,
    UnknownNameError,
    UpnpDisabledError,
    UpnpError,
    Verdict,
    WrongHouseholdError,
)
from custom_components.sonos_twisted.errors import command_failed, placeholders, translation_key
from custom_components.sonos_twisted.issues.showing import KINDS
from custom_components.sonos_twisted.model import SOUND_MODE_SETTINGS
from custom_components.sonos_twisted.repairs import _FLOWS, _LISTEN, CONF_SAVE_ANYWAY
from custom_components.sonos_twisted.services import ACTIONS as FOR_ROOMS, INTEGRATION_ACTIONS
from custom_components.sonos_twisted.settings.options_flow import ERRORS, SECTIONS
from custom_components.sonos_twisted.settings.schema import OPTIONS
from custom_components.sonos_twisted.sound.modes import entity_name

FOLDER = Path(integration.__file__).parent
HOME_ASSISTANT_FLOOR = [
    path
    for path in FOLDER.rglob("*.py")
    if path.relative_to(FOLDER).parts[0] not in {"engine", "model"}
]
PLATFORMS = [
    importlib.import_module(f"{integration.__name__}.{platform}")
    for platform in INTEGRATION_PLATFORMS
    if platform != "media_player"
]
REGISTERED: tuple[RoomAction | IntegrationAction, ...] = (*FOR_ROOMS, *INTEGRATION_ACTIONS)
ACTIONS: dict[str, Any] = load_yaml_dict(str(FOLDER / "services.yaml"))
ICONS: dict[str, Any] = json.loads((FOLDER / "icons.json").read_text("utf-8"))
TEXTS: dict[str, Any] = json.loads((FOLDER / "translations" / "en.json").read_text("utf-8"))

#: Entities that are not in a table of descriptions, by platform.
OTHER_ENTITIES: dict[str, set[str]] = {
    "binary_sensor": {"alarm_ringing"},
    "button": {"play_favorite"},
    "sensor": {"next_alarm"},
    "switch": {"alarm"},
}

HOST = "192.0.2.20"

#: What can go wrong when a speaker is asked.
ASKED = [
    PlayerUnreachableError(HOST, "does not answer"),
    UpnpDisabledError(HOST),
    NotSonosError(HOST),
    UpnpError(HOST, "GetHouseholdID", 501),
    HttpStatusError(HOST, "GetHouseholdID", 503),
]

#: What can go wrong besides when it is asked by its name.
LOOKED_UP = [*ASKED, Ipv6OnlyError(HOST), UnknownNameError(HOST)]

#: What can go wrong besides when a household is opened.
OPENED: list[EngineError] = [
    *LOOKED_UP,
    ListenError("0.0.0.0", 1400, 1499, "in use"),
    EventsNotArrivingError(HOST, "http://192.0.2.5:1400/"),
    WrongHouseholdError(HOST, "Sonos_x"),
    SubscriptionLostError(HOST),
    ReactorUnavailableError("it was stopped"),
]


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give all texts of a tree with their paths."""
    branches = value.items() if isinstance(value, dict) else ()
    for key, below in branches:
        yield from strings(below, f"{path}.{key}".strip("."))
    yield from [(path, value)] * isinstance(value, str)


def keys(value: Any) -> Iterator[str]:
    """Give all keys of a tree."""
    for key, below in value.items() if isinstance(value, dict) else ():
        yield key
        yield from keys(below)


def fields(text: str) -> set[str]:
    """Return the placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def constants(*modules: Path) -> set[str]:
    """Return all strings that stand in the code of modules."""
    return {
        node.value
        for module in modules
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def named_keys() -> set[str]:
    """Return the translation keys that the code names where it raises."""
    return {
        keyword.value.value
        for module in HOME_ASSISTANT_FLOOR
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "translation_key"
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    } | {
        node.args[0].value
        for module in HOME_ASSISTANT_FLOOR
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"refused", "failed", "failed_with_words"}
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


@pytest.mark.parametrize("error", LOOKED_UP)
def test_error_of_the_form_is_described(error: EngineError) -> None:
    """With nothing to fill in that the error doesn't know."""
    text = TEXTS["config"]["error"][translation_key(error)]
    assert all(placeholders(error)[name] for name in fields(text))


@pytest.mark.parametrize("error", OPENED)
def test_error_of_setting_up_is_described(error: EngineError) -> None:
    """With nothing to fill in that the error doesn't know."""
    text = TEXTS["exceptions"][translation_key(error)]["message"]
    assert all(placeholders(error)[name] for name in fields(text))


@pytest.mark.parametrize("error", [*ASKED, EngineError("closed")])
def test_error_of_a_command_is_described(error: EngineError) -> None:
    """With nothing to fill in that the error doesn't know, and with the room."""
    failure = command_failed("Kitchen", error)
    text = TEXTS["exceptions"][failure.translation_key or ""]["message"]
    known = failure.translation_placeholders or {}
    assert "room" in fields(text)
    assert all(known[name] for name in fields(text))


def test_no_exception_is_missing_or_left_over() -> None:
    """Each that is raised is described, and each that is described can be raised."""
    raised = (
        {translation_key(error) for error in OPENED}
        | {command_failed("Kitchen", error).translation_key for error in ASKED}
        | {f"could_not_{task}" for task in TASKS}
        | named_keys()
    )
    assert {f"could_not_{task}" for task in TASKS} <= TEXTS["exceptions"].keys()
    assert named_keys() <= TEXTS["exceptions"].keys()
    assert TEXTS["exceptions"].keys() <= raised
    assert {translation_key(error) for error in OPENED} <= TEXTS["exceptions"].keys()
    assert "not_a_speaker" in TEXTS["exceptions"]


def test_no_word_is_missing_or_left_over() -> None:
    """Of those that complete other texts or are shown in the media browser."""
    named = {
        path.removeprefix("common.")
        for path in constants(*HOME_ASSISTANT_FLOOR)
        if re.fullmatch(r"common\.[a-z_]+[a-z]", path)
    }
    browsed = {look.plural for look in LOOKS.values()} | {
        title for title, _, _ in BRANCHES.values()
    }
    reasons = {f"reason_{reason}" for reason in REASONS}
    assert TEXTS["common"].keys() == named | reasons | {f"browse_{title}" for title in browsed}


def test_settings_that_are_declined_are_named() -> None:
    """By the entities that show them."""
    texts = dict(strings(TEXTS))
    assert all(entity_name(setting) in texts for setting in SOUND_MODE_SETTINGS)


#: What is told with each issue, so that its texts may refer to it.
TOLD = {
    "core_sonos": {"household"},
    "events_not_arriving": {"household", "rooms", "speakers", "callback"},
    "household_unreachable": {"household", "error"},
    "no_free_port": {"household", "address", "first_port", "last_port"},
    "other_household": {"household", "hosts", "rooms"},
    "s1_in_s2": {"household", "hosts", "rooms"},
    "upnp_disabled": {"household", "rooms"},
}

#: What is told besides when a test of events has failed, or in the last step.
TOLD_LATER = {"rooms", "callback", "reason", "settings"}


#: What is told in the steps of flows.
TOLD_IN_STEPS = {"callback", "entities", "left", "callers"}


@pytest.mark.parametrize("key", sorted({*KINDS, *TEXTS["issues"]}))
def test_issue_is_described(key: str) -> None:
    """By a text, or by those of the flow that mends it; and in the documents."""
    texts, kind = TEXTS["issues"][key], KINDS[key]
    assert fields(texts["title"]) <= TOLD[key]
    page = (FOLDER.parent.parent / "docs" / "troubleshooting.md").read_text("utf-8")
    assert f"\n## {key.replace('_', ' ')}\n" in page.lower()
    assert kind.is_fixable is (key in _FLOWS)
    if not kind.is_fixable:
        assert texts.keys() == {"title", "description"}
        assert fields(texts["description"]) <= TOLD[key]
        return
    assert texts.keys() == {"title", "fix_flow"}
    of_flow, methods = texts["fix_flow"], vars(_FLOWS[key])
    code = constants(
        FOLDER / "repairs.py",
        FOLDER / "issues" / "event_test.py",
        FOLDER / "settings" / "schema.py",
    )
    for name, step in of_flow["step"].items():
        assert f"async_step_{name}" in methods
        assert fields(step["description"]) <= TOLD[key] | TOLD_IN_STEPS
        assert set(step.get("data", {})) == set(step.get("data_description", {}))
        assert all(f"async_step_{it}" in methods for it in step.get("menu_options", {}))
    for name, text in of_flow.get("error", {}).items():
        assert name in code | {verdict.value for verdict in Verdict}
        assert fields(text) <= TOLD_LATER
    for name, text in of_flow.get("abort", {}).items():
        assert name in code
        assert fields(text) <= TOLD[key] | TOLD_LATER | {"error"}


def test_settings_that_are_tried_are_described() -> None:
    """Alike wherever they are entered; and so is whatever can come of it."""
    flows = [TEXTS["issues"][key]["fix_flow"] for key in ("events_not_arriving", "no_free_port")]
    for flow in flows:
        assert flow["step"]["settings"]["data"].keys() == {*_LISTEN, CONF_SAVE_ANYWAY}
        assert {it.value for it in Verdict} - {"arrived"} <= flow["error"].keys()
        assert flow["error"] == flows[0]["error"]
        assert flow["step"]["settings"]["data"] == flows[0]["step"]["settings"]["data"]


def test_no_text_of_the_form_is_missing_or_left_over() -> None:
    """Errors come from the flow itself or from the engine."""
    of_flow = constants(FOLDER / "config_flow.py", FOLDER / "settings" / "host_check.py")
    of_engine = {translation_key(error) for error in LOOKED_UP}
    config = TEXTS["config"]
    assert config["error"].keys() <= of_flow | of_engine
    assert config["abort"].keys() <= of_flow | of_engine
    assert of_engine <= config["abort"].keys()
    assert config["step"].keys() <= of_flow
    assert "invalid_host" in config["error"]
    assert fields(config["error"]["invalid_host"]) == set()
    assert fields(config["step"]["user"]["description"]) == set()


def test_no_text_of_the_options_is_missing_or_left_over() -> None:
    """Each setting has a place in the form, and what is wrong with it a text."""
    of_flow = constants(
        *(FOLDER / "settings" / f"{name}.py" for name in ("options_flow", "host_check", "schema"))
    )
    options = TEXTS["options"]
    init = options["step"]["init"]
    assert options["step"].keys() <= of_flow
    assert options["error"].keys() <= of_flow | {translation_key(NotSonosError(HOST))}
    assert options["error"].keys() >= {"not_sonos", "wrong_household", *ERRORS.values()}
    assert list(init["sections"]) == list(SECTIONS)
    assert {name: set(it["data"]) for name, it in init["sections"].items()} == {
        name: set(keys) for name, keys in SECTIONS.items()
    }
    in_sections = {key for keys in SECTIONS.values() for key in keys}
    assert {*init["data"], *in_sections} == {"hosts", *OPTIONS}
    for text in ("advertise_address", "advertise_port", "listen_address", "listen_port"):
        of_repair = TEXTS["issues"]["no_free_port"]["fix_flow"]["step"]["settings"]
        for kind in ("data", "data_description"):
            assert init["sections"]["events"][kind][text] == of_repair[kind][text]
    assert options["step"]["silent_hosts"] == TEXTS["config"]["step"]["silent_hosts"]
    assert options["error"]["wrong_household"] == TEXTS["config"]["error"]["wrong_household"]


def test_each_setting_is_in_the_documents() -> None:
    """By its key in YAML and its name in the user interface."""
    page = (FOLDER.parent.parent / "docs" / "configuration.md").read_text("utf-8")
    init = TEXTS["options"]["step"]["init"]
    places = [("", init), *((f"{it['name']}, ", it) for it in init["sections"].values())]
    names = {key: f"{place}{name}" for place, it in places for key, name in it["data"].items()}
    assert names.keys() == {"hosts", *OPTIONS}
    for key, name in names.items():
        assert f"| `{key}` | {name} |" in page


def test_each_field_of_a_form_is_explained() -> None:
    """It has a name and a sentence, and so has each section."""
    steps = [*TEXTS["config"]["step"].values(), *TEXTS["options"]["step"].values()]
    sections = [section for step in steps for section in step.get("sections", {}).values()]
    for step in (*steps, *sections):
        assert step.get("data", {}).keys() == step.get("data_description", {}).keys()
    assert all({"name", "description"} <= section.keys() for section in sections)


def test_each_action_is_described() -> None:
    """By a name, a sentence, an icon, and each of its fields, in all of the files alike."""
    registered = {action.name: action for action in REGISTERED}
    assert sorted(registered) == list(ACTIONS) == list(TEXTS["services"]) == list(ICONS["services"])
    for name, action in registered.items():
        taken = {str(key) for key in action.fields}
        texts = TEXTS["services"][name]
        assert taken == set(texts.get("fields", {})), name
        assert taken == set((ACTIONS[name] or {}).get("fields", {})), name
        assert {"name", "description"} <= texts.keys()
        for field in texts.get("fields", {}).values():
            assert set(field) == {"name", "description"}, name


@pytest.mark.parity("action: names and fields")
def test_actions_of_core_have_the_same_names_and_fields() -> None:
    """Whoever comes from core's integration has only the domain to change."""
    of_core = load_yaml_dict(str(Path(components.__file__).parent / "sonos" / "services.yaml"))
    registered = {action.name: action for action in REGISTERED}
    assert len(of_core) >= 8
    for name, described in of_core.items():
        ours = {str(key): key for key in registered[name].fields}
        theirs = described.get("fields", {})
        assert theirs.keys() <= ours.keys(), name
        for key in ours.keys() - theirs.keys():
            assert not isinstance(ours[key], vol.Required), (name, key)
        for key, field in theirs.items():
            if "default" in field:
                assert ours[key].default() == field["default"], (name, key)


def test_each_required_field_of_an_action_is_marked() -> None:
    """In the schema and in the description for the user interface alike."""
    for action in REGISTERED:
        described = (ACTIONS[action.name] or {}).get("fields", {})
        for key in action.fields:
            required = isinstance(key, vol.Required)
            assert described[str(key)].get("required", False) is required, (action.name, str(key))


def test_each_action_does_something() -> None:
    """For each room or for all of them together, not both."""
    assert all((action.each is None) is not (action.together is None) for action in FOR_ROOMS)


def described_entities() -> dict[str, dict[str, Any]]:
    """Return the descriptions of all entities, by platform and translation key."""
    return {
        platform.PLATFORM: {
            each.translation_key or each.key.replace("-", "_").lower(): each
            for each in (*platform.DESCRIPTIONS, *getattr(platform, "HOUSEHOLD_DESCRIPTIONS", ()))
        }
        for platform in PLATFORMS
    }


def test_each_entity_has_a_name_and_an_icon() -> None:
    """Of its own, or of its device class; and there is no text for an entity that is not there."""
    described = described_entities()
    for platform, entities in described.items():
        names, icons = TEXTS["entity"].get(platform, {}), ICONS["entity"].get(platform, {})
        assert sorted(names) == list(names), platform
        assert sorted(icons) == list(icons), platform
        for key, entity in entities.items():
            assert entity.device_class or {key} <= names.keys() & icons.keys(), (platform, key)
        assert names.keys() | icons.keys() <= entities.keys() | OTHER_ENTITIES.get(platform, set())
    assert TEXTS["entity"].keys() <= described.keys()


@pytest.mark.parametrize(("path", "text"), list(strings(TEXTS)))
def test_text_is_as_home_assistant_wants_it(path: str, text: str) -> None:
    """No HTML, no URLs, nothing around it, and no quotes around what is filled in."""
    assert text
    assert text == text.strip()
    assert not re.search(r"<[a-zA-Z/]", text)
    assert "://" not in text
    assert not re.search(r"'\{\w+\}'", text)
    assert "[%key" not in text
    assert fields(text) <= set(re.findall(r"\{([a-z_]+)\}", text))


def test_keys_are_as_home_assistant_wants_them() -> None:
    """Small letters, digits, hyphens and underscores, neither first nor last."""
    assert not [
        key for key in keys(TEXTS) if not re.fullmatch(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?", key)
    ]
    assert not (FOLDER / "strings.json").exists()
