"""What rooms play and how they sound at one moment, as data that can be stored.

A snapshot is made from what events have told already. Only what no event tells has to be read for
it: the position in the track, the rest of a sleep timer, and the queue, if that is wanted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from xml.sax.saxutils import escape, quoteattr

from .didl import Didl
from .media import SOUNDING, PlaybackState, Source, source_from_uri
from .metadata import DIDL_HEAD, RINCON
from .numbers import whole_number
from .sound import sound_of
from .speaker import Speaker
from .times import format_duration

VERSION = 1
"""Of the stored form."""

_AVT = "AVTransport"

_NOT_RESUMABLE = frozenset(
    {Source.AIRPLAY, Source.CLOUD_QUEUE, Source.SPOTIFY_CONNECT, Source.VIRTUAL_LINE_IN}
)


class MalformedSnapshot(ValueError):  # noqa: N818, the name says that it is one
    """What was stored is no snapshot of a version that is known."""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A track of a queue, with what it takes to add it to one again."""

    uri: str
    metadata: str = ""


def queue_item(didl: Didl) -> QueueItem:
    """Give what it takes to add a track again that stands in a queue."""
    uri = didl.res_uri or ""
    protocol = didl.protocol_info or ""
    texts = (
        ("dc:title", didl.title),
        ("upnp:class", didl.item_class),
        ("dc:creator", didl.creator),
        ("upnp:album", didl.album),
        ("r:albumArtist", didl.album_artist),
        ("upnp:albumArtURI", didl.album_art_uri),
    )
    elements = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts if text)
    resource = f"<res protocolInfo={quoteattr(protocol)}{_duration(didl)}>{escape(uri)}</res>"
    account = f"{_ACCOUNT}{escape(didl.account)}</desc>" if didl.account else ""
    item = f'<item id="-1" parentID="-1" restricted="true">{resource}{elements}{account}</item>'
    return QueueItem(uri, f"{DIDL_HEAD}{item}</DIDL-Lite>")


def _duration(didl: Didl) -> str:
    if not didl.res_duration:
        return ""
    return f' duration="{format_duration(int(didl.res_duration))}"'


_ACCOUNT = f'<desc id="cdudn" nameSpace="{RINCON}">'


@dataclass(frozen=True, slots=True)
class Observed:
    """What no event tells of a group's coordinator. None is unknown, or of no interest."""

    position: float | None = None
    """Seconds from the start of the track."""
    track: int | None = None
    """The place in the queue to which the position belongs, from 1."""
    track_uri: str = ""
    sleep_timer: int | None = None
    """Seconds until the music ends; None without a timer."""
    queue: tuple[QueueItem, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """What a group's coordinator plays, and how far it has got."""

    uri: str
    """The transport URI; "" for nothing."""
    metadata: str = ""
    playing: bool = False
    track: int | None = None
    """The place in the queue, from 1; None where there is no queue."""
    track_uri: str = ""
    position: int | None = None
    """Seconds; None for what has no end."""
    play_mode: str | None = None
    crossfade: bool | None = None
    direct_control: bool = False
    """Whether an app on another device is in charge."""
    sleep_timer: int | None = None
    """Seconds until the music ends."""
    sleep_timer_generation: int | None = None
    queue: tuple[QueueItem, ...] | None = None
    """None if the queue was not wanted."""

    @property
    def source(self) -> Source:
        """Where the sound comes from. A queue that is not the speaker's own is in the cloud."""
        source = source_from_uri(self.uri)
        if source is Source.QUEUE and not self.uri.endswith("#0"):
            return Source.CLOUD_QUEUE
        return source

    @property
    def resumable(self) -> bool:
        """Whether a speaker can be told to play this again, once it plays something else."""
        return not self.direct_control and self.source not in _NOT_RESUMABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSnapshot:
    """One room."""

    uid: str
    name: str
    leader: str | None = None
    """The uid of its group's coordinator, which may be itself; None if groups don't matter."""
    sound: Mapping[str, int] = field(default_factory=dict)
    """Values by the names of `SOUND_SETTINGS`."""
    playback: Playback | None = None
    """None for a room that played along with another one."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Rooms of one household at one moment."""

    taken_at: str
    """As ISO 8601 with the time zone."""
    rooms: Mapping[str, RoomSnapshot]
    """By uid."""

    def part(self, uids: Iterable[str], *, with_group: bool = True) -> Self:
        """Give a snapshot of some rooms alone, and with `with_group` of their groups."""
        wanted = set(uids) & self.rooms.keys()
        if with_group:
            leaders = {self.rooms[uid].leader for uid in wanted} - {None}
            wanted |= {uid for uid, room in self.rooms.items() if room.leader in leaders}
        rooms = {uid: room for uid, room in self.rooms.items() if uid in wanted}
        return type(self)(self.taken_at, rooms)

    def as_dict(self) -> dict[str, Any]:
        """Give what `from_dict` reads, made of JSON's own types."""
        rooms = [asdict(room) for room in self.rooms.values()]
        return {"version": VERSION, "taken_at": self.taken_at, "rooms": rooms}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` gave, also after it was JSON.

        Raises:
            MalformedSnapshot: If it is something else, or of a later version.
        """
        try:
            if data["version"] != VERSION:
                message = f"version {data['version']}"
                raise MalformedSnapshot(message)
            rooms = [_room(stored) for stored in data["rooms"]]
            return cls(str(data["taken_at"]), {room.uid: room for room in rooms})
        except (AttributeError, LookupError, TypeError) as error:
            raise MalformedSnapshot(str(error)) from error


def _room(stored: Mapping[str, Any]) -> RoomSnapshot:
    playback = stored["playback"]
    if playback is not None:
        queue = playback["queue"]
        if queue is not None:
            queue = tuple(QueueItem(**item) for item in queue)
        playback = Playback(**{**playback, "queue": queue})
    return RoomSnapshot(**{**stored, "sound": dict(stored["sound"]), "playback": playback})


def is_playing(playback: PlaybackState | None) -> bool:
    """Tell whether this is music, or about to be."""
    return playback in SOUNDING


def playback_of(speaker: Speaker, observed: Observed | None = None) -> Playback:
    """Give what a coordinator plays, from its own events and from what was read."""
    observed = observed or Observed()
    own = speaker.own
    uri = speaker.variable(_AVT, "av_transport_uri") or ""
    queued = source_from_uri(uri) is Source.QUEUE
    return Playback(
        uri=uri,
        metadata=_metadata(speaker, uri),
        playing=is_playing(own.playback),
        track=_track(speaker, observed) if queued else None,
        track_uri=observed.track_uri or speaker.variable(_AVT, "current_track_uri") or "",
        position=None if observed.position is None else int(observed.position),
        play_mode=own.play_mode.sonos_name if own.play_mode else None,
        crossfade=own.crossfade,
        direct_control=bool(speaker.variable(_AVT, "direct_control_client_id")),
        sleep_timer=observed.sleep_timer,
        sleep_timer_generation=own.sleep_timer_generation,
        queue=observed.queue,
    )


def _metadata(speaker: Speaker, uri: str) -> str:
    """Give the metadata of the transport URI.

    Those of what was enqueued say the same for a station, and come undamaged.
    """
    if speaker.variable(_AVT, "enqueued_transport_uri") in {uri, None}:
        metadata = speaker.variable(_AVT, "enqueued_transport_uri_meta_data")
        if metadata and source_from_uri(uri) is not Source.QUEUE:
            return metadata
    return speaker.variable(_AVT, "av_transport_uri_meta_data") or ""


def _track(speaker: Speaker, observed: Observed) -> int | None:
    number = whole_number(speaker.variable(_AVT, "current_track") or "")
    return observed.track or number or None


def room_snapshot(
    speaker: Speaker, leader: Speaker, observed: Observed | None, *, with_group: bool
) -> RoomSnapshot:
    """Give a room as it is.

    Args:
        speaker: The room's.
        leader: The coordinator of its group.
        observed: What was read at the room's speaker, if it coordinates.
        with_group: Whether it matters who plays along with whom.
    """
    return RoomSnapshot(
        uid=speaker.uid,
        name=speaker.name,
        leader=leader.uid if with_group else None,
        sound=sound_of(speaker),
        playback=playback_of(speaker, observed) if leader is speaker else None,
    )
