"""DIDL-Lite metadata: what is playing, queued or stored, as players describe it.

Sonos takes liberties with DIDL, and with XML. Nothing here raises: metadata that cannot be read is
None, metadata that can be read in part is returned in part.

Two forms of one fact that are easily confused: `Didl.title` of a radio stream is often its file
name, while the song is in `Didl.stream_content`, which `parse_stream_content` takes apart.
"""

from dataclasses import dataclass
import re
from typing import TYPE_CHECKING

from .markup import MAX_TAGS, MalformedMarkup, elements, local_name, parse, parse_damaged, unescape
from .numbers import whole_number
from .times import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

_UNAVAILABLE = frozenset({"", "NOT_IMPLEMENTED"})


@dataclass(frozen=True, slots=True)
class Didl:
    """One item or container. What the metadata doesn't say is None."""

    item_id: str | None = None
    parent_id: str | None = None
    title: str | None = None
    creator: str | None = None
    album: str | None = None
    album_artist: str | None = None
    album_art_uri: str | None = None
    """The first of them, as sent: absolute, or relative to the player (`/getaa?...`)."""
    item_class: str | None = None
    """The UPnP class, such as "object.item.audioItem.musicTrack"."""
    track_number: int | None = None
    """The number of the track on its album."""
    stream_content: str | None = None
    radio_show: str | None = None
    """The programme on air, without the programme id that players append to it."""
    res_uri: str | None = None
    res_duration: float | None = None
    """Seconds."""
    protocol_info: str | None = None
    account: str | None = None
    """The `desc` element, which names the music service's account."""
    description: str | None = None
    """A favourite's second line, such as the name of its music service."""
    resource_metadata: str | None = None
    """A favourite's r:resMD: the DIDL-Lite of what it points to, as text. Long ones come cut."""
    container: bool = False
    """Whether the element is a container. Players send containers as items, too: see is_kind."""

    def is_kind(self, name: str) -> bool:
        """Tell whether the UPnP class contains a part of that name ("playlistContainer")."""
        return self.item_class is not None and name in self.item_class.split(".")


_TEXTS = {
    "title": "title",
    "creator": "creator",
    "album": "album",
    "albumArtist": "album_artist",
    "class": "item_class",
    "streamContent": "stream_content",
    "radioShowMd": "radio_show",
    "desc": "account",
    "description": "description",
    "albumArtURI": "album_art_uri",
    "res": "res_uri",
}
"""The field that holds an element's text, by the element's local name."""

_PROGRAMME_ID = re.compile(r",\s*p\d+$")


def parse_didl(text: str) -> Didl | None:
    """Read the first item or container of a DIDL-Lite document.

    Returns:
        None for "", "NOT_IMPLEMENTED" and text without a readable item, or with far too much.
    """
    if text.count("<") + text.count("&lt;") > MAX_TAGS:
        return None
    for element in _entries(text):
        return _read(element)
    return None


def parse_didl_list(text: str) -> tuple[Didl, ...]:
    """Read all items and containers of a DIDL-Lite document, such as the result of Browse."""
    return tuple(_read(element) for element in _entries(text))


def _entries(text: str) -> Iterator[Element]:
    text = text.strip()
    if text in _UNAVAILABLE:
        return
    if text.startswith("&lt;"):
        text = unescape(text)
    try:
        root: Element | None = parse(text.encode(errors="replace"))
    except MalformedMarkup:
        root = parse_damaged(text)
    if root is None:
        return
    if local_name(root.tag) != "DIDL-Lite":
        return
    for name, element in elements(root):
        if name in {"item", "container"}:
            yield element


def _read(entry: Element) -> Didl:
    fields: dict[str, str] = {}
    track_number = resource_metadata = res_duration = protocol_info = None
    for name, element in elements(entry):
        text = (element.text or "").strip()
        if name == "resMD":
            resource_metadata = text or None
        elif name == "originalTrackNumber":
            track_number = whole_number(text)
        elif (field := _TEXTS.get(name)) and text not in _UNAVAILABLE and field not in fields:
            fields[field] = unescape(text)
        # Some items have an empty resource that still tells the duration.
        if name == "res":
            res_duration = res_duration or parse_duration(element.get("duration"))
            protocol_info = protocol_info or element.get("protocolInfo")
    if show := fields.get("radio_show"):
        fields["radio_show"] = _PROGRAMME_ID.sub("", show)
    return Didl(
        item_id=entry.get("id"),
        parent_id=entry.get("parentID"),
        track_number=track_number,
        resource_metadata=resource_metadata,
        res_duration=res_duration,
        protocol_info=protocol_info,
        container=local_name(entry.tag) == "container",
        **fields,
    )


def named(items: Iterable[Didl], name: str) -> Didl | None:
    """Find what has a title or an id; capital letters count only where there is a choice."""
    similar: Didl | None = None
    for item in items:
        if name in {item.item_id, item.title}:
            return item
        if similar is None and (item.title or "").casefold() == name.casefold():
            similar = item
    return similar


# "TYPE=SNG|TITLE Clocks|ARTIST Coldplay|ALBUM ", with anything in front of it.
_TAGGED = re.compile(r"(?:^|\|)(TYPE|TITLE|ARTIST|ALBUM)(?:[ =]|$)")


def parse_stream_content(text: str | None) -> tuple[str | None, str | None, str | None]:
    """Take apart what a radio stream says about the song on air.

    Understood are tagged content ("TYPE=SNG|TITLE ..|ARTIST ..|ALBUM .."), "Artist - Title", and
    a plain title. Content that tells the state of the stream ("ZPSTR_BUFFERING") says nothing
    about a song.

    Returns:
        Artist, title and album, each None if unknown.
    """
    text = unescape(text or "").strip()
    if text in _UNAVAILABLE or text.startswith("ZPSTR_"):
        return None, None, None
    pieces = _TAGGED.split(text)
    if len(pieces) > 1:
        # split() alternates text before the first tag, tag, value, tag, value ...
        tags = {
            tag: value.strip() or None
            for tag, value in zip(pieces[1::2], pieces[2::2], strict=True)
        }
        return tags.get("ARTIST"), tags.get("TITLE"), tags.get("ALBUM")
    artist, dash, title = text.partition(" - ")
    if not dash:
        return None, text, None
    return artist.strip() or None, title.strip() or None, None
