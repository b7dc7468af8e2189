"""Actions for the volume of rooms and groups."""

from collections.abc import Mapping

from homeassistant.components.media_player import (
    ATTR_MEDIA_VOLUME_LEVEL,
    ATTR_MEDIA_VOLUME_MUTED,
)
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..media_player import SonosTwistedMediaPlayer
from . import RoomAction, percent

ATTR_CHANGE = "change"
ATTR_RAMP_TYPE = "ramp_type"

#: What speakers call their ways to another volume.
RAMP_TYPES: Mapping[str, str] = {
    "sleep_timer": "SLEEP_TIMER_RAMP_TYPE",
    "alarm": "ALARM_RAMP_TYPE",
    "autoplay": "AUTOPLAY_RAMP_TYPE",
}

_CHANGE = vol.All(vol.Coerce(float), vol.Range(min=-1, max=1))


async def _set_group_volume(entity: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    volume = percent(call.data[ATTR_MEDIA_VOLUME_LEVEL])
    await entity.coordinator.volumes.set_group(entity.speaker, volume)


async def _change_group_volume(entity: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    by = percent(call.data[ATTR_CHANGE])
    await entity.coordinator.volumes.change_group(entity.speaker, by)


async def _set_group_mute(entity: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    muted = call.data[ATTR_MEDIA_VOLUME_MUTED]
    await entity.coordinator.volumes.mute_group(entity.speaker, muted)


async def _ramp_volume(entity: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    volume = percent(call.data[ATTR_MEDIA_VOLUME_LEVEL])
    ramp_type = RAMP_TYPES[call.data[ATTR_RAMP_TYPE]]
    await entity.coordinator.volumes.ramp(entity.speaker, volume, ramp_type)


async def _set_volume_limit(entity: SonosTwistedMediaPlayer, call: ServiceCall) -> None:
    level = call.data.get(ATTR_MEDIA_VOLUME_LEVEL)
    limit = None if level is None else percent(level)
    await entity.coordinator.volume_limits.async_set(entity.speaker, limit)


ACTIONS = (
    RoomAction(
        name="change_group_volume",
        fields={vol.Required(ATTR_CHANGE): _CHANGE},
        each=_change_group_volume,
    ),
    RoomAction(
        name="ramp_volume",
        fields={
            vol.Required(ATTR_MEDIA_VOLUME_LEVEL): cv.small_float,
            vol.Optional(ATTR_RAMP_TYPE, default="autoplay"): vol.In(list(RAMP_TYPES)),
        },
        each=_ramp_volume,
    ),
    RoomAction(
        name="set_group_mute",
        fields={vol.Required(ATTR_MEDIA_VOLUME_MUTED): cv.boolean},
        each=_set_group_mute,
    ),
    RoomAction(
        name="set_group_volume",
        fields={vol.Required(ATTR_MEDIA_VOLUME_LEVEL): cv.small_float},
        each=_set_group_volume,
    ),
    RoomAction(
        name="set_volume_limit",
        fields={vol.Optional(ATTR_MEDIA_VOLUME_LEVEL): vol.Any(cv.small_float, None)},
        each=_set_volume_limit,
    ),
)
