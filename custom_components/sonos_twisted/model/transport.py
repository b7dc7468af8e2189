"""What the players of a group share, read from the events of their coordinator."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .media import (
    MEDIA_VARIABLES,
    Media,
    PlaybackState,
    PlayMode,
    Source,
    media_from_variables,
    source_from_uri,
    uid_in_uri,
)
from .notification import text_of
from .numbers import whole_number
from .position import NO_POSITION, PlaybackPosition, Playing, PositionTracker

if TYPE_CHECKING:
    from collections.abc import Callable, Set as AbstractSet

    from .notification import Variables


@dataclass(frozen=True, slots=True)
class Transport:
    """What a group plays and how. None is unknown, which is what everything is at first."""

    playback: PlaybackState | None = None
    media: Media | None = None
    tracker: PositionTracker = NO_POSITION
    play_mode: PlayMode | None = None
    crossfade: bool | None = None
    actions: frozenset[str] = frozenset()
    """What the player can do now: "Play", "Pause", "Seek", "Next", ... (CurrentTransportActions)"""
    valid_play_modes: frozenset[str] = frozenset()
    """Which modes the media allow: "SHUFFLE", "REPEAT", "REPEATONE", "CROSSFADE"."""
    sleep_timer_generation: int | None = None
    """Grows whenever a sleep timer is set, ends or is cleared."""
    sleep_timer_end: float | None = None
    """When it lets the group fall silent, in seconds since the epoch; 0 without a timer."""
    alarm_running: bool | None = None
    snooze_running: bool | None = None
    group_volume: int | None = None
    """0 to 100."""
    group_muted: bool | None = None

    @property
    def position(self) -> PlaybackPosition | None:
        """Where in the track the group is."""
        return self.tracker.position


UNKNOWN_TRANSPORT = Transport()


def transport_after_event(
    transport: Transport,
    variables: Variables,
    sent: AbstractSet[str],
    changed: AbstractSet[str],
    now: float,
    *,
    is_initial: bool = False,
) -> Transport:
    """Give what a group plays after an AVTransport event.

    An event without TransportState, as sent at passing errors, leaves the state as it was.

    Args:
        transport: What was known before the event.
        variables: All variables known of the player, those of the event included.
        sent: The names in the event.
        changed: The names whose values are new.
        now: The time of the event.
        is_initial: Whether it tells how things are, and not that they have changed just now.
    """
    # As strings, so that a name that comes with channels, against all specifications, is ignored.
    texts = {name: value for name in changed if isinstance(value := variables[name], str)}
    playback = PlaybackState.from_transport_state(texts.get("transport_state", ""))
    media = transport.media
    if not changed.isdisjoint(MEDIA_VARIABLES):
        media = media_from_variables(variables, media)
    playback = playback or transport.playback
    tracker = transport.tracker
    playing = (
        Playing(playback, media.uri, media.queue_position, media.duration)
        if media
        else Playing(playback)
    )
    if "transport_state" in sent or playing != tracker.playing:
        tracker = tracker.after_event(playing, now, is_initial=is_initial)
    return replace(
        transport,
        playback=playback,
        media=media,
        tracker=tracker,
        **{field: read(texts[name]) for name, (field, read) in _FIELDS.items() if name in texts},
    )


def group_rendering(transport: Transport, variables: Variables) -> Transport:
    """Give what is known after a GroupRenderingControl event, from all variables known."""
    return replace(
        transport,
        group_volume=whole_number(text_of(variables, "group_volume") or ""),
        group_muted=_flag(text_of(variables, "group_mute") or ""),
    )


def followed(variables: Variables) -> str | None:
    """Give the uid of the coordinator that a player says it follows, None if it follows none."""
    uri = text_of(variables, "av_transport_uri") or ""
    return uid_in_uri(uri) if source_from_uri(uri) is Source.MEMBER else None


def _flag(text: str) -> bool | None:
    return {"0": False, "1": True}.get(text)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())


_FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "current_play_mode": ("play_mode", PlayMode.from_sonos),
    "current_crossfade_mode": ("crossfade", _flag),
    "current_transport_actions": ("actions", _names),
    "current_valid_play_modes": ("valid_play_modes", _names),
    "sleep_timer_generation": ("sleep_timer_generation", whole_number),
    "alarm_running": ("alarm_running", _flag),
    "snooze_running": ("snooze_running", _flag),
}
"""The field of a Transport that a variable fills, and how to read it."""
