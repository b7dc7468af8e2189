"""The time zone of a household, as players write it down."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import parse_zone

#: What players of these places send, and the zone whose rules they have had since 2008.
PLACES = [
    ("ffc40a000503000003000502ffc4", "Europe/Berlin"),
    ("00000a000502000003000501ffc4", "Europe/London"),
    ("012c0b000102000003000202ffc4", "America/New_York"),
    ("fda80400010300000a000102ffc4", "Australia/Sydney"),
    ("feb6000000000000000000000000", "Asia/Kolkata"),
]
TIMES = st.datetimes(
    dt.datetime.fromisoformat("2009-01-01"), dt.datetime.fromisoformat("2036-01-01")
)


@pytest.mark.parametrize(("text", "name"), PLACES)
def test_zone_is_that_of_its_place(text: str, name: str) -> None:
    """In both directions, at any time, also when the clocks are changed."""
    zone, known = parse_zone(text), ZoneInfo(name)
    assert zone is not None

    def check(time: dt.datetime) -> None:
        utc = time.replace(tzinfo=dt.UTC)
        local, expected = utc.astimezone(zone), utc.astimezone(known)
        assert local.replace(tzinfo=None) == expected.replace(tzinfo=None)
        assert (local.fold, local.utcoffset()) == (expected.fold, expected.utcoffset())
        assert local.astimezone(dt.UTC) == utc
        for fold in (0, 1):
            wall = time.replace(fold=fold)
            assert wall.replace(tzinfo=zone).utcoffset() == wall.replace(tzinfo=known).utcoffset()

    given(TIMES)(check)()
    # The clocks are changed on these days.
    for day in ("03-29", "10-25", "03-08", "11-01", "04-05", "10-04"):
        midnight = dt.datetime.fromisoformat(f"2026-{day}")
        for half_hours in range(-48, 48):
            check(midnight + dt.timedelta(minutes=30 * half_hours))


def test_zone_tells_its_summer_time() -> None:
    """As any zone does."""
    zone = parse_zone("ffc40a000503000003000502ffc4")
    assert zone is not None
    summer = dt.datetime(2026, 7, 1, 12, tzinfo=zone)
    assert (summer.dst(), summer.tzname()) == (dt.timedelta(hours=1), "UTC+02:00")
    assert dt.datetime(2026, 1, 1, 12, tzinfo=zone).dst() == dt.timedelta()
    assert zone.utcoffset(None) == dt.timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    [None, "", "ffc4", "Europe/Berlin", "ffc40a000503000003000502ffc4a", "7fff" + "0" * 24],
)
def test_what_is_no_zone(text: str | None) -> None:
    """Is None, and somebody else has to know the time."""
    assert parse_zone(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "ffc40d000503000003000502ffc4",
        "ffc40a070503000003000502ffc4",
        "ffc40a000003000003000502ffc4",
        "ffc40a000603000003000502ffc4",
        "ffc40a000518000003000502ffc4",
        "ffc40a000503000000000502ffc4",
    ],
)
def test_clocks_that_are_changed_at_no_time_stay(text: str) -> None:
    """It is winter, then."""
    zone = parse_zone(text)
    assert zone is not None
    assert dt.datetime(2026, 7, 1, tzinfo=zone).utcoffset() == dt.timedelta(hours=1)


@given(st.text("0123456789abcdef", min_size=28, max_size=28), TIMES)
def test_no_text_does_harm(text: str, time: dt.datetime) -> None:
    """Whatever a speaker says, times can be converted."""
    zone = parse_zone(text)
    if zone is not None:
        assert time.replace(tzinfo=dt.UTC).astimezone(zone).utcoffset() is not None
        assert time.replace(tzinfo=zone).astimezone(dt.UTC) is not None
