"""The forms in which people say what to play: a table of media types and ids.

An id mostly tells by itself what it is (``SQ:3``, ``spotify:album:...``, ``FV:2/7``). The media
type counts where it does not, as for names. The first form that fits is taken.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import re

from homeassistant.components.media_player import MediaType
from homeassistant.components.media_source import is_media_source_id

from ..engine import share_link_resources
from ..errors import refused
from ..model import (
    Aspect,
    Didl,
    Playable,
    Speaker,
    line_in,
    playable_from_didl,
    playable_from_favorite,
    television,
    tunein_station,
)
from . import addresses, library, plex
from .sources import LINE_IN, has_line_in, has_tv, line_in_of
from .wanted import Wanted

#: Our media types besides those of Home Assistant.
FAVORITE_TYPES = frozenset({"favorite", "favorite_item_id"})
LINE_IN_TYPE = "line_in"
RADIO_TYPES = frozenset({MediaType.CHANNEL, "radio", "station"})
TV_TYPE = "tv"

_FAVORITE = "FV:2/"
_PLAYLIST = "SQ:"
_STATION = "R:0/"
_TUNEIN_ID = re.compile(r"[sp]\d+")


async def async_find(wanted: Wanted) -> Playable:
    """Return what is meant.

    Raises:
        ServiceValidationError: When there is nothing of that kind.
        HomeAssistantError: When it cannot be found out.

    """
    for form in _FORMS:
        if form.fits(wanted):
            playable = await form.find(wanted)
            if playable is None:
                break
            return playable
    else:
        raise refused("unknown_media_type", **_said(wanted))
    raise refused("media_not_found", **_said(wanted))


def _said(wanted: Wanted) -> dict[str, str]:
    return {
        "media": wanted.media_id,
        "media_type": wanted.media_type,
        "room": wanted.speaker.name,
    }


# Inputs


async def _tv(wanted: Wanted) -> Playable:
    if not has_tv(wanted.speaker):
        raise refused("no_tv", room=wanted.speaker.name)
    return television(wanted.speaker.uid)


async def _line_in(wanted: Wanted) -> Playable:
    room = _room(wanted)
    if room is None:
        raise refused("no_such_room", **_said(wanted))
    if not has_line_in(room):
        raise refused("no_line_in", room=room.name)
    return line_in(room.uid, LINE_IN if room is wanted.speaker else line_in_of(room.name))


def _room(wanted: Wanted) -> Speaker | None:
    """Return the room whose line-in is meant: this one, or one by name, entity id or uid."""
    coordinator, said = wanted.coordinator, wanted.media_id.strip()
    if said.casefold() in {"", LINE_IN.casefold(), LINE_IN_TYPE}:
        return wanted.speaker
    for room in coordinator.household.rooms:
        names = {room.name, line_in_of(room.name), room.uid, coordinator.entity_ids.get(room.uid)}
        if said.casefold() in {name.casefold() for name in names if name}:
            return room
    return None


# Lists


async def _favorite(wanted: Wanted) -> Playable | None:
    media_id = wanted.media_id
    if media_id.startswith(_PLAYLIST):
        return await _playlist_by_id(wanted)
    favorite = await _named(wanted, Aspect.FAVORITES)
    if favorite is None:
        return None
    playable = playable_from_favorite(favorite)
    if playable is None:
        raise refused("only_a_shortcut", **_said(wanted), title=favorite.title or media_id)
    return playable


async def _named(wanted: Wanted, aspect: Aspect) -> Didl | None:
    return await wanted.coordinator.content.async_find(aspect, wanted.media_id)


async def _playlist_by_id(wanted: Wanted) -> Playable | None:
    playlist = await _named(wanted, Aspect.PLAYLISTS)
    return playable_from_didl(playlist) if playlist is not None else None


async def _playlist_by_title(wanted: Wanted) -> Playable | None:
    return await _playlist_by_id(wanted) or await library.async_from_playlists(wanted)


async def _station(wanted: Wanted) -> Playable | None:
    said = wanted.media_id
    if addresses.is_address(said):
        return await addresses.async_from_address(wanted, radio=True)
    station = await _named(wanted, Aspect.RADIO)
    if station is not None:
        return playable_from_didl(station)
    favorite = await _named(wanted, Aspect.FAVORITES)
    playable = playable_from_favorite(favorite) if favorite is not None else None
    if playable is not None and not playable.queueable:
        return playable
    if _TUNEIN_ID.fullmatch(said):
        return tunein_station(said, wanted.title or _name_of_station(wanted, said))
    return None


def _name_of_station(wanted: Wanted, station_id: str) -> str:
    """Return what a station of TuneIn is called in the lists; its id, if it is in none."""
    content = wanted.coordinator.content
    uri = tunein_station(station_id, "").uri
    known = (item for item in (*content.stations, *content.favorites) if item.res_uri == uri)
    return next((item.title for item in known if item.title), station_id)


# Music services


async def _share_link(wanted: Wanted) -> Playable:
    resources = share_link_resources(wanted.media_id, wanted.title)
    return Playable.queued(wanted.title or wanted.media_id, [resources])


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to say what to play.

    Attributes:
        fits: Tells whether something was said in this form.
        find: Returns what is meant; None if there is no such thing.

    """

    fits: Callable[[Wanted], bool]
    find: Callable[[Wanted], Awaitable[Playable | None]]


def _id_begins(*beginnings: str) -> Callable[[Wanted], bool]:
    return lambda wanted: wanted.media_id.startswith(beginnings)


def _type_in(*types: str) -> Callable[[Wanted], bool]:
    return lambda wanted: wanted.media_type in types


def _either(*conditions: Callable[[Wanted], bool]) -> Callable[[Wanted], bool]:
    return lambda wanted: any(condition(wanted) for condition in conditions)


_is_playlist = _type_in(MediaType.PLAYLIST)

_FORMS = (
    _Form(lambda wanted: is_media_source_id(wanted.media_id), addresses.async_from_media_source),
    _Form(_id_begins(plex.SCHEME), plex.async_from_plex),
    _Form(_type_in(TV_TYPE), _tv),
    _Form(_type_in(LINE_IN_TYPE), _line_in),
    _Form(_either(_type_in(*FAVORITE_TYPES), _id_begins(_FAVORITE)), _favorite),
    _Form(_id_begins(_PLAYLIST), _playlist_by_id),
    _Form(_either(_type_in(*RADIO_TYPES), _id_begins(_STATION)), _station),
    _Form(lambda wanted: bool(share_link_resources(wanted.media_id)), _share_link),
    _Form(
        lambda wanted: _is_playlist(wanted) and wanted.media_id.startswith("S:"),
        library.async_from_playlists,
    ),
    _Form(lambda wanted: library.is_library_id(wanted.media_id), library.async_from_id),
    _Form(lambda wanted: addresses.is_address(wanted.media_id), addresses.async_from_address),
    _Form(_is_playlist, _playlist_by_title),
    _Form(_type_in(*library.CONTAINERS), library.async_from_name),
)
