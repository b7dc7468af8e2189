"""The table of the models whose services were recorded: the simulated players are made of these."""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "supported-devices.md"
RECORDED = ROOT / "tests" / "simulator" / "services.json"

_BEGIN = "<!-- models: written by scripts/reference -->\n"
_END = "<!-- end of models -->\n"


def page() -> str:
    """Return the page with its table made anew."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    models = json.loads(RECORDED.read_text("utf-8"))["models"]
    rows = [
        f"| {model['name']} | {number} | {model['generation']} | {model['software']} |\n"
        for number, model in sorted(models.items(), key=lambda item: (item[1]["name"], item[0]))
    ]
    head = "\n| model | number | generation | firmware |\n|---|---|---|---|\n"
    return f"{before}{_BEGIN}{head}{''.join(rows)}\n{_END}{after}"
