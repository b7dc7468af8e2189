"""Reading whole numbers."""

import pytest

from custom_components.sonos_twisted.model import (
    Household,
    MalformedTopology,
    parse_didl,
    parse_zone_group_state,
)
from custom_components.sonos_twisted.model.numbers import whole_number

from .payloads import didl

# Python refuses to read it, with an error of its own.
ENDLESS = "9" * 5000


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("999999999999999999", 999999999999999999),
        ("9999999999999999999", None),
        (ENDLESS, None),
        ("", None),
        ("-1", None),
        ("1 ", None),
        ("1\n", None),
        ("1.5", None),
        ("NOT_IMPLEMENTED", None),
        ("\N{SUPERSCRIPT TWO}", None),
        ("\N{ARABIC-INDIC DIGIT ONE}", None),
    ],
)
def test_whole_number(text: str, number: int | None) -> None:
    assert whole_number(text) == number


def test_an_endless_boot_sequence_number() -> None:
    state = f'<ZoneGroupMember UUID="RINCON_A" BootSeq="{ENDLESS}"/>'
    topology = parse_zone_group_state(f"<x><ZoneGroup>{state}</ZoneGroup></x>")
    assert topology.members["RINCON_A"].boot_seq is None
    with pytest.raises(MalformedTopology):
        parse_zone_group_state(f"<x>{ENDLESS}</x>")


def test_an_endless_track_number() -> None:
    item = parse_didl(didl(f"<originalTrackNumber>{ENDLESS}</originalTrackNumber>"))
    assert item is not None
    assert item.track_number is None


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("RenderingControl", "volume"),
        ("GroupRenderingControl", "group_volume"),
        ("AVTransport", "number_of_tracks"),
        ("AVTransport", "current_track"),
        ("AVTransport", "sleep_timer_generation"),
    ],
)
def test_an_endless_number_in_an_event(service: str, name: str) -> None:
    """It would otherwise fail where all speakers' events are applied."""
    household = Household("Sonos_test")
    household.apply_event("RINCON_A", service, {name: ENDLESS}, 0.0)
    household.apply_event("RINCON_A", service, {name: {"Master": ENDLESS}}, 0.0)
