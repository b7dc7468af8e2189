"""From a household as it is to one as a snapshot has it: in the fewest steps.

Pure: steps come out, nobody is asked. They are planned one stage at a time, since what a stage
takes depends on what the stage before has really done: a room that has left its group plays its
own queue then, or none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from .media import Source
from .snapshot import Playback, is_playing, playback_of
from .sound import sound_of, sound_setting

if TYPE_CHECKING:
    from .household import Household
    from .snapshot import RoomSnapshot, Snapshot
    from .speaker import Speaker

_AVT = "AVTransport"

_NEAR = 2
"""Seconds by which a position may differ and still be the same."""

_SAME_TIMER = 10
"""The same for what is left of a sleep timer."""


class Stage(StrEnum):
    """A part of restoring. What one stage plans is independent, room by room."""

    LEAVE = "leave"
    """Strangers leave, and rooms that shall play for themselves."""
    JOIN = "join"
    """Rooms join that nobody else depends on."""
    JOIN_LEADERS = "join_leaders"
    """So do those that led others until now; their queue would have gone to one of these."""
    SOUND = "sound"
    MEDIA = "media"


GROUPING = (Stage.LEAVE, Stage.JOIN, Stage.JOIN_LEADERS)
"""The stages that bring the groups back."""


class Action(StrEnum):
    """What a room is told."""

    LEAVE = "leave"
    JOIN = "join"
    """Arguments: the coordinator's uid."""
    SET_SOUND = "set_sound"
    """Arguments: the setting's name, its value."""
    FILL_QUEUE = "fill_queue"
    """Arguments: none; the queue is the snapshot's."""
    SET_URI = "set_uri"
    """Arguments: URI, metadata."""
    SEEK_TRACK = "seek_track"
    """Arguments: the place in the queue, the URI of the track that is there."""
    SEEK = "seek"
    """Arguments: seconds."""
    SET_PLAY_MODE = "set_play_mode"
    """Arguments: Sonos's name of the mode."""
    SET_CROSSFADE = "set_crossfade"
    """Arguments: whether."""
    SET_SLEEP_TIMER = "set_sleep_timer"
    """Arguments: seconds, 0 for none."""
    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


class Obstacle(StrEnum):
    """Why something cannot be brought back, as far as that can be known beforehand."""

    GONE = "gone"
    """The household has no such room any more."""
    UNREACHABLE = "unreachable"
    NO_LEADER = "no_leader"
    """The room that it played along with is gone or cannot be reached."""
    GROUPED = "grouped"
    """It plays along with another room now, and groups are to stay as they are."""
    NOT_RESUMABLE = "not_resumable"
    """An app or a cloud was in charge of the music, and nobody else can start it again."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to tell a room."""

    uid: str
    action: Action
    args: tuple[str | int | bool, ...] = ()

    def holds(self, household: Household) -> bool | None:
        """Tell whether it has had its effect; None if no event tells."""
        holds = _HOLDS.get(self.action)
        return None if holds is None else holds(household, household.speakers[self.uid], self.args)


@dataclass(frozen=True, slots=True)
class Asked:
    """What speakers were asked before the media are planned, since no event tells it."""

    changed_queues: frozenset[str] = frozenset()
    """The uids of rooms whose queues are not those of the snapshot."""
    sleep_timers: Mapping[str, int | None] = field(default_factory=dict)
    """Seconds that are left, by uid, where `may_have_other_timer` says so."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a stage, in the order in which each room needs them."""

    steps: tuple[Step, ...] = ()
    obstacles: tuple[tuple[str, Obstacle], ...] = ()
    """By uid."""


def plan(
    snapshot: Snapshot,
    household: Household,
    stage: Stage,
    asked: Asked | None = None,
) -> Plan:
    """Plan a stage of restoring.

    Args:
        snapshot: How things shall be.
        household: How they are.
        stage: What to plan.
        asked: What is known besides, for the media.
    """
    present = {
        uid: room for uid, room in snapshot.rooms.items() if _obstacle(household, uid) is None
    }
    if stage is Stage.SOUND:
        return Plan(tuple(_sound_steps(present, household)))
    if stage is Stage.MEDIA:
        return _media_plan(present, household, asked or Asked())
    leaders = {uid: room.leader for uid, room in present.items() if room.leader in present}
    return Plan(tuple(_GROUPING[stage](household, leaders)))


def obstacles(snapshot: Snapshot, household: Household) -> tuple[tuple[str, Obstacle], ...]:
    """List the rooms that cannot be restored, or not as a part of their group."""
    found = []
    for uid, room in snapshot.rooms.items():
        obstacle = _obstacle(household, uid)
        if obstacle is None and room.leader not in {None, uid}:
            missing = room.leader not in snapshot.rooms or _obstacle(household, room.leader or "")
            obstacle = Obstacle.NO_LEADER if missing else None
        if obstacle is not None:
            found.append((uid, obstacle))
    return tuple(found)


def may_have_other_timer(room: RoomSnapshot, household: Household) -> bool:
    """Tell whether a sleep timer was set or ended since the snapshot, where the room leads now."""
    speaker = household.speakers.get(room.uid)
    if (
        room.playback is None
        or speaker is None
        or household.coordinator_of(room.uid) is not speaker
    ):
        return False
    return room.playback.sleep_timer_generation != speaker.own.sleep_timer_generation


def _obstacle(household: Household, uid: str) -> Obstacle | None:
    speaker = household.speakers.get(uid)
    if speaker is None or not speaker.visible:
        return Obstacle.GONE
    return None if speaker.available else Obstacle.UNREACHABLE


# Groups

type _Leaders = Mapping[str, str | None]
"""The uid of the coordinator to follow, by uid."""


def _leader(household: Household, uid: str) -> str | None:
    leader = household.coordinator_of(uid)
    return leader.uid if leader else None


def _leaving(household: Household, leaders: _Leaders) -> Iterator[Step]:
    for uid, leader in leaders.items():
        now = _leader(household, uid)
        if leader == uid and now != uid:
            yield Step(uid, Action.LEAVE)
        if now == uid:
            strangers = set(household.group_members(uid)) - leaders.keys() - {uid}
            yield from (Step(stranger, Action.LEAVE) for stranger in sorted(strangers))


def _joining(household: Household, leaders: _Leaders) -> Iterator[Step]:
    for uid, leader in leaders.items():
        if leader in {None, uid, _leader(household, uid)}:
            continue
        if _leader(household, str(leader)) == leader:
            yield Step(uid, Action.JOIN, (str(leader),))


def _joining_alone(household: Household, leaders: _Leaders) -> Iterator[Step]:
    for step in _joining(household, leaders):
        members = household.group_members(step.uid)
        if len(members) == 1 or _leader(household, step.uid) != step.uid:
            yield step


_GROUPING: dict[Stage, Callable[[Household, _Leaders], Iterator[Step]]] = {
    Stage.LEAVE: _leaving,
    Stage.JOIN: _joining_alone,
    Stage.JOIN_LEADERS: _joining,
}


# Sound


def _sound_steps(rooms: Mapping[str, RoomSnapshot], household: Household) -> Iterator[Step]:
    for uid, room in rooms.items():
        now = sound_of(household.speakers[uid])
        for name, value in room.sound.items():
            if name in now and now[name] != value:
                yield Step(uid, Action.SET_SOUND, (name, value))


# Media


def _media_plan(rooms: Mapping[str, RoomSnapshot], household: Household, asked: Asked) -> Plan:
    steps: list[Step] = []
    found: list[tuple[str, Obstacle]] = []
    for uid, room in rooms.items():
        if room.playback is None:
            continue
        speaker = household.speakers[uid]
        if household.coordinator_of(uid) is not speaker or speaker.follows:
            found.append((uid, Obstacle.GROUPED))
            continue
        now = playback_of(speaker)
        if room.playback.uri != now.uri and not room.playback.resumable:
            found.append((uid, Obstacle.NOT_RESUMABLE))
        refill = uid in asked.changed_queues and room.playback.queue is not None
        steps += _media_steps(speaker, room.playback, now, refill=refill)
        left, then = asked.sleep_timers.get(uid) or 0, room.playback.sleep_timer or 0
        if uid in asked.sleep_timers and abs(left - then) > _SAME_TIMER:
            steps.append(Step(uid, Action.SET_SLEEP_TIMER, (then,)))
    return Plan(tuple(steps), tuple(found))


def _media_steps(speaker: Speaker, was: Playback, now: Playback, *, refill: bool) -> Iterator[Step]:
    uid = speaker.uid
    comes_back = was.uri == now.uri or (was.resumable and was.uri != "")
    television = was.source is Source.TV
    changes = comes_back and (was.uri != now.uri or (television and was.playing > now.playing))
    if now.playing and not was.playing and not changes:
        yield Step(uid, Action.PAUSE if "Pause" in speaker.own.actions else Action.STOP)
    if refill:
        yield Step(uid, Action.FILL_QUEUE)
    if changes:
        yield Step(uid, Action.SET_URI, (was.uri, was.metadata))
    queued = was.source is Source.QUEUE
    anew = changes or (refill and queued)
    if comes_back and queued:
        yield from _queue_steps(speaker, was, now, anew=anew)
    elif comes_back and _needs_seek(speaker, was, now, anew=anew):
        yield Step(uid, Action.SEEK, (was.position or 0,))
    if comes_back and was.playing and not television and (anew or not now.playing):
        yield Step(uid, Action.PLAY)


def _queue_steps(speaker: Speaker, was: Playback, now: Playback, *, anew: bool) -> Iterator[Step]:
    uid = speaker.uid
    if was.track is not None:
        elsewhere = anew or (was.track, was.track_uri) != (now.track, now.track_uri)
        if elsewhere:
            yield Step(uid, Action.SEEK_TRACK, (was.track, was.track_uri))
        if _needs_seek(speaker, was, now, anew=elsewhere):
            yield Step(uid, Action.SEEK, (was.position or 0,))
    if was.play_mode not in {None, now.play_mode}:
        yield Step(uid, Action.SET_PLAY_MODE, (str(was.play_mode),))
    if was.crossfade not in {None, now.crossfade}:
        yield Step(uid, Action.SET_CROSSFADE, (bool(was.crossfade),))


def _needs_seek(speaker: Speaker, was: Playback, now: Playback, *, anew: bool) -> bool:
    """Tell whether to seek within the track. Music that goes on is not made to jump."""
    if was.position is None:
        return False
    if anew:
        return was.position > 0
    if now.playing:
        return not was.playing
    position = speaker.position
    return position is not None and abs(position.position - was.position) > _NEAR


# What must be true afterwards


def _transport(name: str) -> Callable[[Household, Speaker, tuple[object, ...]], bool]:
    return lambda _, speaker, args: speaker.variable(_AVT, name) == str(args[0])


def _joined(household: Household, speaker: Speaker, args: tuple[object, ...]) -> bool:
    return _leader(household, speaker.uid) == args[0]


def _left(household: Household, speaker: Speaker, _args: tuple[object, ...]) -> bool:
    return household.group_members(speaker.uid) == [speaker.uid] and speaker.follows is None


def _sounds(_household: Household, speaker: Speaker, args: tuple[object, ...]) -> bool:
    return sound_setting(speaker, str(args[0])) == args[1]


def _at_track(_household: Household, speaker: Speaker, args: tuple[object, ...]) -> bool:
    names = ("current_track", "current_track_uri")
    return [speaker.variable(_AVT, name) for name in names] == [str(arg) for arg in args]


def _crossfades(_household: Household, speaker: Speaker, args: tuple[object, ...]) -> bool:
    return speaker.variable(_AVT, "current_crossfade_mode") == str(int(bool(args[0])))


def _plays(_household: Household, speaker: Speaker, _args: tuple[object, ...]) -> bool:
    return is_playing(speaker.own.playback)


def _is_silent(_household: Household, speaker: Speaker, _args: tuple[object, ...]) -> bool:
    return speaker.own.playback is not None and not is_playing(speaker.own.playback)


_HOLDS: dict[Action, Callable[[Household, Speaker, tuple[str | int | bool, ...]], bool]] = {
    Action.LEAVE: _left,
    Action.JOIN: _joined,
    Action.SET_SOUND: _sounds,
    Action.SET_URI: _transport("av_transport_uri"),
    Action.SEEK_TRACK: _at_track,
    Action.SET_PLAY_MODE: _transport("current_play_mode"),
    Action.SET_CROSSFADE: _crossfades,
    Action.PLAY: _plays,
    Action.PAUSE: _is_silent,
    Action.STOP: _is_silent,
}
