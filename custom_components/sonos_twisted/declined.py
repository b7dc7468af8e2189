"""What speakers mean by their error codes, and what they were asked, in words for people.

A code means something else at each service. Those that Sonos adds to the ones of UPnP were
observed; they are documented nowhere.
"""

from .engine import UpnpError

#: Why a speaker declined, as the end of a translation key, by service and error code; the service
#: ``""`` stands for all of which nothing else is said.
_REASONS: dict[tuple[str, int], str] = {
    ("", 401): "unsupported",
    ("", 402): "bad_value",
    ("", 403): "forbidden",
    ("", 501): "failed",
    ("", 600): "bad_value",
    ("", 601): "bad_value",
    ("", 602): "unsupported",
    ("", 603): "no_memory",
    ("", 606): "forbidden",
    ("", 1024): "hidden",
    ("AVTransport", 402): "stale",
    ("AVTransport", 701): "not_now",
    ("AVTransport", 702): "no_content",
    ("AVTransport", 703): "unreadable",
    ("AVTransport", 704): "bad_format",
    ("AVTransport", 705): "locked",
    ("AVTransport", 710): "no_seeking",
    ("AVTransport", 711): "bad_position",
    ("AVTransport", 712): "no_play_mode",
    ("AVTransport", 714): "bad_format",
    ("AVTransport", 715): "busy",
    ("AVTransport", 716): "not_found",
    ("AVTransport", 737): "no_network",
    ("AVTransport", 738): "no_network",
    ("AVTransport", 739): "server_error",
    ("AVTransport", 800): "not_here",
    ("AVTransport", 804): "queue_empty",
    ("AVTransport", 1001): "refused",
    ("AlarmClock", 800): "no_alarm",
    ("AlarmClock", 801): "duplicate_alarm",
    ("ContentDirectory", 701): "no_object",
    ("ContentDirectory", 710): "no_object",
    ("ContentDirectory", 711): "read_only",
    ("ContentDirectory", 712): "bad_metadata",
    ("ContentDirectory", 713): "read_only",
    ("ContentDirectory", 803): "duplicate_favorite",
    ("ContentDirectory", 805): "favorites_full",
    ("DeviceProperties", 1035): "refused",
    ("GroupRenderingControl", 701): "not_here",
}

#: What a speaker was asked to do, by UPnP action, as it follows after "could not".
_TASKS: dict[str, str] = {
    "AddMultipleURIsToQueue": "add this to the queue",
    "AddURIToQueue": "add this to the queue",
    "AddURIToSavedQueue": "add this to the playlist",
    "BecomeCoordinatorOfStandaloneGroup": "leave its group",
    "BeginSoftwareUpdate": "install the firmware",
    "Browse": "look this up",
    "CheckForUpdate": "look for firmware",
    "ConfigureSleepTimer": "set the sleep timer",
    "CreateAlarm": "create the alarm",
    "CreateObject": "save this",
    "CreateSavedQueue": "create the playlist",
    "DelegateGroupCoordinationTo": "hand the group over",
    "DestroyAlarm": "delete the alarm",
    "DestroyObject": "delete this",
    "GetPositionInfo": "tell its position",
    "GetRemainingSleepTimerDuration": "tell the sleep timer",
    "ListAlarms": "list the alarms",
    "Next": "skip to the next track",
    "Pause": "pause",
    "Play": "play",
    "Previous": "go back to the previous track",
    "RampToVolume": "fade to the volume",
    "RefreshShareIndex": "update the music library",
    "RemoveAllTracksFromQueue": "clear the queue",
    "RemoveTrackFromQueue": "remove this from the queue",
    "RemoveTrackRangeFromQueue": "remove this from the queue",
    "ReorderTracksInQueue": "move this in the queue",
    "ReorderTracksInSavedQueue": "change the playlist",
    "ResetBasicEQ": "reset its sound",
    "SaveQueue": "save the queue",
    "Seek": "go to this position",
    "SetAVTransportURI": "switch to this",
    "SetAudioInputAttributes": "rename the line-in",
    "SetAutoplayLinkedZones": "change TV autoplay",
    "SetAutoplayRoomUUID": "change TV autoplay",
    "SetAutoplayVolume": "change TV autoplay",
    "SetBass": "set the bass",
    "SetButtonLockState": "switch the touch controls",
    "SetCrossfadeMode": "set crossfade",
    "SetEQ": "change its sound",
    "SetGroupMute": "mute the group",
    "SetGroupVolume": "set the volume of the group",
    "SetLEDState": "switch the status light",
    "SetLineInLevel": "set the level of the line-in",
    "SetLoudness": "switch loudness",
    "SetMute": "mute",
    "SetOutputFixed": "fix the volume of the line-out",
    "SetPlayMode": "set shuffle and repeat",
    "SetRelativeGroupVolume": "change the volume of the group",
    "SetRelativeVolume": "change the volume",
    "SetRoomCalibrationStatus": "switch Trueplay",
    "SetTreble": "set the treble",
    "SetUseAutoplayVolume": "change TV autoplay",
    "SetVolume": "set the volume",
    "SetZoneAttributes": "rename the room",
    "SnapshotGroupVolume": "set the volume of the group",
    "SnoozeAlarm": "snooze the alarm",
    "Stop": "stop",
    "UpdateAlarm": "change the alarm",
    "UpdateObject": "rename this",
}

#: The same for tasks that were about certain media; all others are a part of playing them.
_TASKS_WITH_MEDIA = {"AddURIToQueue": "add {media} to the queue"}
_PLAY_MEDIA = "play {media}"


def reason(error: UpnpError) -> str:
    """Return why a speaker declined, as the end of a translation key."""
    codes = ((error.service, error.code), ("", error.code))
    return next((_REASONS[code] for code in codes if code in _REASONS), "other")


def task(error: UpnpError, media: str = "") -> str:
    """Return what a speaker was asked to do, as it follows after "could not".

    Args:
        error: How it declined.
        media: The name of what it was about, if that is known.

    """
    if not media:
        return _TASKS.get(error.action, error.action)
    return _TASKS_WITH_MEDIA.get(error.action, _PLAY_MEDIA).format(media=media)


#: Everything that :func:`reason` can return.
REASONS = frozenset({*_REASONS.values(), "other"})
