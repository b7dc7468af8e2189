"""Tracks: which one sounds, and whether that is another one than before.

A track is what has a title of its own: a song of a queue, of a service or of a station. What a
television or a line-in plays is none. Speakers tell of one track many times, at first often with
less than all that they know; so it takes more than a different text to be another track.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .media import Media, PlaybackState, Source, media_from_variables
from .notification import text_of

if TYPE_CHECKING:
    from .notification import Variables

_INPUTS = frozenset({Source.ALARM_CHIME, Source.LINE_IN, Source.TV})
"""The sources that sound, but have no tracks."""

_WITHOUT_TRACKS = _INPUTS | {Source.MEMBER, Source.NONE}

_ONE_ADDRESS = frozenset(
    {Source.AIRPLAY, Source.RADIO, Source.SPOTIFY_CONNECT, Source.VIRTUAL_LINE_IN}
)
"""The sources that play one song after the other under one address."""


@dataclass(frozen=True, slots=True)
class Track:
    """A track, with what is needed to tell it from the next one."""

    media: Media
    order: tuple[str | None, str | None] = (None, None)
    """The revision of the queue and the way through it, by which positions count."""

    @property
    def song(self) -> tuple[str | None, str | None]:
        """Its title and artist; a station's name is no title."""
        media = self.media
        is_station = media.source is Source.RADIO and media.title == media.channel
        return (None, None) if is_station else (media.title, media.artist)

    @property
    def is_none(self) -> bool:
        """Whether it stands for what sounds and has no tracks."""
        return has_no_tracks(self.media)

    def is_followed_by(self, other: Track) -> bool:
        """Tell whether another one plays when this has played before."""
        if self.is_none or other.is_none:
            return not other.is_none
        if self.song == other.song and None not in self.song and self._is_alike(other):
            return self._has_moved_on(other)
        if other.media.source in _ONE_ADDRESS and self._is_alike(other):
            # What says less than before has not begun anything new.
            return other.song[0] is not None and self.song != other.song
        return self.media.uri != other.media.uri or self._has_moved_on(other)

    def _is_alike(self, other: Track) -> bool:
        """Tell whether both come from the same address, be it that of a station."""
        ours, theirs = self.media, other.media
        station = theirs.source is Source.RADIO and ours.transport_uri == theirs.transport_uri
        return station or ours.uri == theirs.uri

    def _has_moved_on(self, other: Track) -> bool:
        """Tell whether the queue plays the same song again, at another place.

        In a queue that has changed meanwhile a place means something else.
        """
        places = (self.media.queue_position, other.media.queue_position)
        known = None not in places and None not in self.order
        return known and self.order == other.order and places[0] != places[1]


def track_of(media: Media, variables: Variables) -> Track | None:
    """Give the track that is current, be it that it sounds or is only chosen.

    Args:
        media: What a player plays.
        variables: What is known of its AVTransport.

    Returns:
        None for what is no track.

    """
    if media.source in _WITHOUT_TRACKS or media.uri is None:
        return None
    return Track(
        media, (text_of(variables, "queue_update_id"), text_of(variables, "current_play_mode"))
    )


def is_sounding(playback: PlaybackState | None, media: Media) -> bool:
    """Tell whether a track sounds, or is about to.

    Before it plays, a station has not said whether it knows the song.
    """
    if playback is PlaybackState.TRANSITIONING:
        return media.source not in _ONE_ADDRESS
    return playback is PlaybackState.PLAYING


def has_no_tracks(media: Media) -> bool:
    """Tell whether something plays that has no tracks, such as a television."""
    return media.source in _INPUTS


def _track_of_event(variables: Variables) -> Track | None:
    """Give the track that sounds and of which an event tells by itself, or what has none."""
    if "transport_state" not in variables or "current_track_uri" not in variables:
        return None
    playback = PlaybackState.from_transport_state(text_of(variables, "transport_state") or "")
    # What comes next, and what is said of it, takes as long to read, and is not wanted here.
    media = media_from_variables({**variables, "next_track_meta_data": ""})
    if has_no_tracks(media):
        return Track(media)
    return track_of(media, variables) if is_sounding(playback, media) else None


@dataclass(frozen=True, slots=True)
class Passage:
    """The tracks of several events in their order, of which only the ends are kept."""

    first: Track | None = None
    last: Track | None = None
    changes: int = 0
    """How many times another one has begun in between."""

    def then(self, later: Passage) -> Passage:
        """Give the tracks of both, one after the other."""
        if self.last is None or later.first is None:
            earlier_or_later = self if later.first is None else later
            return replace(earlier_or_later, changes=self.changes + later.changes)
        begins = self.last.is_followed_by(later.first)
        return Passage(self.first, later.last, self.changes + begins + later.changes)

    def begun_since(self, known: Track | None) -> int:
        """Count how many times another track has begun since one that was known before."""
        first = self.first
        if first is None or first.is_none:
            return self.changes
        begins = known is None or known.is_followed_by(first)
        return self.changes + begins


def passage(variables: Variables) -> Passage:
    """Give the tracks of a single event."""
    track = _track_of_event(variables)
    return Passage(track, track)
