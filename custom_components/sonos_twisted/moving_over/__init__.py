"""Moving over from core's ``sonos``, and back.

The registry entries of core's entities and devices become ours, and ours take their places with
core meanwhile, which is disabled. Nothing is removed or renamed: an entity id keeps its history,
and whatever was said about core's entity is said about ours from then on. Moving back is the same
the other way.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.const import EntityStateAttribute
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import entity_sources
from homeassistant.util.hass_dict import HassKey

from ..const import CORE_DOMAIN, DOMAIN
from ..errors import failed, refused
from .mentions import async_actions_of_core
from .places import (
    DevicePlace,
    EntityPlace,
    async_place_devices,
    async_place_entities,
    async_rewrite_device,
    async_rewrite_entity,
)
from .plan import Plan, Side, households_of, make_plan
from .record import Record, async_load, async_save

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["Plan", "async_give_back", "async_plan", "async_take_over", "async_undo"]

_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_moving_over")


def _lock(hass: HomeAssistant) -> asyncio.Lock:
    return hass.data.setdefault(_LOCK, asyncio.Lock())


async def async_plan(hass: HomeAssistant) -> Plan:
    """Return what taking over would do now. What has moved over already is not part of it.

    Raises:
        ServiceValidationError: When there is nothing to take over, or when something would be lost.

    """
    core = _core(hass)
    ours = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if not entry.disabled_by
    ]
    if idle := [entry.title for entry in ours if entry.state is not ConfigEntryState.LOADED]:
        raise refused("take_over_not_running", households=", ".join(idle))
    record = await async_load(hass)
    moved = record.async_moved(hass) if record is not None else set()
    of_core = _side(hass, [core])
    plan = make_plan(
        core.entry_id,
        of_core.without(moved),
        _side(hass, ours).without(moved),
        async_actions_of_core(hass),
    )
    served = {entry.unique_id for entry in ours}
    if others := households_of(of_core.entities) - served:
        raise refused(
            "take_over_other_household",
            households=", ".join(sorted(others)),
            rooms=", ".join(plan.theirs.device_names) or "-",
        )
    if not plan.entities and not moved:
        raise refused("take_over_nothing")
    return plan


async def async_take_over(hass: HomeAssistant, plan: Plan) -> None:
    """Do what a plan says, and disable core's entry. Can be called again if it was interrupted.

    Raises:
        HomeAssistantError: When an integration cannot be unloaded.

    """
    async with _lock(hass):
        record = await async_load(hass)
        if record is None or record.undone or record.core_entry_id != plan.core_entry_id:
            core = hass.config_entries.async_get_known_entry(plan.core_entry_id)
            record = Record(core_entry_id=core.entry_id, core_disabled_by=core.disabled_by)
        record = record.with_plan(hass, plan)
        await async_save(hass, record)
        async with _at_rest(hass, record, record.our_entry_ids):
            _move(hass, record, record.entities_after(), record.devices_after())


async def async_undo(hass: HomeAssistant) -> list[str]:
    """Put everything back where it was, and enable core's entry if it was enabled.

    What users have changed since stays.

    Returns:
        The entity ids that are core's again.

    Raises:
        ServiceValidationError: When there is nothing to undo, or core's entry is gone.
        HomeAssistantError: When an integration cannot be unloaded.

    """
    async with _lock(hass):
        record = await async_load(hass)
        if record is None or (record.undone and not record.async_moved(hass)):
            raise refused("undo_take_over_nothing")
        if hass.config_entries.async_get_entry(record.core_entry_id) is None:
            raise refused("undo_take_over_no_core")
        async with _at_rest(hass, record, record.our_entry_ids):
            _move(hass, record, record.entities_before(), record.devices_before())
            _rewrite(hass, record)
        await hass.config_entries.async_set_disabled_by(
            record.core_entry_id, record.core_disabled_by
        )
        await async_save(hass, replace(record, undone=True))
    registry = er.async_get(hass)
    back = (registry.entities.get_entry(swap.theirs) for swap in record.entities)
    return sorted(entity.entity_id for entity in back if entity is not None)


async def async_give_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give core its own back before one of our entries, already unloaded, is removed for good.

    Without it, what was core's would be removed with the entry.
    """
    lock = _lock(hass)
    if lock.locked():
        return  # who holds it waits for this entry
    async with lock:
        record = await async_load(hass)
        if record is None or hass.config_entries.async_get_entry(record.core_entry_id) is None:
            return
        leaving = record.of_entry(entry.entry_id)
        staying = record.of_entry(entry.entry_id, inverted=True)
        if not leaving.async_moved(hass):
            return
        async with _at_rest(hass, leaving, ()):
            _move(hass, leaving, leaving.entities_of_core(), leaving.devices_of_core())
            _rewrite(hass, leaving)
        if not staying.entities:
            await hass.config_entries.async_set_disabled_by(
                record.core_entry_id, record.core_disabled_by
            )
        await async_save(hass, replace(staying, undone=not staying.entities))


def _core(hass: HomeAssistant) -> ConfigEntry:
    """Return core's entry, of which there is one for all households."""
    for entry in hass.config_entries.async_entries(CORE_DOMAIN):
        if entry.source != SOURCE_IGNORE:
            return entry
    raise refused("take_over_no_core")


def _side(hass: HomeAssistant, entries: Iterable[ConfigEntry]) -> Side:
    """Return what is in the registries of some config entries."""
    entities, devices = er.async_get(hass), dr.async_get(hass)
    entry_ids = [entry.entry_id for entry in entries]
    return Side(
        entities=tuple(
            each
            for entry_id in entry_ids
            for each in er.async_entries_for_config_entry(entities, entry_id)
        ),
        devices=tuple(
            each
            for entry_id in entry_ids
            for each in dr.async_entries_for_config_entry(devices, entry_id)
        ),
    )


@asynccontextmanager
async def _at_rest(
    hass: HomeAssistant, record: Record, our_entry_ids: Iterable[str]
) -> AsyncIterator[None]:
    """Disable core's entry, and unload ours; in the end, ours are set up again."""
    entries = hass.config_entries
    core = entries.async_get_known_entry(record.core_entry_id)
    await entries.async_set_disabled_by(record.core_entry_id, ConfigEntryDisabler.USER)
    if core.state in {ConfigEntryState.LOADED, ConfigEntryState.FAILED_UNLOAD}:
        raise failed("take_over_not_unloaded", integration=CORE_DOMAIN)
    stopped: list[str] = []
    try:
        for entry_id in our_entry_ids:
            entry = entries.async_get_entry(entry_id)
            if entry is None or entry.disabled_by:
                continue
            if not await entries.async_unload(entry_id):
                raise failed("take_over_not_unloaded", integration=entry.title)
            stopped.append(entry_id)
        _check_unloaded(hass, record)
        yield
    finally:
        for entry_id in stopped:
            await entries.async_setup(entry_id)


@callback
def _check_unloaded(hass: HomeAssistant, record: Record) -> None:
    """Make sure that no entity is in use, for one that is would end the move in the middle."""
    entities = er.async_get(hass).entities
    for registry_id in record.entities_before():
        entity = entities.get_entry(registry_id)
        if entity is not None and entity.entity_id in entity_sources(hass):
            raise failed("take_over_not_unloaded", integration=entity.entity_id)


@callback
def _move(
    hass: HomeAssistant,
    record: Record,
    entities: Mapping[str, EntityPlace],
    devices: Mapping[str, DevicePlace],
) -> None:
    """Put everything in its place, without a moment in which anybody could see half of it."""
    async_place_entities(hass, {**entities, **_company(hass, record, devices)})
    async_place_devices(hass, devices)
    registry = er.async_get(hass)
    for registry_id in entities:
        entity = registry.entities.get_entry(registry_id)
        state = hass.states.get(entity.entity_id) if entity is not None else None
        if (
            entity
            and entity.disabled
            and state
            and state.attributes.get(EntityStateAttribute.RESTORED)
        ):
            hass.states.async_remove(entity.entity_id)


@callback
def _company(
    hass: HomeAssistant, record: Record, places: Mapping[str, DevicePlace]
) -> dict[str, EntityPlace]:
    """Return where all else belongs that is on the devices that are about to change places.

    It stays with its integration, and so comes to the device that the integration has then.
    """
    entities, devices = er.async_get(hass), dr.async_get(hass)
    swapped = {each for swap in record.entities for each in (swap.theirs, swap.ours)}
    partners: dict[str, str] = {}
    for swap in record.devices:
        device = devices.async_get(swap.theirs)
        if device and device.config_entry_id != places[swap.theirs].config_entry_id:
            partners |= {swap.theirs: swap.ours, swap.ours: swap.theirs}
    return {
        each.id: replace(EntityPlace.of(each), device_id=partner)
        for device_id, partner in partners.items()
        if (device := devices.async_get(device_id)) is not None
        and hass.config_entries.async_get_entry(device.config_entry_id) is not None
        for each in er.async_entries_for_device(entities, device_id, include_disabled_entities=True)
        if each.config_entry_id == device.config_entry_id and each.id not in swapped
    }


@callback
def _rewrite(hass: HomeAssistant, record: Record) -> None:
    """Let everything that is back be as its integration had written it."""
    for swap in record.entities:
        async_rewrite_entity(hass, swap.theirs, swap.theirs_before)
        async_rewrite_entity(hass, swap.ours, swap.ours_before)
    for pair in record.devices:
        async_rewrite_device(hass, pair.theirs, pair.theirs_before)
        async_rewrite_device(hass, pair.ours, pair.ours_before)
