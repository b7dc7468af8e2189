"""Sound modes: how rooms sound, kept under names."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from homeassistant.components.media_player import MediaPlayerEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import KITCHEN, OFFICE, act, in_house, shown, shows
from tests.homeassistant.conftest import all_known, until
from tests.homeassistant.entities.parlour import parlour, tidy, truth_of

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

BATH = "media_player.bath"
DEN = "media_player.den"
LOUNGE = "media_player.lounge"
ROOMS = [KITCHEN, BATH, LOUNGE, DEN, "media_player.loft", OFFICE]

pytestmark = pytest.mark.parity("beyond: sound modes")


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    yield from parlour(22)


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Share one house, in which all sounds as in the beginning."""
    tidy(_house.remote)
    yield _house
    _house.remote.heal()


def can_select(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether a room offers sound modes."""
    features = MediaPlayerEntityFeature(shown(hass, entity_id, "supported_features"))
    return MediaPlayerEntityFeature.SELECT_SOUND_MODE in features


async def test_how_a_room_sounds_can_be_had_again(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """In that room and in others, in all but the volume, also after a restart."""
    assert not any(can_select(hass, room) for room in ROOMS)
    await in_house(hass, remote.set_tone, "Kitchen", "bass", 6)
    await in_house(hass, remote.set_balance, "Kitchen", 100, 50)
    await in_house(hass, remote.set_volume, "Kitchen", 33)
    await shows(hass, KITCHEN, volume_level=0.33)
    await act(hass, "ours.save_sound_mode", KITCHEN, name=" party ")
    assert all(can_select(hass, room) for room in ROOMS)
    await shows(hass, KITCHEN, sound_mode="party", sound_mode_list=["party"])
    await shows(hass, BATH, sound_mode=None, sound_mode_list=["party"])
    await in_house(hass, remote.set_tone, "Kitchen", "bass", 5)
    await shows(hass, KITCHEN, sound_mode=None)
    await act(hass, "ours.save_sound_mode", KITCHEN, name="Calm")
    await shows(hass, KITCHEN, sound_mode="Calm", sound_mode_list=["Calm", "party"])
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    await shows(hass, KITCHEN, sound_mode="Calm", sound_mode_list=["Calm", "party"])
    volume = (await truth_of(hass, remote, "Bath"))["volume"]
    await in_house(hass, remote.reset_requests)
    await act(hass, "select_sound_mode", [BATH, LOUNGE], sound_mode="party")
    await shows(hass, BATH, sound_mode="party")
    await shows(hass, LOUNGE, sound_mode="party")
    truth = await truth_of(hass, remote, "Bath")
    assert (truth["bass"], truth["balance"], truth["volume"]) == (6, [100, 50], volume)
    # Nothing is sent that is so already.
    sent = (await in_house(hass, remote.requests))[truth["uid"]]
    assert sent["SOAP RenderingControl.SetBass"] == 1
    assert "SOAP RenderingControl.SetTreble" not in sent
    await act(hass, "ours.delete_sound_mode", KITCHEN, name="party")
    await shows(hass, BATH, sound_mode=None, sound_mode_list=["Calm"])
    await act(hass, "ours.delete_sound_mode", KITCHEN, name="Calm")
    assert not any(can_select(hass, room) for room in ROOMS)


@pytest.mark.usefixtures("entry")
async def test_each_room_takes_what_it_has_of_a_mode(hass: HomeAssistant, remote: Remote) -> None:
    """And shows what it has not. Of two modes that fit, it shows the one that was selected."""
    await in_house(hass, remote.set_tone, "Lounge", "treble", 2)
    for eq_type, value in (("DialogLevel", 1), ("SubGain", 7), ("SurroundLevel", -4)):
        await in_house(hass, remote.set_eq, "Lounge", eq_type, value)
    await shows(hass, "number.lounge_surround_level", state="-4")
    await act(hass, "ours.save_sound_mode", LOUNGE, name="Cinema")
    await act(hass, "select_sound_mode", [BATH, DEN, OFFICE], sound_mode="Cinema")
    await shows(hass, LOUNGE, sound_mode="Cinema", sound_mode_left_out=None)
    await shows(hass, DEN, sound_mode="Cinema")
    await shows(hass, OFFICE, sound_mode="Cinema")
    bath, den, office = [await truth_of(hass, remote, room) for room in ("Bath", "Den", "Office")]
    assert (bath["treble"], den["treble"], office["treble"]) == (2, 2, 2)
    assert (den["eq"]["SpeechEnhanceEnabled"], den["eq"]["DialogLevel"]) == (1, 1)
    assert (office["eq"]["SubGain"], office["eq"]["DialogLevel"]) == (7, 1)
    await shows(hass, BATH, sound_mode="Cinema")
    left_out = shown(hass, DEN, "sound_mode_left_out")
    assert {"sub_gain", "surround_level", "audio_delay_left_rear"} <= set(left_out)
    assert {"dialog_level", "treble", "night_mode"}.isdisjoint(left_out)
    await act(hass, "ours.save_sound_mode", BATH, name="Bright")
    await shows(hass, BATH, sound_mode="Bright", sound_mode_left_out=None)
    await shows(hass, LOUNGE, sound_mode="Cinema")
    await act(hass, "select_sound_mode", [BATH, LOUNGE], sound_mode="Bright")
    await shows(hass, LOUNGE, sound_mode="Bright")
    await act(hass, "select_sound_mode", BATH, sound_mode="Cinema")
    await shows(hass, BATH, sound_mode="Cinema")


@pytest.mark.usefixtures("entry")
async def test_levels_of_speech_are_a_switch_to_others(hass: HomeAssistant, remote: Remote) -> None:
    """A soundbar that only knows on and off is not asked for level 4."""
    await in_house(hass, remote.set_eq, "Den", "DialogLevel", 4)
    await in_house(hass, remote.set_eq, "Den", "SpeechEnhanceEnabled", 1)
    await shows(hass, "select.den_speech_enhancement", state="max")
    await act(hass, "ours.save_sound_mode", DEN, name="News")
    await act(hass, "select_sound_mode", LOUNGE, sound_mode="News")
    await shows(hass, LOUNGE, sound_mode="News")
    assert (await truth_of(hass, remote, "Lounge"))["eq"]["DialogLevel"] == 1


@pytest.mark.usefixtures("entry")
async def test_what_a_room_declines_is_named(hass: HomeAssistant, remote: Remote) -> None:
    """All else is set all the same."""
    await in_house(hass, remote.set_tone, "Kitchen", "bass", 6)
    await in_house(hass, remote.set_tone, "Kitchen", "treble", 6)
    await shows(hass, "number.kitchen_treble", state="6")
    await act(hass, "ours.save_sound_mode", KITCHEN, name="Party")
    await in_house(hass, remote.fail_action, "Bath", "SetBass", 402)
    with pytest.raises(HomeAssistantError, match="Bath declined to change Bass;"):
        await act(hass, "select_sound_mode", BATH, sound_mode="Party")
    assert (await truth_of(hass, remote, "Bath"))["treble"] == 6
    await shows(hass, BATH, sound_mode=None)


@pytest.mark.usefixtures("entry")
async def test_what_makes_no_sense_is_refused(hass: HomeAssistant, remote: Remote) -> None:
    """A mode that is not there, and rooms whose output is fixed."""
    with pytest.raises(ServiceValidationError, match="no sound mode Party"):
        await act(hass, "ours.delete_sound_mode", KITCHEN, name="Party")
    await act(hass, "ours.save_sound_mode", KITCHEN, name="Party")
    await shows(hass, OFFICE, sound_mode="Party")
    with pytest.raises(ServiceValidationError, match="no sound mode Calm"):
        await act(hass, "select_sound_mode", KITCHEN, sound_mode="Calm")
    await in_house(hass, remote.fix_output, "Office", True)
    await until(hass, lambda: not can_select(hass, OFFICE))
    assert shown(hass, OFFICE, "sound_mode") is None
    with pytest.raises(ServiceValidationError, match="output of Office is fixed"):
        await act(hass, "ours.save_sound_mode", OFFICE, name="Line")
    with pytest.raises(HomeAssistantError, match="does not support"):
        await act(hass, "select_sound_mode", OFFICE, sound_mode="Party")
