"""The audio clips of one player: short sounds that it mixes over whatever it plays."""

from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from .didl import Track


class Files(Protocol):
    """Tells what web servers hold."""

    unreadable: set[str]

    def resolve(self, uri: str, metadata: str = "") -> Track:
        """Return the track behind a URI."""


ACTIVE = "ACTIVE"
DISMISSED = "DISMISSED"
DONE = "DONE"
ERROR = "ERROR"
INACTIVE = "INACTIVE"
INTERRUPTED = "INTERRUPTED"

HIGH = "HIGH"
LOW = "LOW"

#: Endings of what players do not decode as a clip.
_OTHER_FORMATS = frozenset({".aac", ".flac", ".m3u8", ".m4a", ".ogg", ".opus", ".webm"})

#: Seconds until a player has found out that it cannot play a clip.
_TO_FAIL = 0.05


@dataclass(slots=True)
class Clip:
    """A clip, as its player tells of it."""

    clip_id: str
    name: str
    app_id: str
    url: str
    priority: str
    clip_type: str
    volume: int | None
    authorization: str
    status: str = INACTIVE

    def as_dict(self) -> dict[str, str]:
        """Return what the player says of it to others."""
        return {
            "_objectType": "audioClip",
            "id": self.clip_id,
            "name": self.name,
            "appId": self.app_id,
            "priority": self.priority,
            "clipType": self.clip_type,
            "status": self.status,
        }


class AudioClips:
    """One clip sounds at a time; others wait, unless they are more important."""

    def __init__(
        self, clock: IReactorTime, files: Files, changed: Callable[[Clip], None], uid: str
    ) -> None:
        """Begin in silence.

        Args:
            clock: Measures how long a clip lasts.
            files: Tells how long that is.
            changed: Called with each clip whose status is new.
            uid: Of the player.
        """
        self._clock = clock
        self._files = files
        self._changed = changed
        self._uid = uid
        self._numbers = count(1)
        self._waiting: list[Clip] = []
        self._ending: IDelayedCall | None = None
        self.supported = True
        self.active: Clip | None = None
        self.history: list[Clip] = []

    def load(self, options: dict[str, object]) -> Clip:
        """Take a clip; it sounds now, or when the one before it is over."""
        volume = options.get("volume")
        clip = Clip(
            clip_id=f"{self._uid}:clip{next(self._numbers)}",
            name=str(options["name"]),
            app_id=str(options["appId"]),
            url=str(options.get("streamUrl", "")),
            priority=str(options.get("priority", LOW)),
            clip_type=str(options.get("clipType", "CUSTOM")),
            volume=volume if isinstance(volume, int) and volume >= 0 else None,
            authorization=str(options.get("httpAuthorization", "")),
        )
        self.history.append(clip)
        if self.active is not None and (clip.priority, self.active.priority) == (HIGH, LOW):
            self._end(INTERRUPTED)
        if self.active is None:
            self._start(clip)
        else:
            self._waiting.append(clip)
        return clip

    def cancel(self, clip_id: str) -> bool:
        """End a clip before its time; tell whether there was one of that id."""
        if self.active is not None and self.active.clip_id == clip_id:
            self._end(DISMISSED)
            self._go_on()
            return True
        for clip in self._waiting:
            if clip.clip_id == clip_id:
                self._waiting.remove(clip)
                self._tell(clip, DISMISSED)
                return True
        return False

    def power_off(self) -> None:
        """Fall silent, without a word to anybody."""
        self._waiting.clear()
        self.active = None
        self._stop_clock()

    def _start(self, clip: Clip) -> None:
        self.active = clip
        self._tell(clip, ACTIVE)
        ending = PurePosixPath(urlsplit(clip.url).path).suffix
        if clip.url in self._files.unreadable or ending.lower() in _OTHER_FORMATS:
            self._ending = self._clock.callLater(_TO_FAIL, self._over, ERROR)
            return
        seconds = self._files.resolve(clip.url).duration
        self._ending = self._clock.callLater(seconds, self._over, DONE)

    def _over(self, status: str) -> None:
        self._end(status)
        self._go_on()

    def _end(self, status: str) -> None:
        clip, self.active = self.active, None
        self._stop_clock()
        if clip is not None:
            self._tell(clip, status)

    def _go_on(self) -> None:
        if self._waiting:
            self._start(self._waiting.pop(0))

    def _tell(self, clip: Clip, status: str) -> None:
        clip.status = status
        self._changed(clip)

    def _stop_clock(self) -> None:
        if self._ending is not None and self._ending.active():
            self._ending.cancel()
        self._ending = None
