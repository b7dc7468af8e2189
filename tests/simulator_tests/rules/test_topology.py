"""The topology tells who there is, who has vanished and why, up to 128 players."""

# mypy: disallow-untyped-calls=False
from xml.etree import ElementTree as ET

from twisted.internet.task import Clock

from tests.simulator.errors import Code
from tests.simulator.household import Household
from tests.simulator.layout import plain_rooms

from .steps import act, refused


def topology(household: Household) -> ET.Element:
    return ET.fromstring(household.zone_group_state)


def test_the_topology_of_the_default_house(household: Household) -> None:
    root = topology(household)
    groups = root.findall("ZoneGroups/ZoneGroup")
    assert len(groups) == 6
    living = root.find(".//ZoneGroupMember[@ZoneName='Living Room']")
    assert living is not None
    satellites = living.findall("Satellite")
    assert [satellite.get("Invisible") for satellite in satellites] == ["1"] * 3
    assert living.get("HTSatChanMapSet", "").count(";") == 3
    bedroom = root.findall(".//ZoneGroupMember[@ZoneName='Bedroom']")
    assert [member.get("Invisible") for member in bedroom] == ["1", None]
    assert bedroom[0].get("ChannelMapSet") == bedroom[1].get("ChannelMapSet")


def test_each_player_lists_the_same_topology_in_another_order(household: Household) -> None:
    rooms = list(household.rooms())
    for room in rooms[1:3]:
        household.join(room, rooms[0].uid)
    told = [household.topology_of(speaker) for speaker in household.speakers]
    lists = [
        [member.get("UUID") for member in ET.fromstring(text).iter("ZoneGroupMember")]
        for text in told
    ]
    assert len({*told}) > 3
    assert len({tuple(sorted(map(str, members))) for members in lists}) == 1
    grouped = [
        [member.get("UUID") for member in group]
        for text in told
        for group in ET.fromstring(text).findall("ZoneGroups/ZoneGroup")
        if len(group) > 2
    ]
    assert len({*map(tuple, grouped)}) > 1


def test_a_vanished_player_is_listed_with_its_reason(household: Household) -> None:
    patio = household.speaker("Patio")
    boot_seq = patio.boot_seq
    household.switch_off(patio, "sleeping")
    device = topology(household).find("VanishedDevices/Device")
    assert device is not None
    assert (device.get("UUID"), device.get("Reason")) == (patio.uid, "sleeping")
    assert topology(household).find(f".//ZoneGroupMember[@UUID='{patio.uid}']") is None
    household.switch_on(patio)
    member = topology(household).find(f".//ZoneGroupMember[@UUID='{patio.uid}']")
    assert member is not None
    assert member.get("BootSeq") == str(boot_seq + 1)


def test_large_households_refuse_the_topology_poll(clock: Clock) -> None:
    large = Household(clock, plain_rooms(21))
    with refused(Code.ACTION_FAILED):
        act(large.speakers[0], "GetZoneGroupState")
    assert len(topology(large).findall("ZoneGroups/ZoneGroup")) == 21


def test_addresses_of_128_players_are_all_different(clock: Clock) -> None:
    large = Household(clock, plain_rooms(128), base="127.1.0.250")
    assert len({speaker.address for speaker in large.speakers}) == 128
    assert len({speaker.uid for speaker in large.speakers}) == 128
    assert large.speakers[5].address == "127.1.1.1"
