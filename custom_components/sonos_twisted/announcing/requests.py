"""From what users ask for to an announcement: by ``play_media`` with ``announce``, or our action.

Home Assistant calls ``play_media`` for each room by itself. What is announced in several rooms at
once is put together again here, so that it is one announcement. Lives on the event loop.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from homeassistant.components import media_source
from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..errors import failed, refused
from ..playing.addresses import is_address
from .announcements import DEFAULT_TIMEOUT, Announcement, Mode, async_outlast

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

ATTR_MODE = "mode"
ATTR_PRIORITY = "priority"
ATTR_TIMEOUT = "timeout"
ATTR_VOLUME = "volume"
ATTR_WAIT = "wait"

PRIORITY_HIGH = "high"
PRIORITY_LOW = "low"

#: What both ways of asking have in common.
FIELDS: Mapping[vol.Marker, Any] = {
    vol.Optional(ATTR_MODE, default=Mode.AUTO): vol.Coerce(Mode),
    vol.Optional(ATTR_PRIORITY, default=PRIORITY_LOW): vol.In([PRIORITY_LOW, PRIORITY_HIGH]),
    vol.Optional(ATTR_TIMEOUT, default=DEFAULT_TIMEOUT): vol.All(
        vol.Coerce(float), vol.Range(min=1, max=3600)
    ),
    vol.Optional(ATTR_WAIT, default=True): cv.boolean,
}

#: What ``extra`` may hold. It has more than this for other integrations, in a script for many.
_EXTRA = vol.Schema(
    {vol.Optional(ATTR_VOLUME): vol.All(vol.Coerce(int), vol.Range(min=0, max=100)), **FIELDS},
    extra=vol.REMOVE_EXTRA,
)

#: Seconds to wait for the other rooms of the same call.
COLLECTING_SECONDS = 0.05


async def async_media_url(hass: HomeAssistant, media_id: str, entity_id: str) -> str:
    """Return the address at which speakers find what shall be announced.

    Raises:
        ServiceValidationError: When it is no address.
        HomeAssistantError: When there is no such media.

    """
    if media_source.is_media_source_id(media_id):
        try:
            media_id = (await media_source.async_resolve_media(hass, media_id, entity_id)).url
        except media_source.Unresolvable as error:
            raise failed("announcement_no_media", media=media_id, error=str(error)) from error
    if not is_address(media_id):
        raise refused("announcement_no_address", media=media_id)
    try:
        return async_process_play_media_url(hass, media_id)
    except ValueError as error:
        raise refused("bad_address", media=media_id, error=str(error)) from error


@dataclass(eq=False, slots=True)
class _Call:
    """A call of ``play_media`` that has come for some of its rooms."""

    task: asyncio.Task[None] | None = None
    rooms: dict[str, Speaker] = field(default_factory=dict)
    volumes: dict[str, int] = field(default_factory=dict)


class Announcer:
    """Takes what ``play_media`` announces in the rooms of one household."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._calls: dict[tuple[object, ...], _Call] = {}

    async def async_play_media(
        self, speaker: Speaker, entity_id: str, media_id: str, extra: Mapping[str, Any]
    ) -> None:
        """Announce something in a room, and in those for which the same is asked right now.

        Args:
            speaker: The room.
            entity_id: Its media player.
            media_id: What: an address or the id of a media source, such as speech.
            extra: How: ``volume`` (0 to 100), ``mode``, ``priority``, ``timeout``, ``wait``.

        Raises:
            ServiceValidationError: When ``extra`` is wrong.
            HomeAssistantError: When a room did not announce it.

        """
        try:
            options = _EXTRA(dict(extra))
        except vol.Invalid as error:
            raise refused("announcement_extra", error=str(error)) from error
        volume = options.pop(ATTR_VOLUME, None)
        key = (media_id, *options.values())
        call = self._calls.setdefault(key, _Call())
        call.rooms[speaker.uid] = speaker
        if volume is not None:
            call.volumes[speaker.uid] = volume
        if call.task is None:
            coordinator = self._coordinator
            call.task = coordinator.entry.async_create_background_task(
                coordinator.hass,
                self._async_announce(key, entity_id, media_id, options),
                f"{coordinator.entry.title} announcement",
            )
        await async_outlast(call.task, speaker.name)

    async def _async_announce(
        self, key: tuple[object, ...], entity_id: str, media_id: str, options: dict[str, Any]
    ) -> None:
        await asyncio.sleep(COLLECTING_SECONDS)
        call = self._calls.pop(key)
        url = await async_media_url(self._coordinator.hass, media_id, entity_id)
        announcement = as_announcement(url, options, volumes=call.volumes)
        await self._coordinator.announcements.async_announce(
            call.rooms.values(), announcement, wait=options[ATTR_WAIT]
        )


def as_announcement(
    url: str,
    options: Mapping[str, Any],
    *,
    volume: int | None = None,
    volumes: Mapping[str, int] | None = None,
) -> Announcement:
    """Return the announcement for what was checked by :data:`FIELDS`."""
    return Announcement(
        url=url,
        mode=options[ATTR_MODE],
        volume=volume,
        volumes=volumes or {},
        urgent=options[ATTR_PRIORITY] == PRIORITY_HIGH,
        seconds=options[ATTR_TIMEOUT],
    )
