"""What a household has to choose from: its favourites, playlists and stations, kept current.

Speakers tell by an event that one of these lists has changed, and not how; then it is read again.
Lives on the event loop.
"""

from collections.abc import Awaitable, Callable
import functools
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError

from .earliest_timer import EarliestTimer
from .engine.commands import content
from .engine.commands.content import PAGE, Page
from .model import Aspect, Didl, named
from .subscribable import Subscribable

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator


FAVORITES = "FV:2"
PLAYLISTS = "SQ:"
STATIONS = "R:0/0"
_SHOWS = "R:0/1"

#: The container of each list, and what changes with it.
_ASPECTS = {
    FAVORITES: Aspect.FAVORITES,
    PLAYLISTS: Aspect.PLAYLISTS,
    STATIONS: Aspect.RADIO,
    _SHOWS: Aspect.RADIO,
}

#: Seconds to wait after a change for others that come with it.
SETTLING_SECONDS = 0.3

#: Seconds after which a list is read again that could not be read.
RETRY_SECONDS = 60.0

#: How often reading begins anew because the container has changed meanwhile.
_ATTEMPTS = 3


class HouseholdContent(Subscribable):
    """The favourites, playlists and stations of one household; tells when a list is another one.

    Attributes:
        favorites: The favourites of the Sonos app, in its order.
        playlists: The Sonos playlists.
        stations: The stations under "My Radio Stations", and the shows that are saved there.

    """

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        super().__init__()
        self._coordinator = coordinator
        self._lists: dict[str, tuple[Didl, ...]] = dict.fromkeys(_ASPECTS, ())
        self._changed: set[str] = set()
        self._timer = EarliestTimer(coordinator.hass.loop, self._async_begin)
        self._reading = False
        self._turn = 0
        self._endings: list[CALLBACK_TYPE] = []

    @property
    def favorites(self) -> tuple[Didl, ...]:
        """The favourites of the Sonos app."""
        return self._lists[FAVORITES]

    @property
    def playlists(self) -> tuple[Didl, ...]:
        """The Sonos playlists."""
        return self._lists[PLAYLISTS]

    @property
    def stations(self) -> tuple[Didl, ...]:
        """The stations under "My Radio Stations", and the shows that are saved there."""
        return self._lists[STATIONS] + self._lists[_SHOWS]

    def told(self, variable: str) -> str:
        """Return what events have told of the music library; "" for nothing."""
        value = self._coordinator.household.variables.get("ContentDirectory", {}).get(variable)
        return value if isinstance(value, str) else ""

    @callback
    def start(self) -> None:
        """Read the lists in the background, now and whenever they change."""
        household_id = self._coordinator.household.household_id
        for container, aspect in _ASPECTS.items():
            self._endings.append(
                self._coordinator.async_subscribe(
                    household_id, frozenset({aspect}), functools.partial(self.refresh, container)
                )
            )
            self.refresh(container)

    @callback
    def stop(self) -> None:
        """Read no more."""
        for end in self._endings:
            end()
        self._endings.clear()
        self._timer.cancel()

    @callback
    def refresh(self, container: str) -> None:
        """Read a list again soon.

        Args:
            container: The list's, such as ``SQ:``.

        """
        self._changed.add(container)
        self._plan(SETTLING_SECONDS)

    def _plan(self, seconds: float) -> None:
        if not self._reading:
            self._timer.after(seconds)

    @callback
    def _async_begin(self) -> None:
        self._reading = True
        coordinator = self._coordinator
        coordinator.entry.async_create_background_task(
            coordinator.hass, self._async_read(), f"{coordinator.entry.title} lists"
        )

    async def _async_read(self) -> None:
        failed: set[str] = set()
        try:
            while to_read := self._changed - failed:
                container = min(to_read)
                self._changed.discard(container)
                try:
                    items = await self.async_browse_all(container)
                except HomeAssistantError:
                    failed.add(container)
                    self._changed.add(container)
                    continue
                self._take(container, items)
        finally:
            self._reading = False
        if failed and self._endings:
            self._plan(RETRY_SECONDS)

    def _take(self, container: str, items: tuple[Didl, ...]) -> None:
        if items != self._lists[container]:
            self._lists[container] = items
            self._tell_listeners()

    async def async_find(self, aspect: Aspect, name: str) -> Didl | None:
        """Return what has a title or an id in one of the lists, also in one not read in time.

        Raises:
            HomeAssistantError: When the list would have to be read, and cannot be.

        """
        containers = [container for container, kept in _ASPECTS.items() if kept is aspect]
        for container in containers:
            if (known := named(self._lists[container], name)) is not None:
                return known
        for container in containers:
            if (new := named(await self.async_browse_all(container), name)) is not None:
                return new
        return None

    async def async_browse_all(
        self, object_id: str, start: int = 0, count: int | None = None
    ) -> tuple[Didl, ...]:
        """Read a container that all speakers know.

        Args:
            object_id: The container.
            start: The first item, from 0.
            count: How many to read; None for all the others.

        Raises:
            HomeAssistantError: When it cannot be read.

        """
        commands, rooms = self._coordinator.commands, self._coordinator.household.rooms
        # One speaker for all pages, since each counts changes for itself, and another one for the
        # next list, so that none has all the work.
        self._turn += 1
        uid = rooms[self._turn % len(rooms)].uid if rooms else ""
        return await async_all_pages(
            lambda start, count: commands.at_any(uid, content.browse, object_id, start, count),
            start,
            count,
        )


async def async_all_pages(
    read: Callable[[int, int], Awaitable[Page]], start: int = 0, count: int | None = None
) -> tuple[Didl, ...]:
    """Read page after page of a container, and begin anew when it changes meanwhile.

    Args:
        read: Reads the page that begins at a place, counted from 0, with so many items at most.
        start: The first item.
        count: How many to read, as far as there are; None for all the others.

    """
    items: list[Didl] = []
    for _ in range(_ATTEMPTS):
        page = first = await read(start, min(count or PAGE, PAGE))
        items = list(page.items)
        end = page.total if count is None else min(page.total, start + count)
        while page.items and start + len(items) < end and page.update_id == first.update_id:
            at = start + len(items)
            page = await read(at, min(end - at, PAGE))
            items += page.items
        if page.update_id == first.update_id:
            break
    return tuple(items)
