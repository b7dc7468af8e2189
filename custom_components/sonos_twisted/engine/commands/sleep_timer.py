"""The sleep timer of a group: the AVTransport service of the group's coordinator."""

from ...model import format_duration, parse_duration
from . import soap

_SERVICE = "AVTransport"


def start(address: str, seconds: int) -> None:
    """Let a group fall silent after this time, up to 86399 seconds; 0 clears the timer."""
    duration = format_duration(seconds) if seconds else ""
    soap.call(
        address, _SERVICE, "ConfigureSleepTimer", InstanceID=0, NewSleepTimerDuration=duration
    )


def clear(address: str) -> None:
    """Let a group play on."""
    start(address, 0)


def remaining(address: str) -> int | None:
    """Return after how many seconds a group falls silent; None without a timer."""
    answer = soap.call(address, _SERVICE, "GetRemainingSleepTimerDuration", InstanceID=0)
    seconds = parse_duration(answer.get("RemainingSleepTimerDuration"))
    return None if seconds is None else int(seconds)
