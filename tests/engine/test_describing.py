"""Reading a description, on a clock moved by hand."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from twisted.internet.task import Clock

from custom_components.sonos_twisted.engine.describing import RETRY_SECONDS, Describing
from custom_components.sonos_twisted.engine.player import Player
from custom_components.sonos_twisted.model import parse_device_description

from .fakes import SILENCE
from .house import ONE, FakeRunner

if TYPE_CHECKING:
    from custom_components.sonos_twisted.model import DeviceDescription

DESCRIPTION = parse_device_description(ONE.description)


@dataclass
class Described:
    """A speaker that is described, and whoever takes its description."""

    clock: Clock = field(default_factory=Clock)
    runner: FakeRunner = field(default_factory=FakeRunner)
    taken: list[DeviceDescription] = field(default_factory=list)
    mistakes: int = 0

    def __post_init__(self) -> None:
        self.describing = Describing(Player(ONE.address), self.runner, self.clock, self._take)
        self.describing.start()

    def _take(self, description: DeviceDescription) -> None:
        self.mistakes -= 1
        if self.mistakes >= 0:
            raise RuntimeError("A mistake")
        self.taken.append(description)

    def answer(self) -> None:
        """Let the speaker answer."""
        self.runner.asked[-1].answer.callback(DESCRIPTION)


def test_it_is_read_once() -> None:
    described = Described()
    described.describing.start()
    described.answer()
    described.describing.start()
    assert described.taken == [DESCRIPTION]
    assert len(described.runner.asked) == 1
    assert described.describing.reading is None
    assert described.clock.getDelayedCalls() == []


def test_a_mistake_of_its_taker_does_not_end_the_reading(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is read again, and whoever waits for it waits no more."""
    described = Described(mistakes=1)
    described.answer()
    assert "A mistake" in caplog.text
    assert described.describing.reading is None
    described.clock.advance(RETRY_SECONDS)
    described.answer()
    assert described.taken == [DESCRIPTION]
    assert described.clock.getDelayedCalls() == []


def test_the_end_is_the_end() -> None:
    """Also when the command could not be cancelled, and fails afterwards."""
    described = Described()
    answer = described.runner.asked[-1].answer
    answer._canceller = lambda asked: asked.errback(SILENCE)
    described.describing.stop()
    described.describing.start_anew()
    assert len(described.runner.asked) == 1
    assert described.clock.getDelayedCalls() == []
