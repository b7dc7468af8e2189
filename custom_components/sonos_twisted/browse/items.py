"""What a speaker lists, as Home Assistant's media browser shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from homeassistant.components.media_player import (
    BrowseError,
    BrowseMedia,
    MediaClass,
    MediaType,
)
from homeassistant.components.media_player.errors import MediaPlayerException
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..model import ContentKind, Didl, is_container, kind_of
from ..translated import word

#: Gives the address of an item's picture from its type, its id, and what the speaker names.
type ImageUrl = Callable[[str, str, str | None], str | None]

#: How many slashes a folder's id has at least that is not a whole share: //server/share/folder.
_FOLDER_SLASHES = 4


class BrowseType(StrEnum):
    """Types of media content besides those of Home Assistant.

    What has one of the last three can be played, the others are only there to be opened.
    """

    ROOT = "root"
    FAVORITES = "sonos_favorites"
    FAVORITES_FOLDER = "sonos_favorites_folder"
    PLAYLISTS = "sonos_playlists"
    RADIO = "sonos_radio"
    QUEUE = "sonos_queue"
    LIBRARY = "sonos_library"
    LIST = "sonos_list"
    PART = "sonos_part"
    PLEX = "plex"
    FAVORITE = "favorite_item_id"
    STATION = "radio"
    QUEUE_ITEM = "queue_item"


#: What ids of objects begin with that can be opened: in the library, on a share, a Sonos playlist.
OPENABLE = ("A:", "S:", "SQ:")

#: Type of folders on a share; Home Assistant has a class of that name, and no type.
DIRECTORY = "directory"


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of content is shown.

    Attributes:
        media_class: Gives the symbol.
        media_type: What comes back when it is opened or played.
        plural: The key of what a folder of such things is called.

    """

    media_class: MediaClass
    media_type: str
    plural: str

    @property
    def title(self) -> str:
        """What a folder of such things is called."""
        return word(f"common.browse_{self.plural}")


LOOKS = {
    ContentKind.ALBUM: Look(MediaClass.ALBUM, MediaType.ALBUM, "albums"),
    ContentKind.ARTIST: Look(MediaClass.ARTIST, MediaType.ARTIST, "artists"),
    ContentKind.AUDIOBOOK: Look(MediaClass.TRACK, MediaType.TRACK, "audiobooks"),
    ContentKind.COMPOSER: Look(MediaClass.COMPOSER, MediaType.COMPOSER, "composers"),
    ContentKind.CONTRIBUTING_ARTIST: Look(
        MediaClass.CONTRIBUTING_ARTIST, MediaType.CONTRIBUTING_ARTIST, "contributing_artists"
    ),
    ContentKind.FOLDER: Look(MediaClass.DIRECTORY, DIRECTORY, "folders"),
    ContentKind.GENRE: Look(MediaClass.GENRE, MediaType.GENRE, "genres"),
    ContentKind.OTHER: Look(MediaClass.MUSIC, MediaType.TRACK, "other"),
    ContentKind.PLAYLIST: Look(MediaClass.PLAYLIST, MediaType.PLAYLIST, "playlists"),
    ContentKind.PODCAST: Look(MediaClass.PODCAST, MediaType.PODCAST, "podcasts"),
    ContentKind.STATION: Look(MediaClass.MUSIC, BrowseType.STATION, "stations"),
    ContentKind.TRACK: Look(MediaClass.TRACK, MediaType.TRACK, "tracks"),
}


def folder(
    title: str,
    media_type: str,
    content_id: str,
    media_class: MediaClass = MediaClass.DIRECTORY,
    thumbnail: str | None = None,
) -> BrowseMedia:
    """Return a folder that is only there to be opened."""
    return BrowseMedia(
        title=title,
        media_class=media_class,
        media_content_type=media_type,
        media_content_id=content_id,
        can_play=False,
        can_expand=True,
        thumbnail=thumbnail,
    )


def entry(item: Didl, image_url: ImageUrl, place: int | None = None) -> BrowseMedia | None:
    """Return what shows an item of a list.

    Args:
        item: The item.
        image_url: Gives the address of its picture.
        place: Its place in the queue, from 1, if it is in the queue.

    Returns:
        None for what can neither be opened nor played.

    """
    look = LOOKS[kind_of(item)]
    media_type, content_id = _address(item, look, place)
    is_favorite = media_type == BrowseType.FAVORITE
    can_expand = is_container(item) and not is_favorite
    can_play = is_whole(content_id) if can_expand else bool(item.res_uri)
    if not content_id or not (can_expand or can_play):
        return None
    return BrowseMedia(
        title=item.title or content_id,
        media_class=look.media_class,
        media_content_type=media_type,
        media_content_id=content_id,
        can_play=can_play,
        can_expand=can_expand,
        thumbnail=image_url(media_type, content_id, item.album_art_uri),
    )


def _address(item: Didl, look: Look, place: int | None) -> tuple[str, str]:
    """Return the type and the id under which an item is opened or played."""
    object_id = item.item_id or ""
    if place is not None:
        return BrowseType.QUEUE_ITEM, str(place)
    if object_id.startswith("FV:"):
        return BrowseType.FAVORITE, object_id
    if object_id.startswith("R:"):
        return BrowseType.STATION, object_id
    if is_container(item):
        return look.media_type, object_id
    return MediaType.TRACK, item.res_uri or ""


def is_whole(object_id: str) -> bool:
    """Tell whether a container is one thing that a person may want to hear as a whole."""
    if object_id.startswith("A:"):
        return "/" in object_id
    if object_id.startswith("S:"):
        return object_id.count("/") >= _FOLDER_SLASHES
    return object_id.startswith("SQ:")


def shown_error[T: MediaPlayerException](kind: type[T], error: HomeAssistantError) -> T:
    """Return an error as one of the kind that the media browser shows."""
    if isinstance(error, kind):
        return error
    return kind(
        *(() if error.generate_message else error.args),
        translation_domain=error.translation_domain,
        translation_key=error.translation_key,
        translation_placeholders=error.translation_placeholders,
    )


def not_browsable(media_type: str, content_id: str) -> BrowseError:
    """Return the error to raise for what is nothing that can be opened."""
    return BrowseError(
        translation_domain=DOMAIN,
        translation_key="not_browsable",
        translation_placeholders={"media_type": media_type, "content_id": content_id},
    )
