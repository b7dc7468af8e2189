"""The icons: each begins with mdi:, is drawn, and stands where Home Assistant looks for it."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
import json
import re
from typing import Any

import voluptuous as vol

from .project import Project, violations

_ICON = re.compile(r"mdi:[a-z0-9]+(-[a-z0-9]+)*")


@cache
def _drawn() -> set[str]:
    """Return the icons that the frontend has; it shows nothing for any other."""
    drawn = files("hass_frontend") / "static" / "mdi" / "iconList.json"
    return {f"mdi:{icon['name']}" for icon in json.loads(drawn.read_text("utf-8"))}


def _icon(value: object) -> object:
    if not isinstance(value, str) or not _ICON.fullmatch(value):
        raise vol.Invalid(f"{value!r} is not an icon such as mdi:speaker")
    if value not in _drawn():
        raise vol.Invalid(f"{value} is not among the icons of the frontend")
    return value


def _number(value: object) -> object:
    try:
        float(str(value))
    except ValueError:
        raise vol.Invalid(f"{value!r} is not a number") from None
    return value


def _states(entry: Any) -> Any:
    """Refuse an icon for other states without one for all, and two ways to choose one."""
    if entry.keys() & {"state", "range"} and "default" not in entry:
        raise vol.Invalid("has icons for states, but no default")
    if {"state", "range"} <= entry.keys():
        raise vol.Invalid("chooses an icon by state and by range")
    for state, icon in entry.get("state", {}).items():
        if icon == entry["default"]:
            raise vol.Invalid(f"has the default icon for {state} once more")
    return entry


_ENTRY = {
    vol.Optional("default"): _icon,
    vol.Optional("state"): {str: _icon},
    vol.Optional("range"): {_number: _icon},
}
_SECTIONS = {str: _icon}

_SCHEMA = vol.Schema(
    {
        vol.Optional("entity"): {
            str: {
                str: vol.All(
                    {
                        **_ENTRY,
                        vol.Optional("state_attributes"): {str: vol.All(_ENTRY, _states)},
                    },
                    _states,
                )
            }
        },
        vol.Optional("services"): {
            str: {vol.Required("service"): _icon, vol.Optional("sections"): _SECTIONS}
        },
        vol.Optional("triggers"): {str: {vol.Required("trigger"): _icon}},
        vol.Optional("conditions"): {str: {vol.Required("condition"): _icon}},
    }
)


def check(project: Project) -> Iterator[str]:
    """Check the file of icons."""
    yield from violations(_SCHEMA, project.icons, project.name(project.package / "icons.json"))
