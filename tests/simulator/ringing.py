"""An alarm that rings, or that was told to be silent for a while."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

STAMP = "%Y-%m-%d %H:%M:%S"


class Ringing:
    """What one player knows of the alarm that made it play."""

    def __init__(
        self,
        clock: IReactorTime,
        *,
        silence: Callable[[], None],
        play: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        """No alarm rings.

        Args:
            clock: Tells and measures time.
            silence: Stops the music.
            play: Plays again.
            changed: Called when something is different.
        """
        self._clock = clock
        self._silence = silence
        self._play = play
        self._changed = changed
        self.number = 0
        self.logged_start = ""
        self.snoozing = False
        self._over: IDelayedCall | None = None
        self._snooze: IDelayedCall | None = None

    @property
    def running(self) -> bool:
        """Whether an alarm rings; one that snoozes does."""
        return self.number > 0

    def start(self, number: int, duration: float) -> None:
        """Say that an alarm has made the player play, and for how long: 0 is for ever."""
        self.clear()
        self.number = number
        self.logged_start = datetime.fromtimestamp(self._clock.seconds(), UTC).strftime(STAMP)
        if duration:
            self._over = self._clock.callLater(duration, self._end)
        self._changed()

    def snooze(self, seconds: float) -> None:
        """Be silent for a while."""
        self._cancel_snooze()
        self._silence()
        self.snoozing = True
        self._snooze = self._clock.callLater(seconds, self._wake)
        self._changed()

    def resume(self) -> None:
        """Somebody has pressed play meanwhile: no more snoozing."""
        self._cancel_snooze()

    def clear(self) -> None:
        """The alarm is over."""
        self._cancel_snooze()
        if self._over is not None and self._over.active():
            self._over.cancel()
        self._over = None
        self.number = 0
        self.logged_start = ""

    def _wake(self) -> None:
        self._cancel_snooze()
        self._play()

    def _end(self) -> None:
        self._over = None
        self.clear()
        self._silence()
        self._changed()

    def _cancel_snooze(self) -> None:
        if self._snooze is not None and self._snooze.active():
            self._snooze.cancel()
        self._snooze = None
        self.snoozing = False
