"""Pictures of what is browsed, most of which are on the speakers.

A browser cannot reach a speaker from outside, and not at all from a page that came encrypted. So
Home Assistant fetches them, and only what a speaker has: its own pictures, or the address that it
names for an item when it is asked again. Nobody can make it fetch anything else.
"""

from http import HTTPStatus
import logging
import re
from typing import TYPE_CHECKING

import aiohttp
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from yarl import URL

from ..engine.commands import content
from ..model import Didl, Speaker, whole_number
from .items import LOOKS, OPENABLE, BrowseType

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..coordinator import HouseholdCoordinator
    from .items import ImageUrl

_LOGGER = logging.getLogger(__name__)

#: What the addresses of a speaker's own pictures begin with.
_ON_SPEAKER = "/getaa?"

_ENCODED = re.compile(r"[!-~]+")

_TIMEOUT = aiohttp.ClientTimeout(total=10)

#: Bytes of a picture.
_MOST = 8 * 1024 * 1024

_CONTAINER_TYPES = frozenset(look.media_type for look in LOOKS.values())

type Picture = tuple[bytes | None, str | None]

_NO_PICTURE: Picture = (None, None)


def image_url(
    coordinator: HouseholdCoordinator, proxied: Callable[[str, str, str | None], str]
) -> ImageUrl:
    """Return what gives a browser the address of an item's picture.

    Args:
        coordinator: The household's.
        proxied: Gives the address of a picture that Home Assistant fetches.

    """

    def address(media_type: str, content_id: str, art: str | None) -> str | None:
        art = _on_speaker(coordinator, art)
        if art is None or art.startswith("https://"):
            return art
        if art.startswith(_ON_SPEAKER):
            return proxied(media_type, content_id, art)
        if art.startswith("http://"):
            can_ask = media_type in BrowseType or content_id.startswith(OPENABLE)
            return proxied(media_type, content_id, None) if can_ask else art
        return None

    return address


async def async_get_browse_image(
    coordinator: HouseholdCoordinator,
    speaker: Speaker,
    media_type: str,
    content_id: str,
    image_id: str | None,
) -> Picture:
    """Fetch the picture of an item.

    Args:
        coordinator: The household's.
        speaker: The room in which it is browsed.
        media_type: The item's type.
        content_id: The item's id.
        image_id: Where a speaker has its picture; None if it names another address.

    Returns:
        The picture and its type, or None twice.

    """
    art = image_id
    if art is None:
        try:
            item = await _async_ask(coordinator, speaker, media_type, content_id)
        except HomeAssistantError as error:
            _LOGGER.debug("%s: no picture of a %s: %s", speaker.name, media_type, error)
            return _NO_PICTURE
        art = _on_speaker(coordinator, item.album_art_uri if item else None)
    elif not art.startswith(_ON_SPEAKER):
        return _NO_PICTURE
    if art is None:
        return _NO_PICTURE
    is_on_speaker = art.startswith(_ON_SPEAKER)
    url = f"http://{coordinator.group_address_of(speaker)}{art}" if is_on_speaker else art
    return await _async_fetch(coordinator, speaker, url, may_redirect=not is_on_speaker)


def _on_speaker(coordinator: HouseholdCoordinator, art: str | None) -> str | None:
    """Shorten an address of a picture that is on a speaker of the household."""
    if art is None or not art.startswith("http://"):
        return art
    hosts = {speaker.host for speaker in coordinator.household.speakers.values()}
    rest = art.removeprefix("http://")
    host, slash, path = rest.partition("/")
    return f"/{path}" if slash and host.partition(":")[0] in hosts else art


async def _async_ask(
    coordinator: HouseholdCoordinator, speaker: Speaker, media_type: str, content_id: str
) -> Didl | None:
    """Ask the household again what it says of an item."""
    lists = {
        BrowseType.FAVORITE: coordinator.content.favorites,
        BrowseType.STATION: coordinator.content.stations,
    }
    for kind, items in lists.items():
        if media_type == kind:
            return next((item for item in items if item.item_id == content_id), None)
    if media_type == BrowseType.QUEUE_ITEM:
        if not (place := whole_number(content_id)):
            return None
        page = await coordinator.commands.in_group(
            speaker, content.browse, content.QUEUE, place - 1, 1
        )
        return next(iter(page.items), None)
    if media_type in _CONTAINER_TYPES and content_id.startswith(OPENABLE):
        return await coordinator.commands.in_household(content.look_up, content_id)
    return None


async def _async_fetch(
    coordinator: HouseholdCoordinator, speaker: Speaker, url: str, *, may_redirect: bool
) -> Picture:
    session = async_get_clientsession(coordinator.hass)
    try:
        async with session.get(
            # What a speaker has encoded is to reach it as it is.
            URL(url, encoded=_ENCODED.fullmatch(url) is not None),
            timeout=_TIMEOUT,
            allow_redirects=may_redirect,
        ) as response:
            is_picture = response.content_type.startswith("image/")
            if response.status != HTTPStatus.OK or not is_picture:
                return _NO_PICTURE
            data = bytearray()
            async for piece in response.content.iter_any():
                data += piece
                if len(data) > _MOST:
                    _LOGGER.debug("%s: a picture is too large", speaker.name)
                    return _NO_PICTURE
            return bytes(data), response.content_type
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        # Its words have the address, in which there may be a key to somebody's account.
        _LOGGER.debug("%s: no picture: %s", speaker.name, type(error).__name__)
        return _NO_PICTURE
