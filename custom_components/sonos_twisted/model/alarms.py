"""The alarms of a household, as ListAlarms tells them and UpdateAlarm takes them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import datetime as dt
from typing import TYPE_CHECKING

from .alarm_times import DAYS, days_of
from .didl import parse_didl
from .markup import MalformedMarkup, elements, parse
from .numbers import whole_number
from .times import format_duration, parse_duration

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DAY = 24 * 60 * 60

CHIME = "x-rincon-buzzer:0"
"""The programme that every player has."""

PLAY_MODES = ("NORMAL", "REPEAT_ALL", "SHUFFLE_NOREPEAT", "SHUFFLE")
"""How an alarm may play what has several tracks."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of one room."""

    alarm_id: int
    start: dt.time
    """In the time of the household."""
    duration: int
    """Seconds after which it ends by itself; 0 if it does not."""
    recurrence: str
    """ONCE, DAILY, WEEKDAYS, WEEKENDS, or ON_ and the numbers of days, Sunday being 0."""
    enabled: bool
    room: str
    """The uid of its speaker."""
    program_uri: str
    """What it plays; see `CHIME`."""
    program_metadata: str
    play_mode: str
    volume: int
    """0 to 100."""
    include_linked_zones: bool
    """Whether the rooms that are grouped with its own play it, too."""

    @property
    def program_title(self) -> str | None:
        """What it plays, in words; None if its metadata say nothing."""
        didl = parse_didl(self.program_metadata) if self.program_metadata else None
        return didl.title if didl is not None else None

    @property
    def days(self) -> tuple[str, ...]:
        """Its days of the week, see `DAYS`; none if it rings only once."""
        if self.recurrence == "ONCE":
            return ()
        # The other way round than players count: a week begins on Monday here.
        days = sorted(days_of(self.recurrence), key=lambda day: (day - 1) % len(DAYS))
        return tuple(DAYS[day] for day in days)

    @property
    def duration_text(self) -> str:
        """The duration as players write it."""
        return format_duration(self.duration).zfill(len("00:00:00")) if self.duration else ""

    def arguments(self) -> dict[str, str | int]:
        """Give what CreateAlarm takes, and UpdateAlarm besides the id: all of it is required."""
        return {
            "StartLocalTime": self.start.strftime("%H:%M:%S"),
            "Duration": self.duration_text,
            "Recurrence": self.recurrence,
            "Enabled": int(self.enabled),
            "RoomUUID": self.room,
            "ProgramURI": self.program_uri,
            "ProgramMetaData": self.program_metadata,
            "PlayMode": self.play_mode,
            "Volume": self.volume,
            "IncludeLinkedZones": int(self.include_linked_zones),
        }


@dataclass(frozen=True, slots=True)
class AlarmList:
    """The alarms of a household."""

    alarms: tuple[Alarm, ...] = ()
    revision: int | None = None
    """Grows with every change; None if it is unknown."""

    def get(self, alarm_id: int) -> Alarm | None:
        """Give an alarm by its id."""
        return next((alarm for alarm in self.alarms if alarm.alarm_id == alarm_id), None)

    def without(self, alarm_id: int) -> AlarmList:
        """Give the list without an alarm."""
        return replace(
            self, alarms=tuple(alarm for alarm in self.alarms if alarm.alarm_id != alarm_id)
        )

    def holding(self, alarm: Alarm) -> AlarmList:
        """Give the list with an alarm, in place of the one that has its id."""
        return replace(self, alarms=(*self.without(alarm.alarm_id).alarms, alarm))


def parse_alarms(answer: Mapping[str, str]) -> AlarmList:
    """Read the answer of ListAlarms. An alarm that cannot be read is left out."""
    try:
        root = parse(answer.get("CurrentAlarmList", "").strip().encode(errors="replace"))
    except MalformedMarkup:
        return AlarmList(revision=alarm_list_revision(answer.get("CurrentAlarmListVersion")))
    entries = (_alarm(element) for name, element in elements(root) if name == "Alarm")
    return AlarmList(
        tuple(entry for entry in entries if entry is not None),
        alarm_list_revision(answer.get("CurrentAlarmListVersion")),
    )


def alarm_list_revision(version: str | None) -> int | None:
    """Read AlarmListVersion: the number behind the uid ("RINCON_..:42")."""
    return whole_number((version or "").rpartition(":")[2])


def _alarm(element: Element) -> Alarm | None:
    said = {str(name): str(value) for name, value in element.attrib.items()}
    alarm_id = whole_number(said.get("ID", ""))
    # Old players say StartLocalTime, as the actions do.
    start = _time(said.get("StartTime") or said.get("StartLocalTime"))
    volume = whole_number(said.get("Volume", ""))
    if alarm_id is None or start is None or volume is None:
        return None
    return Alarm(
        alarm_id=alarm_id,
        start=start,
        duration=int(parse_duration(said.get("Duration")) or 0),
        recurrence=said.get("Recurrence", ""),
        enabled=said.get("Enabled") == "1",
        room=said.get("RoomUUID", ""),
        program_uri=said.get("ProgramURI", ""),
        program_metadata=said.get("ProgramMetaData", ""),
        play_mode=said.get("PlayMode", ""),
        volume=volume,
        include_linked_zones=said.get("IncludeLinkedZones") == "1",
    )


def _time(text: str | None) -> dt.time | None:
    seconds = parse_duration(text)
    if seconds is None or seconds >= _DAY:
        return None
    minutes, second = divmod(int(seconds), 60)
    return dt.time(minutes // 60, minutes % 60, second)
