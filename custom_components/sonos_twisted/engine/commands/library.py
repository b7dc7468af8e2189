"""The index of the music library, which the speakers of a household make together."""

from . import soap

_SERVICE = "ContentDirectory"


def update(address: str) -> None:
    """Begin to look through the music folders; it goes on in the background."""
    soap.call(address, _SERVICE, "RefreshShareIndex", AlbumArtistDisplayOption="")


def is_updating(address: str) -> bool:
    """Tell whether the music folders are being looked through at the moment."""
    answer = soap.call(address, _SERVICE, "GetShareIndexInProgress")
    return answer.get("IsIndexing", "0") != "0"
