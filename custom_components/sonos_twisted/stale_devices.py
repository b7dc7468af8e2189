"""Which devices of a household are of speakers that it has no more.

A speaker that is away may come back: it sleeps, its plug is pulled, it is somewhere else for the
summer. What people have made of its device would be lost. So it is gone only when that is certain:

- another household that is set up here has it;
- or the household missed it, as it does for as long as it expects it back, and for a whole day has
  not missed it any more, without having it, and without any speaker having started anew meanwhile:
  who starts has forgotten whom to miss.

Everything else is left to people: they can delete the device of a speaker that is not there.
Lives on the event loop.
"""

import asyncio
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator
    from .model import TopologyChange

#: Seconds for which a household must not miss a speaker until its device goes.
FORGOTTEN_SECONDS = 24 * 60 * 60.0


class StaleDevices:
    """Removes the devices of speakers that have left one household for good."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._hass = coordinator.hass
        self._missed: set[str] = set()
        self._leaving: dict[str, asyncio.TimerHandle] = {}

    @callback
    def stop(self) -> None:
        """Forget who may have left."""
        self._missed.clear()
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()

    @callback
    def note(self, change: TopologyChange) -> None:
        """Look who has left, after a topology was taken in."""
        if change.rebooted:
            self.stop()
        topology = self._coordinator.household.topology
        missed = {device.uid for device in topology.vanished}
        expected = missed | topology.members.keys()
        for uid in self._leaving.keys() & expected:
            self._leaving.pop(uid).cancel()
        for uid in self._missed - expected - self._leaving.keys():
            loop = self._hass.loop
            self._leaving[uid] = loop.call_later(FORGOTTEN_SECONDS, self._left, uid)
        self._missed = missed
        if change.changes:
            self._look_elsewhere()

    def _left(self, uid: str) -> None:
        del self._leaving[uid]
        self._remove(self._coordinator, uid)

    def _look_elsewhere(self) -> None:
        """Remove the devices that one household still has of the speakers of another one."""
        for entry in self._hass.config_entries.async_loaded_entries(DOMAIN):
            other: HouseholdCoordinator = entry.runtime_data
            if other is not self._coordinator:
                for has, had in ((self._coordinator, other), (other, self._coordinator)):
                    for uid in _reached(has) - had.household.topology.members.keys():
                        self._remove(had, uid)

    def _remove(self, coordinator: HouseholdCoordinator, uid: str) -> None:
        registry, entry_id = dr.async_get(self._hass), coordinator.entry.entry_id
        device = registry.async_get_device_by_identifier((DOMAIN, uid), entry_id)
        if device is not None:
            registry.async_remove_device(device.id)
            forget(coordinator, uid)


def _reached(coordinator: HouseholdCoordinator) -> set[str]:
    """Return the speakers of a household that are certainly there: what it says may be old."""
    household = coordinator.household
    return {uid for uid in household.topology.members if household.speakers[uid].available}


@callback
def forget(coordinator: HouseholdCoordinator, uid: str) -> None:
    """Begin anew without a speaker whose device is removed, if it was ever there in this run.

    A speaker that comes back then gets its entities as a new one does.
    """
    if uid in coordinator.household.speakers:
        coordinator.hass.config_entries.async_schedule_reload(coordinator.entry.entry_id)
