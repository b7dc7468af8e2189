"""Devices of speakers that are in the household no more."""

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.actions import in_house, shows
from tests.homeassistant.conftest import OURS, all_known, make_entry, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeassistant.helpers.device_registry import DeviceRegistry
    from pytest_homeassistant_custom_component.common import MockConfigEntry
    from pytest_homeassistant_custom_component.typing import WebSocketGenerator

    from custom_components.sonos_twisted.model import Household
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

PATIO = "media_player.patio"


def uid_of(entry: MockConfigEntry, name: str) -> str:
    """Return the uid of a room."""
    rooms = entry.runtime_data.household.rooms
    uid: str = next(room.uid for room in rooms if room.name == name)
    return uid


def begun_anew(entry: MockConfigEntry, before: Household) -> bool:
    """Tell whether an entry is loaded, and not as it was before."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    return entry.runtime_data.household is not before


@pytest.fixture
def device(device_registry: DeviceRegistry) -> Callable[[MockConfigEntry, str], str | None]:
    """Give what looks up the device of a speaker."""

    def look(entry: MockConfigEntry, uid: str) -> str | None:
        found = device_registry.async_get_device_by_identifier((DOMAIN, uid), entry.entry_id)
        return found.id if found else None

    return look


@pytest.mark.parity("beyond: stale devices")
async def test_only_what_is_certain_removes_a_device(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    remote: Remote,
    device: Callable[[MockConfigEntry, str], str | None],
) -> None:
    """Who is missed stays; who is missed no more goes after a day in which nobody started."""
    patio, household = uid_of(entry, "Patio"), entry.runtime_data.household
    leaving = entry.runtime_data.stale_devices._leaving

    async def unplugged() -> None:
        await in_house(hass, remote.unplug, "Patio")
        await until(hass, lambda: household.topology.vanished)
        assert not leaving

    async def forgotten() -> None:
        await in_house(hass, remote.forget_vanished, "Patio")
        await until(hass, lambda: leaving)

    # It comes back before the day is over.
    await unplugged()
    await forgotten()
    assert device(entry, patio)
    await in_house(hass, remote.reconnect, "Patio")
    await until(hass, lambda: not leaving and patio in household.topology.members)
    # Somebody starts, and may have forgotten whom to miss.
    await unplugged()
    await forgotten()
    await in_house(hass, remote.reboot, "Office", 0.1)
    await until(hass, lambda: not leaving)
    await shows(hass, "media_player.office", state="idle")
    await in_house(hass, remote.plug_in, "Patio")
    await until(hass, lambda: patio in household.topology.members)
    # The day is over.
    await unplugged()
    with patch(f"{OURS}.devices.stale.FORGOTTEN_SECONDS", 0.05):
        await in_house(hass, remote.forget_vanished, "Patio")
        await until(hass, lambda: not device(entry, patio))
    await until(hass, lambda: begun_anew(entry, household))
    assert hass.states.get(PATIO) is None
    # Even then it can return, as a new one.
    await in_house(hass, remote.plug_in, "Patio")
    await until(hass, lambda: device(entry, patio) and all_known(hass))


async def test_the_day_goes_on_while_home_assistant_is_not_there(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    remote: Remote,
    device: Callable[[MockConfigEntry, str], str | None],
) -> None:
    """Unless a speaker has started in that time."""
    patio = uid_of(entry, "Patio")
    key = f"{DOMAIN}.{entry.entry_id}.leaving"

    async def leave() -> None:
        household = entry.runtime_data.household
        await in_house(hass, remote.unplug, "Patio")
        await until(hass, lambda: household.topology.vanished)
        await in_house(hass, remote.forget_vanished, "Patio")
        await until(hass, lambda: patio in str(hass_storage.get(key)))
        assert await hass.config_entries.async_unload(entry.entry_id)

    async def set_up() -> None:
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: hass.states.is_state("media_player.office", "idle"))

    await leave()
    since = hass_storage[key]["data"]["since"][patio]
    await set_up()
    assert entry.runtime_data.stale_devices._leaving.keys() == {patio}
    assert hass_storage[key]["data"]["since"] == {patio: since}
    assert await hass.config_entries.async_unload(entry.entry_id)
    # The household may have forgotten whom to miss.
    await in_house(hass, remote.reboot, "Office", 0.1)
    await set_up()
    assert not entry.runtime_data.stale_devices._leaving
    assert hass_storage[key]["data"]["since"] == {}
    await in_house(hass, remote.plug_in, "Patio")
    await until(hass, lambda: patio in entry.runtime_data.household.topology.members)

    await leave()
    with patch(f"{OURS}.devices.stale.FORGOTTEN_SECONDS", 0.05):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: not device(entry, patio))
    assert hass_storage[key]["data"]["since"] == {}


@pytest.mark.parity("beyond: stale devices by hand")
async def test_people_delete_what_is_not_there(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    remote: Remote,
    hass_ws_client: WebSocketGenerator,
    device: Callable[[MockConfigEntry, str], str | None],
) -> None:
    """They can delete nothing else: neither rooms, nor their parts, nor the household."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    household = entry.runtime_data.household

    async def delete(uid: str) -> bool:
        device_id = device(entry, uid)
        assert device_id is not None
        answer = await client.remove_device(device_id)
        return bool(answer["success"])

    patio = uid_of(entry, "Patio")
    for uid in (patio, household.parts[0].uid, household.household_id):
        assert not await delete(uid)
    await in_house(hass, remote.unplug, "Patio")
    await until(hass, lambda: patio not in household.topology.members)
    assert await delete(patio)
    assert device(entry, patio) is None
    await until(hass, lambda: begun_anew(entry, household))
    assert hass.states.get(PATIO) is None
    await in_house(hass, remote.plug_in, "Patio")
    await until(hass, lambda: device(entry, patio) and all_known(hass))
    # Of a household that is not set up nothing is known.
    await hass.config_entries.async_unload(entry.entry_id)
    assert not await delete(patio)


async def test_speaker_that_has_moved_to_another_household(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    device_registry: DeviceRegistry,
    device: Callable[[MockConfigEntry, str], str | None],
) -> None:
    """Its device in the first household goes, and nothing else does."""
    entry = await make_entry(hass, standing_house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    there = await make_entry(hass, neighbours.addresses["Den"], listen_port=0)
    moved = await in_house(hass, neighbours.remote.truth)
    uid = next(uid for uid, it in moved["speakers"].items() if it["name"] == "Attic")
    for identifier in (uid, "RINCON_FFFFFFFFFFFF01400"):
        device_registry.async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={(DOMAIN, identifier)}
        )
    before = len(dr.async_entries_for_config_entry(device_registry, entry.entry_id))
    assert await hass.config_entries.async_setup(there.entry_id)
    await until(hass, lambda: not device(entry, uid))
    assert device(there, uid)
    await hass.async_block_till_done()
    assert len(dr.async_entries_for_config_entry(device_registry, entry.entry_id)) == before - 1
    # It is the same if the first household is the last to tell.
    device_registry.async_get_or_create(config_entry_id=entry.entry_id, identifiers={(DOMAIN, uid)})
    await in_house(hass, standing_house.remote.group, "Office", "Kitchen")
    await until(hass, lambda: not device(entry, uid))
    await in_house(hass, standing_house.remote.ungroup, "Office")
    for each in (there, entry):
        await hass.config_entries.async_unload(each.entry_id)
