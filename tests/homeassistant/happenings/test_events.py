"""How the state of a speaker comes: when that is told."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.sonos_twisted.engine import Served, ServedNews
from custom_components.sonos_twisted.happenings.memory import Told
from custom_components.sonos_twisted.happenings.speakers import Speakers
from custom_components.sonos_twisted.model import Speaker

EVENTS, POLLING, NOT_AT_ALL = Served.BY_EVENTS, Served.BY_POLLING, Served.NOT_AT_ALL


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([POLLING, EVENTS], ["events_restored"]),
        ([EVENTS, EVENTS, POLLING, POLLING, EVENTS], ["events_lost", "events_restored"]),
        ([EVENTS, NOT_AT_ALL, EVENTS], ["events_lost", "events_restored"]),
        ([NOT_AT_ALL], []),
        ([POLLING, NOT_AT_ALL], []),
    ],
)
def test_ways(ways: list[Served], expected: list[str]) -> None:
    """What was so at the start is not told, nor whether a speaker is asked instead."""
    coordinator: Any = SimpleNamespace()
    speakers, speaker = Speakers(coordinator, Told()), Speaker("RINCON_1")
    with patch("custom_components.sonos_twisted.happenings.speakers.async_fire") as fire:
        for way in ways:
            speakers.note_served(speaker, ServedNews("RINCON_1", way), "no answer")
    assert [call.args[1] for call in fire.call_args_list] == expected
