"""Tracks, stations and inputs play as on real players, until they end or are ended."""

# mypy: disallow-untyped-calls=False
import pytest
from twisted.internet.task import Clock

from tests.simulator.errors import Code
from tests.simulator.household import Household
from tests.simulator.media import PLAY_MODES
from tests.simulator.speaker import Speaker

from .steps import People, act, evented, refused


def test_playing_passes_through_transitioning_and_moves_the_position(
    clock: Clock, people: People, kitchen: Speaker
) -> None:
    people.play_tracks("Kitchen", 3)
    assert kitchen.transport.state == "TRANSITIONING"
    clock.advance(0.1)
    assert kitchen.transport.state == "PLAYING"
    clock.advance(30)
    assert kitchen.transport.position == pytest.approx(30)
    people.pause("Kitchen")
    clock.advance(30)
    assert kitchen.transport.position == pytest.approx(30)
    assert kitchen.transport.state == "PAUSED_PLAYBACK"


def test_a_track_ends_and_the_next_one_plays(
    clock: Clock, people: People, kitchen: Speaker
) -> None:
    people.play_tracks("Kitchen", 2)
    clock.advance(0.1)
    first = kitchen.transport.track
    assert first is not None
    clock.advance(first.duration)
    assert kitchen.transport.track_number == 2
    assert kitchen.transport.state == "PLAYING"
    second = kitchen.transport.track
    assert second is not None
    clock.advance(second.duration)
    assert (kitchen.transport.state, kitchen.transport.track_number) == ("STOPPED", 1)


@pytest.mark.parametrize("mode", PLAY_MODES)
def test_play_modes_are_obeyed(clock: Clock, people: People, kitchen: Speaker, mode: str) -> None:
    count = 5
    people.play_tracks("Kitchen", count)
    people.set_play_mode("Kitchen", mode)
    clock.advance(0.1)
    seen = [kitchen.transport.track_number]
    for _ in range(2 * count - 1):
        track = kitchen.transport.track
        assert track is not None
        clock.advance(track.duration)
        if kitchen.transport.state != "PLAYING":
            break
        seen.append(kitchen.transport.track_number)
    repeat = PLAY_MODES[mode].repeat
    if repeat == "one":
        assert set(seen) == {1}
    else:
        assert sorted(seen[:count]) == list(range(1, count + 1))
        assert (seen[:count] == sorted(seen[:count])) is not PLAY_MODES[mode].shuffle
        assert len(seen) == (count if repeat == "none" else 2 * count)


def test_the_position_is_where_people_moved_it(
    clock: Clock, people: People, kitchen: Speaker
) -> None:
    people.play_tracks("Kitchen")
    clock.advance(0.1)
    clock.advance(30)
    people.seek("Kitchen", 70)
    clock.advance(0.1)
    assert kitchen.transport.position == pytest.approx(70)
    clock.advance(2)
    people.next("Kitchen")
    clock.advance(0.1)
    assert kitchen.transport.position == pytest.approx(0)


def test_next_and_previous_stop_at_the_ends_of_the_queue(people: People, kitchen: Speaker) -> None:
    people.play_tracks("Kitchen", 2)
    with refused(Code.ILLEGAL_SEEK_TARGET):
        kitchen.transport.previous()
    kitchen.transport.next()
    with refused(Code.ILLEGAL_SEEK_TARGET):
        kitchen.transport.next()
    people.set_play_mode("Kitchen", "REPEAT_ALL")
    kitchen.transport.next()
    assert kitchen.transport.track_number == 1


def test_seeking(clock: Clock, people: People, kitchen: Speaker) -> None:
    people.play_tracks("Kitchen", 3)
    clock.advance(0.1)
    act(kitchen, "Seek", Unit="REL_TIME", Target="0:01:00")
    clock.advance(0.1)
    assert kitchen.transport.position == pytest.approx(60)
    act(kitchen, "Seek", Unit="TIME_DELTA", Target="-0:00:15")
    clock.advance(0.1)
    assert kitchen.transport.position == pytest.approx(45)
    act(kitchen, "Seek", Unit="TRACK_NR", Target="3")
    assert kitchen.transport.track_number == 3
    for unit, target, code in (
        ("TRACK_NR", "9", Code.ILLEGAL_SEEK_TARGET),
        ("REL_TIME", "nonsense", Code.ILLEGAL_SEEK_TARGET),
        ("SECTION", "0:00:01", Code.SEEK_MODE_NOT_SUPPORTED),
    ):
        with refused(code):
            act(kitchen, "Seek", Unit=unit, Target=target)


@pytest.mark.parametrize(
    ("start", "refuses"),
    [
        ("play_radio", ("pause", "next", "previous")),
        ("play_line_in", ("pause", "next")),
        ("play_tv", ("play", "pause", "next")),
    ],
)
def test_sources_refuse_what_they_cannot(
    clock: Clock, people: People, household: Household, start: str, refuses: tuple[str, ...]
) -> None:
    getattr(people, start)("Office")
    clock.advance(0.2)
    transport = household.speaker("Office").transport
    assert transport.state == "PLAYING"
    for action in refuses:
        with refused(Code.TRANSITION_NOT_AVAILABLE):
            getattr(transport, action)()
    with refused(Code.PLAY_MODE_NOT_SUPPORTED):
        transport.set_play_mode("SHUFFLE")


def test_the_sleep_timer_ends_the_music(clock: Clock, people: People, kitchen: Speaker) -> None:
    people.play_tracks("Kitchen")
    clock.advance(0.1)
    act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="00:01:00")
    clock.advance(20)
    answer = act(kitchen, "GetRemainingSleepTimerDuration")
    assert answer["RemainingSleepTimerDuration"] == "0:00:40"
    clock.advance(41)
    assert kitchen.transport.state == "PAUSED_PLAYBACK"
    answer = act(kitchen, "GetRemainingSleepTimerDuration")
    assert answer["RemainingSleepTimerDuration"] == ""


def test_the_sleep_timer_is_the_coordinators(
    clock: Clock, people: People, household: Household, kitchen: Speaker
) -> None:
    patio = household.speaker("Patio")
    people.group("Patio", "Kitchen")
    people.play_tracks("Kitchen")
    clock.advance(1)
    with refused(Code.NOT_SUPPORTED_HERE):
        act(patio, "ConfigureSleepTimer", NewSleepTimerDuration="0:10:00")
    with refused(Code.INVALID_ARGS):
        act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="24:00:00")
    act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="0:10:00")
    assert evented(kitchen, "AVTransport")["r:SleepTimerGeneration"] == "1"
    act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="0:00:00")
    assert act(kitchen, "GetRemainingSleepTimerDuration")["RemainingSleepTimerDuration"] == ""
    act(kitchen, "ConfigureSleepTimer", NewSleepTimerDuration="0:00:05")
    clock.advance(6)
    assert kitchen.transport.state == "PAUSED_PLAYBACK"
    assert evented(kitchen, "AVTransport")["r:SleepTimerGeneration"] == "4"
