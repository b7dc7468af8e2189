"""What can be played: as URIs with their metadata, ready to be sent to a player."""

from collections.abc import Sequence
from dataclasses import dataclass
import re
from typing import Self
from urllib.parse import urlsplit

from .didl import Didl, parse_didl
from .media import Source, source_from_uri
from .metadata import (
    AUDIOBOOK_CLASS,
    LOCAL_ACCOUNT,
    PLAYLIST_CLASS,
    RADIO_ACCOUNT,
    STATION_CLASS,
    TRACK_CLASS,
    account_of,
    item_metadata,
)

type Resource = tuple[str, str]
"""A URI and its metadata."""

_UNQUEUEABLE = frozenset(
    {
        Source.AIRPLAY,
        Source.LINE_IN,
        Source.RADIO,
        Source.SPOTIFY_CONNECT,
        Source.TV,
        Source.VIRTUAL_LINE_IN,
    }
)

_CONTAINER_SCHEMES = ("x-rincon-cpcontainer:", "x-rincon-playlist:", "file:")

_PLAYLIST_FILES = (".m3u", ".pls")
"""Lists of the addresses of a station, by the end of their name."""

_CLOSED = re.compile(r"</(?:\w+:)?(class|desc)>")
"""The end of what is used of metadata that came cut."""

_RADIO_STREAM = "x-rincon-mp3radio"


@dataclass(frozen=True, slots=True)
class Playable:
    """Something that a group can be told to play.

    Attributes:
        title: What a person calls it.
        items: What is to be played one after the other. Each is a number of resources of which
            the player takes the first that it accepts.
        direct: Whether it can be a player's transport URI, without the queue; then it is one item.
        queueable: Whether it can be added to the queue.
        shuffle: Whether it is to be played in random order; None leaves that as it is.

    """

    title: str
    items: tuple[tuple[Resource, ...], ...]
    direct: bool = False
    queueable: bool = True
    shuffle: bool | None = None

    @classmethod
    def stream(cls, title: str, *resources: Resource) -> Self:
        """Make one of what has no end, and no place in a queue."""
        return cls(title, (resources,), direct=True, queueable=False)

    @classmethod
    def queued(cls, title: str, items: Sequence[Sequence[Resource]]) -> Self:
        """Make one of what is played from the queue."""
        return cls(title, tuple(tuple(resources) for resources in items))

    @property
    def uri(self) -> str:
        """The first URI."""
        return self.items[0][0][0]

    @property
    def has_positions(self) -> bool:
        """Whether it is something of which a person may want to skip the beginning."""
        return source_from_uri(self.uri) not in _UNQUEUEABLE

    @property
    def is_tv(self) -> bool:
        """Whether it is a television input, which only its own player can play."""
        return source_from_uri(self.uri) is Source.TV


def television(uid: str) -> Playable:
    """Give the television input of a player."""
    return Playable.stream("TV", (f"x-sonos-htastream:{uid}:spdif", ""))


def line_in(uid: str, title: str) -> Playable:
    """Give the line-in of a player; every player of the household can play it."""
    return Playable.stream(title, (f"x-rincon-stream:{uid}", ""))


def tunein_station(station_id: str, title: str) -> Playable:
    """Give a station by its id at TuneIn ("s24939")."""
    uri = f"x-sonosapi-stream:{station_id}?sid=254&flags=8224&sn=0"
    return Playable.stream(title, (uri, _written(uri, title, STATION_CLASS)))


def playable_from_uri(uri: str, title: str = "", *, radio: bool = False) -> Playable:
    """Tell how a URI is to be played.

    Args:
        uri: Any that players know; an http address may be that of a file or of a station.
        title: Its title. Without one, the player shows what the file itself says.
        radio: Whether it is known to be a station.
    """
    source = source_from_uri(uri)
    name = title or uri
    scheme = uri.partition(":")[0].lower()
    # A station needs a title. A file tells its own, unless another one is wanted.
    try:
        parts = urlsplit(uri)
    except ValueError:  # a favourite may have any address, and must not keep the others away
        parts = urlsplit("")
    station = title or parts.hostname or uri
    if scheme in {"http", "https"}:
        # Players take an http address for a file, and refuse one that has no end.
        stream = (f"{_RADIO_STREAM}{uri[len(scheme) :]}", _written(uri, station, STATION_CLASS))
        if radio or parts.path.lower().endswith(_PLAYLIST_FILES):
            return Playable.stream(name, stream)
        return Playable(name, (((uri, _written(uri, title, TRACK_CLASS)), stream),), direct=True)
    if radio or source is Source.RADIO:
        return Playable.stream(name, (uri, _written(uri, station, STATION_CLASS)))
    if source in _UNQUEUEABLE:
        return Playable.stream(name, (uri, _written(uri, title, TRACK_CLASS)))
    return Playable.queued(name, [[(uri, _written(uri, title, _class_in_queue(uri)))]])


def playable_from_didl(didl: Didl) -> Playable | None:
    """Tell how an entry of a list is to be played: a playlist, a station, of the library.

    Returns:
        None when it has no resource: it is only there to be opened.
    """
    uri = didl.res_uri
    if not uri:
        return None
    title = didl.title or uri
    plain = playable_from_uri(uri, title)
    item_class = didl.item_class or TRACK_CLASS
    metadata = item_metadata(
        title,
        item_class,
        item_id=didl.item_id or "-1",
        parent_id=didl.parent_id or "-1",
        account=didl.account or _account(uri, item_class),
    )
    return _of_class(plain, item_class, metadata)


def playable_from_favorite(favorite: Didl) -> Playable | None:
    """Tell how a favourite is to be played.

    Its metadata are those that it was saved with. Where they came cut, or not at all, they are
    written anew from what is left of them.

    Returns:
        None when it has no resource: it is a shortcut, which only the Sonos app can open.
    """
    uri = favorite.res_uri
    if not uri:
        return None
    title = favorite.title or uri
    plain = playable_from_uri(uri, title)
    saved = (favorite.resource_metadata or "").strip()
    known = parse_didl(saved)
    if known is None:
        return _of_class(plain, "", plain.items[0][0][1])
    if saved.endswith("</DIDL-Lite>"):
        return _of_class(plain, known.item_class or "", saved)
    whole = set(_CLOSED.findall(saved))
    item_class = (known.item_class if "class" in whole else None) or _class_of(plain)
    metadata = item_metadata(
        title,
        item_class,
        item_id=known.item_id or "-1",
        parent_id=known.parent_id or "-1",
        account=(known.account if "desc" in whole else None) or _account(uri, item_class),
    )
    return _of_class(plain, item_class, metadata)


def _of_class(plain: Playable, item_class: str, metadata: str) -> Playable:
    """Take over metadata, and what the class in them says about how it is played."""
    resource = (plain.uri, metadata)
    if not plain.queueable or item_class in {AUDIOBOOK_CLASS, STATION_CLASS}:
        return Playable.stream(plain.title, resource)
    return Playable.queued(plain.title, [[resource]])


def _class_of(plain: Playable) -> str:
    if not plain.queueable:
        return STATION_CLASS
    return _class_in_queue(plain.uri)


def _class_in_queue(uri: str) -> str:
    return PLAYLIST_CLASS if uri.startswith(_CONTAINER_SCHEMES) else TRACK_CLASS


def _account(uri: str, item_class: str) -> str:
    account = account_of(uri)
    if account == LOCAL_ACCOUNT and item_class == STATION_CLASS:
        return RADIO_ACCOUNT
    return account


def _written(uri: str, title: str, item_class: str) -> str:
    """Write the metadata that a URI needs; none, where they would say nothing."""
    account = _account(uri, item_class)
    if not title and account == LOCAL_ACCOUNT:
        return ""
    return item_metadata(title, item_class, account=account)
