"""AlarmClock: alarms, time zone and formats."""

from typing import TYPE_CHECKING

from tests.simulator.alarms import ARGUMENTS
from tests.simulator.text import flag

from .kinds import nothing, number, truth

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Variables


def _fields(args: Arguments) -> dict[str, str]:
    return {field: args[argument] for argument, field in ARGUMENTS.items()}


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


def _time_now(speaker: Speaker, _args: Arguments) -> Answer:
    time = speaker.household.time
    return {
        "CurrentUTCTime": time.utc(),
        "CurrentLocalTime": time.local(),
        "CurrentTimeZone": time.zone,
        "CurrentTimeGeneration": str(time.generation),
    }


def _time_at(speaker: Speaker, _args: Arguments) -> Answer:
    return {"HouseholdUTCTime": speaker.household.time.utc()}


def _zone(speaker: Speaker, _args: Arguments) -> Answer:
    time = speaker.household.time
    return {"Index": str(time.index), "AutoAdjustDst": flag(time.adjust)}


def _zone_and_rule(speaker: Speaker, args: Arguments) -> Answer:
    return {**(_zone(speaker, args) or {}), "CurrentTimeZone": speaker.household.time.zone}


def _rule(speaker: Speaker, _args: Arguments) -> Answer:
    return {"TimeZone": speaker.household.time.zone}


def _set_zone(speaker: Speaker, args: Arguments) -> Answer:
    # Which zones the numbers mean is known to players alone; the clock stays where it is.
    time = speaker.household.time
    time.set_zone(number(args["Index"]), time.minutes, adjust=truth(args["AutoAdjustDst"]))
    speaker.household.alarm_clocks_changed()
    return None


def _set_text(argument: str, field: str) -> Handler:
    def handler(speaker: Speaker, args: Arguments) -> Answer:
        setattr(speaker.household.time, field, args[argument])
        speaker.household.alarm_clocks_changed()
        return None

    return handler


def _server(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentTimeServer": speaker.household.time.server}


def _format(speaker: Speaker, _args: Arguments) -> Answer:
    time = speaker.household.time
    return {"CurrentTimeFormat": time.time_format, "CurrentDateFormat": time.date_format}


def _set_format(speaker: Speaker, args: Arguments) -> Answer:
    time = speaker.household.time
    time.time_format, time.date_format = args["DesiredTimeFormat"], args["DesiredDateFormat"]
    speaker.household.alarm_clocks_changed()
    return None


def _index_refresh(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CurrentDailyIndexRefreshTime": speaker.household.time.index_refresh}


ACTIONS: dict[str, Handler] = {
    "ListAlarms": _list,
    "CreateAlarm": _create,
    "UpdateAlarm": _update,
    "DestroyAlarm": _destroy,
    "GetTimeNow": _time_now,
    "GetHouseholdTimeAtStamp": _time_at,
    "GetTimeZone": _zone,
    "GetTimeZoneAndRule": _zone_and_rule,
    "GetTimeZoneRule": _rule,
    "GetTimeServer": _server,
    "GetFormat": _format,
    "GetDailyIndexRefreshTime": _index_refresh,
    "SetDailyIndexRefreshTime": _set_text("DesiredDailyIndexRefreshTime", "index_refresh"),
    "SetFormat": _set_format,
    "SetTimeNow": nothing,
    "SetTimeServer": _set_text("DesiredTimeServer", "server"),
    "SetTimeZone": _set_zone,
}


def variables(speaker: Speaker) -> Variables:
    """Return the evented variables."""
    time = speaker.household.time
    return {
        "TimeZone": time.zone,
        "TimeServer": time.server,
        "TimeGeneration": str(time.generation),
        "AlarmListVersion": speaker.household.alarms.list_version(speaker),
        "DailyIndexRefreshTime": time.index_refresh,
        "TimeFormat": time.time_format,
        "DateFormat": time.date_format,
    }
