"""What the simulated devices can do besides playing, on a clock that tests move."""

# mypy: disallow-untyped-calls=False
from xml.etree import ElementTree as ET

import pytest
from twisted.internet.task import Clock

from tests.simulator.errors import Code, UpnpError
from tests.simulator.events import property_set
from tests.simulator.hands import Hands
from tests.simulator.household import Household
from tests.simulator.layout import rooms_of
from tests.simulator.pages import page
from tests.simulator.services import EVENTS, HANDLERS
from tests.simulator.services.kinds import Variables
from tests.simulator.speaker import Speaker
from tests.simulator.table import services_of
from tests.simulator.truth import truth

SPARE = "Den=S45,Beam=S14,Sub=Sub,Left=S18,Right=S18,Port=S16"
SUB_SETTINGS = ("SubGain", "SubCrossover", "SubPolarity", "SubEnabled")


class People(Hands):
    """Hands in a house without a network."""

    def __init__(self, household: Household) -> None:
        self.household = household


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(clock: Clock) -> Household:
    return Household(clock)


@pytest.fixture
def spare(clock: Clock) -> Household:
    return Household(clock, rooms_of(SPARE))


def act(speaker: Speaker, action: str, **arguments: str) -> dict[str, str]:
    for handlers in HANDLERS.values():
        if action in handlers:
            return handlers[action](speaker, arguments) or {}
    raise KeyError(action)


def refused(code: Code) -> pytest.RaisesExc[UpnpError]:
    return pytest.RaisesExc(UpnpError, check=lambda error: error.code == code)


def evented(speaker: Speaker, service: str) -> Variables:
    return EVENTS[service].variables(speaker)


def members(household: Household) -> dict[str, ET.Element]:
    """Return players and satellites in the topology, by uid."""
    root = ET.fromstring(household.zone_group_state)
    found = [*root.iter("ZoneGroupMember"), *root.iter("Satellite")]
    return {str(element.get("UUID")): element for element in found}


# -- sound


def test_a_plain_player_tells_of_a_sub_that_is_not_there(house: Household) -> None:
    kitchen = house.speaker("Kitchen")
    state = evented(kitchen, "RenderingControl")
    assert [state[name] for name in SUB_SETTINGS] == ["0", "0", "0", "1"]
    assert state["SpeakerSize"] == "3"
    for eq_type in ("SubGain", "SubEnable", "DialogLevel", "HeightChannelLevel"):
        with refused(Code.INVALID_ARGS):
            act(kitchen, "GetEQ", EQType=eq_type)
        with refused(Code.INVALID_ARGS):
            act(kitchen, "SetEQ", EQType=eq_type, DesiredValue="1")
        with refused(Code.INVALID_ARGS):
            act(kitchen, "ResetExtEQ", EQType=eq_type)


def test_an_amp_has_a_crossover_without_a_sub(house: Household) -> None:
    office = house.speaker("Office")
    assert evented(office, "RenderingControl")["SubCrossover"] == "80"
    assert act(office, "GetEQ", EQType="SubCrossover") == {"CurrentValue": "80"}


def test_an_ultra_has_levels_of_speech(spare: Household) -> None:
    den, beam = spare.speaker("Den"), spare.speaker("Beam")
    people = People(spare)
    assert den.model.name == "Sonos Arc Ultra"
    state = evented(den, "RenderingControl")
    names = ("DialogLevel", "SpeechEnhanceEnabled", "SupportsMaxDialogLevel", "HeightChannelLevel")
    assert [state[name] for name in names] == ["1", "0", "1", "0"]
    people.set_eq("Den", "DialogLevel", 4)
    people.set_eq("Den", "SpeechEnhanceEnabled", 1)
    with refused(Code.INVALID_ARGS):
        act(den, "SetEQ", EQType="DialogLevel", DesiredValue="0")
    assert "SupportsMaxDialogLevel" not in evented(beam, "RenderingControl")
    for eq_type in ("SpeechEnhanceEnabled", "HeightChannelLevel"):
        with refused(Code.INVALID_ARGS):
            act(beam, "GetEQ", EQType=eq_type)


def test_older_firmware_tells_nothing_of_height(house: Household) -> None:
    arc = house.speaker("Living Room")
    act(arc, "SetEQ", EQType="HeightChannelLevel", DesiredValue="4")
    assert act(arc, "GetEQ", EQType="HeightChannelLevel") == {"CurrentValue": "4"}
    assert "HeightChannelLevel" not in evented(arc, "RenderingControl")


def test_trueplay_has_to_be_available(house: Household) -> None:
    kitchen, people = house.speaker("Kitchen"), People(house)
    with refused(Code.ACTION_FAILED):
        act(kitchen, "SetRoomCalibrationStatus", RoomCalibrationEnabled="1")
    people.set_trueplay("Kitchen", True)
    state = evented(kitchen, "RenderingControl")
    assert (state["SonarEnabled"], state["SonarCalibrationAvailable"]) == ("1", "1")
    act(kitchen, "SetRoomCalibrationStatus", RoomCalibrationEnabled="0")
    assert act(kitchen, "GetRoomCalibrationStatus") == {
        "RoomCalibrationEnabled": "0",
        "RoomCalibrationAvailable": "1",
    }
    with refused(Code.ACTION_FAILED):
        act(house.speaker("Bedroom").hidden[0], "GetRoomCalibrationStatus")


def test_tones_are_put_back(house: Household) -> None:
    kitchen, people = house.speaker("Kitchen"), People(house)
    people.set_tone("Kitchen", "bass", 7)
    people.set_balance("Kitchen", 100, 40)
    people.reset_tone("Kitchen")
    state = evented(kitchen, "RenderingControl")
    assert (state["Bass"], state["Volume", "RF"]) == ("0", "100")


# -- bonds


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


def test_satellites_of_the_house_get_names_of_their_own(house: Household) -> None:
    People(house).separate("Living Room")
    names = {room.room for room in house.rooms()}
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


def test_nothing_can_be_separated_from_a_plain_player(house: Household) -> None:
    with refused(Code.ACTION_FAILED):
        act(house.speaker("Kitchen"), "SeparateStereoPair", ChannelMapSet="")


# -- the device


def test_lights_and_buttons_are_switched_silently(house: Household) -> None:
    kitchen, people = house.speaker("Kitchen"), People(house)
    seen: list[str] = []
    house.observers.append(lambda _speaker, service: seen.append(service))
    people.set_led("Kitchen", False)
    people.set_button_lock("Kitchen", True)
    people.set_autoplay("Living Room", volume=40)
    assert seen == []
    assert act(kitchen, "GetLEDState") == {"CurrentLEDState": "Off"}
    assert act(kitchen, "GetButtonLockState") == {"CurrentButtonLockState": "On"}


def test_the_television_does_what_autoplay_says(house: Household) -> None:
    room, people = house.speaker("Living Room"), People(house)
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
        act(house.speaker("Kitchen"), "GetAutoplayRoomUUID", Source="TV")
    assert act(house.speaker("Office"), "GetAutoplayVolume", Source="LineIn")


def test_network_facts_are_in_properties_and_topology(house: Household) -> None:
    kitchen, people = house.speaker("Kitchen"), People(house)
    people.set_network("Kitchen", ethernet=True, channel=5180, wireless_mode=0, connection_type=1)
    people.swap_headphones("Kitchen", "ACE1")
    people.set_airplay("Kitchen", False)
    people.set_tv_connection("Living Room", error=True, hdmi_cec=False)
    state = evented(kitchen, "DeviceProperties")
    names = ("EthLink", "ChannelFreq", "WirelessMode", "ConnectionType", "AirPlayEnabled")
    expected = ["1", "5180", "0", "1", "0"]
    assert [state[name] for name in names] == expected
    member = members(house)[kitchen.uid]
    assert [member.get(name) for name in names] == expected
    assert (state["HeadphoneId"], state["AvailableHeadphoneSessions"]) == ("ACE1", "1")
    assert member.get("HeadphoneSwapActive") == "1"
    # Old firmware says it otherwise.
    assert member.get("WirelessLeafOnly") is None
    arc = members(house)[house.speaker("Living Room").uid]
    assert (arc.get("TVConfigurationError"), arc.get("HdmiCecAvailable")) == ("1", "0")
    assert (arc.get("ConnectionType"), arc.get("WirelessLeafOnly")) == (None, "0")


def test_a_battery_tells_how_it_is(house: Household) -> None:
    people, patio = People(house), house.speaker("Patio")
    people.set_battery("Patio", 41, "USB_POWER", health="YELLOW", temperature="HOT", degrees=44)
    found = page(patio, "/status/batterystatus", "")
    assert found is not None
    values = [element.text for element in ET.fromstring(found[1]).iter("Data")]
    assert values == ["YELLOW", "41", "HOT", "USB_POWER"]
    info = "BattChg:CHARGING,RawBattPct:41,BattPct:41,BattTmp:44"
    assert evented(patio, "DeviceProperties")["MoreInfo"] == info
    assert members(house)[patio.uid].get("MoreInfo") == info
    mains = page(house.speaker("Kitchen"), "/status/batterystatus", "")
    assert mains is not None
    assert len(ET.fromstring(mains[1])) == 0


def test_a_room_cannot_be_without_a_name(house: Household) -> None:
    attributes = {"DesiredIcon": "", "DesiredConfiguration": "1", "DesiredTargetRoomName": ""}
    with refused(Code.INVALID_ARGS):
        act(house.speaker("Kitchen"), "SetZoneAttributes", DesiredZoneName=" ", **attributes)


def test_inputs_tell_of_themselves(house: Household) -> None:
    people, office = People(house), house.speaker("Office")
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


# -- firmware


def update_item(speaker: Speaker) -> ET.Element:
    return ET.fromstring(evented(speaker, "ZoneGroupTopology")["AvailableSoftwareUpdate"])


def test_an_update_takes_a_player_away_and_back(clock: Clock, house: Household) -> None:
    people, kitchen = People(house), house.speaker("Kitchen")
    boot_seq = kitchen.boot_seq
    assert update_item(kitchen).get("Version") == kitchen.software
    begin = {"Flags": "0", "ExtraOptions": ""}
    with refused(Code.INVALID_ARGS):
        act(
            kitchen,
            "BeginSoftwareUpdate",
            UpdateURL=str(update_item(kitchen).get("UpdateURL")),
            **begin,
        )
    people.offer_update("Kitchen", "96.1-80000")
    checked = act(kitchen, "CheckForUpdate", UpdateType="Software", CachedOnly="1", Version="")
    item = ET.fromstring(checked["UpdateItem"])
    assert item.get("Version") == update_item(kitchen).get("Version") == "96.1-80000"
    url = str(item.get("UpdateURL"))
    people.plan_update(5, 3, error=501)
    with refused(Code.ACTION_FAILED):
        act(kitchen, "BeginSoftwareUpdate", UpdateURL=url, **begin)
    people.plan_update(5, 3)
    act(kitchen, "BeginSoftwareUpdate", UpdateURL=url, **begin)
    with refused(Code.ACTION_FAILED):
        act(kitchen, "BeginSoftwareUpdate", UpdateURL=url, **begin)
    clock.advance(4.9)
    assert kitchen.online
    clock.advance(0.2)
    device = ET.fromstring(house.zone_group_state).find("VanishedDevices/Device")
    assert device is not None
    assert (device.get("UUID"), device.get("Reason")) == (kitchen.uid, "upgrade")
    clock.advance(3)
    member = members(house)[kitchen.uid]
    assert member.get("SoftwareVersion") == "96.1-80000"
    assert member.get("BootSeq") == str(boot_seq + 1)
    found = page(kitchen, "/xml/device_description.xml", "")
    assert found is not None
    assert b"<softwareVersion>96.1-80000<" in found[1]
    assert update_item(kitchen).get("Version") == "96.1-80000"


# -- alarms


def last_change(speaker: Speaker) -> dict[str, str]:
    state = evented(speaker, "AVTransport")
    names = ("AlarmRunning", "SnoozeRunning", "AlarmIDRunning", "AlarmLoggedStartTime")
    return {name: state[f"r:{name}"] for name in names if f"r:{name}" in state}


def test_an_alarm_rings_snoozes_and_ends(clock: Clock, house: Household) -> None:
    people, bedroom = People(house), house.speaker("Bedroom")
    with refused(Code.NOT_SUPPORTED_HERE):
        act(bedroom, "SnoozeAlarm", Duration="00:10:00")
    with refused(Code.NOT_SUPPORTED_HERE):
        act(bedroom, "GetRunningAlarmProperties")
    number = people.create_alarm("Bedroom", "06:15:00", {"duration": "01:00:00", "volume": "33"})
    before = evented(bedroom, "ZoneGroupTopology")["AlarmRunSequence"]
    people.ring_alarm(number)
    clock.advance(1)
    assert last_change(bedroom) == {
        "AlarmRunning": "1",
        "SnoozeRunning": "0",
        "AlarmIDRunning": str(number),
        "AlarmLoggedStartTime": "1970-01-01 00:00:00",
    }
    assert evented(bedroom, "ZoneGroupTopology")["AlarmRunSequence"] != before
    assert act(bedroom, "GetRunningAlarmProperties")["AlarmID"] == str(number)
    assert (bedroom.transport.state, bedroom.rendering.volume["Master"]) == ("PLAYING", 33)
    for nonsense in ("00:00:00", "soon"):
        with refused(Code.INVALID_ARGS):
            act(bedroom, "SnoozeAlarm", Duration=nonsense)
    act(bedroom, "SnoozeAlarm", Duration="00:10:00")
    assert (bedroom.transport.state, last_change(bedroom)["SnoozeRunning"]) == ("STOPPED", "1")
    clock.advance(601)
    clock.advance(1)
    assert (bedroom.transport.state, last_change(bedroom)["SnoozeRunning"]) == ("PLAYING", "0")
    clock.advance(3600)
    assert bedroom.transport.state == "STOPPED"
    assert last_change(bedroom) == {"AlarmRunning": "0", "SnoozeRunning": "0"}
    body = property_set(services_of("S18")["AVTransport"], EVENTS["AVTransport"].variables(bedroom))
    assert b"r:AlarmRunning" in body


@pytest.mark.parametrize("ending", ["stop", "another source", "power"])
def test_what_ends_an_alarm(clock: Clock, house: Household, ending: str) -> None:
    people, bedroom = People(house), house.speaker("Bedroom")
    people.ring_alarm(14)
    act(bedroom, "SnoozeAlarm", Duration="00:10:00")
    if ending == "stop":
        act(bedroom, "Stop")
    elif ending == "power":
        bedroom.power_off()
    else:
        people.play_radio("Bedroom")
        clock.advance(1)
    state = bedroom.transport.state
    assert last_change(bedroom) == {"AlarmRunning": "0", "SnoozeRunning": "0"}
    clock.advance(10_000)
    assert bedroom.transport.state == state


def test_play_ends_the_snoozing_alone(clock: Clock, house: Household) -> None:
    people, bedroom = People(house), house.speaker("Bedroom")
    people.ring_alarm(14)
    act(bedroom, "SnoozeAlarm", Duration="00:10:00")
    people.play("Bedroom")
    clock.advance(1)
    assert last_change(bedroom)["AlarmRunning"] == "1"
    assert (last_change(bedroom)["SnoozeRunning"], bedroom.transport.state) == ("0", "PLAYING")


def test_linked_zones_ring_along_and_once_is_once(clock: Clock, house: Household) -> None:
    people, kitchen, patio = People(house), house.speaker("Kitchen"), house.speaker("Patio")
    people.group("Patio", "Kitchen")
    once = people.create_alarm("Patio", "06:00:00", {"recurrence": "ONCE", "linked_zones": "1"})
    people.ring_alarm(once)
    assert house.group_of(patio).coordinator is kitchen
    assert last_change(kitchen)["AlarmIDRunning"] == str(once)
    assert house.alarms.find(once).enabled == "0"
    people.edit_alarm(once, {"linked_zones": "0"})
    people.ring_alarm(once)
    assert house.group_of(patio).coordinator is patio


def test_alarms_are_made_and_changed_in_the_app(house: Household) -> None:
    people = People(house)
    version = house.alarms.version
    number = people.create_alarm("Kitchen", "05:00:00")
    people.edit_alarm(number, {"volume": "44", "recurrence": "ON_12345"})
    assert house.alarms.find(number).volume == "44"
    people.delete_alarm(number)
    assert house.alarms.version == version + 3
    with pytest.raises(KeyError):
        people.edit_alarm(number, {"volume": "1"})
    with pytest.raises(KeyError):
        people.edit_alarm(14, {"colour": "1"})
    with pytest.raises(KeyError):
        people.create_alarm("Kitchen", "05:00:00", {"colour": "1"})
    with refused(Code.NOT_SUPPORTED_HERE):
        people.delete_alarm(number)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "24:00:00"),
        ("start", "-01:00:00"),
        ("duration", "for ever"),
        ("recurrence", "ON_8"),
        ("recurrence", "SOMETIMES"),
        ("volume", "101"),
        ("volume", ""),
        ("program_uri", ""),
        ("room_uuid", "RINCON_1"),
    ],
)
def test_nonsense_is_no_alarm(house: Household, field: str, value: str) -> None:
    with refused(Code.INVALID_ARGS):
        People(house).edit_alarm(14, {field: value})


def test_the_house_has_a_time(house: Household) -> None:
    people, kitchen = People(house), house.speaker("Kitchen")
    people.set_time_zone(60)
    state = evented(kitchen, "AlarmClock")
    assert (str(state["TimeZone"])[:4], state["TimeGeneration"]) == ("ffc4", "3")
    now = act(kitchen, "GetTimeNow")
    assert now["CurrentUTCTime"] != now["CurrentLocalTime"]
    act(kitchen, "SetTimeZone", Index="3", AutoAdjustDst="0")
    act(kitchen, "SetFormat", DesiredTimeFormat="12H", DesiredDateFormat="MDY")
    act(kitchen, "SetTimeServer", DesiredTimeServer="ntp.example")
    act(kitchen, "SetDailyIndexRefreshTime", DesiredDailyIndexRefreshTime="04:00:00")
    assert act(kitchen, "GetTimeZoneAndRule")["Index"] == "3"
    assert act(kitchen, "GetTimeZoneRule", Index="3")["TimeZone"] == state["TimeZone"]
    assert act(kitchen, "GetFormat") == {"CurrentTimeFormat": "12H", "CurrentDateFormat": "MDY"}
    assert act(kitchen, "GetTimeServer") == {"CurrentTimeServer": "ntp.example"}
    assert evented(kitchen, "AlarmClock")["DailyIndexRefreshTime"] == "04:00:00"
    assert act(kitchen, "GetHouseholdTimeAtStamp")["HouseholdUTCTime"]


# -- the sleep timer


def test_the_sleep_timer_is_the_coordinators(clock: Clock, house: Household) -> None:
    people, kitchen, patio = People(house), house.speaker("Kitchen"), house.speaker("Patio")
    people.group("Patio", "Kitchen")
    people.play_tracks("Kitchen")
    clock.advance(1)
    with refused(Code.NOT_SUPPORTED_HERE):
        act(patio, "ConfigureSleepTimer", NewSleepTimerDuration="0:10:00")
    with refused(Code.INVALID_ARGS):
        act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="24:00:00")
    act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="0:10:00")
    assert evented(kitchen, "AVTransport")["r:SleepTimerGeneration"] == "1"
    act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="0:00:00")
    assert act(kitchen, "GetRemainingSleepTimerDuration")["RemainingSleepTimerDuration"] == ""
    act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="0:00:05")
    clock.advance(6)
    assert kitchen.transport.state == "PAUSED_PLAYBACK"
    assert evented(kitchen, "AVTransport")["r:SleepTimerGeneration"] == "4"


# -- the truth


def test_the_truth_has_all_of_it(house: Household) -> None:
    people = People(house)
    people.set_led("Kitchen", False)
    people.ring_alarm(14)
    people.offer_update("Kitchen", "96.0-1")
    speakers = truth(house)["speakers"]
    assert isinstance(speakers, dict)
    kitchen = speakers[house.speaker("Kitchen").uid]
    assert (kitchen["led"], kitchen["available_update"]) == ("Off", "96.0-1")
    assert speakers[house.speaker("Bedroom").uid]["alarm_ringing"] == 14
    theatre = speakers[house.speaker("Living Room").uid]
    assert theatre["has_sub"] is True
    assert len(theatre["satellites"]) == 3
    assert speakers[house.speaker("Office").uid]["line_in"]["connected"] is True


@pytest.mark.parametrize("rooms", ["Den", "Den=S99"])
def test_rooms_need_a_model_that_there_is(rooms: str) -> None:
    with pytest.raises(ValueError, match="is no room with a model"):
        rooms_of(rooms)
