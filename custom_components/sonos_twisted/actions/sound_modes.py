"""Actions for sound modes. What applies one is ``media_player.select_sound_mode``."""

from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..media_player import SonosTwistedMediaPlayer
from . import RoomAction, by_household

ATTR_NAME = "name"

_NAME = vol.All(cv.string, vol.Strip, vol.Length(min=1, max=100))


async def _save(entity: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    await entity.coordinator.sound_modes.async_save(entity.speaker, call.data[ATTR_NAME])


async def _delete(entities: list[SonosTwistedMediaPlayer], call: ServiceCall) -> None:
    for coordinator in by_household(entities):
        await coordinator.sound_modes.async_delete(call.data[ATTR_NAME])


ACTIONS = (
    RoomAction(name="delete_sound_mode", fields={vol.Required(ATTR_NAME): _NAME}, together=_delete),
    RoomAction(name="save_sound_mode", fields={vol.Required(ATTR_NAME): _NAME}, each=_save),
)
