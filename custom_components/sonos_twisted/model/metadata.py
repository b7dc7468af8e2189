"""DIDL-Lite that a client has to write: what a player is told about a thing to play, queue or keep.

A player takes the title from it, and the account with which a music service is asked. What it does
not need (artist, album, picture) it finds out by itself.
"""

import re

from .didl import Didl
from .markup import FORBIDDEN

#: The account of everything that belongs to the household itself: library, playlists, addresses.
LOCAL_ACCOUNT = "RINCON_AssociatedZPUDN"

#: The account of radio stations, which TuneIn lists for everybody.
RADIO_ACCOUNT = "SA_RINCON65031_"

AUDIOBOOK_CLASS = "object.item.audioItem.audioBook"
PLAYLIST_CLASS = "object.container.playlistContainer"
STATION_CLASS = "object.item.audioItem.audioBroadcast"
TRACK_CLASS = "object.item.audioItem.musicTrack"

_RADIO_SERVICE = 254
_SERVICE_ID = re.compile(r"[?&]sid=(\d{1,6})(?!\d)")

#: The namespace of what only Sonos has, and how all documents begin.
RINCON = "urn:schemas-rinconnetworks-com:metadata-1-0/"
DIDL_HEAD = (
    '<DIDL-Lite xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/"'
    f' xmlns:r="{RINCON}" xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/">'
)

_PICTURE = re.compile(r"<upnp:albumArtURI>.*?</upnp:albumArtURI>", re.DOTALL)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


def escape_markup(text: str) -> str:
    """Escape a text for an element or an attribute; what no XML may hold is left out."""
    return FORBIDDEN.sub("", text).translate(_ENTITIES)


def write_didl(didl: Didl) -> str:
    """Write the document of a track or container, as it is queued or added to a playlist.

    Speakers do not name the account of a music service's track that plays or is queued; it follows
    from the address.
    """
    kind = "container" if didl.container else "item"
    account = didl.account or account_of(didl.res_uri or "")
    return (
        f'{DIDL_HEAD}<{kind} id="{escape_markup(didl.item_id or "-1")}"'
        f' parentID="{escape_markup(didl.parent_id or "-1")}" restricted="true">'
        f"{_element('dc:title', didl.title)}{_resource(didl)}"
        f"{_element('upnp:class', didl.item_class or 'object.item')}"
        f"{_element('dc:creator', didl.creator)}{_element('upnp:album', didl.album)}"
        f'<desc id="cdudn" nameSpace="{RINCON}">{escape_markup(account)}</desc>'
        f"</{kind}></DIDL-Lite>"
    )


def item_metadata(
    title: str,
    item_class: str,
    *,
    item_id: str = "-1",
    parent_id: str = "-1",
    account: str = LOCAL_ACCOUNT,
) -> str:
    """Write the document of one item.

    Args:
        title: What is shown until the player knows better.
        item_class: Its UPnP class. Containers are written as items, too.
        item_id: Its id at the music service or in the library.
        parent_id: The id of what it was found in.
        account: Whose it is: see `service_account`.
    """
    return write_didl(
        Didl(
            item_id=item_id,
            parent_id=parent_id,
            title=title,
            item_class=item_class,
            account=account,
        )
    )


def write_favorite(title: str, didl: Didl, metadata: str) -> str:
    """Write the document of a new Sonos favourite.

    Args:
        title: How it is called.
        didl: What it stands for, with its resource.
        metadata: The DIDL-Lite document with which that is played. It is kept without pictures,
            since speakers cut what is too long.

    """
    short = _PICTURE.sub("", metadata)
    return (
        f'{DIDL_HEAD}<item id="" parentID="FV:2" restricted="false">{_element("dc:title", title)}'
        "<upnp:class>object.itemobject.item.sonos-favorite</upnp:class><r:ordinal>0</r:ordinal>"
        f"{_resource(didl)}<r:type>instantPlay</r:type>"
        f"{_element('upnp:albumArtURI', didl.album_art_uri)}"
        f"{_element('r:description', didl.description)}{_element('r:resMD', short)}"
        "</item></DIDL-Lite>"
    )


def _element(name: str, text: str | None) -> str:
    return f"<{name}>{escape_markup(text)}</{name}>" if text is not None else ""


def _resource(didl: Didl) -> str:
    if not didl.res_uri:
        return ""
    info = f' protocolInfo="{escape_markup(didl.protocol_info)}"' if didl.protocol_info else ""
    return f"<res{info}>{escape_markup(didl.res_uri)}</res>"


def service_type(service_id: int) -> int:
    """Give the number that accounts name a music service by. Its id is the `sid` of its URIs."""
    return service_id * 256 + 7


def service_account(number: int) -> str:
    """Give the account of the household at a music service, by the service's type."""
    return f"SA_RINCON{number}_X_#Svc{number}-0-Token"


def account_of(uri: str) -> str:
    """Tell from a URI alone whose account plays it."""
    match = _SERVICE_ID.search(uri)
    if match is None:
        return LOCAL_ACCOUNT
    service_id = int(match[1])
    return (
        RADIO_ACCOUNT if service_id == _RADIO_SERVICE else service_account(service_type(service_id))
    )
