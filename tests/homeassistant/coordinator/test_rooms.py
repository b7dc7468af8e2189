"""Rooms come, go, move, and cannot be reached for a while."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import BATHROOM, KITCHEN, OFFICE, in_house
from tests.homeassistant.conftest import (
    OURS,
    all_known,
    complaints,
    make_entry,
    until,
)
from tests.simulator.process import SimulatorProcess

from .steps import quiet, shown, shows, told, turn_the_knob

if TYPE_CHECKING:
    from tests.simulator.control import Remote


async def test_room_that_appears_becomes_an_entity(
    hass: HomeAssistant, house: SimulatorProcess, device_registry: dr.DeviceRegistry
) -> None:
    """A speaker that had no power when Home Assistant started needs no reload."""
    remote = house.remote
    await in_house(hass, remote.unplug, "Bathroom")
    entry = await make_entry(hass, house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: shown(hass, KITCHEN, "volume_level") is not None)
    assert hass.states.get(BATHROOM) is None
    held = await sids(hass, remote)
    await in_house(hass, remote.plug_in, "Bathroom")
    await until(hass, lambda: shown(hass, BATHROOM, "volume_level") is not None)
    await turn_the_knob(hass, remote, BATHROOM, 9)
    assert await sids(hass, remote) >= held
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert set(house.addresses) <= {device.name for device in devices}


async def sids(hass: HomeAssistant, remote: Remote) -> set[str]:
    """Return the names of all leases that are held in the house."""
    held = await in_house(hass, remote.leases)
    return {lease["sid"] for leases in held.values() for lease in leases}


@pytest.mark.usefixtures("entry")
async def test_room_that_leaves_is_unavailable_until_it_is_back(
    hass: HomeAssistant,
    remote: Remote,
    house: SimulatorProcess,
    writes: Counter[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others notice nothing; the user reads of the departure once and of the return once."""
    await quiet(hass, remote)
    writes.clear()
    for _ in range(2):
        caplog.clear()
        await in_house(hass, remote.unplug, "Bathroom")
        await shows(hass, BATHROOM, state="unavailable")
        assert told(caplog) == ["Bathroom has left the household: powered off"]
        await turn_the_knob(hass, remote, OFFICE, 33)
        await in_house(hass, remote.plug_in, "Bathroom")
        await shows(hass, BATHROOM, state="idle")
        await turn_the_knob(hass, remote, BATHROOM, 44)
        await turn_the_knob(hass, remote, OFFICE, 34)
        await quiet(hass, remote)
        assert told(caplog)[1:] == ["Bathroom is back"]
    assert writes.keys() == {BATHROOM, OFFICE}
    assert writes[OFFICE] == 4


@pytest.fixture
def watchful() -> Iterator[None]:
    """Ask speakers that are quiet after a moment rather than after minutes."""
    with (
        patch(f"{OURS}.engine.inspection.QUIET_SECONDS", 0.5),
        patch(f"{OURS}.engine.inspection.IN_FLIGHT_SECONDS", 0.2),
    ):
        yield


type Fault = Callable[[Remote], object]


@pytest.mark.parametrize(
    ("loss", "return_"),
    [
        pytest.param(
            lambda remote: remote.disconnect("Bathroom"),
            lambda remote: remote.reconnect("Bathroom"),
            id="cable pulled",
        ),
        pytest.param(
            lambda remote: remote.unplug("Bathroom", None),
            lambda remote: remote.plug_in("Bathroom"),
            id="no power, and nobody noticed",
        ),
        pytest.param(
            lambda remote: remote.refuse("Bathroom"),
            lambda remote: remote.heal("Bathroom"),
            id="refuses connections",
        ),
        pytest.param(
            lambda remote: remote.forbid("Bathroom"),
            lambda remote: remote.heal("Bathroom"),
            id="UPnP switched off",
        ),
    ],
)
@pytest.mark.usefixtures("watchful", "entry")
async def test_room_that_cannot_be_reached_is_unavailable_until_it_can(
    hass: HomeAssistant,
    remote: Remote,
    loss: Fault,
    return_: Fault,
    writes: Counter[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody says so; it is found out, and the log tells it once, with its reason."""
    await in_house(hass, loss, remote)
    await shows(hass, BATHROOM, state="unavailable")
    (line,) = told(caplog)
    assert line.startswith("Bathroom cannot be reached: ")
    await turn_the_knob(hass, remote, OFFICE, 33)
    writes.clear()
    await in_house(hass, return_, remote)
    await until(hass, lambda: shown(hass, BATHROOM) not in {"unavailable", "unknown"})
    await turn_the_knob(hass, remote, BATHROOM, 44)
    await turn_the_knob(hass, remote, BATHROOM, 45)
    assert writes.keys() == {BATHROOM}
    of_the_room = [line for line in told(caplog) if "events" not in line]
    assert of_the_room == [line, "Bathroom is back"]


@pytest.mark.parametrize(
    ("action", "data"), [("volume_set", {"volume_level": 0.3}), ("media_pause", {})]
)
@pytest.mark.usefixtures("entry")
async def test_command_to_a_room_that_is_gone_says_so(
    hass: HomeAssistant, remote: Remote, action: str, data: dict[str, Any]
) -> None:
    """The error names the room, not its address alone."""
    await in_house(hass, remote.disconnect, "Bathroom")
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            "media_player", action, {"entity_id": BATHROOM, **data}, blocking=True
        )
    assert caught.value.translation_key == "command_cannot_connect"
    assert str(caught.value).startswith(
        "Bathroom did not get the command: it cannot be reached at 127."
    )
    await in_house(hass, remote.reconnect, "Bathroom")


async def test_room_that_moves_to_another_address_is_followed(
    hass: HomeAssistant,
    house_that_changes: SimulatorProcess,
    device_registry: dr.DeviceRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The router gave it another one: same entity, same device, and the way in is remembered."""
    remote = house_that_changes.remote
    before = house_that_changes.addresses["Bathroom"]
    entry = await make_entry(hass, house_that_changes.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    address = await in_house(hass, remote.change_address, "Bathroom")
    assert address != before

    def urls() -> set[str | None]:
        devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        return {device.configuration_url for device in devices if device.name == "Bathroom"}

    await until(hass, lambda: urls() == {f"http://{address}:1400/support/review"}, urls)
    await turn_the_knob(hass, remote, BATHROOM, 9)
    await hass.services.async_call(
        "media_player", "volume_set", {"entity_id": BATHROOM, "volume_level": 0.3}, blocking=True
    )
    await shows(hass, BATHROOM, volume_level=0.3)
    assert address in entry.data["known_hosts"]
    assert before not in entry.data["known_hosts"]
    assert not complaints(caplog)
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("entry")
async def test_only_rooms_are_devices(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    house: SimulatorProcess,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Subs, surrounds and the other half of a pair are devices of theirs."""
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    (household,) = (device.id for device in devices if device.entry_type is not None)
    rooms = {device.id: device.name for device in devices if device.via_device_id == household}
    assert set(rooms.values()) == set(house.addresses)
    parts = [str(rooms[it.via_device_id]) for it in devices if it.via_device_id in rooms]
    assert sorted(parts) == ["Bedroom", "Living Room", "Living Room", "Living Room"]


@pytest.mark.usefixtures("quiet_afterwards", "entry")
async def test_room_whose_events_are_refused_is_asked_and_the_log_says_so_once(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """And once when they arrive again."""
    with patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 0.2):
        await in_house(hass, remote.set_subscribe_status, "Kitchen", 503)
        # After a reboot it knows no subscription, and grants none.
        await in_house(hass, remote.reboot, "Kitchen", 0.2)
        asked = "Kitchen is asked for its state, because its events do not arrive"
        await until(hass, lambda: asked in told(caplog), lambda: str(told(caplog)))
        await in_house(hass, remote.play_tracks, "Kitchen")
        await shows(hass, KITCHEN, state="playing", queue_position=1)
        await until(hass, lambda: shown(hass, KITCHEN, "media_position") is not None)
        await in_house(hass, remote.seek, "Kitchen", 77)
        await until(hass, lambda: 76 <= shown(hass, KITCHEN, "media_position") <= 85)
        await turn_the_knob(hass, remote, KITCHEN, 23)
        await in_house(hass, remote.heal, "Kitchen")
        again = "The events of Kitchen arrive again"
        await until(hass, lambda: again in told(caplog), lambda: str(told(caplog)))
    assert Counter(told(caplog))[asked] == Counter(told(caplog))[again] == 1
    await turn_the_knob(hass, remote, KITCHEN, 24)
