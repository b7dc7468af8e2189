"""What the lists of a household hold: of which kind things are, how long lists are divided.

The queue, playlists, favourites, stations and the music library are trees of the same objects.
"""

from enum import IntEnum, StrEnum
import re
import unicodedata

from .didl import Didl, parse_didl


class ContentKind(StrEnum):
    """Of which kind something is that can be chosen."""

    ALBUM = "album"
    ARTIST = "artist"
    """Whose name an album bears."""
    AUDIOBOOK = "audiobook"
    COMPOSER = "composer"
    CONTRIBUTING_ARTIST = "contributing_artist"
    """Who plays a single track."""
    FOLDER = "folder"
    GENRE = "genre"
    OTHER = "other"
    PLAYLIST = "playlist"
    PODCAST = "podcast"
    STATION = "station"
    TRACK = "track"


_KINDS = {
    "object.container": ContentKind.FOLDER,
    "object.container.album": ContentKind.ALBUM,
    "object.container.genre": ContentKind.GENRE,
    "object.container.person": ContentKind.ARTIST,
    "object.container.person.composer": ContentKind.COMPOSER,
    "object.container.playlistContainer": ContentKind.PLAYLIST,
    "object.container.playlistContainer.sameArtist": ContentKind.ARTIST,
    "object.container.podcast": ContentKind.PODCAST,
    "object.item.audioItem": ContentKind.TRACK,
    "object.item.audioItem.audioBook": ContentKind.AUDIOBOOK,
    "object.item.audioItem.audioBroadcast": ContentKind.STATION,
    "object.item.audioItem.linein": ContentKind.OTHER,
    "object.item.audioItem.podcast": ContentKind.PODCAST,
}
"""The kind by UPnP class. A class that is not here has the kind of the one that it refines."""

LIBRARY_LISTS = {
    "A:ALBUMARTIST": ContentKind.ARTIST,
    "A:ARTIST": ContentKind.CONTRIBUTING_ARTIST,
    "A:ALBUM": ContentKind.ALBUM,
    "A:GENRE": ContentKind.GENRE,
    "A:COMPOSER": ContentKind.COMPOSER,
    "A:TRACKS": ContentKind.TRACK,
    "A:PLAYLISTS": ContentKind.PLAYLIST,
}
"""The lists of the music library, and what each lists. They are sorted by title."""


def kind_of_class(item_class: str | None) -> ContentKind:
    """Tell the kind of what has a UPnP class."""
    parts = (item_class or "").split(".")
    while parts:
        if (kind := _KINDS.get(".".join(parts))) is not None:
            return kind
        parts.pop()
    return ContentKind.OTHER


def kind_of(item: Didl) -> ContentKind:
    """Tell of which kind something is; of a favourite, what it points to."""
    if item.resource_metadata is not None:
        target = parse_didl(item.resource_metadata)
        return kind_of_class(target.item_class if target else None)
    kind = kind_of_class(item.item_class)
    # Players give both kinds of artists one class.
    if kind is ContentKind.ARTIST and (item.item_id or "").startswith("A:ARTIST/"):
        return ContentKind.CONTRIBUTING_ARTIST
    return kind


def is_container(item: Didl) -> bool:
    """Tell whether there is something in it."""
    return item.container or item.is_kind("container")


def divide(start: int, end: int, most: int, folders: int) -> list[tuple[int, int]]:
    """Divide a part of a list into parts that a person can overlook.

    Args:
        start: The first item.
        end: The first item behind it.
        most: How many items the smallest part has.
        folders: How many parts there may be; when that is not enough, parts are to be divided
            again.

    """
    step = most
    while end - start > step * folders:
        step *= folders
    return [(first, min(first + step, end)) for first in range(start, end, step)]


class Match(IntEnum):
    """How well a title fits what is searched for, the best first."""

    EXACT = 0
    BEGINNING = 1
    WORD = 2
    INSIDE = 3
    NONE = 4


def match(title: str, wanted: str) -> Match:
    """Tell how well a title fits; capitals and accents make no difference."""
    title, wanted = _folded(title), _folded(wanted)
    if title == wanted:
        return Match.EXACT
    if title.startswith(wanted):
        return Match.BEGINNING
    if f" {wanted}" in title:
        return Match.WORD
    return Match.INSIDE if wanted in title else Match.NONE


def fits(text: str, pattern: str) -> bool:
    """Tell whether a text is like a pattern, in which an asterisk stands for anything.

    Capitals and accents make no difference.
    """
    parts = (re.escape(part) for part in _folded(pattern).split("*"))
    return re.fullmatch(".*".join(parts), _folded(text), re.DOTALL) is not None


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()
