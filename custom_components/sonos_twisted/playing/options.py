"""What is said besides when a room is told to play: the ``extra`` of ``play_media``."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from homeassistant.components.media_player import RepeatMode
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..errors import refused

ATTR_METADATA = "metadata"
ATTR_POSITION = "position"
ATTR_QUEUE_POSITION = "queue_position"
ATTR_REPEAT = "repeat"
ATTR_SHUFFLE = "shuffle"
ATTR_TITLE = "title"
ATTR_VOLUME = "volume"

_WHOLE_NUMBER = vol.All(vol.Coerce(int), vol.Range(min=0))

#: ``extra`` has more than this for other integrations, in a script for many.
_EXTRA = vol.Schema(
    {
        vol.Optional(ATTR_POSITION): _WHOLE_NUMBER,
        vol.Optional(ATTR_QUEUE_POSITION): _WHOLE_NUMBER,
        vol.Optional(ATTR_REPEAT): vol.Coerce(RepeatMode),
        vol.Optional(ATTR_SHUFFLE): vol.Any(None, cv.boolean),
        vol.Optional(ATTR_VOLUME): vol.All(vol.Coerce(int), vol.Range(min=0, max=100)),
    },
    extra=vol.REMOVE_EXTRA,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayOptions:
    """How something is to be played. What is None stays as it is.

    Attributes:
        title: What to call it, where it does not say so itself; may be "".
        shuffle: Whether to play in random order.
        repeat: What to play again.
        volume: How loud the room is to be, in percent.
        position: At how many seconds to begin.
        queue_position: The place in the queue, from 0, at which it is inserted.

    """

    title: str = ""
    shuffle: bool | None = None
    repeat: RepeatMode | None = None
    volume: int | None = None
    position: int = 0
    queue_position: int | None = None

    @classmethod
    def from_extra(cls, extra: Mapping[str, Any]) -> Self:
        """Check what a user has said.

        Raises:
            ServiceValidationError: When something of it is wrong.

        """
        title = extra.get(ATTR_TITLE) or (extra.get(ATTR_METADATA) or {}).get(ATTR_TITLE) or ""
        try:
            return cls(title=str(title), **_EXTRA(dict(extra)))
        except vol.Invalid as error:
            raise refused("play_extra", error=str(error)) from error

    def shuffled(self, shuffle: bool | None) -> Self:
        """Return the same with an order that counts unless one was said."""
        return self if self.shuffle is not None else replace(self, shuffle=shuffle)
