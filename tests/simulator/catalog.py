"""The music of the simulated house: library, services, stations, favourites, playlists."""

from dataclasses import dataclass, field, replace
from functools import cache
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from . import didl
from .didl import BROADCAST_CLASS, Track
from .media import LINE_IN, RADIO, TV, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SHARE = "//nas/music"

#: The id of a playlist that a file on the share describes.
IMPORTED = "S://nas/music/Playlists/Night%20Walk.m3u#0"

# Each with artist, composer, title, genre, and its tracks with their seconds.
_ALBUMS = (
    (
        "Glenn Hartmann",
        "Johann Sebastian Bach",
        "Goldberg Variations",
        "Classical",
        (("Aria", 113), ("Variatio 1", 106), ("Variatio 2", 70), ("Variatio 3", 91)),
    ),
    (
        "Ida Lindqvist",
        "Erik Satie",
        "Gymnopédies & Gnossiennes",
        "Classical",
        (("Gymnopédie No. 1", 185), ("Gymnopédie No. 2", 164), ("Gnossienne No. 1", 203)),
    ),
    (
        "Ida Lindqvist",
        "Claude Debussy",
        "Suite bergamasque",
        "Classical",
        (("Prélude", 257), ("Menuet", 261), ("Clair de lune", 301), ("Passepied", 226)),
    ),
    (
        "The Paper Lanterns",
        "Mara Quill",
        "Harbour Lights",
        "Indie",
        (
            ("Low Tide", 214),
            ("Ex's & Oh's of the Ferryman", 202),
            ("Lanterns <Reprise>", 158),
            ("Breakwater", 243),
            ("Last Boat Home", 276),
        ),
    ),
    (
        "The Paper Lanterns",
        "Mara Quill",
        "Northern Postcards",
        "Indie",
        (("Tromsø", 231), ("Åre in April", 199), ("Two Tickets", 187)),
    ),
    (
        "Kofi Mensah Trio",
        "Kofi Mensah",
        "Night Market",
        "Jazz",
        (("Kelewele", 322), ("Osu Walk", 288), ("Blue Tro-Tro", 365), ("Harmattan", 411)),
    ),
)

# service id, title, artist, album, seconds
_SERVICE_TRACKS = (
    ("5qAFqkXoQd2RfjZ2j1ay0w", "Intermezzo in A", "Clara Berg", "Piano Evenings", 318),
    ("0Ap3aOVU7LItcHIFiRF8lY", "Here to the Moon", "Coral & Cassia", "Colours", 241),
    ("70eDxAyAraNTiD6lx2ZEnH", "Slow Coffee", "Miles Away", "Kitchen Sessions", 187),
    ("2TpxZ7JUBn3uw46aR7qd6V", "Rain on Tin", "Miles Away", "Kitchen Sessions", 205),
    ("4uLU6hMCjMI75M1A2tKUQC", "Paperweight", "June Okafor", "Small Rooms", 233),
    ("1301WleyT98MSxVHPZCA6M", "Second Hand", "June Okafor", "Small Rooms", 263),
)

# id, title, uri, what is on
_STATIONS = (
    ("s24939", "BBC Radio 3", "x-sonosapi-stream:s24939?sid=254&flags=8224&sn=0", "In Concert"),
    (
        "s17553",
        "Lugna Favoriter",
        "x-sonosapi-stream:s17553?sid=254&flags=8224&sn=0",
        "Lena Lewin - Bleeding Heart",
    ),
    (
        "s44491",
        "Jazz at Night",
        "x-rincon-mp3radio://radio.example/jazz.mp3",
        "TYPE=SNG|TITLE Harmattan|ARTIST Kofi Mensah Trio|ALBUM Night Market",
    ),
    ("s87683", "Harbour FM", "aac://radio.example/harbour_aac", ""),
)
_SHOWS = (("p1150", "Night Waves", "x-sonosapi-stream:p1150?sid=254&flags=8224&sn=0", ""),)

TUNEIN_ACCOUNT = "SA_RINCON65031_"
SERVICE_ACCOUNT = "SA_RINCON2311_X_#Svc2311-0-Token"
# Containers of a service whose ids begin like this are single tracks.
_SINGLE_TRACK = "x-rincon-cpcontainer:1003"
SERVICE_PLAYLIST = "x-rincon-cpcontainer:1006206cspotify%3aplaylist%3a37i9dQZF1DWZpGSuzrdTXg"


# Services that a household can have; accounts name them by their type, id * 256 + 7.
SERVICES = {
    2: "Deezer",
    9: "Spotify",
    174: "TIDAL",
    204: "Apple Music",
    212: "Plex",
    254: "TuneIn",
}


def service_type(service_id: int) -> int:
    """Return the number that accounts name a service by."""
    return service_id * 256 + 7


def is_endless(uri: str) -> bool:
    """Tell whether an http address is that of a station, which is no file."""
    scheme, _, rest = uri.partition(":")
    stations = {address for _, _, address, _ in _STATIONS}
    return scheme in {"http", "https"} and f"x-rincon-mp3radio:{rest}" in stations


@dataclass(slots=True)
class SavedQueue:
    """A Sonos playlist, ``SQ:n``."""

    number: int
    title: str
    tracks: list[Track] = field(default_factory=list)
    update_id: int = 1

    @property
    def object_id(self) -> str:
        """The id in the ContentDirectory."""
        return f"SQ:{self.number}"

    @property
    def uri(self) -> str:
        """What enqueues the playlist."""
        return f"file:///jffs/settings/savedqueues.rsq#{self.number}"


@dataclass(slots=True)
class Favorite:
    """A Sonos favourite, ``FV:2/n``."""

    number: int
    title: str
    uri: str
    protocol: str
    metadata: str
    kind: str = "instantPlay"
    description: str = ""
    art: str = ""

    @property
    def object_id(self) -> str:
        """The id in the ContentDirectory."""
        return f"FV:2/{self.number}"


def file_uri(artist: str, album: str, number: int, title: str) -> str:
    """Return the address of a file of the library."""
    return f"x-file-cifs:{SHARE}/" + quote(f"{artist}/{album}/{number:02d} {title}.flac")


@cache
def library() -> tuple[Track, ...]:
    """Return every track of the music library."""
    return tuple(
        Track(
            uri=file_uri(artist, album, number, title),
            title=title,
            artist=artist,
            album=album,
            album_artist=artist,
            duration=seconds,
            genre=genre,
            composer=composer,
            number=number,
        )
        for artist, composer, album, genre, tracks in _ALBUMS
        for number, (title, seconds) in enumerate(tracks, 1)
    )


def _invented(number: int) -> Track:
    """Return the only track of an album of a large library."""
    artist, album = f"Artist {number // 10:05d}", f"Record {number:05d}"
    return Track(
        uri=file_uri(artist, album, 1, f"Song {number:05d}"),
        title=f"Song {number:05d}",
        artist=artist,
        album=album,
        album_artist=artist,
        duration=180,
        genre="Pop",
        composer=artist,
        number=1,
    )


@cache
def service_tracks() -> tuple[Track, ...]:
    """Return the tracks of a streaming service."""
    return tuple(
        Track(
            uri=f"x-sonos-spotify:spotify%3atrack%3a{number}?sid=9&flags=8224&sn=9",
            title=title,
            artist=artist,
            album=album,
            duration=seconds,
        )
        for number, title, artist, album, seconds in _SERVICE_TRACKS
    )


@cache
def stations() -> tuple[tuple[Track, str], ...]:
    """Return the radio stations, each with what is on."""
    return _broadcasts(_STATIONS)


@cache
def shows() -> tuple[tuple[Track, str], ...]:
    """Return the radio shows that are saved beside the stations."""
    return _broadcasts(_SHOWS)


def _broadcasts(rows: Iterable[tuple[str, str, str, str]]) -> tuple[tuple[Track, str], ...]:
    return tuple(
        (Track(uri=uri, title=title, item_class=BROADCAST_CLASS), content)
        for _, title, uri, content in rows
    )


def station_metadata(title: str) -> str:
    """Return the metadata with which a station is chosen."""
    return didl.enqueued_metadata(title, BROADCAST_CLASS, TUNEIN_ACCOUNT)


def album_tracks(album: str) -> list[Track]:
    """Return the tracks of an album of the library."""
    return [track for track in library() if track.album == album]


def default_playlists() -> list[SavedQueue]:
    """Return the playlists that a new house has."""
    return [
        SavedQueue(0, "Dinner", [*album_tracks("Night Market"), *service_tracks()[:2]]),
        SavedQueue(1, "Morning", list(service_tracks()[2:])),
        SavedQueue(2, "Häuser & Höfe", album_tracks("Harbour Lights")),
    ]


def default_favorites(uid: str) -> list[Favorite]:
    """Return the favourites that a new house has; ``uid`` is a player of it."""
    favorites = []
    for number, (station, _) in enumerate(stations()[:3]):
        favorites.append(
            Favorite(
                number,
                station.title,
                station.uri,
                station.protocol,
                station_metadata(station.title),
                description="TuneIn Station",
                art=station.art_uri,
            )
        )
    playlist = "object.container.playlistContainer"
    album = f"x-rincon-playlist:{uid}#A:ALBUM/{quote('Harbour Lights')}"
    track = library()[10]
    favorites += [
        Favorite(
            10,
            "Peaceful Piano",
            f"{SERVICE_PLAYLIST}?sid=9&flags=8300&sn=9",
            "x-rincon-cpcontainer:*:*:*",
            didl.enqueued_metadata("Peaceful Piano", playlist, SERVICE_ACCOUNT, "1006206cspotify"),
            description="Spotify Playlist",
        ),
        Favorite(
            11,
            "Harbour Lights",
            album,
            "x-rincon-playlist:*:*:*",
            didl.enqueued_metadata(
                "Harbour Lights",
                "object.container.album.musicAlbum",
                "RINCON_AssociatedZPUDN",
                f"A:ALBUM/{quote('Harbour Lights')}",
            ),
            description="Music Library Album",
        ),
        Favorite(
            12,
            "Dinner",
            "file:///jffs/settings/savedqueues.rsq#0",
            "file:*:audio/mpegurl:*",
            didl.enqueued_metadata("Dinner", playlist, "RINCON_AssociatedZPUDN", "SQ:0"),
            description="Sonos Playlist",
        ),
        Favorite(
            13,
            track.title,
            track.uri,
            track.protocol,
            didl.enqueued_metadata(
                track.title, didl.TRACK_CLASS, "RINCON_AssociatedZPUDN", f"S:{SHARE}"
            ),
            description="Music Library Track",
            art=track.art_uri,
        ),
        Favorite(
            14,
            "New releases",
            "",
            "",
            didl.enqueued_metadata("New releases", "object.container", SERVICE_ACCOUNT, "new"),
            kind="shortcut",
            description="Spotify",
        ),
    ]
    return favorites


class Catalog:
    """What the players of one household can find."""

    def __init__(self, uid: str) -> None:
        """Furnish a new house; ``uid`` is a player of it."""
        self.library = library()
        self.shares: tuple[str, ...] = (SHARE,)
        self.imported = {IMPORTED: album_tracks("Night Market")}
        self._listings: dict[tuple[str, str], list[str]] = {}
        self.playlists = default_playlists()
        self.favorites = default_favorites(uid)
        self._known = {track.uri: track for track in (*library(), *service_tracks())}
        on_radio = (*stations(), *shows())
        self._known |= {station.uri: station for station, _ in on_radio}
        self.on_air = {station.uri: content for station, content in on_radio}
        self.unreadable: set[str] = set()

    def resolve(self, uri: str, metadata: str = "") -> Track:
        """Return the track behind a URI; metadata of a client win over what is known."""
        kind = kind_of(uri)
        if kind is TV:
            return Track(uri=uri, item_class="object.item")
        if kind is LINE_IN:
            return Track(uri=uri, title="Line-In", item_class="object.item.audioItem.linein")
        if kind is RADIO:
            # The name of the station is in the enqueued metadata; the track has none.
            return Track(uri=uri, title=uri, item_class="object.item")
        track = self._known.get(uri)
        if track is None:
            name = unquote(re.split(r"[?#]", uri)[0].rstrip("/").rpartition("/")[2]) or uri
            track = Track(uri=uri, title=name, duration=0 if kind.streams else 180)
        return didl.with_metadata(track, metadata) if metadata else track

    def publish(self, uri: str, seconds: float | None) -> None:
        """Put a sound file on a web server; None as its length: it cannot be read there."""
        self.unreadable.discard(uri)
        if seconds is None:
            self.unreadable.add(uri)
            return
        name = unquote(uri.rpartition("/")[2])
        self._known[uri] = Track(uri=uri, title=name, duration=seconds)

    def stream_content(self, uri: str) -> str:
        """Return what a station says is on."""
        return self.on_air.get(uri, "")

    def expand(self, uri: str, metadata: str = "") -> list[Track]:
        """Return the tracks that a URI adds to a queue: many for a container."""
        if match := re.fullmatch(r"file:///jffs/settings/savedqueues\.rsq#(\d+)", uri):
            playlist = self.playlist(int(match[1]))
            return list(playlist.tracks) if playlist else []
        if match := re.match(r"x-rincon-playlist:\w+#(.*)", uri):
            return self.container_tracks(match[1])
        if uri.startswith("x-file-cifs:") and (imported := self.imported.get(f"S:{uri[12:]}")):
            return list(imported)
        if uri.startswith("x-rincon-cpcontainer:") and not uri.startswith(_SINGLE_TRACK):
            return list(service_tracks())
        if ":" not in uri:
            return [self._service_track(uri, metadata)]
        return [self.resolve(uri, metadata)]

    def _service_track(self, item_id: str, metadata: str) -> Track:
        """Return the track of a service behind its bare id; the service knows its title."""
        uri = f"x-sonos-spotify:{item_id}?sid=9&flags=8224&sn=9"
        if uri in self._known:
            return self._known[uri]
        name = unquote(item_id).rpartition(":")[2]
        return didl.with_metadata(Track(uri=uri, title=f"Track {name}", duration=200), metadata)

    def container_tracks(self, object_id: str) -> list[Track]:
        """Return the tracks below a container of the library such as ``A:ALBUM/x``."""
        if object_id.startswith("S:"):
            below = f"x-file-cifs:{object_id[2:].rstrip('/')}/"
            return [replace(track) for track in self.library if track.uri.startswith(below)]
        return [
            replace(track)
            for track in self.library
            if object_id in {"A:TRACKS", ""} or _below(track, object_id)
        ]

    def fill_library(self, albums: int) -> None:
        """Let the share have as many albums of one track each besides; 0 ends that."""
        self.library = (*library(), *(_invented(number) for number in range(1, albums + 1)))
        self.shares = (SHARE,)
        self.imported = {IMPORTED: album_tracks("Night Market")}
        self._listings.clear()

    def remove_shares(self) -> None:
        """Have no share, and so nothing in the library."""
        self.library, self.shares, self.imported = (), (), {}
        self._listings.clear()

    def listing(self, uid: str, object_id: str, build: Callable[[], list[str]]) -> list[str]:
        """Return what a player lists in a container of the library, built once."""
        key = uid, object_id
        if key not in self._listings:
            self._listings[key] = build()
        return self._listings[key]

    def playlist(self, number: int) -> SavedQueue | None:
        """Return a Sonos playlist by its number."""
        return next((item for item in self.playlists if item.number == number), None)

    def favorite(self, number: int) -> Favorite | None:
        """Return a favourite by its number."""
        return next((item for item in self.favorites if item.number == number), None)


# Container of the library: the fields of a track that its levels stand for.
LEVELS: dict[str, tuple[str, ...]] = {
    "A:ARTIST": ("artist", "album"),
    "A:ALBUMARTIST": ("album_artist", "album"),
    "A:ALBUM": ("album",),
    "A:GENRE": ("genre", "artist", "album"),
    "A:COMPOSER": ("composer", "album"),
    "A:TRACKS": (),
}


def _below(track: Track, object_id: str) -> bool:
    root, _, rest = object_id.partition("/")
    wanted = [unquote(part) for part in rest.split("/") if part]
    fields = LEVELS.get(root, ())
    return bool(fields) and all(
        getattr(track, name) == value for name, value in zip(fields, wanted, strict=False)
    )
