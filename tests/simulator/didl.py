"""DIDL-Lite: what players say about a track, a container or a favourite."""

from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from .text import clock_time, escape, parse_clock_time, percent

_DC = "http://purl.org/dc/elements/1.1/"
_UPNP = "urn:schemas-upnp-org:metadata-1-0/upnp/"
_RINCON = "urn:schemas-rinconnetworks-com:metadata-1-0/"
_DIDL = "urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/"
_HEAD = f'<DIDL-Lite xmlns:dc="{_DC}" xmlns:upnp="{_UPNP}" xmlns:r="{_RINCON}" xmlns="{_DIDL}">'

TRACK_CLASS = "object.item.audioItem.musicTrack"
BROADCAST_CLASS = "object.item.audioItem.audioBroadcast"


@dataclass(frozen=True, slots=True)
class Track:
    """Something with a URI that can be played or queued."""

    uri: str
    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    duration: float = 0
    art: str = ""
    genre: str = ""
    composer: str = ""
    number: int = 0
    protocol_info: str = ""
    item_class: str = TRACK_CLASS
    metadata: str = ""

    @property
    def art_uri(self) -> str:
        """Address of the artwork, relative to the player unless the item has its own."""
        return self.art or f"/getaa?s=1&u={percent(self.uri)}"

    @property
    def protocol(self) -> str:
        """The protocolInfo attribute of the resource."""
        if self.protocol_info:
            return self.protocol_info
        for prefix, protocol in _PROTOCOLS:
            if self.uri.startswith(prefix):
                return protocol
        return "http-get:*:audio/mpeg:*"


_PROTOCOLS = (
    ("x-file-cifs:", "x-file-cifs:*:audio/flac:*"),
    ("x-sonos-spotify:", "sonos.com-spotify:*:audio/x-spotify:*"),
    ("x-sonos-http:", "sonos.com-http:*:audio/mpeg:*"),
    ("x-sonosapi-", "sonos.com-http:*:*:*"),
    ("x-rincon-mp3radio:", "x-rincon-mp3radio:*:*:*"),
    ("x-rincon-stream:", "x-rincon-stream:*:*:*"),
    ("x-sonos-htastream:", "spdif:*:audio/x-spdif:*"),
    ("x-rincon-playlist:", "x-rincon-playlist:*:*:*"),
    ("x-rincon-cpcontainer:", "x-rincon-cpcontainer:*:*:*"),
    ("file:", "file:*:audio/mpegurl:*"),
)


def wrap(*items: str) -> str:
    """Return a DIDL-Lite document of the items."""
    return f"{_HEAD}{''.join(items)}</DIDL-Lite>"


def tag(name: str, value: str) -> str:
    """Return an element, or nothing for an empty value."""
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def resource(track: Track) -> str:
    """Return the res element of a track."""
    length = f' duration="{clock_time(track.duration)}"' if track.duration else ""
    return f'<res protocolInfo="{escape(track.protocol)}"{length}>{escape(track.uri)}</res>'


def track_item(
    track: Track,
    *,
    item_id: str = "-1",
    parent: str = "-1",
    stream_content: str | None = None,
    radio_show: str = "",
) -> str:
    """Return the item element of a track.

    Args:
        track: The track.
        item_id: Object id, ``-1`` in transport metadata.
        parent: Object id of the container.
        stream_content: What a radio station says is on; None leaves the elements out.
        radio_show: The programme that it says this belongs to.
    """
    streaming = ""
    if stream_content is not None:
        streaming = (
            f"<r:streamContent>{escape(stream_content)}</r:streamContent>"
            f"<r:radioShowMd>{escape(radio_show)}</r:radioShowMd>"
        )
    return (
        f'<item id="{escape(item_id)}" parentID="{escape(parent)}" restricted="true">'
        f"{resource(track)}{streaming}<upnp:albumArtURI>{escape(track.art_uri)}</upnp:albumArtURI>"
        f"{tag('dc:title', track.title)}<upnp:class>{track.item_class}</upnp:class>"
        f"{tag('dc:creator', track.artist)}{tag('upnp:album', track.album)}"
        f"{tag('upnp:originalTrackNumber', str(track.number or ''))}"
        f"{tag('r:albumArtist', track.album_artist)}</item>"
    )


def track_metadata(track: Track, stream_content: str = "", radio_show: str = "") -> str:
    """Return the document that AVTransport gives as CurrentTrackMetaData."""
    return wrap(track_item(track, stream_content=stream_content, radio_show=radio_show))


def enqueued_metadata(title: str, item_class: str, account: str, item_id: str = "-1") -> str:
    """Return the document of an enqueued container or station."""
    return wrap(
        f'<item id="{escape(item_id)}" parentID="-1" restricted="true">'
        f"<dc:title>{escape(title)}</dc:title><upnp:class>{item_class}</upnp:class>"
        f'<desc id="cdudn" nameSpace="{_RINCON}">{escape(account)}</desc></item>'
    )


def _text(item: ET.Element, name: str) -> str:
    return item.findtext(name, "").strip()


def parse_item(metadata: str) -> ET.Element | None:
    """Return the first item or container of a DIDL-Lite document, None if there is none."""
    if not metadata.strip():
        return None
    try:
        root = ET.fromstring(metadata)
    except ET.ParseError:
        return None
    return next(iter(root), None)


def with_metadata(track: Track, metadata: str) -> Track:
    """Return the track with what a client's metadata say about it."""
    item = parse_item(metadata)
    if item is None:
        return replace(track, metadata=metadata)
    res = item.find(f"{{{_DIDL}}}res")
    duration = track.duration
    if res is not None and (length := res.get("duration")):
        try:
            duration = parse_clock_time(length)
        except ValueError:
            duration = track.duration
    return replace(
        track,
        title=_text(item, f"{{{_DC}}}title") or track.title,
        artist=_text(item, f"{{{_DC}}}creator") or track.artist,
        album=_text(item, f"{{{_UPNP}}}album") or track.album,
        art=_text(item, f"{{{_UPNP}}}albumArtURI") or track.art,
        duration=duration,
        metadata=metadata,
    )


def account_of(metadata: str) -> str:
    """Return whose account plays the first item of a document; empty if it does not say so."""
    item = parse_item(metadata)
    return "" if item is None else _text(item, f"{{{_DIDL}}}desc")


def item_fields(metadata: str) -> dict[str, str]:
    """Return id, title, class, uri and protocol of the first item of a document."""
    item = parse_item(metadata)
    if item is None:
        return {}
    res = item.find(f"{{{_DIDL}}}res")
    fields = {
        "id": item.get("id", ""),
        "title": _text(item, f"{{{_DC}}}title"),
        "class": _text(item, f"{{{_UPNP}}}class"),
        "art": _text(item, f"{{{_UPNP}}}albumArtURI"),
        "type": _text(item, f"{{{_RINCON}}}type"),
        "description": _text(item, f"{{{_RINCON}}}description"),
        "metadata": _text(item, f"{{{_RINCON}}}resMD"),
    }
    if res is not None:
        fields["uri"] = (res.text or "").strip()
        fields["protocol"] = res.get("protocolInfo", "")
    return fields
