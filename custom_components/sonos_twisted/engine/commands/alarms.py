"""The alarms of a household: the AlarmClock service, whose list all of its speakers share.

A change spreads from the speaker that made it to the others in its own time. A change that is
made at another one meanwhile takes it back: all have to go through the same speaker.
"""

from collections.abc import Mapping

from ...model import format_duration, whole_number
from . import soap

_SERVICE = "AlarmClock"
_TRANSPORT = "AVTransport"


def read(address: str) -> dict[str, str]:
    """Return what ListAlarms answers; ``model.parse_alarms`` reads it."""
    return soap.call(address, _SERVICE, "ListAlarms")


def update(address: str, alarm_id: int, arguments: Mapping[str, str | int]) -> None:
    """Replace an alarm.

    Args:
        address: The speaker at which the list was read.
        alarm_id: The alarm.
        arguments: All that UpdateAlarm takes besides, by name and in its order.

    """
    soap.call(address, _SERVICE, "UpdateAlarm", ID=alarm_id, **arguments)


def create(address: str, arguments: Mapping[str, str | int]) -> int:
    """Add an alarm.

    Args:
        address: The speaker at which the list was read.
        arguments: All that CreateAlarm takes, by name and in its order.

    Returns:
        Its id.

    """
    answer = soap.call(address, _SERVICE, "CreateAlarm", **arguments)
    return whole_number(answer.get("AssignedID", "")) or 0


def destroy(address: str, alarm_id: int) -> None:
    """Remove an alarm."""
    soap.call(address, _SERVICE, "DestroyAlarm", ID=alarm_id)


def read_running(address: str) -> dict[str, str]:
    """Return what GetRunningAlarmProperties answers: AlarmID, GroupID, LoggedStartTime."""
    return soap.call(address, _TRANSPORT, "GetRunningAlarmProperties", InstanceID=0)


def snooze(address: str, seconds: int) -> None:
    """Silence the alarm that rings in a group for a while.

    Args:
        address: The coordinator's address.
        seconds: How long.

    """
    duration = format_duration(seconds)
    soap.call(address, _TRANSPORT, "SnoozeAlarm", InstanceID=0, Duration=duration)
