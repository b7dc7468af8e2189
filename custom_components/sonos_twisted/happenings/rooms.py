"""What happens to what a room plays: another track, another source, a favorite."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.core import callback

from ..model import (
    SOUNDING,
    Media,
    Passage,
    Source,
    Speaker,
    Track,
    Variables,
    has_no_tracks,
    is_sounding,
    track_of,
)
from ..playing.sources import Shelf
from . import async_fire
from .memory import TRACK, TRANSPORT, Told

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: The sources of which it matters in which room they are plugged in.
_INPUTS = frozenset({Source.LINE_IN, Source.TV})

#: Seconds after which who is silent and has another source has not left its group.
LEAVING_SECONDS = 2.0

type _Origin = tuple[Source, str | None]
"""What a room plays from, and the room where that is plugged in."""

type _Order = tuple[str | None, str | None]
"""What somebody has chosen: the URI of the transport and that of what fills the queue."""


@dataclass(slots=True)
class _Room:
    """What was last known of what a room plays.

    Attributes:
        track: The track that has begun last; None after something that has no tracks.
        image: The picture that was shown of it.
        order: What was chosen then.
        origin: What it plays from.
        player: Who played it for the room's group.
        untold: How many tracks have begun that were over before it could be told.
        has_missed_track: Whether other tracks may have begun while nobody could know.
        has_missed_origin: The same of where it plays from.

    """

    track: Track | None = None
    image: str | None = None
    order: _Order | None = None
    origin: _Origin = (Source.NONE, None)
    player: str = ""
    untold: int = 0
    has_missed_track: bool = True
    has_missed_origin: bool = True


class Rooms:
    """Compares what rooms play with what they played before."""

    def __init__(self, coordinator: HouseholdCoordinator, told: Told) -> None:
        """Begin without knowing anything."""
        self._coordinator = coordinator
        self._told = told
        self._rooms: dict[str, _Room] = {}
        self._doubtful: dict[str, asyncio.TimerHandle] = {}

    @callback
    def stop(self) -> None:
        """Wait for nothing more."""
        for timer in self._doubtful.values():
            timer.cancel()
        self._doubtful.clear()

    def distrust(self, uid: str) -> None:
        """Take it that what a room plays may have become another while nobody could know."""
        room = self._room(uid)
        room.has_missed_track = room.has_missed_origin = True

    def _room(self, uid: str) -> _Room:
        return self._rooms.setdefault(uid, _Room())

    def look(self, speaker: Speaker, player: Speaker, passed: Passage) -> None:
        """Compare.

        Args:
            speaker: The room's.
            player: Who plays for its group.
            passed: The tracks of which was told at once.

        """
        media = speaker.media
        if media is None or media.source is Source.MEMBER:
            return
        if self._coordinator.announcements.is_announcing(speaker):
            return  # afterwards everything is as it was
        room = self._room(speaker.uid)
        if room.player != player.uid:
            room.player, passed = player.uid, Passage()  # it was not there to hear them
        if self._told.has(player.uid, TRANSPORT) and not self._may_be_left(speaker, player, room):
            self._compare_origin(speaker, room, media)
        if self._told.has(player.uid, TRACK):
            self._compare_track(speaker, room, track_of(media, _transport(player)), passed)

    def _may_be_left(self, speaker: Speaker, player: Speaker, room: _Room) -> bool:
        """Tell whether who plays for a room may be about to leave it.

        Who leaves has another source at once, in silence, and says so before the topology tells
        that it has left. Until then, it would seem to be the source of all others, too.
        """
        waiting = self._doubtful.pop(speaker.uid, None)
        if waiting is not None:
            waiting.cancel()
        media = speaker.media or Media()
        if speaker is player or room.has_missed_origin or room.origin == _origin(media):
            return False
        if speaker.playback in SOUNDING:
            return False
        loop = self._coordinator.hass.loop
        self._doubtful[speaker.uid] = loop.call_later(LEAVING_SECONDS, self._believe, speaker)
        return True

    @callback
    def _believe(self, speaker: Speaker) -> None:
        """Take it that what a room plays from is another one, though it is silent."""
        del self._doubtful[speaker.uid]
        if speaker.media is not None and speaker.visible and speaker.available:
            self._compare_origin(speaker, self._room(speaker.uid), speaker.media)

    def _compare_origin(self, speaker: Speaker, room: _Room, media: Media) -> None:
        before, room.origin = room.origin, _origin(media)
        missed, room.has_missed_origin = room.has_missed_origin, False
        if not missed and before != room.origin:
            data = {
                "from": before[0].value,
                "to": room.origin[0].value,
                "source": self._coordinator.sources.current(speaker),
            }
            async_fire(self._coordinator, "source_changed", speaker.uid, data)

    def _compare_track(
        self, speaker: Speaker, room: _Room, chosen: Track | None, passed: Passage
    ) -> None:
        media = speaker.media or Media()
        missed, room.has_missed_track = room.has_missed_track, False
        if missed:
            room.track, room.image, room.order = chosen, self._image(speaker), _order(media)
            room.untold = 0
            return
        begun = passed.begun_since(room.track)
        track = chosen if is_sounding(speaker.playback, media) else passed.last
        if has_no_tracks(media) or (track and track.is_none):
            room.track = room.image = room.order = track = None
        if track is None:
            room.untold += begun
            return
        old, old_image = room.track, room.image
        begun = max(begun, old is None or old.is_followed_by(track))
        if begun or track.song[0] is not None:
            room.track, room.image = track, self._image(speaker)
        if begun:
            data = {
                "old": old and _described(old, old_image),
                "new": _described(track, room.image),
                "skipped": begun - 1 + room.untold,
            }
            room.untold = 0
            async_fire(self._coordinator, "track_changed", speaker.uid, data)
            self._compare_order(speaker, room, media)

    def _compare_order(self, speaker: Speaker, room: _Room, media: Media) -> None:
        before, room.order = room.order, _order(media)
        if before == room.order:
            return
        name = self._coordinator.sources.on(Shelf.FAVORITES).playing(speaker)
        if name is not None:
            data = {"name": name, "media_content_id": media.playable_uri}
            async_fire(self._coordinator, "favorite_started", speaker.uid, data)

    def _image(self, speaker: Speaker) -> str | None:
        """Return the address of the picture that a room's media player shows."""
        entity_id = self._coordinator.entity_ids.get(speaker.uid)
        state = self._coordinator.hass.states.get(entity_id) if entity_id else None
        return state.attributes.get("entity_picture") if state else None


def _transport(player: Speaker) -> Variables:
    return player.variables.get("AVTransport", {})


def _origin(media: Media) -> _Origin:
    return media.source, media.owner if media.source in _INPUTS else None


def _order(media: Media) -> _Order:
    # A queue is the same whatever is in it, and another one with another coordinator.
    return (None if media.source is Source.QUEUE else media.transport_uri), media.enqueued_uri


def _described(track: Track, image: str | None) -> dict[str, str | float | None]:
    """Return what there is to know of a track."""
    media = track.media
    return {
        "title": media.title,
        "artist": media.artist,
        "album": media.album,
        "channel": media.channel,
        "media_content_id": media.playable_uri,
        "duration": media.duration,
        "queue_position": media.queue_position,
        "image": image,
    }
