"""Reading the topology of a household."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import (
    EMPTY_TOPOLOGY,
    MalformedTopology,
    Topology,
    parse_zone_group_state,
)
from custom_components.sonos_twisted.model.topology import VanishedDevice
from custom_components.sonos_twisted.model.topology_change import is_really_gone

from .payloads import (
    KITCHEN,
    OFFICE,
    STUDY,
    group,
    grouped,
    member,
    satellite,
    topology,
    zone_group_state,
)

SUB = "RINCON_0000000000D401400"
LEFT = "RINCON_0000000000E501400"
RIGHT = "RINCON_0000000000F601400"


def test_rooms_and_their_groups() -> None:
    """Two rooms play together, a third one plays for itself."""
    household = topology(grouped(OFFICE, KITCHEN), grouped(STUDY))
    assert household.visible == (KITCHEN, OFFICE, STUDY)
    assert list(household.members) == [KITCHEN, OFFICE, STUDY]
    both = household.group_of(KITCHEN)
    assert both is not None
    assert both is household.group_of(OFFICE)
    assert [each.uid for each in both.members] == [OFFICE, KITCHEN]
    assert [each.uid for each in household.visible_members(both)] == [OFFICE, KITCHEN]
    assert both.has_coordinator


def test_unknown_player() -> None:
    """A player that is not in the topology has no group."""
    household = topology(grouped(KITCHEN))
    assert household.member(OFFICE) is None
    assert household.group_of(OFFICE) is None
    assert EMPTY_TOPOLOGY.group_of(KITCHEN) is None


def test_what_the_topology_tells_of_a_player() -> None:
    text = member(
        KITCHEN,
        "Kitchen",
        Location="http://10.1.2.3:1401/xml/device_description.xml",
        BootSeq="42",
        SWGen="1",
        MicEnabled="1",
    )
    kitchen = topology(group(KITCHEN, text)).members[KITCHEN]
    assert kitchen.name == "Kitchen"
    assert (kitchen.host, kitchen.port) == ("10.1.2.3", 1401)
    assert kitchen.boot_seq == 42
    assert kitchen.generation == 1
    assert kitchen.software_version == "85.0-64200"
    assert kitchen.attributes["MicEnabled"] == "1"
    assert kitchen.visible
    assert kitchen.bonded_to is None
    assert hash(kitchen) is not None


@pytest.mark.parametrize(
    ("location", "host", "port"),
    [
        ("http://10.1.2.3:1400/xml/device_description.xml", "10.1.2.3", 1400),
        ("http://10.1.2.3/xml/device_description.xml", "10.1.2.3", 1400),
        ("http://[fd00::3]:1400/", "", 1400),
        ("http://kitchen.example:1400/xml/device_description.xml", "", 1400),
        ("http://10.1.2:1400/", "", 1400),
        ("http://167838211:1400/", "", 1400),
        ("http://10.1.2.3:99999/", "", 1400),
        ("http://[broken/", "", 1400),
        ("", "", 1400),
    ],
)
def test_address_in_the_location(location: str, host: str, port: int) -> None:
    """Only a literal IPv4 address is one: nothing shall ever be looked up for it."""
    kitchen = topology(group(KITCHEN, member(KITCHEN, Location=location))).members[KITCHEN]
    assert (kitchen.location, kitchen.host, kitchen.port) == (location, host, port)


def test_stereo_pair() -> None:
    """The hidden half may come first; it belongs to the visible one."""
    channels = f"{LEFT}:LF,LF;{RIGHT}:RF,RF"
    household = topology(
        group(
            LEFT,
            member(RIGHT, "Den", ChannelMapSet=channels, Invisible="1"),
            member(LEFT, "Den", ChannelMapSet=channels),
        )
    )
    assert household.visible == (LEFT,)
    assert household.members[RIGHT].bonded_to == LEFT
    assert household.members[RIGHT].satellite_of is None
    assert household.members[RIGHT].channel_map == channels
    assert household.members[LEFT].bonded_to is None
    assert [each.uid for each in household.groups[0].members] == [LEFT, RIGHT]


@pytest.mark.parametrize("as_children", [True, False])
def test_home_theatre(as_children: bool) -> None:
    """Satellites stand inside of their main unit or, in old firmware, beside it."""
    everything = f"{KITCHEN}:LF,RF;{SUB}:SW;{LEFT}:LR;{RIGHT}:RR"
    channels = {SUB: "SW", LEFT: "LR", RIGHT: "RR"}
    maps = {uid: f"{KITCHEN}:LF,RF;{uid}:{channel}" for uid, channel in channels.items()}
    inside = [
        (satellite if as_children else member)(uid, "TV", Invisible="1", HTSatChanMapSet=text)
        for uid, text in maps.items()
    ]
    main = {"name": "TV", "HTSatChanMapSet": everything}
    household = topology(
        group(KITCHEN, member(KITCHEN, **main, inside="".join(inside)))
        if as_children
        else group(KITCHEN, *inside, member(KITCHEN, **main))
    )
    assert household.visible == (KITCHEN,)
    assert household.members[KITCHEN].satellite_of is None
    assert household.members[KITCHEN].ht_channel_map == everything
    assert {uid: household.members[uid].satellite_of for uid in channels} == dict.fromkeys(
        channels, KITCHEN
    )
    assert household.members[SUB].bonded_to == KITCHEN
    assert household.members[SUB].ht_channel_map == maps[SUB]


def test_who_is_of_use() -> None:
    """Rooms, their parts, and the parts that they miss; nobody else."""
    channels = f"{LEFT}:LF,LF;{RIGHT}:RF,RF"
    household = topology(
        group(LEFT, member(LEFT, "Den", ChannelMapSet=channels)),
        group(SUB, member(SUB, "Sub", Invisible="1")),
    )
    assert household.has_use_for(LEFT)
    assert household.has_use_for(RIGHT)
    assert not household.has_use_for(SUB)
    assert not household.has_use_for(KITCHEN)


def test_a_bridge_is_no_room() -> None:
    """A Boost is no room."""
    household = topology(
        group(SUB, member(SUB, "BOOST", Invisible="1", IsZoneBridge="1")), grouped(KITCHEN)
    )
    assert household.visible == (KITCHEN,)
    assert household.members[SUB].is_bridge
    assert household.members[SUB].bonded_to is None
    assert household.visible_members(household.groups[-1]) == ()


def test_coordinator_is_not_a_member() -> None:
    """Such a group is kept, and says so."""
    household = topology(group(STUDY, member(OFFICE), member(KITCHEN)))
    (odd,) = household.groups
    assert odd.coordinator == STUDY
    assert not odd.has_coordinator
    assert [each.uid for each in odd.members] == [KITCHEN, OFFICE]


def test_player_in_two_groups() -> None:
    """It counts where it coordinates, else in the first."""
    household = topology(
        group(KITCHEN, member(KITCHEN), member(OFFICE), member(STUDY)),
        group(STUDY, member(STUDY), member(OFFICE)),
    )
    first, second = household.groups
    assert household.group_of(OFFICE) is first
    assert household.group_of(STUDY) is second
    assert [each.uid for each in household.visible_members(first)] == [KITCHEN, OFFICE]
    assert [each.uid for each in household.visible_members(second)] == [STUDY]


GROUPS = f"<ZoneGroups>{grouped(KITCHEN, OFFICE)}</ZoneGroups>"


@pytest.mark.parametrize(
    "text",
    [
        f"<ZoneGroupState>{GROUPS}</ZoneGroupState>",
        f"<?xml version='1.0' encoding='UTF-8'?><ZoneGroupState>{GROUPS}</ZoneGroupState>",
        f"\n <ZoneGroupState>\n{GROUPS}\n</ZoneGroupState> \n",
        GROUPS,
        f"<ZoneGroupState>{grouped(KITCHEN, OFFICE)}</ZoneGroupState>",
        f"<ZoneGroupState>{GROUPS}<Other><VanishedDevices/></Other></ZoneGroupState>",
        f"<ZoneGroupState>{GROUPS}</ZoneGroupState>".replace('"RINCON', '"\n RINCON'),
        f"<ZoneGroupState>{GROUPS}</ZoneGroupState>".replace('" ', ' "\n'),
        "<ZoneGroupState>{}</ZoneGroupState>".format(
            f"<ZoneGroupState>{GROUPS}</ZoneGroupState>".replace("<", "&lt;").replace(">", "&gt;")
        ),
    ],
)
def test_wrappings_of_all_firmware(text: str) -> None:
    """Firmware of all ages wraps the groups differently, and may break lines anywhere."""
    household = parse_zone_group_state(text)
    assert household == topology(grouped(KITCHEN, OFFICE))
    assert household.groups[0].coordinator == KITCHEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        "<ZoneGroupState/>",
        "<ZoneGroupState>text</ZoneGroupState>",
        "<ZoneGroupState><ZoneGroups/></ZoneGroupState>",
        zone_group_state(group(KITCHEN)),
        zone_group_state(group(KITCHEN, "<ZoneGroupMember/>", "<Other/>")),
        zone_group_state(grouped(KITCHEN))[:-20],
        "<!DOCTYPE a>" + zone_group_state(grouped(KITCHEN)),
        "\ud800",
        zone_group_state(*[grouped(KITCHEN)] * 2000),
    ],
)
def test_a_topology_without_players_is_refused(text: str) -> None:
    """A topology without a player, or half of one, is none."""
    with pytest.raises(MalformedTopology):
        parse_zone_group_state(text)


def test_odd_elements_are_skipped() -> None:
    """Unknown elements and numbers that are none do no harm."""
    inside = satellite(SUB) + "<Other/>" + satellite("")
    odd = member(KITCHEN, BootSeq="many", SWGen="3", inside=inside) + "<Other UUID='x'/>"
    household = topology(group(KITCHEN, odd), vanished="<Other UUID='y'/><Device/>")
    assert list(household.members) == [KITCHEN, SUB]
    assert household.members[KITCHEN].boot_seq is None
    assert household.members[KITCHEN].generation is None
    assert household.vanished == ()


def test_vanished_devices_are_listed() -> None:
    """A household lists the devices that it misses."""
    household = topology(
        grouped(KITCHEN),
        vanished=(
            f'<Device UUID="{STUDY}" ZoneName="Study" Reason="UNKNOWN"/>'
            f'<Device UUID="{OFFICE}" ZoneName="Office" Reason="sleeping" LastKnownIP="10.0.0.9"/>'
        ),
    )
    asleep, unknown = household.vanished
    assert (asleep.uid, asleep.name, asleep.reason) == (OFFICE, "Office", "sleeping")
    assert asleep.attributes["LastKnownIP"] == "10.0.0.9"
    assert unknown.uid == STUDY


@pytest.mark.parametrize(
    ("reason", "gone"),
    [
        ("powered off", True),
        ("sleeping", True),
        ("switch to bluetooth", True),
        ("upgrade", True),
        (" Sleeping ", True),
        ("UNKNOWN", False),
        ("", False),
        ("holiday", False),
    ],
)
def test_is_really_gone(reason: str, gone: bool) -> None:
    """Only reasons that tell what happened are believed."""
    assert is_really_gone(VanishedDevice(KITCHEN, "Kitchen", reason)) is gone


UIDS = [f"RINCON_{number:012X}01400" for number in range(6)]


@st.composite
def households(draw: st.DrawFn) -> list[list[str]]:
    """Draw a household as groups of uids, the coordinator first."""
    uids = draw(st.permutations(UIDS))
    cuts = sorted(draw(st.sets(st.integers(1, len(uids) - 1))))
    return [
        list(uids[start:end]) for start, end in zip([0, *cuts], [*cuts, len(uids)], strict=True)
    ]


def build(household: list[list[str]], data: st.DataObject) -> Topology:
    """Build the topology with everything in an order of its own that may have one."""
    draw = data.draw
    texts = []
    for uids in draw(st.permutations(household)):
        members = []
        for uid in draw(st.permutations(uids)):
            extra = draw(st.permutations([("A", "1"), ("B", uid), ("C", "3")]))
            inside = [satellite(uid + "S", Invisible="1"), satellite(uid + "T", Invisible="1")]
            inside = draw(st.permutations(inside))
            members.append(member(uid, f"Room {uid}", inside="".join(inside), **dict(extra)))
        texts.append(group(uids[0], *members))
    devices = [f'<Device UUID="{uid}" Reason="sleeping"/>' for uid in ("x", "y", "z")]
    return topology(*texts, vanished="".join(draw(st.permutations(devices))))


@given(households(), st.data())
def test_order_does_not_matter(household: list[list[str]], data: st.DataObject) -> None:
    """Each player sends the same content in its own order; the result is equal."""
    one, other = build(household, data), build(household, data)
    assert one == other
    assert hash(one.groups) == hash(other.groups)
    assert list(one.members) == list(other.members) == sorted(one.members)
    assert one.visible == other.visible == tuple(UIDS)


@given(households(), households(), st.data())
def test_other_groups_are_not_equal(
    one: list[list[str]], other: list[list[str]], data: st.DataObject
) -> None:
    """Topologies are equal only if the groups are."""
    same = {(uids[0], frozenset(uids)) for uids in one} == {
        (uids[0], frozenset(uids)) for uids in other
    }
    assert (build(one, data) == build(other, data)) is same


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    """Nothing but MalformedTopology is raised."""
    with pytest.raises(MalformedTopology):
        parse_zone_group_state(text)


@given(st.data())
def test_damaged_topologies_are_read_or_refused(data: st.DataObject) -> None:
    """A topology that is cut or overwritten somewhere is refused or read, never worse."""
    text = zone_group_state(grouped(KITCHEN, OFFICE))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    try:
        parse_zone_group_state(text[:start] + data.draw(st.text(max_size=3)) + text[end:])
    except MalformedTopology as error:
        assert "\n" not in str(error)  # noqa: PT017
