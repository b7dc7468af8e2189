"""The battery of a portable player, as its events and its status page tell of it.

Both tell the charge, so both are brought into the same variables: the newest one counts.
"""

from typing import TYPE_CHECKING

from .markup import MalformedMarkup, elements, parse

if TYPE_CHECKING:
    from .notification import Variables

LEVEL = "battery_level"
"""Percent."""

CHARGING = "battery_charging"
"""1 or 0."""

DEGREES = "battery_degrees"
"""Celsius."""

HEALTH = "battery_health"
POWER_SOURCE = "battery_power_source"
TEMPERATURE = "battery_temperature"
"""In a word: NORMAL."""

_CHARGES = {"CHARGING": "1", "NOT_CHARGING": "0"}
_IN_EVENTS = {"BattPct": LEVEL, "BattTmp": DEGREES}
_ON_THE_PAGE = {
    "Health": HEALTH,
    "Level": LEVEL,
    "PowerSource": POWER_SOURCE,
    "Temperature": TEMPERATURE,
}


def battery_of_more_info(text: str) -> Variables:
    """Read what MoreInfo says of a battery; nothing, if it is about something else.

    It reads "BattChg:CHARGING,RawBattPct:95,BattPct:100,BattTmp:30".
    """
    said: Variables = {}
    for part in text.split(","):
        name, _, value = part.strip().partition(":")
        if name == "BattChg" and value in _CHARGES:
            said[CHARGING] = _CHARGES[value]
        elif name in _IN_EVENTS and value:
            said[_IN_EVENTS[name]] = value
    return said


def parse_battery_status(body: bytes) -> Variables:
    """Read the page on which a player shows its battery; nothing, if it has or tells none."""
    try:
        root = parse(body.strip())
    except MalformedMarkup:
        return {}
    return {
        _ON_THE_PAGE[name]: (data.text or "").strip()
        for section, status in elements(root)
        if section == "LocalBatteryStatus"
        for _, data in elements(status)
        if (name := str(data.get("name"))) in _ON_THE_PAGE
    }
