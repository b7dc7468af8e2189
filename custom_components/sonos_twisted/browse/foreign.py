"""Branches of the media browser that other integrations offer: Plex, Spotify and media sources.

Each is there when its integration is set up. What goes wrong in one of them stays in it.
"""

from collections.abc import Awaitable, Sequence
import logging
from typing import Any

from homeassistant.components import media_source
from homeassistant.components.media_player import BrowseError, BrowseMedia, MediaClass
from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from ..translated import title_of
from .items import BrowseType, folder

_LOGGER = logging.getLogger(__name__)

#: For whom Plex leaves out what is no music, and stations, which speakers cannot play.
_PLEX_PLATFORM = "sonos"


async def async_branches(hass: HomeAssistant) -> list[BrowseMedia]:
    """Return what other integrations add to the root."""
    branches: list[BrowseMedia] = []
    for name, read in (
        ("plex", _plex_root),
        ("spotify", _spotify_root),
        ("media_source", _media_source_root),
    ):
        try:
            branches += await read(hass)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong there, ours remain
            _LOGGER.debug("%s is left out of the media browser: %s", name, error)
    return branches


async def async_open(hass: HomeAssistant, media_type: str, content_id: str) -> BrowseMedia | None:
    """Open something of another integration's.

    Returns:
        None if it is no other integration's.

    Raises:
        BrowseError: When it cannot be opened.

    """
    for name, find in (("plex", _plex), ("spotify", _spotify), ("media_source", _media_source)):
        if (opened := find(hass, media_type, content_id)) is None:
            continue
        try:
            return await opened
        except BrowseError:
            raise
        except Exception as error:
            # Whatever another integration raises, the user reads whose branch failed.
            _LOGGER.debug("%s cannot be opened", name, exc_info=True)
            raise BrowseError(
                translation_domain=DOMAIN,
                translation_key="branch_failed",
                translation_placeholders={"branch": title_of(name), "error": str(error)},
            ) from error
    return None


def is_audio(item: BrowseMedia) -> bool:
    """Tell whether something of a media source can be heard."""
    return item.media_content_type.startswith("audio/")


async def _plex_root(hass: HomeAssistant) -> Sequence[BrowseMedia]:
    if "plex" not in hass.config.components:
        return ()
    logo = "/api/brands/integration/plex/logo.png"
    return (folder("Plex", BrowseType.PLEX, BrowseType.PLEX, MediaClass.APP, logo),)


def _plex(hass: HomeAssistant, media_type: str, content_id: str) -> Awaitable[BrowseMedia] | None:
    if "plex" not in hass.config.components:
        return None
    # Its library takes long to import, so it is only imported when it is there anyway.
    from homeassistant.components import plex as untyped  # noqa: PLC0415

    plex: Any = untyped
    opened: Awaitable[BrowseMedia] | None = None
    if media_type == BrowseType.PLEX:
        opened = plex.async_browse_media(hass, None, None, platform=_PLEX_PLATFORM)
    elif plex.is_plex_media_id(content_id):
        opened = plex.async_browse_media(hass, media_type, content_id, platform=_PLEX_PLATFORM)
    return opened


async def _spotify_root(hass: HomeAssistant) -> Sequence[BrowseMedia]:
    if "spotify" not in hass.config.components:
        return ()
    from homeassistant.components import spotify  # noqa: PLC0415

    return (await spotify.async_browse_media(hass, None, None)).children or ()


def _spotify(
    hass: HomeAssistant, media_type: str, content_id: str
) -> Awaitable[BrowseMedia] | None:
    if "spotify" not in hass.config.components:
        return None
    from homeassistant.components import spotify  # noqa: PLC0415

    if spotify.is_spotify_media_type(media_type):
        return spotify.async_browse_media(hass, media_type, content_id, can_play_artist=False)
    return None


async def _media_source_root(hass: HomeAssistant) -> Sequence[BrowseMedia]:
    root = await media_source.async_browse_media(hass, None, content_filter=is_audio)
    # With a single source, the root is that source itself.
    return (root,) if root.domain is not None or root.children is None else root.children


def _media_source(
    hass: HomeAssistant, _media_type: str, content_id: str
) -> Awaitable[BrowseMedia] | None:
    if not media_source.is_media_source_id(content_id):
        return None
    return media_source.async_browse_media(hass, content_id, content_filter=is_audio)
