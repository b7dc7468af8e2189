"""The tables of the page of entities: which there are, and which simulated models have them.

They are made of the list that a test of the entities compares with Home Assistant.
"""

from collections import defaultdict
import json
import re
from typing import Any

from .parts import DOCS, ROOT, put

PAGE = DOCS / "entities.md"
INVENTORY = ROOT / "tests" / "homeassistant" / "entities" / "models.json"

_PLATFORMS = {
    "media_player": "Media player",
    "switch": "Switches",
    "number": "Numbers",
    "select": "Choices",
    "text": "Texts",
    "button": "Buttons",
    "sensor": "Sensors",
    "binary_sensor": "Sensors that are on or off",
    "update": "Updates",
    "event": "Events",
}

#: How the key of an alarm ends, which begins with its household.
_ALARM = re.compile(r":\d+$")

_CATEGORIES = {"": "controls", "config": "configuration", "diagnostic": "diagnostic"}


def page() -> str:
    """Return the page with its tables made anew."""
    return put("entities", _tables(), PAGE.read_text("utf-8"))


def _tables() -> str:
    inventory: dict[str, list[list[Any]]] = json.loads(INVENTORY.read_text("utf-8"))
    rooms = [
        name for name, lines in inventory.items() if any(x[0] == "media_player" for x in lines)
    ]
    where: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for device, lines in inventory.items():
        for platform, key, name, _, unit, category, enabled in lines:
            shown = "A media player for each room" if platform == "media_player" else name
            if _ALARM.search(key):
                shown = "A switch for each alarm, in the room where it rings"
            kind = _CATEGORIES[category] + ("" if enabled else ", off by default")
            where[platform, shown, unit, kind].append(device)
    parts = []
    for platform, title in _PLATFORMS.items():
        rows = sorted((key[1:], devices) for key, devices in where.items() if key[0] == platform)
        if not rows:
            continue
        parts.append(f"\n### {title}\n\n| entity | unit | kind | where |\n|---|---|---|---|\n")
        for (name, unit, kind), devices in rows:
            parts.append(f"| {name} | {unit} | {kind} | {_places(devices, rooms)} |\n")
    return "".join(parts)


def _places(devices: list[str], rooms: list[str]) -> str:
    if set(rooms) <= set(devices):
        return "every room"
    missing = [room for room in rooms if room not in devices]
    if len(missing) <= len(rooms) // 3:
        return f"every room but {', '.join(missing)}"
    return ", ".join(dict.fromkeys(devices))
