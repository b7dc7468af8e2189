"""AVTransport: playing, seeking, play modes, groups, sleep timer."""

from typing import TYPE_CHECKING

from tests.simulator.didl import track_metadata
from tests.simulator.errors import Code, UpnpError
from tests.simulator.media import FED_BY_APPS, LINE_IN, MEMBER, QUEUE, TV, kind_of
from tests.simulator.text import (
    NOT_IMPLEMENTED,
    UNKNOWN_COUNT,
    clock_time,
    flag,
    parse_clock_time,
)

from .acceptance import check_playable, check_transport_uri
from .kinds import coordinator_only, fixed, nothing, truth

if TYPE_CHECKING:
    from tests.simulator.speaker import Speaker

    from .kinds import Answer, Arguments, Handler, Key, Variables

_DAY = 24 * 60 * 60
_NO_CLOCK = (MEMBER, LINE_IN, TV)


def _playable(handler: Handler) -> Handler:
    """Let an action fail on players whose group has changed just now."""

    def guarded(speaker: Speaker, arguments: Arguments) -> Answer:
        if speaker.household.is_regrouping(speaker):
            raise UpnpError(Code.TRANSITION_NOT_AVAILABLE)
        return handler(speaker, arguments)

    return guarded


def _set_uri(speaker: Speaker, args: Arguments) -> Answer:
    uri, metadata = args["CurrentURI"], args["CurrentURIMetaData"]
    if uri.startswith("x-rincon:"):
        if speaker.household.is_regrouping(speaker):
            raise UpnpError(Code.ACTION_FAILED)
        speaker.household.join(speaker, uri.removeprefix("x-rincon:").strip())
        return None
    if kind_of(uri) in FED_BY_APPS:
        raise UpnpError(Code.ILLEGAL_MIME_TYPE)
    check_transport_uri(speaker, uri, metadata)
    if not speaker.is_coordinator:
        # Anything else takes the player out of its group.
        speaker.household.leave(speaker)
    if uri in speaker.household.catalog.unreadable:
        raise UpnpError(Code.RESOURCE_NOT_FOUND)
    speaker.transport.set_uri(uri, metadata)
    return None


def _set_next_uri(speaker: Speaker, args: Arguments) -> Answer:
    speaker.transport.next_uri = args["NextURI"]
    speaker.transport.next_metadata = args["NextURIMetaData"]
    speaker.changed("AVTransport")
    return None


@_playable
def _play(speaker: Speaker, _args: Arguments) -> Answer:
    check_playable(speaker)
    speaker.transport.play()
    return None


@_playable
def _pause(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.transport.pause()
    return None


@_playable
def _stop(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.transport.stop()
    return None


@_playable
def _next(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.transport.next()
    return None


@_playable
def _previous(speaker: Speaker, _args: Arguments) -> Answer:
    speaker.transport.previous()
    return None


@_playable
def _seek(speaker: Speaker, args: Arguments) -> Answer:
    transport, unit, target = speaker.transport, args["Unit"], args["Target"]
    if unit == "TRACK_NR":
        try:
            track = int(target)
        except ValueError:
            raise UpnpError(Code.ILLEGAL_SEEK_TARGET) from None
        transport.seek_track(track)
        return None
    try:
        seconds = float(parse_clock_time(target))
    except ValueError:
        raise UpnpError(Code.ILLEGAL_SEEK_TARGET) from None
    if unit == "TIME_DELTA":
        seconds += transport.position
    elif unit != "REL_TIME":
        raise UpnpError(Code.SEEK_MODE_NOT_SUPPORTED)
    transport.seek_time(seconds)
    return None


def _transport_info(speaker: Speaker, _args: Arguments) -> Answer:
    return {
        "CurrentTransportState": speaker.transport.state,
        "CurrentTransportStatus": speaker.transport.status,
        "CurrentSpeed": "1",
    }


def _position_info(speaker: Speaker, _args: Arguments) -> Answer:
    transport = speaker.transport
    track = transport.track
    known = transport.kind not in _NO_CLOCK
    return {
        "Track": str(transport.track_number),
        "TrackDuration": clock_time(track.duration if track else 0) if known else NOT_IMPLEMENTED,
        "TrackMetaData": transport.track_metadata if known else NOT_IMPLEMENTED,
        "TrackURI": track.uri if track else "",
        "RelTime": clock_time(transport.position) if known else NOT_IMPLEMENTED,
        "AbsTime": NOT_IMPLEMENTED,
        "RelCount": UNKNOWN_COUNT,
        "AbsCount": UNKNOWN_COUNT,
    }


def _media_info(speaker: Speaker, _args: Arguments) -> Answer:
    transport = speaker.transport
    return {
        "NrTracks": str(transport.track_count),
        "MediaDuration": NOT_IMPLEMENTED,
        "CurrentURI": transport.uri,
        "CurrentURIMetaData": transport.uri_metadata,
        "NextURI": transport.next_uri,
        "NextURIMetaData": transport.next_metadata,
        "PlayMedium": "NETWORK" if transport.uri else "NONE",
        "RecordMedium": NOT_IMPLEMENTED,
        "WriteStatus": NOT_IMPLEMENTED,
    }


def _transport_settings(speaker: Speaker, _args: Arguments) -> Answer:
    return {"PlayMode": speaker.transport.play_mode, "RecQualityMode": NOT_IMPLEMENTED}


def _actions(speaker: Speaker, _args: Arguments) -> Answer:
    return {"Actions": speaker.transport.kind.actions}


def _set_play_mode(speaker: Speaker, args: Arguments) -> Answer:
    speaker.transport.set_play_mode(args["NewPlayMode"])
    return None


def _crossfade(speaker: Speaker, _args: Arguments) -> Answer:
    return {"CrossfadeMode": flag(speaker.transport.crossfade)}


@coordinator_only(Code.NOT_SUPPORTED_HERE)
def _set_crossfade(speaker: Speaker, args: Arguments) -> Answer:
    speaker.transport.set_crossfade(on=truth(args["CrossfadeMode"]))
    return None


@coordinator_only(Code.NOT_SUPPORTED_HERE)
def _set_sleep_timer(speaker: Speaker, args: Arguments) -> Answer:
    text = args["NewSleepTimerDuration"].strip()
    try:
        seconds = parse_clock_time(text) if text else None
    except ValueError:
        raise UpnpError(Code.INVALID_ARGS) from None
    if seconds is not None and not 0 <= seconds < _DAY:
        raise UpnpError(Code.INVALID_ARGS)
    # No time at all ends the timer, as no text does.
    speaker.transport.set_sleep_timer(seconds or None)
    return None


@coordinator_only(Code.NOT_SUPPORTED_HERE)
def _sleep_timer(speaker: Speaker, _args: Arguments) -> Answer:
    remaining = speaker.transport.sleep_remaining
    return {
        "RemainingSleepTimerDuration": "" if remaining is None else clock_time(remaining),
        "CurrentSleepTimerGeneration": str(speaker.transport.sleep_generation),
    }


def _stand_alone(speaker: Speaker, _args: Arguments) -> Answer:
    if speaker.invisible:
        raise UpnpError(Code.TRANSITION_NOT_AVAILABLE)
    heir, group_id = speaker.household.leave(speaker)
    return {"DelegatedGroupCoordinatorID": heir, "NewGroupID": group_id}


def _delegate(speaker: Speaker, args: Arguments) -> Answer:
    speaker.household.delegate(speaker, args["NewCoordinator"], rejoin=truth(args["RejoinGroup"]))
    return None


def _running_alarm(speaker: Speaker, _args: Arguments) -> Answer:
    ringing = speaker.transport.ringing
    if not ringing.running:
        raise UpnpError(Code.NOT_SUPPORTED_HERE)
    return {
        "AlarmID": str(ringing.number),
        "GroupID": speaker.household.group_of(speaker).group_id,
        "LoggedStartTime": ringing.logged_start,
    }


def _snooze(speaker: Speaker, args: Arguments) -> Answer:
    try:
        seconds = parse_clock_time(args["Duration"])
    except ValueError:
        raise UpnpError(Code.INVALID_ARGS) from None
    if seconds <= 0:
        raise UpnpError(Code.INVALID_ARGS)
    if not speaker.transport.ringing.running:
        raise UpnpError(Code.NOT_SUPPORTED_HERE)
    speaker.transport.ringing.snooze(seconds)
    return None


def _end_direct_control(speaker: Speaker, _args: Arguments) -> Answer:
    if not speaker.transport.direct_control:
        raise UpnpError(Code.TRANSITION_NOT_AVAILABLE)
    speaker.transport.set_uri("")
    return None


ACTIONS: dict[str, Handler] = {
    "SetAVTransportURI": _set_uri,
    "SetNextAVTransportURI": _set_next_uri,
    "Play": _play,
    "Pause": _pause,
    "Stop": _stop,
    "Next": _next,
    "Previous": _previous,
    "Seek": _seek,
    "GetTransportInfo": _transport_info,
    "GetPositionInfo": _position_info,
    "GetMediaInfo": _media_info,
    "GetTransportSettings": _transport_settings,
    "GetCurrentTransportActions": _actions,
    "GetDeviceCapabilities": fixed(
        PlayMedia="NONE, NETWORK", RecMedia=NOT_IMPLEMENTED, RecQualityModes=NOT_IMPLEMENTED
    ),
    "SetPlayMode": _set_play_mode,
    "GetCrossfadeMode": _crossfade,
    "SetCrossfadeMode": _set_crossfade,
    "ConfigureSleepTimer": _set_sleep_timer,
    "GetRemainingSleepTimerDuration": _sleep_timer,
    "BecomeCoordinatorOfStandaloneGroup": _stand_alone,
    "DelegateGroupCoordinationTo": _delegate,
    "GetRunningAlarmProperties": _running_alarm,
    "SnoozeAlarm": _snooze,
    "EndDirectControlSession": _end_direct_control,
    "BackupQueue": nothing,
    "NotifyDeletedURI": nothing,
}

# A change of any of these sends the whole state, as clients count on finding it together.
_MAIN = frozenset(
    {
        "TransportState",
        "CurrentPlayMode",
        "NumberOfTracks",
        "CurrentTrack",
        "CurrentTrackURI",
        "CurrentTrackMetaData",
        "AVTransportURI",
        "r:EnqueuedTransportURI",
        "r:EnqueuedTransportURIMetaData",
    }
)
_UNUSED = (
    "TransportPlaySpeed",
    "CurrentMediaDuration",
    "RecordStorageMedium",
    "PossibleRecordStorageMedia",
    "RecordMediumWriteStatus",
    "CurrentRecordQualityMode",
    "PossibleRecordQualityModes",
)


def variables(speaker: Speaker) -> Variables:
    """Return the inner variables of LastChange."""
    transport = speaker.transport
    track = transport.track
    upcoming = transport.queue.upcoming if transport.kind is QUEUE else None
    enqueued_uri, enqueued_metadata = transport.enqueued
    known = transport.kind not in _NO_CLOCK
    state: Variables = {
        "TransportState": transport.state,
        "CurrentPlayMode": transport.play_mode,
        "CurrentCrossfadeMode": flag(transport.crossfade),
        "NumberOfTracks": str(transport.track_count),
        "CurrentTrack": str(transport.track_number),
        "CurrentSection": "0",
        "CurrentTrackURI": track.uri if track else "",
        "CurrentTrackDuration": clock_time(track.duration if track else 0) if known else "",
        "CurrentTrackMetaData": transport.track_metadata,
        "r:NextTrackURI": upcoming.uri if upcoming else "",
        "r:NextTrackMetaData": track_metadata(upcoming) if upcoming else "",
        "r:EnqueuedTransportURI": enqueued_uri,
        "r:EnqueuedTransportURIMetaData": enqueued_metadata,
        "PlaybackStorageMedium": "NETWORK" if transport.uri else "NONE",
        "AVTransportURI": transport.uri,
        "AVTransportURIMetaData": transport.uri_metadata,
        "NextAVTransportURI": transport.next_uri,
        "NextAVTransportURIMetaData": transport.next_metadata,
        "CurrentTransportActions": transport.kind.actions,
        "r:CurrentValidPlayModes": transport.kind.valid_play_modes,
        "r:DirectControlClientID": transport.direct_control,
        "r:DirectControlIsSuspended": "0",
        "r:DirectControlAccountID": "",
        "r:MuseSessions": "",
        "TransportStatus": transport.status,
        "r:SleepTimerGeneration": str(transport.sleep_generation),
        "r:AlarmRunning": flag(transport.ringing.running),
        "r:SnoozeRunning": flag(transport.ringing.snoozing),
        "r:RestartPending": "0",
        "PossiblePlaybackStorageMedia": "NONE, NETWORK",
    }
    if transport.ringing.running:
        # Not among what players send when none rings.
        state["r:AlarmIDRunning"] = str(transport.ringing.number)
        state["r:AlarmLoggedStartTime"] = transport.ringing.logged_start
    return state | dict.fromkeys(_UNUSED, NOT_IMPLEMENTED)


def delta(changed: set[Key], state: Variables) -> Variables:
    """Return what is sent when some variables changed."""
    if changed & _MAIN:
        return state
    return {key: value for key, value in state.items() if key in changed}
