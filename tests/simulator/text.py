"""XML text and UPnP scalars as players write them."""

import re
from urllib.parse import quote

# Players escape all five characters, apostrophe and quote included, at every level.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
# What XML 1.0 cannot carry at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PERCENT = re.compile("%[0-9A-F]{2}")

NOT_IMPLEMENTED = "NOT_IMPLEMENTED"
UNKNOWN_COUNT = "2147483647"


def escape(text: str) -> str:
    """Escape text for XML content or an attribute."""
    return _FORBIDDEN.sub("", text).translate(_ESCAPES)


def percent(text: str) -> str:
    """Percent-encode everything, with lower-case hexadecimals like players do."""
    return _PERCENT.sub(lambda match: match[0].lower(), quote(text, safe=""))


def flag(value: object) -> str:
    """Write a boolean."""
    return "1" if value else "0"


def clock_time(seconds: float, *, hour_digits: int = 1) -> str:
    """Write a duration as H:MM:SS, or HH:MM:SS with ``hour_digits=2``."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:0{hour_digits}d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def parse_clock_time(text: str) -> int:
    """Read H:MM:SS, with an optional sign and ignored fractions.

    Raises:
        ValueError: The text is no time.
    """
    match = re.fullmatch(r"([+-]?)(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:\.\d+)?", text.strip())
    if match is None:
        message = f"not a time: {text!r}"
        raise ValueError(message)
    sign, hours, minutes, seconds = match.groups()
    total = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return -total if sign == "-" else total
