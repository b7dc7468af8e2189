"""What a player plays: source, state, position, sleep timer."""

from typing import TYPE_CHECKING, Protocol

from . import didl
from .errors import Code, UpnpError
from .media import FILE, MEMBER, NOTHING, QUEUE, TV, VIRTUAL_LINE_IN, Kind, kind_of
from .playqueue import PlayQueue
from .ringing import Ringing

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from .didl import Track


class Resolver(Protocol):
    """Finds out what a URI holds."""

    def resolve(self, uri: str, metadata: str = "") -> Track:
        """Return the track behind a URI."""

    def stream_content(self, uri: str) -> str:
        """Return what a station says is on."""


STOPPED = "STOPPED"
PLAYING = "PLAYING"
PAUSED = "PAUSED_PLAYBACK"
TRANSITIONING = "TRANSITIONING"


class Transport:
    """The AVTransport of one player; it knows nothing of groups."""

    def __init__(
        self,
        clock: IReactorTime,
        uid: str,
        resolver: Resolver,
        changed: Callable[[str], None],
        transition: float = 0.1,
    ) -> None:
        """Start with an empty queue and no source.

        Args:
            clock: Tells and measures time.
            uid: Of the player.
            resolver: Finds out what a URI holds.
            changed: Called with the name of each service whose variables changed.
            transition: Seconds that a track takes to start.
        """
        self._clock = clock
        self._uid = uid
        self._resolver = resolver
        self._changed = changed
        self.transition = transition
        self.queue = PlayQueue(seed=int(uid[13:19], 16))
        self.uri = ""
        self.uri_metadata = ""
        self.state = STOPPED
        self.crossfade = False
        self.stream_content = ""
        self.radio_show = ""
        self.status = "OK"
        self.direct_control = ""
        self.next_uri = ""
        self.next_metadata = ""
        self.sleep_generation = 0
        self._single: Track | None = None
        self._base = 0.0
        self._since = 0.0
        self._settling: IDelayedCall | None = None
        self._ending: IDelayedCall | None = None
        self._sleeping: IDelayedCall | None = None
        self.ringing = Ringing(
            clock,
            silence=self._fall_silent,
            play=self._begin,
            changed=lambda: changed("AVTransport"),
        )

    # -- what is there

    @property
    def kind(self) -> Kind:
        """The kind of the source."""
        return kind_of(self.uri)

    @property
    def track(self) -> Track | None:
        """What is current."""
        return self.queue.current if self.kind is QUEUE else self._single

    @property
    def track_number(self) -> int:
        """Number of the current track, 0 when there is none."""
        if self.kind is QUEUE:
            return self.queue.index + 1 if self.queue.tracks else 0
        return self.kind.tracks

    @property
    def track_count(self) -> int:
        """How many tracks the source has."""
        return len(self.queue) if self.kind is QUEUE else self.kind.tracks

    @property
    def position(self) -> float:
        """Seconds into the current track."""
        if self.state != PLAYING:
            return self._base
        elapsed = self._base + self._clock.seconds() - self._since
        track = self.track
        return min(elapsed, track.duration) if track and track.duration else elapsed

    @property
    def play_mode(self) -> str:
        """The play mode of the queue."""
        return self.queue.play_mode

    # -- what a person or an action does

    def set_uri(self, uri: str, metadata: str = "") -> None:
        """Choose a source; it does not play by that, except the TV, which always does."""
        if uri.startswith("x-rincon-queue:") and not uri.startswith(f"x-rincon-queue:{self._uid}"):
            raise UpnpError(Code.ILLEGAL_MIME_TYPE)
        self._halt(STOPPED)
        self.ringing.clear()
        self.uri, self.uri_metadata = uri, metadata
        self._base = 0.0
        self.stream_content = self.radio_show = ""
        self.direct_control = ""
        kind = self.kind
        self._single = None if kind in {QUEUE, NOTHING} else self._resolver.resolve(uri, metadata)
        if kind is QUEUE:
            self.queue.index = 0
            self.queue.set_play_mode(self.play_mode)
        if kind in {TV, VIRTUAL_LINE_IN, MEMBER}:
            self._start_clock()
        self._changed("AVTransport")

    def play(self) -> None:
        """Play.

        Raises:
            UpnpError: There is nothing that could be played.
        """
        self._require("Play")
        if self.track is None:
            raise UpnpError(Code.TRANSITION_NOT_AVAILABLE)
        if self.state in {PLAYING, TRANSITIONING}:
            return
        self.ringing.resume()
        self._begin()

    def pause(self) -> None:
        """Pause.

        Raises:
            UpnpError: The source can't be paused, or nothing plays.
        """
        self._require("Pause")
        if self.state not in {PLAYING, TRANSITIONING}:
            raise UpnpError(Code.TRANSITION_NOT_AVAILABLE)
        self._halt(PAUSED)
        self._changed("AVTransport")

    def stop(self) -> None:
        """Stop; a queue keeps its track but not the position."""
        self._require("Stop")
        if self.kind is MEMBER:
            return
        self._fall_silent()
        self.ringing.clear()
        self._changed("AVTransport")

    def next(self) -> None:
        """Go to the next track.

        Raises:
            UpnpError: There is none, or the source has no tracks.
        """
        self._require("Next")
        if self.kind is not QUEUE:
            self._move_to(0.0)
            self._restart()
            return
        self._go(self.queue.following(natural=False))

    def previous(self) -> None:
        """Go to the track before.

        Raises:
            UpnpError: There is none, or the source has no tracks.
        """
        self._require("Previous")
        if self.kind is not QUEUE:
            self._move_to(0.0)
            self._restart()
            return
        self._go(self.queue.preceding())

    def seek_track(self, number: int) -> None:
        """Go to a track of the queue by its number (from 1).

        Raises:
            UpnpError: The source is no queue or there is no such track.
        """
        self._require("Seek")
        if self.kind is not QUEUE or not 1 <= number <= len(self.queue):
            raise UpnpError(Code.ILLEGAL_SEEK_TARGET)
        self._go(number - 1)

    def seek_time(self, seconds: float) -> None:
        """Go to a position in the current track.

        Raises:
            UpnpError: The source can't seek, or the track is shorter.
        """
        self._require("Seek")
        track = self.track
        if track is None:
            raise UpnpError(Code.TRANSITION_NOT_AVAILABLE)
        if seconds > track.duration:
            raise UpnpError(Code.ILLEGAL_SEEK_TARGET)
        self._move_to(max(0.0, seconds))
        if self.state == PLAYING:
            # Players pass through TRANSITIONING while they seek.
            self._begin()

    def set_play_mode(self, mode: str) -> None:
        """Change the play mode.

        Raises:
            UpnpError: The queue is not the source.
        """
        if self.kind is not QUEUE:
            raise UpnpError(Code.PLAY_MODE_NOT_SUPPORTED)
        self.queue.set_play_mode(mode)
        self._changed("AVTransport")

    def set_crossfade(self, *, on: bool) -> None:
        """Switch crossfade on or off.

        Raises:
            UpnpError: The source doesn't support it.
        """
        if self.kind.streams and self.kind is not NOTHING:
            raise UpnpError(Code.NOT_SUPPORTED_HERE)
        self.crossfade = on
        self._changed("AVTransport")

    def set_stream_content(self, text: str) -> None:
        """Change what a station says is on."""
        self.stream_content = text
        self._changed("AVTransport")

    def set_radio_show(self, title: str) -> None:
        """Let a station say that another programme is on."""
        self.radio_show = f"{title},p{len(title):06}" if title else ""
        self._changed("AVTransport")

    # -- the queue

    def enqueue(
        self,
        tracks: list[Track],
        position: int = 0,
        *,
        as_next: bool = False,
        container: tuple[str, str] = ("", ""),
    ) -> int:
        """Add tracks to the queue and return the number of the first."""
        first = self.queue.insert(tracks, position, as_next=as_next)
        self.queue.container_uri, self.queue.container_metadata = container
        self._queue_changed()
        return first

    def remove(self, start: int, count: int = 1) -> None:
        """Remove tracks; if the current one goes, the one behind it takes over."""
        playing = self.state in {PLAYING, TRANSITIONING}
        if self.queue.remove(start, count) and self.kind is QUEUE:
            self._halt(STOPPED)
            self._base = 0.0
            if playing and self.queue.tracks:
                self._begin()
        self._queue_changed()

    def clear_queue(self) -> None:
        """Empty the queue; playing it ends."""
        self.queue.clear()
        if self.kind is QUEUE:
            self._halt(STOPPED)
            self._base = 0.0
        self._queue_changed()

    def move(self, start: int, count: int, before: int) -> None:
        """Move tracks within the queue."""
        self.queue.move(start, count, before)
        self._queue_changed()

    def _queue_changed(self) -> None:
        for service in ("Queue", "ContentDirectory", "AVTransport"):
            self._changed(service)
        self._schedule_end()

    # -- the sleep timer

    @property
    def sleep_remaining(self) -> float | None:
        """Seconds until the sleep timer stops the music, None without a timer."""
        if self._sleeping is None:
            return None
        return self._sleeping.getTime() - self._clock.seconds()

    def set_sleep_timer(self, seconds: float | None) -> None:
        """Start the sleep timer, or end it with None."""
        self._cancel("_sleeping")
        if seconds is not None:
            self._sleeping = self._clock.callLater(seconds, self._fall_asleep)
        self.sleep_generation += 1
        self._changed("AVTransport")

    def _fall_asleep(self) -> None:
        self._sleeping = None
        self.sleep_generation += 1
        self._halt(PAUSED if self.kind.allows("Pause") else STOPPED)
        self._changed("AVTransport")

    # -- handing over

    def take_over(self, other: Transport) -> None:
        """Continue what another player played."""
        self._halt(STOPPED)
        self.queue.replace(other.queue)
        uri = f"x-rincon-queue:{self._uid}#0" if other.kind is QUEUE else other.uri
        self.uri, self.uri_metadata = uri, other.uri_metadata
        self._single = other._single
        self._base = other.position
        self.crossfade = other.crossfade
        self.stream_content, self.radio_show = other.stream_content, other.radio_show
        self.state = other.state
        if self.state == TRANSITIONING:
            self._begin()
        elif self.state == PLAYING:
            self._start_clock()
        self._queue_changed()

    def detach(self, *, keep_queue: bool) -> None:
        """Stand alone after a group, with the own queue or with an empty one."""
        if not keep_queue and self.queue.tracks:
            self.queue.clear()
        self.set_uri(f"x-rincon-queue:{self._uid}#0")
        self._queue_changed()

    def power_off(self) -> None:
        """Lose what a player loses with its power: it plays no more."""
        self._fall_silent()
        self.ringing.clear()
        self._cancel("_sleeping")

    # -- inside

    def _require(self, action: str) -> None:
        if not self.kind.allows(action):
            raise UpnpError(Code.TRANSITION_NOT_AVAILABLE)

    def _go(self, index: int | None) -> None:
        if index is None:
            raise UpnpError(Code.ILLEGAL_SEEK_TARGET)
        self.queue.index = index
        self._move_to(0.0)
        self._restart()

    def _move_to(self, seconds: float) -> None:
        self._base = seconds
        self._since = self._clock.seconds()

    def _restart(self) -> None:
        if self.state in {PLAYING, TRANSITIONING}:
            self._begin()
        else:
            self._changed("AVTransport")

    def _begin(self) -> None:
        self._halt(TRANSITIONING)
        self._settling = self._clock.callLater(self.transition, self._settle)
        self._changed("AVTransport")

    def _settle(self) -> None:
        self._settling = None
        if self.kind.streams:
            self.stream_content = self._resolver.stream_content(self.uri)
        self._start_clock()
        self._changed("AVTransport")

    def _start_clock(self) -> None:
        self.state = PLAYING
        self._since = self._clock.seconds()
        self._schedule_end()

    def _halt(self, state: str) -> None:
        self._base = self.position
        self._cancel("_settling")
        self._cancel("_ending")
        self.state = state

    def _fall_silent(self) -> None:
        self._halt(STOPPED)
        self._base = 0.0

    def _schedule_end(self) -> None:
        self._cancel("_ending")
        track = self.track
        if self.state == PLAYING and track and track.duration and self.kind in {QUEUE, FILE}:
            self._ending = self._clock.callLater(
                max(0.0, track.duration - self.position), self._end_of_track
            )

    def _end_of_track(self) -> None:
        self._ending = None
        following = self.queue.following(natural=True) if self.kind is QUEUE else None
        self._base = 0.0
        if following is None:
            self.state = STOPPED
            if self.kind is QUEUE:
                self.queue.index = 0
        else:
            self.queue.index = following
            # Gapless: the next track plays at once.
            self._start_clock()
        self._changed("AVTransport")

    def _cancel(self, name: str) -> None:
        call: IDelayedCall | None = getattr(self, name)
        if call is not None and call.active():
            call.cancel()
        setattr(self, name, None)

    # -- metadata

    @property
    def track_metadata(self) -> str:
        """The DIDL-Lite document of the current track."""
        track = self.track
        if track is None or self.kind is MEMBER:
            return ""
        return didl.track_metadata(track, self.stream_content, self.radio_show)

    @property
    def enqueued(self) -> tuple[str, str]:
        """URI and metadata of the container or station that was chosen."""
        if self.kind is QUEUE:
            return self.queue.container_uri, self.queue.container_metadata
        return self.uri, self.uri_metadata
