"""The kinds of what happens: THE table from which triggers, events and documentation are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """What something happens in."""

    HOUSEHOLD = "household"
    ROOM = "room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of what happens.

    Attributes:
        when: When it happens, as the end of a sentence that begins with "When".
        fields: What its data has, with a description of each.
        scope: What it happens in.

    """

    when: str
    fields: Mapping[str, str] = field(default_factory=dict)
    scope: Scope = Scope.ROOM


_TRACK = "title, artist, album, channel, media_content_id, duration, queue_position, image"

_GROUP = {
    "before": "Media players of the group before, with this room's; who plays for it comes first",
    "after": "The same afterwards",
    "rooms_before": "The names of these rooms before",
    "rooms_after": "The same afterwards",
    "coordinator": "The media player that plays for the group now",
}

KINDS: Mapping[str, Kind] = {
    # What plays
    "track_changed": Kind(
        when="another track begins to play in the room, or in the group that it plays in",
        fields={
            "old": f"The track before ({_TRACK}); none if it was not a track",
            "new": "The track that plays now, with the same",
            "skipped": "How many more tracks have begun in between, too fast to be told singly",
        },
    ),
    "source_changed": Kind(
        when="the room plays from another kind of source, or from another room's input",
        fields={
            "from": "What it was, as the attribute audio_source has it",
            "to": "What it is now",
            "source": "The name that the media player has for it, if it has one",
        },
    ),
    # Groups
    "joined_group": Kind(when="the room joins others", fields=_GROUP),
    "left_group": Kind(when="the room leaves a group", fields=_GROUP),
    "group_changed": Kind(
        when="other rooms than before play together with the room", fields=_GROUP
    ),
    "became_coordinator": Kind(
        when="the room begins to play for others, be it that they join it or that it takes over",
        fields=_GROUP,
    ),
}
"""All kinds by their names."""
