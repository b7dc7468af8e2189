"""When alarms ring."""

from dataclasses import replace
import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import (
    CHIME,
    RECURRENCES,
    Alarm,
    days_of,
    next_ring,
    parse_zone,
    recurrence_of,
    rings_on,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    BERLIN,
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Africa/Cairo"),
    dt.UTC,
    parse_zone("ffc40a000503000003000502ffc4"),
]
ALARM = Alarm(
    alarm_id=1,
    start=dt.time(7, 0),
    duration=7200,
    recurrence="DAILY",
    enabled=True,
    room="RINCON_1",
    program_uri=CHIME,
    program_metadata="",
    play_mode="NORMAL",
    volume=20,
    include_linked_zones=False,
)

DAYS = st.frozensets(st.integers(0, 6), min_size=1)
RECURRENCE = st.sampled_from(sorted(RECURRENCES)) | DAYS.map(
    lambda days: "ON_" + "".join(map(str, sorted(days)))
)


@pytest.mark.parametrize(
    ("recurrence", "days"),
    [
        ("ONCE", range(7)),
        ("DAILY", range(7)),
        ("WEEKDAYS", range(1, 6)),
        ("WEEKENDS", (0, 6)),
        ("ON_135", (1, 3, 5)),
        ("ON_0", (0,)),
        ("ON_66", (6,)),
        ("ON_", ()),
        ("ON_7", ()),
        ("ON_1x", ()),
        ("135", ()),
        ("", ()),
        ("daily", ()),
    ],
)
def test_days_on_which_an_alarm_rings(recurrence: str, days: tuple[int, ...]) -> None:
    """Sunday is 0."""
    assert days_of(recurrence) == frozenset(days)


@given(DAYS)
def test_days_are_written_as_they_are_read(days: frozenset[int]) -> None:
    """By a name, if they have one."""
    assert days_of(recurrence_of(days)) == days


def test_days_with_a_name() -> None:
    """As the app writes them."""
    assert recurrence_of([6, 0]) == "WEEKENDS"
    assert recurrence_of([5, 4, 3, 2, 1]) == "WEEKDAYS"
    assert recurrence_of(range(7)) == "DAILY"
    assert recurrence_of([5, 1]) == "ON_15"


@pytest.mark.parametrize(
    ("recurrence", "now", "expected"),
    [
        ("DAILY", "2026-06-12 06:59:59", "2026-06-12 07:00:00"),
        ("DAILY", "2026-06-12 07:00:00", "2026-06-13 07:00:00"),
        ("ONCE", "2026-06-12 08:00:00", "2026-06-13 07:00:00"),
        ("WEEKDAYS", "2026-06-12 08:00:00", "2026-06-15 07:00:00"),
        ("WEEKENDS", "2026-06-14 08:00:00", "2026-06-20 07:00:00"),
        ("ON_5", "2026-06-12 08:00:00", "2026-06-19 07:00:00"),
        ("ON_12", "2026-06-12 08:00:00", "2026-06-15 07:00:00"),
    ],
)
def test_when_an_alarm_rings_next(recurrence: str, now: str, expected: str) -> None:
    """The twelfth of June 2026 is a Friday."""
    alarm = replace(ALARM, recurrence=recurrence)
    after = dt.datetime.fromisoformat(now).replace(tzinfo=BERLIN)
    assert next_ring(alarm, after, BERLIN) == dt.datetime.fromisoformat(expected).replace(
        tzinfo=BERLIN
    )


def test_alarm_that_never_rings() -> None:
    """Because it is off, or has no days."""
    now = dt.datetime(2026, 6, 12, tzinfo=BERLIN)
    assert next_ring(replace(ALARM, enabled=False), now, BERLIN) is None
    assert next_ring(replace(ALARM, recurrence="ON_"), now, BERLIN) is None


def test_an_alarm_rings_once_when_the_clocks_are_changed() -> None:
    """A time that is left out is an hour later; if it comes twice, the first counts."""
    saturday = dt.datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert next_ring(ALARM, saturday, BERLIN) == dt.datetime(2026, 3, 29, 5, tzinfo=dt.UTC)
    night = replace(ALARM, start=dt.time(2, 30))
    ring = next_ring(night, saturday, BERLIN)
    assert ring is not None
    assert ring.astimezone(BERLIN).time() == dt.time(3, 30)
    assert next_ring(night, ring, BERLIN) == dt.datetime(2026, 3, 30, 2, 30, tzinfo=BERLIN)
    autumn = dt.datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    first = next_ring(night, autumn, BERLIN)
    assert first == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert first is not None
    assert next_ring(night, first, BERLIN) == dt.datetime(2026, 10, 26, 2, 30, tzinfo=BERLIN)


@given(
    st.times().map(lambda time: time.replace(microsecond=0)),
    RECURRENCE,
    st.datetimes(dt.datetime.fromisoformat("2020-01-01"), dt.datetime.fromisoformat("2036-01-01")),
    st.sampled_from(ZONES),
)
def test_next_time_is_the_first_of_the_right_ones(
    start: dt.time, recurrence: str, now: dt.datetime, zone: dt.tzinfo
) -> None:
    """It comes after now and at the alarm's time of a right day, with none such before it."""
    after = now.replace(tzinfo=dt.UTC)
    alarm = replace(ALARM, start=start, recurrence=recurrence)
    found = next_ring(alarm, after, zone)
    assert found is not None
    assert found > after
    today = after.astimezone(zone).date()
    all_times = [
        dt.datetime.combine(today + dt.timedelta(days=ahead), start, zone).astimezone(dt.UTC)
        for ahead in range(-1, 9)
        if rings_on(alarm, today + dt.timedelta(days=ahead))
    ]
    assert found == min(time for time in all_times if time > after)
