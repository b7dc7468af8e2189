"""A group's queue: the AVTransport service of the group's coordinator, whose queue it is."""

from collections.abc import Sequence

from ...model import whole_number
from ..errors import UpnpError
from . import soap
from .transport import seek_track, set_uri

_SERVICE = "AVTransport"

#: How many tracks a speaker takes at once.
BATCH = 16

#: What a speaker answers that has nothing to remove.
_ALREADY_EMPTY = 804


def add(address: str, uri: str, metadata: str, before: int = 0, *, as_next: bool = False) -> int:
    """Add a track, or all tracks of a container, to the queue.

    Args:
        address: The coordinator's address.
        uri: What to add.
        metadata: Its DIDL-Lite document, which says among other things whose account plays it.
        before: The place, from 1, before which it is inserted; 0 adds it at the end.
        as_next: Whether it is what plays next, also when the queue is shuffled.

    Returns:
        The place, from 1, of the first track that was added.

    """
    answer = soap.call(
        address,
        _SERVICE,
        "AddURIToQueue",
        InstanceID=0,
        EnqueuedURI=uri,
        EnqueuedURIMetaData=metadata,
        DesiredFirstTrackNumberEnqueued=before,
        EnqueueAsNext=int(as_next),
    )
    return whole_number(answer.get("FirstTrackNumberEnqueued", "")) or 1


def add_all(address: str, uris: Sequence[str], metadata: Sequence[str]) -> None:
    """Add tracks at the end of the queue, as many at once as a speaker takes.

    Args:
        address: The coordinator's address.
        uris: The tracks. None of them may contain a space, which separates them.
        metadata: The DIDL-Lite document of each.

    """
    for start in range(0, len(uris), BATCH):
        batch = uris[start : start + BATCH]
        soap.call(
            address,
            _SERVICE,
            "AddMultipleURIsToQueue",
            InstanceID=0,
            UpdateID=0,
            NumberOfURIs=len(batch),
            EnqueuedURIs=" ".join(batch),
            EnqueuedURIsMetaData=" ".join(metadata[start : start + BATCH]),
            ContainerURI="",
            ContainerMetaData="",
            DesiredFirstTrackNumberEnqueued=0,
            EnqueueAsNext=0,
        )


def clear(address: str) -> None:
    """Empty the queue; harmless when it is empty."""
    try:
        soap.call(address, _SERVICE, "RemoveAllTracksFromQueue", InstanceID=0)
    except UpnpError as error:
        if error.code != _ALREADY_EMPTY:
            raise


def activate(address: str, uid: str, place: int = 1) -> None:
    """Let the group play from the queue, from now on, beginning at a place; it does not start.

    Args:
        address: The coordinator's address.
        uid: The coordinator's uid.
        place: The track to begin with, from 1.

    """
    set_uri(address, f"x-rincon-queue:{uid}#0")
    seek_track(address, place)


def remove_range(address: str, update_id: int, first: int, count: int) -> None:
    """Remove tracks that stand one after the other.

    Args:
        address: The coordinator's address.
        update_id: That of the queue in which the place was looked up, so that the speaker declines
            if it has changed since; 0 for the queue as it is now.
        first: The place of the first one, from 1.
        count: How many; more than there are is declined.

    """
    soap.call(
        address,
        _SERVICE,
        "RemoveTrackRangeFromQueue",
        InstanceID=0,
        UpdateID=update_id,
        StartingIndex=first,
        NumberOfTracks=count,
    )


def reorder(address: str, update_id: int, first: int, count: int, before: int) -> None:
    """Move tracks that stand one after the other.

    Args:
        address: The coordinator's address.
        update_id: As for :func:`remove_range`.
        first: The place of the first one, from 1.
        count: How many.
        before: The place, from 1 and as it is before the move, in front of which they shall stand.
            One within what is moved is declined.

    """
    soap.call(
        address,
        _SERVICE,
        "ReorderTracksInQueue",
        InstanceID=0,
        StartingIndex=first,
        NumberOfTracks=count,
        InsertBefore=before,
        UpdateID=update_id,
    )


def save(address: str, title: str, object_id: str = "") -> str:
    """Save the queue as a Sonos playlist.

    Args:
        address: The coordinator's address.
        title: The playlist's title.
        object_id: The playlist to replace, ``SQ:3``; a new one is made without.

    Returns:
        The playlist's object id.

    """
    answer = soap.call(
        address, _SERVICE, "SaveQueue", InstanceID=0, Title=title, ObjectID=object_id
    )
    return answer.get("AssignedObjectID", object_id)
