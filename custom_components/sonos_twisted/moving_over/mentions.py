"""Finds automations and scripts that perform actions of core's ``sonos``."""

from collections.abc import Iterator
from typing import Any

from homeassistant.core import HomeAssistant, callback

from ..const import CORE_DOMAIN

_HOLDERS = ("automation", "script")
_KEYS = ("action", "service")


@callback
def async_actions_of_core(hass: HomeAssistant) -> dict[str, list[str]]:
    """Return which actions of core's each automation and script performs, by entity id."""
    found: dict[str, list[str]] = {}
    for holder in _HOLDERS:
        for entity in getattr(hass.data.get(holder), "entities", ()):
            if names := sorted(set(_actions(getattr(entity, "raw_config", None)))):
                found[entity.entity_id] = names
    return found


def _actions(config: Any) -> Iterator[str]:
    """Give the actions of core's that are named anywhere in a configuration."""
    if isinstance(config, dict):
        for key, value in config.items():
            if key in _KEYS and isinstance(value, str):
                yield from [value] * value.startswith(f"{CORE_DOMAIN}.")
            else:
                yield from _actions(value)
    elif isinstance(config, list):
        for value in config:
            yield from _actions(value)
