"""Addresses that are to be played: URLs, URIs of speakers, and Home Assistant's media sources."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

from homeassistant.components import media_source
from homeassistant.components.http.auth import async_sign_path
from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.components.media_player.browse_media import PATHS_WITHOUT_AUTH
from homeassistant.core import HomeAssistant, callback
from yarl import URL

from ..errors import refused
from ..model import Playable, Source, playable_from_uri, source_from_uri
from .wanted import Wanted

#: For how long speakers may fetch from Home Assistant what is in their queue. An address that has
#: expired is refused, and a speaker that comes with many of them is taken for an attacker.
QUEUED_FOR = timedelta(days=30)

#: The beginning of media source ids of which it is known that they are stations.
_STATIONS = "media-source://radio_browser/"

#: Types of files that hold the address of a station.
_STATION_TYPES = frozenset(
    {"application/pls+xml", "audio/mpegurl", "audio/x-mpegurl", "audio/x-scpls"}
)


def is_address(text: str) -> bool:
    """Tell whether this is a URL, a path of Home Assistant, or a URI of speakers."""
    if "://" in text or text.startswith("/"):
        return True
    return source_from_uri(text) not in {Source.NONE, Source.OTHER}


async def async_from_media_source(wanted: Wanted) -> Playable:
    """Resolve an id of a media source; texts to be spoken have one, too.

    Raises:
        HomeAssistantError: When there is no such media.

    """
    coordinator = wanted.coordinator
    entity_id = coordinator.entity_ids.get(wanted.speaker.uid)
    media = await media_source.async_resolve_media(coordinator.hass, wanted.media_id, entity_id)
    is_station = wanted.media_id.startswith(_STATIONS) or media.mime_type in _STATION_TYPES
    url = _complete(coordinator.hass, media.url, for_queue=wanted.for_queue)
    playable = playable_from_uri(url, wanted.title, radio=is_station)
    # The address would say nothing to a person, and may hold a signature.
    return replace(playable, title=wanted.title or wanted.media_id)


async def async_from_address(wanted: Wanted, *, radio: bool = False) -> Playable:
    """Complete an address with what it needs to be fetched from Home Assistant.

    Args:
        wanted: The address.
        radio: Whether it is known to be a station.

    Raises:
        ServiceValidationError: When it is none that anybody can fetch from.

    """
    uri = wanted.media_id
    if uri.startswith(("/", "http://", "https://")):
        try:
            uri = _complete(wanted.coordinator.hass, uri, for_queue=wanted.for_queue)
        except ValueError as error:
            raise refused("bad_address", media=uri, error=str(error)) from error
    playable = playable_from_uri(uri, wanted.title, radio=radio)
    return replace(playable, title=wanted.title or wanted.media_id)


@callback
def _complete(hass: HomeAssistant, url: str, *, for_queue: bool) -> str:
    """Let a path of Home Assistant be one that speakers can fetch, for as long as they may want."""
    is_open = "?" in url or url.startswith(PATHS_WITHOUT_AUTH)
    if url.startswith("http") and (" " in url or not url.isascii()):
        url = str(URL(url))
    if for_queue and url.startswith("/") and not is_open:
        url = str(URL(async_sign_path(hass, quote(URL(url).path), QUEUED_FOR)))
    return async_process_play_media_url(hass, url)
