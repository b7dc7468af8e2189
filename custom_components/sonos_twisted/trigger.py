"""The triggers that automations name as ``sonos_twisted.<kind>``, with targets and options.

All that touches Home Assistant's interface for such triggers is here, since it may still change.
"""

from typing import ClassVar, cast, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import TargetEntityChangeTracker, TargetSelection
from homeassistant.helpers.trigger import (
    NotTriggeredInfo,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .automation.targets import is_room
from .automation.triggering import checks_of, describe, refusing_field, variables
from .const import DOMAIN
from .errors import refused
from .happenings import KINDS, Happening, async_subscribe


class _TargetedRooms(TargetEntityChangeTracker):
    """Knows which rooms a target stands for, also when its areas, labels, ... change."""

    def __init__(self, hass: HomeAssistant, target: TargetSelection) -> None:
        """Prepare for a target; ``async_setup`` begins."""
        super().__init__(hass, target, lambda found: {it for it in found if is_room(hass, it)})
        self.uids: frozenset[str] = frozenset()

    @override
    @callback
    def _handle_entities_update(self, tracked_entities: set[str]) -> None:
        entries = map(er.async_get(self._hass).async_get, tracked_entities)
        self.uids = frozenset(entry.unique_id for entry in entries if entry is not None)


class HappeningTrigger(Trigger):
    """Triggers when something of one kind happens in a room of its target."""

    kind: ClassVar[str]

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        schema = vol.Schema(
            {
                vol.Required(CONF_TARGET): cv.TARGET_FIELDS,
                vol.Required(CONF_OPTIONS, default=dict): checks_of(cls.kind),
            }
        )
        return cast("ConfigType", schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Prepare for what an automation says."""
        super().__init__(hass, config)
        self._target = TargetSelection(config.target or {})
        self._options = config.options or {}

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        if not self._target.has_any_target:
            raise refused("trigger_without_target", trigger=f"{DOMAIN}.{self.kind}")
        rooms = _TargetedRooms(self._hass, self._target)

        @callback
        def happened(happening: Happening) -> None:
            if happening.uid not in rooms.uids:
                return
            told = variables(self._hass, happening)
            if (field := refusing_field(self._options, happening)) is None:
                run_action(told, describe(self._hass, self.kind, told))
            elif did_not_trigger is not None:
                did_not_trigger(NotTriggeredInfo("filtered_out", {"field": field, **told}))

        forget_rooms = await rooms.async_setup()
        unsubscribe = async_subscribe(self._hass, happened, kinds={self.kind})

        @callback
        def detach() -> None:
            unsubscribe()
            forget_rooms()

        return detach


_TRIGGERS: dict[str, type[Trigger]] = {
    kind: type(f"{kind}_trigger", (HappeningTrigger,), {"kind": kind}) for kind in KINDS
}


async def async_get_triggers(_hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by their names."""
    return _TRIGGERS
