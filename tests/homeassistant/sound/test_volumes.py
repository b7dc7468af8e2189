"""Volumes of groups, volumes that glide, and volumes that must not be exceeded."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    OFFICE,
    ROOMS,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import (
    OURS,
    all_known,
    complaints,
    eventually,
    make_entry,
    until,
)

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

SET = "SOAP RenderingControl.SetVolume"
SET_GROUP = "SOAP GroupRenderingControl.SetGroupVolume"
CHANGE_GROUP = "SOAP GroupRenderingControl.SetRelativeGroupVolume"

#: It rings at a volume of 20.
ALARM_IN_THE_KITCHEN = 15


@pytest.fixture
def house(standing_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Share one house; its rooms are alone and can be changed again afterwards."""
    yield standing_house
    remote = standing_house.remote
    remote.heal()
    remote.fix_output("Office", False)
    for room in standing_house.addresses:
        remote.ungroup(room)
        remote.play_uri(room, "")
        remote.set_mute(room, False)
        remote.set_volume(room, 20)


@pytest.fixture
async def grouped(hass: HomeAssistant, remote: Remote, entry: MockConfigEntry) -> None:
    """Let bathroom and office play along with the kitchen, each at its own volume."""
    for room, volume in (("Kitchen", 20), ("Bathroom", 40), ("Office", 60)):
        await in_house(hass, remote.set_volume, room, volume)
        if room != "Kitchen":
            await in_house(hass, remote.group, room, "Kitchen")
    await shows(hass, OFFICE, group_members=[KITCHEN, BATHROOM, OFFICE], volume_level=0.6)
    await shows(hass, KITCHEN, volume_level=0.2, group_volume=0.4, group_muted=False)


@pytest.fixture
def loudest(hass: HomeAssistant) -> Iterator[dict[str, float]]:
    """Note how loud rooms have ever been."""
    noted: dict[str, float] = {}

    @callback
    def changed(event: Event[Any]) -> None:
        entity_id, state = event.data["entity_id"], event.data["new_state"]
        volume = state.attributes.get("volume_level") if state else None
        if volume is not None:
            noted[entity_id] = max(volume, noted.get(entity_id, 0))

    end = hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    yield noted
    end()


async def counted(hass: HomeAssistant, remote: Remote, kind: str) -> int:
    """Return how many requests of a kind all speakers have received."""
    requests = await in_house(hass, remote.requests)
    return sum(counts.get(kind, 0) for counts in requests.values())


async def corrected(hass: HomeAssistant, remote: Remote, times: int) -> None:
    """Wait until rooms have been told so often to be quieter, since requests are counted."""
    await eventually(lambda: counted(hass, remote, SET), lambda count: count == times)


async def show_volumes(hass: HomeAssistant, **volumes: float) -> None:
    """Wait until rooms show these volumes."""
    for room, volume in volumes.items():
        await shows(hass, f"media_player.{room}", volume_level=volume)


# Groups


@pytest.mark.parity("beyond: relative group volume")
@pytest.mark.usefixtures("grouped")
@pytest.mark.parity("beyond: group volume")
@pytest.mark.parity("beyond: group mute")
async def test_a_group_has_a_volume(hass: HomeAssistant, remote: Remote) -> None:
    """Any of the group may be told; each room is as much louder than another as it was before."""
    await in_house(hass, remote.reset_requests)
    await act(hass, "ours.set_group_volume", OFFICE, volume_level=0.6)
    await show_volumes(hass, kitchen=0.3, bathroom=0.6, office=0.9)
    await shows(hass, BATHROOM, group_volume=0.6)
    await act(hass, "ours.change_group_volume", BATHROOM, change=-0.2)
    await show_volumes(hass, kitchen=0.2, bathroom=0.4, office=0.6)
    for kind, times in ((SET_GROUP, 1), (CHANGE_GROUP, 1), (SET, 0)):
        assert await counted(hass, remote, kind) == times, kind
    await act(hass, "ours.set_group_mute", BATHROOM, is_volume_muted=True)
    for room in (KITCHEN, BATHROOM, OFFICE):
        await shows(hass, room, is_volume_muted=True, group_muted=True)
    await act(hass, "ours.set_group_mute", OFFICE, is_volume_muted=False)
    await shows(hass, KITCHEN, is_volume_muted=False, group_muted=False)
    await in_house(hass, remote.set_group_volume, "Kitchen", 20)
    await shows(hass, OFFICE, group_volume=0.2)


@pytest.mark.usefixtures("grouped")
@pytest.mark.parity("beyond: fixed output")
async def test_a_fixed_output_leaves_the_group_its_volume(
    hass: HomeAssistant, remote: Remote
) -> None:
    """It is not counted as the loudest of all, and not asked for what it declines."""
    # Its own news may come after that of the group.
    await in_house(hass, remote.fault_notify, "Office", "delay", "RenderingControl", 1, 0.5)
    await in_house(hass, remote.fix_output, "Office")
    await shows(hass, KITCHEN, group_volume=0.3)
    await act(hass, "ours.set_group_volume", OFFICE, volume_level=0.6)
    await show_volumes(hass, kitchen=0.4, bathroom=0.8, office=1)
    await shows(hass, OFFICE, group_volume=0.6)
    await act(hass, "ours.change_group_volume", OFFICE, change=-0.3)
    await show_volumes(hass, kitchen=0.2, bathroom=0.4)
    await in_house(hass, remote.refuse, "Bathroom")
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "ours.set_group_volume", KITCHEN, volume_level=0.6)
    assert caught.value.translation_placeholders
    assert caught.value.translation_placeholders["room"] == "Bathroom"
    await show_volumes(hass, kitchen=0.4)
    await in_house(hass, remote.ungroup, "Office")
    await shows(hass, OFFICE, group_members=[OFFICE])
    for name, data in (
        ("ours.set_group_volume", {"volume_level": 0.1}),
        ("ours.change_group_volume", {"change": 0.1}),
        ("ours.ramp_volume", {"volume_level": 0.1}),
        ("volume_set", {"volume_level": 0.1}),
        ("volume_down", {}),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, name, OFFICE, **data)
        assert refused.value.translation_key == "volume_fixed"


@pytest.mark.usefixtures("entry")
@pytest.mark.parity("beyond: ramp")
async def test_a_volume_glides(hass: HomeAssistant, remote: Remote) -> None:
    """From where it is, or from silence."""
    await in_house(hass, remote.set_volume, "Kitchen", 20)
    await shows(hass, KITCHEN, volume_level=0.2)
    passed: set[float] = set()

    @callback
    def changed(event: Event[Any]) -> None:
        # What else the room shows may come to be known meanwhile.
        before, now = (event.data[f"{which}_state"] for which in ("old", "new"))
        volume = now.attributes.get("volume_level")
        is_new = volume != before.attributes.get("volume_level")
        if event.data["entity_id"] == KITCHEN and is_new:
            passed.add(volume)

    end = hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    await act(hass, "ours.ramp_volume", KITCHEN, volume_level=0.18, ramp_type="sleep_timer")
    await shows(hass, KITCHEN, volume_level=0.18)
    # Anything else that is written meanwhile still tells where it began.
    assert passed - {0.2} == {0.19, 0.18}
    await act(hass, "ours.ramp_volume", KITCHEN, volume_level=0.3)
    await shows(hass, KITCHEN, volume_level=0.3)
    assert len(passed) > 4
    end()


# Limits


@pytest.mark.usefixtures("grouped")
@pytest.mark.parity("beyond: volume limit")
async def test_a_limit_holds_whoever_raises_the_volume(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """The knob, the slider of the group, an alarm: each is put right once."""
    await act(hass, "ours.set_volume_limit", [BATHROOM, OFFICE], volume_level=0.3)
    await shows(hass, BATHROOM, volume_level=0.3, volume_limit=0.3)
    await show_volumes(hass, office=0.3)
    assert shown(hass, KITCHEN, "volume_limit") is None
    with pytest.raises(vol.Invalid, match="value must be at most 1"):
        await act(hass, "ours.set_volume_limit", KITCHEN, volume_level=30)
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.set_volume, "Bathroom", 50)
    await corrected(hass, remote, 1)
    await show_volumes(hass, bathroom=0.3)
    await in_house(hass, remote.set_volume, "Bathroom", 80)
    await corrected(hass, remote, 2)
    await show_volumes(hass, bathroom=0.3)
    await in_house(hass, remote.set_group_volume, "Kitchen", 90)
    await corrected(hass, remote, 4)
    await show_volumes(hass, bathroom=0.3, office=0.3)
    await act(hass, "ours.set_volume_limit", KITCHEN, volume_level=0.1)
    await show_volumes(hass, kitchen=0.1)
    await in_house(hass, remote.ring_alarm, ALARM_IN_THE_KITCHEN)
    await corrected(hass, remote, 6)
    await show_volumes(hass, kitchen=0.1)
    # What is below may change as it likes.
    await in_house(hass, remote.set_volume, "Bathroom", 10)
    await show_volumes(hass, kitchen=0.1, bathroom=0.1, office=0.3)
    assert await counted(hass, remote, SET) == 6
    await act(hass, "ours.set_volume_limit", [BATHROOM, OFFICE])
    assert shown(hass, BATHROOM, "volume_limit") is None
    await in_house(hass, remote.set_volume, "Bathroom", 70)
    await show_volumes(hass, bathroom=0.7)
    assert not complaints(caplog)


@pytest.mark.usefixtures("grouped")
@pytest.mark.parity("beyond: volume limit")
async def test_no_command_exceeds_a_limit(
    hass: HomeAssistant, remote: Remote, loudest: dict[str, float]
) -> None:
    """A room is not loud for a moment either."""
    await act(hass, "ours.set_volume_limit", BATHROOM, volume_level=0.41)
    await act(hass, "volume_set", BATHROOM, volume_level=0.9)
    await show_volumes(hass, bathroom=0.41)
    await act(hass, "volume_set", BATHROOM, volume_level=0.4)
    await show_volumes(hass, bathroom=0.4)
    await act(hass, "volume_up", BATHROOM)
    await show_volumes(hass, bathroom=0.41)
    await act(hass, "volume_up", BATHROOM)
    await act(hass, "ours.set_group_volume", KITCHEN, volume_level=0.6)
    await show_volumes(hass, kitchen=0.3, bathroom=0.41, office=0.89)
    await act(hass, "ours.change_group_volume", KITCHEN, change=0.2)
    await show_volumes(hass, bathroom=0.41, office=1)
    await act(hass, "volume_set", BATHROOM, volume_level=0.1)
    await show_volumes(hass, bathroom=0.1)
    await act(hass, "ours.ramp_volume", BATHROOM, volume_level=0.9)
    await show_volumes(hass, bathroom=0.41)
    await act(hass, "volume_down", BATHROOM)
    await show_volumes(hass, bathroom=0.39)
    assert loudest[BATHROOM] == 0.41


@pytest.mark.usefixtures("entry")
async def test_a_volume_that_is_raised_while_it_is_put_right(
    hass: HomeAssistant, remote: Remote
) -> None:
    """A speaker is slow to answer, and somebody goes on turning the knob."""
    await act(hass, "ours.set_volume_limit", BATHROOM, volume_level=0.3)
    await in_house(hass, remote.set_latency, "Bathroom", 0.6)
    await in_house(hass, remote.reset_requests)
    for loud in (50, 60):
        await in_house(hass, remote.set_volume, "Bathroom", loud)
        await show_volumes(hass, bathroom=loud / 100)
    await show_volumes(hass, bathroom=0.3)
    assert await counted(hass, remote, SET) <= 2


@pytest.mark.usefixtures("entry")
async def test_a_limit_that_cannot_be_held_is_logged(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """And held as soon as the volume changes again; a fixed output is left alone."""
    await act(hass, "ours.set_volume_limit", [OFFICE, BATHROOM], volume_level=0.3)
    await in_house(hass, remote.fail_action, "Bathroom", "SetVolume", 501)
    await in_house(hass, remote.fix_output, "Office")
    await in_house(hass, remote.set_volume, "Bathroom", 55)
    await until(hass, lambda: complaints(caplog))
    await show_volumes(hass, bathroom=0.55, office=1)
    await in_house(hass, remote.set_volume, "Bathroom", 56)
    await show_volumes(hass, bathroom=0.3)
    assert len(complaints(caplog)) == 1
    assert "Bathroom is louder than it may be" in complaints(caplog)[0]


async def test_limits_are_kept_until_the_entry_is_removed(
    hass: HomeAssistant,
    house: SimulatorProcess,
    remote: Remote,
    hass_storage: dict[str, Any],
) -> None:
    """What became too loud meanwhile is put right at the next start."""
    entry = await make_entry(hass, house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    await act(hass, "ours.set_volume_limit", KITCHEN, volume_level=0.25)
    await shows(hass, KITCHEN, volume_limit=0.25)
    key = f"sonos_twisted.{entry.entry_id}.volume_limits"
    uids = [speaker.uid for speaker in entry.runtime_data.household.rooms]
    limits = hass_storage[key]["data"]["limits"]
    assert list(limits.values()) == [25]
    assert set(limits) < set(uids)
    assert hass_storage[key]["version"] == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    await in_house(hass, remote.set_volume, "Kitchen", 90)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    await shows(hass, KITCHEN, volume_level=0.25, volume_limit=0.25)
    await hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage
    assert not [room for room in ROOMS if hass.states.get(room)]


async def test_a_room_with_another_name_keeps_the_limit_of_the_settings(
    hass: HomeAssistant, house: SimulatorProcess, remote: Remote
) -> None:
    """Also when it was renamed while Home Assistant did not listen."""
    limits = {"office": 40, "Kitchen": 30}
    entry = await make_entry(hass, house.addresses["Kitchen"], volume_limits=limits)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    await in_house(hass, remote.rename, "Office", "Study")
    await until(hass, lambda: entry.options["volume_limits"] == {"Kitchen": 30, "Study": 40})
    await in_house(hass, remote.set_volume, "Study", 90)
    await shows(hass, OFFICE, volume_level=0.4, volume_limit=0.4)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await in_house(hass, remote.rename, "Study", "Office")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    assert entry.options["volume_limits"] == {"Kitchen": 30, "Office": 40}
    await shows(hass, OFFICE, volume_limit=0.4)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_names_that_rooms_share_and_names_in_yaml(
    hass: HomeAssistant, house: SimulatorProcess
) -> None:
    """The lower limit counts of two that come together, and YAML is not rewritten."""
    limits = {"Office": 40, "bathroom": 20, "Attic": 10}
    entry = await make_entry(hass, house.addresses["Kitchen"], volume_limits=limits)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    follow = entry.runtime_data.volume_limits.follow
    rooms = {room.name: room for room in entry.runtime_data.household.rooms}
    follow(rooms["Kitchen"], "Cellar")
    with patch(f"{OURS}.sound.volume_limits.async_set_in_yaml", return_value={"volume_limits"}):
        follow(rooms["Kitchen"], "Attic")
    assert entry.options["volume_limits"] == limits
    follow(rooms["Bathroom"], "office")
    assert entry.options["volume_limits"] == {"Office": 40, "Attic": 10, "Bathroom": 20}
    follow(rooms["Bathroom"], "Attic")
    assert entry.options["volume_limits"] == {"Office": 40, "Bathroom": 10}
    await hass.config_entries.async_unload(entry.entry_id)
