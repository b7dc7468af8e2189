"""The table of the models whose services were recorded: the simulated players are made of these."""

import json

from .parts import DOCS, ROOT, put

PAGE = DOCS / "supported-devices.md"
RECORDED = ROOT / "tests" / "simulator" / "services.json"


def page() -> str:
    """Return the page with its table made anew."""
    models = json.loads(RECORDED.read_text("utf-8"))["models"]
    rows = [
        f"| {model['name']} | {number} | {model['generation']} | {model['software']} |\n"
        for number, model in sorted(models.items(), key=lambda item: (item[1]["name"], item[0]))
    ]
    head = "\n| model | number | generation | firmware |\n|---|---|---|---|\n"
    return put("models", head + "".join(rows), PAGE.read_text("utf-8"))
