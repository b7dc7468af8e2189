"""Asking a speaker for its state, round by round."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from custom_components.sonos_twisted.engine.errors import (
    EngineError,
    UpnpError,
)
from custom_components.sonos_twisted.engine.polling import (
    COORDINATOR_SECONDS,
    MEMBER_SECONDS,
    Poller,
)

from .fakes import SILENCE

if TYPE_CHECKING:
    from custom_components.sonos_twisted.engine.commands.state import State
    from custom_components.sonos_twisted.model import Variables


ALL = [
    "output_fixed",
    "bass",
    "treble",
    "loudness",
    "left_volume",
    "right_volume",
    "crossfade",
    "trueplay",
    "night_mode",
    "dialog_level",
    "speech_enhance_enabled",
    "audio_delay",
    "height_channel_level",
    "surround_enabled",
    "surround_level",
    "music_surround_level",
    "surround_mode",
    "audio_delay_left_rear",
    "audio_delay_right_rear",
    "sub_enabled",
    "sub_gain",
    "sub_crossover",
    "sub_polarity",
]

#: What a plain speaker has no answer to.
PLAIN = frozenset({"night_mode", "sub_enabled"})


@dataclass
class Polled:
    """A poller and all that is around it."""

    clock: Clock = field(default_factory=Clock)
    coordinates: bool = True
    reports_topology: bool = False
    sound_is_known: bool = True
    declines: frozenset[str] = frozenset()
    about_sound: list[tuple[int, str]] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    answers: list[Deferred[State]] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    sounds: list[State] = field(default_factory=list)
    errors: list[EngineError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.poller = Poller(
            self._read,
            self.clock,
            coordinates=lambda: self.coordinates,
            reports_topology=lambda: self.reports_topology,
            answered=self._answered,
            failed=self.errors.append,
        )
        while self.sound_is_known and not self.poller._sound.all_asked:
            self.poller._sound.next()

    def _answered(self, state: State) -> None:
        about_sound = any(query in state.get("RenderingControl", {}) for query in ALL)
        (self.sounds if about_sound else self.states).append(state)

    def _read(self, queries: Sequence[str]) -> Deferred[State]:
        if len(queries) == 1:  # about the sound, which is answered at once
            self.about_sound.append((round(self.clock.seconds()), queries[0]))
            if queries[0] in self.declines:
                return fail(UpnpError("192.0.2.11", "GetEQ", 402))
            return succeed({"RenderingControl": {queries[0]: "1"}})
        self.asked.append(list(queries))
        self.answers.append(Deferred())
        return self.answers[-1]

    def answer(self, volume: str = "20") -> None:
        """Answer the last round."""
        self.answers[-1].callback({"RenderingControl": {"volume": {"Master": volume}}})

    def rounds(self, count: int) -> list[list[str]]:
        """Answer this many rounds, and tell what they asked."""
        for _ in range(count):
            self.answer()
            self.clock.advance(MEMBER_SECONDS)
        return self.asked[:count]


@pytest.fixture
def polled() -> Polled:
    """Give a poller of a coordinator that has just started."""
    polled = Polled()
    polled.poller.start()
    return polled


def test_a_round_at_once_and_then_at_intervals(polled: Polled) -> None:
    assert len(polled.asked) == 1
    polled.answer()
    polled.clock.advance(COORDINATOR_SECONDS - 0.1)
    assert len(polled.asked) == 1
    polled.clock.advance(0.2)
    assert len(polled.asked) == 2


def test_no_round_asks_for_more_than_four_things(polled: Polled) -> None:
    polled.reports_topology = True
    polled.rounds(12)
    about_sound = [seconds for seconds, _ in polled.about_sound]
    assert len(polled.asked) > 12
    for number, queries in enumerate(polled.asked):
        assert len(queries) + about_sound.count(round(number * MEMBER_SECONDS)) == 4


def test_everything_is_asked_for_in_turn(polled: Polled) -> None:
    asked = {query for queries in polled.rounds(18) for query in queries}
    assert asked == {
        "transport_state", "track", "volume", "media", "mute", "play_mode", "actions",
        "group_volume", "group_mute", "sleep_timer",
    }  # fmt: skip


def test_the_topology_takes_turns(polled: Polled) -> None:
    polled.reports_topology = True
    polled.rounds(4)
    assert ["topology" in queries for queries in polled.asked[1:5]] == [True, False, True, False]


def test_a_member_is_asked_for_its_volume_alone_and_less_often() -> None:
    polled = Polled(coordinates=False)
    polled.poller.start()
    assert polled.asked == [["volume", "mute"]]
    polled.answer()
    polled.clock.advance(COORDINATOR_SECONDS)
    assert len(polled.asked) == 1
    polled.clock.advance(MEMBER_SECONDS - COORDINATOR_SECONDS)
    assert len(polled.asked) == 2


def test_a_position_that_stands_still_is_passed_on(polled: Polled) -> None:
    """The host lets it run on, so that it is news that it did not."""
    position: Variables = {"relative_time_position": "0:01:18", "position_measured_at": "1.0"}
    for _ in range(2):
        polled.answers[-1].callback({"AVTransport": {"transport_state": "PLAYING", **position}})
        polled.clock.advance(COORDINATOR_SECONDS)
    assert polled.states[1:] == [{"AVTransport": position}]


def test_only_what_changed_is_passed_on(polled: Polled) -> None:
    polled.answer("20")
    polled.clock.advance(COORDINATOR_SECONDS)
    polled.answer("20")
    polled.clock.advance(COORDINATOR_SECONDS)
    polled.answer("30")
    assert polled.states == [
        {"RenderingControl": {"volume": {"Master": "20"}}},
        {},
        {"RenderingControl": {"volume": {"Master": "30"}}},
    ]


def test_an_answer_that_equals_the_one_before_is_news_after_an_event(polled: Polled) -> None:
    """The event has told something else in between, and may have been followed by a lost one."""
    polled.answer("20")
    polled.clock.advance(COORDINATOR_SECONDS)
    polled.poller.forget("RenderingControl")
    polled.answer("20")
    assert polled.states[-1] == {"RenderingControl": {"volume": {"Master": "20"}}}


def test_the_topology_is_always_passed_on(polled: Polled) -> None:
    """Another speaker may have told another one in between."""
    for _ in range(2):
        polled.answers[-1].callback({"ZoneGroupTopology": {"zone_group_state": "<same/>"}})
        polled.clock.advance(COORDINATOR_SECONDS)
    assert polled.states == [{"ZoneGroupTopology": {"zone_group_state": "<same/>"}}] * 2


def test_after_a_failure_everything_is_passed_on_again(polled: Polled) -> None:
    polled.answer("20")
    polled.clock.advance(COORDINATOR_SECONDS)
    polled.answers[-1].errback(SILENCE)
    assert polled.errors == [SILENCE]
    polled.clock.advance(COORDINATOR_SECONDS)
    polled.answer("20")
    assert polled.states[-1] == {"RenderingControl": {"volume": {"Master": "20"}}}


def test_a_slow_round_is_not_overtaken(polled: Polled) -> None:
    polled.clock.advance(10 * COORDINATOR_SECONDS)
    assert len(polled.asked) == 1


def test_starting_twice_asks_once(polled: Polled) -> None:
    polled.poller.start()
    assert len(polled.asked) == 1
    assert polled.poller.is_running


@pytest.mark.parametrize("answered", [True, False])
def test_stopping_leaves_nothing_behind(polled: Polled, answered: bool) -> None:
    actions = [polled.answer] if answered else []
    for act in actions:
        act()
    polled.poller.stop()
    assert not polled.poller.is_running
    assert polled.clock.getDelayedCalls() == []
    assert polled.answers[-1].called
    assert polled.errors == []


def test_an_answer_after_the_end_is_dropped() -> None:
    """The command could not be cancelled: it had begun."""
    polled = Polled()
    polled.poller.start()
    late = polled.answers[-1]
    late._canceller = lambda deferred: deferred.callback({"RenderingControl": {"volume": "1"}})
    polled.poller.stop()
    assert polled.states == []
    assert polled.clock.getDelayedCalls() == []


def test_at_first_every_other_round_is_about_the_sound() -> None:
    polled = Polled(sound_is_known=False)
    polled.poller.start()
    for _ in range(14):
        if not polled.answers[-1].called:
            polled.answer()
        polled.clock.advance(COORDINATOR_SECONDS)
    assert [question for _, question in polled.about_sound[: len(ALL)]] == ALL
    seconds = [second for second, _ in polled.about_sound]
    assert all(seconds.count(second) in {1, 4} for second in seconds)
    assert seconds[len(ALL) - 1] == 11 * COORDINATOR_SECONDS
    # The state is asked for in the rounds between.
    assert {len(queries) for queries in polled.asked} <= {3, 4}
    assert len(polled.asked) >= 7


def test_what_a_speaker_has_not_is_asked_once_a_turn() -> None:
    polled = Polled(sound_is_known=False, declines=PLAIN)
    polled.poller.start()
    for _ in range(40):
        if not polled.answers[-1].called:
            polled.answer()
        polled.clock.advance(COORDINATOR_SECONDS)
    asked = [question for _, question in polled.about_sound]
    plain = [*ALL[:9], "sub_enabled"]
    assert asked[:20] == plain * 2
    assert polled.errors == []


@pytest.mark.parametrize("declines", [frozenset[str](), PLAIN])
def test_what_is_known_is_asked_for_less_often(declines: frozenset[str]) -> None:
    """Whatever the number of questions: the last one need not end a round."""
    polled = Polled(sound_is_known=False, declines=declines)
    polled.poller.start()
    known = 3 if declines else 6
    for _ in range(2 * known + 12):
        if not polled.answers[-1].called:
            polled.answer()
        polled.clock.advance(COORDINATOR_SECONDS)
    seconds = [second for second, _ in polled.about_sound]
    assert [seconds.count(second) for second in dict.fromkeys(seconds)] == [4] * known + [1] * 3


def test_the_crossfade_is_only_asked_of_who_plays_for_a_group() -> None:
    polled = Polled(coordinates=False, sound_is_known=False)
    polled.poller.start()
    polled.rounds(15)
    asked = [question for _, question in polled.about_sound]
    assert asked[: len(ALL) - 1] == [question for question in ALL if question != "crossfade"]


def test_the_sound_is_passed_on_even_if_it_is_the_same(polled: Polled) -> None:
    """Whoever has changed it meanwhile may have read it back."""
    polled.rounds(4 * len(ALL) + 8)
    assert polled.sounds.count({"RenderingControl": {"bass": "1"}}) == 2


def test_nothing_more_is_asked_of_who_does_not_answer(polled: Polled) -> None:
    polled.rounds(1)
    polled.answers[-1].errback(SILENCE)
    assert polled.about_sound == []
    polled.clock.advance(COORDINATOR_SECONDS)
    assert len(polled.asked) == 3


def test_who_falls_silent_over_the_sound_is_reported() -> None:
    polled = Polled(coordinates=False, sound_is_known=False)
    polled.poller._read = lambda queries: (
        fail(SILENCE) if len(queries) == 1 else polled._read(queries)
    )
    polled.poller.start()
    polled.answer()
    assert polled.errors == [SILENCE]


def test_a_mistake_with_an_answer_is_told_and_does_not_end_the_asking(
    caplog: pytest.LogCaptureFixture,
) -> None:
    polled = Polled()
    polled.poller._answered = lambda _: dict[str, None]()["nothing"]
    polled.poller.start()
    polled.answer()
    assert "KeyError: 'nothing'" in caplog.text
    polled.clock.advance(COORDINATOR_SECONDS)
    assert len(polled.asked) == 2
