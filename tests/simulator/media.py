"""Kinds of transport URIs and what a player can do with each."""

from dataclasses import dataclass
import re


@dataclass(frozen=True, slots=True)
class Kind:
    """What a transport URI means for transport actions."""

    name: str
    actions: str
    valid_play_modes: str = ""
    tracks: int = 1
    streams: bool = True

    def allows(self, action: str) -> bool:
        """Tell whether ``action`` is among the current transport actions."""
        return action in self.actions.split(", ")


NOTHING = Kind("nothing", "Set", tracks=0)
QUEUE = Kind(
    "queue",
    "Set, Play, Stop, Pause, Seek, Next, Previous",
    "SHUFFLE,REPEAT,REPEATONE,CROSSFADE",
    streams=False,
)
CLOUD_QUEUE = Kind(
    "cloud_queue",
    "Set, Play, Stop, Pause, Seek, Next, Previous",
    QUEUE.valid_play_modes,
    streams=False,
)
MEMBER = Kind("member", "Start, Stop")
LINE_IN = Kind("line_in", "Set, Stop, Play")
TV = Kind("tv", "Set, Stop")
RADIO = Kind("radio", "Set, Stop, Play")
SERVICE_RADIO = Kind("service_radio", "Set, Play, Stop, Pause, Next")
VIRTUAL_LINE_IN = Kind("virtual_line_in", "Set, Play, Stop, Pause, Next, Previous")
FILE = Kind("file", "Set, Play, Stop, Pause, Seek", streams=False)

_PREFIXES = (
    ("x-rincon-queue:", QUEUE),
    ("x-rincon-stream:", LINE_IN),
    ("x-rincon-mp3radio:", RADIO),
    ("x-rincon:", MEMBER),
    ("x-sonos-htastream:", TV),
    ("x-sonos-vli:", VIRTUAL_LINE_IN),
    ("x-sonosapi-stream:", RADIO),
    ("x-sonosapi-radio:", SERVICE_RADIO),
    ("x-sonosapi-hls:", SERVICE_RADIO),
    ("x-sonosapi-hls-static:", FILE),
    ("hls-radio:", RADIO),
    ("aac:", RADIO),
)

# The player's own queue has the number 0; others are kept by a service.
_CLOUD_QUEUE = re.compile(r"x-rincon-queue:\w+#[1-9]\d*")

# What an app on another device feeds. A player that has lost it cannot fetch it back.
FED_BY_APPS = (CLOUD_QUEUE, VIRTUAL_LINE_IN)


def kind_of(uri: str) -> Kind:
    """Return the kind of a transport URI."""
    if not uri:
        return NOTHING
    if _CLOUD_QUEUE.fullmatch(uri):
        return CLOUD_QUEUE
    return next((kind for prefix, kind in _PREFIXES if uri.startswith(prefix)), FILE)


@dataclass(frozen=True, slots=True)
class PlayMode:
    """One of the six play modes, taken apart."""

    shuffle: bool
    repeat: str


PLAY_MODES = {
    "NORMAL": PlayMode(shuffle=False, repeat="none"),
    "REPEAT_ALL": PlayMode(shuffle=False, repeat="all"),
    "REPEAT_ONE": PlayMode(shuffle=False, repeat="one"),
    "SHUFFLE_NOREPEAT": PlayMode(shuffle=True, repeat="none"),
    "SHUFFLE": PlayMode(shuffle=True, repeat="all"),
    "SHUFFLE_REPEAT_ONE": PlayMode(shuffle=True, repeat="one"),
}
