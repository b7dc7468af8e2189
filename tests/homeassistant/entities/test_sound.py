"""How rooms sound: each setting read and set, and which rooms have it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.asking.readings import READINGS
from custom_components.sonos_twisted.entities import home_theater
from custom_components.sonos_twisted.model import Speaker
from tests.homeassistant.actions import act, in_house, shown, shows
from tests.homeassistant.conftest import until

from .parlour import parlour, tidy, truth_of

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

LEVEL = "select.den_speech_enhancement"
SPEECH = "switch.den_speech_enhancement"
HEIGHT = "number.loft_height_level"
TRUEPLAY = "switch.kitchen_trueplay"
GET_EQ = "SOAP RenderingControl.GetEQ"
GET_SUPPORT = "SOAP RenderingControl.GetSupportsOutputFixed"
FIXED = "switch.office_fixed_line_out"


class Setting(NamedTuple):
    """A setting, how a person changes it, and how it is set here."""

    entity: str
    by_hand: tuple[Any, ...]
    seen: str
    value: Any
    truth: tuple[str, ...]
    becomes: Any

    @property
    def room(self) -> str:
        """The room's name."""
        return self.entity.partition(".")[2].partition("_")[0].title()


def number(entity: str, eq_type: str, seen: int, value: int) -> Setting:
    """Describe a number of the equalizer."""
    return Setting(f"number.{entity}", ("set_eq", eq_type, seen), str(seen), value,
                   ("eq", eq_type), value)  # fmt: skip


def switch(entity: str, eq_type: str, *, at_first: bool = False) -> Setting:
    """Describe a switch of the equalizer."""
    by_hand = ("set_eq", eq_type, int(not at_first))
    return Setting(f"switch.{entity}", by_hand, "off" if at_first else "on", at_first,
                   ("eq", eq_type), int(at_first))  # fmt: skip


SETTINGS = [
    Setting("number.kitchen_bass", ("set_tone", "bass", 4), "4", -3, ("bass",), -3),
    Setting("number.kitchen_treble", ("set_tone", "treble", -6), "-6", 10, ("treble",), 10),
    Setting("number.kitchen_balance", ("set_balance", 100, 60), "-40", 25,
            ("balance",), [75, 100]),
    Setting("number.bath_balance", ("set_balance", 0, 100), "100", -100, ("balance",), [100, 0]),
    Setting("number.den_balance", ("set_balance", 0, 0), "0", -1, ("balance",), [100, 99]),
    Setting("switch.kitchen_loudness", ("set_loudness", False), "off", True, ("loudness",), True),
    Setting("switch.kitchen_crossfade", ("set_crossfade", True), "on", False,
            ("crossfade",), False),
    switch("lounge_speech_enhancement", "DialogLevel"),
    switch("lounge_night_sound", "NightMode"),
    number("lounge_audio_delay", "AudioDelay", 3, 5),
    number("lounge_audio_delay_left_rear", "AudioDelayLeftRear", 0, 2),
    number("lounge_audio_delay_right_rear", "AudioDelayRightRear", 2, 0),
    switch("lounge_subwoofer_enabled", "SubEnable", at_first=True),
    number("lounge_sub_gain", "SubGain", -15, 15),
    number("lounge_sub_crossover_frequency", "SubCrossover", 50, 110),
    switch("lounge_sub_polarity_inverted", "SubPolarity"),
    switch("lounge_surround_enabled", "SurroundEnable", at_first=True),
    number("lounge_surround_level", "SurroundLevel", 7, -15),
    number("lounge_music_surround_level", "MusicSurroundLevel", 15, -7),
    switch("lounge_surround_music_full_volume", "SurroundMode"),
    number("den_height_level", "HeightChannelLevel", -10, 10),
    number("office_sub_gain", "SubGain", 2, 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    yield from parlour(21)


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Share one house, in which all sounds as in the beginning."""
    tidy(_house.remote)
    yield _house
    _house.remote.heal()


async def set_to(hass: HomeAssistant, entity: str, value: Any) -> None:
    """Set an entity, whatever it is."""
    platform = entity.partition(".")[0]
    if platform == "number":
        await act(hass, "number.set_value", entity, value=value)
    elif platform == "select":
        await act(hass, "select.select_option", entity, option=value)
    else:
        await act(hass, f"switch.turn_{'on' if value else 'off'}", entity)


def inside(truth: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Look something up in how a room is."""
    for name in path:
        truth = truth[name]
    return truth


@pytest.mark.parity("number: Bass")
@pytest.mark.parity("number: Treble")
@pytest.mark.parity("number: Balance")
@pytest.mark.parity("number: Audio delay")
@pytest.mark.parity("number: Sub gain")
@pytest.mark.parity("number: Sub crossover")
@pytest.mark.parity("number: Surround levels")
@pytest.mark.parity("switch: Crossfade")
@pytest.mark.parity("switch: Loudness")
@pytest.mark.parity("switch: Night sound")
@pytest.mark.parity("switch: Speech enhancement")
@pytest.mark.parity("switch: Subwoofer")
@pytest.mark.parity("switch: Surround")
@pytest.mark.parity("beyond: sub and rear settings")
@pytest.mark.parity("beyond: height level")
@pytest.mark.usefixtures("all_entities", "entry")
async def test_each_setting_is_shown_and_set(hass: HomeAssistant, remote: Remote) -> None:
    """What a person changes is shown, and what is set here is so at the speaker, and shown."""
    for setting in SETTINGS:
        name, *arguments = setting.by_hand
        await in_house(hass, getattr(remote, name), setting.room, *arguments)
    expected = {setting.entity: setting.seen for setting in SETTINGS}

    def seen() -> dict[str, str]:
        return {each: shown(hass, each, "state") for each in expected}

    await until(hass, lambda: seen() == expected, seen)
    await asyncio.gather(*(set_to(hass, each.entity, each.value) for each in SETTINGS))
    for setting in SETTINGS:
        truth = await truth_of(hass, remote, setting.room)
        assert inside(truth, setting.truth) == setting.becomes, setting.entity
        is_number = setting.entity.startswith("number")
        state = str(setting.value) if is_number else {0: "off", 1: "on"}[setting.value]
        await shows(hass, setting.entity, state=state)


@pytest.mark.parity("select: Speech enhancement")
@pytest.mark.parity("beyond: speech levels")
async def test_speech_has_levels_where_a_soundbar_says_so(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """A switch turns it on at the level that was chosen last, also one of the app."""
    await shows(hass, LEVEL, state="off", options=["off", "low", "medium", "high", "max"])
    await in_house(hass, remote.set_eq, "Den", "DialogLevel", 3)
    await set_to(hass, SPEECH, True)
    await shows(hass, LEVEL, state="high")
    await shows(hass, SPEECH, state="on")
    await set_to(hass, LEVEL, "max")
    await shows(hass, LEVEL, state="max")
    eq = (await truth_of(hass, remote, "Den"))["eq"]
    assert (eq["DialogLevel"], eq["SpeechEnhanceEnabled"]) == (4, 1)
    await set_to(hass, LEVEL, "off")
    await shows(hass, SPEECH, state="off")
    eq = (await truth_of(hass, remote, "Den"))["eq"]
    assert (eq["DialogLevel"], eq["SpeechEnhanceEnabled"]) == (4, 0)
    await set_to(hass, LEVEL, "low")
    await shows(hass, LEVEL, state="low")
    await shows(hass, SPEECH, state="on")
    assert hass.states.get("select.lounge_speech_enhancement") is None


@pytest.mark.usefixtures("all_entities", "entry")
async def test_headphones_take_over_the_sound_of_the_television(
    hass: HomeAssistant, remote: Remote
) -> None:
    """And give it back."""
    swapped = "binary_sensor.den_tv_sound_on_headphones"
    await shows(hass, swapped, state="off")
    await in_house(hass, remote.swap_headphones, "Den", "RINCON_HEADPHONES")
    await shows(hass, swapped, state="on")
    await in_house(hass, remote.swap_headphones, "Den", "")
    await shows(hass, swapped, state="off")


def test_level_of_speech_without_a_name_is_none() -> None:
    """No firmware has it yet."""
    speaker = Speaker("A")
    told = {"supports_max_dialog_level": "1", "speech_enhance_enabled": "1"}
    speaker.variables["RenderingControl"] = {**told, "dialog_level": "5"}
    value = home_theater.SELECTS[0].value
    assert callable(value)
    assert value(speaker) is None


@pytest.fixture
def loft_is_high(house: SimulatorProcess) -> Iterator[None]:
    """Set the height channels before anybody listens, and let them be read often."""
    house.remote.set_eq("Loft", "HeightChannelLevel", 4)
    house.remote.reset_requests()
    with patch.dict(READINGS, {"height": replace(READINGS["height"], seconds=0.2)}):
        yield


@pytest.mark.usefixtures("loft_is_high", "entry")
async def test_height_that_no_event_tells_is_read(hass: HomeAssistant, remote: Remote) -> None:
    """And only of soundbars, whose events are silent about it."""
    await until(hass, lambda: hass.states.get(HEIGHT))
    await shows(hass, HEIGHT, state="4")
    await in_house(hass, remote.set_eq, "Loft", "HeightChannelLevel", -2)
    await shows(hass, HEIGHT, state="-2")
    await set_to(hass, HEIGHT, 9)
    assert shown(hass, HEIGHT, "state") == "9"
    assert hass.states.get("number.lounge_height_level") is None
    requests = await in_house(hass, remote.requests)
    truths = (await in_house(hass, remote.truth))["speakers"]
    asked = {truths[uid]["name"] for uid in requests if requests[uid].get(GET_EQ)}
    assert asked == {"Loft", "Lounge", "Office"}
    probed = {truths[uid]["name"] for uid in requests if requests[uid].get(GET_SUPPORT)}
    assert probed == {"Office"}


@pytest.mark.usefixtures("all_entities", "entry")
async def test_settings_come_and_go_with_what_is_bonded(
    hass: HomeAssistant, remote: Remote, entity_registry: er.EntityRegistry
) -> None:
    """A Sub and surrounds bring their settings, and take them away."""
    sub = ["number.lounge_sub_gain", "switch.lounge_sub_polarity_inverted"]
    rear = ["number.lounge_surround_level", "number.lounge_audio_delay_left_rear"]

    def there(entities: list[str]) -> bool:
        return all(hass.states.get(entity) for entity in entities)

    def gone(entities: list[str]) -> bool:
        return not any(entity_registry.async_get(entity) for entity in entities)

    await until(hass, lambda: there(sub + rear))
    await in_house(hass, remote.separate, "Lounge")
    await until(hass, lambda: gone(sub + rear))
    assert there(["switch.lounge_night_sound", "number.lounge_audio_delay"])
    # A plain speaker can have the Sub as well, and it works there at once.
    gain = "number.kitchen_sub_gain"
    assert gone([gain])
    await in_house(hass, remote.bond_sub, "Kitchen", "Sub")
    await until(hass, lambda: there([gain]))
    await set_to(hass, gain, 6)
    await shows(hass, gain, state="6")
    assert (await truth_of(hass, remote, "Kitchen"))["eq"]["SubGain"] == 6
    await in_house(hass, remote.separate, "Kitchen")
    await until(hass, lambda: gone([gain]))
    await in_house(hass, remote.bond_sub, "Lounge", "Sub")
    await until(hass, lambda: there(sub))
    assert gone(rear)
    await in_house(hass, remote.bond_surrounds, "Lounge", "Left", "Right")
    await until(hass, lambda: there(sub + rear))


@pytest.mark.parity("beyond: Trueplay")
@pytest.mark.usefixtures("entry")
async def test_trueplay_is_there_once_a_room_was_tuned(hass: HomeAssistant, remote: Remote) -> None:
    """It can be switched then, and goes when the tuning is lost."""
    assert hass.states.get(TRUEPLAY) is None
    await in_house(hass, remote.set_trueplay, "Kitchen", True)
    await until(hass, lambda: hass.states.get(TRUEPLAY))
    await shows(hass, TRUEPLAY, state="on")
    await set_to(hass, TRUEPLAY, False)
    await shows(hass, TRUEPLAY, state="off")
    truth = await truth_of(hass, remote, "Kitchen")
    assert truth["trueplay"] == {"available": True, "enabled": False}
    await in_house(hass, remote.set_trueplay, "Kitchen", False, False)
    await until(hass, lambda: hass.states.get(TRUEPLAY) is None)


@pytest.mark.parity("beyond: fixed line-out")
@pytest.mark.usefixtures("all_entities", "entry")
async def test_nothing_of_the_sound_works_while_the_output_is_fixed(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Save that it can be as before again, and what belongs to the group."""
    await shows(hass, FIXED, state="off")
    await set_to(hass, FIXED, True)
    await shows(hass, FIXED, state="on")
    silent = ["number.office_bass", "number.office_balance", "switch.office_loudness",
              "switch.office_night_sound", "button.office_reset_sound"]  # fmt: skip
    assert {shown(hass, entity, "state") for entity in silent} == {"unavailable"}
    assert shown(hass, "switch.office_crossfade", "state") == "off"
    assert (await truth_of(hass, remote, "Office"))["fixed"] is True
    await set_to(hass, FIXED, False)
    await shows(hass, "number.office_bass", state="0")
    assert hass.states.get("switch.kitchen_fixed_line_out") is None


@pytest.mark.usefixtures("entry")
async def test_crossfade_is_that_of_the_group(hass: HomeAssistant, remote: Remote) -> None:
    """Each of its rooms shows it, and can switch it."""
    kitchen, bath = "switch.kitchen_crossfade", "switch.bath_crossfade"
    await shows(hass, bath, state="off")
    await in_house(hass, remote.set_crossfade, "Kitchen", True)
    await in_house(hass, remote.group, "Bath", "Kitchen")
    await shows(hass, bath, state="on")
    await set_to(hass, bath, False)
    await shows(hass, kitchen, state="off")
    await shows(hass, bath, state="off")
    assert (await truth_of(hass, remote, "Kitchen"))["crossfade"] is False


@pytest.mark.usefixtures("entry")
async def test_what_a_speaker_declines_stays_as_it_is(hass: HomeAssistant, remote: Remote) -> None:
    """The error names the room; a number out of range is refused by the entity's name."""
    gain = "number.lounge_sub_gain"
    await shows(hass, gain, state="0")
    await in_house(hass, remote.fail_action, "Lounge", "SetEQ", 402)
    with pytest.raises(HomeAssistantError, match="Lounge"):
        await set_to(hass, gain, 3)
    assert shown(hass, gain, "state") == "0"
    with pytest.raises(ServiceValidationError, match=gain):
        await set_to(hass, gain, 16)
    assert (await truth_of(hass, remote, "Lounge"))["eq"]["SubGain"] == 0


@pytest.mark.parity("beyond: reset of the equaliser")
@pytest.mark.usefixtures("all_entities", "entry")
async def test_sound_is_reset_in_all_that_a_room_has(hass: HomeAssistant, remote: Remote) -> None:
    """What it declines is named, and everything else is reset all the same."""
    await shows(hass, "number.lounge_sub_gain", state="0")
    await in_house(hass, remote.set_tone, "Lounge", "bass", 5)
    await in_house(hass, remote.set_balance, "Lounge", 50, 100)
    for eq_type, value in (("SubGain", 9), ("SurroundLevel", 3), ("NightMode", 1)):
        await in_house(hass, remote.set_eq, "Lounge", eq_type, value)
    await shows(hass, "switch.lounge_night_sound", state="on")
    await act(hass, "button.press", "button.lounge_reset_sound")
    await shows(hass, "number.lounge_sub_gain", state="0")
    await shows(hass, "number.lounge_balance", state="0")
    truth = await truth_of(hass, remote, "Lounge")
    assert (truth["bass"], truth["eq"]["SurroundLevel"], truth["eq"]["NightMode"]) == (0, 0, 0)
    await in_house(hass, remote.set_tone, "Lounge", "bass", 5)
    await in_house(hass, remote.fail_action, "Lounge", "ResetExtEQ", 402)
    with pytest.raises(HomeAssistantError, match="Lounge declined to change Audio delay"):
        await act(hass, "button.press", "button.lounge_reset_sound")
    assert (await truth_of(hass, remote, "Lounge"))["bass"] == 0
