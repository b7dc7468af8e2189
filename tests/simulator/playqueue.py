"""The queue of a player and the order in which it is played."""

from random import Random
from typing import TYPE_CHECKING

from .errors import Code, UpnpError
from .media import PLAY_MODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .didl import Track


class PlayQueue:
    """Tracks, the one that is current, and the way through them.

    Indexes count from 0 in here; actions count from 1.
    """

    def __init__(self, seed: int) -> None:
        """Start empty. The seed makes shuffled orders repeatable."""
        self.tracks: list[Track] = []
        self.index = 0
        self.update_id = 0
        self.play_mode = "NORMAL"
        self.container_uri = ""
        self.container_metadata = ""
        self._random = Random(seed)  # noqa: S311
        self._order: list[int] = []

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.tracks)

    @property
    def current(self) -> Track | None:
        """The current track."""
        return self.tracks[self.index] if self.tracks else None

    @property
    def upcoming(self) -> Track | None:
        """The track that will follow of itself."""
        index = self.following(natural=True)
        return None if index is None else self.tracks[index]

    def set_play_mode(self, mode: str) -> None:
        """Change the play mode; the current track stays.

        Raises:
            UpnpError: No such mode.
        """
        if mode not in PLAY_MODES:
            raise UpnpError(Code.PLAY_MODE_NOT_SUPPORTED)
        self.play_mode = mode
        self._reorder()

    def _reorder(self) -> None:
        self._order = list(range(len(self.tracks)))
        if PLAY_MODES[self.play_mode].shuffle and self.tracks:
            self._order.remove(self.index)
            self._random.shuffle(self._order)
            self._order.insert(0, self.index)

    def following(self, *, natural: bool) -> int | None:
        """Return the index that comes next, None at the end.

        Args:
            natural: The track ended of itself, so repeating one track counts.
        """
        return self._step(1, stay=natural)

    def preceding(self) -> int | None:
        """Return the index before, None at the beginning."""
        return self._step(-1, stay=False)

    def _step(self, distance: int, *, stay: bool) -> int | None:
        if not self.tracks:
            return None
        repeat = PLAY_MODES[self.play_mode].repeat
        if stay and repeat == "one":
            return self.index
        place = self._order.index(self.index) + distance
        if 0 <= place < len(self._order):
            return self._order[place]
        return None if repeat == "none" else self._order[place % len(self._order)]

    def insert(self, tracks: Sequence[Track], position: int = 0, *, as_next: bool = False) -> int:
        """Insert tracks and return the number (from 1) of the first.

        Args:
            tracks: What to insert.
            position: Number (from 1) that the first shall have, 0 for the end.
            as_next: With shuffle, play them next even though they are at the end.
        """
        at = len(self.tracks) if not 0 < position <= len(self.tracks) else position - 1
        shuffled = PLAY_MODES[self.play_mode].shuffle
        had_tracks = bool(self.tracks)
        self.tracks[at:at] = tracks
        if had_tracks and at <= self.index:
            self.index += len(tracks)
        kept = [i if i < at else i + len(tracks) for i in self._order]
        new = list(range(at, at + len(tracks)))
        if shuffled and had_tracks:
            self._random.shuffle(new)
            place = kept.index(self.index) + 1 if as_next else len(kept)
            self._order = kept[:place] + new + kept[place:]
        else:
            self._reorder()
        self.update_id += 1
        return at + 1

    def remove(self, start: int, count: int = 1) -> bool:
        """Remove tracks from number ``start`` (from 1); tell whether the current one went.

        Raises:
            UpnpError: There are no such tracks, or not all of them.
        """
        first, last = start - 1, start - 1 + count
        if not 0 <= first < last <= len(self.tracks):
            raise UpnpError(Code.INVALID_ARGS)
        del self.tracks[first:last]
        hit = first <= self.index < last
        if self.index >= last:
            self.index -= last - first
        elif hit:
            self.index = min(first, max(0, len(self.tracks) - 1))
        self._reorder()
        self.update_id += 1
        return hit

    def clear(self) -> None:
        """Remove everything.

        Raises:
            UpnpError: The queue is empty already.
        """
        if not self.tracks:
            raise UpnpError(Code.QUEUE_EMPTY)
        self.tracks.clear()
        self.index = 0
        self.container_uri = self.container_metadata = ""
        self._reorder()
        self.update_id += 1

    def move(self, start: int, count: int, before: int) -> None:
        """Move tracks so that they stand before number ``before``.

        Raises:
            UpnpError: The numbers are not in the queue, or ``before`` is one of what is moved.
        """
        length = len(self.tracks)
        if not (start >= 1 and count >= 1 and start + count - 1 <= length):
            raise UpnpError(Code.INVALID_ARGS)
        if not 1 <= before <= length + 1 or start < before < start + count:
            raise UpnpError(Code.INVALID_ARGS)
        places = list(range(length))
        moved = places[start - 1 : start - 1 + count]
        head = [place for place in places[: before - 1] if place not in moved]
        tail = [place for place in places[before - 1 :] if place not in moved]
        places = head + moved + tail
        self.tracks = [self.tracks[place] for place in places]
        if self.tracks:
            self.index = places.index(self.index)
        self._reorder()
        self.update_id += 1

    def replace(self, other: PlayQueue) -> None:
        """Take over the content of another queue."""
        self.tracks = list(other.tracks)
        self.index = other.index
        self.play_mode = other.play_mode
        self.container_uri = other.container_uri
        self.container_metadata = other.container_metadata
        self._order = list(other._order)
        self.update_id += 1
