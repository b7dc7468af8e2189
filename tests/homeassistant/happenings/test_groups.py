"""What happens to groups, from one topology to the next."""

import pytest

from custom_components.sonos_twisted.happenings.groups import Group, group_happenings, groups_of
from custom_components.sonos_twisted.model import EMPTY_TOPOLOGY, Topology, parse_zone_group_state


def _topology(text: str) -> Topology:
    """Read groups written as "AB C": the first of each plays for the others, if it is a capital."""
    groups = "".join(
        f'<ZoneGroup Coordinator="{group[0]}" ID="{group[0]}:1">'
        + "".join(
            f'<ZoneGroupMember UUID="{uid}" ZoneName="{uid}" Location="http://127.0.0.1:1400/x"/>'
            for uid in group.replace("?", "")
        )
        + "</ZoneGroup>"
        for group in text.split()
    )
    state = f"<ZoneGroupState><ZoneGroups>{groups}</ZoneGroups></ZoneGroupState>"
    return parse_zone_group_state(state)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("A B", "A B", ""),
        ("A B", "AB", "A:changed A:leads B:joined B:changed"),
        ("AB", "BA", "B:leads"),
        ("AB", "A B", "A:changed B:left B:changed"),
        ("ABC", "A BC", "A:left A:changed B:changed B:leads C:changed"),
        ("ABC", "AB C", "A:changed B:changed C:left C:changed"),
        ("AB CD", "A CDB", "A:changed B:joined B:left B:changed C:changed D:changed"),
        ("AB C", "CAB", "A:joined A:changed B:joined B:changed C:changed C:leads"),
        ("ABC", "B C", "B:changed C:changed"),
        ("AB", "B", "B:changed"),
        ("B", "A B", ""),
        ("B", "AB", "B:joined B:changed"),
        ("AB C", "?AB C", ""),
    ],
)
def test_happenings(before: str, after: str, expected: str) -> None:
    old = groups_of(_topology(before), {})
    words = {
        "joined_group": "joined",
        "left_group": "left",
        "group_changed": "changed",
        "became_coordinator": "leads",
    }
    told = [
        f"{each.uid}:{words[each.kind]}"
        for each in group_happenings(old, groups_of(_topology(after), old))
    ]
    assert told == expected.split()


def test_nothing_is_told_of_the_first_topology() -> None:
    assert groups_of(EMPTY_TOPOLOGY, {}) == {}
    assert not list(group_happenings({}, groups_of(_topology("AB"), {})))
    assert groups_of(_topology("BA"), {})["A"] == Group("B", ("B", "A"))
