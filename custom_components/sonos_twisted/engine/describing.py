"""Reading the device description of a speaker. Lives on the reactor thread."""

from collections.abc import Callable
import logging
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from .commands.identity import describe
from .errors import EngineError

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall

    from ..model import DeviceDescription
    from .player import Player
    from .runner import CommandRunner

_LOGGER = logging.getLogger(__name__)

#: Seconds after which a description is read again that could not be read.
RETRY_SECONDS = 30.0


class Describing:
    """Reads the description of one speaker, again and again until it succeeds.

    Attributes:
        known: The description that was read last.
        reading: Fires when the one that is being read has been read or has failed.

    """

    def __init__(
        self,
        player: Player,
        runner: CommandRunner,
        clock: Any,
        described: Callable[[DeviceDescription], None],
    ) -> None:
        """Prepare to read; nothing is asked yet.

        Args:
            player: The speaker's address.
            runner: Asks it.
            clock: The reactor, or a fake clock.
            described: Takes each description that has been read.

        """
        self.known: DeviceDescription | None = None
        self.reading: Deferred[None] | None = None
        self._player = player
        self._runner = runner
        self._clock = clock
        self._described = described
        self._is_current = False
        self._is_stopped = False
        self._retry: IDelayedCall | None = None

    def start(self) -> None:
        """Read the description; harmless when that is done or under way."""
        self._forget_retry()
        if self._is_current or self._is_stopped or self.reading is not None:
            return
        asking = self._runner.run(describe, self._player.address)
        self.reading = asking.addCallback(self._take)
        self.reading.addErrback(self._complain).addCallback(self._end)

    def start_anew(self) -> None:
        """Read the description again: the speaker may have another firmware now."""
        self._is_current = False
        self.start()

    def stop(self) -> None:
        """Read no more."""
        self._is_stopped = True
        self._forget_retry()
        if self.reading is not None:
            self.reading.cancel()

    def _forget_retry(self) -> None:
        retry, self._retry = self._retry, None
        if retry is not None and retry.active():
            retry.cancel()

    def _take(self, description: DeviceDescription) -> None:
        self.known = description
        self._described(description)
        self._is_current = True

    def _complain(self, failure: Failure) -> None:
        if failure.check(CancelledError) or self._is_stopped:
            return
        if failure.check(EngineError):
            _LOGGER.debug("%s: it cannot be described: %s", self._player.name, failure.value)
        else:
            # A mistake of whoever takes the description must not end the reading.
            trace = failure.getTraceback()
            _LOGGER.error("The description of %s is not taken:\n%s", self._player.name, trace)
        self._retry = self._clock.callLater(RETRY_SECONDS, self.start)

    def _end(self, _: None) -> None:
        self.reading = None
