"""What announcements have changed and not put back yet.

What was before is stored before anything is changed, and forgotten when it is put back: if Home
Assistant ends in between, it is put back at the next start. For a room that is lost meanwhile, it
waits until the room returns. Lives on the event loop.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
import datetime as dt
import logging
from typing import TYPE_CHECKING, Any, Self

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..asking.states import async_as_it_is
from ..engine import EngineError
from ..engine.commands import transport
from ..model import MalformedSnapshot, Snapshot, is_playing
from ..snapshots.restoring import async_restore
from ..snapshots.taking import async_until_settled
from ..storage import Subject, household_store
from ..together.room_queue import Ticket

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

_LOGGER = logging.getLogger(__name__)

_AVT = "AVTransport"
_URI = "av_transport_uri"

#: After this time, nobody expects any more that the rooms go back to what they were.
STALE_AFTER = dt.timedelta(minutes=30)

#: Seconds for the rooms of a stored record to say how they are after a start.
_STARTING_SECONDS = 15.0

#: Seconds that somebody has to let play what they have chosen: an app sends one after the other.
CHOOSING_SECONDS = 2.0

#: Seconds after which a room is tried again that was there and could not be reached.
RETRY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Record:
    """What an announcement changes, and how it was.

    Attributes:
        leader: The uid of the room that plays the file.
        url: The file.
        taken_at: When, as ISO 8601.
        snapshot: The rooms as they were, as it is stored.
        company: By uid of a room, those whom it left and goes back to.
        late: Whether it is about a single room that was lost, and is waited for.

    """

    leader: str
    url: str
    taken_at: str
    snapshot: dict[str, Any]
    company: Mapping[str, list[str]] = field(default_factory=dict)
    late: bool = False

    @property
    def rooms(self) -> frozenset[str]:
        """The uids of all rooms that it concerns."""
        return frozenset(Snapshot.from_dict(self.snapshot).rooms)

    @property
    def seconds_left(self) -> float:
        """For how long somebody may expect that things go back to what they were."""
        taken_at = dt_util.parse_datetime(self.taken_at)
        if taken_at is None:
            return 0
        return (taken_at + STALE_AFTER - dt_util.utcnow()).total_seconds()

    def of_lost(self, uid: str) -> Self:
        """Return what is left to do for a room that was lost."""
        rooms = Snapshot.from_dict(self.snapshot).rooms
        company = self.company.get(uid, [])
        if (leader := rooms[uid].leader) not in {None, uid}:
            company = [other for other, room in rooms.items() if room.leader == leader]
            company.remove(uid)
        alone = {uid: rooms[uid] if leader == uid else replace(rooms[uid], leader=None)}
        return replace(
            self,
            snapshot=Snapshot(self.taken_at, alone).as_dict(),
            company={uid: company} if company else {},
            late=True,
        )

    def is_overtaken(self, room: Speaker) -> bool:
        """Tell whether somebody lets a room play something else than the file."""
        if room.follows is not None:
            # If the leader is lost, another one of them may lead.
            return room.follows not in {self.leader, *self.rooms}
        return is_playing(room.own.playback) and room.variable(_AVT, _URI) != self.url

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


class PendingRestores:
    """What the announcements of one household have changed and not put back yet."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._store = household_store(
            coordinator.hass, coordinator.entry.entry_id, Subject.ANNOUNCEMENTS
        )
        self._read = asyncio.Event()
        self._records: list[Record] = []
        self._left_over: list[Record] = []
        #: What waits for rooms to return.
        self.tasks: set[asyncio.Task[None]] = set()

    async def async_load(self) -> frozenset[str]:
        """Read what an earlier run has left; return the uids of the rooms to put back now."""
        try:
            stored = await self._store.async_load() or {}
        finally:
            self._read.set()
        records = []
        for data in stored.get("records", ()):
            try:
                records.append(Record.from_dict(data))
            except MalformedSnapshot as error:
                _LOGGER.debug("What an announcement left behind cannot be read: %s", error)
        self._records += records
        for record in records:
            if record.late:
                self._wait_for(record)
            else:
                self._left_over.append(record)
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
        leader = household.speakers.get(record.leader)
        if record.seconds_left <= 0 or (leader is not None and record.is_overtaken(leader)):
            _LOGGER.info("What an announcement interrupted before the restart stays as it is")
            await self.async_forget(record)
            return
        for error in await self.async_restore(record, {record.leader}):
            _LOGGER.warning("After an announcement before the restart: %s", error)

    def _is_there(self, uid: str) -> bool:
        speaker = self._coordinator.household.speakers.get(uid)
        return speaker is not None and speaker.is_there

    def _is_known(self, uid: str) -> bool:
        """Tell whether a speaker has said how it is; one that is not there will not."""
        if not self._is_there(uid):
            return True
        speaker = self._coordinator.household.speakers[uid]
        plays = speaker.own.playback is not None or speaker.follows is not None
        return plays and speaker.volume is not None

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
        self, record: Record, heard: Collection[str], unheard: frozenset[str] = frozenset()
    ) -> list[HomeAssistantError]:
        """Put everything back; return what could not be.

        What somebody else has let a room play meanwhile goes on. Rooms that are lost are waited
        for in the background.

        Args:
            record: What was before.
            heard: The uids of the rooms that have played the file.
            unheard: The uids of speakers whose events are known to be lost.

        """
        await async_until_settled(self._coordinator)
        speakers = self._coordinator.household.speakers
        leader = speakers.get(record.leader)
        if leader is not None and leader.uid not in unheard and _is_chosen(leader, record):
            await self._coordinator.async_until(
                lambda: record.is_overtaken(leader), CHOOSING_SECONDS
            )
        judged = set(heard) & speakers.keys() - unheard
        overtaken = {uid for uid in judged if record.is_overtaken(speakers[uid])}
        problems, lost = await self._async_put_back(record, overtaken, unheard)
        late = [record.of_lost(uid) for uid in lost]
        self._records += late
        await self.async_forget(record)
        for one in late:
            self._wait_for(one)
        return problems

    async def _async_put_back(
        self, record: Record, overtaken: set[str], unheard: frozenset[str]
    ) -> tuple[list[HomeAssistantError], tuple[str, ...]]:
        """Put a record's rooms back; return what could not be, and the rooms that are lost."""
        snapshot = without_playback(Snapshot.from_dict(record.snapshot), overtaken)
        report = await async_restore(self._coordinator, snapshot, unheard=unheard)
        problems = [problem.error for problem in report.problems]
        # The leader goes last: the others do not have to follow it any more then.
        for uid in sorted(record.company, key=lambda uid: uid == record.leader):
            if uid not in overtaken and uid not in report.lost:
                problems += await self._async_go_back(uid, record.company[uid])
        leader = self._coordinator.household.speakers.get(record.leader)
        room = snapshot.rooms.get(record.leader)
        if leader is not None and room is not None and room.playback and not room.playback.uri:
            await self._async_clear(leader)
        return problems, report.lost

    async def _async_go_back(self, uid: str, company: Iterable[str]) -> list[HomeAssistantError]:
        """Let a room join those again whom it has left, if any of them is there."""
        household = self._coordinator.household
        room = household.speakers.get(uid)
        other = next((other for other in company if self._is_there(other)), None)
        target = household.coordinator_of(other) if other is not None else None
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

    # Rooms that were lost

    def _wait_for(self, record: Record) -> None:
        coordinator = self._coordinator
        task = coordinator.entry.async_create_background_task(
            coordinator.hass, self._async_wait_for(record), f"{coordinator.entry.title} lost room"
        )
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _async_wait_for(self, record: Record) -> None:
        """Put a room back when it returns, unless that takes too long."""
        coordinator, rooms = self._coordinator, record.rooms
        (uid,) = rooms
        while (seconds := record.seconds_left) > 0:
            if not await coordinator.async_until(lambda: self._is_there(uid), seconds):
                continue
            async with coordinator.turns.turn(Ticket(rooms)):
                # Its events may not have told yet what became of it meanwhile.
                now = await async_as_it_is(coordinator, rooms, rooms)
                overtaken = {uid} if record.is_overtaken(now.speakers[uid]) else set()
                problems, lost = await self._async_put_back(record, overtaken, rooms)
            if not lost:
                for error in problems:
                    _LOGGER.warning("After an announcement that was cut off: %s", error)
                break
            await asyncio.sleep(RETRY_SECONDS)
        await self.async_forget(record)


def _is_chosen(leader: Speaker, record: Record) -> bool:
    """Tell whether somebody has chosen something else to play, as far as events tell."""
    uri = leader.variable(_AVT, _URI)
    return leader.is_there and uri is not None and uri != record.url


def without_playback(snapshot: Snapshot, uids: Iterable[str]) -> Snapshot:
    """Return a snapshot in which it is open what some rooms play, and with whom."""
    changed = {
        uid: replace(snapshot.rooms[uid], leader=None, playback=None)
        for uid in uids
        if uid in snapshot.rooms
    }
    return replace(snapshot, rooms={**snapshot.rooms, **changed})
