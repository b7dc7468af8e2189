"""What can be done to the list of alarms of a household."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from ..engine.commands import alarms
from ..errors import refused
from ..model import Alarm, AlarmList

if TYPE_CHECKING:
    from ..commands import RoomCommands
    from ..model import Speaker

#: What speakers may write otherwise than they were told.
_REWRITTEN = "program_metadata"


class AlarmWrite(Protocol):
    """One change of the list. Doing it again, after it was done or not, does no harm."""

    done: asyncio.Future[int]
    """The id of its alarm, when the speaker's list shows the change."""

    async def async_write(
        self, commands: RoomCommands, writer: Speaker, known: AlarmList
    ) -> AlarmList:
        """Do it at a speaker.

        Args:
            commands: Executes commands.
            writer: The speaker.
            known: The list that the speaker has.

        Returns:
            The list that it should have now; the same if there was nothing to do.

        Raises:
            ServiceValidationError: When there is no such alarm.
            EngineError: When the speaker cannot be reached or declines.

        """

    def is_in(self, alarms: AlarmList) -> bool:
        """Tell whether a list has the change."""

    @property
    def alarm_id(self) -> int:
        """The id of its alarm."""


def _future() -> asyncio.Future[int]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False)
class Change:
    """Gives some attributes of an alarm other values."""

    alarm_id: int
    changes: Mapping[str, Any]
    done: asyncio.Future[int] = field(default_factory=_future)

    async def async_write(
        self, commands: RoomCommands, writer: Speaker, known: AlarmList
    ) -> AlarmList:
        """Replace the alarm, if that makes a difference."""
        alarm = known.get(self.alarm_id)
        if alarm is None:
            raise _no_such_alarm(self.alarm_id, known)
        wanted = replace(alarm, **self.changes)
        if wanted == alarm:
            return known
        await commands.attempt(writer, alarms.update, self.alarm_id, wanted.arguments())
        return known.holding(wanted)

    def is_in(self, alarms: AlarmList) -> bool:
        """Tell whether the attributes have these values."""
        alarm = alarms.get(self.alarm_id)
        return alarm is not None and all(
            getattr(alarm, name) == value
            for name, value in self.changes.items()
            if name != _REWRITTEN
        )


@dataclass(eq=False)
class Creation:
    """Adds an alarm; its id is 0 until the speaker has given it one."""

    alarm: Alarm
    done: asyncio.Future[int] = field(default_factory=_future)
    _before: frozenset[int] | None = None

    @property
    def alarm_id(self) -> int:
        """The id of its alarm."""
        return self.alarm.alarm_id

    async def async_write(
        self, commands: RoomCommands, writer: Speaker, known: AlarmList
    ) -> AlarmList:
        """Create it, unless the last attempt has though nothing was heard of it."""
        if (made := self._made_in(known)) is not None:
            self.alarm = made
            return known
        self._before = frozenset(alarm.alarm_id for alarm in known.alarms)
        alarm_id = await commands.attempt(writer, alarms.create, self.alarm.arguments())
        self.alarm = replace(self.alarm, alarm_id=alarm_id)
        return known.holding(self.alarm)

    def _made_in(self, known: AlarmList) -> Alarm | None:
        """Return the alarm that an earlier attempt has created."""
        if self._before is None:
            return None
        place = (self.alarm.room, self.alarm.start)
        new = (alarm for alarm in known.alarms if alarm.alarm_id not in self._before)
        return next((alarm for alarm in new if (alarm.room, alarm.start) == place), None)

    def is_in(self, alarms: AlarmList) -> bool:
        """Tell whether it is there."""
        return alarms.get(self.alarm_id) is not None


@dataclass(eq=False)
class Deletion:
    """Removes an alarm."""

    alarm_id: int
    done: asyncio.Future[int] = field(default_factory=_future)
    _tried: bool = False

    async def async_write(
        self, commands: RoomCommands, writer: Speaker, known: AlarmList
    ) -> AlarmList:
        """Remove it, unless the last attempt has though nothing was heard of it."""
        if known.get(self.alarm_id) is None:
            if self._tried:
                return known
            raise _no_such_alarm(self.alarm_id, known)
        self._tried = True
        await commands.attempt(writer, alarms.destroy, self.alarm_id)
        return known.without(self.alarm_id)

    def is_in(self, alarms: AlarmList) -> bool:
        """Tell whether it is gone."""
        return alarms.get(self.alarm_id) is None


def _no_such_alarm(alarm_id: int, known: AlarmList) -> Exception:
    ids = ", ".join(str(alarm.alarm_id) for alarm in known.alarms)
    return refused("no_such_alarm", value=str(alarm_id), known=ids or "-")
