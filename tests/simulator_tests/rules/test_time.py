"""The household's time: zone, format and server."""

# mypy: disallow-untyped-calls=False

from tests.simulator.speaker import Speaker

from .steps import People, act, evented


def test_the_house_has_a_time(people: People, kitchen: Speaker) -> None:
    people.set_time_zone(60)
    state = evented(kitchen, "AlarmClock")
    assert (str(state["TimeZone"])[:4], state["TimeGeneration"]) == ("ffc4", "3")
    now = act(kitchen, "GetTimeNow")
    assert now["CurrentUTCTime"] != now["CurrentLocalTime"]
    act(kitchen, "SetTimeZone", Index="3", AutoAdjustDst="0")
    act(kitchen, "SetFormat", DesiredTimeFormat="12H", DesiredDateFormat="MDY")
    act(kitchen, "SetTimeServer", DesiredTimeServer="ntp.example")
    act(kitchen, "SetDailyIndexRefreshTime", DesiredDailyIndexRefreshTime="04:00:00")
    assert act(kitchen, "GetTimeZoneAndRule")["Index"] == "3"
    assert act(kitchen, "GetTimeZoneRule", Index="3")["TimeZone"] == state["TimeZone"]
    assert act(kitchen, "GetFormat") == {"CurrentTimeFormat": "12H", "CurrentDateFormat": "MDY"}
    assert act(kitchen, "GetTimeServer") == {"CurrentTimeServer": "ntp.example"}
    assert evented(kitchen, "AlarmClock")["DailyIndexRefreshTime"] == "04:00:00"
    assert act(kitchen, "GetHouseholdTimeAtStamp")["HouseholdUTCTime"]
