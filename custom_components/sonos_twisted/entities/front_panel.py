"""The light and the buttons on a speaker."""

from collections.abc import Callable

from homeassistant.const import EntityCategory

from ..engine.commands import settings
from ..model import Aspect, Speaker
from . import SwitchDescription

_READING = "front_panel"


def _has(variable: str) -> Callable[[Speaker], bool]:
    def exists(speaker: Speaker) -> bool:
        # Asked only while somebody shows it: until then every speaker is taken to have it.
        return speaker.has("DeviceProperties", variable, _READING) is not False

    return exists


def _enabled(speaker: Speaker) -> bool | None:
    locked = speaker.flag("DeviceProperties", "button_lock_state")
    return None if locked is None else not locked


SWITCHES = (
    SwitchDescription(
        key="status_light",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.SETTINGS}),
        existence=frozenset({Aspect.SETTINGS}),
        reading=_READING,
        exists=_has("led_state"),
        value=lambda speaker: speaker.flag("DeviceProperties", "led_state"),
        write=lambda coordinator, speaker, on: coordinator.commands.in_room(
            speaker, settings.set_status_light, on
        ),
    ),
    SwitchDescription(
        key="buttons_enabled",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.SETTINGS}),
        existence=frozenset({Aspect.SETTINGS}),
        reading=_READING,
        exists=_has("button_lock_state"),
        value=_enabled,
        write=lambda coordinator, speaker, on: coordinator.commands.in_room(
            speaker, settings.lock_buttons, not on
        ),
    ),
)
