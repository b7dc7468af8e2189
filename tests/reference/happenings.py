"""The part of the page of automations that lists all kinds of what happens, with their data.

It is made of the table of kinds, and of an example of each.
"""

from pathlib import Path

from custom_components.sonos_twisted.happenings import KINDS

from .parts import DOCS, example, put

PAGE = DOCS / "automations.md"
EXAMPLES = Path(__file__).with_name("happening_examples.yaml")


def page() -> str:
    """Return the page with its list made anew."""
    return put("kinds", "".join(map(_section, sorted(KINDS))), PAGE.read_text("utf-8"))


def _section(name: str) -> str:
    kind = KINDS[name]
    lines = [f"\n### `{name}`\n", f"When {kind.when}."]
    if kind.fields:
        lines += ["", "| field | what it is |", "| --- | --- |"]
        lines += [f"| `{field}` | {what} |" for field, what in kind.fields.items()]
    return "\n".join([*lines, "", "```yaml", *example(name, EXAMPLES), "```", ""])
