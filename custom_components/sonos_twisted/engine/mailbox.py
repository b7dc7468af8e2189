"""The way of news from the reactor thread to the host's event loop."""

import asyncio
from collections.abc import Callable, Hashable
from itertools import islice
import logging
import threading
from typing import Protocol, Self

_LOGGER = logging.getLogger(__name__)

#: Pieces of news in one delivery. One takes about a quarter of a millisecond, so the host loop is
#: never occupied for long.
AT_ONCE = 8

#: How many times as long as a delivery took the loop is then left to others. So a flood of news
#: takes a third of it at most; news about the same thing merges meanwhile.
REST = 2.0

#: Seconds for which it is left to others at most: what takes long is no flood, but the first look
#: at a household.
LONGEST_REST = 0.01


class Mergeable(Protocol):
    """News that can absorb later news of the same kind about the same thing."""

    def merged_with(self, newer: Self) -> Self:
        """Return one piece of news that says what both say, the newer one where they differ."""
        ...


class Mailbox[T: Mergeable]:
    """One slot for each thing there is news about; many pieces of news, one wake-up.

    However long the host loop is busy, the mailbox holds at most one piece of news per key, and
    the loop is woken once for all of them. News that comes alone is delivered at once.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[list[T]], None]) -> None:
        """Make an empty mailbox.

        Args:
            loop: The host loop.
            deliver: Called on the host loop with `AT_ONCE` pieces of news at most, oldest first.

        """
        self._loop = loop
        self._deliver = deliver
        self._lock = threading.Lock()
        self._slots: dict[Hashable, T] = {}
        self._closed = False
        self._rested_at = 0.0

    @property
    def depth(self) -> int:
        """How many slots hold news; may be read from any thread."""
        return len(self._slots)

    def post(self, key: Hashable, news: T) -> None:
        """Put news into its slot and wake the host loop if it has not been woken; any thread.

        Args:
            key: What the news is about; news with the same key is merged.
            news: The news.

        """
        with self._lock:
            if self._closed:
                return
            waiting = self._slots.get(key)
            must_wake = not self._slots
            self._slots[key] = news if waiting is None else waiting.merged_with(news)
        if must_wake:
            try:
                self._loop.call_soon_threadsafe(self._drain)
            except RuntimeError:
                _LOGGER.debug("The event loop closed while there was still news for it")
                self.close()

    def close(self) -> None:
        """Deliver nothing from now on; any thread."""
        with self._lock:
            self._closed = True
            self._slots = {}

    def _drain(self) -> None:
        begun = self._loop.time()
        if begun < self._rested_at:
            self._loop.call_at(self._rested_at, self._drain)
            return
        with self._lock:
            keys = list(islice(self._slots, AT_ONCE))
            news = [self._slots.pop(key) for key in keys]
            is_more = bool(self._slots)
        try:
            if news:
                self._deliver(news)
        finally:
            now = self._loop.time()
            self._rested_at = now + min(REST * (now - begun), LONGEST_REST)
            if is_more:
                self._loop.call_at(self._rested_at, self._drain)
