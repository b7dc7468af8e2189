"""Turns, deadlines and the end of calls, on a clock that tests turn."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from custom_components.sonos_twisted.engine import (
    EngineError,
    PlayerError,
    PlayerUnreachableError,
)
from custom_components.sonos_twisted.engine.calls import CLOSING_SECONDS, Call, Calls
from custom_components.sonos_twisted.model import RunnerHealth

SECONDS = 10.0


class Work:
    """A runner whose calls begin and end when the test says so."""

    def __init__(self, at_once: int = 3, overdue: Callable[[Call], None] | None = None) -> None:
        self.clock = Clock()
        self.begun: list[Call] = []
        self.calls = Calls(self.clock, SECONDS, at_once, begin=self._begin, overdue=overdue)

    def _begin(self, call: Call) -> None:
        self.begun.append(call)
        self.calls.started(call)

    def add(self, name: str, speaker: str = "192.0.2.1:1400") -> list[Any]:
        """Add a call; what it comes to is put into the list."""
        outcomes: list[Any] = []
        self.result(name, speaker).addBoth(outcomes.append)
        return outcomes

    def result(self, name: str, speaker: str = "192.0.2.1:1400") -> Deferred[Any]:
        """Add a call."""
        return self.calls.add(Call(speaker, name, str, (), {}))

    def end(self, name: str, outcome: object = None) -> None:
        """End a call that has begun."""
        (call,) = (call for call in self.begun if call.name == name)
        self.calls.ended(call, outcome)

    @property
    def names(self) -> list[str]:
        """The calls that have begun, in order."""
        return [call.name for call in self.begun]


def error_in(outcomes: list[Any]) -> Exception:
    """Return the one outcome, which is a failure."""
    (failure,) = outcomes
    assert isinstance(failure, Failure)
    assert isinstance(failure.value, Exception)
    return failure.value


def test_one_at_a_time_for_a_speaker_in_order() -> None:
    work = Work()
    first, second = work.add("first"), work.add("second")
    work.add("third")
    assert work.names == ["first"]
    work.end("first", 1)
    assert (first, second, work.names) == ([1], [], ["first", "second"])
    work.end("second", Failure(PlayerError("192.0.2.1", "is busy")))
    assert work.names == ["first", "second", "third"]
    assert isinstance(error_in(second), PlayerError)


def test_speakers_do_not_wait_for_each_other() -> None:
    work = Work()
    work.add("first")
    work.add("second")
    work.add("other", "192.0.2.2:1400")
    assert work.names == ["first", "other"]
    assert [call.host for call in work.begun] == ["192.0.2.1", "192.0.2.2"]


def test_so_many_at_once() -> None:
    work = Work(at_once=2)
    for number in range(4):
        work.add(str(number), f"192.0.2.{number}:1400")
    assert work.names == ["0", "1"]
    work.end("1")
    assert work.names == ["0", "1", "2"]


def test_a_call_that_ends_while_it_begins() -> None:
    begun: list[str] = []

    def begin(call: Call) -> None:
        begun.append(call.name)
        calls.ended(call, call.name)

    calls = Calls(Clock(), SECONDS, 1, begin=begin)
    results: list[Any] = []
    for name in ("a", "b"):
        calls.add(Call("192.0.2.1:1400", name, str, (), {})).addCallback(results.append)
    assert begun == results == ["a", "b"]


def test_the_deadline_counts_from_the_start() -> None:
    work = Work()
    first, second = work.add("first"), work.add("second")
    work.clock.advance(SECONDS - 1)
    work.end("first")
    work.clock.advance(SECONDS - 1)
    assert (first, second) == ([None], [])
    work.clock.advance(1)
    assert str(error_in(second)) == "192.0.2.1 did not finish within 10 seconds"
    assert isinstance(error_in(second), PlayerUnreachableError)


def test_a_call_that_does_not_end_lets_the_speakers_others_fail() -> None:
    """They would wait for ever otherwise, as nothing else limits how long it hangs."""
    work = Work()
    work.add("hangs")
    waiting, other = work.add("waiting"), work.add("other", "192.0.2.2:1400")
    work.clock.advance(SECONDS)
    assert "is still busy with an earlier command" in str(error_in(waiting))
    assert "is still busy with an earlier command" in str(error_in(work.add("new")))
    assert "did not finish" in str(error_in(other))
    work.end("hangs", "at last")
    again = work.add("again")
    work.end("again", "fine")
    assert again == ["fine"]


def test_an_end_that_is_brought_about() -> None:
    """Whoever can end what hangs does so, and the others go on."""
    work = Work(overdue=lambda call: work.calls.ended(call, None))
    hangs, waiting = work.add("hangs"), work.add("waiting")
    work.clock.advance(SECONDS)
    assert "did not finish" in str(error_in(hangs))
    assert work.names == ["hangs", "waiting"]
    work.end("waiting", "fine")
    assert waiting == ["fine"]
    assert not work.clock.getDelayedCalls()


def test_cancelled_while_it_waits() -> None:
    work = Work()
    work.add("first")
    result = work.result("second")
    outcomes: list[Any] = []
    result.addBoth(outcomes.append)
    result.cancel()
    assert isinstance(error_in(outcomes), CancelledError)
    work.end("first")
    assert work.names == ["first"]


def test_cancelled_while_it_is_under_way() -> None:
    """It runs on, and nothing else is said to the speaker meanwhile."""
    work = Work()
    result = work.result("first")
    result.addErrback(lambda failure: failure.trap(CancelledError))
    work.add("second")
    result.cancel()
    assert work.names == ["first"]
    work.end("first", "too late")
    assert work.names == ["first", "second"]


def test_ended_twice() -> None:
    """A command that was given up may end nevertheless."""
    work = Work()
    first = work.add("first")
    work.end("first", 1)
    work.add("second")
    work.end("first", 2)
    assert first == [1]
    assert [call.name for call in work.calls.under_way] == ["second"]


def test_closing_when_idle() -> None:
    work = Work()
    closed: list[None] = []
    work.calls.close().addCallback(closed.append)
    assert closed == [None]
    assert not work.clock.getDelayedCalls()


def test_what_is_told_of_them() -> None:
    """What is under way, what waits, and which speaker is stuck."""
    work = Work()
    for name in ("first", "second"):
        work.add(name)
    work.add("third", "192.0.2.2:1400")
    assert work.calls.health == RunnerHealth(
        under_way=("first at 192.0.2.1:1400", "third at 192.0.2.2:1400"),
        waiting=("second at 192.0.2.1:1400",),
    )
    work.clock.advance(SECONDS - 1)
    work.end("third")
    work.clock.advance(1)
    assert work.calls.health == RunnerHealth(
        under_way=("first at 192.0.2.1:1400",), stuck=("192.0.2.1:1400",)
    )


def test_closing_waits_for_what_is_under_way() -> None:
    work = Work()
    first, second = work.add("first"), work.add("second")
    closed: list[None] = []
    work.calls.close().addCallback(closed.append)
    work.calls.close().addCallback(closed.append)
    assert work.calls.is_closed
    assert str(error_in(second)) == (
        "192.0.2.1 was not asked: the connection to the household was closed"
    )
    assert not closed
    work.end("first", "fine")
    assert (first, closed) == (["fine"], [None, None])
    assert not work.clock.getDelayedCalls()


def test_closing_does_not_wait_for_ever() -> None:
    work = Work()
    first, other = work.add("first"), work.add("other", "192.0.2.2:1400")
    closed: list[None] = []
    work.calls.close().addCallback(closed.append)
    work.clock.advance(CLOSING_SECONDS)
    assert closed == [None]
    assert "may not have done it" in str(error_in(first))
    assert "may not have done it" in str(error_in(other))
    assert not work.clock.getDelayedCalls()
    work.end("first", "too late")


def test_nothing_can_be_added_after_the_end() -> None:
    work = Work()
    work.calls.close()
    with pytest.raises(EngineError, match="The connection to the household is closed"):
        raise error_in(work.add("late"))
