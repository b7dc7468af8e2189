"""Speakers of which nothing is known yet."""

import importlib

import pytest

import custom_components.sonos_twisted as integration
from custom_components.sonos_twisted.const import PLATFORMS
from custom_components.sonos_twisted.entities import InHousehold, SpeakerDescription, always, inputs
from custom_components.sonos_twisted.model import Speaker

DESCRIPTIONS: list[SpeakerDescription] = [
    description
    for platform in PLATFORMS
    for description in getattr(
        importlib.import_module(f"{integration.__name__}.{platform}"), "DESCRIPTIONS", ()
    )
]

#: Those that depend on what a speaker says of itself, and not on the topology.
OF_DESCRIPTION = [
    *inputs.BINARY_SENSORS,
    *inputs.NUMBERS,
    *inputs.SENSORS,
    *inputs.SWITCHES,
    *inputs.TEXTS,
    *(each for each in DESCRIPTIONS if each.key == "fixed_output"),
]


def _named(descriptions: list[SpeakerDescription]) -> list[object]:
    return [pytest.param(each, id=each.key) for each in descriptions]


@pytest.mark.parametrize("description", _named(DESCRIPTIONS))
def test_nothing_is_said_of_an_unknown_speaker(description: SpeakerDescription) -> None:
    """No entity is added for what may not be there, and none shows what nobody has said."""
    speaker = Speaker("RINCON_1")
    # What is read only while somebody shows it is taken to be there until it is read.
    if description.exists is not always and description.reading is None:
        assert not description.exists(speaker)
    value = getattr(description, "value", None)
    if value is not None and not isinstance(value, InHousehold):
        assert value(speaker) in {None, "", False}


@pytest.mark.parametrize("description", _named(OF_DESCRIPTION))
def test_no_entity_goes_before_a_speaker_has_described_itself(
    description: SpeakerDescription,
) -> None:
    """It may have been there in an earlier run, and will be there in a moment."""
    assert description.exists(Speaker("RINCON_1")) is None
