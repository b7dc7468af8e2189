"""What can change in a household, and which variable tells of which change.

An event changes a handful of variables; an entity shows a handful of facts. Aspects lie between
the two, so that only those entities write their state that show something new.
"""

from dataclasses import dataclass
from enum import StrEnum


class Aspect(StrEnum):
    """A part of what is known of a speaker, or of the household."""

    # Shared by a group: a change at the coordinator is a change of each visible member.
    PLAYBACK = "playback"
    MEDIA = "media"
    POSITION = "position"
    PLAY_MODE = "play_mode"
    """Shuffle, repeat and crossfade."""
    GROUP_VOLUME = "group_volume"
    """Volume and mute of a group of several rooms; a single room's are its own."""
    SLEEP_TIMER = "sleep_timer"
    ALARM_RUNNING = "alarm_running"

    # Of one speaker.
    VOLUME = "volume"
    """Volume and mute."""
    SOUND = "sound"
    """Everything else of RenderingControl: equalizer, balance, sub, surrounds, ..."""
    GROUP = "group"
    """Who is in its group, and who coordinates it."""
    DEVICE = "device"
    """Its properties: name, address, version, microphone, battery, ..."""
    AVAILABILITY = "availability"
    INPUT = "input"
    """Its line-in and its TV input."""
    UPDATE = "update"
    """Available software updates."""
    SETTINGS = "settings"
    """What no event tells and has to be read: the status light, the battery, ..."""
    QUEUE = "queue"
    CONTENT = "content"
    """Lists without an aspect of their own."""
    OTHER = "other"

    # Of the household: reported with the household's id in place of a uid.
    ALARMS = "alarms"
    FAVORITES = "favorites"
    PLAYLISTS = "playlists"
    RADIO = "radio"
    """Favourite stations of the radio directory."""
    LIBRARY = "library"
    """The music library and the state of its index."""
    SERVICES = "services"
    """Music services and accounts."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is new.

    `uid` is that of the speaker or, for what belongs to the whole household, the household's id.
    """

    uid: str
    aspect: Aspect


TRANSPORT_ASPECTS = (
    ("playback", Aspect.PLAYBACK),
    ("actions", Aspect.PLAYBACK),
    ("media", Aspect.MEDIA),
    ("position", Aspect.POSITION),
    ("play_mode", Aspect.PLAY_MODE),
    ("valid_play_modes", Aspect.PLAY_MODE),
    ("crossfade", Aspect.PLAY_MODE),
    ("sleep_timer_generation", Aspect.SLEEP_TIMER),
    ("sleep_timer_end", Aspect.SLEEP_TIMER),
    ("alarm_running", Aspect.ALARM_RUNNING),
    ("snooze_running", Aspect.ALARM_RUNNING),
    ("group_volume", Aspect.GROUP_VOLUME),
    ("group_muted", Aspect.GROUP_VOLUME),
)
"""The attributes of a Transport and what a change of each is."""

SERVICE_ASPECTS = {
    "AudioIn": Aspect.INPUT,
    "ContentDirectory": Aspect.CONTENT,
    "DeviceProperties": Aspect.DEVICE,
    "HTControl": Aspect.INPUT,
    "Queue": Aspect.QUEUE,
    "RenderingControl": Aspect.SOUND,
}
"""What a variable's change is, by its service. OTHER if the service is not in the table."""

VARIABLE_ASPECTS: dict[tuple[str, str], Aspect | None] = {
    ("DeviceProperties", "button_lock_state"): Aspect.SETTINGS,
    ("DeviceProperties", "led_state"): Aspect.SETTINGS,
    ("AVTransport", "queue_update_id"): Aspect.QUEUE,
    ("ContentDirectory", "container_update_i_ds"): None,  # says which, see CONTAINER_ASPECTS
    ("ContentDirectory", "system_update_id"): None,  # counts the others
    ("ZoneGroupTopology", "available_software_update"): Aspect.UPDATE,
    ("ZoneGroupTopology", "zone_group_id"): None,  # the topology says it for all
    ("ZoneGroupTopology", "zone_group_name"): None,
    ("ZoneGroupTopology", "zone_player_uui_ds_in_group"): None,
}
"""The same for single variables that differ from their service. None is no change at all."""


def variable_aspect(service: str, name: str) -> Aspect | None:
    """Say what a change of a speaker's variable is a change of; None if it is none at all."""
    default = SERVICE_ASPECTS.get(service, Aspect.OTHER)
    return VARIABLE_ASPECTS.get((service, name), default)


HOUSEHOLD_ASPECTS = {
    ("AlarmClock", "alarm_list_version"): Aspect.ALARMS,
    ("AlarmClock", "time_zone"): Aspect.ALARMS,
    ("AlarmClock", "time_format"): Aspect.ALARMS,
    ("AlarmClock", "time_generation"): Aspect.ALARMS,
    ("ContentDirectory", "favorites_update_id"): Aspect.FAVORITES,
    ("ContentDirectory", "favorite_presets_update_id"): Aspect.FAVORITES,
    ("ContentDirectory", "saved_queues_update_id"): Aspect.PLAYLISTS,
    ("ContentDirectory", "radio_favorites_update_id"): Aspect.RADIO,
    ("ContentDirectory", "radio_location_update_id"): Aspect.RADIO,
    ("ContentDirectory", "user_radio_update_id"): Aspect.RADIO,
    ("ContentDirectory", "share_index_in_progress"): Aspect.LIBRARY,
    ("ContentDirectory", "share_index_last_error"): Aspect.LIBRARY,
    ("ContentDirectory", "share_list_update_id"): Aspect.LIBRARY,
    ("MusicServices", "service_list_version"): Aspect.SERVICES,
    ("ZoneGroupTopology", "alarm_run_sequence"): Aspect.ALARMS,
}
"""The same for variables that say the same at every player of a household."""

CONTAINER_ASPECTS = (
    ("Q:", Aspect.QUEUE),
    ("FV:", Aspect.FAVORITES),
    ("SQ:", Aspect.PLAYLISTS),
    ("R:", Aspect.RADIO),
    ("A:", Aspect.LIBRARY),
    ("S:", Aspect.LIBRARY),
)
"""What a container named in ContainerUpdateIDs ("Q:0,52,FV:2,7") belongs to, by its beginning."""

HOUSEHOLD_WIDE = frozenset(HOUSEHOLD_ASPECTS.values())
