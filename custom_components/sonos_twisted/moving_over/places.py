"""Moves entries of Home Assistant's registries from one integration to another, and back.

An entry that moves stays the entry that it is: it keeps its id, its entity id, and all that a user
has set. So history, dashboards and automations do not notice. It must not be loaded meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN

#: What the integration writes that an entity belongs to.
_WRITTEN_OF_ENTITY = (
    "capabilities",
    "entity_category",
    "has_entity_name",
    "object_id_base",
    "original_device_class",
    "original_icon",
    "original_name",
    "suggested_object_id",
    "supported_features",
    "translation_key",
    "unit_of_measurement",
)

#: What the integration writes that a device belongs to.
_WRITTEN_OF_DEVICE = (
    "configuration_url",
    "entry_type",
    "hw_version",
    "manufacturer",
    "model",
    "model_id",
    "name",
    "serial_number",
    "sw_version",
    "via_device_id",
)

type _Keys = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityPlace:
    """Where an entity belongs."""

    platform: str
    unique_id: str
    config_entry_id: str
    device_id: str | None

    @classmethod
    def of(cls, entity: er.RegistryEntry) -> Self:
        """Return where an entity is."""
        return cls(
            platform=entity.platform,
            unique_id=entity.unique_id,
            config_entry_id=entity.config_entry_id or "",
            device_id=entity.device_id,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class DevicePlace:
    """Where a device belongs, and as what it is known there."""

    config_entry_id: str
    identifiers: _Keys
    connections: _Keys

    @classmethod
    def of(cls, device: dr.DeviceEntry) -> Self:
        """Return where a device is."""
        return cls(
            config_entry_id=device.config_entry_id,
            identifiers=frozenset(device.identifiers),
            connections=frozenset(device.connections),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Before[P: (EntityPlace, DevicePlace)]:
    """What an entry was before it moved: its place, and what its integration had written."""

    place: P
    written: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        place = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asdict(self.place).items()
        }
        return {"place": place, "written": dict(self.written)}


def entity_before(entity: er.RegistryEntry) -> Before[EntityPlace]:
    """Return what an entity is."""
    written = {name: getattr(entity, name) for name in _WRITTEN_OF_ENTITY}
    return Before(place=EntityPlace.of(entity), written=written)


def device_before(device: dr.DeviceEntry) -> Before[DevicePlace]:
    """Return what a device is."""
    written = {name: getattr(device, name) for name in _WRITTEN_OF_DEVICE}
    return Before(place=DevicePlace.of(device), written=written)


def stored_entity(data: Mapping[str, Any]) -> Before[EntityPlace]:
    """Return what was stored of an entity."""
    written = data["written"]
    if (category := written["entity_category"]) is not None:
        written = {**written, "entity_category": er.EntityCategory(category)}
    return Before(place=EntityPlace(**data["place"]), written=written)


def stored_device(data: Mapping[str, Any]) -> Before[DevicePlace]:
    """Return what was stored of a device."""
    written = data["written"]
    if (entry_type := written["entry_type"]) is not None:
        written = {**written, "entry_type": dr.DeviceEntryType(entry_type)}
    place = DevicePlace(
        config_entry_id=data["place"]["config_entry_id"],
        identifiers=_keys(data["place"]["identifiers"]),
        connections=_keys(data["place"]["connections"]),
    )
    return Before(place=place, written=written)


def _keys(stored: Iterable[Iterable[str]]) -> _Keys:
    return frozenset((kind, value) for kind, value in stored)


@callback
def async_place_entities(hass: HomeAssistant, places: Mapping[str, EntityPlace]) -> None:
    """Put entities where they belong. Those that are there already, or gone, are left alone.

    Args:
        hass: Home Assistant.
        places: Where, by the entities' registry ids. Of two that change places, the first one
            waits under another unique id until the second one has left.

    """
    registry, devices = er.async_get(hass), dr.async_get(hass)
    waiting: dict[str, str] = {}
    for registry_id, place in places.items():
        entity = registry.entities.get_entry(registry_id)
        if entity is None or EntityPlace.of(entity) == place:
            continue
        known = place.device_id is not None and devices.async_get(place.device_id) is not None
        device_id = place.device_id if known else None
        if (entity.platform, entity.unique_id) == (place.platform, place.unique_id):
            registry.async_update_entity(entity.entity_id, device_id=device_id)
            continue
        unique_id = place.unique_id
        holder = registry.async_get_entity_id(entity.domain, place.platform, unique_id)
        if holder is not None and registry.entities[holder].id not in places:
            registry.async_remove(holder)  # it came when the place was empty
        elif holder is not None and holder != entity.entity_id:
            waiting[registry_id], unique_id = unique_id, f"{DOMAIN}-{registry_id}"
        # The same unique id, named as a new one, would be taken for one that is in use.
        other = {"new_unique_id": unique_id} if unique_id != entity.unique_id else {}
        registry.async_update_entity_platform(
            entity.entity_id,
            place.platform,
            new_config_entry_id=place.config_entry_id,
            new_device_id=device_id,
            **other,
        )
    for registry_id, unique_id in waiting.items():
        if (entity := registry.entities.get_entry(registry_id)) is not None:
            registry.async_update_entity(entity.entity_id, new_unique_id=unique_id)


@callback
def async_place_devices(hass: HomeAssistant, places: Mapping[str, DevicePlace]) -> None:
    """Put devices where they belong, as :func:`async_place_entities` does, which comes first.

    A device that moves takes no entities with it: those that would stay with the integration that
    it leaves must be on another device by then, or they are removed.
    """
    registry = dr.async_get(hass)
    waiting: dict[str, DevicePlace] = {}
    for device_id, place in places.items():
        device = registry.async_get(device_id, include_child_devices=False)
        if device is None or DevicePlace.of(device) == place:
            continue
        identifiers, connections = set(place.identifiers), set(place.connections)
        holders = registry.async_get_devices(
            identifiers=identifiers,
            connections=connections,
            config_entry_id=place.config_entry_id,
        )
        for holder in holders:
            if holder.id not in places:
                registry.async_remove_device(holder.id)  # it came when the place was empty
            elif holder.id != device_id:
                waiting[device_id] = place
        if device_id in waiting:
            identifiers, connections = {(DOMAIN, device_id)}, set()
        registry.async_update_device(
            device_id,
            new_config_entry_id=place.config_entry_id,
            new_identifiers=identifiers,
            new_connections=connections,
        )
    for device_id, place in waiting.items():
        registry.async_update_device(
            device_id,
            new_identifiers=set(place.identifiers),
            new_connections=set(place.connections),
        )


@callback
def async_rewrite_entity(
    hass: HomeAssistant, registry_id: str, before: Before[EntityPlace]
) -> None:
    """Write again what the integration of an entity had written, if it is in its place."""
    registry = er.async_get(hass)
    entity = registry.entities.get_entry(registry_id)
    if entity is not None and EntityPlace.of(entity) == before.place:
        registry.async_get_or_create(
            entity.domain, entity.platform, entity.unique_id, **before.written
        )


@callback
def async_rewrite_device(hass: HomeAssistant, device_id: str, before: Before[DevicePlace]) -> None:
    """Write again what the integration of a device had written, if it is in its place."""
    registry = dr.async_get(hass)
    device = registry.async_get(device_id, include_child_devices=False)
    if device is not None and DevicePlace.of(device) == before.place:
        via = before.written["via_device_id"]
        known = via is None or registry.async_get(via) is not None
        written = before.written if known else {**before.written, "via_device_id": None}
        registry.async_update_device(device_id, **written)
