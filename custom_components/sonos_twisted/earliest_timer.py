"""A timer that several ask for, and that rings once: when the first of them needs it."""

import asyncio
from collections.abc import Callable


class EarliestTimer:
    """Calls a function at the earliest time that was asked for since it was called last.

    Lives on the event loop.
    """

    __slots__ = ("_action", "_handle", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, action: Callable[[], object]) -> None:
        """Prepare to call ``action`` on a loop; nothing is planned yet."""
        self._loop = loop
        self._action = action
        self._handle: asyncio.TimerHandle | None = None

    @property
    def when(self) -> float | None:
        """The time of the loop's clock at which it rings next; ``None`` if nothing is planned."""
        return None if self._handle is None else self._handle.when()

    def after(self, seconds: float) -> None:
        """Ask for a call in so many seconds."""
        self.at(self._loop.time() + seconds)

    def at(self, when: float) -> None:
        """Ask for a call at a time of the loop's clock, in seconds."""
        if self._handle is not None:
            if self._handle.when() <= when:
                return
            self._handle.cancel()
        self._handle = self._loop.call_at(when, self._ring)

    def cancel(self) -> None:
        """Call no more until somebody asks again; harmless when nothing is planned."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.cancel()

    def _ring(self) -> None:
        self._handle = None
        self._action()
