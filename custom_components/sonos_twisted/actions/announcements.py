"""Actions for announcements: what sounds over the music, or in its place, and ends by itself."""

from homeassistant.components.media_player import (
    DOMAIN as MEDIA_PLAYER_DOMAIN,
)
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..announcing.requests import ATTR_WAIT, FIELDS, as_announcement, async_media_url
from ..errors import refused
from ..media_player import SonosTwistedMediaPlayer
from ..together.everywhere import all_of
from . import RoomAction, by_household, percent

ATTR_MEDIA_ID = "media_id"
ATTR_VOLUME_LEVEL = "volume_level"
ATTR_VOLUMES = "volumes"


async def _announce(entities: list[SonosTwistedMediaPlayer], call: ServiceCall) -> None:
    data = call.data
    levels: dict[str, float] = data.get(ATTR_VOLUMES, {})
    targets = {entity.entity_id for entity in entities}
    for entity_id in levels:
        if entity_id not in targets:
            raise refused("announcement_other_room", entity_id=entity_id)
    level = data.get(ATTR_VOLUME_LEVEL)
    url = await async_media_url(call.hass, data[ATTR_MEDIA_ID], entities[0].entity_id)
    await all_of(
        coordinator.announcements.async_announce(
            [entity.speaker for entity in rooms],
            as_announcement(
                url,
                data,
                volume=None if level is None else percent(level),
                volumes={
                    entity.speaker.uid: percent(levels[entity.entity_id])
                    for entity in rooms
                    if entity.entity_id in levels
                },
            ),
            wait=data[ATTR_WAIT],
        )
        for coordinator, rooms in by_household(entities).items()
    )


async def _cancel(entities: list[SonosTwistedMediaPlayer], _call: ServiceCall) -> None:
    await all_of(
        coordinator.announcements.async_cancel(entity.speaker for entity in rooms)
        for coordinator, rooms in by_household(entities).items()
    )


ACTIONS = (
    RoomAction(
        name="announce",
        fields={
            vol.Required(ATTR_MEDIA_ID): cv.string,
            vol.Optional(ATTR_VOLUME_LEVEL): cv.small_float,
            vol.Optional(ATTR_VOLUMES): {cv.entity_domain(MEDIA_PLAYER_DOMAIN): cv.small_float},
            **FIELDS,
        },
        together=_announce,
    ),
    RoomAction(name="cancel_announcement", together=_cancel),
)
