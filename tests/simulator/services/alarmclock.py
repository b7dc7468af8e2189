"""AlarmClock: alarms, time zone and formats."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.simulator.alarms import ARGUMENTS
from tests.simulator.errors import Code, UpnpError
from tests.simulator.text import parse_clock_time

from .kinds import fixed, nothing, number

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Variables

_ZONE = "00000a000000000000000000000000000000"
_STAMP = "%Y-%m-%d %H:%M:%S"


def _fields(args: Arguments) -> dict[str, str]:
    fields = {field: args[argument] for argument, field in ARGUMENTS.items()}
    try:
        parse_clock_time(fields["start"])
    except ValueError:
        raise UpnpError(Code.INVALID_ARGS) from None
    return fields


def _list(speaker: Speaker, _args: Arguments) -> Answer:
    alarms = speaker.household.alarms
    return {
        "CurrentAlarmList": alarms.to_xml(speaker),
        "CurrentAlarmListVersion": alarms.list_version(speaker),
    }


def _create(speaker: Speaker, args: Arguments) -> Answer:
    return {"AssignedID": str(speaker.household.alarms.create(speaker, _fields(args)))}


def _update(speaker: Speaker, args: Arguments) -> Answer:
    speaker.household.alarms.update(speaker, number(args["ID"]), _fields(args))
    return None


def _destroy(speaker: Speaker, args: Arguments) -> Answer:
    speaker.household.alarms.destroy(speaker, number(args["ID"]))
    return None


def _time_now(_speaker: Speaker, _args: Arguments) -> Answer:
    now = datetime.now(UTC)
    return {
        "CurrentUTCTime": now.strftime(_STAMP),
        "CurrentLocalTime": now.strftime(_STAMP),
        "CurrentTimeZone": _ZONE,
        "CurrentTimeGeneration": "2",
    }


def _time_at(_speaker: Speaker, _args: Arguments) -> Answer:
    return {"HouseholdUTCTime": datetime.now(UTC).strftime(_STAMP)}


ACTIONS: dict[str, Handler] = {
    "ListAlarms": _list,
    "CreateAlarm": _create,
    "UpdateAlarm": _update,
    "DestroyAlarm": _destroy,
    "GetTimeNow": _time_now,
    "GetHouseholdTimeAtStamp": _time_at,
    "GetTimeZone": fixed(Index="8", AutoAdjustDst="1"),
    "GetTimeZoneAndRule": fixed(Index="8", AutoAdjustDst="1", CurrentTimeZone=_ZONE),
    "GetTimeZoneRule": fixed(TimeZone=_ZONE),
    "GetTimeServer": fixed(CurrentTimeServer="0.sonostime.pool.ntp.org"),
    "GetFormat": fixed(CurrentTimeFormat="24H", CurrentDateFormat="DMY"),
    "GetDailyIndexRefreshTime": fixed(CurrentDailyIndexRefreshTime="03:00:00"),
    "SetDailyIndexRefreshTime": nothing,
    "SetFormat": nothing,
    "SetTimeNow": nothing,
    "SetTimeServer": nothing,
    "SetTimeZone": nothing,
}


def variables(speaker: Speaker) -> Variables:
    """Return the evented variables."""
    return {
        "TimeZone": _ZONE,
        "TimeServer": "0.sonostime.pool.ntp.org",
        "TimeGeneration": "2",
        "AlarmListVersion": speaker.household.alarms.list_version(speaker),
        "DailyIndexRefreshTime": "03:00:00",
        "TimeFormat": "24H",
        "DateFormat": "DMY",
    }
