"""What plays: read from the variables of an AVTransport event.

Three URIs tell about one thing. The *transport* URI is what the player was told to play: its
queue, a station, an input. The *enqueued* URI is the container that filled the queue. The *track*
URI is what sounds at the moment; for a station it may be a bare stream address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import Literal, Self
from urllib.parse import unquote

from .didl import Didl, parse_didl, parse_stream_content
from .notification import Variables, text_of
from .numbers import whole_number
from .times import parse_duration

type Repeat = Literal["off", "all", "one"]


class PlaybackState(StrEnum):
    """What a player does with its media."""

    STOPPED = "stopped"
    PLAYING = "playing"
    PAUSED = "paused"
    TRANSITIONING = "transitioning"
    """Between two of the others: about to play, but buffering or seeking."""

    @classmethod
    def from_transport_state(cls, text: str) -> Self | None:
        """Translate TransportState; None for what Sonos doesn't send."""
        return cls.__members__.get(text.removesuffix("_PLAYBACK"))


SOUNDING = frozenset({PlaybackState.PLAYING, PlaybackState.TRANSITIONING})
"""The states in which something is to be heard, or about to be."""


class Source(StrEnum):
    """Where the sound comes from."""

    NONE = "none"
    QUEUE = "queue"
    """The player's own queue."""
    CLOUD_QUEUE = "cloud_queue"
    """A queue kept by a service or an app. It cannot be resumed once it was interrupted."""
    RADIO = "radio"
    """A station or another stream without an end."""
    URL = "url"
    """A file at an address that the player was given, such as an announcement."""
    SERVICE = "service"
    """A track of a music service, played without the queue."""
    LIBRARY = "library"
    """A file of the music library, played without the queue."""
    TV = "tv"
    LINE_IN = "line_in"
    AIRPLAY = "airplay"
    SPOTIFY_CONNECT = "spotify_connect"
    VIRTUAL_LINE_IN = "virtual_line_in"
    """Another app that sends to the player as AirPlay does."""
    ALARM_CHIME = "alarm_chime"
    MEMBER = "member"
    """No media of its own: the player plays what its coordinator plays."""
    OTHER = "other"


_SOURCES = {
    "aac": Source.RADIO,
    "file": Source.LIBRARY,
    "hls-radio": Source.RADIO,
    "http": Source.URL,
    "https": Source.URL,
    "mms": Source.RADIO,
    "pndrradio": Source.RADIO,
    "pndrradio-http": Source.RADIO,
    "rtsp": Source.RADIO,
    "x-file-cifs": Source.LIBRARY,
    "x-rincon": Source.MEMBER,
    "x-rincon-buzzer": Source.ALARM_CHIME,
    "x-rincon-cpcontainer": Source.CLOUD_QUEUE,
    "x-rincon-mp3radio": Source.RADIO,
    "x-rincon-queue": Source.QUEUE,
    "x-rincon-stream": Source.LINE_IN,
    "x-smb": Source.LIBRARY,
    "x-sonos-htastream": Source.TV,
    "x-sonos-http": Source.SERVICE,
    "x-sonos-spotify": Source.SERVICE,
    "x-sonos-vli": Source.VIRTUAL_LINE_IN,
    "x-sonosapi-hls": Source.RADIO,
    "x-sonosapi-hls-static": Source.SERVICE,
    "x-sonosapi-radio": Source.RADIO,
    "x-sonosapi-rtrecent": Source.RADIO,
    "x-sonosapi-stream": Source.RADIO,
}
"""The source by the scheme of the transport URI."""

_VIRTUAL_LINE_INS = {"airplay": Source.AIRPLAY, "spotify": Source.SPOTIFY_CONNECT}
"""The source by what feeds a virtual line-in: "x-sonos-vli:RINCON_..:1,airplay:..."."""

_FED_BY_APPS = frozenset({Source.AIRPLAY, Source.SPOTIFY_CONNECT, Source.VIRTUAL_LINE_IN})

QUEUED = frozenset({Source.QUEUE, Source.CLOUD_QUEUE})
"""The sources whose tracks have a place in a queue."""

_PERHAPS_RADIO = frozenset({Source.URL, Source.SERVICE, Source.OTHER})
"""The sources that are stations if what was enqueued says so."""

_UID = re.compile(r"RINCON_\w+")
_VIRTUAL_LINE_IN = re.compile(r"[^,]*,([^:]*)")
_LIKE_AN_ADDRESS = re.compile(r"[a-z][a-z0-9+-]*:\S+", re.IGNORECASE)


def source_from_uri(uri: str) -> Source:
    """Tell the source that a transport URI stands for. "" is no source."""
    scheme, colon, rest = uri.partition(":")
    source = _SOURCES.get(scheme.lower(), Source.OTHER) if colon else Source.OTHER
    if source is Source.VIRTUAL_LINE_IN and (match := _VIRTUAL_LINE_IN.match(rest)):
        return _VIRTUAL_LINE_INS.get(match[1].lower(), source)
    return source if uri else Source.NONE


def uid_in_uri(uri: str) -> str | None:
    """Give the player that a URI names: whose queue, line-in or TV input it is."""
    match = _UID.search(uri)
    return match[0] if match else None


@dataclass(frozen=True, slots=True)
class PlayMode:
    """Shuffle and repeat. Sonos has one name for each pair of them."""

    shuffle: bool = False
    repeat: Repeat = "off"

    @classmethod
    def from_sonos(cls, name: str) -> PlayMode | None:
        """Translate CurrentPlayMode ("SHUFFLE_NOREPEAT"), None if it is unknown."""
        return _PLAY_MODES.get(name)

    @property
    def sonos_name(self) -> str:
        """The name that SetPlayMode takes."""
        return _PLAY_MODE_NAMES[self]


_PLAY_MODES = {
    "NORMAL": PlayMode(shuffle=False, repeat="off"),
    "REPEAT_ALL": PlayMode(shuffle=False, repeat="all"),
    "REPEAT_ONE": PlayMode(shuffle=False, repeat="one"),
    "SHUFFLE_NOREPEAT": PlayMode(shuffle=True, repeat="off"),
    "SHUFFLE": PlayMode(shuffle=True, repeat="all"),
    "SHUFFLE_REPEAT_ONE": PlayMode(shuffle=True, repeat="one"),
}
_PLAY_MODE_NAMES = {mode: name for name, mode in _PLAY_MODES.items()}


@dataclass(frozen=True, slots=True)
class Media:
    """What plays. What is not known, or does not apply to the source, is None."""

    source: Source = Source.NONE
    uri: str | None = None
    """The track URI."""
    transport_uri: str | None = None
    enqueued_uri: str | None = None
    owner: str | None = None
    """The uid of the player that the transport URI names, such as the one with the line-in."""
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    channel: str | None = None
    """The station, for radio."""
    show: str | None = None
    """The programme on air, for radio."""
    playlist: str | None = None
    container: str | None = None
    """The name of what filled the queue: a playlist, too, or an album, an artist, ..."""
    art_uri: str | None = None
    """As sent: absolute, or relative to the coordinator (`/getaa?...`)."""
    duration: float | None = None
    """Seconds; None for what has no end."""
    queue_position: int | None = None
    """From 1."""
    queue_size: int | None = None
    next_title: str | None = None
    next_artist: str | None = None
    next_art_uri: str | None = None
    _metadata: Mapping[str, Didl | None] = field(default_factory=dict, compare=False, repr=False)
    """What was parsed for this, by its text."""

    @property
    def playable_uri(self) -> str | None:
        """What a player can be told to play, to hear the same again.

        For a station it is the station: its track is but the address of the stream of today. There
        is none for what an app on another device feeds.
        """
        if self.source is Source.RADIO:
            return self.transport_uri or self.uri
        return None if source_from_uri(self.uri or "") in _FED_BY_APPS else self.uri


def media_from_variables(variables: Variables, previous: Media | None = None) -> Media:
    """Read what plays from all variables of AVTransport that are known of a player.

    Args:
        variables: The overlay of all events so far, not a single delta.
        previous: The last result for this player. Its metadata is used again where the text is
            the same, and it is returned itself if nothing has changed.
    """
    texts = {name: _text(variables, name) for name in MEDIA_VARIABLES}
    known = {} if previous is None else previous._metadata  # noqa: SLF001, of this class
    parsed = {
        texts[name]: known[texts[name]] if texts[name] in known else parse_didl(texts[name])
        for name in _METADATA_VARIABLES
    }
    track = parsed[texts["current_track_meta_data"]] or _NOTHING
    enqueued = parsed[texts["enqueued_transport_uri_meta_data"]] or _NOTHING
    following = (parsed[texts["next_track_meta_data"]] if texts["next_track_uri"] else None) or (
        _NOTHING
    )
    uri, transport_uri = texts["current_track_uri"], texts["av_transport_uri"]
    enqueued_uri = texts["enqueued_transport_uri"]
    source = source_from_uri(transport_uri or enqueued_uri or uri)
    if source in _PERHAPS_RADIO and enqueued.is_kind("audioBroadcast"):
        source = Source.RADIO
    media = Media(
        source=source,
        uri=uri or None,
        transport_uri=transport_uri or None,
        enqueued_uri=enqueued_uri or None,
        owner=uid_in_uri(transport_uri),
        **_song(track, enqueued, source, (uri, transport_uri, enqueued_uri, track.res_uri or "")),
        playlist=enqueued.title if enqueued.is_kind("playlistContainer") else None,
        container=enqueued.title if enqueued.is_kind("container") else None,
        art_uri=track.album_art_uri or enqueued.album_art_uri,
        duration=parse_duration(texts["current_track_duration"]) or track.res_duration or None,
        queue_position=_count(texts["current_track"]) if source in QUEUED else None,
        queue_size=_count(texts["number_of_tracks"]) if source in QUEUED else None,
        next_title=following.title,
        next_artist=following.creator,
        next_art_uri=following.album_art_uri,
        _metadata=parsed,
    )
    if previous is not None and media == previous and parsed.keys() == known.keys():
        return previous
    return media


_METADATA_VARIABLES = (
    "current_track_meta_data",
    "enqueued_transport_uri_meta_data",
    "next_track_meta_data",
)

MEDIA_VARIABLES = frozenset(
    {
        *_METADATA_VARIABLES,
        "av_transport_uri",
        "current_track",
        "current_track_duration",
        "current_track_uri",
        "enqueued_transport_uri",
        "next_track_uri",
        "number_of_tracks",
    }
)
"""The variables of AVTransport that `media_from_variables` looks at."""

_NOTHING = Didl()


def _text(variables: Variables, name: str) -> str:
    text = text_of(variables, name) or ""
    return "" if text == "NOT_IMPLEMENTED" else text


def _count(text: str) -> int | None:
    """Read a number that is only given if it is above 0."""
    return whole_number(text) or None


def _song(
    track: Didl, enqueued: Didl, source: Source, uris: tuple[str, ...]
) -> dict[str, str | None]:
    """Tell title, artist and album, and for radio the station and its programme.

    A station names the song in the stream content of the track, and itself in the metadata of
    what was enqueued. Until a song is known, the station's name is the title.
    """
    artist, title, album = parse_stream_content(track.stream_content)
    if title is None and track.title is not None and not _names_uri(track.title, uris):
        title = track.title
    radio = source is Source.RADIO
    channel = enqueued.title if radio else None
    return {
        "title": title or channel,
        "artist": artist or track.creator or track.album_artist,
        "album": album or track.album,
        "channel": channel,
        "show": track.radio_show if radio else None,
    }


def _names_uri(title: str, uris: tuple[str, ...]) -> bool:
    """Tell whether a title is no title, but an address or the file name in one.

    Files of the music library are excepted: without tags, the file name is all there is.
    """
    for uri in uris:
        plain = unquote(uri)
        if title in {uri, plain}:
            return True
        if uri.startswith(("x-file-cifs:", "x-smb:")):
            continue
        file_name = plain.rpartition("/")[2]
        if title in {file_name, file_name.partition("?")[0], plain.partition(":")[2]}:
            return True
    scheme = title.partition(":")[0].lower()
    return scheme in _SOURCES and _LIKE_AN_ADDRESS.fullmatch(title) is not None
