"""The parts of the page of conditions that list them all, and the actions of devices.

They are made of what Home Assistant's user interface shows of them.
"""

import json
from pathlib import Path
from typing import Any

from homeassistant.util.yaml import load_yaml_dict

from custom_components.sonos_twisted.device_action import ACTIONS

from .parts import DOCS, PACKAGE, example, put

PAGE = DOCS / "conditions.md"
EXAMPLES = Path(__file__).with_name("condition_examples.yaml")


def page() -> str:
    """Return the page with its lists made anew."""
    texts = json.loads((PACKAGE / "translations" / "en.json").read_text("utf-8"))
    described = load_yaml_dict(str(PACKAGE / "conditions.yaml"))
    sections = "".join(
        _section(name, described[name], text) for name, text in texts["conditions"].items()
    )
    with_conditions = put("conditions", sections, PAGE.read_text("utf-8"))
    return put("actions of devices", _actions(texts["device_automation"]), with_conditions)


def _section(name: str, described: dict[str, Any], texts: dict[str, Any]) -> str:
    lines = [f"\n### `{name}`\n", f"**{texts['name']}.** {texts['description']}"]
    lines += ["", "| option | | what it is |", "| --- | --- | --- |"]
    for option, field in described["fields"].items():
        what = texts["fields"][option]["description"].replace("|", "\\|")
        lines.append(f"| `{option}` | {_necessity(option, field)} | {what} |")
    return "\n".join([*lines, "", "```yaml", *example(name, EXAMPLES), "```", ""])


def _necessity(option: str, field: dict[str, Any]) -> str:
    if "default" in field and option != "for":
        return f"default: `{field['default']}`"
    return "required" if field.get("required") and option != "for" else ""


def _actions(texts: dict[str, Any]) -> str:
    lines = ["\n| `type` | what it does | fields |", "| --- | --- | --- |"]
    for name, action in ACTIONS.items():
        fields = ", ".join(f"`{field}`" for field in action.fields)
        lines.append(f"| `{name}` | {texts['action_type'][name]} | {fields} |")
    return "\n".join([*lines, ""])
