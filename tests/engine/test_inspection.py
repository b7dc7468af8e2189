"""Finding out that the events of a quiet speaker have stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from custom_components.sonos_twisted.engine.errors import EngineError, PlayerUnreachableError
from custom_components.sonos_twisted.engine.inspection import (
    EVIDENCE,
    IN_FLIGHT_SECONDS,
    QUIET_SECONDS,
    Inspection,
)

from .fakes import SILENCE

if TYPE_CHECKING:
    from custom_components.sonos_twisted.engine.commands.state import State


@dataclass
class Inspected:
    """An inspection and all that is around it."""

    clock: Clock = field(default_factory=Clock)
    evented: State = field(
        default_factory=lambda: {
            "AVTransport": {"transport_state": "PLAYING", "current_track_uri": "x-file:1"},
            "RenderingControl": {"volume": {"Master": "20", "LF": "100"}},
        }
    )
    answers: list[Deferred[State]] = field(default_factory=list)
    asked: list[Sequence[str]] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    errors: list[EngineError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inspection = Inspection(
            self._read,
            self.clock,
            stale=self.stale.append,
            failed=self.errors.append,
        )
        self.event()
        self.inspection.start()

    def _read(self, queries: Sequence[str]) -> Deferred[State]:
        self.asked.append(queries)
        self.answers.append(Deferred())
        return self.answers[-1]

    def event(self) -> None:
        """Let an event of each service arrive."""
        for service in EVIDENCE:
            self.inspection.event_arrived(service, self.evented.get(service, {}))

    def answer(self, state: str = "PLAYING", volume: str = "20", track: str = "x-file:1") -> None:
        """Answer the last question."""
        self.answers[-1].callback(
            {
                "AVTransport": {"transport_state": state, "current_track_uri": track},
                "RenderingControl": {"volume": {"Master": volume}},
            }
        )


@pytest.fixture
def inspected() -> Inspected:
    """Give an inspection of a speaker that plays."""
    return Inspected()


def test_a_quiet_speaker_is_asked(inspected: Inspected) -> None:
    inspected.clock.advance(QUIET_SECONDS - 1)
    assert inspected.answers == []
    inspected.clock.advance(1)
    assert len(inspected.answers) == 1


def test_a_speaker_that_sends_events_is_not_asked(inspected: Inspected) -> None:
    inspected.clock.advance(QUIET_SECONDS - 1)
    inspected.event()
    inspected.clock.advance(QUIET_SECONDS - 1)
    assert inspected.answers == []


def test_a_service_is_asked_about_while_others_send_events(inspected: Inspected) -> None:
    """A lively service says nothing of a silent one, not even while that one is suspected."""
    inspected.clock.advance(QUIET_SECONDS - 1)
    inspected.inspection.event_arrived("RenderingControl", {})
    inspected.inspection.event_arrived("DeviceProperties", {})
    inspected.clock.advance(1)
    assert inspected.asked == [["transport_state", "track"]]
    inspected.answer("STOPPED")
    inspected.inspection.event_arrived("RenderingControl", {})
    inspected.clock.advance(IN_FLIGHT_SECONDS)
    inspected.answer("STOPPED")
    assert inspected.stale == ["AVTransport"]
    inspected.clock.advance(QUIET_SECONDS - IN_FLIGHT_SECONDS)
    assert inspected.asked[2:] == [["volume"]]


def test_an_answer_that_agrees_is_all_right(inspected: Inspected) -> None:
    inspected.clock.advance(QUIET_SECONDS)
    inspected.answer()
    inspected.clock.advance(QUIET_SECONDS - 1)
    assert len(inspected.answers) == 1
    inspected.clock.advance(1)
    assert len(inspected.answers) == 2
    assert inspected.stale == []


@pytest.mark.parametrize(
    ("answer", "stale"),
    [
        ({"state": "PAUSED_PLAYBACK"}, ["AVTransport"]),
        ({"track": "x-file:2"}, ["AVTransport"]),
        ({"volume": "35"}, ["RenderingControl"]),
        ({"state": "STOPPED", "volume": "35"}, ["AVTransport", "RenderingControl"]),
    ],
)
def test_what_differs_twice_is_stale(
    inspected: Inspected, answer: dict[str, str], stale: list[str]
) -> None:
    inspected.clock.advance(QUIET_SECONDS)
    inspected.answer(**answer)
    assert inspected.stale == []
    inspected.clock.advance(IN_FLIGHT_SECONDS)
    inspected.answer(**answer)
    assert inspected.stale == stale


def test_an_event_on_its_way_explains_a_difference(inspected: Inspected) -> None:
    inspected.clock.advance(QUIET_SECONDS)
    inspected.answer(volume="35")
    inspected.evented["RenderingControl"] = {"volume": {"Master": "35"}}
    inspected.event()
    inspected.clock.advance(QUIET_SECONDS)
    inspected.answer(volume="35")
    assert inspected.stale == []


def test_what_was_never_evented_cannot_differ() -> None:
    inspected = Inspected(evented={})
    inspected.clock.advance(QUIET_SECONDS)
    inspected.answer("STOPPED")
    inspected.clock.advance(IN_FLIGHT_SECONDS)
    assert len(inspected.answers) == 1


def test_a_speaker_that_does_not_answer_is_reported_and_asked_again(inspected: Inspected) -> None:
    inspected.clock.advance(QUIET_SECONDS)
    inspected.answers[-1].errback(SILENCE)
    assert inspected.errors == [SILENCE]
    inspected.clock.advance(QUIET_SECONDS)
    assert len(inspected.answers) == 2


@pytest.mark.parametrize("seconds", [0, QUIET_SECONDS])
def test_stopping_leaves_nothing_behind(inspected: Inspected, seconds: float) -> None:
    inspected.clock.advance(seconds)
    inspected.inspection.stop()
    assert inspected.clock.getDelayedCalls() == []
    inspected.event()
    assert all(answer.called for answer in inspected.answers)
    assert (inspected.stale, inspected.errors) == ([], [])


@pytest.mark.parametrize(
    "finish",
    [
        lambda answer: answer.callback({}),
        lambda answer: answer.errback(PlayerUnreachableError("192.0.2.11", "is off")),
    ],
)
def test_an_answer_after_the_end_changes_nothing(
    inspected: Inspected, finish: Callable[[Deferred[State]], None]
) -> None:
    """The command could not be cancelled: it had begun."""
    inspected.clock.advance(QUIET_SECONDS)
    inspected.answers[-1]._canceller = finish
    inspected.inspection.stop()
    assert inspected.clock.getDelayedCalls() == []


def test_starting_twice_asks_once(inspected: Inspected) -> None:
    inspected.inspection.start()
    inspected.clock.advance(QUIET_SECONDS)
    assert len(inspected.answers) == 1


@pytest.mark.parametrize("told", ["stale", "failed"])
def test_a_mistake_of_whoever_is_told_does_not_end_the_watch(
    inspected: Inspected, caplog: pytest.LogCaptureFixture, told: str
) -> None:
    def make_a_mistake(_: object) -> None:
        raise RuntimeError("A mistake")

    setattr(inspected.inspection, f"_{told}", make_a_mistake)
    inspected.clock.advance(QUIET_SECONDS)
    if told == "failed":
        inspected.answers[-1].errback(SILENCE)
    else:
        inspected.answer("STOPPED")
        inspected.clock.advance(IN_FLIGHT_SECONDS)
        inspected.answer("STOPPED")
    assert "A mistake" in caplog.text
    before = len(inspected.answers)
    inspected.clock.advance(QUIET_SECONDS)
    assert len(inspected.answers) == before + 1
