"""The alarms of a household."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import Code, UpnpError
from .text import escape

if TYPE_CHECKING:
    from .household import Household

_RECURRENCES = {"ONCE", "WEEKDAYS", "WEEKENDS", "DAILY"}


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm; fields are text as players write it."""

    number: int
    start: str
    duration: str
    recurrence: str
    enabled: str
    room_uuid: str
    program_uri: str
    program_metadata: str
    play_mode: str
    volume: str
    linked_zones: str

    def to_xml(self) -> str:
        """Return the entry of the list."""
        pairs = {
            "ID": str(self.number),
            "StartTime": self.start,
            "Duration": self.duration,
            "Recurrence": self.recurrence,
            "Enabled": self.enabled,
            "RoomUUID": self.room_uuid,
            "ProgramURI": self.program_uri,
            "ProgramMetaData": self.program_metadata,
            "PlayMode": self.play_mode,
            "Volume": self.volume,
            "IncludeLinkedZones": self.linked_zones,
        }
        return "<Alarm" + "".join(f' {k}="{escape(v)}"' for k, v in pairs.items()) + "/>"


# Argument of CreateAlarm and UpdateAlarm: field.
ARGUMENTS = {
    "StartLocalTime": "start",
    "Duration": "duration",
    "Recurrence": "recurrence",
    "Enabled": "enabled",
    "RoomUUID": "room_uuid",
    "ProgramURI": "program_uri",
    "ProgramMetaData": "program_metadata",
    "PlayMode": "play_mode",
    "Volume": "volume",
    "IncludeLinkedZones": "linked_zones",
}


class Alarms:
    """The list that all players share."""

    def __init__(self, household: Household) -> None:
        """Start with two alarms."""
        self._household = household
        self.version = 41
        self._next = 14
        self.items: list[Alarm] = []
        rooms = list(household.rooms())
        self._owner = rooms[0].uid
        for room, start, recurrence, enabled in (
            (rooms[min(1, len(rooms) - 1)], "07:00:00", "WEEKDAYS", "1"),
            (rooms[min(2, len(rooms) - 1)], "09:30:00", "ON_06", "0"),
        ):
            self._add(
                start=start,
                duration="02:00:00",
                recurrence=recurrence,
                enabled=enabled,
                room_uuid=room.uid,
                program_uri="x-rincon-buzzer:0",
                program_metadata="",
                play_mode="SHUFFLE_NOREPEAT",
                volume="20",
                linked_zones="0",
            )

    @property
    def list_version(self) -> str:
        """The variable AlarmListVersion."""
        return f"{self._owner}:{self.version}"

    def to_xml(self) -> str:
        """Return the list."""
        return f"<Alarms>{''.join(alarm.to_xml() for alarm in self.items)}</Alarms>"

    def _add(self, **fields: str) -> Alarm:
        alarm = Alarm(self._next, **fields)
        self._next += 1
        self.items.append(alarm)
        return alarm

    def _check(self, alarm: dict[str, str], number: int | None) -> None:
        known = {speaker.uid for speaker in self._household.speakers}
        recurrence = alarm["recurrence"]
        days = recurrence.removeprefix("ON_")
        good_days = recurrence.startswith("ON_") and days != "" and set(days) <= set("0123456")
        if alarm["room_uuid"] not in known or not (recurrence in _RECURRENCES or good_days):
            raise UpnpError(Code.INVALID_ARGS)
        for other in self.items:
            same = (other.room_uuid, other.start) == (alarm["room_uuid"], alarm["start"])
            if same and other.number != number:
                raise UpnpError(Code.DUPLICATE_ALARM)

    def create(self, fields: dict[str, str]) -> int:
        """Add an alarm and return its number.

        Raises:
            UpnpError: The room has an alarm at that time, or a value is wrong.
        """
        self._check(fields, None)
        alarm = self._add(**fields)
        self._changed()
        return alarm.number

    def update(self, number: int, fields: dict[str, str]) -> None:
        """Change an alarm.

        Raises:
            UpnpError: There is no such alarm, or as for ``create``.
        """
        place = self._place(number)
        self._check(fields, number)
        self.items[place] = Alarm(number, **fields)
        self._changed()

    def destroy(self, number: int) -> None:
        """Remove an alarm.

        Raises:
            UpnpError: There is no such alarm.
        """
        del self.items[self._place(number)]
        self._changed()

    def _place(self, number: int) -> int:
        for place, alarm in enumerate(self.items):
            if alarm.number == number:
                return place
        raise UpnpError(Code.NOT_SUPPORTED_HERE)

    def _changed(self) -> None:
        self.version += 1
        for speaker in self._household.speakers:
            if speaker.online:
                speaker.changed("AlarmClock")
