"""How well events arrive, for those who show it: looked at rarely, and at once when one is lost.

Lives on the event loop.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
import time
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback

from ..earliest_timer import EarliestTimer
from ..engine import (
    AnyNews,
    EngineError,
    EventNews,
    LeaseNews,
    ListenerNews,
    ServedNews,
)
from ..errors import command_failed
from ..model import HouseholdHealth

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: Seconds between two looks, while somebody shows what changes with every event.
INTERVAL_SECONDS = 30.0

#: Seconds between two looks, at least, while leases come and go.
TROUBLE_SECONDS = 2.0

#: Seconds for which a lease may be missing. Subscribing anew takes less, and is no problem.
PATIENCE_SECONDS = 30.0

#: Over how many seconds the rate of events is taken, at least.
RATE_SECONDS = 60.0

_TROUBLE = (LeaseNews, ListenerNews, ServedNews)


class EventHealth:
    """Keeps how well the events of one household arrive, as long as somebody shows it.

    Attributes:
        household: How it was at the last look; None before the first one. The speakers have their
            own part of it.
        rate: How many events arrive in a minute; None while that is not known.

    """

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self.household: HouseholdHealth | None = None
        self.rate: float | None = None
        self._coordinator = coordinator
        self._loop = coordinator.hass.loop
        self._latencies: dict[str, float] = {}
        self._counts: deque[tuple[float, int]] = deque()
        self._watching: list[CALLBACK_TYPE] = []
        self._sampling = 0
        self._looked_at = float("-inf")
        self._timer = EarliestTimer(self._loop, self._begin)

    @callback
    def stop(self) -> None:
        """Look no more."""
        self._watching.clear()
        self._timer.cancel()

    @callback
    def async_watch(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a function after each look; there is one whenever something is wrong or mended.

        Returns:
            A function that ends this.

        """
        self._watching.append(changed)
        if len(self._watching) == 1:
            self._plan(0.0)

        @callback
        def end() -> None:
            if changed in self._watching:
                self._watching.remove(changed)

        return end

    @callback
    def async_sample(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Do the same, and look at regular intervals as well.

        Returns:
            A function that ends this.

        """
        self._sampling += 1
        unwatch = self.async_watch(changed)
        if self._sampling == 1:
            self._plan(INTERVAL_SECONDS)

        @callback
        def end() -> None:
            self._sampling -= 1
            unwatch()

        return end

    @callback
    def note(self, news: Iterable[AnyNews]) -> None:
        """Take note of news that the coordinator has just taken in."""
        now = time.monotonic()
        for piece in news:
            if isinstance(piece, EventNews):
                if piece.events:
                    self._latencies[piece.uid] = now - piece.received_at
            elif isinstance(piece, _TROUBLE):
                self._plan(max(0.0, self._looked_at + TROUBLE_SECONDS - self._loop.time()))

    async def async_verify(self) -> None:
        """Let every subscription be verified at once, and what is lost be subscribed to anew.

        Raises:
            HomeAssistantError: When the household is not listened to.

        """
        coordinator = self._coordinator
        try:
            await coordinator.connection.verify()
            await self._async_look()
        except EngineError as error:
            raise command_failed(coordinator.entry.title, error) from error

    def _plan(self, seconds: float) -> None:
        """Look in so many seconds, or earlier if that is planned; if somebody shows it."""
        if not self._watching:
            return
        self._timer.after(seconds)

    @callback
    def _begin(self) -> None:
        coordinator = self._coordinator
        coordinator.entry.async_create_background_task(
            coordinator.hass, self._async_look_and_plan(), "health of events"
        )

    async def _async_look_and_plan(self) -> None:
        try:
            await self._async_look()
        except EngineError:
            return  # the household is being closed
        if self._sampling:
            self._plan(INTERVAL_SECONDS)
        for seconds in self._until_ill():
            self._plan(seconds)

    async def _async_look(self) -> None:
        self._looked_at = self._loop.time()
        health = await self._coordinator.connection.health()
        speakers = (
            replace(each, latency=self._latencies.get(each.uid)) for each in health.speakers
        )
        self.household = health = replace(health, speakers=tuple(speakers))
        self._coordinator.household.apply_health(health)
        self._count(health)
        for changed in list(self._watching):
            changed()

    def _count(self, health: HouseholdHealth) -> None:
        """Take the rate over the shortest known time that is long enough."""
        counts = self._counts
        counts.append((health.taken_at, health.events))
        while len(counts) > 1 and counts[1][0] <= health.taken_at - RATE_SECONDS:
            counts.popleft()
        begun_at, before = counts[0]
        if (seconds := health.taken_at - begun_at) >= INTERVAL_SECONDS:
            self.rate = (health.events - before) / seconds * 60

    def _until_ill(self) -> Iterable[float]:
        """Give the seconds until leases that are missing now become a problem."""
        speakers = self.household.speakers if self.household else ()
        for speaker in speakers:
            for lease in speaker.missing:
                if lease.missing_seconds < PATIENCE_SECONDS:
                    yield PATIENCE_SECONDS - lease.missing_seconds
