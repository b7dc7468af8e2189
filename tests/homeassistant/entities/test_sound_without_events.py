"""How rooms sound where events do not arrive: asked in turn, and read back when it is changed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from tests.homeassistant.actions import KITCHEN, act, in_house, shown, shows
from tests.homeassistant.conftest import OURS, all_known, make_entry, until

from .parlour import parlour, tidy, truth_of
from .test_sound import SETTINGS, set_to

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

LEVEL = "select.den_speech_enhancement"
FIXED = "switch.office_fixed_line_out"
TRUEPLAY = "switch.bath_trueplay"


@pytest.fixture
def house(loopback: None) -> Iterator[SimulatorProcess]:
    """Run a house; the bath was tuned by Trueplay."""
    for house in parlour(23):
        tidy(house.remote)
        house.remote.set_trueplay("Bath", True)
        yield house


@pytest.fixture
async def unheard(
    hass: HomeAssistant, all_entities: None, house: SimulatorProcess
) -> AsyncIterator[MockConfigEntry]:
    """Set the house up with an address that events cannot reach; rounds are quick at first."""
    kitchen = house.addresses["Kitchen"]
    entry = await make_entry(hass, kitchen, advertise_port=9, advertise_address="127.0.0.1")
    with (
        patch(f"{OURS}.engine.lease.INITIAL_EVENT_SECONDS", 0.3),
        patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 0.2),
        patch(f"{OURS}.engine.polling.MEMBER_SECONDS", 0.2),
    ):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: all_known(hass))
        entities = [setting.entity for setting in SETTINGS]
        wanted = [*entities, LEVEL, FIXED, TRUEPLAY]
        await until(
            hass,
            lambda: all(hass.states.get(each) for each in wanted),
            lambda: str([each for each in wanted if not hass.states.get(each)]),
            30.0,
        )
        yield entry
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parity("beyond: sound without events")
async def test_sound_is_known_and_read_back(
    hass: HomeAssistant, unheard: MockConfigEntry, remote: Remote
) -> None:
    """By asking for one setting after the other; what was set here is asked for at once."""
    # Members of groups are asked, too.
    await in_house(hass, remote.group, "Bath", "Kitchen")
    for setting in SETTINGS:
        name, *arguments = setting.by_hand
        await in_house(hass, getattr(remote, name), setting.room, *arguments)
    expected = {setting.entity: setting.seen for setting in SETTINGS}

    def seen() -> dict[str, str]:
        return {each: shown(hass, each, "state") for each in expected}

    await until(hass, lambda: seen() == expected, seen, 60.0)
    assert hass.states.get("switch.kitchen_night_sound") is None
    assert hass.states.get("number.kitchen_sub_gain") is None
    assert hass.states.get("select.lounge_speech_enhancement") is None
    assert hass.states.get("switch.kitchen_trueplay") is None

    with (
        patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 3600.0),
        patch(f"{OURS}.engine.polling.MEMBER_SECONDS", 3600.0),
    ):
        # Rounds that are planned already are over after this.
        await asyncio.sleep(1.0)
        for setting in SETTINGS:
            await set_to(hass, setting.entity, setting.value)
            state = shown(hass, setting.entity, "state")
            assert state in {str(setting.value), "on" if setting.value else "off"}, setting.entity
        await set_to(hass, LEVEL, "max")
        assert shown(hass, LEVEL, "state") == "max"
        await set_to(hass, TRUEPLAY, False)
        assert shown(hass, TRUEPLAY, "state") == "off"
        await in_house(hass, remote.set_tone, "Kitchen", "bass", 8)
        await act(hass, "ours.save_sound_mode", KITCHEN, name="Party")
        assert shown(hass, KITCHEN, "sound_mode") == "Party"
        await in_house(hass, remote.set_tone, "Kitchen", "bass", 1)
        await act(hass, "select_sound_mode", KITCHEN, sound_mode="Party")
        assert (await truth_of(hass, remote, "Kitchen"))["bass"] == 8
        assert shown(hass, "number.kitchen_bass", "state") == "8"
        await act(hass, "button.press", "button.kitchen_reset_sound")
        assert shown(hass, "number.kitchen_bass", "state") == "0"
        await set_to(hass, FIXED, True)
        assert shown(hass, "number.office_bass", "state") == "unavailable"
        await set_to(hass, FIXED, False)
        await shows(hass, FIXED, state="off")
