"""Volume, ramps, equalizer and Trueplay: each model has its own ranges, and declines the rest."""

# mypy: disallow-untyped-calls=False
import pytest
from twisted.internet.task import Clock

from tests.simulator.errors import Code
from tests.simulator.household import Household
from tests.simulator.speaker import Speaker

from .steps import People, act, evented, refused


@pytest.mark.parametrize(
    ("room", "eq_type", "good", "bad"),
    [
        ("Living Room", "NightMode", 1, 2),
        ("Living Room", "SurroundLevel", -15, 16),
        ("Living Room", "SubGain", 15, -16),
        ("Living Room", "AudioDelay", 5, 6),
        ("Office", "SubCrossover", 50, 111),
    ],
)
def test_eq_has_ranges(household: Household, room: str, eq_type: str, good: int, bad: int) -> None:
    speaker = household.speaker(room)
    act(speaker, "SetEQ", EQType=eq_type, DesiredValue=str(good))
    assert act(speaker, "GetEQ", EQType=eq_type) == {"CurrentValue": str(good)}
    with refused(Code.INVALID_ARGS):
        act(speaker, "SetEQ", EQType=eq_type, DesiredValue=str(bad))


def test_plain_players_have_no_soundbar_settings(kitchen: Speaker) -> None:
    with refused(Code.INVALID_ARGS):
        act(kitchen, "GetEQ", EQType="NightMode")


def test_a_ramp_moves_the_volume_step_by_step(clock: Clock, kitchen: Speaker) -> None:
    answer = act(
        kitchen, "RampToVolume", Channel="Master", RampType="AUTOPLAY_RAMP_TYPE", DesiredVolume="9"
    )
    assert answer == {"RampTime": "1"}
    volume = kitchen.rendering.volume
    assert volume["Master"] == 0
    clock.pump([0.02] * 4)
    assert 0 < volume["Master"] < 9
    clock.pump([0.02] * 20)
    assert volume["Master"] == 9


@pytest.mark.parametrize(
    ("kind", "at_once", "moving", "seconds"),
    [("SLEEP_TIMER_RAMP_TYPE", 20, 8.0, 8), ("ALARM_RAMP_TYPE", 0, 42.0, 12)],
)
def test_each_kind_of_ramp_has_its_own_speed(
    clock: Clock,
    people: People,
    kitchen: Speaker,
    kind: str,
    at_once: int,
    moving: float,
    seconds: int,
) -> None:
    people.set_volume("Kitchen", 20)
    answer = act(kitchen, "RampToVolume", Channel="Master", RampType=kind, DesiredVolume="30")
    assert answer == {"RampTime": str(seconds)}
    assert kitchen.rendering.volume["Master"] == at_once
    clock.pump([0.1] * round(moving * 10 - 5))
    assert at_once < kitchen.rendering.volume["Master"] < 30
    clock.pump([0.1] * 25)
    assert kitchen.rendering.volume["Master"] == 30


def test_there_is_no_other_kind_of_ramp(kitchen: Speaker) -> None:
    with refused(Code.INVALID_ARGS):
        act(kitchen, "RampToVolume", Channel="Master", RampType="SLOW", DesiredVolume="30")


@pytest.mark.parametrize("action", ["SetVolume", "SetRelativeVolume", "RampToVolume"])
def test_a_fixed_output_declines_another_volume(
    people: People, household: Household, action: str
) -> None:
    people.fix_output("Office")
    office = household.speaker("Office")
    arguments = {"DesiredVolume": "5", "Adjustment": "-5", "RampType": "AUTOPLAY_RAMP_TYPE"}
    with refused(Code.ACTION_FAILED):
        act(office, action, Channel="Master", **arguments)
    assert office.rendering.volume["Master"] == 100


SUB_SETTINGS = ("SubGain", "SubCrossover", "SubPolarity", "SubEnabled")


def test_a_plain_player_tells_of_a_sub_that_is_not_there(household: Household) -> None:
    kitchen = household.speaker("Kitchen")
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


def test_an_amp_has_a_crossover_without_a_sub(household: Household) -> None:
    office = household.speaker("Office")
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


def test_older_firmware_tells_nothing_of_height(household: Household) -> None:
    arc = household.speaker("Living Room")
    act(arc, "SetEQ", EQType="HeightChannelLevel", DesiredValue="4")
    assert act(arc, "GetEQ", EQType="HeightChannelLevel") == {"CurrentValue": "4"}
    assert "HeightChannelLevel" not in evented(arc, "RenderingControl")


def test_trueplay_has_to_be_available(
    people: People, household: Household, kitchen: Speaker
) -> None:
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
        act(household.speaker("Bedroom").hidden[0], "GetRoomCalibrationStatus")


def test_tones_are_put_back(people: People, kitchen: Speaker) -> None:
    people.set_tone("Kitchen", "bass", 7)
    people.set_balance("Kitchen", 100, 40)
    people.reset_tone("Kitchen")
    state = evented(kitchen, "RenderingControl")
    assert (state["Bass"], state["Volume", "RF"]) == ("0", "100")
