"""Where in the track a player is."""

from hypothesis import given, strategies as st
import pytest

from custom_components.sonos_twisted.model import (
    PlaybackPosition,
    PlaybackState,
    PositionReading,
    parse_position_info,
)
from custom_components.sonos_twisted.model.position import Playing, PositionTracker

STOPPED = PlaybackState.STOPPED
PLAYING = PlaybackState.PLAYING
PAUSED = PlaybackState.PAUSED
TRANSITIONING = PlaybackState.TRANSITIONING


def playing(
    state: PlaybackState | None = PLAYING,
    uri: str = "one",
    *,
    number: int = 1,
    duration: float | None = 200.0,
) -> Playing:
    """Say what plays."""
    return Playing(state, uri, number, duration)


def tracker_at(position: float, state: PlaybackState = PLAYING) -> PositionTracker:
    """Give a tracker that knows for certain that track "one" is at a position at time 0."""
    known = PlaybackPosition(position, 0.0, running=state is PLAYING)
    return PositionTracker(playing(state), known, valid_from=0.0)


@pytest.mark.parametrize(
    ("position", "now", "expected"),
    [
        (PlaybackPosition(30.0, 100.0, running=True), 105.5, 35.5),
        (PlaybackPosition(30.0, 100.0, running=True), 99.0, 30.0),
        (PlaybackPosition(30.0, 100.0, running=False), 105.5, 30.0),
    ],
)
def test_position_runs(position: PlaybackPosition, now: float, expected: float) -> None:
    """A running position moves on with time, never backwards."""
    assert position.at(now) == expected


def test_at_first_the_position_is_unknown() -> None:
    """At first the position is unknown, and to be read at once."""
    tracker = PositionTracker().after_event(playing(), 50.0)
    assert tracker.position is None
    assert tracker.reading_due == 50.0


def test_first_event_of_a_stopped_player() -> None:
    """A stopped player begins at the start."""
    tracker = PositionTracker().after_event(playing(STOPPED), 50.0)
    assert tracker.position == PlaybackPosition(0.0, 50.0, running=False)
    assert tracker.reading_due is None


def test_without_a_state_nothing_is_reckoned() -> None:
    tracker = PositionTracker().after_event(playing(None), 50.0)
    assert tracker.position is None
    assert tracker.reading_due == 50.0


@pytest.mark.parametrize("state", list(PlaybackState))
def test_no_duration_no_position(state: PlaybackState) -> None:
    """Radio and inputs have none, and nothing is asked for them."""
    tracker = tracker_at(30.0).after_event(playing(state, duration=None), 5.0)
    assert tracker.position is None
    assert tracker.reading_due is None
    assert tracker.after_reading(PositionReading(4.0, "one"), 6.0) is tracker


def test_pause_and_resume() -> None:
    """A pause freezes the value reached, and play goes on from there. No question is asked."""
    paused = tracker_at(30.0).after_event(playing(PAUSED), 10.0)
    assert paused.position == PlaybackPosition(40.0, 10.0, running=False)
    resumed = paused.after_event(playing(), 60.0)
    assert resumed.position == PlaybackPosition(40.0, 60.0, running=True)
    assert resumed.reading_due is None


def test_resume_with_buffering() -> None:
    """The clock starts when the sound does."""
    tracker = tracker_at(40.0, PAUSED).after_event(playing(TRANSITIONING), 10.0)
    assert tracker.position == PlaybackPosition(40.0, 0.0, running=False)
    tracker = tracker.after_event(playing(), 12.0)
    assert tracker.position == PlaybackPosition(40.0, 12.0, running=True)
    assert tracker.reading_due is None


def test_position_stays_in_the_track() -> None:
    """A late event cannot lead behind the end."""
    tracker = tracker_at(190.0).after_event(playing(PAUSED), 60.0)
    assert tracker.position == PlaybackPosition(200.0, 60.0, running=False)


@pytest.mark.parametrize("state", [PLAYING, PAUSED])
def test_track_is_shorter_than_it_was_said_to_be(state: PlaybackState) -> None:
    """The position cannot be beyond the end, so it is at the end until a reading tells."""
    tracker = tracker_at(190.0, state).after_event(playing(state, duration=180.0), 5.0)
    assert tracker.position == PlaybackPosition(180.0, 5.0, running=state is PLAYING)
    assert tracker.reading_due == 6.0


def test_next_track_in_turn() -> None:
    """When a track has played to its end, the next one is at 0, for certain."""
    tracker = tracker_at(190.0).after_event(playing(uri="two", number=2), 9.5)
    assert tracker.position == PlaybackPosition(0.0, 9.5, running=True)
    assert tracker.reading_due is None


def test_next_track_with_buffering() -> None:
    """The same, if the next track has to be waited for."""
    tracker = tracker_at(190.0).after_event(playing(TRANSITIONING, "two", number=2), 9.5)
    assert tracker.position == PlaybackPosition(0.0, 9.5, running=False)
    tracker = tracker.after_event(playing(uri="two", number=2), 11.0)
    assert tracker.position == PlaybackPosition(0.0, 11.0, running=True)
    assert tracker.reading_due is None


def test_next_track_in_turn_heard_of_too_late() -> None:
    """The track had ended a while ago, so the next one is no longer at its start."""
    tracker = tracker_at(195.0).after_event(playing(uri="two"), 9.0)
    assert tracker.reading_due == 10.0


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (tracker_at(30.0, PAUSED), playing()),
        (tracker_at(30.0), playing(PAUSED)),
        (tracker_at(199.5), playing(uri="two")),
    ],
)
def test_initial_event_of_a_new_subscription(before: PositionTracker, told: Playing) -> None:
    """What it tells may have happened long ago: its time is no base to reckon from."""
    assert not before.after_event(told, 1.0).doubtful
    tracker = before.after_event(told, 1.0, is_initial=True)
    assert tracker.reading_due == 2.0


def test_initial_event_of_a_stopped_player() -> None:
    """It is at the start, whenever it was stopped."""
    tracker = tracker_at(30.0).after_event(playing(STOPPED), 1.0, is_initial=True)
    assert tracker.position == PlaybackPosition(0.0, 1.0, running=False)
    assert tracker.reading_due is None


def test_another_track_is_chosen() -> None:
    """It is at 0 as far as is known; a reading a moment later makes sure."""
    tracker = tracker_at(30.0).after_event(playing(uri="two", number=2), 10.0)
    assert tracker.position == PlaybackPosition(0.0, 10.0, running=True)
    assert tracker.reading_due == 11.0


def test_no_reading_before_the_sound() -> None:
    """As long as the player is buffering, its clock says nothing."""
    tracker = tracker_at(30.0).after_event(playing(TRANSITIONING, "two", number=2), 10.0)
    assert tracker.reading_due is None
    tracker = tracker.after_event(playing(uri="two", number=2), 13.0)
    assert tracker.position == PlaybackPosition(0.0, 13.0, running=True)
    assert tracker.reading_due == 14.0


def test_track_after_a_station() -> None:
    """A track after a station begins at 0, to be made sure."""
    radio = PositionTracker(playing(uri="radio", duration=None))
    tracker = radio.after_event(playing(), 10.0)
    assert tracker.position == PlaybackPosition(0.0, 10.0, running=True)
    assert tracker.reading_due == 11.0


@pytest.mark.parametrize("state", [PLAYING, PAUSED])
def test_seek_elsewhere(state: PlaybackState) -> None:
    """All that is seen of a seek is the same state once more."""
    tracker = tracker_at(30.0, state).after_event(playing(state), 10.0)
    assert tracker.position == PlaybackPosition(30.0, 0.0, running=state is PLAYING)
    assert tracker.reading_due == 11.0


def test_seek_with_buffering() -> None:
    """Or that play is interrupted."""
    tracker = tracker_at(30.0).after_event(playing(TRANSITIONING), 10.0)
    assert tracker.position == PlaybackPosition(40.0, 10.0, running=False)
    tracker = tracker.after_event(playing(), 11.0)
    assert tracker.reading_due == 12.0
    tracker = tracker.after_reading(PositionReading(120.0, "one"), 12.5)
    assert tracker.position == PlaybackPosition(120.5, 12.5, running=True)
    assert tracker.reading_due is None


def test_doubt_outlasts_a_pause() -> None:
    """What was in doubt while playing is in doubt while paused."""
    tracker = tracker_at(30.0).after_event(playing(), 10.0).after_event(playing(PAUSED), 10.5)
    assert tracker.position == PlaybackPosition(40.5, 10.5, running=False)
    assert tracker.reading_due == 11.5


def test_track_moved_in_the_queue() -> None:
    """The same track at another place: moved there, or there twice."""
    tracker = tracker_at(30.0).after_event(playing(PAUSED, number=2), 10.0)
    assert tracker.position == PlaybackPosition(40.0, 10.0, running=False)
    assert tracker.reading_due == 11.0


def test_stop_and_play() -> None:
    """A stop goes back to the start; services may resume elsewhere, so play is made sure."""
    stopped = tracker_at(30.0).after_event(playing(STOPPED), 10.0)
    assert stopped.position == PlaybackPosition(0.0, 10.0, running=False)
    assert stopped.reading_due is None
    again = stopped.after_event(playing(STOPPED), 20.0)
    assert again.position is stopped.position
    started = again.after_event(playing(), 30.0)
    assert started.position == PlaybackPosition(0.0, 30.0, running=True)
    assert started.reading_due == 31.0


def test_reading_counts_from_its_request() -> None:
    """A reading counts from when it was requested, and in the middle of its second."""
    tracker = PositionTracker().after_event(playing(), 50.0)
    tracker = tracker.after_reading(PositionReading(12.0, "one"), 51.0)
    assert tracker.position == PlaybackPosition(12.5, 51.0, running=True)
    assert tracker.reading_due is None


def test_track_that_begins_again_without_a_word() -> None:
    """When its end is overdue, a reading tells."""
    tracker = tracker_at(190.0)
    assert tracker.reading_due is None
    assert tracker.overdue_at == 13.0
    tracker = tracker.after_reading(PositionReading(3.0, "one"), 13.0)
    assert tracker.position == PlaybackPosition(3.5, 13.0, running=True)
    assert tracker.overdue_at == 212.5


def test_track_that_is_longer_than_was_said() -> None:
    """It is read once, and not again and again."""
    tracker = tracker_at(190.0).after_reading(PositionReading(203.0, "one"), 13.0)
    assert tracker.position == PlaybackPosition(203.5, 13.0, running=True)
    assert tracker.overdue_at is None


@pytest.mark.parametrize("tracker", [tracker_at(190.0, PAUSED), PositionTracker()])
def test_what_does_not_run_is_never_overdue(tracker: PositionTracker) -> None:
    assert tracker.overdue_at is None


def test_reading_that_took_long() -> None:
    """The music plays on while a request waits for its turn and for a slow player."""
    tracker = tracker_at(30.0).after_event(playing(), 0.0)
    tracker = tracker.after_reading(PositionReading(90.0, "one", measured_at=6.0), 1.0)
    assert tracker.position == PlaybackPosition(90.5, 6.0, running=True)


def test_reading_of_a_paused_player() -> None:
    """It stays where it is."""
    tracker = PositionTracker().after_event(playing(PAUSED), 50.0)
    tracker = tracker.after_reading(PositionReading(12.0, "one"), 51.0)
    assert tracker.position == PlaybackPosition(12.0, 51.0, running=False)


@pytest.mark.parametrize(
    ("position", "kept"), [(28.0, False), (29.0, False), (30.0, True), (31.0, False)]
)
def test_reading_that_agrees(position: float, kept: bool) -> None:
    """Whole seconds that agree with what was reckoned don't make it coarser."""
    before = tracker_at(30.2)
    tracker = before.after_reading(PositionReading(position, "one"), 0.0)
    assert (tracker.position is before.position) is kept


def test_told_to_go_elsewhere() -> None:
    """That is read even if no event tells of it, when the player's clock has settled."""
    tracker = tracker_at(30.0).after_command(5.0)
    assert tracker.reading_due == 6.0
    assert tracker.position == tracker_at(30.0).position
    radio = PositionTracker().after_event(playing(duration=None), 0.0)
    assert radio.after_command(5.0) is radio


@pytest.mark.parity("beyond: exact position")
def test_reading_that_is_too_old() -> None:
    """A request from before the newest event is answered with the past."""
    tracker = tracker_at(30.0).after_event(playing(uri="two"), 10.0)
    assert tracker.after_reading(PositionReading(40.0, "one"), 9.9) is tracker
    # The player already names the new track, with the clock of the old one.
    assert tracker.after_reading(PositionReading(40.0, "two"), 10.1) is tracker
    assert tracker.reading_due == 11.0


def test_reading_of_another_track() -> None:
    """The player is ahead; its next event will tell, so nobody needs to ask again."""
    tracker = tracker_at(30.0).after_event(playing(), 10.0)
    tracker = tracker.after_reading(PositionReading(1.0, "two"), 11.0)
    assert tracker.position == PlaybackPosition(30.0, 0.0, running=True)
    assert tracker.reading_due is None


def test_reading_without_a_position() -> None:
    """A player may not know either."""
    tracker = tracker_at(30.0).after_reading(PositionReading(None, ""), 11.0)
    assert tracker.position is None
    assert tracker.reading_due is None


@pytest.mark.parametrize(
    ("answer", "reading"),
    [
        (
            {"Track": "3", "RelTime": "0:02:22", "TrackURI": "one", "AbsTime": "NOT_IMPLEMENTED"},
            PositionReading(142.0, "one"),
        ),
        ({"RelTime": "NOT_IMPLEMENTED", "TrackURI": ""}, PositionReading(None, "")),
        ({}, PositionReading(None, "")),
    ],
)
def test_answer_of_the_player(answer: dict[str, str], reading: PositionReading) -> None:
    """Of the many values of GetPositionInfo, two are of use."""
    assert parse_position_info(answer) == reading


STATES = st.builds(
    playing,
    st.sampled_from(PlaybackState),
    st.sampled_from(["one", "two"]),
    number=st.integers(1, 2),
    duration=st.sampled_from([None, 10.0, 200.0]),
)


@given(st.lists(st.tuples(STATES, st.floats(0, 300), st.booleans())))
def test_any_course_of_events(course: list[tuple[Playing, float, bool]]) -> None:
    """Whatever happens, the position lies in the track, and runs only while it plays."""
    tracker, now = PositionTracker(), 0.0
    for state, wait, read in course:
        now += wait
        tracker = tracker.after_event(state, now)
        if read and tracker.reading_due is not None:
            now = max(now, tracker.reading_due)
            tracker = tracker.after_reading(PositionReading(5.0, state.uri or ""), now)
            assert tracker.reading_due is None
        position = tracker.position
        if position is None:
            continue
        assert state.duration is not None
        assert 0 <= position.position <= state.duration
        assert position.running is (state.playback is PLAYING)
        assert position.measured_at <= now
