"""Which devices of a household are of speakers that it has no more.

A speaker that is away may come back: it sleeps, its plug is pulled, it is somewhere else for the
summer. What people have made of its device would be lost. So it is gone only when that is certain:

- another household that is set up here has it;
- or the household missed it, as it does for as long as it expects it back, and for a whole day has
  not missed it any more, without having it, and without any speaker having started anew meanwhile:
  who starts has forgotten whom to miss. The day goes on while Home Assistant is not there, unless
  a speaker turns out to have started in that time.

Everything else is left to people: they can delete the device of a speaker that is not there.
Lives on the event loop.
"""

import asyncio
import time
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr

from ..const import DOMAIN
from ..storage import Subject, household_store

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import TopologyChange

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
        self._since: dict[str, float] = {}
        self._boots_before: dict[str, int | None] = {}
        self._store = household_store(self._hass, coordinator.entry.entry_id, Subject.LEAVING)

    async def async_load(self) -> None:
        """Read who was about to leave when Home Assistant was there the last time."""
        if stored := await self._store.async_load():
            self._since, self._boots_before = stored["since"], stored["boots"]

    @callback
    def stop(self) -> None:
        """Wait for nobody any more."""
        self._missed.clear()
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()

    @callback
    def note(self, change: TopologyChange) -> None:
        """Look who has left, after a topology was taken in."""
        before = dict.fromkeys(self._missed, time.time()) | self._since
        if change.rebooted or self._has_missed_a_start():
            self.stop()
            before = {}
        topology = self._coordinator.household.topology
        missed = {device.uid for device in topology.vanished}
        expected = missed | topology.members.keys()
        since = {uid: at for uid, at in before.items() if uid not in expected}
        for uid in self._leaving.keys() - since.keys():
            self._leaving.pop(uid).cancel()
        for uid in since.keys() - self._leaving.keys():
            left = max(since[uid] + FORGOTTEN_SECONDS - time.time(), 0.0)
            self._leaving[uid] = self._hass.loop.call_later(left, self._left, uid)
        self._missed = missed
        self._keep(since)
        if change.changes:
            self._look_elsewhere()

    def _left(self, uid: str) -> None:
        del self._leaving[uid]
        self._keep({other: at for other, at in self._since.items() if other != uid})
        self._remove(self._coordinator, uid)

    def _boots(self) -> dict[str, int | None]:
        """Return how often each speaker has started."""
        members = self._coordinator.household.topology.members
        return {uid: member.boot_seq for uid, member in members.items()}

    def _has_missed_a_start(self) -> bool:
        """Tell, once, whether a speaker has started while Home Assistant was not there."""
        before, self._boots_before = self._boots_before, {}
        now = self._boots()
        return any(now.get(uid, seq) != seq for uid, seq in before.items())

    def _keep(self, since: dict[str, float]) -> None:
        """Store who is leaving, if that is something else than before."""
        if since != self._since:
            self._since = since
            data = {"since": since, "boots": self._boots()}
            self._hass.async_create_task(self._store.async_save(data))

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
