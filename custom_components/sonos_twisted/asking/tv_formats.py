"""Reads which audio format a television sends, which no event tells.

Only a speaker that plays its TV input is asked, once in a while. Lives on the event loop.
"""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from homeassistant.core import callback

from ..engine import EngineError, UpnpError
from ..engine.commands import zone_info
from ..model import Source, Speaker

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: Seconds after which the format of a television that has come on is known for sure.
SETTLING_SECONDS = 1.0

#: Seconds between two readings, since the television may send another programme.
INTERVAL_SECONDS = 30.0


class TvFormatReader:
    """Reads the formats of one household's televisions."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._following: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    @callback
    def stop(self) -> None:
        """Read no more."""
        self._stopping = True
        for task in self._following.values():
            task.cancel()
        self._following.clear()

    @callback
    def plan(self, uids: Iterable[str]) -> None:
        """Begin to read where a television has come on, and end where one has gone off.

        Args:
            uids: The speakers of which something has changed.

        """
        if self._stopping:
            return
        coordinator = self._coordinator
        for uid in uids:
            speaker = coordinator.household.speakers.get(uid)
            if speaker is None or _plays_tv(speaker) == (uid in self._following):
                continue
            if (task := self._following.pop(uid, None)) is not None:
                task.cancel()
                self._take(speaker, None)
                continue
            self._following[uid] = coordinator.entry.async_create_background_task(
                coordinator.hass, self._async_follow(speaker), f"{speaker.name} TV format"
            )

    async def _async_follow(self, speaker: Speaker) -> None:
        seconds = SETTLING_SECONDS
        while True:
            await asyncio.sleep(seconds)
            seconds = INTERVAL_SECONDS
            try:
                code = await self._coordinator.commands.attempt(speaker, zone_info.tv_format)
            except UpnpError:
                return
            except EngineError:
                continue
            if code is None:
                return
            self._take(speaker, code)

    def _take(self, speaker: Speaker, code: int | None) -> None:
        coordinator = self._coordinator
        coordinator.async_report(coordinator.household.apply_tv_format(speaker.uid, code))


def _plays_tv(speaker: Speaker) -> bool:
    """Tell whether a speaker plays its own TV input, for itself or for its group."""
    media = speaker.media if speaker.is_there else None
    return media is not None and media.source is Source.TV and media.owner == speaker.uid
