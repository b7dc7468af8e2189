"""What a single speaker is, and what its inputs get: its DeviceProperties service."""

from ...model import whole_number
from . import soap


def tv_format(address: str) -> int | None:
    """Read the number of the audio format that a television sends; None without such an input."""
    answer = soap.call(address, "DeviceProperties", "GetZoneInfo")
    return whole_number(answer.get("HTAudioIn", ""))
