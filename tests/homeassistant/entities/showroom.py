"""A household with a room for each model, some of them bonded, and what entities they have."""

from collections import defaultdict
from collections.abc import Mapping
import importlib
import re
from typing import Any, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

import custom_components.sonos_twisted as integration
from custom_components.sonos_twisted.const import PLATFORMS
from tests.simulator.process import SimulatorProcess

#: The rooms, named after what stands in them. The parts of bonded sets are bonded by `furnish`.
ROOMS = {
    "Amp": "S16",
    "Arc": "S19",
    "Arc Ultra": "S45",
    "Beam": "S14",
    "Beam with Sub and surrounds": "S14",
    "Era 100": "S39",
    "Move": "S17",
    "One": "S13",
    "One pair with Sub": "S18",
    "Play 1": "S1",
    "Play 3": "S3",
    "Play 5": "S6",
    "Playbar": "S9",
    "Ray": "S36",
    "Roam": "S27",
    "Symfonisk": "S33",
    "spare Sub": "Sub",
    "spare Sub 2": "Sub",
    "spare One SL": "S38",
    "spare One SL 2": "S38",
    "spare One": "S18",
}

#: The rooms that are left when all sets are bonded.
VISIBLE = [room for room in ROOMS if not room.startswith("spare")]


_TIME = re.compile(r"\d{4}-\d\d-\d\dT.*")

#: What is another value each time.
_VARIES = frozenset({"event_latency", "event_rate", "listener"})

#: Whether entities are there without being asked for, by their translation key.
_ENABLED = {
    description.key: description.entity_registry_enabled_default
    for platform in PLATFORMS
    if platform != "media_player"
    for table in ("DESCRIPTIONS", "HOUSEHOLD_DESCRIPTIONS")
    for description in getattr(
        importlib.import_module(f"{integration.__name__}.{platform}"), table, ()
    )
}


class Line(NamedTuple):
    """What a user sees of an entity."""

    platform: str
    key: str
    name: str
    state: str
    unit: str
    category: str
    enabled: bool


def furnish(house: SimulatorProcess) -> None:
    """Bond what belongs together."""
    remote = house.remote
    remote.bond_surrounds("Beam with Sub and surrounds", "spare One SL", "spare One SL 2")
    remote.bond_sub("Beam with Sub and surrounds", "spare Sub")
    remote.bond_pair("One pair with Sub", "spare One")
    remote.bond_sub("One pair with Sub", "spare Sub 2")


def inventory(hass: HomeAssistant, entry_id: str) -> dict[str, list[Line]]:
    """List the entities of a config entry by the name of their device, as a user sees them."""
    entities, devices = er.async_get(hass), dr.async_get(hass)
    lines: dict[str, list[Line]] = defaultdict(list)
    for entity in er.async_entries_for_config_entry(entities, entry_id):
        device = devices.async_get(entity.device_id or "")
        assert isinstance(device, dr.DeviceEntry)
        state = hass.states.get(entity.entity_id)
        key = entity.unique_id.partition("-")[2]
        lines[device.name or ""].append(
            Line(
                platform=entity.domain,
                key=key,
                name=_name(entity, device.name or ""),
                state=_state(key, state.state if state else ""),
                unit=str(entity.unit_of_measurement or ""),
                category=entity.entity_category or "",
                enabled=_ENABLED.get(key, True),
            )
        )
    return {device: sorted(found) for device, found in sorted(lines.items())}


def _name(entity: er.RegistryEntry, device: str) -> str:
    return str(entity.original_name or device)


def _state(key: str, state: str) -> str:
    if key in _VARIES:
        return "(varies)"
    return "(a time)" if _TIME.fullmatch(state) else state


def as_json(found: Mapping[str, list[Line]]) -> dict[str, list[list[Any]]]:
    """Make of an inventory what can be stored."""
    return {device: [list(line) for line in lines] for device, lines in found.items()}
