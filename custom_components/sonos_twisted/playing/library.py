"""Finding in the music library what is to be played, by id or by name."""

from dataclasses import replace
from urllib.parse import quote, unquote

from homeassistant.components.media_player import MediaType

from ..engine.commands import lookup
from ..model import Didl, Playable, playable_from_didl
from .wanted import Wanted

#: The containers of the library by the media type of what is in them.
CONTAINERS: dict[str, str] = {
    MediaType.ALBUM: "A:ALBUM",
    MediaType.ARTIST: "A:ALBUMARTIST",
    MediaType.COMPOSER: "A:COMPOSER",
    MediaType.CONTRIBUTING_ARTIST: "A:ARTIST",
    MediaType.GENRE: "A:GENRE",
    MediaType.TRACK: "A:TRACKS",
}

#: Playlist files that are imported with the library.
_PLAYLISTS = "A:PLAYLISTS"

_FOLDER = "S://"


def is_library_id(text: str) -> bool:
    """Tell whether this is the id of something in the library, or of a folder or file there."""
    return text.startswith(("A:", _FOLDER))


async def async_from_id(wanted: Wanted) -> Playable | None:
    """Look up what has an id. Names in it may be written with or without %20 and the like."""
    object_id = wanted.media_id.rstrip("/")
    commands = wanted.coordinator.commands
    found = await commands.in_household(lookup.find, _spellings(object_id))
    if found is None and (place := _place_of(wanted.media_type, object_id)) is not None:
        found = await commands.in_household(lookup.search, *place)
    return _playable(wanted, found)


async def async_from_name(wanted: Wanted) -> Playable | None:
    """Search for what has a name: an album, an artist, a track, ..."""
    container = CONTAINERS[wanted.media_type]
    commands = wanted.coordinator.commands
    found = await commands.in_household(lookup.search, container, wanted.media_id)
    return _playable(wanted, found)


async def async_from_playlists(wanted: Wanted) -> Playable | None:
    """Look for an imported playlist: ``S:`` and its title, or its id."""
    media_id = wanted.media_id
    name = media_id if media_id.startswith(_FOLDER) else media_id.removeprefix("S:")
    commands = wanted.coordinator.commands
    return _playable(wanted, await commands.in_household(lookup.find_in, _PLAYLISTS, name))


def _spellings(object_id: str) -> list[str]:
    root, *names = object_id.split("/")
    if object_id.startswith(_FOLDER):
        quoted = object_id[: len(_FOLDER)] + quote(unquote(object_id[len(_FOLDER) :]))
    else:
        quoted = "/".join([root, *(quote(unquote(name), safe="") for name in names)])
    return list(dict.fromkeys([object_id, quoted]))


def _place_of(media_type: str, object_id: str) -> tuple[str, str] | None:
    """Tell where to search for what an id names that is of no use: an older one, say."""
    root, *names = object_id.split("/")
    if not names or object_id.startswith(_FOLDER):
        return None
    # Albums are told apart by an artist that follows: A:ALBUM/<album>/<artist>.
    name = unquote(names[0] if root == "A:ALBUM" else names[-1])
    return CONTAINERS.get(media_type, root), name


def _playable(wanted: Wanted, found: Didl | None) -> Playable | None:
    if found is None:
        return None
    if not found.res_uri and found.item_id:
        # Some containers come without a resource; that it has one follows from its id.
        uri = f"x-rincon-playlist:{wanted.speaker.uid}#{found.item_id}"
        found = replace(found, res_uri=uri)
    return playable_from_didl(found)
