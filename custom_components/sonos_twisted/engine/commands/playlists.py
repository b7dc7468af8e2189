"""The Sonos playlists of a household, ``SQ:0``, ``SQ:1``, ...: any of its speakers changes them."""

import contextlib

from ..errors import EngineError
from . import queue, soap
from .content import destroy

_SERVICE = "AVTransport"

#: A place behind the last track, whatever that is.
_AT_THE_END = 2**32 - 1


def create(address: str, title: str) -> str:
    """Make an empty playlist and return its object id."""
    answer = soap.call(
        address,
        _SERVICE,
        "CreateSavedQueue",
        InstanceID=0,
        Title=title,
        EnqueuedURI="",
        EnqueuedURIMetaData="",
    )
    return answer.get("AssignedObjectID", "")


def add(address: str, update_id: int, object_id: str, uri: str, metadata: str) -> None:
    """Add a track, or all tracks of a container, at the end of a playlist.

    Args:
        address: Any speaker's address.
        update_id: That of the playlist when it was last read; the speaker declines another one.
        object_id: The playlist, ``SQ:3``.
        uri: What to add.
        metadata: Its DIDL-Lite document.

    """
    soap.call(
        address,
        _SERVICE,
        "AddURIToSavedQueue",
        InstanceID=0,
        ObjectID=object_id,
        UpdateID=update_id,
        EnqueuedURI=uri,
        EnqueuedURIMetaData=metadata,
        AddAtIndex=_AT_THE_END,
    )


def add_queue(address: str, update_id: int, object_id: str, title: str) -> None:
    """Add all tracks of a queue at the end of a playlist.

    There is no action for it: the queue becomes a playlist for a moment, which is added.

    Args:
        address: The address of the coordinator whose queue it is.
        update_id: As for :func:`add`.
        object_id: The playlist, ``SQ:3``.
        title: What the other playlist is called for that moment.

    """
    whole = queue.save(address, title)
    try:
        uri = f"file:///jffs/settings/savedqueues.rsq#{whole.removeprefix('SQ:')}"
        add(address, update_id, object_id, uri, "")
    finally:
        # What went wrong before tells more than that this goes wrong, too.
        with contextlib.suppress(EngineError):
            destroy(address, whole)


def remove_range(address: str, update_id: int, object_id: str, first: int, count: int) -> None:
    """Remove tracks from a playlist.

    Args:
        address: Any speaker's address.
        update_id: As for :func:`add`.
        object_id: The playlist, ``SQ:3``.
        first: The index of the first one, from 0.
        count: How many.

    """
    tracks = ",".join(str(index) for index in range(first, first + count))
    _reorder(address, update_id, object_id, tracks, "")


def move(address: str, update_id: int, object_id: str, index: int, new_index: int) -> None:
    """Move a track within a playlist.

    Args:
        address: Any speaker's address.
        update_id: As for :func:`add`.
        object_id: The playlist, ``SQ:3``.
        index: The track's index, from 0.
        new_index: Its index afterwards.

    """
    _reorder(address, update_id, object_id, str(index), str(new_index))


def _reorder(address: str, update_id: int, object_id: str, tracks: str, positions: str) -> None:
    soap.call(
        address,
        _SERVICE,
        "ReorderTracksInSavedQueue",
        InstanceID=0,
        ObjectID=object_id,
        UpdateID=update_id,
        TrackList=tracks,
        NewPositionList=positions,
    )
