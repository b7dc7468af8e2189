"""The part of the page of automations that lists all kinds of what happens, with their data.

It is made of the table of kinds, and of an example of each.
"""

from pathlib import Path

from custom_components.sonos_twisted.happenings import KINDS

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "automations.md"
EXAMPLES = Path(__file__).with_name("happening_examples.yaml")

_BEGIN = "<!-- kinds: written by scripts/reference -->\n"
_END = "<!-- end of kinds -->\n"


def page() -> str:
    """Return the page with its list made anew."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{''.join(map(_section, sorted(KINDS)))}\n{_END}{after}"


def _section(name: str) -> str:
    kind = KINDS[name]
    lines = [f"\n### `{name}`\n", f"When {kind.when}."]
    if kind.fields:
        lines += ["", "| field | what it is |", "| --- | --- |"]
        lines += [f"| `{field}` | {what} |" for field, what in kind.fields.items()]
    return "\n".join([*lines, "", "```yaml", *_example(name), "```", ""])


def _example(name: str) -> list[str]:
    """Return the lines of an example as they stand in the file, without their indentation."""
    text = EXAMPLES.read_text("utf-8").partition(f"\n{name}:\n")[2]
    lines = []
    for line in text.splitlines():
        if line and not line.startswith("  "):
            break
        lines.append(line.removeprefix("  "))
    return "\n".join(lines).strip().splitlines()
