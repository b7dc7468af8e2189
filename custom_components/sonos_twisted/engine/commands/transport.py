"""What a group plays: the AVTransport service of the group's coordinator."""

import time

from ...model import PlayMode, Repeat, format_duration
from . import soap

_SERVICE = "AVTransport"


def play(address: str) -> None:
    """Start or resume."""
    soap.call(address, _SERVICE, "Play", InstanceID=0, Speed=1)


def pause(address: str) -> None:
    """Pause."""
    soap.call(address, _SERVICE, "Pause", InstanceID=0)


def stop(address: str) -> None:
    """Stop."""
    soap.call(address, _SERVICE, "Stop", InstanceID=0)


def next_track(address: str) -> None:
    """Skip to the next track."""
    soap.call(address, _SERVICE, "Next", InstanceID=0)


def previous_track(address: str) -> None:
    """Go back to the previous track."""
    soap.call(address, _SERVICE, "Previous", InstanceID=0)


def seek(address: str, position: int) -> None:
    """Go to a position in the current track.

    Args:
        address: The coordinator's address.
        position: Seconds from the start of the track.

    """
    target = format_duration(position)
    soap.call(address, _SERVICE, "Seek", InstanceID=0, Unit="REL_TIME", Target=target)


def seek_track(address: str, place: int) -> None:
    """Go to a track of the queue, whose places count from 1."""
    soap.call(address, _SERVICE, "Seek", InstanceID=0, Unit="TRACK_NR", Target=place)


def set_uri(address: str, uri: str, metadata: str = "") -> None:
    """Tell a group what to play next; it does not start.

    Args:
        address: The coordinator's address. A member would leave its group.
        uri: A queue, a station, an input, a file; see `model.media` for the forms.
        metadata: Its DIDL-Lite document, if it needs one.

    """
    soap.call(
        address,
        _SERVICE,
        "SetAVTransportURI",
        InstanceID=0,
        CurrentURI=uri,
        CurrentURIMetaData=metadata,
    )


def set_play_mode(address: str, play_mode: str) -> None:
    """Set shuffle and repeat at once.

    Args:
        address: The coordinator's address.
        play_mode: One of Sonos's six modes, for example ``SHUFFLE_NOREPEAT``.

    """
    soap.call(address, _SERVICE, "SetPlayMode", InstanceID=0, NewPlayMode=play_mode)


def change_play_mode(
    address: str, *, shuffle: bool | None = None, repeat: Repeat | None = None
) -> None:
    """Set shuffle or repeat, and leave the other one as it is at the speaker at this moment.

    Args:
        address: The coordinator's address.
        shuffle: Whether to play in random order; None leaves that.
        repeat: What to repeat; None leaves that.

    """
    answer = soap.call(address, _SERVICE, "GetTransportSettings", InstanceID=0)
    now = PlayMode.from_sonos(answer.get("PlayMode", "")) or PlayMode()
    wanted = PlayMode(
        now.shuffle if shuffle is None else shuffle, now.repeat if repeat is None else repeat
    )
    if wanted != now:
        set_play_mode(address, wanted.sonos_name)


def set_crossfade(address: str, on: bool) -> None:
    """Let the tracks of a queue fade into each other, or follow each other."""
    soap.call(address, _SERVICE, "SetCrossfadeMode", InstanceID=0, CrossfadeMode=int(on))


def read_position(address: str) -> dict[str, str]:
    """Return what GetPositionInfo answers: the track, and how far it has been played.

    MeasuredAt is added: the middle of the request on ``time.monotonic()``'s scale. A command may
    wait for its turn, and a speaker may be slow, while the music plays on.
    """
    begun = time.monotonic()
    answer = soap.call(address, _SERVICE, "GetPositionInfo", InstanceID=0)
    return {**answer, "MeasuredAt": str((begun + time.monotonic()) / 2)}
