"""Reads Home Assistant's log, and finds what should not be in it."""

from collections.abc import Iterator
from pathlib import Path
import re

_ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:.+]+ (?P<level>[A-Z]+) \(.*?\) \[(?P<logger>.+?)\] ")
_BAD = {"CRITICAL", "ERROR", "WARNING"}

# What Home Assistant says of the way in which the demo starts it, in any demo.
_EXPECTED = (
    ("homeassistant.bootstrap", "Skipping pip installation of required modules"),
    ("homeassistant.loader", "We found a custom integration sonos_twisted which has not"),
)


# What Home Assistant's web server says of a page that is left while something long is sent to it.
_LEFT = "ClientConnectionResetError: Cannot write to closing transport"
_OURS = "custom_components"


def _entries(path: Path) -> Iterator[str]:
    """Give the entries of a log, those of several lines as one."""
    entry: list[str] = []
    for line in path.read_text(errors="replace").splitlines():
        if _ENTRY.match(line) and entry:
            yield "\n".join(entry)
            entry = []
        entry.append(line)
    if entry:
        yield "\n".join(entry)


def _is_bad(entry: str) -> bool:
    """Return whether an entry should not be there."""
    found = _ENTRY.match(entry)
    if not found:
        return "Traceback" in entry
    if any(found["logger"] == logger and text in entry for logger, text in _EXPECTED):
        return False
    if found["logger"] == "homeassistant" and _LEFT in entry and _OURS not in entry:
        return False
    return found["level"] in _BAD or "Traceback" in entry


def complaints(folder: Path) -> list[str]:
    """Return the warnings, errors and tracebacks in the log and in what was printed."""
    found: dict[str, None] = {}
    for name in ("home-assistant.log", "output.txt"):
        path = folder / name
        if path.exists():
            found.update(dict.fromkeys(entry for entry in _entries(path) if _is_bad(entry)))
    return list(found)
