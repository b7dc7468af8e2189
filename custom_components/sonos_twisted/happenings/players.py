"""What happens to those who play for a group: alarms, sleep timers, the end of a queue.

It happens in all rooms of the group. Who joins it later, or leaves it before, has no part in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

from ..model import (
    SOUNDING,
    Media,
    PlaybackPosition,
    Source,
    Speaker,
    whole_number,
)
from . import async_fire
from .memory import ALARM, QUEUE, SLEEP, Told

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..engine import EventNews

_AVT = "AVTransport"

#: Seconds before its end from which on a sleep timer that is gone has run out: it is known to the
#: second, and clocks differ.
_TIMER_SECONDS = 3.0

#: Seconds that may be missing to the end of a track that has been played to its end.
_END_SECONDS = 3.0


@dataclass(slots=True)
class _Alarm:
    """An alarm that rings.

    Attributes:
        alarm_id: Its number; None if that is not known.
        is_told: Whether it was told that it has begun. As long as the speaker is asked which one
            it is, it was not.
        snoozes: Whether it is silent for a while.
        rooms: The uids of the rooms in which it rings.

    """

    alarm_id: int | None
    is_told: bool
    snoozes: bool = False
    rooms: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Timer:
    """A sleep timer: its generation, and when it ends; 0 for none, None if that is not known."""

    generation: int | None
    end: float | None


@dataclass(frozen=True, slots=True)
class _Queue:
    """What is known of a queue that sounds.

    Attributes:
        media: What it plays.
        position: Where in the track it is.
        is_last: Whether nothing comes after this track.

    """

    media: Media
    position: PlaybackPosition | None
    is_last: bool


class Players:
    """Compares what is known of those who play with what was known before."""

    def __init__(self, coordinator: HouseholdCoordinator, told: Told) -> None:
        """Begin without knowing anything."""
        self._coordinator = coordinator
        self._household = coordinator.household
        self._told = told
        self._alarms: dict[str, _Alarm | None] = {}
        self._timers: dict[str, _Timer] = {}
        self._queues: dict[str, _Queue] = {}

    @callback
    def start(self) -> CALLBACK_TYPE:
        """Wait for answers to the question which alarm rings.

        Returns:
            A function that ends this.

        """
        return self._coordinator.ringing.async_subscribe(self._alarm_named)

    def distrust(self, uid: str) -> None:
        """Take it that anything may have happened to a player."""
        self._alarms.pop(uid, None)
        self._timers.pop(uid, None)
        self._queues.pop(uid, None)

    def look(self, player: Speaker, news: EventNews | None = None) -> None:
        """Compare.

        Args:
            player: A speaker.
            news: What it has just told of its AVTransport, if anything.

        """
        if player.follows is not None or self._household.coordinator_of(player.uid) is not player:
            alarm = self._alarms.get(player.uid)
            if alarm is not None:
                self._end_alarm(player.uid, alarm)
            self.distrust(player.uid)
            # An alarm makes who follows another play for itself, and may say so first.
            self._alarms[player.uid] = None
            return
        if self._told.has(player.uid, ALARM):
            self._compare_alarm(player, news)
        if self._told.has(player.uid, SLEEP):
            self._compare_timer(player)
        if self._told.has(player.uid, QUEUE):
            self._compare_queue(player, news)

    def _fire(self, kind: str, rooms: Iterable[str], data: Mapping[str, Any]) -> None:
        for uid in rooms:
            if self._household.speakers[uid].available:
                async_fire(self._coordinator, kind, uid, data)

    def _rooms(self, player: Speaker) -> Sequence[str]:
        return self._household.group_members(player.uid)

    # Alarms

    def _compare_alarm(self, player: Speaker, news: EventNews | None) -> None:
        own, uid = player.own, player.uid
        named = str(news.variables.get("alarm_id_running", "")) if news else ""
        alarm_id = whole_number(named)
        is_new = uid not in self._alarms
        alarm = self._alarms.setdefault(uid, None)
        if alarm is not None:
            alarm.rooms = self._rooms(player)
        if alarm is not None and (
            not own.alarm_running or (alarm_id and alarm.alarm_id not in {None, alarm_id})
        ):
            self._end_alarm(uid, alarm)
            alarm = None
        if own.alarm_running and alarm is None:
            alarm = self._alarms[uid] = _Alarm(alarm_id, is_told=is_new, rooms=self._rooms(player))
            if alarm_id is not None:
                self._tell_beginning(alarm)
        if alarm is not None:
            snoozes = bool(own.snooze_running)
            if snoozes and not alarm.snoozes and not is_new:
                self._tell_beginning(alarm)
                self._fire("alarm_snoozed", alarm.rooms, self._described(alarm))
            alarm.snoozes = snoozes

    def _end_alarm(self, uid: str, alarm: _Alarm) -> None:
        self._tell_beginning(alarm)
        self._alarms[uid] = None
        self._fire("alarm_ended", alarm.rooms, self._described(alarm))

    def _tell_beginning(self, alarm: _Alarm) -> None:
        if not alarm.is_told:
            alarm.is_told = True
            self._fire("alarm_started", alarm.rooms, self._described(alarm))

    @callback
    def _alarm_named(self) -> None:
        """Take in which alarms ring, of which that was asked."""
        for uid, alarm in list(self._alarms.items()):
            player = self._household.speakers.get(uid)
            if alarm is None or player is None:
                continue
            if (ringing := self._coordinator.ringing.in_room(player)) is not None:
                alarm.alarm_id = alarm.alarm_id or ringing.alarm_id
                self._tell_beginning(alarm)

    def _described(self, alarm: _Alarm) -> dict[str, Any]:
        known = self._coordinator.alarms.known.get(alarm.alarm_id or 0)
        if known is None:
            names = ("start", "duration", "recurrence", "volume", "program", "include_linked_zones")
            return {"alarm_id": alarm.alarm_id, **dict.fromkeys(names)}
        return {
            "alarm_id": known.alarm_id,
            "start": known.start.isoformat(),
            "duration": known.duration,
            "recurrence": known.recurrence,
            "volume": known.volume,
            "program": known.program_title,
            "include_linked_zones": known.include_linked_zones,
        }

    # Sleep timers

    def _compare_timer(self, player: Speaker) -> None:
        own = player.own
        before = self._timers.get(player.uid)
        timer = self._timers[player.uid] = _Timer(own.sleep_timer_generation, own.sleep_timer_end)
        if before is None or not before.end or before == timer:
            return
        late = dt_util.utcnow().timestamp() - before.end
        is_another = before.generation != timer.generation
        if is_another:
            # How much of a new one is left is not known yet.
            self._timers[player.uid] = _Timer(timer.generation, None)
        has_gone = is_another or timer.end == 0
        is_silent = player.playback not in SOUNDING
        if has_gone and late >= -_TIMER_SECONDS and (is_silent or not is_another):
            self._fire("sleep_timer_ended", self._rooms(player), {})

    # Queues

    def _compare_queue(self, player: Speaker, news: EventNews | None) -> None:
        uid, media = player.uid, player.own.media
        before = self._queues.pop(uid, None)
        if media is None or media.source is not Source.QUEUE:
            return
        if player.own.playback in SOUNDING:
            self._queues[uid] = _Queue(media, player.own.position, _is_last(player, media))
        elif before is not None and news is not None and _has_ended(before, media, news):
            self._fire("queue_ended", self._rooms(player), {"queue_size": media.queue_size})


def _is_last(player: Speaker, media: Media) -> bool:
    """Tell whether nothing comes after what a player plays of its queue."""
    mode = player.own.play_mode
    if mode is None or mode.repeat != "off":
        return False
    following = player.variable(_AVT, "next_track_uri")
    if following is not None:
        return following == ""
    return not mode.shuffle and media.queue_position == media.queue_size


def _has_ended(before: _Queue, now: Media, news: EventNews) -> bool:
    """Tell whether a queue that is silent has come to its end.

    Then it is at its beginning again; who ends it by hand leaves it where it was. With a single
    track, only the time tells one from the other.
    """
    was = before.media
    is_the_same = (was.queue_size, was.enqueued_uri) == (now.queue_size, now.enqueued_uri)
    if not before.is_last or not is_the_same:
        return False
    if was.queue_position != 1:
        return now.queue_position == 1
    if before.position is None or was.duration is None:
        return False
    return before.position.at(news.received_at) >= was.duration - _END_SECONDS
