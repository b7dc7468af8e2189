"""The model floor: what a Sonos household is, as plain data and pure functions.

Bytes in, typed values out. Nothing in here opens a connection or reads a clock: times are passed
in, as seconds of a clock of the caller's choice (a monotonic one). No thread is needed, but for the
short ones in which ``markup`` has what is damaged read.
"""

from .alarm_times import DAYS, RECURRENCES, days_of, next_ring, recurrence_of, rings_on
from .alarms import CHIME, PLAY_MODES, Alarm, AlarmList, alarm_list_revision, parse_alarms
from .aspects import Aspect, Change
from .battery import parse_battery_status
from .contents import (
    LIBRARY_LISTS,
    ContentKind,
    Match,
    divide,
    fits,
    is_container,
    kind_of,
    match,
)
from .description import (
    DeviceDescription,
    MalformedDescription,
    NotSonosDescription,
    parse_device_description,
)
from .didl import Didl, named, parse_didl, parse_didl_list
from .firmware import FirmwareOffer, is_newer_firmware, parse_firmware_offer
from .health import (
    EngineHealth,
    HouseholdHealth,
    LeaseHealth,
    ListenerHealth,
    RunnerHealth,
    SpeakerHealth,
)
from .household import Household
from .household_zone import parse_zone
from .media import SOUNDING, Media, PlaybackState, PlayMode, Repeat, Source, source_from_uri
from .metadata import (
    escape_markup,
    item_metadata,
    service_account,
    service_type,
    write_didl,
    write_favorite,
)
from .music_services import parse_music_services
from .notification import (
    MalformedNotification,
    Value,
    Variables,
    merge_values,
    merge_variables,
    parse_notification,
)
from .numbers import whole_number
from .playable import (
    Playable,
    Resource,
    line_in,
    playable_from_didl,
    playable_from_favorite,
    playable_from_uri,
    television,
    tunein_station,
)
from .position import PlaybackPosition, PositionReading, parse_position_info
from .restoring import (
    GROUPING,
    Action,
    Asked,
    Obstacle,
    Stage,
    Step,
    may_have_other_timer,
    obstacles,
    plan,
)
from .snapshot import (
    MalformedSnapshot,
    Observed,
    QueueItem,
    Snapshot,
    is_playing,
    queue_item,
    room_snapshot,
)
from .sound import (
    SOUND_MODE_SETTINGS,
    SOUND_SETTINGS,
    SoundSetting,
    fitting,
    has_sound_setting,
    has_speech_levels,
    has_trueplay,
    lacking,
    sound_mode_of,
    sound_setting,
)
from .speaker import Speaker
from .times import format_duration, parse_duration
from .topology import (
    EMPTY_TOPOLOGY,
    MalformedTopology,
    Topology,
    ZoneGroup,
    ZoneMember,
    parse_zone_group_state,
)
from .topology_change import TopologyChange
from .track import Passage, Track, has_no_tracks, is_sounding, passage, track_of

__all__ = [
    "CHIME",
    "DAYS",
    "EMPTY_TOPOLOGY",
    "GROUPING",
    "LIBRARY_LISTS",
    "PLAY_MODES",
    "RECURRENCES",
    "SOUNDING",
    "SOUND_MODE_SETTINGS",
    "SOUND_SETTINGS",
    "Action",
    "Alarm",
    "AlarmList",
    "Asked",
    "Aspect",
    "Change",
    "ContentKind",
    "DeviceDescription",
    "Didl",
    "EngineHealth",
    "FirmwareOffer",
    "Household",
    "HouseholdHealth",
    "LeaseHealth",
    "ListenerHealth",
    "MalformedDescription",
    "MalformedNotification",
    "MalformedSnapshot",
    "MalformedTopology",
    "Match",
    "Media",
    "NotSonosDescription",
    "Observed",
    "Obstacle",
    "Passage",
    "PlayMode",
    "Playable",
    "PlaybackPosition",
    "PlaybackState",
    "PositionReading",
    "QueueItem",
    "Repeat",
    "Resource",
    "RunnerHealth",
    "Snapshot",
    "SoundSetting",
    "Source",
    "Speaker",
    "SpeakerHealth",
    "Stage",
    "Step",
    "Topology",
    "TopologyChange",
    "Track",
    "Value",
    "Variables",
    "ZoneGroup",
    "ZoneMember",
    "alarm_list_revision",
    "days_of",
    "divide",
    "escape_markup",
    "fits",
    "fitting",
    "format_duration",
    "has_no_tracks",
    "has_sound_setting",
    "has_speech_levels",
    "has_trueplay",
    "is_container",
    "is_newer_firmware",
    "is_playing",
    "is_sounding",
    "item_metadata",
    "kind_of",
    "lacking",
    "line_in",
    "match",
    "may_have_other_timer",
    "merge_values",
    "merge_variables",
    "named",
    "next_ring",
    "obstacles",
    "parse_alarms",
    "parse_battery_status",
    "parse_device_description",
    "parse_didl",
    "parse_didl_list",
    "parse_duration",
    "parse_firmware_offer",
    "parse_music_services",
    "parse_notification",
    "parse_position_info",
    "parse_zone",
    "parse_zone_group_state",
    "passage",
    "plan",
    "playable_from_didl",
    "playable_from_favorite",
    "playable_from_uri",
    "queue_item",
    "recurrence_of",
    "rings_on",
    "room_snapshot",
    "service_account",
    "service_type",
    "sound_mode_of",
    "sound_setting",
    "source_from_uri",
    "television",
    "track_of",
    "tunein_station",
    "whole_number",
    "write_didl",
    "write_favorite",
]
