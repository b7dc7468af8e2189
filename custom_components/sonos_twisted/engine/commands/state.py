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


def _transport_state(address: str) -> State:
    answer = soap.call(address, _AVT, "GetTransportInfo", InstanceID=0)
    return {_AVT: _renamed(answer, {"CurrentTransportState": "transport_state"})}


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


def _media(address: str) -> State:
    answer = soap.call(address, _AVT, "GetMediaInfo", InstanceID=0)
    names = {
        "NrTracks": "number_of_tracks",
        "CurrentURI": "av_transport_uri",
        "CurrentURIMetaData": "enqueued_transport_uri_meta_data",
    }
    return {_AVT: _renamed(answer, names)}


def _play_mode(address: str) -> State:
    answer = soap.call(address, _AVT, "GetTransportSettings", InstanceID=0)
    return {_AVT: _renamed(answer, {"PlayMode": "current_play_mode"})}


def _crossfade(address: str) -> State:
    answer = soap.call(address, _AVT, "GetCrossfadeMode", InstanceID=0)
    return {_AVT: _renamed(answer, {"CrossfadeMode": "current_crossfade_mode"})}


def _actions(address: str) -> State:
    answer = soap.call(address, _AVT, "GetCurrentTransportActions", InstanceID=0)
    return {_AVT: _renamed(answer, {"Actions": "current_transport_actions"})}


def _sound(name: str, address: str) -> State:
    value, setting = sound.read_sound(address, name), SOUND_SETTINGS[name]
    return {_RC: {setting.variable: {setting.channel: value} if setting.channel else value}}


def _output_fixed(address: str) -> State:
    answer = soap.call(address, _RC, "GetOutputFixed", InstanceID=0)
    return {_RC: _renamed(answer, {"CurrentFixed": "output_fixed"})}


def _trueplay(address: str) -> State:
    answer = soap.call(address, _RC, "GetRoomCalibrationStatus", InstanceID=0)
    names = {
        "RoomCalibrationAvailable": "room_calibration_available",
        "RoomCalibrationEnabled": "room_calibration_enabled",
    }
    return {_RC: _renamed(answer, names)}


def _group_volume(address: str) -> State:
    answer = soap.call(address, _GRC, "GetGroupVolume", InstanceID=0)
    return {_GRC: _renamed(answer, {"CurrentVolume": "group_volume"})}


def _group_mute(address: str) -> State:
    answer = soap.call(address, _GRC, "GetGroupMute", InstanceID=0)
    return {_GRC: _renamed(answer, {"CurrentMute": "group_mute"})}


def _sleep_timer(address: str) -> State:
    answer = soap.call(address, _AVT, "GetRemainingSleepTimerDuration", InstanceID=0)
    return {_AVT: _renamed(answer, {"CurrentSleepTimerGeneration": "sleep_timer_generation"})}


def _topology(address: str) -> State:
    answer = soap.call(address, "ZoneGroupTopology", "GetZoneGroupState")
    return {"ZoneGroupTopology": _renamed(answer, {"ZoneGroupState": "zone_group_state"})}


#: What can be asked, each with one request.
_QUERIES: dict[str, Callable[[str], State]] = {
    "actions": _actions,
    "crossfade": _crossfade,
    "group_mute": _group_mute,
    "group_volume": _group_volume,
    "media": _media,
    "output_fixed": _output_fixed,
    "play_mode": _play_mode,
    "sleep_timer": _sleep_timer,
    "topology": _topology,
    "track": _track,
    "transport_state": _transport_state,
    "trueplay": _trueplay,
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
