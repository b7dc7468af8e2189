"""What speakers mean by their error codes, and what they were asked: keys of the words for people.

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

#: What a speaker was asked to do, as the end of a translation key, by UPnP action.
_TASKS: dict[str, str] = {
    "AddMultipleURIsToQueue": "add_to_queue",
    "AddURIToQueue": "add_to_queue",
    "AddURIToSavedQueue": "add_to_playlist",
    "BecomeCoordinatorOfStandaloneGroup": "leave_group",
    "BeginSoftwareUpdate": "install_firmware",
    "Browse": "look_up",
    "CheckForUpdate": "look_for_firmware",
    "ConfigureSleepTimer": "set_sleep_timer",
    "CreateAlarm": "create_alarm",
    "CreateObject": "save",
    "CreateSavedQueue": "create_playlist",
    "DelegateGroupCoordinationTo": "hand_over",
    "DestroyAlarm": "delete_alarm",
    "DestroyObject": "delete",
    "GetPositionInfo": "tell_position",
    "GetRemainingSleepTimerDuration": "tell_sleep_timer",
    "ListAlarms": "list_alarms",
    "Next": "skip_forward",
    "Pause": "pause",
    "Play": "play",
    "Previous": "skip_back",
    "RampToVolume": "fade",
    "RefreshShareIndex": "update_library",
    "RemoveAllTracksFromQueue": "clear_queue",
    "RemoveTrackFromQueue": "remove_from_queue",
    "RemoveTrackRangeFromQueue": "remove_from_queue",
    "ReorderTracksInQueue": "move_in_queue",
    "ReorderTracksInSavedQueue": "change_playlist",
    "ResetBasicEQ": "reset_sound",
    "SaveQueue": "save_queue",
    "Seek": "seek",
    "SetAVTransportURI": "switch_to",
    "SetAudioInputAttributes": "rename_line_in",
    "SetAutoplayLinkedZones": "change_autoplay",
    "SetAutoplayRoomUUID": "change_autoplay",
    "SetAutoplayVolume": "change_autoplay",
    "SetBass": "set_bass",
    "SetButtonLockState": "switch_touch_controls",
    "SetCrossfadeMode": "set_crossfade",
    "SetEQ": "change_sound",
    "SetGroupMute": "mute_group",
    "SetGroupVolume": "set_group_volume",
    "SetLEDState": "switch_status_light",
    "SetLineInLevel": "set_line_in_level",
    "SetLoudness": "switch_loudness",
    "SetMute": "mute",
    "SetOutputFixed": "fix_line_out",
    "SetPlayMode": "set_play_mode",
    "SetRelativeGroupVolume": "change_group_volume",
    "SetRelativeVolume": "change_volume",
    "SetRoomCalibrationStatus": "switch_trueplay",
    "SetTreble": "set_treble",
    "SetUseAutoplayVolume": "change_autoplay",
    "SetVolume": "set_volume",
    "SetZoneAttributes": "rename_room",
    "SnapshotGroupVolume": "set_group_volume",
    "SnoozeAlarm": "snooze_alarm",
    "Stop": "stop",
    "UpdateAlarm": "change_alarm",
    "UpdateObject": "rename",
}

#: The same for tasks that were about certain media; all others are a part of playing them.
_TASKS_WITH_MEDIA = {"AddURIToQueue": "add_media"}
_PLAY_MEDIA = "play_media"

_OTHER = "other"

#: Everything that :func:`reason` can return.
REASONS = frozenset({*_REASONS.values(), _OTHER})

#: Everything that :func:`task` can return.
TASKS = frozenset({*_TASKS.values(), *_TASKS_WITH_MEDIA.values(), _PLAY_MEDIA, _OTHER})


def reason(error: UpnpError) -> str:
    """Return why a speaker declined, as the end of a translation key."""
    codes = ((error.service, error.code), ("", error.code))
    return next((_REASONS[code] for code in codes if code in _REASONS), _OTHER)


def task(error: UpnpError, media: str = "") -> str:
    """Return what a speaker was asked to do, as the end of a translation key.

    Args:
        error: How it declined.
        media: The name of what it was about, if that is known.

    """
    if not media:
        return _TASKS.get(error.action, _OTHER)
    return _TASKS_WITH_MEDIA.get(error.action, _PLAY_MEDIA)
