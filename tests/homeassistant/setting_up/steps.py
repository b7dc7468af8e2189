"""Entries that are set up, and what is held of them in a house and in Home Assistant."""

import datetime as dt
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.actions import shown
from tests.homeassistant.conftest import PORT, all_known, until

if TYPE_CHECKING:
    from tests.simulator.process import SimulatorProcess


def add(
    hass: HomeAssistant, house: SimulatorProcess, *rooms_or_hosts: str, **options: object
) -> MockConfigEntry:
    """Add the entry of a house that is entered through these rooms or addresses."""
    household_id = house.facts["household"]
    hosts = [house.addresses.get(item, item) for item in rooms_or_hosts]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Sonos",
        unique_id=household_id,
        data={"household_id": household_id, "hosts": hosts},
        options={"listen_port": PORT, **options},
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up for the first time, whether that succeeds or not."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def leases(hass: HomeAssistant, house: SimulatorProcess) -> list[dict[str, Any]]:
    """Return all leases that are held in a house."""
    held = await hass.async_add_executor_job(house.remote.leases)
    return [lease for of_speaker in held.values() for lease in of_speaker]


async def ports(hass: HomeAssistant, *houses: SimulatorProcess) -> set[int]:
    """Return the ports at which speakers of these houses deliver their events."""
    held = [lease for house in houses for lease in await leases(hass, house)]
    return {urlsplit(lease["callback"]).port or 0 for lease in held}


def is_open(port: int) -> bool:
    """Tell whether somebody listens at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_unavailable(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity is unavailable."""
    state = hass.states.get(entity_id)
    return state is not None and state.state == "unavailable"


async def turn_the_knob(hass: HomeAssistant, house: SimulatorProcess, room: str) -> None:
    """Change the volume of a room, and wait until its entity shows it: events arrive."""
    entity_id = f"media_player.{room.lower()}"
    volume = round(100 * (shown(hass, entity_id, "volume_level") or 0)) % 90 + 7
    await hass.async_add_executor_job(house.remote.set_volume, room, volume)
    await until(hass, lambda: shown(hass, entity_id, "volume_level") == volume / 100)


async def fails(hass: HomeAssistant, entry: MockConfigEntry, key: str, reason: str) -> None:
    """Set an entry up, and see it fail for a reason that the user can read.

    Home Assistant leaves out the period at its end.
    """
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == key
    assert entry.error_reason_translation_domain == DOMAIN
    assert entry.reason == reason
    assert not hass.states.async_entity_ids("media_player")


async def recovers(hass: HomeAssistant, entry: MockConfigEntry, house: SimulatorProcess) -> None:
    """Let the time pass after which Home Assistant tries again, and see it succeed."""
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(minutes=2))
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await until(hass, lambda: all_known(hass))
    await turn_the_knob(hass, house, "Kitchen")
