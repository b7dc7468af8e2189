"""What a household does on an evening, as actions of Home Assistant and what must come of them.

The same steps are for core's `sonos` and for ours: only the domain of the actions differs. Whether
a step has worked is asked of the simulated household, not of the integration.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.control import Remote

KITCHEN, BATHROOM, OFFICE = "Kitchen", "Bathroom", "Office"
LIVING_ROOM = "Living Room"

#: A sound file; nobody fetches it.
SONG = "http://192.0.2.9/song.mp3"
BELL = "http://192.0.2.9/bell.mp3"

_PLAYING = {"PLAYING", "TRANSITIONING"}

type Room = Mapping[str, Any]
"""The truth about a room."""
type Rooms = Mapping[str, Room]
"""The truth about all rooms, by their names."""


class HouseError(Exception):
    """The household is not as it should be; the message names what differs."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """An action, and what must come of it.

    Attributes:
        name: What people would call it.
        action: The action; ``own.`` stands for the integration's domain.
        rooms: Its targets.
        right: Whether the household is as it should be then; given the truth before and now.
            It may raise HouseError instead of telling that it is not.
        data: The action's data. Rooms of ``group_members`` become entity ids.
        core: Whether core's integration has this.
        before: What people do in the house before, which is not measured.
        answer: Whether the data that it returns for a room are right.
        settle: Seconds for the house to settle after what people did before.

    """

    name: str
    action: str
    rooms: tuple[str, ...]
    right: Callable[[Rooms, Rooms], object]
    data: Mapping[str, object] = field(default_factory=dict)
    core: bool = True
    before: Callable[[Remote], object] | None = None
    answer: Callable[[Any], object] | None = None
    settle: float = 2.0


def _is(room: Room, **expected: object) -> bool:
    """Make sure that a room is like this.

    Raises:
        HouseError: It is not.

    """
    differences = [
        f"{name} is {room[name]!r}, not {is_!r}"
        for name, is_ in expected.items()
        if room[name] != is_
    ]
    if differences:
        raise HouseError(f"{room['name']}: {', '.join(differences)}")
    return True


def _plays(room: Room, **expected: object) -> bool:
    """Make sure that a room plays, and that it is like this.

    Raises:
        HouseError: It is not.

    """
    playing = room["state"] if room["state"] in _PLAYING else "PLAYING"
    return _is(room, state=playing, **expected)


def _together(rooms: Rooms, *names: str) -> bool:
    """Make sure that these rooms are a group, and nobody else is in it.

    Raises:
        HouseError: They are not.

    """
    uids = {rooms[name]["uid"] for name in names}
    for name in names:
        if set(rooms[name]["group"]) != uids:
            others = [other for other in rooms if rooms[other]["uid"] in rooms[name]["group"]]
            raise HouseError(f"the group of {name} is {', '.join(others)}")
    return True


def _unchanged(before: Rooms, now: Rooms) -> bool:
    """Make sure that every room plays what it played, as loud as it did, with the same others.

    Raises:
        HouseError: One does not.

    """
    same = ("group", "state", "title", "uri", "volume")
    return all(_is(now[name], **{key: before[name][key] for key in same}) for name in now)


def _music_in_three_rooms(house: Remote) -> None:
    for name in (BATHROOM, OFFICE):
        house.group(name, KITCHEN)
    house.play_tracks(KITCHEN, 7)
    house.set_volume(KITCHEN, 26)


def _music_in_the_bathroom(house: Remote) -> None:
    house.ungroup(BATHROOM)
    house.play_tracks(BATHROOM, 7)


def _somebody_else_plays(house: Remote) -> None:
    house.set_volume(KITCHEN, 51)
    house.ungroup(OFFICE)
    house.play_radio(KITCHEN, "Jazz at Night")


def _a_quiet_house(house: Remote) -> None:
    house.call("publish", uri=BELL, seconds=2.0)
    house.set_volume(BATHROOM, 18)


_PLAY_MEDIA = "media_player.play_media"
_SELECT = "media_player.select_source"
_GROUP = (KITCHEN, BATHROOM, OFFICE)

STEPS = (
    Step(
        name="play a favourite",
        action=_PLAY_MEDIA,
        rooms=(KITCHEN,),
        data={"media_content_type": "favorite_item_id", "media_content_id": "FV:2/11"},
        before=lambda house: house.play_tracks(KITCHEN),
        right=lambda _, now: _plays(now[KITCHEN], title="Low Tide", queue_length=5),
    ),
    Step(
        name="play a playlist by its name",
        action=_PLAY_MEDIA,
        rooms=(KITCHEN,),
        data={"media_content_type": "playlist", "media_content_id": "Dinner"},
        right=lambda _, now: _plays(now[KITCHEN], title="Kelewele", queue_length=6),
    ),
    Step(
        name="add a song to the queue",
        action=_PLAY_MEDIA,
        rooms=(KITCHEN,),
        data={"media_content_type": "music", "media_content_id": SONG, "enqueue": "add"},
        right=lambda _, now: _plays(now[KITCHEN], title="Kelewele", queue_length=7),
    ),
    Step(
        name="next track",
        action="media_player.media_next_track",
        rooms=(KITCHEN,),
        right=lambda _, now: _plays(now[KITCHEN], track_number=2),
    ),
    Step(
        name="seek",
        action="media_player.media_seek",
        rooms=(KITCHEN,),
        data={"seek_position": 42},
        right=lambda _, now: 42 <= now[KITCHEN]["position"] <= 60,
    ),
    Step(
        name="shuffle",
        action="media_player.shuffle_set",
        rooms=(KITCHEN,),
        data={"shuffle": True},
        right=lambda _, now: now[KITCHEN]["play_mode"] == "SHUFFLE_NOREPEAT",
    ),
    Step(
        name="set the volume",
        action="media_player.volume_set",
        rooms=(KITCHEN,),
        data={"volume_level": 0.24},
        right=lambda _, now: now[KITCHEN]["volume"] == 24,
    ),
    Step(
        name="louder",
        action="media_player.volume_up",
        rooms=(KITCHEN,),
        right=lambda before, now: now[KITCHEN]["volume"] > before[KITCHEN]["volume"],
    ),
    Step(
        name="join two rooms",
        action="media_player.join",
        rooms=(KITCHEN,),
        data={"group_members": [BATHROOM, OFFICE]},
        right=lambda _, now: _together(now, *_GROUP),
    ),
    Step(
        name="volume of the group",
        action="own.set_group_volume",
        rooms=(KITCHEN,),
        data={"volume_level": 0.3},
        core=False,
        right=lambda _, now: abs(sum(now[name]["volume"] for name in _GROUP) / 3 - 30) <= 1,
    ),
    Step(
        name="pause at a member",
        action="media_player.media_pause",
        rooms=(BATHROOM,),
        right=lambda _, now: now[KITCHEN]["state"] == "PAUSED_PLAYBACK",
    ),
    Step(
        name="play the queue from a place, at a member",
        action="own.play_queue",
        rooms=(BATHROOM,),
        data={"queue_position": 3},
        right=lambda _, now: _plays(now[KITCHEN], track_number=4) and _together(now, *_GROUP),
    ),
    Step(
        name="snapshot",
        action="own.snapshot",
        rooms=_GROUP,
        data={"with_group": True},
        before=_music_in_three_rooms,
        right=_unchanged,
    ),
    Step(
        name="restore, after the radio was put on and a room has left",
        action="own.restore",
        rooms=_GROUP,
        data={"with_group": True},
        before=_somebody_else_plays,
        right=lambda _, now: (
            _plays(now[KITCHEN], source="queue", title="Aria", volume=26)
            and _together(now, *_GROUP)
        ),
    ),
    Step(
        name="announce over the music",
        action=_PLAY_MEDIA,
        rooms=(BATHROOM,),
        data={
            "media_content_type": "music",
            "media_content_id": BELL,
            "announce": True,
            "extra": {"volume": 30},
        },
        before=_a_quiet_house,
        right=lambda before, now: (
            [clip["url"] for clip in now[BATHROOM]["clips"]] == [BELL]
            and not now[BATHROOM]["ducked"]
            and _unchanged(before, now)
        ),
    ),
    Step(
        name="the coordinator leaves, and the others play on",
        action="media_player.unjoin",
        rooms=(KITCHEN,),
        before=_music_in_three_rooms,
        right=lambda before, now: (
            _together(now, KITCHEN)
            and _together(now, BATHROOM, OFFICE)
            and _plays(now[BATHROOM], title=before[BATHROOM]["title"], track_count=7)
        ),
    ),
    Step(
        name="select the TV",
        action=_SELECT,
        rooms=(LIVING_ROOM,),
        data={"source": "TV"},
        right=lambda _, now: _is(now[LIVING_ROOM], source="tv"),
    ),
    Step(
        name="select the room's own line-in",
        action=_SELECT,
        rooms=(OFFICE,),
        data={"source": "Line-in"},
        before=lambda house: house.ungroup(OFFICE),
        right=lambda _, now: _is(now[OFFICE], source="line_in"),
    ),
    Step(
        name="select a station among the favourites",
        action=_SELECT,
        rooms=(OFFICE,),
        data={"source": "BBC Radio 3"},
        right=lambda _, now: _plays(now[OFFICE], source="radio"),
    ),
    Step(
        name="read the queue",
        action="own.get_queue",
        rooms=(BATHROOM,),
        before=_music_in_the_bathroom,
        right=_unchanged,
        answer=lambda queue: len(queue) == 7 and queue[0]["media_title"] == "Aria",
    ),
    Step(
        name="remove a song from the queue",
        action="own.remove_from_queue",
        rooms=(BATHROOM,),
        data={"queue_position": 6},
        right=lambda _, now: now[BATHROOM]["queue_length"] == 6,
    ),
    Step(
        name="set the sleep timer",
        action="own.set_sleep_timer",
        rooms=(BATHROOM,),
        data={"sleep_time": 1800},
        right=lambda _, now: 1780 <= (now[BATHROOM]["sleep_timer"] or 0) <= 1800,
    ),
    Step(
        name="clear the sleep timer",
        action="own.clear_sleep_timer",
        rooms=(BATHROOM,),
        right=lambda _, now: now[BATHROOM]["sleep_timer"] is None,
    ),
    Step(
        name="clear the queue",
        action="media_player.clear_playlist",
        rooms=(BATHROOM,),
        right=lambda _, now: now[BATHROOM]["queue_length"] == 0,
    ),
)


def large_steps(rooms: tuple[str, ...]) -> tuple[Step, ...]:
    """Return what is done with all rooms of a large household at once.

    Args:
        rooms: Their names; the first one is joined by the others.

    """
    first, *others = rooms
    return (
        Step(
            name=f"join all {len(rooms)} rooms",
            action="media_player.join",
            rooms=(first,),
            data={"group_members": others},
            before=lambda house: house.play_tracks(first),
            right=lambda _, now: _together(now, *rooms),
        ),
        Step(
            name="set the volume of all rooms",
            action="media_player.volume_set",
            rooms=rooms,
            data={"volume_level": 0.27},
            right=lambda _, now: {room["volume"] for room in now.values()} == {27},
        ),
        Step(
            name="ungroup all rooms",
            action="media_player.unjoin",
            rooms=rooms,
            right=lambda _, now: all(_together(now, name) for name in rooms),
        ),
    )
