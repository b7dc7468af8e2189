"""When groups fall silent: by an event only the fact is known that a sleep timer has changed.

Then who plays for the group is asked how much time is left, once; and again when the music is
paused or goes on, and when the time is over without a word. Lives on the event loop.
"""

import asyncio
from collections.abc import Callable, Iterable
import datetime as dt
import math
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..engine import EngineError, Served
from ..engine.commands import sleep_timer
from ..model import SOUNDING, Aspect, Speaker

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: Seconds after which a timer is read again that could not be read.
RETRY_SECONDS = 30.0

#: Seconds for an event to say that the time is over.
OVERDUE_SECONDS = 5.0

_MINUTE = 60

type _Mark = tuple[int, bool]
"""What makes a group's timer another one: its generation, and whether the group plays."""


class SleepTimers:
    """The sleep timers of one household's groups."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._loop = coordinator.hass.loop
        self._marks: dict[str, _Mark] = {}
        self._planned: dict[str, asyncio.TimerHandle] = {}
        self._stopping = False

    @callback
    def stop(self) -> None:
        """Read no more."""
        self._stopping = True
        for planned in self._planned.values():
            planned.cancel()
        self._planned.clear()

    # What rooms show and are told

    def end(self, speaker: Speaker) -> dt.datetime | None:
        """Return when a room's group falls silent; None without a timer."""
        end = speaker.shown.sleep_timer_end
        return dt_util.utc_from_timestamp(end) if end else None

    def minutes_left(self, speaker: Speaker) -> int | None:
        """Return after how many minutes at most a room's group falls silent; 0 without a timer."""
        end = speaker.shown.sleep_timer_end
        return end if end is None else max(0, math.ceil(_seconds_until(end) / _MINUTE))

    async def async_set(self, speaker: Speaker, seconds: int) -> None:
        """Let a room's group fall silent after this time; 0 clears the timer.

        Raises:
            HomeAssistantError: When the speaker cannot be reached or declines.

        """
        coordinator = self._coordinator
        await coordinator.commands.in_group(speaker, sleep_timer.start, seconds)
        player = coordinator.player_of(speaker)
        if coordinator.served.get(player.uid) is Served.BY_POLLING:
            await self._async_read(player)  # no event will tell, and polling not so soon

    # Reading

    @callback
    def plan(self, uids: Iterable[str]) -> None:
        """Read the timers that may have become others.

        Args:
            uids: The speakers of which something has changed.

        """
        if self._stopping:
            return
        for uid in uids:
            speaker = self._coordinator.household.speakers.get(uid)
            if speaker is None:
                continue
            before, mark = self._marks.get(uid), self._mark(speaker)
            if mark is None:
                # Its timer is to be read anew when it plays for a group again.
                self._marks.pop(uid, None)
                self._cancel(uid)
            elif mark != before:
                self._marks[uid] = mark
                self._look(speaker, before, mark)

    def _mark(self, speaker: Speaker) -> _Mark | None:
        """Return what may be known of a timer without asking; None for who has none to tell of."""
        generation = speaker.own.sleep_timer_generation
        plays_for_group = speaker.shown is speaker.own and speaker.follows is None
        if generation is None or not (speaker.is_there and plays_for_group):
            return None
        return generation, speaker.playback in SOUNDING

    def _look(self, speaker: Speaker, before: _Mark | None, mark: _Mark) -> None:
        generation, _ = mark
        if not generation:  # never set since the speaker started
            self._take(speaker, None)
        elif before is None or before[0] != generation or speaker.own.sleep_timer_end:
            self._begin(speaker)

    @callback
    def _begin(self, speaker: Speaker) -> None:
        self._cancel(speaker.uid)
        coordinator = self._coordinator
        coordinator.entry.async_create_background_task(
            coordinator.hass, self._async_read(speaker), f"{speaker.name} sleep timer"
        )

    async def _async_read(self, speaker: Speaker) -> None:
        mark = self._marks.get(speaker.uid)
        try:
            left = await self._coordinator.commands.attempt(speaker, sleep_timer.remaining)
        except EngineError:
            self._plan(speaker, RETRY_SECONDS, self._begin)
        else:
            if self._marks.get(speaker.uid) == mark:  # or else a later answer is on its way
                self._take(speaker, left)

    def _take(self, speaker: Speaker, left: int | None) -> None:
        coordinator = self._coordinator
        end = 0.0 if left is None else float(round(dt_util.utcnow().timestamp() + left))
        coordinator.async_report(coordinator.household.apply_sleep_timer(speaker.uid, end))
        self._run(speaker)

    def _run(self, speaker: Speaker) -> None:
        """Let rooms know of each minute that has passed, and read again at the end."""
        self._cancel(speaker.uid)
        end = speaker.own.sleep_timer_end
        if not end:
            return
        left = _seconds_until(end)
        if left > 0:
            self._plan(speaker, left % _MINUTE or _MINUTE, self._tick)
        else:
            self._plan(speaker, OVERDUE_SECONDS, self._begin)

    @callback
    def _tick(self, speaker: Speaker) -> None:
        members = self._coordinator.household.group_members(speaker.uid)
        self._coordinator.async_tell({uid: {Aspect.SLEEP_TIMER} for uid in members})
        self._run(speaker)

    def _plan(self, speaker: Speaker, seconds: float, then: Callable[[Speaker], None]) -> None:
        if not self._stopping:
            self._cancel(speaker.uid)
            self._planned[speaker.uid] = self._loop.call_later(seconds, then, speaker)

    def _cancel(self, uid: str) -> None:
        if (planned := self._planned.pop(uid, None)) is not None:
            planned.cancel()


def _seconds_until(end: float) -> int:
    return math.ceil(end - dt_util.utcnow().timestamp())
