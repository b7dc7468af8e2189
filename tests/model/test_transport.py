"""What the players of a group share."""

import pytest

from custom_components.sonos_twisted.model import PlaybackState, PlayMode, Variables
from custom_components.sonos_twisted.model.transport import (
    UNKNOWN_TRANSPORT,
    Transport,
    followed,
    group_rendering,
    transport_after_event,
)

from .payloads import KITCHEN, queue_event


def after(variables: Variables) -> Transport:
    """Apply the first event."""
    names = variables.keys()
    return transport_after_event(UNKNOWN_TRANSPORT, variables, names, names, 1.0)


def test_the_first_event_tells_everything() -> None:
    transport = after(queue_event(snooze_running="1", current_play_mode="SHUFFLE"))
    assert transport.playback is PlaybackState.PLAYING
    assert transport.media is not None
    assert transport.media.title == "Song 1"
    assert transport.play_mode == PlayMode(shuffle=True, repeat="all")
    assert transport.crossfade is False
    assert transport.actions >= {"Play", "Pause", "Seek"}
    assert transport.sleep_timer_generation == 3
    assert (transport.alarm_running, transport.snooze_running) == (False, True)
    assert transport.position is None


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("current_play_mode", "DIRECT_1", "play_mode", None),
        ("current_crossfade_mode", "NOT_IMPLEMENTED", "crossfade", None),
        ("current_transport_actions", "", "actions", frozenset()),
        ("current_transport_actions", "Set,Play, ,Stop", "actions", {"Set", "Play", "Stop"}),
        ("sleep_timer_generation", "", "sleep_timer_generation", None),
    ],
)
def test_what_cannot_be_understood_is_unknown(
    name: str, text: str, field: str, value: object
) -> None:
    assert getattr(after({**queue_event(), name: text}), field) == value


def test_only_what_changed_is_read() -> None:
    """Media that have not changed stay the same object."""
    before = after(queue_event())
    variables = queue_event(current_crossfade_mode="1")
    transport = transport_after_event(
        before, variables, {"current_crossfade_mode"}, {"current_crossfade_mode"}, 2.0
    )
    assert transport.crossfade is True
    assert transport.media is before.media
    assert transport.tracker is before.tracker


def test_event_without_media() -> None:
    """Media stay unknown until something is said about them."""
    transport = after({"transport_state": "STOPPED"})
    assert transport.playback is PlaybackState.STOPPED
    assert transport.media is None
    assert transport.position is None


@pytest.mark.parametrize(
    ("variables", "volume", "muted"),
    [
        ({"group_volume": "25", "group_mute": "1"}, 25, True),
        ({"group_volume": "", "group_mute": "?"}, None, None),
        ({}, None, None),
    ],
)
def test_volume_of_the_group(variables: Variables, volume: int | None, muted: bool | None) -> None:
    """The volume of the group comes from a service of its own."""
    transport = group_rendering(UNKNOWN_TRANSPORT, variables)
    assert (transport.group_volume, transport.group_muted) == (volume, muted)


@pytest.mark.parametrize(
    ("uri", "uid"),
    [
        (f"x-rincon:{KITCHEN}", KITCHEN),
        (f"x-rincon-queue:{KITCHEN}#0", None),
        (f"x-rincon-stream:{KITCHEN}", None),
        ("x-rincon:", None),
        ("", None),
    ],
)
def test_whom_a_member_follows(uri: str, uid: str | None) -> None:
    """A member's transport URI names its coordinator."""
    assert followed({"av_transport_uri": uri}) == uid


def test_who_says_nothing_follows_nobody() -> None:
    assert followed({}) is None
