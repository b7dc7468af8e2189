"""Actions for moving over from core's ``sonos``, and back."""

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .. import moving_over
from . import IntegrationAction

ATTR_DRY_RUN = "dry_run"


async def _take_over(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    plan = await moving_over.async_plan(hass)
    dry_run: bool = call.data[ATTR_DRY_RUN]
    if not dry_run:
        await moving_over.async_take_over(hass, plan)
    return {"dry_run": dry_run, **plan.as_dict()}


async def _undo(hass: HomeAssistant, _call: ServiceCall) -> ServiceResponse:
    return {"entities": [*await moving_over.async_undo(hass)]}


ACTIONS = (
    IntegrationAction(
        name="take_over",
        fields={vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean},
        perform=_take_over,
        response=SupportsResponse.OPTIONAL,
    ),
    IntegrationAction(name="undo_take_over", perform=_undo, response=SupportsResponse.OPTIONAL),
)
