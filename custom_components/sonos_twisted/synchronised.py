"""Announcing in several rooms at the same moment: group them, play a file, put everything back.

What was before is stored before anything is changed, and forgotten when it is put back: if Home
Assistant ends in between, it is put back at the next start. Rooms that were grouped with others
who are not meant leave them for the time being, and these keep their music.

Lives on the event loop.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
import datetime as dt
import logging
from typing import TYPE_CHECKING, Any, Self

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine import EngineError
from .engine.commands import rendering, state, transport
from .errors import command_failed
from .model import MalformedSnapshot, PlaybackState, Snapshot
from .snapshots import async_restore, async_take

if TYPE_CHECKING:
    from .announcements import Announcement
    from .coordinator import HouseholdCoordinator
    from .model import Speaker

_LOGGER = logging.getLogger(__name__)

_AVT = "AVTransport"
_URI = "av_transport_uri"
_SOUNDING = frozenset({PlaybackState.PLAYING, PlaybackState.TRANSITIONING})

#: After this time, nobody expects any more that the rooms go back to what they were.
STALE_AFTER = dt.timedelta(minutes=30)

#: Seconds within which the events of a command have arrived, or else the speaker is asked.
CONFIRMATION_SECONDS = 5.0

#: Seconds that a file may play longer than it said, and between two questions from then on.
_GRACE_SECONDS = 5.0

#: Seconds for the rooms of a stored record to say how they are after a start.
_STARTING_SECONDS = 15.0

_STORE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Record:
    """What an announcement changes, and how it was.

    Attributes:
        leader: The uid of the room that plays the file.
        url: The file.
        taken_at: When, as ISO 8601.
        snapshot: The rooms as they were, as it is stored.
        company: By uid of a room, those whom it left and goes back to.

    """

    leader: str
    url: str
    taken_at: str
    snapshot: dict[str, Any]
    company: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def rooms(self) -> frozenset[str]:
        """The uids of all rooms that it concerns."""
        return frozenset(Snapshot.from_dict(self.snapshot).rooms)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read what was stored.

        Raises:
            MalformedSnapshot: If it is something else.

        """
        try:
            record = cls(**stored)
        except TypeError as error:
            raise MalformedSnapshot(str(error)) from error
        Snapshot.from_dict(record.snapshot)
        return record


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, _STORE_VERSION, f"{DOMAIN}.{entry_id}.announcements")


async def async_remove_announcements(hass: HomeAssistant, entry_id: str) -> None:
    """Forget what is stored for a household that is removed from Home Assistant."""
    await _store(hass, entry_id).async_remove()


class PendingRestores:
    """What announcements have changed and not put back yet."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._store = _store(coordinator.hass, coordinator.entry.entry_id)
        self._read = asyncio.Event()
        self._records: list[Record] = []
        self._left_over: list[Record] = []

    async def async_load(self) -> frozenset[str]:
        """Read what an earlier run has left; return the uids of the rooms that it concerns."""
        try:
            stored = await self._store.async_load() or {}
        finally:
            self._read.set()
        for data in stored.get("records", ()):
            try:
                self._left_over.append(Record.from_dict(data))
            except MalformedSnapshot as error:
                _LOGGER.debug("What an announcement left behind cannot be read: %s", error)
        self._records += self._left_over
        return frozenset[str]().union(*(record.rooms for record in self._left_over))

    async def async_restore_left_over(self) -> None:
        """Put back what an earlier run has left, unless it is old or people have gone on since."""
        while self._left_over:
            await self._async_take_up(self._left_over[0])
            del self._left_over[0]

    async def _async_take_up(self, record: Record) -> None:
        rooms, household = record.rooms, self._coordinator.household
        await self._coordinator.async_until(
            lambda: household.topology_at is not None and all(map(self._is_known, rooms)),
            _STARTING_SECONDS,
        )
        if self._is_out_of_date(record):
            _LOGGER.info("What an announcement interrupted before the restart stays as it is")
            await self.async_forget(record)
            return
        for error in await self.async_restore(record):
            _LOGGER.warning("After an announcement before the restart: %s", error)

    def _is_known(self, uid: str) -> bool:
        """Tell whether a speaker has said how it is; one that is not there will not."""
        speaker = self._coordinator.household.speakers.get(uid)
        if speaker is None or not speaker.visible or not speaker.available:
            return True
        plays = speaker.own.playback is not None or speaker.follows is not None
        return plays and speaker.volume is not None

    def _is_out_of_date(self, record: Record) -> bool:
        taken_at = dt_util.parse_datetime(record.taken_at)
        if taken_at is None or dt_util.utcnow() - taken_at > STALE_AFTER:
            return True
        leader = self._coordinator.household.speakers.get(record.leader)
        return leader is None or _is_taken(leader, record.url)

    async def async_add(self, record: Record) -> None:
        """Store what is about to be changed."""
        # What is stored would be lost if it was written before it was read.
        await self._read.wait()
        self._records.append(record)
        await self._async_save()

    async def async_forget(self, record: Record) -> None:
        """Remove what has been put back."""
        self._records.remove(record)
        await self._async_save()

    async def _async_save(self) -> None:
        if self._records:
            records = [asdict(record) for record in self._records]
            await self._store.async_save({"records": records})
        else:
            await self._store.async_remove()

    async def async_restore(
        self, record: Record, unheard: frozenset[str] = frozenset()
    ) -> list[HomeAssistantError]:
        """Put everything back; return what could not be.

        What somebody else has let the leader play meanwhile goes on.

        Args:
            record: What was before.
            unheard: The uids of speakers whose events are known to be lost.

        """
        household = self._coordinator.household
        snapshot = Snapshot.from_dict(record.snapshot)
        leader = household.speakers.get(record.leader)
        heard = leader is not None and leader.uid not in unheard
        if leader is not None and heard and _is_taken(leader, record.url):
            snapshot = _without_playback(snapshot, {record.leader})
        report = await async_restore(self._coordinator, snapshot, unheard=unheard)
        problems = [problem.error for problem in report.problems]
        # The leader goes last: the others do not have to follow it any more then.
        for uid in sorted(record.company, key=lambda uid: uid == record.leader):
            problems += await self._async_go_back(uid, record.company[uid])
        room = snapshot.rooms.get(record.leader)
        if leader is not None and room is not None and room.playback and not room.playback.uri:
            await self._async_clear(leader)
        await self.async_forget(record)
        return problems

    async def _async_go_back(self, uid: str, company: Iterable[str]) -> list[HomeAssistantError]:
        """Let a room join those again whom it has left, if any of them is there."""
        household = self._coordinator.household
        room = household.speakers.get(uid)
        there = [household.speakers[other] for other in company if other in household.speakers]
        other = next((other for other in there if other.visible and other.available), None)
        target = household.coordinator_of(other.uid) if other is not None else None
        if room is None or target is None or uid in household.group_members(target.uid):
            return []
        try:
            await self._coordinator.groups.join(target, [room])
        except HomeAssistantError as error:
            return [error]
        return []

    async def _async_clear(self, leader: Speaker) -> None:
        """Let a room that had nothing to play show its own queue, and not the file."""
        try:
            uri = f"x-rincon-queue:{leader.uid}#0"
            await self._coordinator.commands.attempt(leader, transport.set_uri, uri)
        except EngineError as error:
            _LOGGER.debug("%s still shows the announcement: %s", leader.name, error)


def _is_taken(leader: Speaker, url: str) -> bool:
    """Tell whether somebody lets a leader play something else than the file."""
    if leader.follows is not None:
        return True
    return leader.own.playback in _SOUNDING and leader.variable(_AVT, _URI) != url


def _without_playback(snapshot: Snapshot, uids: Iterable[str]) -> Snapshot:
    """Return a snapshot in which it is open what some rooms play, and with whom."""
    changed = {
        uid: replace(snapshot.rooms[uid], leader=None, playback=None)
        for uid in uids
        if uid in snapshot.rooms
    }
    return replace(snapshot, rooms={**snapshot.rooms, **changed})


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
        await pending.async_restore(record)
        raise
    restoring = await pending.async_restore(record, together.unheard)
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
        snapshot = _without_playback(replace(snapshot, rooms=own), company)
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
        heard = [leader, *(room for room in self._others if room.uid in self._members)]
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

    async def _async_until_over(self) -> None:
        """Wait until the file has been played, or something else plays."""
        await self._async_until(lambda: self._sounds or not self._has_file)
        sounds = self._sounds or await self._async_sounds()
        while sounds:
            # If no event has told of the beginning, none may tell of the end.
            heard, media = self._sounds, self._leader.own.media
            duration = media.duration if heard and media and media.duration else 0.0
            if await self._coordinator.async_until(
                lambda heard=heard: self._stopped.is_set() or (heard and not self._sounds),  # type: ignore[misc]
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
        is_there = leader.visible and leader.available
        return is_there and self._has_file and leader.own.playback in _SOUNDING

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
        return playback in _SOUNDING and told.get(_URI) == self._announcement.url
