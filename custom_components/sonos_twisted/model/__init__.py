"""The model floor: what a Sonos household is, as plain data and pure functions.

Bytes in, typed values out. Nothing in here starts a thread, opens a connection or reads a clock:
times are passed in, as seconds of a clock of the caller's choice (a monotonic one).
"""

from .alarms import Alarm, AlarmList, alarm_list_revision, parse_alarms
from .aspects import Aspect, Change
from .contents import (
    LIBRARY_LISTS,
    ContentKind,
    Match,
    divide,
    is_container,
    kind_of,
    match,
)
from .description import (
    DescriptionError,
    DeviceDescription,
    MalformedDescription,
    NotSonosDescription,
    parse_device_description,
)
from .didl import Didl, parse_didl, parse_didl_list, parse_stream_content
from .didl_writing import escape_markup, write_didl, write_favorite
from .household import Household, TopologyChange
from .media import (
    Media,
    PlaybackState,
    PlayMode,
    Repeat,
    Source,
    media_from_variables,
    source_from_uri,
    uid_in_uri,
)
from .notification import (
    MalformedNotification,
    Value,
    Variables,
    merge_variables,
    parse_notification,
    variable_name,
)
from .numbers import whole_number
from .position import (
    PlaybackPosition,
    Playing,
    PositionReading,
    PositionTracker,
    parse_position_info,
)
from .restoring import (
    GROUPING,
    Action,
    Asked,
    Obstacle,
    Plan,
    Stage,
    Step,
    may_have_other_timer,
    obstacles,
    plan,
)
from .snapshot import (
    MalformedSnapshot,
    Observed,
    Playback,
    QueueItem,
    RoomSnapshot,
    Snapshot,
    queue_item,
    room_snapshot,
)
from .sound import SOUND_SETTINGS, SoundSetting, sound_of, sound_setting
from .speaker import Speaker
from .times import format_duration, parse_duration
from .topology import (
    EMPTY_TOPOLOGY,
    MalformedTopology,
    Topology,
    VanishedDevice,
    ZoneGroup,
    ZoneMember,
    is_really_gone,
    parse_zone_group_state,
)
from .transport import Transport

__all__ = [
    "EMPTY_TOPOLOGY",
    "GROUPING",
    "LIBRARY_LISTS",
    "SOUND_SETTINGS",
    "Action",
    "Alarm",
    "AlarmList",
    "Asked",
    "Aspect",
    "Change",
    "ContentKind",
    "DescriptionError",
    "DeviceDescription",
    "Didl",
    "Household",
    "MalformedDescription",
    "MalformedNotification",
    "MalformedSnapshot",
    "MalformedTopology",
    "Match",
    "Media",
    "NotSonosDescription",
    "Observed",
    "Obstacle",
    "Plan",
    "PlayMode",
    "Playback",
    "PlaybackPosition",
    "PlaybackState",
    "Playing",
    "PositionReading",
    "PositionTracker",
    "QueueItem",
    "Repeat",
    "RoomSnapshot",
    "Snapshot",
    "SoundSetting",
    "Source",
    "Speaker",
    "Stage",
    "Step",
    "Topology",
    "TopologyChange",
    "Transport",
    "Value",
    "VanishedDevice",
    "Variables",
    "ZoneGroup",
    "ZoneMember",
    "alarm_list_revision",
    "divide",
    "escape_markup",
    "format_duration",
    "is_container",
    "is_really_gone",
    "kind_of",
    "match",
    "may_have_other_timer",
    "media_from_variables",
    "merge_variables",
    "obstacles",
    "parse_alarms",
    "parse_device_description",
    "parse_didl",
    "parse_didl_list",
    "parse_duration",
    "parse_notification",
    "parse_position_info",
    "parse_stream_content",
    "parse_zone_group_state",
    "plan",
    "queue_item",
    "room_snapshot",
    "sound_of",
    "sound_setting",
    "source_from_uri",
    "uid_in_uri",
    "variable_name",
    "whole_number",
    "write_didl",
    "write_favorite",
]
