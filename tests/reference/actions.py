"""The part of the page of actions that lists them all: fields, what they mean, an example of each.

It is made of what Home Assistant's user interface shows of them, so it says the same.
"""

import json
import re
from typing import Any

from homeassistant.core import SupportsResponse
from homeassistant.util.yaml import load_yaml_dict, parse_yaml

from custom_components.sonos_twisted.actions import IntegrationAction, RoomAction
from custom_components.sonos_twisted.services import ACTIONS, INTEGRATION_ACTIONS

from .parts import DOCS, PACKAGE, put

PAGE = DOCS / "actions.md"

_ROOM = "media_player.kitchen"


def page() -> str:
    """Return the page with its list made anew."""
    return put("actions", _all(), PAGE.read_text("utf-8"))


def _all() -> str:
    described = load_yaml_dict(str(PACKAGE / "services.yaml"))
    texts = json.loads((PACKAGE / "translations" / "en.json").read_text("utf-8"))["services"]
    registered: list[RoomAction | IntegrationAction] = [*ACTIONS, *INTEGRATION_ACTIONS]
    return "".join(
        _section(action, described[action.name] or {}, texts[action.name])
        for action in sorted(registered, key=lambda action: action.name)
    )


def _section(
    action: RoomAction | IntegrationAction, described: dict[str, Any], texts: dict[str, Any]
) -> str:
    fields: dict[str, dict[str, Any]] = described.get("fields", {})
    lines = [f"\n### `{action.name}`\n", texts["description"]]
    if isinstance(action, IntegrationAction):
        lines[-1] += " For administrators; it has no target."
    if fields:
        lines += ["", "| field | | what it is | example |", "| --- | --- | --- | --- |"]
    for name, field in fields.items():
        what = texts["fields"][name]["description"].replace("|", "\\|")
        lines.append(f"| `{name}` | {_need(field)} | {what} | `{_plain(field['example'])}` |")
    return "\n".join([*lines, "", "```yaml", *_example(action, fields), "```", ""])


def _need(field: dict[str, Any]) -> str:
    if field.get("required"):
        return "required"
    return f"default: `{_plain(field['default'])}`" if "default" in field else ""


def _plain(value: object) -> str:
    """Return a value as it is written in YAML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(below)}" for key, below in value.items())
    return str(value)


def example_of(field: dict[str, Any]) -> Any:
    """Return the value that an example stands for; lists and mappings are written as text."""
    value = field["example"]
    if isinstance(value, str) and (value.startswith("[") or "object" in field["selector"]):
        return parse_yaml(str(value))
    return value


def _example(
    action: RoomAction | IntegrationAction, fields: dict[str, dict[str, Any]]
) -> list[str]:
    """Return a call: with the fields that are required, and one more if those say nothing."""
    lines = [f"action: sonos_twisted.{action.name}"]
    if isinstance(action, RoomAction):
        lines += ["target:", f"  entity_id: {_ROOM}"]
    used = [name for name, field in fields.items() if field.get("required")]
    if not used or used == ["alarm_id"]:
        # What does nothing by itself is shown with something to do.
        used += [name for name in fields if name not in used][:1]
    if used:
        lines.append("data:")
        lines += [f"  {name}: {_written(fields[name]['example'])}" for name in used]
    if action.response is not SupportsResponse.NONE:
        lines.append("response_variable: answer")
    return lines


#: Times are numbers to YAML when they begin with another digit than 0.
_TIME = re.compile(r"\d+(:\d+)+")


def _written(value: object) -> str:
    """Return an example as it stands in YAML, in quotes if it would be something else without."""
    text = _plain(value)
    if not isinstance(value, str) or text.startswith("["):
        return text
    if _TIME.fullmatch(text):
        return f'"{text}"'
    return text if ": " not in text and parse_yaml(f"a: {text}") == {"a": text} else f'"{text}"'
