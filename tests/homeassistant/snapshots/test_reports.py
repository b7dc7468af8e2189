"""What cannot be restored, or not be known, is reported."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.snapshots import restoring
from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    OFFICE,
    PATIO,
    ROOMS,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import until

from .steps import compared, do, lively, truth

if TYPE_CHECKING:
    from tests.simulator.control import Remote


pytestmark = pytest.mark.usefixtures("entry")


async def test_a_room_that_is_gone_is_reported(hass: HomeAssistant, remote: Remote) -> None:
    """And so are those that played along with it; the others are restored."""
    await do(hass, (remote.group, "Bathroom", "Kitchen"), (remote.set_volume, "Bathroom", 17))
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], volume_level=0.17)
    await act(hass, "ours.snapshot", [KITCHEN, PATIO], name="Evening")
    await do(hass, (remote.unplug, "Kitchen"), (remote.set_volume, "Bathroom", 50))
    await until(hass, lambda: shown(hass, KITCHEN, "state") == "unavailable")
    await shows(hass, BATHROOM, volume_level=0.5)
    report = await act(hass, "ours.restore", [BATHROOM, PATIO], name="Evening")
    assert report["restored"] == [PATIO]
    assert sorted((one["room"], one["reason"][:40]) for one in report["problems"]) == [
        ("Bathroom", "Bathroom played along with a room that i"),
        ("Kitchen", "Kitchen is no room of this household any"),
    ]
    await shows(hass, BATHROOM, volume_level=0.17)


@pytest.mark.parity("beyond: restore report")
async def test_what_a_speaker_declines_is_reported(hass: HomeAssistant, remote: Remote) -> None:
    """Everything else is done nevertheless."""
    await do(hass, (remote.play_tracks, "Kitchen"), (remote.set_play_mode, "Kitchen", "SHUFFLE"))
    await do(hass, (remote.set_volume, "Kitchen", 20), (remote.set_tone, "Kitchen", "bass", 3))
    await shows(hass, KITCHEN, state="playing", shuffle=True, volume_level=0.2)
    await act(hass, "ours.snapshot", KITCHEN)
    await do(hass, (remote.set_volume, "Kitchen", 50), (remote.set_tone, "Kitchen", "bass", 0))
    await do(hass, (remote.set_play_mode, "Kitchen", "NORMAL"), (remote.pause, "Kitchen"))
    await shows(hass, KITCHEN, state="paused", shuffle=False, volume_level=0.5)
    for action in ("SetPlayMode", "SetBass"):
        await in_house(hass, remote.fail_action, "Kitchen", action, 501)
    report = await act(hass, "ours.restore", KITCHEN)
    assert report["restored"] == []
    reasons = [problem["reason"] for problem in report["problems"]]
    assert ["Kitchen could not" in reason for reason in reasons] == [True, True]
    await shows(hass, KITCHEN, state="playing", volume_level=0.2)
    # It keeps its snapshot until all of it is restored.
    report = await act(hass, "ours.restore", KITCHEN)
    assert report == {"restored": [KITCHEN], "problems": []}
    await shows(hass, KITCHEN, shuffle=True)


@pytest.mark.parity("beyond: restore verified")
async def test_the_speaker_is_asked_when_no_event_tells(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it says counts: what it did without an event, and what it did not do."""
    monkeypatch.setattr(restoring, "STEP_SECONDS", 0.2)
    before = await lively(hass, remote)
    await act(hass, "ours.snapshot", ROOMS, name="Evening")
    await do(
        hass,
        (remote.ungroup, "Bathroom"),
        (remote.group, "Patio", "Kitchen"),
        (remote.next, "Kitchen"),
        (remote.set_play_mode, "Kitchen", "NORMAL"),
        (remote.set_crossfade, "Kitchen", False),
        (remote.play_radio, "Office"),
        (remote.set_volume, "Kitchen", 50),
        (remote.set_tone, "Kitchen", "bass", 0),
        (remote.set_eq, "Living Room", "NightMode", 0),
        (remote.set_volume, "Office", 9),
        (remote.fail_action, "Office", "GetVolume", 501, 9),
    )
    await shows(hass, OFFICE, volume_level=0.09)
    await shows(hass, BATHROOM, group_members=[BATHROOM])
    await shows(hass, PATIO, group_members=[KITCHEN, PATIO])
    await shows(hass, KITCHEN, queue_position=3, repeat="off", volume_level=0.5)
    await shows(hass, OFFICE, media_title="In Concert")
    kitchen = entry.runtime_data.household.speakers[before["Kitchen"]["uid"]]
    await until(hass, lambda: kitchen.crossfade is False)
    await in_house(hass, remote.fault_notify, "*", "delay", None, 1000, 8.0)
    report = await act(hass, "ours.restore", ROOMS, name="Evening")
    after = await truth(hass, remote)
    assert compared(after) == compared(before)
    assert [problem["reason"] for problem in report["problems"]] == [
        "Office accepted the command, but this did not come back: how it sounds"
    ]


async def test_what_cannot_be_read_is_reported(hass: HomeAssistant, remote: Remote) -> None:
    """The rest is restored, and nothing is taken for true that nobody has said."""
    await do(
        hass,
        (remote.play_tracks, "Kitchen", 3),
        (remote.seek, "Kitchen", 50),
        (remote.pause, "Kitchen"),
        (remote.set_sleep_timer, "Kitchen", 3000),
        (remote.fail_action, "Kitchen", "Browse", 501, 1),
    )
    await shows(hass, KITCHEN, state="paused", queue_size=3)
    with pytest.raises(HomeAssistantError, match="Kitchen could not look this up"):
        await act(hass, "ours.snapshot", KITCHEN, with_queue=True)
    await until(hass, lambda: shown(hass, "sensor.kitchen_sleep_timer_ends", "state") != "unknown")
    await in_house(hass, remote.fail_action, "Kitchen", "GetRemainingSleepTimerDuration", 501, 1)
    await act(hass, "ours.snapshot", KITCHEN, name="Without a position")
    await act(hass, "ours.snapshot", KITCHEN, name="Evening", with_queue=True)
    await do(
        hass,
        (remote.play_radio, "Kitchen"),
        (remote.set_sleep_timer, "Kitchen", None),
        (remote.fail_action, "Kitchen", "Browse", 501, 1),
        (remote.fail_action, "Kitchen", "GetRemainingSleepTimerDuration", 501, 3),
        (remote.fail_action, "Kitchen", "GetPositionInfo", 501, 3),
    )
    await shows(hass, KITCHEN, media_title="In Concert")
    report = await act(hass, "ours.restore", KITCHEN, name="Evening")
    reasons = sorted(problem["reason"].partition(":")[0] for problem in report["problems"])
    assert reasons == [
        "Kitchen could not look this up",
        "Kitchen could not tell its position",
        "Kitchen could not tell the sleep timer",
    ]
    room = (await truth(hass, remote))["Kitchen"]
    assert (room["track_number"], room["state"], room["position"]) == (1, "STOPPED", 50)
    await in_house(hass, remote.heal)
    assert (await act(hass, "ours.restore", KITCHEN, name="Evening"))["problems"] == []
    # Only what is known is restored.
    await do(hass, (remote.seek, "Kitchen", 20))
    report = await act(hass, "ours.restore", KITCHEN, name="Without a position")
    assert report == {"restored": [KITCHEN], "problems": []}
