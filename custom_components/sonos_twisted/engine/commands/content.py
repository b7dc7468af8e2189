"""What a household has to play: the ContentDirectory service, which any of its speakers serves."""

from dataclasses import dataclass

from ...model import Didl, parse_didl_list, whole_number
from . import soap

_SERVICE = "ContentDirectory"

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


def _browse(address: str, object_id: str, flag: str, start: int, count: int) -> Page:
    answer = soap.call(
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
    items = parse_didl_list(answer.get("Result", ""))
    return Page(
        items=items,
        total=whole_number(answer.get("TotalMatches", "")) or len(items),
        update_id=whole_number(answer.get("UpdateID", "")) or 0,
    )
