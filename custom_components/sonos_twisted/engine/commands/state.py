"""Asking for what events would tell: single queries, each giving evented variables.

The results have the names that events have, so that whoever takes an event can take an answer.
"""

from collections.abc import Callable, Sequence
from functools import partial

from ...model import SOUND_SETTINGS, Variables
from ..errors import UpnpError
from . import soap, sound, transport

type State = dict[str, Variables]
"""Variables by UPnP service."""

#: Not evented: how far the track has been played, and when that was so (``time.monotonic()``).
POSITION = "relative_time_position"
POSITION_MEASURED_AT = "position_measured_at"

_AVT = "AVTransport"
_GRC = "GroupRenderingControl"
_RC = "RenderingControl"


def _renamed(answer: dict[str, str], names: dict[str, str]) -> Variables:
    return {name: answer[argument] for argument, name in names.items() if argument in answer}


def _asked(service: str, action: str, names: dict[str, str], address: str) -> State:
    """Ask with an action that takes nothing else, and name its answers as events do."""
    answer = soap.call(address, service, action, InstanceID=0)
    return {service: _renamed(answer, names)}


def _track(address: str) -> State:
    answer = transport.read_position(address)
    names = {
        "Track": "current_track",
        "TrackDuration": "current_track_duration",
        "TrackMetaData": "current_track_meta_data",
        "TrackURI": "current_track_uri",
        "MeasuredAt": POSITION_MEASURED_AT,
        "RelTime": POSITION,
    }
    return {_AVT: _renamed(answer, names)}


def _sound(name: str, address: str) -> State:
    value, setting = sound.read_sound(address, name), SOUND_SETTINGS[name]
    return {_RC: {setting.variable: {setting.channel: value} if setting.channel else value}}


def _topology(address: str) -> State:
    answer = soap.call(address, "ZoneGroupTopology", "GetZoneGroupState")
    return {"ZoneGroupTopology": _renamed(answer, {"ZoneGroupState": "zone_group_state"})}


#: What can be asked, each with one request.
_QUERIES: dict[str, Callable[[str], State]] = {
    "actions": partial(
        _asked,
        _AVT,
        "GetCurrentTransportActions",
        {"Actions": "current_transport_actions"},
    ),
    "crossfade": partial(
        _asked, _AVT, "GetCrossfadeMode", {"CrossfadeMode": "current_crossfade_mode"}
    ),
    "group_mute": partial(_asked, _GRC, "GetGroupMute", {"CurrentMute": "group_mute"}),
    "group_volume": partial(_asked, _GRC, "GetGroupVolume", {"CurrentVolume": "group_volume"}),
    "media": partial(
        _asked,
        _AVT,
        "GetMediaInfo",
        {
            "NrTracks": "number_of_tracks",
            "CurrentURI": "av_transport_uri",
            "CurrentURIMetaData": "enqueued_transport_uri_meta_data",
        },
    ),
    "output_fixed": partial(_asked, _RC, "GetOutputFixed", {"CurrentFixed": "output_fixed"}),
    "play_mode": partial(_asked, _AVT, "GetTransportSettings", {"PlayMode": "current_play_mode"}),
    "sleep_timer": partial(
        _asked,
        _AVT,
        "GetRemainingSleepTimerDuration",
        {"CurrentSleepTimerGeneration": "sleep_timer_generation"},
    ),
    "topology": _topology,
    "track": _track,
    "transport_state": partial(
        _asked, _AVT, "GetTransportInfo", {"CurrentTransportState": "transport_state"}
    ),
    "trueplay": partial(
        _asked,
        _RC,
        "GetRoomCalibrationStatus",
        {
            "RoomCalibrationAvailable": "room_calibration_available",
            "RoomCalibrationEnabled": "room_calibration_enabled",
        },
    ),
    **{name: partial(_sound, name) for name in SOUND_SETTINGS},
}

#: What only who coordinates a group can answer.
_OF_GROUP = frozenset({"group_mute", "group_volume", "sleep_timer"})


def read(address: str, queries: Sequence[str]) -> State:
    """Ask a speaker several questions, one request each.

    Args:
        address: The speaker's address.
        queries: What to ask: ``transport_state``, ``track``, ``media``, ``play_mode``,
            ``crossfade``, ``actions``, ``output_fixed``, ``trueplay``, ``topology``, or one of
            ``SOUND_SETTINGS`` such as ``volume``, ``mute`` and ``bass``; of those who coordinate a
            group ``group_volume``, ``group_mute`` or ``sleep_timer``, which others leave open.

    Returns:
        Variables by service, named as events name them.

    Raises:
        PlayerError: When the speaker cannot be reached or declines one of the questions.

    """
    state: State = {}
    for query in queries:
        try:
            answer = _QUERIES[query](address)
        except UpnpError:
            if query not in _OF_GROUP:
                raise
            continue
        for service, variables in answer.items():
            state.setdefault(service, {}).update(variables)
    return state
