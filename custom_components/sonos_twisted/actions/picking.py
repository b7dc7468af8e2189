"""What is to be kept: what plays in a room, or what a media id names."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..engine import EngineError, UpnpError, share_link_resources
from ..engine.commands import content
from ..errors import command_failed, refused
from ..model import Didl, Source, parse_didl, source_from_uri, write_didl
from .sharing import ATTR_MEDIA_CONTENT_ID

if TYPE_CHECKING:
    from ..media_player import SonosTwistedMediaPlayer
    from ..model import Media, Speaker

#: What the ids of everything that speakers list begin with.
_LISTED = ("A:", "FV:2/", "Q:0/", "R:0/", "S:", "SQ:")

#: Where tracks come from that can be played again.
_TRACKS = frozenset({Source.LIBRARY, Source.QUEUE, Source.SERVICE, Source.URL})

#: What is no address that a speaker knows.
_NO_ADDRESS = frozenset({Source.NONE, Source.OTHER})

_NO_SUCH_OBJECT = 701


@dataclass(frozen=True, slots=True)
class Pick:
    """Something to keep.

    Attributes:
        didl: What is known of it, with its address.
        metadata: The DIDL-Lite document with which it is played.

    """

    didl: Didl
    metadata: str

    @property
    def uri(self) -> str:
        """Its address."""
        return self.didl.res_uri or ""


async def async_named(room: SonosTwistedMediaPlayer, media_id: str) -> Pick:
    """Return what a media id names.

    Args:
        room: The room whose queue a ``Q:0/3`` belongs to.
        media_id: The id of something in a list of the speakers, or an address.

    Raises:
        HomeAssistantError: When there is nothing of that id.

    """
    if not media_id.startswith(_LISTED):
        if source_from_uri(media_id) in _NO_ADDRESS or share_link_resources(media_id):
            raise refused("no_such_media", field=ATTR_MEDIA_CONTENT_ID, value=media_id)
        return _address(media_id)
    commands = room.coordinator.commands
    try:
        item = await commands.attempt_in_group(room.speaker, content.look_up, media_id)
    except EngineError as error:
        if not isinstance(error, UpnpError) or error.code != _NO_SUCH_OBJECT:
            raise command_failed(room.speaker.name, error) from error
        item = None
    if item is None or not item.res_uri:
        raise refused("no_such_media", field=ATTR_MEDIA_CONTENT_ID, value=media_id)
    return Pick(item, item.resource_metadata or write_didl(item))


def _address(uri: str) -> Pick:
    name = uri.partition("?")[0].rstrip("/").rpartition("/")[2] or uri
    didl = Didl(title=name, res_uri=uri, item_class="object.item.audioItem.musicTrack")
    return Pick(didl, write_didl(didl))


def track(room: SonosTwistedMediaPlayer) -> Pick:
    """Return the track that plays.

    Raises:
        ServiceValidationError: When none does that could be played again.

    """
    player, media = _player(room), room.speaker.media
    if media is None or media.source not in _TRACKS or not media.uri:
        raise refused("no_track", room=room.speaker.name)
    didl = _told(player, "current_track_meta_data", media, media.uri)
    return Pick(didl, write_didl(didl))


def station(room: SonosTwistedMediaPlayer) -> Pick | None:
    """Return the station that plays, if one does."""
    media = room.speaker.media
    if media is None or media.source is not Source.RADIO or not media.transport_uri:
        return None
    stream = _told(_player(room), "current_track_meta_data", media, media.transport_uri)
    didl = replace(stream, title=media.channel or media.title)
    return _enqueued(room, didl)


def container(room: SonosTwistedMediaPlayer) -> Pick:
    """Return the playlist, album or the like that filled the queue.

    Raises:
        ServiceValidationError: When that is not known.

    """
    media = room.speaker.media
    if (
        media is None
        or media.source is not Source.QUEUE
        or not media.enqueued_uri
        or not media.container
    ):
        raise refused("no_container", room=room.speaker.name)
    didl = Didl(
        title=media.container,
        res_uri=media.enqueued_uri,
        protocol_info=f"{media.enqueued_uri.partition(':')[0]}:*:*:*",
        item_class="object.container",
        album_art_uri=media.art_uri,
    )
    return _enqueued(room, didl)


def _player(room: SonosTwistedMediaPlayer) -> Speaker:
    return room.coordinator.player_of(room.speaker)


def _told(player: Speaker, variable: str, media: Media, uri: str) -> Didl:
    """Return what the metadata of an event tells, with the address to keep."""
    told = parse_didl(player.variable("AVTransport", variable) or "") or Didl()
    return replace(
        told,
        title=media.title or uri,
        creator=media.artist,
        album=media.album,
        res_uri=uri,
        stream_content=None,
    )


def _enqueued(room: SonosTwistedMediaPlayer, didl: Didl) -> Pick:
    """Return it with the metadata that it was chosen with, which name its account."""
    given = _player(room).variable("AVTransport", "enqueued_transport_uri_meta_data") or ""
    return Pick(didl, given if parse_didl(given) else write_didl(didl))
