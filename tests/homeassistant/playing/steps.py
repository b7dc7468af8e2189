"""What tests of playing do and see, and what there is to play."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant

from custom_components.sonos_twisted.engine.commands.content import browse
from tests.homeassistant.actions import (
    KITCHEN,
    act,
    in_house,
    shown,
)
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from tests.simulator.control import Remote


SPOTIFY = "x-sonos-spotify:spotify%3atrack%3a4uLU6hMCjMI75M1A2tKUQC?sid=9&flags=8224&sn=9"


FILE = "x-file-cifs://nas/music/Kofi%20Mensah%20Trio/Night%20Market/02%20Osu%20Walk.flac"


def lists_known(hass: HomeAssistant) -> bool:
    """Tell whether the favourites, the playlists and the stations have been read."""
    sources = shown(hass, KITCHEN, "source_list") or []
    return {"Peaceful Piano", "Morning", "Harbour FM", "Night Waves"} <= set(sources)


async def play(
    hass: HomeAssistant, media_type: str, media_id: str, room: str = KITCHEN, **data: Any
) -> None:
    """Perform media_player.play_media."""
    await act(
        hass, "play_media", room, media_content_type=media_type, media_content_id=media_id, **data
    )


async def truth(hass: HomeAssistant, remote: Remote, room: str = "Kitchen") -> dict[str, Any]:
    """Return what is true of a room."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    return next(dict(speaker) for speaker in speakers if speaker["name"] == room)


async def sent(hass: HomeAssistant, remote: Remote, uid: str) -> dict[str, int]:
    """Return how often each action of AVTransport was sent, but for asking for the position."""
    requests = (await in_house(hass, remote.requests))[uid]
    prefix, asking = "SOAP AVTransport.", "GetPositionInfo"
    return {
        name.removeprefix(prefix): count
        for name, count in requests.items()
        if name.startswith(prefix) and not name.endswith(asking)
    }


async def queue(hass: HomeAssistant, house: SimulatorProcess) -> list[str | None]:
    """Return the titles in the queue of the kitchen."""
    page = await in_house(hass, browse, house.addresses["Kitchen"], "Q:0")
    return [item.title for item in page.items]


@dataclass(frozen=True)
class Case:
    """Something that can be queued.

    Attributes:
        media_type: Its media type.
        media_id: Its id.
        first: The title of its first track.
        count: How many tracks it has.
        extra: What is said besides.

    """

    media_type: str
    media_id: str
    first: str
    count: int = 1
    extra: dict[str, Any] = field(default_factory=dict)


SHARE_LINKS = [
    Case("music", "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=1", "Paperweight"),
    Case("spotify://track", "spotify://01EN/spotify:track:4uLU6hMCjMI75M1A2tKUQC", "Paperweight"),
    Case("music", "spotify:album:6wiUBliPe76YAVpNEdidpY", "Intermezzo in A", 6),
    Case("playlist", "https://open.spotify.com/intl-de/playlist/37i9dQ", "Intermezzo in A", 6),
    Case("music", "https://tidal.com/browse/album/157273956", "Intermezzo in A", 6),
    Case("music", "https://listen.tidal.com/track/157273957", "Night", 1, {"title": "Night"}),
    Case("music", "https://www.deezer.com/de/playlist/5", "Intermezzo in A", 6),
    Case("music", "https://deezer.com/track/6", "A <& B", 1, {"title": "A <& B"}),
    Case("music", "https://music.apple.com/dk/album/amused/975952384", "Intermezzo in A", 6),
    Case(
        "music", "https://music.apple.com/dk/album/velvet/21?i=22", "Velvet", 1, {"title": "Velvet"}
    ),
    Case("music", "https://music.apple.com/us/song/velvet/23", "Song", 1, {"title": "Song"}),
    Case("playlist", "https://music.apple.com/dk/playlist/p/pl.92e0", "Intermezzo in A", 6),
]


FAVORITES = [
    Case("favorite_item_id", "FV:2/10", "Intermezzo in A", 6),
    Case("favorite", "Harbour Lights", "Low Tide", 5),
    Case("favorite", "peaceful piano", "Intermezzo in A", 6),
    Case("music", "FV:2/12", "Kelewele", 6),
    Case("favorite_item_id", "SQ:1", "Slow Coffee", 4),
    Case("favorite", "FV:2/13", "Passepied"),
]


IMPORTED = Case("playlist", "S:Night Walk", "Kelewele", 4)


PLAYLISTS = [
    Case("playlist", "Dinner", "Kelewele", 6),
    Case("playlist", "häuser & höfe", "Low Tide", 5),
    Case("music", "SQ:2", "Low Tide", 5),
    IMPORTED,
    Case("playlist", "S://nas/music/Playlists/Night%20Walk.m3u#0", "Kelewele", 4),
    Case("playlist", "night walk", "Kelewele", 4),
]


LIBRARY = [
    Case("album", "A:ALBUM/Night%20Market", "Kelewele", 4),
    Case("album", "A:ALBUM/Night Market", "Kelewele", 4),
    Case("album", "A:ALBUM/Night%20Market/Kofi%20Mensah%20Trio", "Kelewele", 4),
    Case("album", "A:ALBUMARTIST/Ida Lindqvist/Suite bergamasque", "Prélude", 4),
    Case("album", "night market", "Kelewele", 4),
    Case("artist", "A:ALBUMARTIST/Ida%20Lindqvist", "Gymnopédie No. 1", 7),
    Case("artist", "The Paper Lanterns", "Low Tide", 8),
    Case("contributing_artist", "A:ARTIST/Glenn%20Hartmann", "Aria", 4),
    Case("composer", "A:COMPOSER/Erik%20Satie", "Gymnopédie No. 1", 3),
    Case("genre", "A:GENRE/Jazz", "Kelewele", 4),
    Case("podcast", "A:GENRE/Jazz/Kofi%20Mensah%20Trio", "Kelewele", 4),
    Case("track", "Clair de lune", "Clair de lune"),
    Case("track", "A:TRACKS", "Aria", 23),
    Case("directory", "S://nas/music/Glenn%20Hartmann", "Aria", 4),
    Case("directory", "S://nas/music/Ida Lindqvist/Suite bergamasque/", "Prélude", 4),
    Case("track", FILE.replace("x-file-cifs:", "S:"), "Osu Walk"),
]


ADDRESSES = [
    Case("music", FILE, "Osu Walk"),
    Case("track", SPOTIFY, "Paperweight"),
    Case("music", "file:///jffs/settings/savedqueues.rsq#1", "Slow Coffee", 4),
]


QUEUED = [*SHARE_LINKS, *FAVORITES, *PLAYLISTS, *LIBRARY, *ADDRESSES]
