"""Pairs, subs and surrounds are bonded and separated, and nonsense is not."""

# mypy: disallow-untyped-calls=False
import pytest

from tests.simulator.errors import Code
from tests.simulator.household import Household

from .steps import People, act, evented, members, refused


def test_a_pair_can_be_made_and_separated(household: Household) -> None:
    kitchen, bathroom = household.speaker("Kitchen"), household.speaker("Bathroom")
    channel_map = f"{kitchen.uid}:LF,LF;{bathroom.uid}:RF,RF"
    act(kitchen, "AddBondedZones", ChannelMapSet=channel_map)
    assert bathroom not in household.rooms()
    assert bathroom.room == "Kitchen"
    act(kitchen, "RemoveBondedZones", ChannelMapSet=channel_map, KeepGrouped="0")
    assert bathroom in household.rooms()
    assert bathroom.room == "Bathroom"
    assert household.group_of(bathroom).coordinator is bathroom


def test_a_sub_comes_and_goes_with_its_settings(spare: Household) -> None:
    people, beam, sub = People(spare), spare.speaker("Beam"), spare.speaker("Sub")
    people.set_trueplay("Beam", True)
    people.set_eq("Beam", "NightMode", 1)
    people.bond_sub("Beam", "Sub")
    assert sub not in spare.rooms()
    assert beam.satellite_map == f"{beam.uid}:LF,RF;{sub.uid}:SW"
    assert members(spare)[sub.uid].tag == "Satellite"
    assert members(spare)[sub.uid].get("WirelessMode") == "2"
    state = evented(beam, "RenderingControl")
    assert (state["SubCrossover"], state["NightMode"]) == ("80", "1")
    assert state["SonarCalibrationAvailable"] == "0"
    act(beam, "SetEQ", EQType="SubGain", DesiredValue="-3")

    act(beam, "RemoveHTSatellite", SatRoomUUID=sub.uid)
    assert sub in spare.rooms()
    assert (sub.room, beam.satellite_map, sub.satellite_map) == ("Sub", "", "")
    assert evented(beam, "RenderingControl")["SubGain"] == "0"
    with refused(Code.INVALID_ARGS):
        act(beam, "GetEQ", EQType="SubGain")
    with refused(Code.INVALID_ARGS):
        act(beam, "RemoveHTSatellite", SatRoomUUID=sub.uid)


def test_surrounds_are_satellites(spare: Household) -> None:
    people, den = People(spare), spare.speaker("Den")
    left, right = spare.speaker("Left"), spare.speaker("Right")
    people.group("Left", "Port")
    people.bond_surrounds("Den", "Left", "Right")
    assert {room.room for room in spare.rooms()} == {"Den", "Beam", "Sub", "Port"}
    assert right.satellite_map == f"{den.uid}:LF,RF;{right.uid}:RR"
    assert left.transport.uri == f"x-rincon:{den.uid}"
    people.bond_sub("Den", "Sub")
    assert den.satellite_map.endswith(f"{right.uid}:RR;{spare.speakers[2].uid}:SW")
    people.separate("Den")
    assert [room.room for room in spare.rooms()] == ["Den", "Beam", "Sub", "Left", "Right", "Port"]


def test_a_pair_can_have_a_sub(spare: Household) -> None:
    people, left, right = People(spare), spare.speaker("Left"), spare.speaker("Right")
    sub = spare.speaker("Sub")
    people.bond_pair("Left", "Right")
    people.bond_sub("Left", "Sub")
    whole = f"{left.uid}:LF,LF;{right.uid}:RF,RF;{sub.uid}:SW,SW"
    assert left.channel_map == right.channel_map == sub.channel_map == whole
    hidden = members(spare)[sub.uid]
    assert (hidden.tag, hidden.get("Invisible")) == ("ZoneGroupMember", "1")
    assert act(left, "GetEQ", EQType="SubGain") == {"CurrentValue": "0"}
    people.separate("Left", right.uid)
    assert left.channel_map == f"{left.uid}:LF,RF;{sub.uid}:SW,SW"
    act(left, "RemoveBondedZones", ChannelMapSet="", KeepGrouped="1")
    assert left.channel_map == ""
    assert spare.group_of(sub).coordinator is left


def test_an_amp_takes_a_sub_as_a_plain_player_does(spare: Household) -> None:
    People(spare).bond_sub("Port", "Sub")
    port = spare.speaker("Port")
    assert port.has_sub
    assert (port.satellites, port.channel_map.endswith(":SW,SW")) == ([], True)


def test_satellites_of_the_house_get_names_of_their_own(
    people: People, household: Household
) -> None:
    people.separate("Living Room")
    names = {room.room for room in household.rooms()}
    assert {"Sub", "One SL", "One SL 2"} <= names


def test_satellite_that_is_let_go_while_it_is_off_is_a_room_when_it_is_on(spare: Household) -> None:
    people, left = People(spare), spare.speaker("Left")
    people.bond_surrounds("Den", "Left", "Right")
    spare.switch_off(left)
    people.separate("Den", left.uid)
    assert left not in [member for group in spare.groups for member in group.members]
    spare.switch_on(left)
    assert spare.group_of(left) in spare.groups


@pytest.mark.parametrize(
    ("room", "action", "channels"),
    [
        ("Left", "AddHTSatellite", "{Left}:LF,RF;{Sub}:SW"),
        ("Den", "AddHTSatellite", "{Den}:LF,RF;{Left}:SW"),
        ("Den", "AddHTSatellite", "{Den}:LF,RF;{Sub}:LR"),
        ("Den", "AddHTSatellite", "{Den}:LF,RF;RINCON_1:LR"),
        ("Den", "AddHTSatellite", "{Den}:LF,RF"),
        ("Den", "AddHTSatellite", "{Left}:LF,RF;{Right}:LR"),
        ("Den", "AddBondedZones", "{Den}:LF,LF;{Beam}:RF,RF"),
        ("Left", "AddBondedZones", "{Left}:LF,LF;{Sub}:RF,RF"),
        ("Left", "AddBondedZones", "{Left}:LF,LF;{Right}:XX"),
        ("Left", "CreateStereoPair", ""),
    ],
)
def test_nonsense_is_not_bonded(spare: Household, room: str, action: str, channels: str) -> None:
    uids = {speaker.room: speaker.uid for speaker in spare.speakers}
    argument = "HTSatChanMapSet" if action == "AddHTSatellite" else "ChannelMapSet"
    with refused(Code.PAIRING_REFUSED):
        act(spare.speaker(room), action, **{argument: channels.format_map(uids)})
    assert len(list(spare.rooms())) == 6


def test_nothing_can_be_separated_from_a_plain_player(household: Household) -> None:
    with refused(Code.ACTION_FAILED):
        act(household.speaker("Kitchen"), "SeparateStereoPair", ChannelMapSet="")
