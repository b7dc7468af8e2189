"""Writing DIDL-Lite: what a speaker is told about a thing that it shall queue, play or keep."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .didl import Didl

_RINCON = "urn:schemas-rinconnetworks-com:metadata-1-0/"
_HEAD = (
    '<DIDL-Lite xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/"'
    f' xmlns:r="{_RINCON}" xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/">'
)

#: Whose account plays it, for everything that is not a music service's.
NO_ACCOUNT = "RINCON_AssociatedZPUDN"

_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


def escape_markup(text: str) -> str:
    """Escape a text for an element or an attribute; what no XML may hold is left out."""
    return _FORBIDDEN.sub("", text).translate(_ENTITIES)


def write_didl(didl: Didl) -> str:
    """Write the document of a track or container, as it is queued or added to a playlist."""
    kind = "container" if didl.container else "item"
    return (
        f'{_HEAD}<{kind} id="{escape_markup(didl.item_id or "-1")}"'
        f' parentID="{escape_markup(didl.parent_id or "-1")}" restricted="true">'
        f"{_element('dc:title', didl.title)}{_resource(didl)}"
        f"{_element('upnp:class', didl.item_class or 'object.item')}"
        f"{_element('dc:creator', didl.creator)}{_element('upnp:album', didl.album)}"
        f'<desc id="cdudn" nameSpace="{_RINCON}">'
        f"{escape_markup(didl.account or NO_ACCOUNT)}</desc></{kind}></DIDL-Lite>"
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
        f'{_HEAD}<item id="" parentID="FV:2" restricted="false">{_element("dc:title", title)}'
        "<upnp:class>object.itemobject.item.sonos-favorite</upnp:class><r:ordinal>0</r:ordinal>"
        f"{_resource(didl)}<r:type>instantPlay</r:type>"
        f"{_element('upnp:albumArtURI', didl.album_art_uri)}"
        f"{_element('r:description', didl.description)}{_element('r:resMD', short)}"
        "</item></DIDL-Lite>"
    )


_PICTURE = re.compile(r"<upnp:albumArtURI>.*?</upnp:albumArtURI>", re.DOTALL)


def _element(name: str, text: str | None) -> str:
    return f"<{name}>{escape_markup(text)}</{name}>" if text else ""


def _resource(didl: Didl) -> str:
    if not didl.res_uri:
        return ""
    info = f' protocolInfo="{escape_markup(didl.protocol_info)}"' if didl.protocol_info else ""
    return f"<res{info}>{escape_markup(didl.res_uri)}</res>"
