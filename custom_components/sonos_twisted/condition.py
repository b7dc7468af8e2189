"""Conditions with targets, of the table in ``automation/claims.py``.

All that touches Home Assistant's interface for such conditions is here, because it is young and may
change.
"""

import datetime as dt
from types import MappingProxyType
from typing import Any, ClassVar, override

from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.const import CONF_FOR, CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionConfig,
    EntityConditionBase,
)
import voluptuous as vol

from .automation.claims import CLAIMS, Claim
from .automation.targets import is_room, room_of


class RoomCondition(EntityConditionBase):
    """Tests whether a claim holds in any or all of the rooms that are targeted."""

    claim: ClassVar[Claim]
    _domain_specs = MappingProxyType({MEDIA_PLAYER_DOMAIN: DomainSpec()})

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Prepare for the options of a condition."""
        super().__init__(hass, config)
        self._options = config.options or {}

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave out what is not a room of ours."""
        ours = super().entity_filter(entities)
        return {entity_id for entity_id in ours if is_room(self._hass, entity_id)}

    @override
    def _should_include(self, _state: State) -> bool:
        return self.claim.of_unreachable or super()._should_include(_state)

    @override
    def _state_valid_since(self, _state: State) -> dt.datetime:
        return _state.last_updated  # attributes make the difference

    @property
    @override
    def needs_polling(self) -> bool:
        by_the_clock = not self.claim.by_the_clock.isdisjoint(self._options)
        return super().needs_polling or by_the_clock or self.claim.seen is None

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Tell whether the claim holds in a room."""
        claim = self.claim
        if claim.seen is not None:
            return claim.seen(entity_state, self._options)
        room = room_of(self._hass, entity_state.entity_id)
        return room is not None and claim.known is not None and claim.known(*room, self._options)


def _condition(of: Claim) -> type[Condition]:
    options: dict[Any, Any] = {
        vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In([BEHAVIOR_ANY, BEHAVIOR_ALL]),
        **of.checks,
    }
    if of.seen is not None:
        options[vol.Optional(CONF_FOR)] = cv.positive_time_period

    class _OfClaim(RoomCondition):
        claim = of
        # At run time voluptuous is what Home Assistant takes; its types don't say so.
        _schema: Any = vol.Schema(
            {
                vol.Required(CONF_TARGET): cv.TARGET_FIELDS,
                vol.Required(CONF_OPTIONS, default=dict): options,
            }
        )

    return _OfClaim


async def async_get_conditions(_hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return all conditions by their names."""
    return {name: _condition(claim) for name, claim in CLAIMS.items()}
