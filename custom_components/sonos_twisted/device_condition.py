"""Conditions of devices, of the table in ``automation/claims.py``."""

from homeassistant.const import (
    CONF_CONDITION,
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_TYPE,
    STATE_UNAVAILABLE,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import ConditionCheckerType
from homeassistant.helpers.typing import ConfigType, TemplateVarsType
import voluptuous as vol

from .automation.choices import extra_fields
from .automation.claims import CLAIMS
from .automation.targets import media_player_of, room_of
from .const import DOMAIN

CONDITION_SCHEMA = vol.Schema(
    cv.key_value_schemas(
        CONF_TYPE,
        {
            name: cv.DEVICE_CONDITION_BASE_SCHEMA.extend(
                {vol.Required(CONF_TYPE): name, **claim.checks}
            )
            for name, claim in CLAIMS.items()
        },
    )
)


async def async_get_conditions(hass: HomeAssistant, device_id: str) -> list[dict[str, str]]:
    """List the conditions of a device; only rooms have any."""
    if media_player_of(hass, device_id) is None:
        return []
    return [
        {
            CONF_CONDITION: "device",
            CONF_DEVICE_ID: device_id,
            CONF_DOMAIN: DOMAIN,
            CONF_TYPE: name,
        }
        for name in CLAIMS
    ]


async def async_get_condition_capabilities(
    hass: HomeAssistant, config: ConfigType
) -> dict[str, vol.Schema]:
    """List the fields of a condition besides its device."""
    return extra_fields(hass, config[CONF_DEVICE_ID], CLAIMS[config[CONF_TYPE]].fields)


@callback
def async_condition_from_config(_hass: HomeAssistant, config: ConfigType) -> ConditionCheckerType:
    """Return what tests a condition."""
    claim = CLAIMS[config[CONF_TYPE]]

    @callback
    def holds(hass: HomeAssistant, _variables: TemplateVarsType) -> bool:
        entity_id = media_player_of(hass, config[CONF_DEVICE_ID]) or ""
        state, room = hass.states.get(entity_id), room_of(hass, entity_id)
        if claim.seen is not None:
            return state is not None and claim.seen(state, config)
        if room is None or claim.known is None:
            return False
        is_reachable = state is None or state.state != STATE_UNAVAILABLE
        return (is_reachable or claim.of_unreachable) and claim.known(*room, config)

    return holds
