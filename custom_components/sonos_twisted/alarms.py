"""The alarms of a household: read from one of its speakers, and changed there one by one.

Lives on the event loop.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .engine.commands import alarms
from .errors import failed, refused
from .model import AlarmList, alarm_list_revision, parse_alarms

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator

#: Seconds within which a change is told by an event; else the list is read again.
CONFIRMATION_SECONDS = 5.0


class HouseholdAlarms:
    """Reads and changes the alarms of one household."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._lock = asyncio.Lock()

    async def async_read(self) -> AlarmList:
        """Read all alarms.

        Raises:
            HomeAssistantError: When they cannot be read.

        """
        return parse_alarms(await self._coordinator.commands.in_household(alarms.read))

    async def async_change(self, alarm_id: int, **changes: Any) -> None:
        """Change an alarm, after all changes that were asked for before.

        Speakers that do not know of a change yet would undo it with the next one. So the same
        speaker makes them all, and each is waited for.

        Args:
            alarm_id: The alarm.
            **changes: New values of some of its attributes, see ``model.Alarm``.

        Raises:
            ServiceValidationError: When there is no such alarm.
            HomeAssistantError: When it cannot be changed.

        """
        async with self._lock:
            known = await self.async_read()
            alarm = known.get(alarm_id)
            if alarm is None:
                ids = ", ".join(str(entry.alarm_id) for entry in known.alarms)
                raise refused("no_such_alarm", value=str(alarm_id), known=ids or "-")
            wanted = replace(alarm, **changes)
            if wanted == alarm:
                return
            await self._coordinator.commands.in_household(
                alarms.update, alarm_id, wanted.arguments()
            )
            told = await self._coordinator.async_until(
                lambda: self._revision > (known.revision or 0), CONFIRMATION_SECONDS
            )
            if not told and (await self.async_read()).get(alarm_id) != wanted:
                raise failed("alarm_not_changed", value=str(alarm_id))

    @property
    def _revision(self) -> int:
        """The revision of the list that the household's events told last."""
        version = self._coordinator.household.variables.get("AlarmClock", {}).get(
            "alarm_list_version"
        )
        return alarm_list_revision(version if isinstance(version, str) else None) or 0
