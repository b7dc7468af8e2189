"""Actions for the alarms of a household."""

from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..media_player import SonosTwistedMediaPlayer
from . import RoomAction
from .sharing import once_per_household

ATTR_ALARM_ID = "alarm_id"
ATTR_ENABLED = "enabled"
ATTR_INCLUDE_LINKED_ZONES = "include_linked_zones"
ATTR_TIME = "time"
ATTR_VOLUME = "volume"

#: The attribute of an alarm that a field sets.
_ATTRIBUTES = {
    ATTR_ENABLED: "enabled",
    ATTR_INCLUDE_LINKED_ZONES: "include_linked_zones",
    ATTR_TIME: "start",
    ATTR_VOLUME: "volume",
}


async def _update(room: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    changes = {
        attribute: call.data[field]
        for field, attribute in _ATTRIBUTES.items()
        if field in call.data
    }
    if ATTR_VOLUME in call.data:
        changes["volume"] = round(call.data[ATTR_VOLUME] * 100)
    await room.coordinator.alarms.async_change(call.data[ATTR_ALARM_ID], **changes)


ACTIONS = (
    RoomAction(
        name="update_alarm",
        fields={
            vol.Required(ATTR_ALARM_ID): cv.positive_int,
            vol.Optional(ATTR_TIME): cv.time,
            vol.Optional(ATTR_VOLUME): cv.small_float,
            vol.Optional(ATTR_ENABLED): cv.boolean,
            vol.Optional(ATTR_INCLUDE_LINKED_ZONES): cv.boolean,
        },
        together=once_per_household(_update),
    ),
)
