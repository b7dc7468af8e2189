"""What entities must show, by the truth of the simulated house; and what they show."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import ceil
import re
from typing import Any

from tests.demo.client import State
from tests.simulator.catalog import stations

type Data = dict[str, Any]

_STATIONS = {station.uri: station.title for station, _ in stations()}
_MODES = {
    "NORMAL": (False, "off"),
    "REPEAT_ALL": (False, "all"),
    "REPEAT_ONE": (False, "one"),
    "SHUFFLE_NOREPEAT": (True, "off"),
    "SHUFFLE": (True, "all"),
    "SHUFFLE_REPEAT_ONE": (True, "one"),
}

#: What an input of the simulator is called here, if it is called otherwise.
_AUDIO_SOURCES = {"service_radio": "radio", "nothing": None}

#: Seconds that a position may be off: players know it in whole seconds.
POSITION_TOLERANCE = 3.0
POSITION = "media_position"

_SAME = (
    "friendly_name",
    "volume_level",
    "is_volume_muted",
    "media_title",
    "media_artist",
    "media_album_name",
    "media_channel",
    "media_content_id",
    "media_duration",
    "audio_source",
    "shuffle",
    "repeat",
    "queue_position",
    "queue_size",
    "group_volume",
    "group_muted",
)


def _on_air(content: str) -> Data:
    """Read what a station says is on."""
    if content.startswith("TYPE="):
        fields = dict(part.partition(" ")[::2] for part in content.split("|")[1:])
        return {"title": fields["TITLE"], "artist": fields["ARTIST"], "album": fields["ALBUM"]}
    match = re.fullmatch(r"(.+?) - (.+)", content)
    if match:
        return {"title": match[2], "artist": match[1]}
    return {"title": content} if content else {}


def _media(speaker: Data) -> Data:
    if speaker["source"].lower() in {"radio", "service_radio"}:
        station = _STATIONS.get(speaker["uri"])
        return {"channel": station, "title": station} | _on_air(speaker["stream_content"])
    if speaker["source"].lower() == "tv":
        return {"title": "TV"}
    return {name: speaker[name] or None for name in ("title", "artist", "album")}


def _content_id(speaker: Data) -> str | None:
    """Tell what can be played again: a station, a track; of a television only where it stands."""
    kind = speaker["source"].lower()
    if kind in {"radio", "service_radio"}:
        return str(speaker["uri"])
    if kind == "tv" and speaker["uid"] not in speaker["uri"]:
        return None
    return speaker["track_uri"] or None


def expected(speaker: Data, entity_ids: Mapping[str, str]) -> Data:
    """Return what the entity of a speaker that can be reached must show.

    Args:
        speaker: The truth about it.
        entity_ids: The entities by uid.
    """
    media = _media(speaker)
    kind = speaker["source"].lower()
    in_queue = kind == "queue"
    shuffle, repeat = _MODES[speaker["play_mode"]]
    if speaker["state"] in {"PLAYING", "TRANSITIONING"}:
        state = "playing"
    else:
        state = "paused" if media.get("title") and kind != "tv" else "idle"
    coordinator = speaker["coordinator"]
    members = [entity_ids.get(uid, uid) for uid in speaker["group"] if uid != coordinator]
    return {
        "state": state,
        "friendly_name": speaker["name"],
        "volume_level": speaker["volume"] / 100,
        "is_volume_muted": speaker["mute"],
        "media_title": media.get("title"),
        "media_artist": media.get("artist"),
        "media_album_name": media.get("album"),
        "media_channel": media.get("channel"),
        "media_content_id": _content_id(speaker),
        "media_duration": speaker["duration"] or None,
        "audio_source": _AUDIO_SOURCES.get(kind, kind),
        "shuffle": shuffle,
        "repeat": repeat,
        "queue_position": (speaker["track_number"] or None) if in_queue else None,
        "queue_size": (speaker["track_count"] or None) if in_queue else None,
        "group_members": [entity_ids.get(coordinator, coordinator), *sorted(members)],
        "group_volume": speaker["group_volume"] / 100,
        "group_muted": speaker["group_mute"],
        POSITION: speaker["position"] if speaker["duration"] else None,
    }


def _number(name: str) -> Callable[[Data], str]:
    return lambda speaker: str(speaker[name])


def _flag(name: str) -> Callable[[Data], str]:
    return lambda speaker: "on" if speaker[name] else "off"


def _balance(speaker: Data) -> str:
    """Tell by how many percent the quieter side is quieter; less than 0 is to the left."""
    left, right = speaker["balance"]
    return str(round((right - left) * 100 / max(left, right, 1)))


def _minutes_left(speaker: Data) -> str:
    return str(ceil((speaker["sleep_timer"] or 0) / 60))


def _of_group(value: Callable[[Data], str]) -> Callable[[Data], str]:
    """Let it be available in the room that leads the group alone."""
    return lambda speaker: (
        value(speaker) if speaker["coordinator"] == speaker["uid"] else "unavailable"
    )


#: What the other entities show that each room has, that are on by default, and of which events
#: tell: by their kind and the end of their unique id.
OTHERS: dict[str, Callable[[Data], str]] = {
    "binary_sensor.microphone": _flag("mic_enabled"),
    "number.balance": _balance,
    "number.bass": _number("bass"),
    "number.group_volume": _of_group(_number("group_volume")),
    "number.sleep_timer": _minutes_left,
    "number.treble": _number("treble"),
    "switch.cross_fade": _flag("crossfade"),
    "switch.group_mute": _of_group(_flag("group_mute")),
    "switch.loudness": _flag("loudness"),
}


def others_of(uid: str, entities: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Return the entities of a speaker that ``OTHERS`` names, as far as they are there.

    Args:
        uid: The speaker's.
        entities: All entities, by their kind and unique id.
    """
    kinds = {name: name.partition(".")[::2] for name in OTHERS}
    found = {name: entities.get((kind, f"{uid}-{key}")) for name, (kind, key) in kinds.items()}
    return {name: entity_id for name, entity_id in found.items() if entity_id is not None}


def shown(state: State | None, now: float) -> Data:
    """Return what an entity shows, in the same form.

    Args:
        state: The entity's state, if there is one.
        now: The time, on the scale of ``time.time``, for which the position is asked.
    """
    if state is None:
        return {"state": None}
    attributes = state.attributes
    members = list(attributes.get("group_members") or [])
    return {
        "state": state.state,
        **{name: attributes.get(name) for name in _SAME},
        "group_members": [*members[:1], *sorted(members[1:])],
        POSITION: _position(state, now),
    }


def _position(state: State, now: float) -> float | None:
    position = state.attributes.get("media_position")
    if position is None:
        return None
    if state.state != "playing":
        return float(position)
    since = datetime.fromisoformat(state.attributes["media_position_updated_at"]).timestamp()
    return float(position) + now - since


def agree(name: str, wanted: object, seen: object) -> bool:
    """Tell whether an attribute is as it must be."""
    if name == POSITION and isinstance(wanted, int | float) and isinstance(seen, int | float):
        return abs(wanted - seen) <= POSITION_TOLERANCE
    return wanted == seen
