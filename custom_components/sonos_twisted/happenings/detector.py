"""Finds out what has happened in a household, from what its news have changed.

Of each room is kept what was last known of it, so that a piece of news costs one comparison for
each room that it is about. What is found out about a speaker that was away is no happening of now:
it is taken down, and nothing fires. The same goes for all that is learnt at the start.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeassistant.core import callback

from ..engine import AnyNews, EventNews
from ..model import (
    Aspect,
    Media,
    Passage,
    Source,
    Speaker,
    Track,
    has_no_tracks,
    is_sounding,
    track_of,
)
from . import async_fire
from .groups import Group, group_happenings, groups_of

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

_AVT = "AVTransport"

#: What may mean that a room plays something else.
_OCCASIONS = frozenset({Aspect.AVAILABILITY, Aspect.GROUP, Aspect.MEDIA, Aspect.PLAYBACK})

#: The sources of which it matters in which room they are plugged in.
_INPUTS = frozenset({Source.LINE_IN, Source.TV})

#: What it takes to know which track a player plays, and from where.
_TRACK_URI, _TRANSPORT_URI = "current_track_uri", "av_transport_uri"

_NO_TRACKS = Passage()

type _Origin = tuple[Source, str | None]
"""What a room plays from, and the room where that is plugged in."""


@dataclass(slots=True)
class _Room:
    """What was last known of what a room plays.

    Attributes:
        track: The track that has begun last; None after something that is no track.
        image: The picture that was shown of it.
        origin: What it plays from.
        has_missed_track: Whether other tracks may have begun while nobody could know.
        has_missed_origin: The same of where it plays from.

    """

    track: Track | None = None
    image: str | None = None
    origin: _Origin = (Source.NONE, None)
    has_missed_track: bool = True
    has_missed_origin: bool = True


class HappeningDetector:
    """Compares what is known of a household with what was known before."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Begin without knowing anything."""
        self._coordinator = coordinator
        self._household = coordinator.household
        self._rooms: dict[str, _Room] = {}
        self._topology = coordinator.household.topology
        self._groups: dict[str, Group] = {}
        #: The speakers that have told this since they were away the last time.
        self._told: dict[str, set[str]] = {_TRACK_URI: set(), _TRANSPORT_URI: set()}

    @callback
    def note(self, news: Iterable[AnyNews], changes: Mapping[str, set[Aspect]]) -> None:
        """Take note of news that the coordinator has just taken in, and of what they changed.

        Entities have written their state by then.
        """
        speakers = self._household.speakers
        for uid, aspects in changes.items():
            if Aspect.AVAILABILITY in aspects and (speaker := speakers.get(uid)) is not None:
                self._note_availability(speaker)
        if self._household.topology is not self._topology:
            self._compare_groups()
        concerned = {uid for uid, aspects in changes.items() if not _OCCASIONS.isdisjoint(aspects)}
        passed: dict[str, Passage] = {}
        for piece in news:
            if isinstance(piece, EventNews) and piece.service == _AVT:
                concerned.update(self._note_transport(piece))
                passed[piece.uid] = piece.passed or _NO_TRACKS
        for uid in sorted(concerned & speakers.keys()):
            player = self._household.coordinator_of(uid)
            if player is not None and speakers[uid].visible and speakers[uid].available:
                self._look(speakers[uid], player, passed.get(player.uid, _NO_TRACKS))

    @callback
    def distrust(self, uid: str) -> None:
        """Take it that a speaker was away: what is new of what it plays is not new just now."""
        for told in self._told.values():
            told.discard(uid)
        for member in {uid, *self._household.group_members(uid)}:
            room = self._room(member)
            room.has_missed_track = room.has_missed_origin = True

    def _note_availability(self, speaker: Speaker) -> None:
        if not (speaker.present and speaker.available):
            self.distrust(speaker.uid)

    def _note_transport(self, news: EventNews) -> list[str]:
        """Take note of what a speaker has told, and return the rooms that it may be about."""
        for name, told in self._told.items():
            if name in news.variables:
                told.add(news.uid)
        return self._household.group_members(news.uid)

    def _room(self, uid: str) -> _Room:
        return self._rooms.setdefault(uid, _Room())

    # Groups

    def _compare_groups(self) -> None:
        before = self._groups
        self._topology = self._household.topology
        self._groups = groups_of(self._topology, before)
        for each in group_happenings(before, self._groups):
            self._fire(each.kind, each.uid, self._group_data(each.before, each.after))

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

    # What plays

    def _look(self, speaker: Speaker, player: Speaker, passed: Passage) -> None:
        """Compare what a room plays with what it played before.

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
        if player.uid in self._told[_TRANSPORT_URI]:
            self._compare_origin(speaker, room, media)
        if player.uid in self._told[_TRACK_URI]:
            self._compare_track(speaker, room, media, player, passed)

    def _compare_origin(self, speaker: Speaker, room: _Room, media: Media) -> None:
        before, room.origin = room.origin, _origin(media)
        missed, room.has_missed_origin = room.has_missed_origin, False
        if not missed and before != room.origin:
            data = {
                "from": before[0].value,
                "to": room.origin[0].value,
                "source": self._coordinator.sources.current(speaker),
            }
            self._fire("source_changed", speaker.uid, data)

    def _compare_track(
        self, speaker: Speaker, room: _Room, media: Media, player: Speaker, passed: Passage
    ) -> None:
        missed, room.has_missed_track = room.has_missed_track, False
        chosen = track_of(media, player.variables.get(_AVT, {}))
        if missed:
            room.track, room.image = chosen, self._image(speaker)
            return
        track = chosen if is_sounding(speaker.playback, media) else passed.last
        if track is None:
            if has_no_tracks(media):
                room.track = room.image = None
            return
        old, old_image = room.track, room.image
        begun = max(passed.begun_since(old), old is None or old.is_followed_by(track))
        if begun or track.song[0] is not None:
            room.track, room.image = track, self._image(speaker)
        if begun:
            data = {
                "old": old and _described(old, old_image),
                "new": _described(track, room.image),
                "skipped": begun - 1,
            }
            self._fire("track_changed", speaker.uid, data)

    def _image(self, speaker: Speaker) -> str | None:
        """Return the address of the picture that a room's media player shows."""
        entity_id = self._coordinator.entity_ids.get(speaker.uid)
        state = self._coordinator.hass.states.get(entity_id) if entity_id else None
        return state.attributes.get("entity_picture") if state else None

    def _fire(self, kind: str, uid: str, data: Mapping[str, Any]) -> None:
        async_fire(self._coordinator, kind, uid, data)


def _origin(media: Media) -> _Origin:
    return media.source, media.owner if media.source in _INPUTS else None


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
