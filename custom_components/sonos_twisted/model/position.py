"""Where in the track a player is: exact without polling.

Players do not event the position, but they event everything that changes it except a seek, so it
can be reckoned: a track that starts is at 0, a pause freezes it, and it runs on when play resumes.
Where an event leaves room for doubt, one reading (GetPositionInfo) settles it: `reading_due` says
when. `overdue_at` says when a track should have ended without an event, which is worth a reading,
too. A reading right after a change may still show the clock of the track before, so it is due a
moment later; and a reading that was requested before the newest change tells about the past, so it
is dropped.

All times are seconds of the caller's clock.
"""

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from .media import PlaybackState
from .times import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTLING = 1.0
"""Seconds after a change until a player's clock can be trusted."""

_NATURAL_END = 3.0
"""A track that had no more than these seconds left when the next one came has played to its end."""

_OVERDUE = 1.0
"""If it had ended longer than these seconds before, the event is late: the next one plays on."""

_CUT = 1.0
"""Players cut positions to whole seconds: the real one is up to this much later."""


@dataclass(frozen=True, slots=True)
class PlaybackPosition:
    """A position that was true at one time, and runs on from there or doesn't."""

    position: float
    """Seconds from the start of the track."""
    measured_at: float
    running: bool

    def at(self, now: float) -> float:
        """Give the position at a later time."""
        if not self.running:
            return self.position
        return self.position + max(0.0, now - self.measured_at)


@dataclass(frozen=True, slots=True)
class PositionReading:
    """What GetPositionInfo answered."""

    position: float | None
    """Seconds; None if the player knows no position."""
    uri: str
    """The track that it is about."""
    measured_at: float | None = None
    """When the player knew it; None if that is only known to be after the request."""


def parse_position_info(answer: Mapping[str, str]) -> PositionReading:
    """Read the answer of GetPositionInfo, by its argument names (RelTime, TrackURI).

    MeasuredAt is the time at which it was true, if the answer comes with that.
    """
    measured_at = answer.get("MeasuredAt")
    return PositionReading(
        parse_duration(answer.get("RelTime")),
        answer.get("TrackURI", ""),
        float(measured_at) if measured_at else None,
    )


@dataclass(frozen=True, slots=True)
class Playing:
    """What the position depends on."""

    playback: PlaybackState | None = None
    uri: str | None = None
    """The track URI."""
    queue_position: int | None = None
    duration: float | None = None
    """Without one (radio, TV), there is no position to speak of."""


@dataclass(frozen=True, slots=True)
class PositionTracker:
    """The position of one player and what is known about its worth. A value: events make new ones.

    `position` is the best that is known, and None while nothing is. `doubtful` says that a reading
    is wanted. Readings requested before `valid_from` are too old to tell.
    """

    playing: Playing = Playing()
    position: PlaybackPosition | None = None
    doubtful: bool = False
    valid_from: float = -inf

    @property
    def reading_due(self) -> float | None:
        """The time from which on a reading should be requested, None if none is wanted."""
        if not self.doubtful or self.playing.playback is PlaybackState.TRANSITIONING:
            return None
        return self.valid_from

    @property
    def overdue_at(self) -> float | None:
        """The time from which on an end of the track would be known, None if none is to come.

        A track that is repeated may begin again without a word, and one may last longer than it
        was said to; a reading tells.
        """
        duration, position = self.playing.duration, self.position
        if duration is None or position is None or not position.running:
            return None
        left = duration - position.position
        return position.measured_at + left + _NATURAL_END if left > 0 else None

    def after_event(
        self, playing: Playing, now: float, *, is_initial: bool = False
    ) -> PositionTracker:
        """Reckon the position when an event came that told the transport state or another track.

        The rules, in the order in which they are tried:

        - what has no duration has no position;
        - a stopped player is at 0;
        - nothing known before: unknown, to be read at once;
        - another track: at 0. If the one before did not play to its end, someone chose this one,
          and it may have started elsewhere (a cast, a bookmark): to be read;
        - play after stop: at 0, to be read for the same reason;
        - the same state again, or from playing to transitioning, or the same track at another
          place of the queue: perhaps someone has sought, to be read;
        - else (pause, resume, start after buffering): certain if it was certain.

        Args:
            playing: What the event told.
            now: When it came.
            is_initial: Whether it was the first event of a subscription. What it tells may have
                happened long ago, so that what is reckoned from its time has to be read.
        """
        tracker = self._reckoned(playing, now)
        moves = playing.duration is not None and playing.playback is not PlaybackState.STOPPED
        if not is_initial or not moves or tracker.doubtful:
            return tracker
        return replace(tracker, doubtful=True, valid_from=now + SETTLING)

    def _reckoned(self, playing: Playing, now: float) -> PositionTracker:
        before = self.playing
        if playing.duration is None:
            return PositionTracker(playing, valid_from=now)
        if playing.playback is PlaybackState.STOPPED:
            return self._stopped(playing, now)
        if before.playback is None or playing.playback is None:
            return PositionTracker(playing, doubtful=True, valid_from=now)
        if playing.uri != before.uri:
            return self._started(playing, now, doubtful=not self._near_end(now))
        if before.playback is PlaybackState.STOPPED:
            return self._started(playing, now, doubtful=True)
        change = (before.playback, playing.playback)
        sought = change[0] is change[1] or change == _INTERRUPTION
        doubtful = self.doubtful or sought or playing.queue_position != before.queue_position
        valid_from = now + SETTLING if doubtful else now
        return PositionTracker(playing, self._carried(playing, now), doubtful, valid_from)

    def after_command(self, now: float) -> PositionTracker:
        """Want a reading when the player was told to go elsewhere in the track.

        Its events may be too close together for one of them to tell of that.
        """
        if self.playing.duration is None:
            return self
        return replace(self, doubtful=True, valid_from=now + SETTLING)

    def after_reading(self, reading: PositionReading, requested_at: float) -> PositionTracker:
        """Take over a reading, unless it is too old or about another track.

        A reading that agrees with what was reckoned confirms it: the reckoned value is finer than
        the whole seconds that players answer with. Of any other, the middle of what it can mean is
        taken, so that it is never wrong by a second.
        """
        if requested_at < self.valid_from or self.playing.duration is None:
            return self
        settled = replace(self, doubtful=False)
        if reading.uri and reading.uri != self.playing.uri:
            # The player is ahead of its events; the one on its way brings what is to be known.
            return settled
        if reading.position is None:
            return replace(settled, position=None)
        measured_at = requested_at if reading.measured_at is None else reading.measured_at
        overdue_at = self.overdue_at
        if self.position is not None and (overdue_at is None or measured_at < overdue_at):
            ahead = self.position.at(measured_at) - reading.position
            if 0 <= ahead <= _CUT:
                return settled
        running = self.playing.playback is PlaybackState.PLAYING
        middle = reading.position + _CUT / 2 if running else reading.position
        return replace(settled, position=PlaybackPosition(middle, measured_at, running))

    def _near_end(self, now: float) -> bool:
        duration = self.playing.duration
        if self.position is None or duration is None or self.doubtful:
            return False
        return self.position.running and (
            -_OVERDUE <= duration - self.position.at(now) <= _NATURAL_END
        )

    def _stopped(self, playing: Playing, now: float) -> PositionTracker:
        position = self.position
        if position is None or position.running or position.position:
            position = PlaybackPosition(0.0, now, running=False)
        return PositionTracker(playing, position, valid_from=now)

    def _started(self, playing: Playing, now: float, *, doubtful: bool) -> PositionTracker:
        running = playing.playback is PlaybackState.PLAYING
        position = PlaybackPosition(0.0, now, running)
        return PositionTracker(playing, position, doubtful, now + SETTLING if doubtful else now)

    def _carried(self, playing: Playing, now: float) -> PlaybackPosition | None:
        """Let the position run on or freeze it at the value reached, within the track."""
        position = self.position
        running = playing.playback is PlaybackState.PLAYING
        if position is None:
            return None
        end = playing.duration or inf
        if position.running is running and position.position <= end:
            return position
        return PlaybackPosition(min(position.at(now), end), now, running)


NO_POSITION = PositionTracker()
"""What is known at first: nothing."""

_INTERRUPTION = (PlaybackState.PLAYING, PlaybackState.TRANSITIONING)
