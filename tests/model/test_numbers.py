"""Reading whole numbers."""

import pytest

from custom_components.sonos_twisted.model import (
    Household,
    MalformedTopology,
    Media,
    Variables,
    parse_didl,
    parse_zone_group_state,
)
from custom_components.sonos_twisted.model.numbers import whole_number

from .payloads import KITCHEN, didl, grouped, topology

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
    """It is kept as it came, and is no number where all speakers' events are applied."""
    household = Household("Sonos_test")
    household.apply_topology(topology(grouped(KITCHEN)), 0.0)
    kitchen = household.speakers[KITCHEN]
    sent: tuple[Variables, ...] = ({name: ENDLESS}, {name: {"Master": ENDLESS}})
    for variables in sent:
        household.apply_event(KITCHEN, service, variables, 0.0)
        assert kitchen.variable(service, name) == ENDLESS
        assert (kitchen.volume, kitchen.group_volume) == (None, None)
        assert kitchen.shown.sleep_timer_generation is None
        media = kitchen.media or Media()
        assert (media.queue_position, media.queue_size) == (None, None)
