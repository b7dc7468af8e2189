"""The alarms of a household."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .errors import Code, UpnpError
from .text import escape, parse_clock_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .household import Household
    from .speaker import Speaker

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


_LOUDEST = 100


def _check_values(alarm: dict[str, str]) -> None:
    """Refuse times, volumes and programmes that make no sense.

    Raises:
        UpnpError: One of them is nonsense.
    """
    try:
        start = parse_clock_time(alarm["start"])
        # Without a duration it plays until somebody stops it.
        duration = parse_clock_time(alarm["duration"] or "0:00:00")
        volume = int(alarm["volume"])
    except ValueError:
        raise UpnpError(Code.INVALID_ARGS) from None
    day = 24 * 60 * 60
    good = 0 <= start < day and 0 <= duration <= day and 0 <= volume <= _LOUDEST
    if not good or ":" not in alarm["program_uri"]:
        raise UpnpError(Code.INVALID_ARGS)


@dataclass(frozen=True, slots=True)
class _List:
    """The alarms as one player knows them."""

    alarms: tuple[Alarm, ...]
    version: int


class Alarms:
    """The list that all players share, of which each has a copy.

    A change spreads from the player that made it as the whole list. When two players change theirs
    at the same time, the list that comes last is everybody's.
    """

    def __init__(self, household: Household) -> None:
        """Start with two alarms."""
        self._household = household
        self.delay = 0.0
        self._next = 14
        rooms = list(household.rooms())
        self._owner = rooms[0].uid
        alarms: list[Alarm] = []
        for room, start, recurrence, enabled in (
            (rooms[min(1, len(rooms) - 1)], "07:00:00", "WEEKDAYS", "1"),
            (rooms[min(2, len(rooms) - 1)], "09:30:00", "ON_06", "0"),
        ):
            alarms.append(
                self._alarm(
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
            )
        self._lists = dict.fromkeys(
            (speaker.uid for speaker in household.speakers), _List(tuple(alarms), 41)
        )

    @property
    def items(self) -> tuple[Alarm, ...]:
        """The alarms as the first player knows them."""
        return self._lists[self._owner].alarms

    @property
    def version(self) -> int:
        """The version of the list that the first player has."""
        return self._lists[self._owner].version

    def list_version(self, speaker: Speaker) -> str:
        """Return the variable AlarmListVersion of a player."""
        return f"{self._owner}:{self._lists[speaker.uid].version}"

    def to_xml(self, speaker: Speaker) -> str:
        """Return the list as a player knows it."""
        alarms = self._lists[speaker.uid].alarms
        return f"<Alarms>{''.join(alarm.to_xml() for alarm in alarms)}</Alarms>"

    def _alarm(self, **fields: str) -> Alarm:
        alarm = Alarm(self._next, **fields)
        self._next += 1
        return alarm

    def _check(self, at: Speaker, alarm: dict[str, str], number: int | None) -> None:
        known = {speaker.uid for speaker in self._household.rooms()}
        _check_values(alarm)
        recurrence = alarm["recurrence"]
        days = recurrence.removeprefix("ON_")
        good_days = recurrence.startswith("ON_") and days != "" and set(days) <= set("0123456")
        if alarm["room_uuid"] not in known or not (recurrence in _RECURRENCES or good_days):
            raise UpnpError(Code.INVALID_ARGS)
        for other in self._lists[at.uid].alarms:
            same = (other.room_uuid, other.start) == (alarm["room_uuid"], alarm["start"])
            if same and other.number != number:
                raise UpnpError(Code.DUPLICATE_ALARM)

    def create(self, at: Speaker, fields: dict[str, str]) -> int:
        """Add an alarm at a player and return its number.

        Raises:
            UpnpError: The room has an alarm at that time, or a value is wrong.
        """
        self._check(at, fields, None)
        alarm = self._alarm(**fields)
        self._changed(at, [*self._lists[at.uid].alarms, alarm])
        return alarm.number

    def update(self, at: Speaker, number: int, fields: dict[str, str]) -> None:
        """Change an alarm at a player.

        Raises:
            UpnpError: There is no such alarm, or as for ``create``.
        """
        place = self._place(at, number)
        self._check(at, fields, number)
        alarms = list(self._lists[at.uid].alarms)
        alarms[place] = Alarm(number, **fields)
        self._changed(at, alarms)

    def destroy(self, at: Speaker, number: int) -> None:
        """Remove an alarm at a player.

        Raises:
            UpnpError: There is no such alarm.
        """
        alarms = list(self._lists[at.uid].alarms)
        del alarms[self._place(at, number)]
        self._changed(at, alarms)

    def find(self, number: int) -> Alarm:
        """Return an alarm by its number.

        Raises:
            KeyError: There is none.
        """
        for alarm in self.items:
            if alarm.number == number:
                return alarm
        raise KeyError(number)

    def edit(self, number: int, **fields: str) -> None:
        """Change fields of an alarm as the app does, at the first player.

        Raises:
            KeyError: There is no such alarm.
            UpnpError: As for ``create``.
        """
        alarm = asdict(self.find(number))
        del alarm["number"]
        if unknown := fields.keys() - alarm.keys():
            raise KeyError(min(unknown))
        self.update(self._first, number, alarm | fields)

    def add(self, **fields: str) -> int:
        """Add an alarm as the app does, at the first player, and return its number."""
        return self.create(self._first, fields)

    def remove(self, number: int) -> None:
        """Remove an alarm as the app does, at the first player."""
        self.destroy(self._first, number)

    @property
    def _first(self) -> Speaker:
        return self._household.speaker(self._owner)

    def _place(self, at: Speaker, number: int) -> int:
        for place, alarm in enumerate(self._lists[at.uid].alarms):
            if alarm.number == number:
                return place
        raise UpnpError(Code.NOT_SUPPORTED_HERE)

    def _changed(self, at: Speaker, alarms: Sequence[Alarm]) -> None:
        new = _List(tuple(alarms), self._lists[at.uid].version + 1)
        self._take(at, new)
        if self.delay:
            self._household.clock.callLater(self.delay, self._spread, new)
        else:
            self._spread(new)

    def _spread(self, new: _List) -> None:
        for speaker in self._household.speakers:
            if self._lists[speaker.uid].version <= new.version:
                self._take(speaker, new)

    def _take(self, speaker: Speaker, new: _List) -> None:
        if self._lists[speaker.uid] is not new:
            self._lists[speaker.uid] = new
            if speaker.online:
                speaker.changed("AlarmClock")
