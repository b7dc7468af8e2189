"""Speakers that decline what somebody changes by an entity, of each platform."""

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.homeassistant.actions import act, in_house, shown
from tests.homeassistant.conftest import until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("all_entities", "standing_coordinator")


class Refusal(NamedTuple):
    """What is done, which UPnP action the speaker declines then, and the words for it."""

    entity: str
    action: str
    data: dict[str, Any]
    upnp_action: str
    task: str

    @property
    def room(self) -> str:
        """The room's name."""
        name = self.entity.partition(".")[2]
        return "Living Room" if name.startswith("living") else name.partition("_")[0].title()


def number(entity: str, value: int, upnp_action: str, task: str) -> Refusal:
    """Describe a number that is set."""
    return Refusal(f"number.{entity}", "number.set_value", {"value": value}, upnp_action, task)


def switch(entity: str, upnp_action: str, task: str) -> Refusal:
    """Describe a switch that is toggled."""
    return Refusal(f"switch.{entity}", "switch.toggle", {}, upnp_action, task)


def text(entity: str, upnp_action: str, task: str) -> Refusal:
    """Describe a text that is written."""
    return Refusal(f"text.{entity}", "text.set_value", {"value": "Any"}, upnp_action, task)


REFUSALS = [
    number("kitchen_bass", 7, "SetBass", "set the bass"),
    number("kitchen_treble", 7, "SetTreble", "set the treble"),
    number("kitchen_balance", 7, "SetVolume", "set the volume"),
    number("kitchen_group_volume", 3, "SetGroupVolume", "set the volume of the group"),
    number("kitchen_sleep_timer", 7, "ConfigureSleepTimer", "set the sleep timer"),
    number("living_room_sub_gain", 7, "SetEQ", "change its sound"),
    number("living_room_tv_autoplay_volume", 7, "SetAutoplayVolume", "change TV autoplay"),
    number("office_line_in_level", 7, "SetLineInLevel", "set the level of the line-in"),
    switch("kitchen_crossfade", "SetCrossfadeMode", "set crossfade"),
    switch("kitchen_group_mute", "SetGroupMute", "mute the group"),
    switch("kitchen_loudness", "SetLoudness", "switch loudness"),
    switch("kitchen_status_light", "SetLEDState", "switch the status light"),
    switch("kitchen_touch_controls", "SetButtonLockState", "switch the touch controls"),
    switch("living_room_night_sound", "SetEQ", "change its sound"),
    switch("living_room_tv_autoplay", "SetAutoplayRoomUUID", "change TV autoplay"),
    switch("living_room_ungroup_on_autoplay", "SetAutoplayLinkedZones", "change TV autoplay"),
    switch("living_room_use_tv_autoplay_volume", "SetUseAutoplayVolume", "change TV autoplay"),
    switch("office_fixed_line_out", "SetOutputFixed", "fix the volume of the line-out"),
    text("kitchen_room_name", "SetZoneAttributes", "rename the room"),
    text("office_line_in_name", "SetAudioInputAttributes", "rename the line-in"),
    Refusal("select.kitchen_favorite", "select.select_option", {}, "SetAVTransportURI", "play"),
    Refusal("button.kitchen_reset_sound", "button.press", {}, "ResetBasicEQ", "reset its sound"),
]


#: Of AVTransport, 800 is what is said during a regroup, and asked again.
_ASKED_AGAIN = {"ConfigureSleepTimer", "SetAVTransportURI", "SetCrossfadeMode"}

PLATFORMS = sorted({each.entity.partition(".")[0] for each in REFUSALS})


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_declined_changes_change_nothing(
    hass: HomeAssistant, standing_house: SimulatorProcess, platform: str
) -> None:
    """The errors name the room, what it could not do, and the code; the states stay."""
    refusals = [each for each in REFUSALS if each.entity.startswith(f"{platform}.")]
    for refusal, code in zip(refusals, itertools.cycle((402, 800)), strict=False):
        is_asked_again = refusal.upnp_action in _ASKED_AGAIN
        await decline(hass, standing_house.remote, refusal, 402 if is_asked_again else code)


async def decline(hass: HomeAssistant, remote: Remote, refusal: Refusal, code: int) -> None:
    """Let a speaker decline a change with a code."""
    entity, data = refusal.entity, dict(refusal.data)
    await until(hass, lambda: hass.states.get(entity))
    if not entity.startswith(("button.", "select.")):
        await until(hass, lambda: shown(hass, entity, "state") not in {"unknown", "unavailable"})
    if entity.startswith("select."):
        data["option"] = "BBC Radio 3"
        await until(hass, lambda: data["option"] in shown(hass, entity, "options"))
    before = shown(hass, entity, "state")
    await in_house(hass, remote.fail_action, refusal.room, refusal.upnp_action, code)
    with pytest.raises(HomeAssistantError) as raised:
        await act(hass, refusal.action, entity, **data)
    message = str(raised.value)
    assert message.startswith(f"{refusal.room} could not {refusal.task}")
    assert f"error {code}" in message
    await hass.async_block_till_done()
    if not entity.startswith("button."):  # Home Assistant notes when it was pressed
        assert shown(hass, entity, "state") == before, entity
