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
from .didl import Didl, named, parse_didl, parse_didl_list, parse_stream_content
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
from .metadata import (
    PLAYLIST_CLASS,
    STATION_CLASS,
    TRACK_CLASS,
    item_metadata,
    service_account,
    service_type,
)
from .music_services import parse_music_services
from .notification import (
    MalformedNotification,
    Value,
    Variables,
    merge_variables,
    parse_notification,
    variable_name,
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
from .position import (
    PlaybackPosition,
    Playing,
    PositionReading,
    PositionTracker,
    parse_position_info,
)
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
    "LIBRARY_LISTS",
    "PLAYLIST_CLASS",
    "STATION_CLASS",
    "TRACK_CLASS",
    "Alarm",
    "AlarmList",
    "Aspect",
    "Change",
    "ContentKind",
    "DescriptionError",
    "DeviceDescription",
    "Didl",
    "Household",
    "MalformedDescription",
    "MalformedNotification",
    "MalformedTopology",
    "Match",
    "Media",
    "NotSonosDescription",
    "PlayMode",
    "Playable",
    "PlaybackPosition",
    "PlaybackState",
    "Playing",
    "PositionReading",
    "PositionTracker",
    "Repeat",
    "Resource",
    "Source",
    "Speaker",
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
    "item_metadata",
    "kind_of",
    "line_in",
    "match",
    "media_from_variables",
    "merge_variables",
    "named",
    "parse_alarms",
    "parse_device_description",
    "parse_didl",
    "parse_didl_list",
    "parse_duration",
    "parse_music_services",
    "parse_notification",
    "parse_position_info",
    "parse_stream_content",
    "parse_zone_group_state",
    "playable_from_didl",
    "playable_from_favorite",
    "playable_from_uri",
    "service_account",
    "service_type",
    "source_from_uri",
    "television",
    "tunein_station",
    "uid_in_uri",
    "variable_name",
    "whole_number",
    "write_didl",
    "write_favorite",
]
