"""The model floor: what a Sonos household is, as plain data and pure functions.

Bytes in, typed values out. Nothing in here starts a thread, opens a connection or reads a clock:
times are passed in, as seconds of a clock of the caller's choice (a monotonic one).
"""

from .description import (
    DescriptionError,
    DeviceDescription,
    MalformedDescription,
    NotSonosDescription,
    parse_device_description,
)
from .didl import Didl, parse_didl, parse_didl_list, parse_stream_content
from .notification import (
    MalformedNotification,
    Value,
    Variables,
    parse_notification,
    variable_name,
)
from .times import parse_duration
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

__all__ = [
    "EMPTY_TOPOLOGY",
    "DescriptionError",
    "DeviceDescription",
    "Didl",
    "MalformedDescription",
    "MalformedNotification",
    "MalformedTopology",
    "NotSonosDescription",
    "Topology",
    "Value",
    "VanishedDevice",
    "Variables",
    "ZoneGroup",
    "ZoneMember",
    "is_really_gone",
    "parse_device_description",
    "parse_didl",
    "parse_didl_list",
    "parse_duration",
    "parse_notification",
    "parse_stream_content",
    "parse_zone_group_state",
    "variable_name",
]
