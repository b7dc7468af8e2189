"""Who has told what since being away, so that what is learnt then is not taken for news."""

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..engine import EventNews

#: The variables that have to be told before what they say can be compared.
ALARM, QUEUE, SLEEP = "alarm_running", "number_of_tracks", "sleep_timer_generation"
TRACK, TRANSPORT = "current_track_uri", "av_transport_uri"
BATTERY, LINE_IN, VOLUME = "more_info", "line_in_connected", "volume"
HDMI, OPTICAL = "hdmi_cec_available", "tos_link_connected"

_BY_SERVICE = {
    "AudioIn": frozenset({LINE_IN}),
    "AVTransport": frozenset({ALARM, QUEUE, SLEEP, TRACK, TRANSPORT}),
    "DeviceProperties": frozenset({BATTERY, HDMI}),
    "HTControl": frozenset({OPTICAL}),
    "RenderingControl": frozenset({VOLUME}),
}


class Told:
    """Which variables each speaker has told since it was away the last time."""

    def __init__(self) -> None:
        """Begin when nobody has told anything."""
        self._told: dict[str, set[str]] = defaultdict(set)

    def note(self, news: EventNews) -> frozenset[str]:
        """Take note of news, and return which of these variables they have told."""
        watched = _BY_SERVICE.get(news.service)
        if watched is None:
            return frozenset()
        names = watched & news.variables.keys()
        self._told[news.uid] |= names
        return names

    def note_answer(self, uid: str, name: str) -> None:
        """Take note that a speaker was asked."""
        self._told[uid].add(name)

    def forget(self, uid: str) -> None:
        """Take note that a speaker was away."""
        self._told.pop(uid, None)

    def has(self, uid: str, name: str) -> bool:
        """Tell whether a speaker has told a variable."""
        return name in self._told.get(uid, ())
