"""Queue and Sonos playlists: the queue actions of AVTransport, and the Queue service."""

import re
from typing import TYPE_CHECKING

from tests.simulator import didl
from tests.simulator.catalog import SavedQueue
from tests.simulator.errors import Code, UpnpError

from .acceptance import check_queued_uri
from .kinds import coordinator_only, fixed, nothing, number, truth

if TYPE_CHECKING:
    from tests.simulator.didl import Track
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Variables

_MOST_URIS = 16


def _tracks(speaker: Speaker, uri: str, metadata: str) -> list[Track]:
    check_queued_uri(speaker, uri, metadata)
    tracks = speaker.household.catalog.expand(uri, metadata)
    if not tracks:
        raise UpnpError(Code.NOT_SUPPORTED_HERE)
    return tracks


def _added(first: int, added: int, speaker: Speaker) -> dict[str, str]:
    return {
        "FirstTrackNumberEnqueued": str(first),
        "NumTracksAdded": str(added),
        "NewQueueLength": str(len(speaker.transport.queue)),
        "NewUpdateID": str(speaker.transport.queue.update_id),
    }


def _check_update_id(update_id: int, args: Arguments) -> None:
    """Refuse what was meant for a list as it was before."""
    if number(args["UpdateID"]) != update_id:
        raise UpnpError(Code.INVALID_ARGS)


def _check_queue(speaker: Speaker, args: Arguments) -> None:
    """Do the same for the queue, where 0 stands for how it is now."""
    if number(args["UpdateID"]):
        _check_update_id(speaker.transport.queue.update_id, args)


def _add_uri(speaker: Speaker, args: Arguments) -> Answer:
    uri, metadata = args["EnqueuedURI"], args["EnqueuedURIMetaData"]
    tracks = _tracks(speaker, uri, metadata)
    first = speaker.transport.enqueue(
        tracks,
        number(args["DesiredFirstTrackNumberEnqueued"]),
        as_next=truth(args["EnqueueAsNext"]),
        container=(uri, metadata),
    )
    return _added(first, len(tracks), speaker)


def _add_uris(speaker: Speaker, args: Arguments) -> Answer:
    _check_queue(speaker, args)
    uris = args["EnqueuedURIs"].split()
    if len(uris) != number(args["NumberOfURIs"]) or len(uris) > _MOST_URIS:
        raise UpnpError(Code.INVALID_ARGS)
    documents = re.findall(r"<DIDL-Lite.*?</DIDL-Lite>", args["EnqueuedURIsMetaData"], re.DOTALL)
    documents += [""] * (len(uris) - len(documents))
    tracks = [
        track
        for uri, metadata in zip(uris, documents, strict=False)
        for track in _tracks(speaker, uri, metadata)
    ]
    first = speaker.transport.enqueue(
        tracks,
        number(args["DesiredFirstTrackNumberEnqueued"]),
        as_next=truth(args["EnqueueAsNext"]),
        container=(args["ContainerURI"], args["ContainerMetaData"]),
    )
    return _added(first, len(tracks), speaker)


def _place(object_id: str) -> int:
    match = re.fullmatch(r"Q:0/(\d+)", object_id.strip())
    if match is None:
        raise UpnpError(Code.INVALID_ARGS)
    return int(match[1])


def _remove(speaker: Speaker, args: Arguments) -> Answer:
    _check_queue(speaker, args)
    speaker.transport.remove(_place(args["ObjectID"]))
    return None


def _remove_range(speaker: Speaker, args: Arguments) -> Answer:
    _check_queue(speaker, args)
    speaker.transport.remove(number(args["StartingIndex"]), number(args["NumberOfTracks"]))
    return {"NewUpdateID": str(speaker.transport.queue.update_id)}


@coordinator_only(Code.NOT_SUPPORTED_HERE)
def _clear(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.transport.clear_queue()
    return None


def _reorder(speaker: Speaker, args: Arguments) -> Answer:
    _check_queue(speaker, args)
    speaker.transport.move(
        number(args["StartingIndex"]), number(args["NumberOfTracks"]), number(args["InsertBefore"])
    )
    return {"NewUpdateID": str(speaker.transport.queue.update_id)}


# -- Sonos playlists


def _saved(speaker: Speaker, object_id: str) -> SavedQueue:
    match = re.fullmatch(r"SQ:(\d+)", object_id.strip())
    playlist = speaker.household.catalog.playlist(int(match[1])) if match else None
    if playlist is None:
        raise UpnpError(Code.NO_SUCH_OBJECT)
    return playlist


def _new_playlist(speaker: Speaker, title: str, tracks: list[Track]) -> SavedQueue:
    playlists = speaker.household.catalog.playlists
    playlist = SavedQueue(max((p.number for p in playlists), default=-1) + 1, title, tracks)
    playlists.append(playlist)
    speaker.household.container_changed("SQ:")
    return playlist


@coordinator_only(Code.NOT_SUPPORTED_HERE)
def _save(speaker: Speaker, args: Arguments) -> Answer:
    tracks = list(speaker.transport.queue.tracks)
    if args["ObjectID"].strip():
        playlist = _saved(speaker, args["ObjectID"])
        playlist.tracks, playlist.title = tracks, args["Title"] or playlist.title
        playlist.update_id += 1
        speaker.household.container_changed("SQ:")
    else:
        playlist = _new_playlist(speaker, args["Title"], tracks)
    return {"AssignedObjectID": playlist.object_id}


def _create_saved(speaker: Speaker, args: Arguments) -> Answer:
    uri = args["EnqueuedURI"]
    tracks = _tracks(speaker, uri, args["EnqueuedURIMetaData"]) if uri else []
    playlist = _new_playlist(speaker, args["Title"], tracks)
    return {
        "NumTracksAdded": str(len(tracks)),
        "NewQueueLength": str(len(tracks)),
        "AssignedObjectID": playlist.object_id,
        "NewUpdateID": str(playlist.update_id),
    }


def _add_to_saved(speaker: Speaker, args: Arguments) -> Answer:
    playlist = _saved(speaker, args["ObjectID"])
    _check_update_id(playlist.update_id, args)
    tracks = _tracks(speaker, args["EnqueuedURI"], args["EnqueuedURIMetaData"])
    index = number(args["AddAtIndex"])
    at = index if 0 <= index < len(playlist.tracks) else len(playlist.tracks)
    playlist.tracks[at:at] = tracks
    playlist.update_id += 1
    speaker.household.container_changed("SQ:")
    return {
        "NumTracksAdded": str(len(tracks)),
        "NewQueueLength": str(len(playlist.tracks)),
        "NewUpdateID": str(playlist.update_id),
    }


def _target(move: tuple[int, Track]) -> int:
    return move[0]


def _indexes(text: str) -> list[int]:
    return [number(part) for part in text.split(",") if part.strip()]


def _reorder_saved(speaker: Speaker, args: Arguments) -> Answer:
    playlist = _saved(speaker, args["ObjectID"])
    _check_update_id(playlist.update_id, args)
    before = len(playlist.tracks)
    old, new = _indexes(args["TrackList"]), _indexes(args["NewPositionList"])
    if any(not 0 <= place < before for place in (*old, *new)) or len(set(old)) < len(old):
        raise UpnpError(Code.INVALID_ARGS)
    if new and len(new) != len(old):
        raise UpnpError(Code.INVALID_ARGS)
    moved = sorted(zip(new, (playlist.tracks[place] for place in old), strict=False), key=_target)
    playlist.tracks = [t for place, t in enumerate(playlist.tracks) if place not in old]
    # The positions are those that the tracks have afterwards; without any, they go away.
    for target, track in moved:
        playlist.tracks.insert(target, track)
    playlist.update_id += 1
    speaker.household.container_changed("SQ:")
    return {
        "QueueLengthChange": str(len(playlist.tracks) - before),
        "NewQueueLength": str(len(playlist.tracks)),
        "NewUpdateID": str(playlist.update_id),
    }


ACTIONS: dict[str, Handler] = {
    "AddURIToQueue": _add_uri,
    "AddMultipleURIsToQueue": _add_uris,
    "RemoveTrackFromQueue": _remove,
    "RemoveTrackRangeFromQueue": _remove_range,
    "RemoveAllTracksFromQueue": _clear,
    "ReorderTracksInQueue": _reorder,
    "SaveQueue": _save,
    "CreateSavedQueue": _create_saved,
    "AddURIToSavedQueue": _add_to_saved,
    "ReorderTracksInSavedQueue": _reorder_saved,
}

# -- the Queue service


def _browse(speaker: Speaker, args: Arguments) -> Answer:
    queue = speaker.transport.queue
    start, count = number(args["StartingIndex"]), number(args["RequestedCount"]) or 1000
    page = queue.tracks[start : start + count]
    items = [
        didl.track_item(track, item_id=f"Q:0/{place}", parent="Q:0")
        for place, track in enumerate(page, start + 1)
    ]
    return {
        "Result": didl.wrap(*items),
        "NumberReturned": str(len(page)),
        "TotalMatches": str(len(queue)),
        "UpdateID": str(queue.update_id),
    }


def _remove_all(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.transport.clear_queue()
    return {"NewUpdateID": str(speaker.transport.queue.update_id)}


QUEUE_ACTIONS: dict[str, Handler] = {
    "AddURI": _add_uri,
    "Browse": _browse,
    "RemoveAllTracks": _remove_all,
    "RemoveTrackRange": _remove_range,
    "ReorderTracks": _reorder,
    "SaveAsSonosPlaylist": _save,
    "AttachQueue": fixed(QueueID="0", QueueOwnerContext=""),
    "CreateQueue": fixed(QueueID="1"),
    "Backup": nothing,
}


def variables(speaker: Speaker) -> Variables:
    """Return the inner variables of LastChange."""
    return {"UpdateID": str(speaker.transport.queue.update_id), "Curated": "0"}
