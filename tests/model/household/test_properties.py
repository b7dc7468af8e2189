"""What holds after any sequence of topologies and events."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import (
    Aspect,
    Change,
    Household,
    Speaker,
    Topology,
    Variables,
    merge_variables,
)
from custom_components.sonos_twisted.model.media import media_from_variables

from ..payloads import (
    KITCHEN,
    OFFICE,
    STUDY,
    group,
    grouped,
    member,
    queue_event,
    radio_event,
    topology,
)
from .steps import ALONE, SUB, following, household

ROOMS = [KITCHEN, OFFICE, STUDY]


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Draw a topology of some of the rooms, perhaps with a coordinator that is no member."""
    uids = draw(st.permutations(ROOMS))[: draw(st.integers(1, 3))]
    cut = draw(st.integers(0, len(uids)))
    texts = [grouped(*part) for part in (uids[:cut], uids[cut:]) if part]
    odd = draw(st.booleans()) and len(uids) < len(ROOMS)
    extra = [group("RINCON_MISSING", member(SUB, "Odd"))] if odd else []
    return topology(*texts, *extra)


EVENTS = st.one_of(
    st.builds(
        queue_event,
        st.integers(1, 3),
        st.sampled_from(["PLAYING", "PAUSED_PLAYBACK", "STOPPED", "TRANSITIONING", None]),
    ),
    st.builds(radio_event, st.sampled_from(["", "A - B"])),
    st.builds(following, st.sampled_from(ROOMS)),
)
STEPS = st.lists(
    st.one_of(
        topologies(),
        st.tuples(st.sampled_from(ROOMS), st.just("AVTransport"), EVENTS),
        st.tuples(
            st.sampled_from(ROOMS),
            st.just("RenderingControl"),
            st.fixed_dictionaries(
                {},
                optional={
                    "volume": st.dictionaries(
                        st.sampled_from(["Master", "LF"]), st.sampled_from(["1", "2"]), min_size=1
                    ),
                    "bass": st.sampled_from(["1", "2"]),
                },
            ),
        ),
    )
)
type Step = Topology | tuple[str, str, Variables]


def visible_state(home: Household) -> dict[tuple[str, Aspect], object]:
    """Collect what a user can see of each room, by aspect."""
    seen: dict[tuple[str, Aspect], object] = {}
    for room in home.rooms:
        values: dict[Aspect, object] = {
            Aspect.PLAYBACK: (room.playback, room.actions),
            Aspect.MEDIA: room.media,
            Aspect.POSITION: room.position,
            Aspect.PLAY_MODE: (room.play_mode, room.crossfade),
            Aspect.VOLUME: (room.volume, room.muted),
            Aspect.SOUND: (room.variable("RenderingControl", "bass"),),
            Aspect.GROUP: home.group_members(room.uid),
            Aspect.DEVICE: (room.name, room.host),
        }
        seen |= {(room.uid, aspect): value for aspect, value in values.items()}
    return seen


def apply(home: Household, step: Step, now: float) -> set[Change] | frozenset[Change]:
    """Apply a step and return the changes it reports."""
    match step:
        case Topology():
            return home.apply_topology(step, now).changes
        case (uid, service, variables):
            return home.apply_event(uid, service, variables, now)


@given(STEPS)
def test_every_difference_is_reported(steps: list[Step]) -> None:
    """Whatever a user sees change of a room that was there before is among the changes."""
    home = household(ALONE)
    for now, step in enumerate(steps):
        before = visible_state(home)
        reported = {(change.uid, change.aspect) for change in apply(home, step, float(now))}
        after = visible_state(home)
        different = {key for key in before.keys() & after.keys() if before[key] != after[key]}
        assert different <= reported


@given(STEPS)
@pytest.mark.parity("beyond: atomic regroup")
def test_groups_are_of_one_mind(steps: list[Step]) -> None:
    """After each step all members of a settled group show what their coordinator plays."""
    home = household(ALONE)
    for now, step in enumerate(steps):
        apply(home, step, float(now))
        for room in home.rooms:
            coordinator = home.coordinator_of(room.uid)
            if coordinator is not None and coordinator.uid not in home.unsettled:
                assert room.shown == coordinator.own
            if room.media is not None:
                assert room.media.transport_uri
                assert not room.media.transport_uri.startswith("x-rincon:")


@given(st.lists(EVENTS, min_size=1, max_size=6))
def test_events_may_be_merged(events: list[Variables]) -> None:
    """A busy host gets several events as one; what is known in the end is the same."""
    one_by_one, at_once = household(ALONE), household(ALONE)
    merged: Variables = {}
    for event in events:
        one_by_one.apply_event(KITCHEN, "AVTransport", event, 1.0)
        merged = merge_variables(merged, event)
    at_once.apply_event(KITCHEN, "AVTransport", merged, 1.0)
    one, other = one_by_one.speakers[KITCHEN], at_once.speakers[KITCHEN]
    assert one.variables == other.variables
    assert one.follows == other.follows
    assert one.own.media == other.own.media


@given(st.lists(EVENTS, min_size=1, max_size=4))
def test_media_are_those_of_all_variables(events: list[Variables]) -> None:
    """What is kept from event to event is what a fresh look at all variables gives."""
    home = household(ALONE)
    for event in events:
        home.apply_event(KITCHEN, "AVTransport", event, 1.0)
    kitchen: Speaker = home.speakers[KITCHEN]
    fresh = media_from_variables(kitchen.variables["AVTransport"])
    assert kitchen.own.media == (fresh if kitchen.follows is None else None)
