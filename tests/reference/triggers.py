"""The part of the page of triggers that lists them all: fields, variables, an example of each.

It is made of what Home Assistant's user interface shows of them, and of the table of what happens.
"""

import json
from pathlib import Path
from typing import Any

from homeassistant.util.yaml import load_yaml_dict

from custom_components.sonos_twisted.happenings import KINDS

from .parts import DOCS, PACKAGE, example, put

PAGE = DOCS / "triggers.md"
EXAMPLES = Path(__file__).with_name("trigger_examples.yaml")


def page() -> str:
    """Return the page with its list made anew."""
    return put("triggers", _all(), PAGE.read_text("utf-8"))


def _all() -> str:
    described = load_yaml_dict(str(PACKAGE / "triggers.yaml"))
    texts = json.loads((PACKAGE / "translations" / "en.json").read_text("utf-8"))["triggers"]
    return "".join(_section(kind, described[kind], texts[kind]) for kind in sorted(KINDS))


def _section(kind: str, described: dict[str, Any], texts: dict[str, Any]) -> str:
    lines = [f"\n### `{kind}`\n", f"**{texts['name']}.** {texts['description']}"]
    if fields := described.get("fields"):
        lines += ["", "| option | | what it is |", "| --- | --- | --- |"]
    for name, field in (fields or {}).items():
        default = f"default: `{field['default']}`" if "default" in field else ""
        what = texts["fields"][name]["description"].replace("|", "\\|")
        lines.append(f"| `{name}` | {default} | {what} |")
    if variables := KINDS[kind].fields:
        lines += ["", "| variable | what it is |", "| --- | --- |"]
        lines += [f"| `trigger.{name}` | {what} |" for name, what in variables.items()]
    return "\n".join([*lines, "", "```yaml", *example(kind, EXAMPLES), "```", ""])
