"""Which settings of its sound a speaker has, and how one sounds like another."""

import pytest

from custom_components.sonos_twisted.model import (
    Household,
    Speaker,
    fitting,
    has_sound_setting,
    has_speech_levels,
    has_trueplay,
    lacking,
    parse_zone_group_state,
    sound_mode_of,
)
from custom_components.sonos_twisted.model.sound import has_sub, has_surrounds

RC = "RenderingControl"

#: What events say of a Sub, whether or not there is one.
NO_SUB = {"sub_gain": "0", "sub_crossover": "0", "sub_polarity": "0", "sub_enabled": "1"}


def room(channels: str = "", theatre: str = "", **told: str) -> Speaker:
    """Make a speaker whose events have told all of this; of nothing at all if nothing is given."""
    household = Household("Sonos_x")
    household.apply_topology(
        parse_zone_group_state(
            '<ZoneGroups><ZoneGroup Coordinator="A" ID="A:1"><ZoneGroupMember UUID="A"'
            f' ChannelMapSet="{channels}" HTSatChanMapSet="{theatre}"/></ZoneGroup></ZoneGroups>'
        ),
        0.0,
    )
    if told:
        household.apply_event("A", RC, dict(told), 0.0, is_initial=True)
    return household.speakers["A"]


def test_nothing_is_said_of_what_is_not_known() -> None:
    speaker = room()
    assert has_sub(speaker) is None
    assert has_trueplay(speaker) is None
    assert has_speech_levels(speaker) is None
    for name in ("bass", "right_volume", "sub_gain", "sub_crossover", "speech_enhance_enabled"):
        assert has_sound_setting(speaker, name) is None
    assert has_surrounds(Speaker("A")) is False


@pytest.mark.parametrize(
    ("channels", "theatre", "crossover", "expected"),
    [
        ("", "", "0", False),
        ("", "", "80", True),
        ("A:LF,RF;S:SW,SW", "", "90", True),
        ("", "A:LF,RF;S:SW;B:LR;C:RR", "70", True),
        ("", "A:LF,RF;B:LR;C:RR", "0", False),
    ],
)
def test_a_sub_is_bonded_or_wired(
    channels: str, theatre: str, crossover: str, expected: bool
) -> None:
    """That its settings are told says nothing."""
    speaker = room(channels, theatre, **NO_SUB | {"sub_crossover": crossover})
    assert has_sub(speaker) is expected
    for name in ("sub_enabled", "sub_gain", "sub_polarity", "sub_crossover"):
        assert has_sound_setting(speaker, name) is expected


def test_a_sub_without_a_crossover_of_its_own() -> None:
    speaker = room("A:LF,RF;S:SW,SW", **NO_SUB)
    assert has_sound_setting(speaker, "sub_gain") is True
    assert has_sound_setting(speaker, "sub_crossover") is False


def test_what_a_speaker_has_told_nothing_of_it_has_not() -> None:
    speaker = room(bass="0")
    assert has_sub(speaker) is False
    for name in ("treble", "left_volume", "sub_gain", "sub_crossover", "night_mode"):
        assert has_sound_setting(speaker, name) is False


@pytest.mark.parametrize("theatre", ["A:LF,RF;B:LR;C:RR", "A:LF,RF; B:LR,RR"])
def test_surrounds_are_bonded(theatre: str) -> None:
    speaker = room("", theatre, surround_level="0", audio_delay_left_rear="1")
    assert has_sound_setting(speaker, "surround_level") is True
    assert has_sound_setting(speaker, "audio_delay_left_rear") is True
    alone = room(surround_level="0", audio_delay_left_rear="1")
    assert has_sound_setting(alone, "surround_level") is False
    assert has_sound_setting(alone, "audio_delay_left_rear") is False


def test_levels_of_speech_are_there_if_events_say_so() -> None:
    with_levels = room(supports_max_dialog_level="1", speech_enhance_enabled="0", dialog_level="1")
    without = room(supports_max_dialog_level="0", speech_enhance_enabled="0", dialog_level="1")
    assert has_sound_setting(with_levels, "speech_enhance_enabled") is True
    assert has_sound_setting(without, "speech_enhance_enabled") is False
    assert sound_mode_of(with_levels) == {"speech_enhance_enabled": 0, "dialog_level": 1}
    assert sound_mode_of(without) == {"dialog_level": 1}
    assert fitting({"dialog_level": 1}, with_levels) == {"speech_enhance_enabled": 1}
    assert fitting({"dialog_level": 4, "speech_enhance_enabled": 0}, without) == {"dialog_level": 0}
    assert lacking({"dialog_level": 4, "speech_enhance_enabled": 0, "bass": 1}, without) == (
        "bass",
    )


@pytest.mark.parametrize("name", ["sonar", "room_calibration"])
def test_trueplay_has_two_names(name: str) -> None:
    available = {"sonar": "sonar_calibration_available"}.get(name, f"{name}_available")
    speaker = room(**{available: "1", f"{name}_enabled": "0"})
    assert has_trueplay(speaker) is True
    assert speaker.flag(RC, "room_calibration_enabled") is False
    assert has_trueplay(room(**{available: "0"})) is False
