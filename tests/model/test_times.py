"""Reading spans of time."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:03:22", 202.0),
        ("00:03:22", 202.0),
        ("1:00:00", 3600.0),
        ("100:00:01", 360001.0),
        ("0:00:00", 0.0),
        ("0:00:01.250", 1.25),
        (" 0:00:05 ", 5.0),
        ("NOT_IMPLEMENTED", None),
        ("", None),
        (None, None),
        ("3:22", None),
        ("0:61:00", None),
        ("-0:00:10", None),
        ("\N{ARABIC-INDIC DIGIT ONE}:00:00", None),
    ],
)
def test_parse_duration(text: str | None, seconds: float | None) -> None:
    """Players write hours, minutes and seconds, or that they don't know."""
    assert parse_duration(text) == seconds


@given(st.integers(0, 10**7))
def test_any_time_is_read_as_it_was_written(seconds: int) -> None:
    text = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    assert parse_duration(text) == seconds


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    """Nothing is raised, and no time is less than nothing."""
    assert (parse_duration(text) or 0.0) >= 0.0
