"""What a room shows of its media besides what every media player shows."""

from collections.abc import Callable

from ..model import Media, Source

ATTR_ANNOUNCEMENT = "announcement"
ATTR_AUDIO_INPUT_FORMAT = "audio_input_format"
ATTR_AUDIO_SOURCE = "audio_source"
ATTR_CONTAINER = "media_container"
ATTR_NEXT_ARTIST = "media_next_artist"
ATTR_NEXT_IMAGE = "media_next_image"
ATTR_NEXT_TITLE = "media_next_title"
ATTR_QUEUE_POSITION = "queue_position"
ATTR_QUEUE_SIZE = "queue_size"
ATTR_SHOW = "media_show"

#: What is not worth a place in the database: with the next track it comes again, as what plays.
UNRECORDED = frozenset({ATTR_NEXT_ARTIST, ATTR_NEXT_IMAGE, ATTR_NEXT_TITLE})


def media_attributes(
    media: Media, tv_format: str | None, image_url: Callable[[str | None], str | None]
) -> dict[str, str | int]:
    """Return the attributes of a room that have a value.

    Args:
        media: What plays.
        tv_format: The audio format of the television, if that is what plays.
        image_url: Completes the address of a picture.

    """
    values: dict[str, str | int | None] = {
        ATTR_AUDIO_INPUT_FORMAT: tv_format,
        ATTR_AUDIO_SOURCE: None if media.source is Source.NONE else media.source.value,
        ATTR_CONTAINER: media.container,
        ATTR_NEXT_ARTIST: media.next_artist,
        ATTR_NEXT_IMAGE: image_url(media.next_art_uri),
        ATTR_NEXT_TITLE: media.next_title,
        ATTR_QUEUE_POSITION: media.queue_position,
        ATTR_QUEUE_SIZE: media.queue_size,
        ATTR_SHOW: media.show,
    }
    return {name: value for name, value in values.items() if value is not None}
