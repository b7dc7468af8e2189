"""How a household's rooms are told what to do: which speaker is asked, and what if it declines.

Lives on the event loop. Whatever goes wrong becomes an error that Home Assistant shows in the
user's language, with the name of the room.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Concatenate

from .engine import (
    EngineError,
    PlayerUnreachableError,
    UpnpDisabledError,
    UpnpError,
)
from .errors import command_failed, failed
from .model import Aspect, Speaker

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator

#: What a speaker answers that is just being grouped: not possible now, and not a coordinator. The
#: same codes mean something else at other services.
_REGROUPING = frozenset(
    {("AVTransport", 701), ("AVTransport", 800), ("GroupRenderingControl", 701)}
)

#: Seconds for which a group that has changed may still decline what it will accept.
REGROUPING_SECONDS = 5.0

#: Seconds between two attempts.
RETRY_SECONDS = 0.4

#: Seconds to wait for the topology that explains why who plays for a group follows somebody else.
UNSETTLED_SECONDS = 2.0


class RoomCommands:
    """Executes commands of ``engine.commands`` in the rooms of one household.

    Attributes:
        last_at: When the last command ended, on the event loop's clock.

    """

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._loop = coordinator.hass.loop
        self._regrouped_at: dict[str, float] = {}
        self._answered = ""
        self._silent: set[str] = set()
        self.last_at = float("-inf")

    def note_regrouped(self, uids: set[str]) -> None:
        """Take note that the groups of these speakers have changed just now."""
        for uid in uids:
            self._regrouped_at[uid] = self._loop.time()

    async def in_room[**P, T](
        self,
        speaker: Speaker,
        command: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Execute a command at a room's own speaker.

        Args:
            speaker: The room's.
            command: A command.
            *args: Its arguments without the address, which is put in front of them.
            **kwargs: Its other arguments.

        Raises:
            HomeAssistantError: When the speaker cannot be reached or declines.

        """
        told = self._coordinator.log.failed
        try:
            return await self._attempt(told, speaker, command, *args, **kwargs)
        except EngineError as error:
            raise command_failed(speaker.name, error) from error

    async def in_group[**P, T](
        self,
        speaker: Speaker,
        command: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Execute a command at the speaker that plays for a room's group.

        Speakers decline for a moment what they were asked while they are being grouped; then they
        are asked again, whoever plays for the group by then.

        Args:
            speaker: Any of the group.
            command: A command.
            *args: Its arguments without the address, which is put in front of them.
            **kwargs: Its other arguments.

        Raises:
            HomeAssistantError: When the speaker cannot be reached or declines.

        """
        told = self._coordinator.log.failed
        try:
            return await self.attempt_by_player(
                speaker, lambda player: self._attempt(told, player, command, *args, **kwargs)
            )
        except EngineError as error:
            raise command_failed(speaker.name, error) from error

    async def in_household[**P, T](
        self, command: Callable[Concatenate[str, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Execute a command at any speaker: the one that answered last, or else the next one.

        Args:
            command: A command about what all speakers of the household know.
            *args: Its arguments without the address, which is put in front of them.
            **kwargs: Its other arguments.

        Raises:
            HomeAssistantError: When no speaker can be reached, or one declines.

        """
        return await self.at_any(self._answered, command, *args, **kwargs)

    async def at_any[**P, T](
        self,
        preferred: str,
        command: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do the same as :meth:`in_household`, at a certain speaker if it can be reached.

        Args:
            preferred: The uid of that speaker; empty if it does not matter.
            command: A command about what all speakers of the household know.
            *args: Its arguments without the address, which is put in front of them.
            **kwargs: Its other arguments.

        Raises:
            HomeAssistantError: When no speaker can be reached, or one declines.

        """
        # Whoever sleeps is not waited for again and again, before anybody knows that it does.
        rooms = sorted(
            self._coordinator.household.rooms,
            key=lambda room: (
                not room.available,
                room.uid in self._silent,
                room.uid != preferred,
                room.uid != self._answered,
            ),
        )
        for speaker in rooms:
            try:
                answer = await self.attempt(speaker, command, *args, **kwargs)
            except (PlayerUnreachableError, UpnpDisabledError) as error:
                self._silent.add(speaker.uid)
                if speaker is rooms[-1]:
                    raise command_failed(speaker.name, error) from error
            except EngineError as error:
                raise command_failed(speaker.name, error) from error
            else:
                self._answered = speaker.uid
                return answer
        raise failed("no_rooms")

    async def attempt[**P, T](
        self,
        speaker: Speaker,
        command: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do the same as :meth:`in_room` for a caller who does something about an error.

        Raises:
            EngineError: When the speaker cannot be reached or declines.

        """
        told = self._coordinator.log.keeps_failing
        return await self._attempt(told, speaker, command, *args, **kwargs)

    async def _attempt[**P, T](
        self,
        tell: Callable[[Speaker, str, EngineError], None],
        speaker: Speaker,
        command: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Execute a command at a speaker, and tell the log how that went."""
        coordinator, name, begun = self._coordinator, command.__name__, self._loop.time()
        try:
            answer = await coordinator.connection.run(
                command, coordinator.address_of(speaker), *args, **kwargs
            )
        except EngineError as error:
            coordinator.recent.note_failure(speaker.uid, name, error)
            tell(speaker, name, error)
            raise
        finally:
            self.last_at = self._loop.time()
        coordinator.log.done(speaker, name, self.last_at - begun)
        self._silent.discard(speaker.uid)
        return answer

    async def attempt_in_group[**P, T](
        self,
        speaker: Speaker,
        command: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do the same as :meth:`in_group` for a caller who does something about an error.

        Raises:
            EngineError: When the speaker cannot be reached or declines.

        """
        return await self.attempt_by_player(
            speaker, lambda player: self.attempt(player, command, *args, **kwargs)
        )

    async def attempt_by_player[T](
        self, speaker: Speaker, attempt: Callable[[Speaker], Awaitable[T]]
    ) -> T:
        """Do something that depends on who plays for a room's group, as :meth:`in_group` does.

        Args:
            speaker: Any of the group.
            attempt: Called with the speaker that plays for it; once more after a regroup.

        Raises:
            EngineError: When the speaker cannot be reached or declines.

        """
        # Some commands would take a member out of its group, so nobody is asked who may be one.
        await self._coordinator.async_until(
            lambda: self._coordinator.player_of(speaker).follows is None, UNSETTLED_SECONDS
        )
        deadline = self._loop.time() + REGROUPING_SECONDS
        while True:
            try:
                return await attempt(self._coordinator.player_of(speaker))
            except UpnpError as error:
                declined = (error.service, error.code)
                if declined not in _REGROUPING or not self._is_regrouping(speaker):
                    raise
                if self._loop.time() > deadline:
                    raise
            await asyncio.sleep(RETRY_SECONDS)

    def _is_regrouping(self, speaker: Speaker) -> bool:
        household = self._coordinator.household
        player = household.coordinator_of(speaker.uid)
        if player is None or player.follows is not None:
            return True
        uids = {speaker.uid, player.uid}
        since = max(self._regrouped_at.get(uid, float("-inf")) for uid in uids)
        return self._loop.time() - since < REGROUPING_SECONDS


def regrouped(changes: Mapping[str, set[Aspect]]) -> set[str]:
    """Return the speakers whose groups have changed."""
    return {uid for uid, aspects in changes.items() if Aspect.GROUP in aspects}
