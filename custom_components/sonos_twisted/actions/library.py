"""The action that brings the music library of a household up to date."""

from typing import TYPE_CHECKING

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..engine.commands import library
from ..media_player import SonosTwistedMediaPlayer
from . import RoomAction
from .sharing import once_per_household

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

ATTR_TIMEOUT = "timeout"
ATTR_WAIT = "wait"

_TEN_MINUTES = 10 * 60
_DAY = 24 * 60 * 60

#: Seconds without an event after which a speaker is asked whether it has come to an end.
ASK_AFTER = 10.0


async def _update(room: SonosTwistedMediaPlayer, call: ServiceCall) -> ServiceResponse:
    coordinator = room.coordinator
    updating = await coordinator.commands.in_household(library.is_updating)
    run = _Run(coordinator)
    if not updating:
        await coordinator.commands.in_household(library.update)
        updating = await coordinator.commands.in_household(library.is_updating)
    if call.data[ATTR_WAIT] and updating:
        updating = not await run.async_end(call.data[ATTR_TIMEOUT])
    return {
        "in_progress": updating,
        "last_error": coordinator.content.told("share_index_last_error"),
    }


class _Run:
    """An update of the library, as its events tell."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        self._coordinator = coordinator
        self._seen = False

    def _ended(self) -> bool:
        """Tell whether it was heard to have begun, and to have ended since."""
        running = self._coordinator.content.told("share_index_in_progress") == "1"
        self._seen |= running
        return self._seen and not running

    async def async_end(self, seconds: float) -> bool:
        """Wait for the end, and tell whether it came in time."""
        loop = self._coordinator.hass.loop
        deadline = loop.time() + seconds
        while (left := deadline - loop.time()) > 0:
            if await self._coordinator.async_until(self._ended, min(left, ASK_AFTER)):
                return True
            # Its events may not arrive, or both of them have been merged into none.
            if not await self._coordinator.commands.in_household(library.is_updating):
                return True
        return False


ACTIONS = (
    RoomAction(
        name="update_library",
        fields={
            vol.Optional(ATTR_WAIT, default=False): cv.boolean,
            vol.Optional(ATTR_TIMEOUT, default=_TEN_MINUTES): vol.All(
                vol.Coerce(float), vol.Range(min=1, max=_DAY)
            ),
        },
        together=once_per_household(_update),
        response=SupportsResponse.OPTIONAL,
    ),
)
