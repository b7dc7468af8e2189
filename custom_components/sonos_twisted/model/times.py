"""Times as players write them: "0:03:22", "00:03:22.500", or NOT_IMPLEMENTED."""

import re

_TIME = re.compile(r"(\d{1,6}):([0-5]?\d):([0-5]?\d)(?:\.(\d{1,9}))?", re.ASCII)


def parse_duration(text: str | None) -> float | None:
    """Read a span of time.

    Returns:
        Seconds, or None for "", "NOT_IMPLEMENTED" and anything else that is not H:MM:SS.
    """
    if text is None or not (match := _TIME.fullmatch(text.strip())):
        return None
    hours, minutes, seconds, fraction = match.groups()
    whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return float(f"{whole}.{fraction or 0}")


def format_duration(seconds: int) -> str:
    """Write a span of whole seconds as players read it: "0:03:22"."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
