"""What the triggers of automations have in common, in whichever form Home Assistant has them.

There is a trigger for each kind of ``happenings.KINDS``. Here is how each can be narrowed down, and
what it tells the automation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.const import PERCENTAGE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.selector import (
    EntitySelector,
    NumberSelector,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_cached_translations
import voluptuous as vol

from ..const import DOMAIN
from ..model import Source, fits
from .claims import CONF_ALARM_ID, CONF_FAVORITE, CONF_ROOMS, SOURCES

if TYPE_CHECKING:
    from ..happenings import Happening

type Data = Mapping[str, Any]
"""What is told of a happening."""

#: How low a battery is that is low, in percent, if nobody says otherwise.
LOW_BATTERY: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A field of a trigger, by which it is narrowed down.

    Attributes:
        field: Its name, and whether it is required.
        selector: What can be entered.
        accepts: Whether what was entered lets something pass of which this is told.

    """

    field: vol.Marker
    selector: Selector[Any]
    accepts: Callable[[Any, Data], bool]

    @property
    def check(self) -> Callable[[Any], Any]:
        """What checks the field; a single value need not be written as a list."""
        if not self.selector.config.get("multiple"):
            return vol.All(self.selector)
        items = [cv.string] if isinstance(self.selector, TextSelector) else list
        return vol.All(cv.ensure_list, items, self.selector)


def _text(name: str) -> Filter:
    """Let one of several texts be in something that the new track has."""

    def accepts(wanted: list[str], data: Data) -> bool:
        said = str(data["new"].get(name) or "")
        return any(fits(said, each if "*" in each else f"*{each}*") for each in wanted)

    return Filter(
        field=vol.Optional(name), selector=TextSelector({"multiple": True}), accepts=accepts
    )


def _source(name: str) -> Filter:
    """Let something come from one of several sources."""
    return Filter(
        field=vol.Optional(name),
        selector=SelectSelector(
            {
                "options": [Source.NONE.value, *SOURCES],
                "multiple": True,
                "translation_key": "audio_source",
            }
        ),
        accepts=lambda wanted, data: data[name] in wanted,
    )


def _rooms(name: str) -> Filter:
    """Let rooms be in the group before, or after."""
    return Filter(
        field=vol.Optional(CONF_ROOMS),
        selector=EntitySelector(
            {
                "filter": {"integration": DOMAIN, "domain": MEDIA_PLAYER_DOMAIN},
                "multiple": True,
            }
        ),
        accepts=lambda wanted, data: set(wanted) <= set(data[name]),
    )


_ALARM = Filter(
    field=vol.Optional(CONF_ALARM_ID),
    selector=NumberSelector({"min": 0, "mode": NumberSelectorMode.BOX}),
    accepts=lambda wanted, data: data["alarm_id"] == wanted,
)

#: The fields of triggers, by kind; those that are not listed have none.
FILTERS: Final[Mapping[str, tuple[Filter, ...]]] = {
    "alarm_ended": (_ALARM,),
    "alarm_snoozed": (_ALARM,),
    "alarm_started": (_ALARM,),
    "battery_low": (
        Filter(
            field=vol.Required("threshold", default=LOW_BATTERY),
            selector=NumberSelector({"min": 1, "max": 99, "unit_of_measurement": PERCENTAGE}),
            accepts=lambda wanted, data: data["battery"] <= wanted < data["previous"],
        ),
    ),
    "favorite_started": (
        Filter(
            field=vol.Optional(CONF_FAVORITE),
            selector=TextSelector(),
            accepts=lambda wanted, data: fits(data["name"], wanted),
        ),
    ),
    "joined_group": (_rooms("after"),),
    "left_group": (_rooms("before"),),
    "source_changed": (_source("from"), _source("to")),
    "track_changed": (_text("title"), _text("artist"), _text("album")),
}


def fields_of(kind: str) -> dict[vol.Marker, Selector[Any]]:
    """Return the fields of the trigger of a kind."""
    return {each.field: each.selector for each in FILTERS.get(kind, ())}


def checks_of(kind: str) -> dict[vol.Marker, Callable[[Any], Any]]:
    """Return a schema of the same fields."""
    return {each.field: each.check for each in FILTERS.get(kind, ())}


def refusing_field(options: Mapping[str, Any], happening: Happening) -> str | None:
    """Return the first of the fields that were filled in that lets something not pass."""
    for each in FILTERS.get(happening.kind, ()):
        name = str(each.field)
        if name in options and not each.accepts(options[name], happening.data):
            return name
    return None


@callback
def variables(hass: HomeAssistant, happening: Happening) -> dict[str, Any]:
    """Return what an automation is told besides by which trigger: where it happened, and what."""
    uid, entities, devices = happening.uid, er.async_get(hass), dr.async_get(hass)
    entity_id = entities.async_get_entity_id(MEDIA_PLAYER_DOMAIN, DOMAIN, uid)
    entity = entities.async_get(entity_id) if entity_id else None
    device = devices.async_get_device_by_identifier((DOMAIN, uid), happening.entry_id)
    areas = (each.area_id for each in (entity, device) if each is not None)
    return {
        "entity_id": entity_id,
        "device_id": device.id if device else None,
        "area_id": next(filter(None, areas), None),
        "room": (device.name_by_user or device.name) if device else None,
        **happening.data,
    }


@callback
def describe(hass: HomeAssistant, kind: str, told: Mapping[str, Any]) -> str:
    """Say for logs and traces by what an automation is triggered, and in which room."""
    names = async_get_cached_translations(hass, hass.config.language, "triggers", DOMAIN)
    return f"{names.get(f'component.{DOMAIN}.triggers.{kind}.name', kind)}: {told['room']}"
