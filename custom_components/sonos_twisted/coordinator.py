"""One household in Home Assistant: takes the engine's news, tells entities what has changed."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .alarms.household import HouseholdAlarms
from .alarms.ringing import RingingAlarms
from .announcing.announcements import Announcements
from .announcing.requests import Announcer
from .asking.positions import PositionReader
from .asking.readings import SpeakerReadings
from .asking.sleep_timers import SleepTimers
from .asking.tv_formats import TvFormatReader
from .commands import RoomCommands, regrouped
from .const import CONF_HOSTS, CONF_KNOWN_HOSTS
from .content import HouseholdContent
from .devices.household import HouseholdDevices
from .devices.stale import StaleDevices
from .diagnosis.health import EventHealth
from .diagnosis.recent import RecentHappenings, about, tell
from .diagnosis.room_log import RoomLog
from .engine import (
    AnyNews,
    DescriptionNews,
    EventNews,
    HouseholdConnection,
    LeaseNews,
    ListenerNews,
    PositionNews,
    ReachabilityNews,
    Served,
    ServedNews,
    TopologyNews,
    reactor_thread,
)
from .happenings.detector import HappeningDetector
from .issues.foreign_hosts import async_check_hosts
from .issues.household import HouseholdIssues
from .model import Aspect, Change, Household, Speaker
from .playing.favorite_buttons import FavoriteButtons
from .playing.sources import HouseholdSources
from .settings.schema import connection_settings
from .snapshots.store import SnapshotStore
from .sound.modes import SoundModes
from .sound.volume_limits import VolumeLimits
from .sound.volumes import RoomVolumes
from .together.everywhere import Everywhere
from .together.grouping import RoomGroups
from .together.room_queue import RoomQueue

_LOGGER = logging.getLogger(__name__)

type SonosTwistedConfigEntry = ConfigEntry[HouseholdCoordinator]


@dataclass(frozen=True, slots=True)
class _Subscriber:
    aspects: frozenset[Aspect]
    changed: CALLBACK_TYPE


class HouseholdCoordinator:
    """Keeps a household's model in step with its events. Lives on the event loop.

    Attributes:
        household: What is known of the household; read by entities, written here.
        connection: The way to the speakers.
        entity_ids: The media player entities by the uid of their speaker.
        served: Whether a speaker's state comes by its events or by asking, by uid.
        recent: What has happened lately.
        log: What tells that in the log, room by room.
        devices: The devices of the household, its rooms and their parts.
        stale_devices: Which of them are of speakers that have left.
        commands: What executes commands in rooms and groups.
        positions: What reads positions that no event tells.
        readings: What reads all else that no event tells.
        health: How well its events arrive.
        sleep_timers: When groups fall silent.
        turns: Where those wait for each other who need the same rooms for a while.
        content: The household's favourites, playlists and stations.
        snapshots: The snapshots that are kept of its rooms.
        announcements: What is announced in its rooms.
        announcer: What takes announcements from ``play_media``.
        groups: What changes which rooms play together.
        volume_limits: How loud rooms may become.
        volumes: What changes the volume of rooms and groups.
        everywhere: What is done in all rooms at once.
        sound_modes: How rooms can be made to sound.
        alarms: The household's alarms, and what changes them.
        ringing: Which of them ring.
        sources: What each room can be switched to.
        favorite_buttons: The buttons that start favourites.
        issues: What is shown to be in the way of the household's events.
        happenings: What finds out what happens.

    """

    def __init__(self, hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> None:
        """Prepare for the household of a config entry."""
        self.hass = hass
        self.entry = entry
        self.household = Household(entry.unique_id or "")
        self.connection = HouseholdConnection(
            reactor_thread(), self._async_deliver, connection_settings(entry.options)
        )
        self.entity_ids: dict[str, str] = {}
        self.served: dict[str, Served] = {}
        self._subscribers: dict[str, list[_Subscriber]] = defaultdict(list)
        self._new_speakers: list[Callable[[Iterable[Speaker]], None]] = []
        self._new_parts: list[Callable[[Iterable[Speaker]], None]] = []
        self.recent = RecentHappenings()
        self.log = RoomLog(self)
        self.commands = RoomCommands(self)
        self.devices = HouseholdDevices(self)
        self.stale_devices = StaleDevices(self)
        self.content = HouseholdContent(self)
        self.positions = PositionReader(self)
        self.readings = SpeakerReadings(self)
        self.health = EventHealth(self)
        self.sleep_timers = SleepTimers(self)
        self._tv_formats = TvFormatReader(self)
        self.turns = RoomQueue()
        self.snapshots = SnapshotStore(self)
        self.announcements = Announcements(self)
        self.announcer = Announcer(self)
        self.groups = RoomGroups(self)
        self.volume_limits = VolumeLimits(self)
        self.volumes = RoomVolumes(self)
        self.everywhere = Everywhere(self)
        self.alarms = HouseholdAlarms(self)
        self.sound_modes = SoundModes(self)
        self.ringing = RingingAlarms(self)
        self.sources = HouseholdSources(self)
        self.favorite_buttons = FavoriteButtons(self)
        self.issues = HouseholdIssues(self)
        self.happenings = HappeningDetector(self)
        self._waiting: set[asyncio.Event] = set()
        self._rooms_there: dict[str, bool] = {}
        self._apply: dict[type[AnyNews], Callable[[Any], Iterable[Change]]] = {
            EventNews: self._apply_event,
            TopologyNews: self._apply_topology,
            DescriptionNews: self._apply_description,
            ReachabilityNews: self._apply_reachability,
            LeaseNews: lambda _: (),
            ServedNews: self._apply_served,
            PositionNews: self._apply_position,
            ListenerNews: lambda _: (),
        }

    async def async_start(self) -> None:
        """Open the household and wait until its rooms are known.

        Raises:
            EngineError: When it cannot be opened.

        """
        self.devices.start()
        await self.volume_limits.async_load()
        await self.sound_modes.async_load()
        await self.stale_devices.async_load()
        data = self.entry.data
        hosts = dict.fromkeys([*data[CONF_HOSTS], *data.get(CONF_KNOWN_HOSTS, ())])
        identity = await self.connection.open(list(hosts), self.entry.unique_id)
        _LOGGER.debug("Listening to %s through %s", self.entry.title, identity.address)
        self.issues.start()
        self.content.start()
        self.alarms.start()
        self.ringing.start()
        self.happenings.start()
        self.announcements.start()
        self.sources.start()
        self.readings.start()

    async def async_stop(self, _event: Event | None = None) -> None:
        """End everything that was started."""
        await self.announcements.async_stop()
        self.positions.stop()
        self.readings.stop()
        self.health.stop()
        self.sleep_timers.stop()
        self.devices.stop()
        self.stale_devices.stop()
        self._tv_formats.stop()
        self.sources.stop()
        self.content.stop()
        self.alarms.stop()
        self.ringing.stop()
        self.happenings.stop()
        self.issues.stop()
        await self.connection.close()

    @callback
    def async_check_hosts_soon(self) -> None:
        """Look whether any of the hosts that were configured leads to another household.

        That can be so from the beginning, or since a speaker has another address.
        """
        self.entry.async_create_background_task(
            self.hass, self._async_check_hosts(), f"hosts of {self.entry.title}"
        )

    async def _async_check_hosts(self) -> None:
        speakers = self.household.speakers.values()
        generations = {speaker.member.generation for speaker in speakers if speaker.member}
        await async_check_hosts(
            self.hass,
            self.entry,
            at_home=[speaker.host for speaker in speakers],
            is_s1=1 in generations if generations & {1, 2} else None,
        )

    # What entities use

    @callback
    def async_subscribe(
        self, uid: str, aspects: frozenset[Aspect], changed: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Call ``changed`` whenever one of these aspects of a speaker is new.

        Returns:
            A function that ends the subscription.

        """
        subscriber = _Subscriber(aspects, changed)
        self._subscribers[uid].append(subscriber)
        return lambda: self._subscribers[uid].remove(subscriber)

    @callback
    def async_add_speakers(
        self, add: Callable[[Iterable[Speaker]], None], *, parts: bool = False
    ) -> CALLBACK_TYPE:
        """Call ``add`` with the speakers of all rooms, now and whenever rooms appear.

        Args:
            add: Takes speakers.
            parts: Whether to call it with those that are hidden parts of rooms, too.

        Returns:
            A function that ends this.

        """
        self._new_speakers.append(add)
        add(self.household.rooms)
        if not parts:
            return lambda: self._new_speakers.remove(add)
        self._new_parts.append(add)
        add(self.household.parts)

        @callback
        def no_more() -> None:
            self._new_speakers.remove(add)
            self._new_parts.remove(add)

        return no_more

    @property
    def is_reachable(self) -> bool:
        """Whether there is a speaker that can be asked about the household."""
        return any(speaker.available for speaker in self.household.rooms)

    def name_of(self, uid: str) -> str:
        """Return the room of a speaker, or the household's title if its room is not known."""
        speaker = self.household.speakers.get(uid)
        return (speaker.name if speaker else "") or self.entry.title

    def can_be_reached(self, speaker: Speaker) -> bool:
        """Tell whether a speaker answers, whether or not anything is known of its state."""
        return speaker.available or self.served.get(speaker.uid) is Served.NOT_AT_ALL

    def address_of(self, speaker: Speaker) -> str:
        """Return a speaker's address in the form that commands take."""
        return f"{speaker.host}:{speaker.port}"

    def player_of(self, speaker: Speaker) -> Speaker:
        """Return the speaker that plays for a speaker's group; itself if that is not known."""
        return self.household.coordinator_of(speaker.uid) or speaker

    def group_address_of(self, speaker: Speaker) -> str:
        """Return the address of the speaker that plays for a speaker's group."""
        return self.address_of(self.player_of(speaker))

    def with_company(self, uids: Iterable[str]) -> frozenset[str]:
        """Return the uids of rooms and of all that are grouped with them."""
        wanted = set(uids)
        members = (self.household.group_members(uid) for uid in wanted)
        return frozenset(wanted.union(*members))

    async def async_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until the household's events have made a condition true.

        Args:
            condition: Looks at the household; called after each delivery of news.
            seconds: How long to wait.

        Returns:
            Whether it is true.

        """
        delivered = asyncio.Event()
        self._waiting.add(delivered)
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    await delivered.wait()
                    delivered.clear()
        except TimeoutError:
            return condition()
        finally:
            self._waiting.discard(delivered)
        return True

    @callback
    def async_group_shown(self, speaker: Speaker) -> None:
        """Tell the others of a speaker's group that there is an entity to name as a member now."""
        members = self.household.group_members(speaker.uid)
        self.async_tell({uid: {Aspect.GROUP} for uid in members if uid != speaker.uid})

    # News

    @callback
    def _async_deliver(self, news: list[AnyNews]) -> None:
        self.recent.note(news)
        changes: dict[str, set[Aspect]] = defaultdict(set)
        for piece in news:
            try:
                new = self._apply[type(piece)](piece)
            except Exception:
                # A mistake over one piece of news must not take the others along.
                name = self.name_of(about(piece))
                _LOGGER.exception("Could not take in what is new about %s: %s", name, tell(piece))
                continue
            for change in new:
                changes[change.uid].add(change.aspect)
        for aspect in (Aspect.AVAILABILITY, Aspect.UPDATE):
            if any(aspect in aspects for aspects in changes.values()):
                changes[self.household.household_id].add(aspect)
        self.log.note(news)
        self.issues.note(news)
        groups = regrouped(changes)
        self.commands.note_regrouped(groups)
        self.log.regrouped(groups)
        self.async_tell(changes)
        self.volume_limits.hold(changes)
        # An event that changes nothing to be seen can leave the position in doubt, too; and what
        # was left to polling is to be read when polling ends.
        heard = {piece.uid for piece in news if isinstance(piece, EventNews | ServedNews)}
        self.positions.plan(changes.keys() | heard)
        self._tv_formats.plan(changes.keys())
        self.health.note(news)
        self.sleep_timers.plan(changes.keys())
        self.happenings.note(news, changes)

    @callback
    def async_report(self, changes: Iterable[Change]) -> None:
        """Let everybody know who shows something of these changes."""
        aspects: dict[str, set[Aspect]] = defaultdict(set)
        for change in changes:
            aspects[change.uid].add(change.aspect)
        self.async_tell(aspects)
        self.happenings.note_answers(aspects)

    @callback
    def async_tell(self, changes: Mapping[str, set[Aspect]]) -> None:
        """Let everybody know who shows something of this; changes are those of speakers by uid."""
        for uid, aspects in changes.items():
            for subscriber in list(self._subscribers.get(uid, ())):
                if not subscriber.aspects.isdisjoint(aspects):
                    subscriber.changed()
        for delivered in self._waiting:
            delivered.set()

    def _apply_event(self, news: EventNews) -> Iterable[Change]:
        changes = self.household.apply_event(
            news.uid,
            news.service,
            news.variables,
            news.received_at,
            is_initial=news.is_initial,
        )
        self.devices.update(changes)
        return changes

    def _apply_topology(self, news: TopologyNews) -> Iterable[Change]:
        change = self.household.apply_topology(news.topology, news.received_at)
        reasons = {device.uid: device.reason for device in change.gone}
        for uid in (*change.appeared, *change.disappeared):
            speaker = self.household.speakers[uid]
            self._log_room(speaker, _departure(speaker, reasons.get(uid)))
        starts = {
            start
            for uid in change.rebooted
            for start in self.household.note_start(uid, dt_util.utcnow())
        }
        self.devices.update(change.changes | starts)
        self.happenings.note_reboot(change.rebooted)
        self._remember_hosts()
        if change.appeared:
            speakers = [self.household.speakers[uid] for uid in change.appeared]
            for add in self._new_speakers:
                add(speakers)
        if change.bonded:
            speakers = [self.household.speakers[uid] for uid in change.bonded]
            for add in self._new_parts:
                add(speakers)
        self.stale_devices.note(change)
        if change.changes:
            self.devices.tidy()
        return change.changes | starts

    def _apply_description(self, news: DescriptionNews) -> Iterable[Change]:
        changes = self.household.apply_description(news.description.uid, news.description)
        self.devices.update(changes)
        return changes

    def _apply_reachability(self, news: ReachabilityNews) -> Iterable[Change]:
        changes = self.household.set_available(news.uid, news.reachable, news.reason)
        speaker = self.household.speakers[news.uid]
        is_told = self.served.get(news.uid) is not Served.NOT_AT_ALL
        self._log_room(
            speaker, f"{'cannot be reached' if is_told else 'is unavailable'}: {news.reason}"
        )
        return changes

    def _apply_served(self, news: ServedNews) -> Iterable[Change]:
        before, self.served[news.uid] = self.served.get(news.uid), news.served
        name = self.name_of(news.uid)
        if news.served is Served.BY_POLLING:
            _LOGGER.info("%s is asked for its state, because its events do not arrive", name)
        elif before is Served.BY_POLLING:
            _LOGGER.info("The events of %s arrive again", name)
        return ()

    def _apply_position(self, news: PositionNews) -> Iterable[Change]:
        return self.household.apply_position(news.uid, news.reading, news.requested_at)

    def _log_room(self, speaker: Speaker, loss: str) -> None:
        """Log once that a room is lost, and once that it is back, whoever says so first."""
        was_there = self._rooms_there.get(speaker.uid)
        if speaker.visible and speaker.available:
            self._rooms_there[speaker.uid] = True
            if was_there is False:
                _LOGGER.info("%s is back", speaker.name)
        elif was_there:
            self._rooms_there[speaker.uid] = False
            _LOGGER.info("%s %s", speaker.name, loss)

    # Storage

    def _remember_hosts(self) -> None:
        """Keep the addresses of all rooms, so that any of them is a way in after a restart."""
        known = sorted(speaker.host for speaker in self.household.rooms)
        if known != self.entry.data.get(CONF_KNOWN_HOSTS):
            self.hass.config_entries.async_update_entry(
                self.entry, data={**self.entry.data, CONF_KNOWN_HOSTS: known}
            )
            if self.entry.state is ConfigEntryState.LOADED:
                self.async_check_hosts_soon()


def _departure(speaker: Speaker, reason: str | None) -> str:
    """Say what became of a room that is in the household no more."""
    if speaker.present:
        return "is a part of another room now"
    return f"has left the household: {reason}" if reason else "has left the household"
