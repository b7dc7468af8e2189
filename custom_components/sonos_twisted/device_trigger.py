"""The triggers that devices have: those of ``trigger.py``, each for one room."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.device_automation import DEVICE_TRIGGER_BASE_SCHEMA
from homeassistant.const import CONF_DEVICE_ID, CONF_DOMAIN, CONF_PLATFORM, CONF_TYPE
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.trigger import TriggerActionType, TriggerInfo
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .automation.choices import extra_fields
from .automation.targets import media_player_of, room_of
from .automation.triggering import checks_of, describe, fields_of, refusing_field, variables
from .const import DOMAIN
from .happenings import KINDS, Happening, async_subscribe
from .model import Speaker
from .playing.sources import has_line_in, has_tv


def _has_battery(speaker: Speaker) -> bool:
    return speaker.has("DeviceProperties", "battery_level") is True


#: What a speaker must have for something to happen to it.
_NEEDS: Final[Mapping[str, Callable[[Speaker], bool]]] = {
    "battery_low": _has_battery,
    "charging_started": _has_battery,
    "line_in_connected": has_line_in,
    "line_in_disconnected": has_line_in,
    "tv_connected": has_tv,
    "tv_disconnected": has_tv,
}

TRIGGER_SCHEMA = vol.Schema(
    cv.key_value_schemas(
        CONF_TYPE,
        {
            kind: DEVICE_TRIGGER_BASE_SCHEMA.extend(
                {vol.Required(CONF_TYPE): kind, **checks_of(kind)}
            )
            for kind in KINDS
        },
    )
)


async def async_get_triggers(hass: HomeAssistant, device_id: str) -> list[dict[str, Any]]:
    """List what can happen to a device; only rooms are told of."""
    entity_id = media_player_of(hass, device_id)
    if entity_id is None:
        return []
    found = room_of(hass, entity_id)
    speaker = found[1] if found is not None else None
    if speaker is not None and speaker.bonded_to is not None:
        return []
    return [
        {
            CONF_PLATFORM: "device",
            CONF_DEVICE_ID: device_id,
            CONF_DOMAIN: DOMAIN,
            CONF_TYPE: kind,
        }
        for kind in KINDS
        # Of what is not loaded nothing is known, so that everything may be.
        if speaker is None or kind not in _NEEDS or _NEEDS[kind](speaker)
    ]


async def async_get_trigger_capabilities(
    hass: HomeAssistant, config: ConfigType
) -> dict[str, vol.Schema]:
    """List the fields of a trigger besides its device."""
    return extra_fields(hass, config[CONF_DEVICE_ID], fields_of(config[CONF_TYPE]))


async def async_attach_trigger(
    hass: HomeAssistant,
    config: ConfigType,
    action: TriggerActionType,
    trigger_info: TriggerInfo,
) -> CALLBACK_TYPE:
    """Call an action whenever the thing happens."""
    kind, device_id = config[CONF_TYPE], config[CONF_DEVICE_ID]
    job = HassJob(action, f"{DOMAIN} {kind} of {device_id}")
    device = dr.async_get(hass).async_get(device_id)
    uids = {uid for domain, uid in device.identifiers if domain == DOMAIN} if device else set()

    @callback
    def happened(happening: Happening) -> None:
        if refusing_field(config, happening) is not None:
            return
        told = variables(hass, happening)
        trigger = {
            **trigger_info["trigger_data"],
            CONF_PLATFORM: "device",
            CONF_DOMAIN: DOMAIN,
            CONF_TYPE: kind,
            "description": describe(hass, kind, told),
            **told,
        }
        hass.async_run_hass_job(job, {"trigger": trigger})

    return async_subscribe(hass, happened, kinds={kind}, uids=uids)
