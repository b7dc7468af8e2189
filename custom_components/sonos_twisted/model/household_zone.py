"""The time zone of a household, as AlarmClock's TimeZone tells it.

The text is that of Windows' zones, in hexadecimal digits: minutes that UTC is ahead of the local
time, when winter begins and the minutes that are added to that in winter, and the same for summer.
A beginning is a month, a day of the week with Sunday as 0, which of these in the month, with 5 for
the last one, and an hour. Where the clocks are never changed, the months are 0.
"""

import calendar
from dataclasses import dataclass
import datetime as dt
import re
from typing import override

_TEXT = re.compile(r"[0-9a-f]{28}", re.ASCII | re.IGNORECASE)
_LAST = 5
_MINUTES_OF_A_DAY = 24 * 60
_MONTHS, _DAYS, _HOURS = 12, 7, 24


@dataclass(frozen=True, slots=True)
class _Beginning:
    """When the clocks are changed, by what they say before."""

    month: int
    day: int
    week: int
    hour: int

    @property
    def is_possible(self) -> bool:
        return (
            1 <= self.month <= _MONTHS
            and self.day < _DAYS
            and 1 <= self.week <= _LAST
            and self.hour < _HOURS
        )

    def in_year(self, year: int) -> dt.datetime:
        """Give the moment in a year."""
        first, length = calendar.monthrange(year, self.month)
        day = 1 + (self.day - 1 - first) % _DAYS + (self.week - 1) * _DAYS
        while day > length:
            day -= _DAYS
        return dt.datetime(year, self.month, day, self.hour)  # noqa: DTZ001, local time


class HouseholdZone(dt.tzinfo):
    """A time zone with at most one summer a year.

    A time that the clocks leave out counts as if they had not been changed yet; of one that comes
    twice, `fold` tells which is meant.
    """

    def __init__(
        self,
        winter: dt.timedelta,
        summer: dt.timedelta,
        winter_begins: _Beginning | None = None,
        summer_begins: _Beginning | None = None,
    ) -> None:
        """Make a zone of what is to be added to UTC, and when that changes."""
        self._winter = winter
        self._summer = summer
        self._winter_begins = winter_begins
        self._summer_begins = summer_begins

    @override
    def utcoffset(self, when: dt.datetime | None, /) -> dt.timedelta:
        if when is None:
            return self._winter
        naive = when.replace(tzinfo=None, fold=0)
        early, late = self._at(naive - self._winter), self._at(naive - self._summer)
        if early == late:
            return early
        # Both are right, or none is: the clocks are changed around this time.
        before, after = sorted((self._winter, self._summer), reverse=self._is_twice(naive))
        return after if when.fold else before

    def _is_twice(self, naive: dt.datetime) -> bool:
        return self._at(naive - self._winter) == self._winter

    @override
    def dst(self, when: dt.datetime | None, /) -> dt.timedelta:
        return self.utcoffset(when) - self._winter

    @override
    def tzname(self, when: dt.datetime | None, /) -> str:
        return dt.timezone(self.utcoffset(when)).tzname(None)

    @override
    def fromutc(self, when: dt.datetime, /) -> dt.datetime:
        local = when + self._at(when.replace(tzinfo=None))
        first = local.replace(fold=0)
        is_second = self.utcoffset(first) != local.replace(tzinfo=None) - when.replace(tzinfo=None)
        return local.replace(fold=int(is_second))

    def _at(self, utc: dt.datetime) -> dt.timedelta:
        """Give what is added to a time in UTC."""
        if self._winter_begins is None or self._summer_begins is None:
            return self._winter
        # The year of the winter's time: no clocks are changed around New Year.
        year = (utc + self._winter).year
        summer = self._summer_begins.in_year(year) - self._winter
        winter = self._winter_begins.in_year(year) - self._summer
        if summer < winter:
            return self._summer if summer <= utc < winter else self._winter
        return self._winter if winter <= utc < summer else self._summer


def parse_zone(text: str | None) -> HouseholdZone | None:
    """Read TimeZone; None if it is not one."""
    if text is None or not _TEXT.fullmatch(text):
        return None
    numbers = bytes.fromhex(text)
    minutes = [_signed(numbers[place : place + 2]) for place in (0, 6, 12)]
    winter = minutes[0] + minutes[1]
    summer = minutes[0] + minutes[2]
    if max(abs(winter), abs(summer)) >= _MINUTES_OF_A_DAY:
        return None
    winter_begins, summer_begins = _Beginning(*numbers[2:6]), _Beginning(*numbers[8:12])
    offsets = dt.timedelta(minutes=-winter), dt.timedelta(minutes=-summer)
    if not (winter_begins.is_possible and summer_begins.is_possible):
        return HouseholdZone(offsets[0], offsets[0])
    return HouseholdZone(*offsets, winter_begins, summer_begins)


def _signed(two: bytes) -> int:
    return int.from_bytes(two, signed=True)
