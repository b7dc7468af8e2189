"""What is stored before anything moves, so that it can be undone whatever happens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from .places import (
    Before,
    DevicePlace,
    EntityPlace,
    device_before,
    entity_before,
    stored_device,
    stored_entity,
)
from .plan import Plan

_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Swap[P: (EntityPlace, DevicePlace)]:
    """Two entries of a registry that change places.

    Attributes:
        theirs: The id of the one that is core's.
        ours: The id of the other one, which is parked with core meanwhile.
        theirs_before: What the first one was.
        ours_before: What the second one was.

    """

    theirs: str
    ours: str
    theirs_before: Before[P]
    ours_before: Before[P]

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "theirs": self.theirs,
            "ours": self.ours,
            "theirs_before": self.theirs_before.as_dict(),
            "ours_before": self.ours_before.as_dict(),
        }

    @classmethod
    def stored(cls, data: Mapping[str, Any], before: Callable[[Any], Before[P]]) -> Self:
        """Return what was stored."""
        return cls(
            theirs=data["theirs"],
            ours=data["ours"],
            theirs_before=before(data["theirs_before"]),
            ours_before=before(data["ours_before"]),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What changes places, and what all of it was before.

    Attributes:
        core_entry_id: Core's config entry.
        core_disabled_by: Who had disabled it before.
        entities: The entities that change places.
        devices: The devices that change places.
        undone: Whether all of it is back.

    """

    core_entry_id: str
    core_disabled_by: ConfigEntryDisabler | None
    entities: tuple[Swap[EntityPlace], ...] = ()
    devices: tuple[Swap[DevicePlace], ...] = ()
    undone: bool = False

    @property
    def our_entry_ids(self) -> list[str]:
        """Return our config entries that take part."""
        entities = (swap.ours_before.place.config_entry_id for swap in self.entities)
        devices = (swap.ours_before.place.config_entry_id for swap in self.devices)
        return list(dict.fromkeys([*entities, *devices]))

    def of_entry(self, entry_id: str, *, inverted: bool = False) -> Record:
        """Return what concerns one of our config entries, or everything else."""

        def concerns(swap: Swap[EntityPlace] | Swap[DevicePlace]) -> bool:
            return (swap.ours_before.place.config_entry_id == entry_id) is not inverted

        return replace(
            self,
            entities=tuple(swap for swap in self.entities if concerns(swap)),
            devices=tuple(swap for swap in self.devices if concerns(swap)),
        )

    @callback
    def async_moved(self, hass: HomeAssistant) -> set[str]:
        """Return the ids of the entities and devices that are not where they were before."""
        entities, devices = er.async_get(hass).entities, dr.async_get(hass)
        moved: set[str] = set()
        for swap in self.entities:
            entity, keys = entities.get_entry(swap.theirs), swap.ours_before.place
            if entity and (entity.platform, entity.unique_id) == (keys.platform, keys.unique_id):
                moved |= {swap.theirs, swap.ours}
        for pair in self.devices:
            device = devices.async_get(pair.theirs)
            if device and device.config_entry_id == pair.ours_before.place.config_entry_id:
                moved |= {pair.theirs, pair.ours}
        return moved

    def entities_before(self) -> dict[str, EntityPlace]:
        """Return where all entities were; ours first, for it is they that wait for the others."""
        return {swap.ours: swap.ours_before.place for swap in self.entities} | (
            self.entities_of_core()
        )

    def entities_of_core(self) -> dict[str, EntityPlace]:
        """Return where core's entities were."""
        return {swap.theirs: swap.theirs_before.place for swap in self.entities}

    def entities_after(self) -> dict[str, EntityPlace]:
        """Return where all entities belong when they have changed places.

        Each stays on its device if that changes places, too. Where core has no device, as for what
        concerns the household, an entity comes to the device of the other.
        """
        of_core = {swap.theirs: swap.ours for swap in self.devices}
        of_ours = {swap.ours: swap.theirs for swap in self.devices}
        parked: dict[str, EntityPlace] = {}
        moved: dict[str, EntityPlace] = {}
        for swap in self.entities:
            theirs, ours = swap.theirs_before.place, swap.ours_before.place
            device = theirs.device_id
            if device not in of_core:
                device = of_ours.get(ours.device_id or "", ours.device_id)
            moved[swap.theirs] = replace(ours, device_id=device)
            device = ours.device_id
            if device not in of_ours:
                device = of_core.get(theirs.device_id or "", theirs.device_id)
            parked[swap.ours] = replace(theirs, device_id=device)
        return parked | moved

    def devices_before(self) -> dict[str, DevicePlace]:
        """Return where all devices were."""
        return {swap.ours: swap.ours_before.place for swap in self.devices} | self.devices_of_core()

    def devices_of_core(self) -> dict[str, DevicePlace]:
        """Return where core's devices were."""
        return {swap.theirs: swap.theirs_before.place for swap in self.devices}

    def devices_after(self) -> dict[str, DevicePlace]:
        """Return where all devices belong when they have changed places."""
        return {swap.ours: swap.theirs_before.place for swap in self.devices} | {
            swap.theirs: swap.ours_before.place for swap in self.devices
        }

    def with_plan(self, hass: HomeAssistant, plan: Plan) -> Record:
        """Return it with what a plan adds; what has moved already keeps what it was before."""
        moved = self.async_moved(hass)
        kept_entities = tuple(swap for swap in self.entities if swap.theirs in moved)
        kept_devices = tuple(swap for swap in self.devices if swap.theirs in moved)
        return replace(
            self,
            undone=False,
            entities=kept_entities
            + tuple(
                Swap(
                    theirs=pair.theirs.id,
                    ours=pair.ours.id,
                    theirs_before=entity_before(pair.theirs),
                    ours_before=entity_before(pair.ours),
                )
                for pair in plan.entities
            ),
            devices=kept_devices
            + tuple(
                Swap(
                    theirs=pair.theirs.id,
                    ours=pair.ours.id,
                    theirs_before=device_before(pair.theirs),
                    ours_before=device_before(pair.ours),
                )
                for pair in plan.devices
            ),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "core_entry_id": self.core_entry_id,
            "core_disabled_by": self.core_disabled_by,
            "entities": [swap.as_dict() for swap in self.entities],
            "devices": [swap.as_dict() for swap in self.devices],
            "undone": self.undone,
        }

    @classmethod
    def stored(cls, data: Mapping[str, Any]) -> Self:
        """Return what was stored."""
        disabled_by = data["core_disabled_by"]
        return cls(
            core_entry_id=data["core_entry_id"],
            core_disabled_by=ConfigEntryDisabler(disabled_by) if disabled_by else None,
            entities=tuple(Swap.stored(each, stored_entity) for each in data["entities"]),
            devices=tuple(Swap.stored(each, stored_device) for each in data["devices"]),
            undone=data["undone"],
        )


def _store(hass: HomeAssistant) -> Store[dict[str, Any]]:
    return Store(hass, _VERSION, f"{DOMAIN}.moving_over")


async def async_load(hass: HomeAssistant) -> Record | None:
    """Return what was recorded last."""
    data = await _store(hass).async_load()
    return None if data is None else Record.stored(data)


async def async_save(hass: HomeAssistant, record: Record) -> None:
    """Record something; when this returns, it is on the disk."""
    await _store(hass).async_save(record.as_dict())
