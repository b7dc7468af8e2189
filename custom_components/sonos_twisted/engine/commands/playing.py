"""Letting a group play something: what SetAVTransportURI, the queue and Play do together.

Resources are pairs of a URI and its metadata. Where several are given for one thing, the speaker
takes the first that it accepts: which music service of several, or which form of an address.
"""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...model import Repeat, Resource, whole_number
from ..errors import UpnpError
from ..http_request import request_seconds
from . import content, queue, soap
from .transport import change_play_mode, play, seek, set_uri

if TYPE_CHECKING:
    from collections.abc import Iterator


_SERVICE = "AVTransport"

#: What a speaker answers that cannot do it now, whatever it is.
_NOT_NOW = 701

#: A queue of so many tracks has room for what is to take its place.
_SHORT = 500

#: A speaker that adds a long playlist of a music service answers when it has read all of it. Such
#: a request may take this many times as long as others, which is less than a command may take.
_PATIENCE = 2.5


def play_resource(address: str, resources: Sequence[Resource], position: int = 0) -> None:
    """Let a group play a station, an input or an address, without its queue.

    Args:
        address: The coordinator's address.
        resources: The forms of it; the first that can be played is.
        position: At how many seconds to begin.

    """

    def send(uri: str, metadata: str) -> None:
        set_uri(address, uri, metadata)
        if position:
            seek(address, position)
        play(address)

    _first_accepted(resources, send)


def enqueue(
    address: str,
    items: Sequence[Sequence[Resource]],
    *,
    replace: bool = False,
    as_next: bool = False,
    before: int = 0,
) -> int:
    """Add to a group's queue; it does not start.

    Args:
        address: The coordinator's address.
        items: What to add, one after the other, each with its resources.
        replace: Whether it takes the place of what is in the queue. That goes only when the new
            has been accepted, unless it is so long that there may not be room for both.
        as_next: Whether it is inserted behind the track that plays, instead of at the end.
        before: The place, from 1, before which it is inserted instead of at the end; 0 for none.

    Returns:
        The place, from 1, of the first track that was added.

    """
    if replace and content.browse(address, content.QUEUE, 0, 1).total > _SHORT:
        queue.clear(address)
    if as_next:
        before = _next_place(address)
    # Each is inserted before those that are there already, so that all stand in their order.
    ordered = list(reversed(items)) if before else list(items)
    with _patience():
        places = [
            _first_accepted(
                resources,
                lambda uri, metadata: queue.add(address, uri, metadata, before, as_next=as_next),
            )
            for resources in ordered
        ]
    first = min(places)
    if replace and first > 1:
        queue.remove_range(address, 0, 1, first - 1)
        return 1
    return first


def play_queue(
    address: str,
    uid: str,
    place: int,
    *,
    shuffle: bool | None = None,
    repeat: Repeat | None = None,
    position: int = 0,
) -> None:
    """Let a group play its queue from a place on.

    Args:
        address: The coordinator's address.
        uid: The coordinator's uid.
        place: The track, from 1.
        shuffle: Whether to play in random order from then on; None leaves that as it is.
        repeat: What to repeat from then on; None leaves that as it is.
        position: At how many seconds of the track to begin.

    """
    queue.activate(address, uid, place)
    if position:
        seek(address, position)
    if shuffle is not None or repeat is not None:
        change_play_mode(address, shuffle=shuffle, repeat=repeat)
    play(address)


def _next_place(address: str) -> int:
    """Ask for the place behind the track that plays; the first one when no queue does."""
    playing = soap.call(address, _SERVICE, "GetMediaInfo", InstanceID=0)
    if not playing.get("CurrentURI", "").startswith("x-rincon-queue:"):
        return 1
    position = soap.call(address, _SERVICE, "GetPositionInfo", InstanceID=0)
    return (whole_number(position.get("Track", "")) or 0) + 1


def _first_accepted[T](resources: Sequence[Resource], send: Callable[[str, str], T]) -> T:
    """Send one resource after the other until one is accepted; if none is, the first error counts.

    Raises:
        UpnpError: When the speaker declines all of them.

    """
    errors: list[UpnpError] = []
    for uri, metadata in resources:
        try:
            return send(uri, metadata)
        except UpnpError as error:
            errors.append(error)
            if error.code == _NOT_NOW:
                break
    raise errors[0]


@contextmanager
def _patience() -> Iterator[None]:
    token = request_seconds.set(request_seconds.get() * _PATIENCE)
    try:
        yield
    finally:
        request_seconds.reset(token)
