"""What plays, in the simulator's own terms."""

from typing import TYPE_CHECKING

from tests.simulator.media import LINE_IN, MEMBER, NOTHING, QUEUE, TV, VIRTUAL_LINE_IN
from tests.simulator.transport import PLAYING, TRANSITIONING

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker
    from tests.simulator.transport import Transport

#: What plays and has no tracks, among the tracks.
SILENCE = "no tracks"

type Token = tuple[object, ...] | str
"""A track, in the simulator's own terms."""


def token_of(transport: Transport) -> Token | None:
    """Name the track that a player is at; None if it is at none."""
    track, kind = transport.track, transport.kind
    if kind in {TV, LINE_IN}:
        return SILENCE
    if track is None or kind in {MEMBER, NOTHING}:
        return None
    if kind is QUEUE:
        return (track.uri,)
    # Of a station its song, if it knows one; only what is known now can be another one.
    return transport.uri, transport.stream_content


def sounds(transport: Transport) -> bool:
    """Tell whether a player plays; a station only once it is connected."""
    streams = transport.kind.streams and transport.kind is not VIRTUAL_LINE_IN
    return transport.state == PLAYING or (transport.state == TRANSITIONING and not streams)


def follows(before: Token | None, now: Token) -> bool:
    """Tell whether another track begins."""
    if now == SILENCE:
        return False
    if before is None or before == SILENCE or before[0] != now[0] or len(before) != len(now):
        return True
    return before != now and now[-1] != ""


def origin_of(speaker: Speaker) -> tuple[str, str | None]:
    """Name what a player plays from, and where that is."""
    kind = speaker.transport.kind
    uri = speaker.transport.uri
    return kind.name, uri if kind in {LINE_IN, TV} else None
