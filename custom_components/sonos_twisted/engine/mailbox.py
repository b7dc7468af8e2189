"""The way of news from the reactor thread to the host's event loop."""

import asyncio
from collections.abc import Callable, Hashable
import logging
import threading
from typing import Protocol, Self

_LOGGER = logging.getLogger(__name__)


class Mergeable(Protocol):
    """News that can absorb later news of the same kind about the same thing."""

    def merged_with(self, newer: Self) -> Self:
        """Return one piece of news that says what both say, the newer one where they differ."""
        ...


class Mailbox[T: Mergeable]:
    """One slot for each thing there is news about; many pieces of news, one wake-up.

    However long the host loop is busy, the mailbox holds at most one piece of news per key, and
    the loop is woken once for all of them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[list[T]], None]) -> None:
        """Make an empty mailbox.

        Args:
            loop: The host loop.
            deliver: Called on the host loop with the news that has come since the last call,
                oldest first.

        """
        self._loop = loop
        self._deliver = deliver
        self._lock = threading.Lock()
        self._slots: dict[Hashable, T] = {}
        self._closed = False

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
        with self._lock:
            slots, self._slots = self._slots, {}
        if slots:
            self._deliver(list(slots.values()))
