"""When a track is another one than before."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.sonos_twisted.model import (
    Media,
    Passage,
    PlaybackState,
    Source,
    Track,
    has_no_tracks,
    is_sounding,
    passage,
    track_of,
)

QUEUED = Media(
    source=Source.QUEUE, uri="x-file-cifs://a", title="Aria", artist="Bach", queue_position=3
)
RADIO = Media(
    source=Source.RADIO,
    uri="x-rincon-mp3radio://s",
    transport_uri="x-rincon-mp3radio://s",
    title="Station",
    channel="Station",
)
SONG = replace(RADIO, title="Sinnerman", artist="Nina Simone")
TV = Media(source=Source.TV, uri="x-sonos-htastream:RINCON_1:spdif")
KNOWN = ("4", "NORMAL")


@pytest.mark.parametrize(
    ("before", "after", "order", "is_another"),
    [
        (QUEUED, QUEUED, KNOWN, False),
        (QUEUED, replace(QUEUED, uri="x-file-cifs://b", title="Air"), KNOWN, True),
        (QUEUED, replace(QUEUED, title="Aria (1981)", album="Variations"), KNOWN, False),
        (QUEUED, replace(QUEUED, queue_position=4), KNOWN, True),
        (QUEUED, replace(QUEUED, queue_position=4), ("5", "NORMAL"), False),
        (QUEUED, replace(QUEUED, queue_position=4), ("4", "SHUFFLE"), False),
        (QUEUED, replace(QUEUED, queue_position=4), (None, "NORMAL"), False),
        (QUEUED, replace(QUEUED, source=Source.SERVICE, queue_position=None), KNOWN, False),
        (QUEUED, RADIO, KNOWN, True),
        (RADIO, SONG, KNOWN, True),
        (RADIO, replace(RADIO, uri="https://cdn/1"), KNOWN, False),
        (SONG, replace(SONG, uri="https://cdn/1"), KNOWN, False),
        (SONG, RADIO, KNOWN, False),
        (SONG, replace(SONG, title="Feeling Good"), KNOWN, True),
        (SONG, replace(SONG, transport_uri="other", uri="other", title="A"), KNOWN, True),
        (QUEUED, TV, KNOWN, False),
        (TV, QUEUED, KNOWN, True),
        (TV, TV, KNOWN, False),
    ],
)
def test_another_track(
    before: Media, after: Media, order: tuple[str | None, str], is_another: bool
) -> None:
    assert Track(before, KNOWN).is_followed_by(Track(after, order)) is is_another


def test_what_sounds() -> None:
    """A station does before it says what is on, and is told when it does."""
    assert is_sounding(PlaybackState.TRANSITIONING, QUEUED)
    assert not is_sounding(PlaybackState.TRANSITIONING, RADIO)
    assert is_sounding(PlaybackState.PLAYING, RADIO)
    assert not is_sounding(PlaybackState.PAUSED, QUEUED)
    assert not is_sounding(None, QUEUED)


def test_what_has_no_tracks() -> None:
    assert has_no_tracks(TV)
    assert track_of(TV, {}) is None
    assert track_of(Media(), {}) is None
    assert not has_no_tracks(Media())
    variables: dict[str, Any] = {"queue_update_id": "4", "current_play_mode": "NORMAL"}
    assert track_of(QUEUED, variables) == Track(QUEUED, KNOWN)


def _event(
    letter: str, state: str = "PLAYING", source: str = "x-rincon-queue:RINCON_1#0"
) -> Passage:
    uri = f"x-file-cifs://{letter}"
    return passage({"transport_state": state, "current_track_uri": uri, "av_transport_uri": source})


def test_tracks_of_several_events() -> None:
    """What is paused has not begun, and what tells of no track changes nothing."""
    passed = _event("a").then(passage({"crossfade": "1"})).then(_event("b", "PAUSED_PLAYBACK"))
    passed = passed.then(_event("b")).then(_event("b", "TRANSITIONING")).then(_event("c"))
    assert passed.changes == 2
    assert passed.begun_since(None) == 3
    assert passed.begun_since(_event("a").last) == 2
    assert passed.begun_since(_event("z").last) == 3
    assert Passage().begun_since(None) == 0
    assert Passage().then(_event("a")).then(Passage()) == _event("a")


def test_television_in_between() -> None:
    television = _event("tv", source="x-sonos-htastream:RINCON_1:spdif")
    passed = _event("a").then(television).then(_event("a"))
    assert passed.changes == 1
    assert television.then(_event("a")).begun_since(_event("a").last) == 1
