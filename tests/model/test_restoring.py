"""The fewest steps from a household as it is to one as it was."""
# ruff: noqa: E501

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import (
    GROUPING,
    Action,
    Asked,
    Household,
    Observed,
    Obstacle,
    QueueItem,
    Snapshot,
    Stage,
    Step,
    Variables,
    may_have_other_timer,
    obstacles,
    plan,
    room_snapshot,
)
from custom_components.sonos_twisted.model.restoring import Plan
from custom_components.sonos_twisted.model.snapshot import Playback, RoomSnapshot

from .payloads import KITCHEN, OFFICE, STUDY, grouped, queue_event, radio_event, topology

ATTIC = "RINCON_0000000000E501400"
ROOMS = (KITCHEN, OFFICE, STUDY, ATTIC)

type Groups = tuple[tuple[str, ...], ...]


def home(*groups: tuple[str, ...]) -> Household:
    """Make a household with these groups, of which nothing else is known."""
    household = Household("Sonos_abc.def")
    household.apply_topology(topology(*(grouped(*group) for group in groups)), 0.0)
    return household


def taken(household: Household, *uids: str, with_group: bool = True, position: int = 0) -> Snapshot:
    """Take a snapshot of rooms, or of all."""
    rooms = {}
    for uid in uids or tuple(household.topology.visible):
        leader = household.coordinator_of(uid)
        assert leader
        rooms[uid] = room_snapshot(
            household.speakers[uid], leader, Observed(position=position), with_group=with_group
        )
    return Snapshot("", rooms)


def moved(groups: list[list[str]], step: Step) -> None:
    """Do with groups what a household does; a leader's heir is the first of the others."""
    for group in groups:
        if step.uid in group:
            group.remove(step.uid)
    groups[:] = [group for group in groups if group]
    if step.action is Action.LEAVE:
        groups.append([step.uid])
    else:
        next(group for group in groups if group[0] == step.args[0]).append(step.uid)


@st.composite
def partitions(draw: st.DrawFn) -> Groups:
    """Draw any way to group the rooms."""
    groups: list[list[str]] = []
    for uid in draw(st.permutations(ROOMS)):
        place = draw(st.integers(0, len(groups)))
        if place == len(groups):
            groups.append([])
        groups[place].append(uid)
    return tuple(tuple(group) for group in groups)


@given(partitions(), partitions(), st.sets(st.sampled_from(ROOMS), min_size=1), st.randoms())
def test_groups_come_back_in_any_order_of_a_stage(
    before: Groups, after: Groups, uids: set[str], chance: Random
) -> None:
    """With all rooms or with some, and whatever step of a stage is done first."""
    whole = taken(home(*before))
    snapshot = whole.part(uids)
    groups = [list(group) for group in after]
    for stage in GROUPING:
        steps = list(plan(snapshot, home(*map(tuple, groups)), stage).steps)
        chance.shuffle(steps)
        for step in steps:
            # Whoever leads others is never taken from them: they would get its queue.
            group = next(group for group in groups if step.uid in group)
            assert len(group) == 1 or group[0] != step.uid
            moved(groups, step)
    assert all(plan(snapshot, home(*map(tuple, groups)), stage) == Plan() for stage in GROUPING)
    restored = {frozenset(group) for group in groups if set(group) & snapshot.rooms.keys()}
    assert restored == {frozenset(group) for group in before if set(group) & snapshot.rooms.keys()}
    assert {group[0] for group in groups} >= {group[0] for group in before if set(group) & uids}


def test_a_room_moves_from_group_to_group_in_one_step() -> None:
    snapshot = taken(home((KITCHEN, OFFICE), (STUDY, ATTIC)))
    now = home((KITCHEN,), (STUDY, ATTIC, OFFICE))
    assert plan(snapshot, now, Stage.LEAVE).steps == ()
    assert plan(snapshot, now, Stage.JOIN).steps == (Step(OFFICE, Action.JOIN, (KITCHEN,)),)


def test_a_room_without_a_leader_stays_where_it_is() -> None:
    """It is reported; so is a room that cannot be reached itself."""
    snapshot = taken(home((KITCHEN, OFFICE), (STUDY,), (ATTIC,)))
    now = home((OFFICE,), (STUDY,), (ATTIC,))
    now.set_available(STUDY, available=False, reason="silent")
    assert obstacles(snapshot, now) == (
        (KITCHEN, Obstacle.GONE),
        (OFFICE, Obstacle.NO_LEADER),
        (STUDY, Obstacle.UNREACHABLE),
    )
    assert all(plan(snapshot, now, stage) == Plan() for stage in Stage)


def test_only_settings_that_differ_are_set() -> None:
    """None that the speaker does not have, and none that was not known."""
    household = home((KITCHEN,))
    sound: Variables = {"volume": {"Master": "20"}, "bass": "2", "night_mode": "0"}
    household.apply_event(KITCHEN, "RenderingControl", sound, 0.0)
    room = RoomSnapshot(
        uid=KITCHEN, name="Kitchen", sound={"volume": 31, "bass": 2, "night_mode": 1, "sub_gain": 3}
    )
    steps = plan(Snapshot("", {KITCHEN: room}), household, Stage.SOUND).steps
    assert steps == (
        Step(KITCHEN, Action.SET_SOUND, ("volume", 31)),
        Step(KITCHEN, Action.SET_SOUND, ("night_mode", 1)),
    )
    assert not any(step.holds(household) for step in steps)


QUEUE = f"x-rincon-queue:{KITCHEN}#0"
TV = f"x-sonos-htastream:{KITCHEN}:spdif"
TRACK = "x-sonos-http:track-{}.mp3?sid=2"
RADIO = "x-sonosapi-stream:s6707?sid=254&flags=8224&sn=0"


def queued(track: int = 2, **others: Any) -> Playback:
    """Make what a room with a queue played."""
    known: dict[str, Any] = {
        "playing": True,
        "play_mode": "NORMAL",
        "crossfade": False,
        "position": 60,
        "sleep_timer_generation": 3,
    }
    return Playback(uri=QUEUE, track=track, track_uri=TRACK.format(track), **(known | others))


def media(was: Playback, event: Variables, asked: Asked | None = None) -> list[object]:
    """Plan for a room that does what an event says."""
    household = home((KITCHEN,))
    household.apply_event(KITCHEN, "AVTransport", event, 0.0)
    room = RoomSnapshot(uid=KITCHEN, name="Kitchen", leader=KITCHEN, playback=was)
    planned = plan(Snapshot("", {KITCHEN: room}), household, Stage.MEDIA, asked)
    found = [obstacle for _, obstacle in planned.obstacles]
    return [*found, *((step.action, *step.args) for step in planned.steps)]


SEEK_TRACK = (Action.SEEK_TRACK, 2, TRACK.format(2))
SEEK = (Action.SEEK, 60)
PLAY = (Action.PLAY,)
PAUSE = (Action.PAUSE,)
ELSEWHERE = [(Action.SET_URI, QUEUE, ""), SEEK_TRACK, SEEK]


@pytest.mark.parametrize(
    ("was", "now", "steps"),
    [
        # The queue goes on, or is silent as it was.
        (queued(), queue_event(2), []),
        (queued(playing=False), queue_event(2, "STOPPED"), [SEEK]),
        (queued(playing=False, position=0), queue_event(2, "STOPPED"), []),
        (queued(playing=False, position=None), queue_event(2, "PAUSED_PLAYBACK"), []),
        (queued(playing=False), queue_event(2), [PAUSE, SEEK]),
        (queued(), queue_event(2, "PAUSED_PLAYBACK"), [PLAY]),
        (queued(), queue_event(3), [SEEK_TRACK, SEEK]),
        (queued(position=0), queue_event(3, "STOPPED"), [SEEK_TRACK, PLAY]),
        # Its modes.
        (
            queued(play_mode="SHUFFLE", crossfade=True),
            queue_event(2),
            [(Action.SET_PLAY_MODE, "SHUFFLE"), (Action.SET_CROSSFADE, True)],
        ),
        (queued(play_mode=None, crossfade=None), queue_event(2), []),
        # It was an empty one.
        (replace(queued(), track=None, playing=False), queue_event(2, "STOPPED"), []),
        # Something else plays.
        (queued(), radio_event(current_play_mode="NORMAL", current_crossfade_mode="0"), [*ELSEWHERE, PLAY]),
        (
            queued(playing=False),
            radio_event(current_play_mode="NORMAL", current_crossfade_mode="0"),
            ELSEWHERE,
        ),
        (Playback(uri=RADIO, metadata="<m>", playing=True), queue_event(2), [(Action.SET_URI, RADIO, "<m>"), PLAY]),
        (Playback(uri=RADIO, metadata="<m>"), queue_event(2), [(Action.SET_URI, RADIO, "<m>")]),
        (Playback(uri=RADIO), radio_event(current_transport_actions="Set, Stop, Play"), [(Action.STOP,)]),
        (Playback(uri=RADIO), radio_event(current_transport_actions="Play, Pause"), [PAUSE]),
        (Playback(uri="http://x/y.mp3", position=7, playing=True), queue_event(2), [(Action.SET_URI, "http://x/y.mp3", ""), (Action.SEEK, 7), PLAY]),
        # Television plays of itself.
        (Playback(uri=TV, playing=True), queue_event(2), [(Action.SET_URI, TV, "")]),
        (Playback(uri=TV, playing=True), queue_event(2, av_transport_uri=TV), []),
        (Playback(uri=TV, playing=True), queue_event(2, "STOPPED", av_transport_uri=TV), [(Action.SET_URI, TV, "")]),
        # Nothing was there.
        (Playback(uri=""), queue_event(2), [PAUSE]),
        (Playback(uri=""), queue_event(2, "STOPPED"), []),
        # An app was in charge.
        (Playback(uri=f"x-rincon-queue:{KITCHEN}#6", playing=True), queue_event(2), [Obstacle.NOT_RESUMABLE]),
        (Playback(uri=f"x-rincon-queue:{KITCHEN}#6"), queue_event(2), [Obstacle.NOT_RESUMABLE, PAUSE]),
        (replace(queued(), direct_control=True), radio_event(), [Obstacle.NOT_RESUMABLE]),
        (replace(queued(), direct_control=True), queue_event(2), []),
    ],
)  # fmt: skip
def test_media_come_back(was: Playback, now: Variables, steps: list[object]) -> None:
    """With the fewest steps, in the order in which the speaker needs them."""
    if was.sleep_timer_generation is None and "sleep_timer_generation" in now:
        was = replace(was, sleep_timer_generation=3)
    assert media(was, now) == steps


def test_a_queue_is_filled_only_when_it_is_another_one() -> None:
    """Then the track has to be found again, also if the place is the same."""
    was = queued(queue=(QueueItem("a"),))
    changed = Asked(changed_queues=frozenset({KITCHEN}))
    assert media(was, queue_event(2)) == []
    assert media(was, queue_event(2), changed) == [(Action.FILL_QUEUE,), SEEK_TRACK, SEEK, PLAY]
    station = Playback(uri=RADIO, playing=True, queue=(QueueItem("a"),))
    assert media(station, radio_event(), changed) == [(Action.FILL_QUEUE,)]
    assert media(queued(), queue_event(2), changed) == []


@pytest.mark.parametrize(
    ("then", "left", "steps"),
    [
        (None, None, []),
        (600, 595, []),
        (600, 300, [(Action.SET_SLEEP_TIMER, 600)]),
        (None, 300, [(Action.SET_SLEEP_TIMER, 0)]),
        (600, None, [(Action.SET_SLEEP_TIMER, 600)]),
    ],
)
def test_the_sleep_timer_is_set_to_what_was_left(
    then: int | None, left: int | None, steps: list[object]
) -> None:
    asked = Asked(sleep_timers={KITCHEN: left})
    assert media(queued(sleep_timer=then), queue_event(2), asked) == steps


def test_a_sleep_timer_is_asked_for_only_if_it_was_touched() -> None:
    household = home((KITCHEN, OFFICE), (STUDY,))
    household.apply_event(KITCHEN, "AVTransport", queue_event(2), 0.0)
    room = RoomSnapshot(uid=KITCHEN, name="", playback=queued())
    assert not may_have_other_timer(room, household)
    other = replace(room, playback=queued(sleep_timer_generation=2))
    assert may_have_other_timer(other, household)
    assert not may_have_other_timer(replace(room, playback=None), household)
    assert not may_have_other_timer(replace(other, uid=OFFICE), household)
    assert not may_have_other_timer(replace(other, uid=ATTIC), household)


def test_a_room_that_follows_another_one_plays_nothing_of_its_own() -> None:
    """Telling it would take it out of its group."""
    household = home((OFFICE, KITCHEN))
    room = RoomSnapshot(uid=KITCHEN, name="", playback=queued())
    planned = plan(Snapshot("", {KITCHEN: room}), household, Stage.MEDIA)
    assert planned == Plan((), ((KITCHEN, Obstacle.GROUPED),))


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ((Action.SET_URI, RADIO, ""), queue_event(2), radio_event()),
        (SEEK_TRACK, queue_event(3), queue_event(2)),
        ((Action.SET_PLAY_MODE, "SHUFFLE"), queue_event(2), queue_event(2, current_play_mode="SHUFFLE")),
        ((Action.SET_CROSSFADE, True), queue_event(2), queue_event(2, current_crossfade_mode="1")),
        (PLAY, queue_event(2, "STOPPED"), queue_event(2, "TRANSITIONING")),
        (PAUSE, queue_event(2), queue_event(2, "PAUSED_PLAYBACK")),
        ((Action.STOP,), queue_event(2), queue_event(2, "STOPPED")),
    ],
)  # fmt: skip
def test_a_step_holds_when_an_event_says_so(
    step: tuple[Action, *tuple[str | int | bool, ...]], before: Variables, after: Variables
) -> None:
    household = home((KITCHEN,))
    action, *args = step
    assert not Step(KITCHEN, action, tuple(args)).holds(household)
    for event, holds in ((before, False), (after, True)):
        household.apply_event(KITCHEN, "AVTransport", event, 0.0)
        assert Step(KITCHEN, action, tuple(args)).holds(household) is holds


def test_groups_hold_when_the_topology_says_so() -> None:
    leave, join = Step(OFFICE, Action.LEAVE), Step(OFFICE, Action.JOIN, (STUDY,))
    groups = (((KITCHEN, OFFICE), (STUDY,)), ((KITCHEN,), (OFFICE,), (STUDY,)), ((STUDY, OFFICE),))
    held = [[step.holds(home(*group)) for step in (leave, join)] for group in groups]
    assert held == [[False, False], [True, False], [False, True]]


def test_no_event_tells_of_a_seek_or_a_queue() -> None:
    household = home((KITCHEN,))
    silent = (Action.SEEK, Action.FILL_QUEUE, Action.SET_SLEEP_TIMER)
    assert [Step(KITCHEN, action, (3,)).holds(household) for action in silent] == [None] * 3
    for action in set(Action) - set(silent):
        assert Step(KITCHEN, action, ("volume", 3)).holds(household) is not None
