"""What a household has to play: the ContentDirectory service, which any of its speakers serves."""

from dataclasses import dataclass
import re

from ...model import Didl, escape_markup, parse_didl_list, whole_number
from . import soap

_SERVICE = "ContentDirectory"

#: The queue of the speaker that is asked.
QUEUE = "Q:0"

_TITLE = re.compile(r"<dc:title>.*?</dc:title>", re.DOTALL)

#: How many items a page has. Speakers give at most 1000, and some fewer of a queue (soco).
PAGE = 400


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what is in a container.

    Attributes:
        items: Items and containers, in the order of the container.
        total: How many there are in the whole container.
        update_id: Another number than before means that the container has changed.

    """

    items: tuple[Didl, ...]
    total: int
    update_id: int


def browse(address: str, object_id: str, start: int = 0, count: int = PAGE) -> Page:
    """Read a page of a container.

    Args:
        address: Any speaker of the household; for a queue, ``Q:0``, the one that plays it.
        object_id: ``Q:0``, ``SQ:``, ``SQ:3``, ``FV:2``, ``R:0/0``, ``A:ALBUM``, ``S:``, ...; with a
            term, as in ``A:ALBUM:night``, what contains it in its title.
        start: The first item, from 0.
        count: The most items to read, at least 1; a speaker may return fewer.

    """
    return _browse(address, object_id, "BrowseDirectChildren", start, count)


def look_up(address: str, object_id: str) -> Didl | None:
    """Read what a single item or container says of itself; None if that cannot be read.

    Raises:
        UpnpError: With code 701 when there is no such object.

    """
    return next(iter(_browse(address, object_id, "BrowseMetadata", 0, 1).items), None)


def add_favorite(address: str, document: str) -> str:
    """Add to the Sonos favourites and return the new one's object id.

    Args:
        address: Any speaker of the household.
        document: The favourite, see ``model.write_favorite``.

    Raises:
        UpnpError: With code 803 when it is one already, 805 when there are too many.

    """
    answer = soap.call(address, _SERVICE, "CreateObject", ContainerID="FV:2", Elements=document)
    return answer.get("ObjectID", "")


def destroy(address: str, object_id: str) -> None:
    """Delete a favourite or a Sonos playlist."""
    soap.call(address, _SERVICE, "DestroyObject", ObjectID=object_id)


def rename(address: str, object_id: str, title: str) -> None:
    """Give a favourite or a Sonos playlist another title."""
    answer = _browse_answer(address, object_id, "BrowseMetadata", 0, 1)
    # The speaker compares with what it sent, escaped as it escapes it.
    current = _TITLE.search(answer.get("Result", ""))
    soap.call(
        address,
        _SERVICE,
        "UpdateObject",
        ObjectID=object_id,
        CurrentTagValue=current[0] if current else "",
        NewTagValue=f"<dc:title>{escape_markup(title)}</dc:title>",
    )


def _browse(address: str, object_id: str, flag: str, start: int, count: int) -> Page:
    answer = _browse_answer(address, object_id, flag, start, count)
    items = parse_didl_list(answer.get("Result", ""))
    return Page(
        items=items,
        total=whole_number(answer.get("TotalMatches", "")) or len(items),
        update_id=whole_number(answer.get("UpdateID", "")) or 0,
    )


def _browse_answer(
    address: str, object_id: str, flag: str, start: int, count: int
) -> dict[str, str]:
    return soap.call(
        address,
        _SERVICE,
        "Browse",
        ObjectID=object_id,
        BrowseFlag=flag,
        Filter="*",
        StartingIndex=start,
        RequestedCount=count,
        SortCriteria="",
    )
