"""DIDL-Lite metadata that a client has to write: for what comes without any.

A player takes the title from it, and the account with which a music service is asked. What it does
not need (artist, album, picture) it finds out by itself.
"""

import re

from .didl_writing import NO_ACCOUNT, escape_markup

#: The account of everything that belongs to the household itself: library, playlists, addresses.
LOCAL_ACCOUNT = NO_ACCOUNT

#: The account of radio stations, which TuneIn lists for everybody.
RADIO_ACCOUNT = "SA_RINCON65031_"

AUDIOBOOK_CLASS = "object.item.audioItem.audioBook"
PLAYLIST_CLASS = "object.container.playlistContainer"
STATION_CLASS = "object.item.audioItem.audioBroadcast"
TRACK_CLASS = "object.item.audioItem.musicTrack"

_RADIO_SERVICE = 254
_SERVICE_ID = re.compile(r"[?&]sid=(\d{1,6})(?!\d)")

_HEAD = (
    '<DIDL-Lite xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:upnp="urn:schemas-upnp-org:metadata-1-0/upnp/"'
    ' xmlns:r="urn:schemas-rinconnetworks-com:metadata-1-0/"'
    ' xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/">'
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
    return (
        f'{_HEAD}<item id="{escape_markup(item_id)}" parentID="{escape_markup(parent_id)}"'
        f' restricted="true"><dc:title>{escape_markup(title)}</dc:title>'
        f"<upnp:class>{escape_markup(item_class)}</upnp:class>"
        '<desc id="cdudn" nameSpace="urn:schemas-rinconnetworks-com:metadata-1-0/">'
        f"{escape_markup(account)}</desc></item></DIDL-Lite>"
    )


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
