"""Whole numbers as players write them."""

import re

# Python refuses to read a number of more than 4300 digits, with a ValueError; nothing that a
# player counts comes near what is read here.
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_SIGNED = re.compile(r"-?\d{1,18}", re.ASCII)


def whole_number(text: str) -> int | None:
    """Read a whole number.

    Returns:
        None for "", "NOT_IMPLEMENTED", signs, and anything else that is not up to 18 digits.
    """
    return int(text) if _WHOLE.fullmatch(text) else None


def signed_number(text: str) -> int | None:
    """Read a whole number that may be negative, None if it is none; see :func:`whole_number`."""
    return int(text) if _SIGNED.fullmatch(text) else None
