"""Actions for the sleep timer, which a group has in common."""

from homeassistant.core import ServiceCall
import voluptuous as vol

from ..media_player import SonosTwistedMediaPlayer
from . import RoomAction
from .sharing import once_per_group

ATTR_SLEEP_TIME = "sleep_time"

_DAY = 24 * 60 * 60


async def _set(entity: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    await entity.coordinator.sleep_timers.async_set(entity.speaker, call.data[ATTR_SLEEP_TIME])


async def _clear(entity: SonosTwistedMediaPlayer, _call: ServiceCall) -> None:
    await entity.coordinator.sleep_timers.async_set(entity.speaker, 0)


ACTIONS = (
    RoomAction(
        name="set_sleep_timer",
        fields={
            vol.Required(ATTR_SLEEP_TIME): vol.All(vol.Coerce(int), vol.Range(min=0, max=_DAY - 1))
        },
        together=once_per_group(_set),
    ),
    RoomAction(name="clear_sleep_timer", together=once_per_group(_clear)),
)
