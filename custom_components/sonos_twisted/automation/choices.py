"""What people choose from where they make automations with a device: what its household has."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import EntitySelector, Selector, SelectSelector, TextSelector
import voluptuous as vol

from ..playing.sources import Shelf
from .targets import household_of

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

type Fields = Mapping[vol.Marker, Selector[Any]]

#: What texts can be chosen from, by the name of the field.
_CHOICES: Mapping[str, Callable[[HouseholdCoordinator], list[str]]] = {
    "favorite": lambda coordinator: coordinator.sources.on(Shelf.FAVORITES).options,
    "playlist": lambda coordinator: coordinator.sources.on(Shelf.PLAYLISTS).options,
}


@callback
def extra_fields(hass: HomeAssistant, device_id: str, fields: Fields) -> dict[str, vol.Schema]:
    """Return the capabilities of a device automation: its fields, with what there is to choose."""
    if not fields:
        return {}
    coordinator = household_of(hass, device_id)
    if coordinator is not None:
        fields = {
            name: _with_choices(coordinator, str(name), selector)
            for name, selector in fields.items()
        }
    return {"extra_fields": vol.Schema(dict(fields))}


def _with_choices(
    coordinator: HouseholdCoordinator, name: str, selector: Selector[Any]
) -> Selector[Any]:
    if isinstance(selector, TextSelector) and name in _CHOICES:
        # It may have been renamed, or be there tomorrow.
        return SelectSelector({"options": _CHOICES[name](coordinator), "custom_value": True})
    if isinstance(selector, EntitySelector):
        rooms = sorted(coordinator.entity_ids.values())
        return EntitySelector({**selector.config, "include_entities": rooms})
    return selector
