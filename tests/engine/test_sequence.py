"""The order of events."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.engine.sequence import MAX_SEQ, Arrival, EventSequence

INITIAL = Arrival.INITIAL
IN_ORDER = Arrival.IN_ORDER
GAP = Arrival.AFTER_GAP
REPEATED = Arrival.REPEATED
LATE = Arrival.LATE
STRAY = Arrival.OUT_OF_NOWHERE


@pytest.mark.parametrize(
    ("numbers", "arrivals"),
    [
        pytest.param([0, 1, 2], [INITIAL, IN_ORDER, IN_ORDER], id="in order"),
        pytest.param([0, 0, 1, 1], [INITIAL, REPEATED, IN_ORDER, REPEATED], id="each twice"),
        pytest.param([0, 2, 3], [INITIAL, GAP, IN_ORDER], id="one lost"),
        pytest.param([0, 1, 3, 2], [INITIAL, IN_ORDER, GAP, LATE], id="two swapped"),
        pytest.param([5], [GAP], id="initial event lost"),
        pytest.param([1, 0], [GAP, STRAY], id="initial event late"),
        pytest.param([0, 1, 2, 0], [INITIAL, IN_ORDER, IN_ORDER, STRAY], id="initial event again"),
        pytest.param([MAX_SEQ, 0], [GAP, STRAY], id="wraps to 0, which it must not"),
        pytest.param([MAX_SEQ, 1, 2], [GAP, IN_ORDER, IN_ORDER], id="wraps to 1"),
        pytest.param([MAX_SEQ, 2], [GAP, GAP], id="one lost at the wrap"),
        pytest.param([1, MAX_SEQ], [GAP, LATE], id="late over the wrap"),
    ],
)
def test_how_events_stand_to_those_before(numbers: list[int], arrivals: list[Arrival]) -> None:
    sequence = EventSequence()
    assert [sequence.arrived(number) for number in numbers] == arrivals


@pytest.mark.parametrize(
    ("numbers", "complete"),
    [
        ([], False),
        ([0], True),
        ([0, 1, 2], True),
        ([1], False),
        ([0, 2], False),
        ([0, 2, 3], False),
        ([0, 0], True),
        ([1, 0], False),
        ([0, 2, 0], False),
    ],
)
def test_complete_since_the_initial_event(numbers: list[int], complete: bool) -> None:
    sequence = EventSequence()
    for number in numbers:
        sequence.arrived(number)
    assert sequence.complete is complete


def test_a_late_event_does_not_turn_back_the_clock() -> None:
    sequence = EventSequence()
    assert [sequence.arrived(number) for number in (0, 1, 2, 1, 3)][3:] == [LATE, IN_ORDER]


@given(st.lists(st.integers(0, MAX_SEQ)))
def test_any_numbers_are_judged(numbers: list[int]) -> None:
    """Whatever a speaker sends, each event is one of the six; the state stays in range."""
    sequence = EventSequence()
    for number in numbers:
        assert isinstance(sequence.arrived(number), Arrival)
        assert sequence.last is not None
        assert 0 <= sequence.last <= MAX_SEQ
