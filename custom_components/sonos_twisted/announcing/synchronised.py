"""Announcing in several rooms at the same moment: group them, play a file, put everything back.

Rooms that were grouped with others who are not meant leave them for the time being, and these keep
their music. Putting back is a matter of ``pending_restores.py``.

Lives on the event loop.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
import logging
from typing import TYPE_CHECKING

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..engine import EngineError
from ..engine.commands import rendering, state, transport
from ..errors import command_failed
from ..model import PlaybackState, is_playing
from ..snapshots.taking import async_take
from .pending_restores import PendingRestores, Record, without_playback

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker
    from .announcements import Announcement

_LOGGER = logging.getLogger(__name__)

_AVT = "AVTransport"
_URI = "av_transport_uri"

#: Seconds within which the events of a command have arrived, or else the speaker is asked.
CONFIRMATION_SECONDS = 5.0

#: Seconds that a file may play longer than it said, and between two questions from then on.
_GRACE_SECONDS = 5.0


async def async_play_together(
    coordinator: HouseholdCoordinator,
    speakers: Iterable[Speaker],
    announcement: Announcement,
    stopped: asyncio.Event,
    pending: PendingRestores,
) -> list[HomeAssistantError]:
    """Play a file in rooms at the same moment, and put everything back.

    Args:
        coordinator: Of the household.
        speakers: The rooms, one at least, all of which can be reached.
        announcement: What, and how loud.
        stopped: Ends it before its time when it is set.
        pending: Keeps what was before, until it is put back.

    Returns:
        What went wrong in some of the rooms, or in putting back.

    """
    problems: list[HomeAssistantError] = []
    together = _Together(coordinator, list(speakers), announcement, stopped)
    record = await together.async_record()
    await pending.async_add(record)
    try:
        await together.async_play()
    except asyncio.CancelledError:
        # Home Assistant ends, or the household is unloaded: what was is put back at the next start.
        raise
    except HomeAssistantError as error:
        problems.append(error)
    except BaseException:
        await pending.async_restore(record, together.heard)
        raise
    restoring = await pending.async_restore(record, together.heard, together.unheard)
    return [*problems, *together.problems, *restoring]


class _Together:
    """A single announcement."""

    def __init__(
        self,
        coordinator: HouseholdCoordinator,
        rooms: list[Speaker],
        announcement: Announcement,
        stopped: asyncio.Event,
    ) -> None:
        self._coordinator = coordinator
        self._household = coordinator.household
        self._announcement = announcement
        self._stopped = stopped
        self._uids = {room.uid for room in rooms}
        self._leader, *self._others = sorted(rooms, key=self._unsuited)
        self.problems: list[HomeAssistantError] = []
        #: The uids of the rooms that play the file.
        self.heard = frozenset({self._leader.uid})
        #: The leader, if none of its events has told what it is to play.
        self.unheard = frozenset[str]()

    def _unsuited(self, room: Speaker) -> tuple[int, int, str]:
        """Tell how much has to be changed if a room is to lead the others."""
        members = set(self._household.group_members(room.uid))
        leads = self._household.coordinator_of(room.uid) is room
        if leads and members <= self._uids:
            return 0, -len(members), room.uid
        return (2 if leads else 1), 0, room.uid

    def _company(self, room: Speaker) -> list[str]:
        """Return those in a room's group who are not to hear it."""
        members = self._household.group_members(room.uid)
        return [uid for uid in members if uid not in self._uids]

    async def async_record(self) -> Record:
        """Take down how things are."""
        rooms = [self._leader, *self._others]
        snapshot = await async_take(self._coordinator, rooms)
        company = {room.uid: others for room in rooms if (others := self._company(room))}
        own = {uid: room for uid, room in snapshot.rooms.items() if uid in self._uids}
        snapshot = without_playback(replace(snapshot, rooms=own), company)
        return Record(
            leader=self._leader.uid,
            url=self._announcement.url,
            taken_at=dt_util.utcnow().isoformat(),
            snapshot=snapshot.as_dict(),
            company=company,
        )

    # Playing

    async def async_play(self) -> None:
        """Group the rooms and play the file, until its end.

        Raises:
            HomeAssistantError: When the room that leads the others does not play it.

        """
        leader, commands = self._leader, self._coordinator.commands
        if self._company(leader) or self._household.coordinator_of(leader.uid) is not leader:
            await self._coordinator.groups.unjoin(leader)
        # This ends the music before others join.
        await commands.in_room(leader, transport.set_uri, self._announcement.url)
        await self._async_gather_others()
        if not await self._async_until(lambda: self._has_file):
            self.unheard = frozenset({leader.uid})
        if self._stopped.is_set():
            return
        heard = [leader, *(room for room in self._others if room.uid in self._members)]
        self.heard = frozenset(room.uid for room in heard)
        await asyncio.gather(*map(self._async_set_volume, heard))
        await commands.in_room(leader, transport.play)
        try:
            async with asyncio.timeout(self._announcement.seconds):
                await self._async_until_over()
        except TimeoutError:
            _LOGGER.debug("The announcement in %s ends before the file does", leader.name)

    @property
    def _members(self) -> set[str]:
        return set(self._household.group_members(self._leader.uid))

    async def _async_until(self, condition: Callable[[], bool]) -> bool:
        return await self._coordinator.async_until(
            lambda: self._stopped.is_set() or condition(), CONFIRMATION_SECONDS
        )

    async def _async_gather_others(self) -> None:
        """Let the others join; those that do not are left out."""
        missing = [room for room in self._others if room.uid not in self._members]
        try:
            await self._coordinator.groups.join(self._leader, missing)
        except HomeAssistantError as error:
            self.problems.append(error)

    async def _async_set_volume(self, room: Speaker) -> None:
        coordinator, volume = self._coordinator, self._announcement.volume_of(room)
        try:
            if volume is not None and not room.is_fixed:
                await coordinator.volumes.set(room, volume)
            if room.muted:
                await coordinator.commands.in_room(room, rendering.set_mute, False)
        except HomeAssistantError as error:
            self.problems.append(error)

    # Its end

    def _has_fallen_silent(self) -> bool:
        return self._stopped.is_set() or not self._sounds

    async def _async_until_over(self) -> None:
        """Wait until the file has been played, or something else plays."""
        await self._async_until(lambda: self._sounds or not self._has_file)
        sounds = self._sounds or await self._async_sounds()
        while sounds:
            # If no event has told of the beginning, none may tell of the end.
            heard, media = self._sounds, self._leader.own.media
            duration = media.duration if heard and media and media.duration else 0.0
            if await self._coordinator.async_until(
                self._has_fallen_silent if heard else self._stopped.is_set,
                duration + _GRACE_SECONDS,
            ):
                return
            sounds = await self._async_sounds()

    @property
    def _has_file(self) -> bool:
        """Whether the file is what the leader is to play, as far as events have told."""
        return self._leader.variable(_AVT, _URI) == self._announcement.url

    @property
    def _sounds(self) -> bool:
        """Whether it plays the file, as far as is known."""
        leader = self._leader
        return leader.is_there and self._has_file and is_playing(leader.own.playback)

    async def _async_sounds(self) -> bool:
        """Ask whether the file is played: no event has told of it in time."""
        if self._stopped.is_set():
            return False
        leader = self._leader
        queries = ("media", "transport_state")
        try:
            answer = await self._coordinator.commands.attempt(leader, state.read, queries)
        except EngineError as error:
            raise command_failed(leader.name, error) from error
        told = answer.get(_AVT, {})
        playback = PlaybackState.from_transport_state(str(told.get("transport_state", "")))
        return is_playing(playback) and told.get(_URI) == self._announcement.url
