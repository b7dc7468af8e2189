"""The kinds of what happens: the one table of which triggers, events and documentation are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of what happens in a room.

    Attributes:
        when: When it happens, as the end of a sentence that begins with "When".
        fields: What its data has, with a description of each.

    """

    when: str
    fields: Mapping[str, str] = field(default_factory=dict)


_TRACK = (
    "`title`, `artist`, `album`, `channel`, `media_content_id`, `duration`, `queue_position`, "
    "`image`"
)

_GROUP = {
    "before": "Media players of the group before, this room's among them; the one that plays for "
    "the others comes first",
    "after": "Media players of the group now",
    "rooms_before": "Names of the rooms of the group before",
    "rooms_after": "Names of the rooms of the group now",
    "coordinator": "Media player of the room that plays for the others now",
}

_ALARM = {
    "alarm_id": "Number of the alarm; none if the speaker does not say which one it is",
    "start": "Time at which it rings, such as `07:00:00`",
    "duration": "Seconds after which it ends by itself; 0 if it does not",
    "recurrence": "`ONCE`, `DAILY`, `WEEKDAYS`, `WEEKENDS`, or `ON_` and numbers of days, "
    "of which Sunday is 0",
    "volume": "Its volume, 0 to 100",
    "program": "What it plays; none for the chime",
    "include_linked_zones": "Whether it rings in the rooms that are grouped with its own, too",
}

_ANNOUNCEMENT = {
    "mode": "`overlay` over what plays, or `synchronized` in its place",
    "volume": "Its volume, 0 to 100; none if it is as loud as the room is",
}

_LIMIT = {
    "volume": "How loud the room became, or was told to become, 0 to 100",
    "limit": "How loud it may become, 0 to 100",
}

KINDS: Mapping[str, Kind] = {
    # What plays
    "track_changed": Kind(
        when="another track begins to play in the room, or in the group that it plays in",
        fields={
            "old": f"The track before, with {_TRACK}; none if what played had no tracks",
            "new": "The track that plays now, with the same",
            "skipped": "How many more tracks have begun in between, too fast to be told singly",
        },
    ),
    "source_changed": Kind(
        when="the room plays from another kind of source, or from another room's input",
        fields={
            "from": "What it was, as the attribute `audio_source` has it; `none` for nothing",
            "to": "What it is now, in the same words",
            "source": "What the media player calls it, if it has a name for it",
        },
    ),
    "favorite_started": Kind(
        when="a Sonos favorite begins to play in the room, or in the group that it plays in",
        fields={
            "name": "Name of the favorite",
            "media_content_id": "Address of what plays",
        },
    ),
    "queue_ended": Kind(
        when="the last track of the queue has been played to its end",
        fields={"queue_size": "How many tracks the queue has"},
    ),
    "sleep_timer_ended": Kind(when="a sleep timer has run out"),
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
    # Alarms and announcements
    "alarm_started": Kind(when="an alarm begins to ring", fields=_ALARM),
    "alarm_snoozed": Kind(when="an alarm that rings is silenced for a while", fields=_ALARM),
    "alarm_ended": Kind(when="an alarm ends, by itself or because somebody ends it", fields=_ALARM),
    "announcement_started": Kind(
        when="an announcement of Home Assistant begins in the room", fields=_ANNOUNCEMENT
    ),
    "announcement_finished": Kind(
        when="an announcement of Home Assistant is over in the room", fields=_ANNOUNCEMENT
    ),
    "volume_limit_hit": Kind(
        when="the room becomes louder than it may, or Home Assistant is told to make it so",
        fields=_LIMIT,
    ),
    # What is plugged in
    "tv_connected": Kind(
        when="a television is connected",
        fields={"input": "`optical`, or `hdmi_cec` for one that can be controlled"},
    ),
    "tv_disconnected": Kind(
        when="a television is disconnected",
        fields={"input": "`optical`, or `hdmi_cec` for one that can be controlled"},
    ),
    "line_in_connected": Kind(when="something is plugged into the line-in"),
    "line_in_disconnected": Kind(when="it is unplugged from the line-in"),
    # The speaker
    "battery_low": Kind(
        when="the battery has less charge than before; how little is low is for you to say",
        fields={"battery": "Its charge in percent", "previous": "Its charge before"},
    ),
    "charging_started": Kind(
        when="the speaker begins to get power from elsewhere than its battery",
        fields={"battery": "Its charge in percent"},
    ),
    "speaker_rebooted": Kind(
        when="the speaker has started anew", fields={"software_version": "Its firmware"}
    ),
    "events_lost": Kind(
        when="events of the speaker stop arriving; it is asked for its state instead, if it may be",
        fields={"reason": "Why, as the end of a sentence; empty if that is not known"},
    ),
    "events_restored": Kind(when="events of the speaker arrive again"),
}
"""All kinds by their names."""
