"""A player and what is known of it."""

import pytest

from custom_components.sonos_twisted.model import PlaybackState, Speaker, Variables
from custom_components.sonos_twisted.model.transport import Transport

from .payloads import KITCHEN, group, member, topology

SENT: Variables = {"volume": {"Master": "30", "LF": "80"}, "bass": "-2"}


@pytest.mark.parametrize(
    ("service", "name", "channel", "value"),
    [
        ("RenderingControl", "bass", None, "-2"),
        ("RenderingControl", "bass", "LF", None),
        ("RenderingControl", "volume", None, "30"),
        ("RenderingControl", "volume", "LF", "80"),
        ("RenderingControl", "volume", "RF", None),
        ("RenderingControl", "treble", None, None),
        ("AudioIn", "line_in_connected", None, None),
    ],
)
def test_variables_are_looked_up(
    service: str, name: str, channel: str | None, value: str | None
) -> None:
    """Everything evented can be looked up; of channels, the master is meant if none is named."""
    speaker = Speaker(KITCHEN, variables={"RenderingControl": SENT})
    assert speaker.variable(service, name, channel) == value


@pytest.mark.parametrize(
    ("attributes", "present", "visible"),
    [({}, True, True), ({}, False, False), ({"Invisible": "1"}, True, False)],
)
def test_what_is_a_room(attributes: dict[str, str], present: bool, visible: bool) -> None:
    """A room is what the topology shows now, and not as a hidden part."""
    kitchen = topology(group(KITCHEN, member(KITCHEN, **attributes))).members[KITCHEN]
    assert Speaker(KITCHEN, member=kitchen, present=present).visible is visible
    assert not Speaker(KITCHEN, present=present).visible


def test_a_speaker_shows_what_its_group_plays() -> None:
    """What is shown is what the group plays, whatever the player says of itself."""
    speaker = Speaker(
        KITCHEN,
        own=Transport(playback=PlaybackState.PLAYING, group_volume=3),
        shown=Transport(playback=PlaybackState.PAUSED, crossfade=True, group_muted=True),
    )
    assert speaker.playback is PlaybackState.PAUSED
    assert speaker.crossfade is True
    assert (speaker.group_volume, speaker.group_muted) == (None, True)
