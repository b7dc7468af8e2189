"""Lights, buttons, television, network, battery and inputs of a device."""

# mypy: disallow-untyped-calls=False
from xml.etree import ElementTree as ET

import pytest

from tests.simulator.errors import Code
from tests.simulator.household import Household
from tests.simulator.pages import page
from tests.simulator.speaker import Speaker

from .steps import People, act, evented, members, refused


def test_lights_and_buttons_are_switched_silently(
    people: People, household: Household, kitchen: Speaker
) -> None:
    seen: list[str] = []
    household.observers.append(lambda _speaker, service: seen.append(service))
    people.set_led("Kitchen", False)
    people.set_button_lock("Kitchen", True)
    people.set_autoplay("Living Room", volume=40)
    assert seen == []
    assert act(kitchen, "GetLEDState") == {"CurrentLEDState": "Off"}
    assert act(kitchen, "GetButtonLockState") == {"CurrentButtonLockState": "On"}


def test_the_television_does_what_autoplay_says(people: People, household: Household) -> None:
    room = household.speaker("Living Room")
    people.group("Living Room", "Kitchen")
    people.set_autoplay("Living Room", room="", linked_zones=False, volume=33, use_volume=True)
    people.switch_on_tv("Living Room")
    assert room.transport.uri.startswith("x-rincon:")
    people.set_autoplay("Living Room", room="Living Room")
    people.switch_on_tv("Living Room")
    assert room.transport.uri == f"x-sonos-htastream:{room.uid}:spdif"
    assert room.rendering.volume["Master"] == 33
    assert act(room, "GetUseAutoplayVolume", Source="TV") == {"UseVolume": "1"}
    for action, argument in (("SetAutoplayVolume", "Volume"), ("SetAutoplayRoomUUID", "RoomUUID")):
        with refused(Code.INVALID_ARGS):
            act(room, action, Source="TV", **{argument: "101"})
    with refused(Code.INVALID_ARGS):
        act(household.speaker("Kitchen"), "GetAutoplayRoomUUID", Source="TV")
    assert act(household.speaker("Office"), "GetAutoplayVolume", Source="LineIn")


def test_network_facts_are_in_properties_and_topology(
    people: People, household: Household, kitchen: Speaker
) -> None:
    people.set_network("Kitchen", ethernet=True, channel=5180, wireless_mode=0, connection_type=1)
    people.swap_headphones("Kitchen", "ACE1")
    people.set_airplay("Kitchen", False)
    people.set_tv_connection("Living Room", error=True, hdmi_cec=False)
    state = evented(kitchen, "DeviceProperties")
    names = ("EthLink", "ChannelFreq", "WirelessMode", "ConnectionType", "AirPlayEnabled")
    expected = ["1", "5180", "0", "1", "0"]
    assert [state[name] for name in names] == expected
    member = members(household)[kitchen.uid]
    assert [member.get(name) for name in names] == expected
    assert (state["HeadphoneId"], state["AvailableHeadphoneSessions"]) == ("ACE1", "1")
    assert member.get("HeadphoneSwapActive") == "1"
    # Old firmware says it otherwise.
    assert member.get("WirelessLeafOnly") is None
    arc = members(household)[household.speaker("Living Room").uid]
    assert (arc.get("TVConfigurationError"), arc.get("HdmiCecAvailable")) == ("1", "0")
    assert (arc.get("ConnectionType"), arc.get("WirelessLeafOnly")) == (None, "0")


def test_a_battery_tells_how_it_is(people: People, household: Household) -> None:
    patio = household.speaker("Patio")
    people.set_battery("Patio", 41, "USB_POWER", health="YELLOW", temperature="HOT", degrees=44)
    found = page(patio, "/status/batterystatus", "")
    assert found is not None
    values = [element.text for element in ET.fromstring(found[1]).iter("Data")]
    assert values == ["YELLOW", "41", "HOT", "USB_POWER"]
    info = "BattChg:CHARGING,RawBattPct:41,BattPct:41,BattTmp:44"
    assert evented(patio, "DeviceProperties")["MoreInfo"] == info
    assert members(household)[patio.uid].get("MoreInfo") == info
    mains = page(household.speaker("Kitchen"), "/status/batterystatus", "")
    assert mains is not None
    assert len(ET.fromstring(mains[1])) == 0


def test_a_room_cannot_be_without_a_name(household: Household) -> None:
    attributes = {"DesiredIcon": "", "DesiredConfiguration": "1", "DesiredTargetRoomName": ""}
    with refused(Code.INVALID_ARGS):
        act(household.speaker("Kitchen"), "SetZoneAttributes", DesiredZoneName=" ", **attributes)


def test_inputs_tell_of_themselves(people: People, household: Household) -> None:
    office = household.speaker("Office")
    people.set_line_in("Office", False)
    people.set_line_in_level("Office", 5, 6)
    people.name_line_in("Office", "Turntable")
    people.connect_toslink("Office", True)
    people.set_ir_repeater("Office", "On")
    people.set_led_feedback("Office", False)
    people.play_line_in("Office")
    assert evented(office, "AudioIn") == {
        "AudioInputName": "Turntable",
        "Icon": "AudioComponent",
        "LineInConnected": "0",
        "LeftLineInLevel": "5",
        "RightLineInLevel": "6",
        "Playing": "0",
    }
    assert evented(office, "HTControl") == {"TOSLinkConnected": "1", "IRRepeaterState": "On"}
    assert act(office, "GetLEDFeedbackState") == {"LEDFeedbackState": "Off"}
    with refused(Code.INVALID_ARGS):
        act(office, "SetLineInLevel", DesiredLeftLineInLevel="0", DesiredRightLineInLevel="11")
    with pytest.raises(KeyError):
        people.set_line_in_level("Kitchen", 1, 1)
