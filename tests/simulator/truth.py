"""The whole truth about a household, as plain data."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from .services.rendering import group_muted, group_volume

if TYPE_CHECKING:
    from .household import Household
    from .speaker import Speaker


def _speaker(speaker: Speaker) -> dict[str, object]:
    group = speaker.household.group_of(speaker)
    transport = group.coordinator.transport
    track = transport.track
    rendering = speaker.rendering
    return {
        "uid": speaker.uid,
        "name": speaker.room,
        "address": speaker.address,
        "port": speaker.port,
        "model": speaker.model.name,
        "model_number": speaker.model.number,
        "invisible": speaker.invisible,
        "online": speaker.online,
        "boot_seq": speaker.boot_seq,
        "coordinator": group.coordinator.uid,
        "group_id": group.group_id,
        "group": [member.uid for member in group.members],
        "own_state": speaker.transport.state,
        "state": transport.state,
        "source": transport.kind.name,
        "uri": transport.uri,
        "track_uri": track.uri if track else "",
        "title": track.title if track else "",
        "artist": track.artist if track else "",
        "album": track.album if track else "",
        "art": track.art_uri if track else "",
        "duration": track.duration if track else 0,
        "position": round(transport.position, 3),
        "stream_content": transport.stream_content,
        "track_number": transport.track_number,
        "track_count": transport.track_count,
        "queue_length": len(speaker.transport.queue),
        "play_mode": transport.play_mode,
        "crossfade": transport.crossfade,
        "clips": [
            {**clip.as_dict(), "url": clip.url, "volume": clip.volume}
            for clip in speaker.clips.history
        ],
        "ducked": speaker.clips.active is not None,
        "sleep_timer": transport.sleep_remaining,
        "volume": rendering.volume["Master"],
        "balance": [rendering.volume["LF"], rendering.volume["RF"]],
        "mute": rendering.mute["Master"],
        "group_volume": group_volume(speaker),
        "group_mute": group_muted(speaker),
        "bass": rendering.bass,
        "treble": rendering.treble,
        "loudness": rendering.loudness,
        "eq": dict(rendering.equaliser.values),
        "fixed": rendering.fixed,
        "headphones": rendering.headphones,
        "trueplay": {
            "available": rendering.calibration_available,
            "enabled": rendering.calibrated,
        },
        **_device(speaker),
    }


def _device(speaker: Speaker) -> dict[str, object]:
    settings, battery = speaker.settings, speaker.battery
    ringing = speaker.transport.ringing
    return {
        "has_sub": speaker.has_sub,
        "satellites": [unit.uid for unit in speaker.satellites],
        "hidden": [unit.uid for unit in speaker.hidden],
        "channel_map": speaker.channel_map,
        "satellite_map": speaker.satellite_map,
        "led": settings.led,
        "button_lock": settings.button_lock,
        "mic_enabled": settings.mic_enabled,
        "airplay": settings.airplay,
        "autoplay": {source: asdict(autoplay) for source, autoplay in settings.autoplay.items()},
        "line_in": asdict(speaker.line_in) if speaker.line_in else None,
        "toslink": settings.toslink,
        "ir_repeater": settings.ir_repeater,
        "led_feedback": settings.led_feedback,
        "tv_format": settings.tv_format,
        "tv_error": settings.tv_error,
        "hdmi_cec": settings.hdmi_cec,
        "headphone_id": settings.headphone_id,
        "network": asdict(speaker.connection),
        "battery": battery.level if battery else None,
        "charging": battery.charging if battery else None,
        "battery_details": asdict(battery) if battery else None,
        "software": speaker.software,
        "available_update": speaker.available_update,
        "installing": speaker.installing,
        "alarm_ringing": ringing.number or None,
        "alarm_started": ringing.logged_start,
        "snoozing": ringing.snoozing,
    }


def truth(household: Household) -> dict[str, object]:
    """Return the state of a household, players by uid; everything can be written as JSON."""
    return {
        "household": household.household_id,
        "generation": household.generation,
        "speakers": {speaker.uid: _speaker(speaker) for speaker in household.speakers},
        "groups": [
            {
                "id": group.group_id,
                "coordinator": group.coordinator.uid,
                "members": [member.uid for member in group.members],
            }
            for group in household.groups
        ],
        "vanished": {uid: entry.reason for uid, entry in household.vanished.items()},
        "favorites": [item.title for item in household.catalog.favorites],
        "playlists": [item.title for item in household.catalog.playlists],
        "alarm_list": [asdict(alarm) for alarm in household.alarms.items],
        "favorite_list": [asdict(item) for item in household.catalog.favorites],
        "playlist_tracks": {
            item.object_id: [track.title for track in item.tracks]
            for item in household.catalog.playlists
        },
        "alarms": [alarm.number for alarm in household.alarms.items],
        "time": asdict(household.time),
    }
