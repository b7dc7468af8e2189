"""The alarms of a household: read from one of its speakers, and changed there one by one.

A change spreads from speaker to speaker in its own time, as the whole list, and takes back what
another speaker was told meanwhile. So one speaker, the keeper, is told of all changes and asked
for the list, for as long as it can be reached. Lives on the event loop.
"""

import asyncio
from collections.abc import Coroutine
import datetime as dt
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time, async_track_time_interval
from homeassistant.util import dt as dt_util

from ..earliest_timer import EarliestTimer
from ..engine import (
    OUT_OF_REACH,
    EngineError,
    PlayerUnreachableError,
    Served,
)
from ..engine.commands import alarms
from ..errors import command_failed, failed
from ..model import (
    CHIME,
    Alarm,
    AlarmList,
    Aspect,
    Speaker,
    alarm_list_revision,
    next_ring,
    parse_alarms,
    parse_zone,
)
from ..subscribable import Subscribable
from .writes import AlarmWrite, Change, Creation, Deletion

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: What people call the programme that every player has.
CHIME_PROGRAM = "chime"

#: Seconds to wait after a change for others that come with it.
SETTLING_SECONDS = 0.3

#: Seconds after our own changes when the list is read once more: another app may have used
#: another speaker in the same moment, and taken them back.
REVIEW_SECONDS = 10.0

#: Seconds that a change may take to reach a speaker, and between two looks whether it has.
SPREADING_SECONDS = 6.0
SPREADING_STEP = 0.5

#: Seconds after which the list is read again that could not be read.
RETRY_SECONDS = 60.0

#: Seconds between two looks at the list while speakers are asked because events do not arrive.
POLLING_SECONDS = 300.0

#: How many keepers may be lost over the same changes.
_MOST_LOST = 3


class HouseholdAlarms(Subscribable):
    """Keeps the list of alarms of one household current, and changes it.

    It tells when the list is another one, an alarm has rung, or a day is over.

    Attributes:
        known: The list as it was read last.
        is_known: Whether it was read at all.

    """

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        super().__init__()
        self._coordinator = coordinator
        self._loop = coordinator.hass.loop
        self.known = AlarmList()
        self.is_known = False
        self._keeper = ""
        self._lost = ""
        self._expected = 0
        self._lock = asyncio.Lock()
        self._writes: list[AlarmWrite] = []
        self._writing: asyncio.Task[None] | None = None
        self._timer = EarliestTimer(coordinator.hass.loop, self._async_begin)
        self._behind = 0
        self._zone: tuple[str | None, dt.tzinfo | None] = (None, None)
        self._endings: list[CALLBACK_TYPE] = []
        self._moment: CALLBACK_TYPE | None = None

    # What entities use

    @callback
    def start(self) -> None:
        """Read the list in the background, now and whenever it changes."""
        self._endings.append(
            self._coordinator.async_subscribe(
                self._coordinator.household.household_id,
                frozenset({Aspect.ALARMS}),
                self._async_heard,
            )
        )
        self._endings.append(
            async_track_time_interval(
                self._coordinator.hass, self._async_look, dt.timedelta(seconds=POLLING_SECONDS)
            )
        )
        self._plan(SETTLING_SECONDS)

    @callback
    def stop(self) -> None:
        """Read no more."""
        for end in self._endings:
            end()
        self._endings.clear()
        self._timer.cancel()
        if self._moment is not None:
            self._moment()
            self._moment = None

    @property
    def zone(self) -> dt.tzinfo:
        """The time zone of the household; that of Home Assistant as long as it is not known."""
        text = self._told("time_zone")
        if self._zone[0] != text:
            self._zone = (text, parse_zone(text))
        return self._zone[1] or dt_util.get_default_time_zone()

    @property
    def today(self) -> dt.date:
        """The day that it is in the household."""
        return dt_util.utcnow().astimezone(self.zone).date()

    def program_of(self, alarm: Alarm) -> str | None:
        """Return what an alarm plays, in words; None if that is not known."""
        if alarm.program_uri == CHIME:
            return CHIME_PROGRAM
        content = self._coordinator.content
        known = (*content.favorites, *content.playlists, *content.stations)
        listed = (item.title for item in known if item.res_uri == alarm.program_uri)
        return next(listed, None) or alarm.program_title

    def next_of(self, alarm: Alarm) -> dt.datetime | None:
        """Return when an alarm rings next, in UTC; None if it is off."""
        return next_ring(alarm, dt_util.utcnow(), self.zone)

    def next_local(self, alarm: Alarm) -> dt.datetime | None:
        """Return the same in the household's time."""
        coming = self.next_of(alarm)
        return coming.astimezone(self.zone) if coming is not None else None

    def next_in(self, room: str | None = None) -> tuple[dt.datetime, Alarm] | None:
        """Return the next time that an alarm rings, and the alarm.

        Args:
            room: The uid of a room's speaker; None for the whole household.

        """
        coming = [
            (when, alarm.alarm_id, alarm)
            for alarm in self.known.alarms
            if room in {None, alarm.room} and (when := self.next_of(alarm)) is not None
        ]
        if not coming:
            return None
        when, _, alarm = min(coming, key=lambda each: each[:2])
        return when, alarm

    # What changes alarms

    async def async_read(self) -> AlarmList:
        """Read all alarms.

        Raises:
            HomeAssistantError: When they cannot be read.

        """
        async with self._lock:
            _, read = await self._async_ask()
            self._take(read)
            return read

    async def async_change(self, alarm_id: int, **changes: Any) -> None:
        """Change an alarm, after all changes that were asked for before.

        Args:
            alarm_id: The alarm.
            **changes: New values of some of its attributes, see ``model.Alarm``.

        Raises:
            ServiceValidationError: When there is no such alarm.
            HomeAssistantError: When it cannot be changed.

        """
        await self._async_write(Change(alarm_id, changes))

    async def async_create(self, alarm: Alarm) -> int:
        """Add an alarm and return its id; what it has as one does not count.

        Raises:
            HomeAssistantError: When it cannot be added.

        """
        return await self._async_write(Creation(alarm))

    async def async_delete(self, alarm_id: int) -> None:
        """Remove an alarm.

        Raises:
            ServiceValidationError: When there is no such alarm.
            HomeAssistantError: When it cannot be removed.

        """
        await self._async_write(Deletion(alarm_id))

    async def _async_write(self, write: AlarmWrite) -> int:
        self._writes.append(write)
        if self._writing is None or self._writing.done():
            self._writing = self._background(self._async_write_all(), "writes alarms")
        return await write.done

    async def _async_write_all(self) -> None:
        losses = 0
        try:
            async with self._lock:
                while self._writes:
                    try:
                        await self._async_write_at_keeper()
                    except OUT_OF_REACH as error:
                        losses += 1
                        if losses == _MOST_LOST:
                            lost = self._coordinator.household.speakers[self._lost]
                            self._give_up(command_failed(lost.name, error))
                    except HomeAssistantError as error:
                        self._give_up(error)
        except BaseException:
            self._give_up(failed("alarms_cut_off"))
            raise
        self._plan(REVIEW_SECONDS)

    async def _async_write_at_keeper(self) -> None:
        """Do all that is waited for, also what comes meanwhile, and look what the keeper has then.

        Raises:
            EngineError: When the keeper is lost; all that is not done is waited for still.
            HomeAssistantError: When no speaker can be asked.

        """
        keeper, known = await self._async_ask()
        count = 0
        for write in self._writes:  # which grows meanwhile
            count += 1
            if write.done.done():  # nobody waits any more
                continue
            try:
                wanted = await write.async_write(self._coordinator.commands, keeper, known)
            except OUT_OF_REACH:
                self._keeper, self._lost = "", keeper.uid
                raise
            except EngineError as error:
                _fail(write, command_failed(keeper.name, error))
            except HomeAssistantError as error:
                _fail(write, error)
            else:
                self._expected += wanted is not known
                known = wanted
        asked, shown = await self._async_ask()
        settled, waiting = self._writes[:count], self._writes[count:]
        missing = []
        for write in settled:
            # What a later change has overwritten is done as well.
            if not write.is_in(shown) and write.is_in(known):
                missing.append(write)
            elif not write.done.done():
                write.done.set_result(write.alarm_id)
        self._take(shown)
        if asked is not keeper and any(not write.done.done() for write in missing):
            # The keeper went away, and what it was told with it.
            self._writes, self._lost = missing + waiting, keeper.uid
            raise PlayerUnreachableError(keeper.host, "went away")
        self._writes = waiting
        for write in missing:
            _fail(write, failed("alarm_not_changed", value=str(write.alarm_id)))

    def _give_up(self, error: HomeAssistantError) -> None:
        for write in self._writes:
            _fail(write, error)
        self._writes = []

    # The list

    async def _async_ask(self) -> tuple[Speaker, AlarmList]:
        """Return the keeper, and the list that it has. The next speaker is it when it is gone.

        Raises:
            HomeAssistantError: When no speaker can be asked.

        """
        rooms = sorted(self._coordinator.household.rooms, key=self._suitability)
        for speaker in rooms:
            try:
                return speaker, await self._async_list_of(speaker)
            except EngineError as error:
                if speaker is rooms[-1] or not isinstance(error, OUT_OF_REACH):
                    raise command_failed(speaker.name, error) from error
        raise failed("no_rooms")

    def _suitability(self, speaker: Speaker) -> tuple[bool, bool, bool, str]:
        uid = speaker.uid
        return not speaker.available, uid == self._lost, uid != self._keeper, uid

    async def _async_list_of(self, speaker: Speaker) -> AlarmList:
        """Read a speaker's list, and let it be the keeper once it has all that the last one had."""
        deadline = self._loop.time() + SPREADING_SECONDS
        while True:
            answer = await self._coordinator.commands.attempt(speaker, alarms.read)
            read = parse_alarms(answer)
            revision = read.revision or 0
            if (
                speaker.uid == self._keeper
                or revision >= self._expected
                or self._loop.time() > deadline
            ):
                self._keeper, self._expected = speaker.uid, revision
                return read
            await asyncio.sleep(SPREADING_STEP)

    def _take(self, read: AlarmList) -> None:
        is_new = read != self.known or not self.is_known
        self.known, self.is_known = read, True
        if is_new:
            self._tell()

    @callback
    def _tell(self, _now: dt.datetime | None = None) -> None:
        """Let everybody look again, and once more when an alarm has rung or a day is over."""
        self._tell_listeners()
        if self._moment is not None:
            self._moment()
            self._moment = None
        if not self._endings:
            return
        now = dt_util.utcnow()
        moments = [_midnight_after(now.astimezone(self.zone)).astimezone(dt.UTC)]
        if (coming := self.next_in()) is not None:
            moments.append(coming[0])
        self._moment = async_track_point_in_utc_time(
            self._coordinator.hass, self._tell, min(moments)
        )

    # Events

    def _told(self, variable: str) -> str | None:
        value = self._coordinator.household.variables.get("AlarmClock", {}).get(variable)
        return value if isinstance(value, str) else None

    @property
    def _is_outdated(self) -> bool:
        told = alarm_list_revision(self._told("alarm_list_version"))
        return told is not None and told > (self.known.revision or 0)

    @callback
    def _async_heard(self) -> None:
        """Take in an event: of the list only its revision is told."""
        if self._is_outdated:
            self._behind = 0
            self._plan(SETTLING_SECONDS)
        elif self.is_known and self._zone[0] != self._told("time_zone"):
            self._tell()

    @callback
    def _async_look(self, _now: dt.datetime) -> None:
        """Read the list if no event may tell that it has changed."""
        if Served.BY_POLLING in self._coordinator.served.values():
            self._plan(0.0)

    def _plan(self, seconds: float) -> None:
        if not self._endings:
            return
        self._timer.after(seconds)

    @callback
    def _async_begin(self) -> None:
        self._background(self._async_refresh(), "reads alarms")

    async def _async_refresh(self) -> None:
        try:
            await self.async_read()
        except HomeAssistantError:
            self._plan(RETRY_SECONDS)
            return
        if self._is_outdated:
            # An event was faster than the change is on its way to the keeper.
            self._plan(min(2.0**self._behind, RETRY_SECONDS))
            self._behind += 1

    def _background(self, work: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        coordinator = self._coordinator
        title = coordinator.entry.title
        return coordinator.entry.async_create_background_task(
            coordinator.hass, work, f"{title} {what}"
        )


def _fail(write: AlarmWrite, error: HomeAssistantError) -> None:
    if not write.done.done():
        write.done.set_exception(error)


def _midnight_after(local: dt.datetime) -> dt.datetime:
    tomorrow = local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), local.tzinfo)
