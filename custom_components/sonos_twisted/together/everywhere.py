"""What is done in all rooms of a household at once. Lives on the event loop."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from ..engine import EngineError, UpnpError
from ..engine.commands import transport
from ..errors import command_failed
from ..model import Speaker, is_playing

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: The UPnP AVTransport error of what has ended by itself meanwhile.
_ENDED = 701


async def all_of(doing: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Do all of this at the same time, whatever becomes of each; then raise the first error."""
    outcomes = await asyncio.gather(*doing, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


def _can_go_on(speaker: Speaker) -> bool:
    """Tell whether what a room plays can be had again; television only by its own switch."""
    return "Play" in speaker.actions


class Everywhere:
    """Silence in a whole house for a while, and the music again."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._paused: list[Speaker] = []

    async def pause(self) -> None:
        """Let all music pause, and remember where there was some.

        Raises:
            HomeAssistantError: When some of it could not be paused.

        """
        playing = [
            speaker
            for speaker in self._players
            if is_playing(speaker.playback) and _can_go_on(speaker)
        ]
        if playing:
            self._paused = playing
        await all_of(self._pause(speaker) for speaker in playing)

    async def resume(self) -> None:
        """Let go on what was paused, where nothing plays by now.

        Raises:
            HomeAssistantError: When some of it does not go on.

        """
        paused, self._paused = self._paused, []
        await all_of(
            self._coordinator.commands.in_group(speaker, transport.play)
            for speaker in paused
            if speaker in self._players and not is_playing(speaker.playback)
        )

    @property
    def _players(self) -> list[Speaker]:
        """The rooms that play for their groups."""
        household = self._coordinator.household
        return [room for room in household.rooms if household.coordinator_of(room.uid) is room]

    async def _pause(self, speaker: Speaker) -> None:
        doing = transport.pause if "Pause" in speaker.actions else transport.stop
        try:
            await self._coordinator.commands.attempt_in_group(speaker, doing)
        except UpnpError as error:
            if error.code != _ENDED:
                raise command_failed(speaker.name, error) from error
        except EngineError as error:
            raise command_failed(speaker.name, error) from error
