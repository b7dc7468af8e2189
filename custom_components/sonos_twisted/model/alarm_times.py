"""When alarms ring: their days, and the next time of each."""

from collections.abc import Iterable
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .alarms import Alarm

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""The days of the week in the order in which players count them."""

_EVERY_DAY = frozenset(range(7))
_ON = "ON_"

RECURRENCES = {
    "ONCE": _EVERY_DAY,
    "DAILY": _EVERY_DAY,
    "WEEKDAYS": frozenset(range(1, 6)),
    "WEEKENDS": frozenset({0, 6}),
}
"""The recurrences that have a name, and their days. One that rings once does on the first."""


def days_of(recurrence: str) -> frozenset[int]:
    """Give the days of a recurrence, Sunday being 0; none if it is not one."""
    if recurrence in RECURRENCES:
        return RECURRENCES[recurrence]
    numbers = recurrence.removeprefix(_ON)
    if not recurrence.startswith(_ON) or not set(numbers) <= set("0123456"):
        return frozenset()
    return frozenset(map(int, numbers))


def recurrence_of(days: Iterable[int]) -> str:
    """Give the recurrence of some days, by its name if it has one."""
    wanted = frozenset(days)
    for name in ("DAILY", "WEEKDAYS", "WEEKENDS"):
        if RECURRENCES[name] == wanted:
            return name
    return _ON + "".join(str(day) for day in sorted(wanted))


def next_ring(alarm: Alarm, after: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """Tell when an alarm rings next.

    Args:
        alarm: The alarm.
        after: A time in any zone; the alarm rings later than that.
        zone: The household's.

    Returns:
        A time in UTC, where each comes once; None if it is off.
    """
    days = days_of(alarm.recurrence)
    if not alarm.enabled:
        return None
    today = after.astimezone(zone).date()
    # An alarm of today's weekday whose time has passed rings in a week.
    for ahead in range(8):
        day = today + dt.timedelta(days=ahead)
        if day.isoweekday() % 7 not in days:
            continue
        moment = dt.datetime.combine(day, alarm.start, zone).astimezone(dt.UTC)
        if moment > after:
            return moment
    return None


def rings_on(alarm: Alarm, day: dt.date) -> bool:
    """Tell whether a day is one of an alarm's, on or off."""
    return day.isoweekday() % 7 in days_of(alarm.recurrence)
