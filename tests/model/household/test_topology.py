"""The topology says who there is: players come, go, move, start anew and get other names."""

from custom_components.sonos_twisted.model import (
    Aspect,
    Change,
    Household,
    Topology,
    TopologyChange,
)

from ..payloads import (
    KITCHEN,
    OFFICE,
    STUDY,
    group,
    grouped,
    member,
    queue_event,
    satellite,
    topology,
)
from .steps import ALONE, HOME, SUB, TOGETHER, aspects, household


def test_players_appear_with_the_topology() -> None:
    home = Household(HOME)
    change = home.apply_topology(TOGETHER, 7.0)
    assert change.appeared == (KITCHEN, OFFICE, STUDY)
    assert home.topology_at == 7.0
    assert [room.uid for room in home.rooms] == [KITCHEN, OFFICE, STUDY]
    assert home.group_members(OFFICE) == [KITCHEN, OFFICE]
    assert home.coordinator_of(OFFICE) is home.speakers[KITCHEN]
    assert aspects(change.changes, OFFICE) == {Aspect.DEVICE, Aspect.GROUP, Aspect.AVAILABILITY}


def test_what_is_known_of_a_player_at_first() -> None:
    """What is known of a player after the first topology, and what is not."""
    kitchen = household(ALONE).speakers[KITCHEN]
    assert (kitchen.name, kitchen.host, kitchen.port) == ("Room A1", "192.168.4.161", 1400)
    assert kitchen.boot_seq == 7
    assert kitchen.visible
    assert kitchen.available
    assert kitchen.volume is None
    assert kitchen.muted is None
    assert kitchen.playback is None
    assert kitchen.media is None
    assert kitchen.position is None
    assert kitchen.reading_due is None
    assert kitchen.play_mode is None
    assert kitchen.crossfade is None
    assert kitchen.actions == frozenset()
    assert kitchen.group_volume is None
    assert kitchen.group_muted is None


def test_the_same_topology_changes_nothing() -> None:
    """Every player sends it; the second one changes nothing."""
    home = household(TOGETHER)
    members = [member(OFFICE, "Room B2"), member(KITCHEN, "Room A1")]
    again = topology(grouped(STUDY), group(KITCHEN, *members))
    assert home.apply_topology(again, 9.0) == TopologyChange()
    assert home.topology_at == 9.0


def test_a_stranger_has_no_group() -> None:
    """Who is not in the topology has no group."""
    home = household(ALONE)
    assert home.group_members(SUB) == []
    assert home.coordinator_of(SUB) is None


def test_players_of_both_groups_learn_of_a_move() -> None:
    """All players of both groups learn of it at once."""
    home = household(ALONE)
    change = home.apply_topology(TOGETHER, 1.0)
    assert aspects(change.changes, KITCHEN) == {Aspect.GROUP}
    assert aspects(change.changes, OFFICE) == {Aspect.GROUP}
    assert aspects(change.changes, STUDY) == set()
    assert (change.appeared, change.disappeared) == ((), ())


def test_another_coordinator_makes_another_group() -> None:
    """A group that is led by another player is another group."""
    home = household(TOGETHER)
    change = home.apply_topology(topology(grouped(OFFICE, KITCHEN), grouped(STUDY)), 1.0)
    assert aspects(change.changes, KITCHEN) == {Aspect.GROUP}
    assert home.group_members(KITCHEN) == [OFFICE, KITCHEN]


def test_hidden_players_are_no_rooms() -> None:
    """Parts of a room are known, but no rooms, and nobody hears of what they play."""
    home = household(
        topology(group(KITCHEN, member(KITCHEN, inside=satellite(SUB, Invisible="1"))))
    )
    assert [room.uid for room in home.rooms] == [KITCHEN]
    assert not home.speakers[SUB].visible
    assert home.group_members(SUB) == [KITCHEN]
    changes = home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    assert {change.uid for change in changes} == {KITCHEN}


def test_room_is_bonded() -> None:
    """A room that becomes a part of another one disappears, and can come back."""
    home = household(ALONE)
    pair = f"{KITCHEN}:LF,LF;{OFFICE}:RF,RF"
    bonded = topology(
        group(
            KITCHEN,
            member(KITCHEN, "Room A1", ChannelMapSet=pair),
            member(OFFICE, "Room A1", ChannelMapSet=pair, Invisible="1"),
        ),
        grouped(STUDY),
    )
    assert home.apply_topology(bonded, 1.0).disappeared == (OFFICE,)
    assert home.speakers[OFFICE].name == "Room A1"
    assert home.apply_topology(ALONE, 2.0).appeared == (OFFICE,)


def test_player_leaves_the_household() -> None:
    """It stays known, without a group and silent, until it is forgotten."""
    home = household(TOGETHER)
    home.apply_event(KITCHEN, "AVTransport", queue_event(), 1.0)
    change = home.apply_topology(topology(grouped(KITCHEN), grouped(STUDY)), 2.0)
    assert change.disappeared == (OFFICE,)
    assert aspects(change.changes, OFFICE) >= {Aspect.AVAILABILITY, Aspect.GROUP, Aspect.MEDIA}
    office = home.speakers[OFFICE]
    assert not office.present
    assert office.media is None
    home.forget(KITCHEN)
    home.forget(OFFICE)
    home.forget("unheard of")
    assert sorted(home.speakers) == [KITCHEN, STUDY]


def test_who_is_really_gone_is_reported_once() -> None:
    """Devices that are really gone are reported once, those that may be alive never."""
    home = household(ALONE)
    rest = [grouped(KITCHEN), grouped(STUDY)]
    asleep = f'<Device UUID="{OFFICE}" Reason="sleeping"/><Device UUID="x" Reason="UNKNOWN"/>'
    change = home.apply_topology(topology(*rest, vanished=asleep), 1.0)
    assert [device.uid for device in change.gone] == [OFFICE]
    change = home.apply_topology(topology(grouped(KITCHEN, STUDY), vanished=asleep), 2.0)
    assert change.gone == ()


def booted(number: str) -> Topology:
    """Build a topology in which the kitchen has started so often."""
    return topology(group(KITCHEN, member(KITCHEN, "Room A1", BootSeq=number)))


def test_who_has_started_anew_is_reported() -> None:
    """A higher boot sequence number means that the player has forgotten its leases."""
    home = household(booted("7"))
    assert home.apply_topology(booted("8"), 1.0).rebooted == (KITCHEN,)
    # A topology that is late tells of the past, and the present is no reboot.
    assert home.apply_topology(booted("7"), 2.0).rebooted == ()
    assert home.apply_topology(booted("8"), 3.0).rebooted == ()
    assert home.apply_topology(booted(""), 4.0).rebooted == ()


def test_a_player_moves_to_another_address() -> None:
    """Players move when their router wants it."""
    home = household(ALONE)
    location = "http://192.168.9.9:1400/xml/device_description.xml"
    change = home.apply_topology(
        topology(group(KITCHEN, member(KITCHEN, "Room A1", Location=location))), 1.0
    )
    assert change.moved == (KITCHEN,)
    assert home.speakers[KITCHEN].host == "192.168.9.9"
    assert Aspect.DEVICE in aspects(change.changes, KITCHEN)


def test_a_room_gets_another_name() -> None:
    """A new name comes by event or by topology, whichever is first."""
    home = household(topology(group(KITCHEN, member(KITCHEN, "Kitchen"))))
    kitchen = home.speakers[KITCHEN]
    changes = home.apply_event(KITCHEN, "DeviceProperties", {"zone_name": "Cuisine"}, 1.0)
    assert kitchen.name == "Cuisine"
    assert changes == {Change(KITCHEN, Aspect.DEVICE)}
    change = home.apply_topology(topology(group(KITCHEN, member(KITCHEN, "Cuisine"))), 2.0)
    assert aspects(change.changes, KITCHEN) == {Aspect.DEVICE}
    home.apply_event(KITCHEN, "DeviceProperties", {"zone_name": ""}, 3.0)
    assert kitchen.name == "Cuisine"
    home.apply_topology(topology(group(KITCHEN, member(KITCHEN, "Küche"))), 4.0)
    assert kitchen.name == "Küche"
