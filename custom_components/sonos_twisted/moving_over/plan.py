"""What would move over from core's ``sonos``, and what would not: looked up, nothing changed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util.json import JsonValueType

from ..const import CORE_DOMAIN, DOMAIN

_ALARM = "alarm-"
_FAVORITES = "-favorites"


def _name(device: dr.DeviceEntry) -> str:
    return device.name_by_user or device.name or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair[E]:
    """An entry of core's, and the one of ours that shows the same."""

    theirs: E
    ours: E


type EntityPair = Pair[er.RegistryEntry]
type DevicePair = Pair[dr.DeviceEntry]


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """What one of the two integrations has in the registries."""

    entities: tuple[er.RegistryEntry, ...]
    devices: tuple[dr.DeviceEntry, ...]

    @property
    def device_names(self) -> list[str]:
        """Return how its devices are called."""
        return sorted(map(_name, self.devices))

    def without(self, registry_ids: Collection[str]) -> Side:
        """Return the rest, without entries of these ids."""
        return Side(
            entities=tuple(each for each in self.entities if each.id not in registry_ids),
            devices=tuple(each for each in self.devices if each.id not in registry_ids),
        )

    def as_dict(self) -> dict[str, JsonValueType]:
        """Return it for people and scripts to read."""
        return {
            "entities": [*sorted(each.entity_id for each in self.entities)],
            "devices": [*self.device_names],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Who takes whose place.

    Attributes:
        core_entry_id: Core's config entry.
        entities: The entities that change places.
        devices: The devices that change places.
        theirs: What core has and we don't: it is switched off with core.
        ours: What we have and core doesn't: it stays as it is.
        actions: The automations and scripts that perform actions of core's, which are not moved.

    """

    core_entry_id: str
    entities: tuple[EntityPair, ...]
    devices: tuple[DevicePair, ...]
    theirs: Side
    ours: Side
    actions: Mapping[str, list[str]]

    def as_dict(self) -> dict[str, JsonValueType]:
        """Return it for people and scripts to read."""
        return {
            "entities": [
                {"entity_id": pair.theirs.entity_id, "instead_of": pair.ours.entity_id}
                for pair in self.entities
            ],
            "devices": [_name(pair.theirs) for pair in self.devices],
            "only_core": self.theirs.as_dict(),
            "only_ours": self.ours.as_dict(),
            "actions_of_core": [
                {"entity_id": entity_id, "actions": [*names]}
                for entity_id, names in self.actions.items()
            ],
        }


def make_plan(
    core_entry_id: str, theirs: Side, ours: Side, actions: Mapping[str, list[str]]
) -> Plan:
    """Find what shows the same.

    Our unique ids are those of core, and so are the keys of our devices, but for the domain.
    """
    our_entities = {(each.domain, each.unique_id): each for each in ours.entities}
    our_devices = {key: each for each in ours.devices for key in _keys(each, DOMAIN)}
    entities = tuple(
        Pair(theirs=each, ours=our_entities[each.domain, each.unique_id])
        for each in theirs.entities
        if (each.domain, each.unique_id) in our_entities
    )
    devices = tuple(
        Pair(theirs=each, ours=our_devices[key])
        for each in theirs.devices
        for key in _keys(each, CORE_DOMAIN)
        if key in our_devices
    )
    paired = {each.id for pair in entities for each in (pair.theirs, pair.ours)}
    paired |= {each.id for pair in devices for each in (pair.theirs, pair.ours)}
    return Plan(
        core_entry_id=core_entry_id,
        entities=entities,
        devices=devices,
        theirs=theirs.without(paired),
        ours=ours.without(paired),
        actions=actions,
    )


def _keys(device: dr.DeviceEntry, domain: str) -> Iterator[str]:
    return (key for kind, key in device.identifiers if kind == domain)


def households_of(entities: Iterable[er.RegistryEntry]) -> set[str]:
    """Return the households that core's entities are of, as far as their unique ids tell."""
    found: set[str] = set()
    for each in entities:
        if each.unique_id.endswith(_FAVORITES):
            found.add(each.unique_id.removesuffix(_FAVORITES))
        elif each.unique_id.startswith(_ALARM):
            found.add(each.unique_id.removeprefix(_ALARM).rpartition(":")[0])
    return found
