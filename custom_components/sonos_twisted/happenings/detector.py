"""Finds out what has happened in a household, from what its news have changed.

Of each room is kept what was last known of it, so that a piece of news costs a comparison or two
for each room that it is about. What is found out about a speaker that was away is no happening of
now: it is taken down, and nothing fires. The same goes for all that is learnt at the start.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, callback

from ..engine import AnyNews, EventNews, LeaseNews, ServedNews
from ..model import Aspect, Passage
from . import async_fire
from .groups import Group, group_happenings, groups_of
from .memory import BATTERY, Told
from .players import Players
from .rooms import Rooms
from .speakers import Speakers

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

_AVT = "AVTransport"

#: What may mean that a room plays something else.
_PLAYING = frozenset({Aspect.AVAILABILITY, Aspect.GROUP, Aspect.MEDIA, Aspect.PLAYBACK})

#: What is learnt by asking, and may mean that something has happened.
_ANSWERED = frozenset({Aspect.POSITION, Aspect.SLEEP_TIMER})

_NO_TRACKS = Passage()


class HappeningDetector:
    """Compares what is known of a household with what was known before."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Begin without knowing anything."""
        self._coordinator = coordinator
        self._household = coordinator.household
        self._topology = coordinator.household.topology
        self._groups: dict[str, Group] = {}
        self._told = Told()
        self._rooms = Rooms(coordinator, self._told)
        self._players = Players(coordinator, self._told)
        self._speakers = Speakers(coordinator, self._told)
        self._rebooted: list[str] = []
        self._reasons: dict[str, str] = {}
        self._end: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Listen to what is not told by news."""
        self._end = self._players.start()

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._rooms.stop()
        if self._end is not None:
            self._end()
            self._end = None

    @callback
    def note_reboot(self, uids: Iterable[str]) -> None:
        """Take note of speakers that have started anew; it is told with the news that say so."""
        self._rebooted.extend(uids)

    @callback
    def note(self, news: Iterable[AnyNews], changes: Mapping[str, set[Aspect]]) -> None:
        """Take note of news that the coordinator has just taken in, and of what they changed.

        Entities have written their state by then.
        """
        self._note_absence(changes)
        self._note_restarts()
        if self._household.topology is not self._topology:
            self._compare_groups()
        told: dict[str, set[str]] = {}
        transport: dict[str, EventNews] = {}
        for piece in news:
            if isinstance(piece, EventNews):
                if self._is_of_now(piece):
                    told.setdefault(piece.uid, set()).update(self._told.note(piece))
                if piece.service == _AVT:
                    transport[piece.uid] = piece
            elif isinstance(piece, LeaseNews) and piece.reason:
                self._reasons[piece.uid] = piece.reason
            elif isinstance(piece, ServedNews):
                self._note_served(piece)
        self._compare_speakers(told)
        self._compare_playing(transport, changes)

    @callback
    def note_answers(self, changes: Mapping[str, set[Aspect]]) -> None:
        """Take note of what has changed by answers to questions."""
        for uid, aspects in changes.items():
            speaker = self._household.speakers.get(uid)
            if speaker is None or not (speaker.visible and speaker.available):
                continue
            if Aspect.DEVICE in aspects:
                self._told.note_answer(uid, BATTERY)
                self._speakers.look(speaker, frozenset({BATTERY}))
            if not _ANSWERED.isdisjoint(aspects):
                self._players.look(speaker)

    @callback
    def look_again(self, uids: Iterable[str]) -> None:
        """Compare what rooms play after a time in which that did not count."""
        self._compare_playing({}, {uid: {Aspect.MEDIA} for uid in uids})

    # Who was away

    def _note_absence(self, changes: Mapping[str, set[Aspect]]) -> None:
        for uid, aspects in changes.items():
            speaker = self._household.speakers.get(uid)
            if speaker is None or Aspect.AVAILABILITY not in aspects:
                continue
            if not (speaker.present and speaker.available):
                self._distrust(uid)

    def _note_restarts(self) -> None:
        rebooted, self._rebooted = self._rebooted, []
        for uid in rebooted:
            self._distrust(uid)
            speaker = self._household.speakers[uid]
            if speaker.visible:
                data = {"software_version": speaker.software_version}
                async_fire(self._coordinator, "speaker_rebooted", uid, data)

    def _is_of_now(self, news: EventNews) -> bool:
        """Tell whether a speaker has told this since it was away the last time."""
        speaker = self._household.speakers[news.uid]
        is_of_this_start = news.boot_seq is None or news.boot_seq >= (speaker.boot_seq or 0)
        return speaker.available and is_of_this_start

    def _distrust(self, uid: str) -> None:
        """Take it that a speaker was away: what is new of what it plays is not new just now."""
        self._told.forget(uid)
        self._players.distrust(uid)
        self._speakers.distrust(uid)
        self._rooms.distrust(uid)
        player = self._household.coordinator_of(uid)
        if player is not None and player.uid == uid:
            for member in self._household.group_members(uid):
                self._rooms.distrust(member)

    # Groups

    def _compare_groups(self) -> None:
        before = self._groups
        self._topology = self._household.topology
        self._groups = groups_of(self._topology, before)
        for each in group_happenings(before, self._groups):
            data = self._group_data(each.before, each.after)
            async_fire(self._coordinator, each.kind, each.uid, data)

    def _group_data(self, before: Group, after: Group) -> dict[str, Any]:
        return {
            "before": list(self._entity_ids(before.members)),
            "after": list(self._entity_ids(after.members)),
            "rooms_before": self._names(before.members),
            "rooms_after": self._names(after.members),
            "coordinator": self._coordinator.entity_ids.get(after.coordinator),
        }

    def _entity_ids(self, uids: Iterable[str]) -> Iterator[str]:
        entity_ids = self._coordinator.entity_ids
        return (entity_ids[uid] for uid in uids if uid in entity_ids)

    def _names(self, uids: Iterable[str]) -> list[str]:
        return [self._household.speakers[uid].name for uid in uids]

    # All else

    def _note_served(self, news: ServedNews) -> None:
        speaker = self._household.speakers.get(news.uid)
        if speaker is not None and speaker.visible:
            self._speakers.note_served(speaker, news, self._reasons.get(news.uid, ""))

    def _compare_speakers(self, told: Mapping[str, set[str]]) -> None:
        for uid, names in told.items():
            if names and (speaker := self._household.speakers[uid]).visible:
                self._speakers.look(speaker, frozenset(names))

    def _compare_playing(
        self, transport: Mapping[str, EventNews], changes: Mapping[str, set[Aspect]]
    ) -> None:
        speakers = self._household.speakers
        concerned = {uid for uid, aspects in changes.items() if not _PLAYING.isdisjoint(aspects)}
        for uid in transport:
            concerned.add(uid)
            concerned.update(self._household.group_members(uid))
        for uid in sorted(concerned & speakers.keys()):
            speaker, player = speakers[uid], self._household.coordinator_of(uid)
            if player is None or not (speaker.visible and speaker.available):
                continue
            self._players.look(speaker, transport.get(uid))
            if player.follows is not None:
                continue  # it plays for nobody, and the topology will say so
            if not player.available:
                self._rooms.distrust(uid)
                continue
            told = transport.get(player.uid)
            self._rooms.look(speaker, player, (told and told.passed) or _NO_TRACKS)
