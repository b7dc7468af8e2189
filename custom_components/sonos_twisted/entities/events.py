"""What happens in a room and leaves no state behind."""

from collections.abc import Mapping
from typing import Any

from . import EventDescription

#: What an event shows of a track; the picture has an address that is of no use later.
_TRACK = ("title", "artist", "album", "channel", "media_content_id", "duration", "queue_position")


def _track(data: Mapping[str, Any]) -> dict[str, object]:
    return {name: data["new"].get(name) for name in _TRACK} | {"skipped": data["skipped"]}


def _group(data: Mapping[str, Any]) -> dict[str, object]:
    return {name: data[name] for name in ("before", "after", "coordinator")}


EVENTS = (
    EventDescription(
        key="alarm",
        event_types=["alarm_started", "alarm_snoozed", "alarm_ended"],
        aspects=frozenset(),
        attributes=dict,
    ),
    EventDescription(
        key="announcement",
        event_types=["announcement_started", "announcement_finished"],
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        attributes=dict,
    ),
    EventDescription(
        key="group",
        event_types=["joined_group", "left_group", "became_coordinator"],
        # Rooms that come and go several times a day write much, and the media player shows it.
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        attributes=_group,
    ),
    EventDescription(
        key="track",
        event_types=["track_changed"],
        # The media player has all of this as its state; each track would be in the database twice.
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        attributes=_track,
    ),
)
