"""The alarms of a household: the AlarmClock service, whose list all of its speakers share.

A change spreads from the speaker that made it to the others in its own time. A change that is
made at another one meanwhile takes it back: all have to go through the same speaker.
"""

from collections.abc import Mapping

from . import soap

_SERVICE = "AlarmClock"


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
