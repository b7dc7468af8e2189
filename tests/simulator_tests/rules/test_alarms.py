"""Alarms are made, ring, snooze and end; lists of them spread slowly."""

# mypy: disallow-untyped-calls=False
import re

import pytest
from twisted.internet.task import Clock

from tests.simulator.alarms import ARGUMENTS
from tests.simulator.errors import Code
from tests.simulator.events import property_set
from tests.simulator.household import Household
from tests.simulator.services import EVENTS
from tests.simulator.speaker import Speaker
from tests.simulator.table import services_of

from .steps import People, act, evented, last_change, refused


def test_an_alarm_at_the_same_time_in_the_same_room_is_refused(household: Household) -> None:
    first = household.alarms.items[0]
    arguments = {
        "StartLocalTime": first.start,
        "Duration": "01:00:00",
        "Recurrence": "DAILY",
        "Enabled": "1",
        "RoomUUID": first.room_uuid,
        "ProgramURI": "x-rincon-buzzer:0",
        "ProgramMetaData": "",
        "PlayMode": "NORMAL",
        "Volume": "10",
        "IncludeLinkedZones": "0",
    }
    speaker = household.speakers[0]
    with refused(Code.DUPLICATE_ALARM):
        act(speaker, "CreateAlarm", **arguments)
    version = household.alarms.version
    number = act(speaker, "CreateAlarm", **{**arguments, "StartLocalTime": "05:55:00"})
    assert household.alarms.version == version + 1
    act(speaker, "DestroyAlarm", ID=number["AssignedID"])
    with refused(Code.NOT_SUPPORTED_HERE):
        act(speaker, "DestroyAlarm", ID=number["AssignedID"])


def test_alarms_spread_and_the_last_list_is_everybodys(
    household: Household, people: People, clock: Clock
) -> None:
    """What was changed at another player meanwhile is gone."""
    people.set_alarm_delay(1.0)
    here, there = household.speakers[0], household.speaker("Patio")
    alarms = household.alarms
    first, second = (
        {argument: str(getattr(alarm, field)) for argument, field in ARGUMENTS.items()}
        for alarm in alarms.items
    )

    def volumes(speaker: Speaker) -> list[str]:
        return re.findall(r' Volume="(\d+)"', alarms.to_xml(speaker))

    act(here, "UpdateAlarm", ID="14", **{**first, "Volume": "50"})
    assert (volumes(here), volumes(there)) == (["50", "20"], ["20", "20"])
    assert alarms.list_version(here) != alarms.list_version(there)
    clock.advance(0.5)
    act(there, "UpdateAlarm", ID="15", **{**second, "Volume": "60"})
    clock.advance(0.6)
    assert volumes(here) == volumes(there) == ["50", "20"]
    clock.advance(0.5)
    assert volumes(here) == volumes(there) == ["20", "60"]


def test_an_alarm_rings_snoozes_and_ends(
    clock: Clock, people: People, household: Household
) -> None:
    bedroom = household.speaker("Bedroom")
    with refused(Code.NOT_SUPPORTED_HERE):
        act(bedroom, "SnoozeAlarm", Duration="00:10:00")
    with refused(Code.NOT_SUPPORTED_HERE):
        act(bedroom, "GetRunningAlarmProperties")
    number = people.create_alarm("Bedroom", "06:15:00", {"duration": "01:00:00", "volume": "33"})
    before = evented(bedroom, "ZoneGroupTopology")["AlarmRunSequence"]
    people.ring_alarm(number)
    clock.advance(1)
    assert last_change(bedroom) == {
        "AlarmRunning": "1",
        "SnoozeRunning": "0",
        "AlarmIDRunning": str(number),
        "AlarmLoggedStartTime": "1970-01-01 00:00:00",
    }
    assert evented(bedroom, "ZoneGroupTopology")["AlarmRunSequence"] != before
    assert act(bedroom, "GetRunningAlarmProperties")["AlarmID"] == str(number)
    assert (bedroom.transport.state, bedroom.rendering.volume["Master"]) == ("PLAYING", 33)
    for nonsense in ("00:00:00", "soon"):
        with refused(Code.INVALID_ARGS):
            act(bedroom, "SnoozeAlarm", Duration=nonsense)
    act(bedroom, "SnoozeAlarm", Duration="00:10:00")
    assert (bedroom.transport.state, last_change(bedroom)["SnoozeRunning"]) == ("STOPPED", "1")
    clock.advance(601)
    clock.advance(1)
    assert (bedroom.transport.state, last_change(bedroom)["SnoozeRunning"]) == ("PLAYING", "0")
    clock.advance(3600)
    assert bedroom.transport.state == "STOPPED"
    assert last_change(bedroom) == {"AlarmRunning": "0", "SnoozeRunning": "0"}
    body = property_set(services_of("S18")["AVTransport"], EVENTS["AVTransport"].variables(bedroom))
    assert b"r:AlarmRunning" in body


@pytest.mark.parametrize("ending", ["stop", "another source", "power"])
def test_what_ends_an_alarm(
    clock: Clock, people: People, household: Household, ending: str
) -> None:
    bedroom = household.speaker("Bedroom")
    people.ring_alarm(14)
    act(bedroom, "SnoozeAlarm", Duration="00:10:00")
    if ending == "stop":
        act(bedroom, "Stop")
    elif ending == "power":
        bedroom.power_off()
    else:
        people.play_radio("Bedroom")
        clock.advance(1)
    state = bedroom.transport.state
    assert last_change(bedroom) == {"AlarmRunning": "0", "SnoozeRunning": "0"}
    clock.advance(10_000)
    assert bedroom.transport.state == state


def test_play_ends_the_snoozing_alone(clock: Clock, people: People, household: Household) -> None:
    bedroom = household.speaker("Bedroom")
    people.ring_alarm(14)
    act(bedroom, "SnoozeAlarm", Duration="00:10:00")
    people.play("Bedroom")
    clock.advance(1)
    assert last_change(bedroom)["AlarmRunning"] == "1"
    assert (last_change(bedroom)["SnoozeRunning"], bedroom.transport.state) == ("0", "PLAYING")


def test_linked_zones_ring_along_and_once_is_once(
    clock: Clock, people: People, household: Household, kitchen: Speaker
) -> None:
    patio = household.speaker("Patio")
    people.group("Patio", "Kitchen")
    once = people.create_alarm("Patio", "06:00:00", {"recurrence": "ONCE", "linked_zones": "1"})
    people.ring_alarm(once)
    assert household.group_of(patio).coordinator is kitchen
    assert last_change(kitchen)["AlarmIDRunning"] == str(once)
    assert household.alarms.find(once).enabled == "0"
    people.edit_alarm(once, {"linked_zones": "0"})
    people.ring_alarm(once)
    assert household.group_of(patio).coordinator is patio


def test_alarms_are_made_and_changed_in_the_app(people: People, household: Household) -> None:
    version = household.alarms.version
    number = people.create_alarm("Kitchen", "05:00:00")
    people.edit_alarm(number, {"volume": "44", "recurrence": "ON_12345"})
    assert household.alarms.find(number).volume == "44"
    people.delete_alarm(number)
    assert household.alarms.version == version + 3
    with pytest.raises(KeyError):
        people.edit_alarm(number, {"volume": "1"})
    with pytest.raises(KeyError):
        people.edit_alarm(14, {"colour": "1"})
    with pytest.raises(KeyError):
        people.create_alarm("Kitchen", "05:00:00", {"colour": "1"})
    with refused(Code.NOT_SUPPORTED_HERE):
        people.delete_alarm(number)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "24:00:00"),
        ("start", "-01:00:00"),
        ("duration", "for ever"),
        ("recurrence", "ON_8"),
        ("recurrence", "SOMETIMES"),
        ("volume", "101"),
        ("volume", ""),
        ("program_uri", ""),
        ("room_uuid", "RINCON_1"),
    ],
)
def test_nonsense_is_no_alarm(people: People, field: str, value: str) -> None:
    with refused(Code.INVALID_ARGS):
        people.edit_alarm(14, {field: value})
