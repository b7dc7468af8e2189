"""The part of the page of triggers that lists them all: fields, variables, an example of each.

It is made of what Home Assistant's user interface shows of them, and of the table of what happens.
"""

import json
from pathlib import Path
from typing import Any

from homeassistant.util.yaml import load_yaml_dict

from custom_components.sonos_twisted.happenings import KINDS

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "triggers.md"
EXAMPLES = Path(__file__).with_name("trigger_examples.yaml")
PACKAGE = ROOT / "custom_components" / "sonos_twisted"

_BEGIN = "<!-- triggers: written by scripts/reference -->\n"
_END = "<!-- end of triggers -->\n"


def page() -> str:
    """Return the page with its list made anew."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{_all()}\n{_END}{after}"


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
    return "\n".join([*lines, "", "```yaml", *_example(kind), "```", ""])


def _example(kind: str) -> list[str]:
    """Return the lines of an example as they stand in the file, without their indentation."""
    text = EXAMPLES.read_text("utf-8").partition(f"\n{kind}:\n")[2]
    lines = []
    for line in text.splitlines():
        if line and not line.startswith("  "):
            break
        lines.append(line.removeprefix("  "))
    return "\n".join(lines).strip().splitlines()
