"""Reading alarms, and writing them as UpdateAlarm takes them."""

import datetime as dt
from xml.sax.saxutils import quoteattr

import pytest

from custom_components.sonos_twisted.model import (
    Alarm,
    AlarmList,
    alarm_list_revision,
    parse_alarms,
)

METADATA = '<DIDL-Lite><item id="x"><dc:title>A &amp; "B"</dc:title></item></DIDL-Lite>'

SAID = {
    "ID": "14",
    "StartTime": "07:05:00",
    "Duration": "02:00:30",
    "Recurrence": "ON_06",
    "Enabled": "1",
    "RoomUUID": "RINCON_1",
    "ProgramURI": "x-sonosapi-stream:s1?sid=254&flags=32",
    "ProgramMetaData": METADATA,
    "PlayMode": "SHUFFLE",
    "Volume": "25",
    "IncludeLinkedZones": "0",
}

ALARM = Alarm(
    alarm_id=14,
    start=dt.time(7, 5),
    duration=7230,
    recurrence="ON_06",
    enabled=True,
    room="RINCON_1",
    program_uri="x-sonosapi-stream:s1?sid=254&flags=32",
    program_metadata=METADATA,
    play_mode="SHUFFLE",
    volume=25,
    include_linked_zones=False,
)


def answer(*alarms: dict[str, str]) -> dict[str, str]:
    """Return what ListAlarms answers."""
    entries = (
        "<Alarm " + " ".join(f"{key}={quoteattr(value)}" for key, value in alarm.items()) + "/>"
        for alarm in alarms
    )
    return {
        "CurrentAlarmList": f"<Alarms>{''.join(entries)}</Alarms>",
        "CurrentAlarmListVersion": "RINCON_1:42",
    }


def test_an_alarm_is_read_with_all_that_is_said_of_it() -> None:
    """All that a player says of it."""
    assert parse_alarms(answer(SAID)) == AlarmList((ALARM,), 42)
    assert parse_alarms(answer(SAID)).get(14) == ALARM
    assert parse_alarms(answer(SAID)).get(15) is None


def test_alarm_is_written_as_it_was_read() -> None:
    """UpdateAlarm calls two of the attributes otherwise, and wants all in this order."""
    expected = {**SAID, "StartLocalTime": SAID["StartTime"]}
    arguments = ALARM.arguments()
    assert list(arguments) == [
        "StartLocalTime",
        "Duration",
        "Recurrence",
        "Enabled",
        "RoomUUID",
        "ProgramURI",
        "ProgramMetaData",
        "PlayMode",
        "Volume",
        "IncludeLinkedZones",
    ]
    assert {key: str(value) for key, value in arguments.items()} == {
        key: expected[key] for key in arguments
    }


def test_old_players_name_the_time_as_actions_do() -> None:
    old = {("StartLocalTime" if key == "StartTime" else key): text for key, text in SAID.items()}
    assert parse_alarms(answer(old)).alarms == (ALARM,)


@pytest.mark.parametrize(
    ("name", "value"), [("ID", "x"), ("StartTime", "25:00:00"), ("StartTime", ""), ("Volume", "")]
)
def test_alarm_that_cannot_be_read_is_left_out(name: str, value: str) -> None:
    """The others are read."""
    assert parse_alarms(answer({**SAID, name: value}, SAID)).alarms == (ALARM,)


@pytest.mark.parametrize("text", ["", "<Alarms>", "nonsense"])
def test_list_that_cannot_be_read_is_empty(text: str) -> None:
    read = parse_alarms({"CurrentAlarmList": text, "CurrentAlarmListVersion": "RINCON_1:42"})
    assert read == AlarmList(revision=42)
    assert parse_alarms({}) == AlarmList()


@pytest.mark.parametrize(
    ("version", "revision"), [("RINCON_1:42", 42), ("42", 42), ("RINCON_1:", None), (None, None)]
)
def test_revision_of_a_list(version: str | None, revision: int | None) -> None:
    assert alarm_list_revision(version) == revision
