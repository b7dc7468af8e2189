"""Announcements in a household: in which of two ways, in which order, and until when.

*Overlay* plays a clip on each room by itself, over whatever plays there. *Synchronized* groups the
rooms, plays the file, and puts everything back (``synchronised.py``); it works with every speaker
and every format. Announcements that need the same rooms wait for each other.

Lives on the event loop.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
import logging
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..const import CONF_ANNOUNCE_VOLUME
from ..engine import (
    Clip,
    ClipPlayer,
    ClipUnplayableError,
    ControlApiError,
    EngineError,
    is_clip_format,
)
from ..errors import command_failed, failed, refused
from ..happenings import async_fire
from ..model import Aspect
from ..settings.schema import connection_settings
from ..together.room_queue import Ticket
from .pending_restores import PendingRestores
from .synchronised import async_play_together

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

_LOGGER = logging.getLogger(__name__)

#: Seconds after which an announcement ends in any case, unless its caller says otherwise.
DEFAULT_TIMEOUT = 300.0

#: Seconds in which other speakers decline a clip, too, that one has declined.
REFUSING_SECONDS = 0.5


class Mode(StrEnum):
    """How to announce."""

    AUTO = "auto"
    """Overlay if all rooms can do that, or else synchronized."""
    OVERLAY = "overlay"
    SYNCHRONIZED = "synchronized"


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """What to announce, and how.

    Attributes:
        url: The address of the file.
        mode: In which of the ways.
        volume: 0 to 100 for the time of the announcement; None is what the household's settings
            say, or else leaves it as it is.
        volumes: The same for single rooms, by uid.
        urgent: Whether it goes before others.
        seconds: After which it ends in any case.

    """

    url: str
    mode: Mode = Mode.AUTO
    volume: int | None = None
    volumes: Mapping[str, int] = field(default_factory=dict)
    urgent: bool = False
    seconds: float = DEFAULT_TIMEOUT

    def volume_of(self, speaker: Speaker) -> int | None:
        """Return how loud it is in a room; None: as loud as the room is."""
        return self.volumes.get(speaker.uid, self.volume)


@dataclass(eq=False, slots=True)
class _Job:
    """An announcement that waits or is under way.

    Attributes:
        mode: In which way, never AUTO.
        speakers: The rooms that hear it.
        ticket: Its place in the line, for all rooms that it changes.
        stopped: Set by whoever cancels it.
        clips: The clips that play, by uid.
        together: The uids of the rooms that hear it, or are about to, in the synchronized way.
        sounding: The uids of the rooms of which it was told that it has begun and not that it is
            over.
        problems: What went wrong without ending it.

    """

    announcement: Announcement
    mode: Mode
    speakers: list[Speaker]
    ticket: Ticket
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    clips: dict[str, tuple[ClipPlayer, str]] = field(default_factory=dict)
    together: frozenset[str] = frozenset()
    sounding: set[str] = field(default_factory=set)
    problems: list[HomeAssistantError] = field(default_factory=list)


class Announcements:
    """The announcements of one household."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._players: dict[str, ClipPlayer] = {}
        self._jobs: dict[_Job, asyncio.Task[None]] = {}
        self._restoring: asyncio.Task[None] | None = None
        self._stopped = False
        self._sounding: Counter[str] = Counter()
        self._pending = PendingRestores(coordinator)

    @callback
    def start(self) -> None:
        """Put back in the background what an earlier run of Home Assistant left changed."""
        coordinator = self._coordinator
        self._restoring = coordinator.entry.async_create_background_task(
            coordinator.hass, self._async_restore_left_over(), f"{coordinator.entry.title} restore"
        )

    async def _async_restore_left_over(self) -> None:
        rooms = await self._pending.async_load()
        async with self._coordinator.turns.turn(Ticket(rooms)):
            await self._pending.async_restore_left_over()

    async def async_stop(self) -> None:
        """Cut off what is under way. What it has changed is put back at the next start."""
        self._stopped = True
        begun = (self._restoring, *self._jobs.values(), *self._pending.tasks)
        tasks = [task for task in begun if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        players, self._players = self._players, {}
        await asyncio.gather(*(player.close() for player in players.values()))

    def is_announcing(self, speaker: Speaker) -> bool:
        """Tell whether an announcement sounds in a room."""
        return self._sounding[speaker.uid] > 0

    async def async_announce(
        self, speakers: Iterable[Speaker], announcement: Announcement, *, wait: bool = True
    ) -> None:
        """Announce something in rooms.

        Args:
            speakers: The rooms.
            announcement: What, and how.
            wait: Whether to wait until it is over and everything is as it was; what goes wrong
                is only logged otherwise.

        Raises:
            ServiceValidationError: When it cannot be done in the way that was asked for.
            HomeAssistantError: When a room did not announce it.

        """
        coordinator, rooms = self._coordinator, list(speakers)
        if announcement.volume is None:
            usual = coordinator.entry.options.get(CONF_ANNOUNCE_VOLUME)
            announcement = replace(announcement, volume=usual)
        job = self._job(rooms, announcement)
        names = ", ".join(speaker.name for speaker in rooms)
        if self._stopped:
            raise failed("announcement_cut_off", rooms=names)
        task = self._jobs[job] = coordinator.entry.async_create_background_task(
            coordinator.hass,
            self._async_run(job),
            f"{coordinator.entry.title} announcement in {names}",
            eager_start=False,
        )
        task.add_done_callback(lambda _: self._jobs.pop(job))
        if not wait:
            task.add_done_callback(lambda task: _log(task, names))
            return
        await async_outlast(task, names)

    async def async_cancel(self, speakers: Iterable[Speaker]) -> None:
        """End the announcements that sound in rooms or wait for them.

        A clip ends only in these rooms. What is synchronized ends as a whole.

        Raises:
            HomeAssistantError: When a speaker cannot be reached.

        """
        rooms = {speaker.uid: speaker for speaker in speakers}
        for job in list(self._jobs):
            for uid in rooms.keys() & job.clips.keys():
                player, clip_id = job.clips[uid]
                try:
                    await player.cancel(clip_id)
                except EngineError as error:
                    raise command_failed(rooms[uid].name, error) from error
            concerned = job.together
            if not job.clips and not concerned:
                concerned = frozenset(speaker.uid for speaker in job.speakers)
            if not concerned.isdisjoint(rooms):
                job.stopped.set()
                job.ticket.give_turn()
        # Whoever waits for events looks whether it was stopped.
        self._coordinator.async_tell({})

    # The way

    def _choose(self, rooms: list[Speaker], announcement: Announcement) -> Mode:
        able = is_clip_format(announcement.url)
        if announcement.mode is Mode.OVERLAY and not able:
            raise refused("announcement_format", url=announcement.url.partition("?")[0])
        unable = next((room for room in rooms if not supports_clips(room)), None)
        if announcement.mode is Mode.OVERLAY and unable is not None:
            raise refused("announcement_no_overlay", room=unable.name)
        if announcement.mode is not Mode.AUTO:
            return announcement.mode
        return Mode.OVERLAY if able and unable is None else Mode.SYNCHRONIZED

    def _job(self, rooms: list[Speaker], announcement: Announcement) -> _Job:
        mode = self._choose(rooms, announcement)
        needs = self._needs(rooms, mode)
        if mode is Mode.OVERLAY and announcement.urgent:
            # The speakers themselves interrupt others for it.
            needs = frozenset()
        return _Job(announcement, mode, rooms, Ticket(needs, announcement.urgent))

    def _needs(self, rooms: Iterable[Speaker], mode: Mode) -> frozenset[str]:
        uids = frozenset(room.uid for room in rooms)
        return self._coordinator.with_company(uids) if mode is Mode.SYNCHRONIZED else uids

    # What happens then

    async def _async_run(self, job: _Job) -> None:
        """Wait for a job's turn, and do it.

        Raises:
            HomeAssistantError: When a room did not announce it; the others have.

        """
        async with self._coordinator.turns.turn(job.ticket):
            self._leave_out_unreachable(job)
            try:
                if job.speakers and not job.stopped.is_set():
                    if job.mode is Mode.OVERLAY:
                        await self._async_overlay(job)
                    else:
                        await self._async_together(job, job.speakers)
            finally:
                self._tell_end(job, job.speakers)
        if job.problems:
            raise job.problems[0]

    def _leave_out_unreachable(self, job: _Job) -> None:
        for speaker in list(job.speakers):
            if not speaker.is_there:
                job.speakers.remove(speaker)
                job.problems.append(failed("announcement_unreachable", room=speaker.name))

    async def _async_together(self, job: _Job, rooms: list[Speaker]) -> None:
        job.together = frozenset(room.uid for room in rooms)
        # Clips that still sound in other rooms are over by themselves.
        needs = self._needs(rooms, Mode.SYNCHRONIZED) | job.clips.keys()
        if not needs <= job.ticket.needs:
            await self._coordinator.turns.again(job.ticket, needs)
        if not job.stopped.is_set():
            self._sound(job, rooms, 1)
            try:
                job.problems += await async_play_together(
                    self._coordinator, rooms, job.announcement, job.stopped, self._pending
                )
            finally:
                self._sound(job, rooms, -1)
                self._tell_end(job, rooms)
        job.together = frozenset()

    def _sound(self, job: _Job, speakers: Iterable[Speaker], change: int) -> None:
        uids = [speaker.uid for speaker in speakers]
        self._sounding.update(dict.fromkeys(uids, change))
        self._coordinator.async_tell({uid: {Aspect.PLAYBACK} for uid in uids})
        if change < 0:
            self._coordinator.happenings.look_again(uids)
            return
        for speaker in speakers:
            # Who does not play the clip after all may be told to play the file.
            if speaker.uid not in job.sounding:
                job.sounding.add(speaker.uid)
                self._tell(job, speaker, "announcement_started")

    def _tell_end(self, job: _Job, speakers: Iterable[Speaker]) -> None:
        for speaker in speakers:
            if speaker.uid in job.sounding:
                job.sounding.discard(speaker.uid)
                self._tell(job, speaker, "announcement_finished")

    def _tell(self, job: _Job, speaker: Speaker, kind: str) -> None:
        mode = Mode.SYNCHRONIZED if speaker.uid in job.together else job.mode
        data = {"mode": mode.value, "volume": job.announcement.volume_of(speaker)}
        async_fire(self._coordinator, kind, speaker.uid, data)

    # Overlay

    async def _async_overlay(self, job: _Job) -> None:
        """Play clips; rooms that cannot announce it in the other way meanwhile."""
        clips = {asyncio.create_task(self._async_clip(job, room)): room for room in job.speakers}
        pending = set(clips)
        try:
            while pending:
                over, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                if pending and any(task.exception() for task in over):
                    # What one of them does not play, others do not either: these go together.
                    more, pending = await asyncio.wait(pending, timeout=REFUSING_SECONDS)
                    over |= more
                ended = [(task, room) for task, room in clips.items() if task in over]
                unable = [room for task, room in ended if _is_unable(job, task, room)]
                if unable and not job.stopped.is_set():
                    await self._async_together(job, unable)
        finally:
            for task in clips:
                task.cancel()
            await asyncio.gather(*clips, return_exceptions=True)

    async def _async_clip(self, job: _Job, speaker: Speaker) -> None:
        """Play the clip in one room, until its end there."""
        announcement = job.announcement
        player = self._player(speaker)
        volume = announcement.volume_of(speaker)
        if volume is not None:
            volume = self._coordinator.volume_limits.capped(speaker, volume)
        clip = Clip(url=announcement.url, volume=volume, urgent=announcement.urgent)
        async with player.in_use():
            try:
                clip_id = await player.load(clip)
            except EngineError as error:
                raise _ClipRefused(error) from error
            job.clips[speaker.uid] = player, clip_id
            self._sound(job, [speaker], 1)
            try:
                async with asyncio.timeout(0 if job.stopped.is_set() else announcement.seconds):
                    await player.ended(clip_id)
            except TimeoutError:
                await player.cancel(clip_id)
            except ClipUnplayableError as error:
                raise _ClipRefused(error) from error
            finally:
                del job.clips[speaker.uid]
                self._sound(job, [speaker], -1)
        self._tell_end(job, [speaker])

    def _player(self, speaker: Speaker) -> ClipPlayer:
        player = self._players.get(speaker.uid)
        if player is None or player.host != speaker.host:
            coordinator = self._coordinator
            if player is not None:
                coordinator.entry.async_create_background_task(
                    coordinator.hass, player.close(), f"{speaker.name} has another address"
                )
            player = self._players[speaker.uid] = ClipPlayer(
                async_get_clientsession(coordinator.hass, verify_ssl=False),
                speaker.host,
                speaker.uid,
                room=speaker.name,
                request_seconds=connection_settings(coordinator.entry.options).request_seconds,
            )
        return player


async def async_outlast(task: asyncio.Task[None], rooms: str) -> None:
    """Wait for an announcement; whoever gives up waiting does not end what was begun.

    Raises:
        HomeAssistantError: When it was cut off, because the household is unloaded.

    """
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.add_done_callback(lambda task: _log(task, rooms))
        raise
    if task.cancelled():
        raise failed("announcement_cut_off", rooms=rooms)
    task.result()


class _ClipRefused(Exception):  # noqa: N818, it is no error where there is another way
    """A speaker did not play a clip, and may still play the file.

    Attributes:
        error: Why.

    """

    def __init__(self, error: EngineError) -> None:
        super().__init__(error)
        self.error = error


def _is_unable(job: _Job, task: asyncio.Task[None], room: Speaker) -> bool:
    """Take what became of a clip; tell whether the room may announce it in the other way."""
    try:
        task.result()
    except _ClipRefused as refusal:
        if job.announcement.mode is Mode.AUTO:
            _LOGGER.debug("%s: no clip is played, but the file: %s", room.name, refusal.error)
            return True
        job.problems.append(_failure(room, refusal.error))
    except EngineError as error:
        job.problems.append(_failure(room, error))
    return False


def supports_clips(speaker: Speaker) -> bool:
    """Tell whether a speaker may know audio clips; only one that denies it does not."""
    if speaker.description is not None and speaker.description.generation == 1:
        return False
    return speaker.variable("DeviceProperties", "supports_audio_clip") != "0"


def _failure(speaker: Speaker, error: EngineError) -> HomeAssistantError:
    if isinstance(error, ClipUnplayableError):
        return failed("announcement_unplayable", room=speaker.name)
    if isinstance(error, ControlApiError):
        return failed("announcement_declined", room=speaker.name, code=error.code)
    return command_failed(speaker.name, error)


def _log(task: asyncio.Task[None], rooms: str) -> None:
    """Say what went wrong with an announcement that nobody waits for."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOGGER.warning("The announcement in %s: %s", rooms, error)
