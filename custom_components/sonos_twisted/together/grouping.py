"""Which rooms play together: joining, leaving, and handing over who plays for a group.

What shall be is known before speakers are told, so the topology that confirms it can be recognised,
in whichever order speakers tell of what lies between. If none does in time, a speaker is asked for
the truth, which is adopted; only if that is something else, it is an error.

Lives on the event loop.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..engine import EngineError, UpnpError
from ..engine.commands import grouping
from ..errors import command_failed, failed, refused
from ..model import Speaker

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: What speakers answer while groups are changing: failed, not possible now, refused.
_CHANGING = frozenset({501, 701, 1001})

#: Seconds for which a speaker that declines is asked again, and between two attempts.
INSISTING_SECONDS = 5.0
RETRY_SECONDS = 0.4

#: Seconds within which the topology should tell of what speakers have accepted.
CONFIRMATION_SECONDS = 4.0

#: Seconds for speakers to tell the topology in an event that they were asked for, and for an
#: answer to get through to the household.
TELLING_SECONDS = 3.0
ADOPTING_SECONDS = 1.0

#: How often those are told once more that are elsewhere, by their own word.
_TRIES = 2

#: Seconds to wait for others that shall leave at the same time: Home Assistant calls each entity
#: for itself.
COLLECTING_SECONDS = 0.1

type Failures = dict[str, EngineError | None]
"""The rooms that did not do it, by uid, and why not if they said so."""


@dataclass(frozen=True, slots=True)
class _Move:
    """What a room shall do: how it is told, and how it is known that it has done so."""

    speaker: Speaker
    send: Callable[[Speaker, frozenset[str]], Coroutine[Any, Any, None]]
    is_done: Callable[[Speaker], bool]

    @property
    def done(self) -> bool:
        """Whether it has done so, as far as the topology has told."""
        return self.is_done(self.speaker)


class RoomGroups:
    """Changes the groups of one household."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._leaving: dict[str, Speaker] = {}
        self._departure: asyncio.Task[Failures] | None = None

    def speaker_of(self, entity_id: str, room: Speaker) -> Speaker:
        """Return the speaker behind an entity that shall be grouped with a room.

        Raises:
            ServiceValidationError: When it is not a room of the same household.

        """
        entry = er.async_get(self._coordinator.hass).async_get(entity_id)
        is_ours = entry and (entry.platform, entry.domain) == (DOMAIN, MEDIA_PLAYER_DOMAIN)
        speakers = self._coordinator.household.speakers
        speaker = speakers.get(str(entry.unique_id)) if entry and is_ours else None
        if speaker is None or not speaker.visible:
            raise refused("not_a_speaker", entity_id=entity_id, room=room.name)
        return speaker

    async def join(self, target: Speaker, rooms: Iterable[Speaker]) -> None:
        """Let rooms play along with a room's group, all at the same time.

        A room that plays for others hands its music over to them before it goes.

        Raises:
            HomeAssistantError: When some of them are still elsewhere after all. It names them.

        """

        async def send(speaker: Speaker, moving: frozenset[str]) -> None:
            heir = self._heir(speaker, moving)
            if heir is not None:
                await self._tell(speaker, grouping.delegate, heir.uid, False)
            await self._tell(speaker, grouping.join, self._coordinator.player_of(target).uid)

        moves = [
            _Move(room, send, lambda room: self._together(room, target))
            for room in rooms
            if room is not target
        ]
        failures = await self._carry_out(moves, target)
        if not failures:
            return
        rooms_left, error = self._names(failures), next(iter(failures.values()))
        if len(failures) > 1 or error is None:
            raise failed("not_joined", rooms=rooms_left, room=target.name)
        if isinstance(error, UpnpError):
            code = str(error.code)
            raise failed("join_declined", room=rooms_left, target=target.name, code=code) from error
        raise command_failed(rooms_left, error) from error

    async def unjoin(self, speaker: Speaker) -> None:
        """Let a room play for itself, together with all others that shall do so at this moment.

        Of a group, those leave first that do not play for it; who plays for it hands its music
        over if somebody stays, and otherwise keeps it.

        Raises:
            HomeAssistantError: When it is still in its group after all.

        """
        self._leaving[speaker.uid] = speaker
        if self._departure is None:
            self._departure = self._coordinator.entry.async_create_task(
                self._coordinator.hass, self._depart(), "rooms leave their groups"
            )
        failures = await asyncio.shield(self._departure)
        if speaker.uid not in failures:
            return
        error = failures[speaker.uid]
        if error is not None:
            raise command_failed(speaker.name, error) from error
        raise failed("not_left", room=speaker.name)

    async def _depart(self) -> Failures:
        await asyncio.sleep(COLLECTING_SECONDS)
        leaving, self._leaving, self._departure = self._leaving, {}, None

        async def send(speaker: Speaker, moving: frozenset[str]) -> None:
            heir = self._heir(speaker, moving)
            if heir is not None:
                await self._tell(speaker, grouping.delegate, heir.uid, False)
            elif not self._leads_others(speaker) and not self._is_alone(speaker):
                await self._tell(speaker, grouping.unjoin)
            # Who plays for others that all leave, stays behind alone with its music.

        moves = [_Move(speaker, send, self._is_alone) for speaker in leaving.values()]
        return await self._carry_out(moves, moves[0].speaker)

    async def hand_over(self, speaker: Speaker, heir: Speaker) -> None:
        """Let another member play for a room's group; all stay together, and the music goes on.

        Raises:
            HomeAssistantError: When the other one is not in the group, or does not do it.

        """
        if not self._together(speaker, heir):
            raise refused("not_in_group", heir=heir.name, room=speaker.name)

        async def send(player: Speaker, _moving: frozenset[str]) -> None:
            await self._tell(player, grouping.delegate, heir.uid, True)

        player = self._coordinator.player_of(speaker)
        move = _Move(player, send, lambda _: self._coordinator.player_of(heir) is heir)
        failures = await self._carry_out([move], player)
        for error in failures.values():
            if error is not None:
                raise command_failed(player.name, error) from error
            raise failed("not_handed_over", heir=heir.name, room=player.name)

    # Who is where, as far as the topology has told

    def _together(self, one: Speaker, other: Speaker) -> bool:
        return other.uid in self._coordinator.household.group_members(one.uid)

    def _is_alone(self, speaker: Speaker) -> bool:
        return self._coordinator.household.group_members(speaker.uid) in ([], [speaker.uid])

    def _leads_others(self, speaker: Speaker) -> bool:
        return self._coordinator.player_of(speaker) is speaker and not self._is_alone(speaker)

    def _heir(self, speaker: Speaker, moving: frozenset[str]) -> Speaker | None:
        """Return who shall play for a room's group when the room, which does so now, has left."""
        if not self._leads_others(speaker):
            return None
        household = self._coordinator.household
        members = (household.speakers[uid] for uid in household.group_members(speaker.uid))
        staying = [member for member in members if member.uid not in {*moving, speaker.uid}]
        return min(staying, key=lambda member: not member.available, default=None)

    def _names(self, uids: Iterable[str]) -> str:
        speakers = self._coordinator.household.speakers
        return ", ".join(sorted(speakers[uid].name for uid in uids))

    # Telling speakers, and finding out what came of it

    async def _carry_out(self, moves: Sequence[_Move], witness: Speaker) -> Failures:
        """Tell rooms to move, and return those that have not.

        Args:
            moves: What they shall do.
            witness: A room that is concerned, and whose group is asked if nobody tells.

        """
        errors: dict[str, EngineError] = {}
        for _ in range(_TRIES):
            willing = [move for move in moves if not move.done and move.speaker.uid not in errors]
            if willing:
                errors |= await self._send(willing)
                await self._find_out(moves, errors, witness)
        return {move.speaker.uid: errors.get(move.speaker.uid) for move in moves if not move.done}

    async def _send(self, moves: Sequence[_Move]) -> Mapping[str, EngineError]:
        """Tell rooms to move, those first that nobody follows; return what went wrong, by uid."""
        moving = frozenset(move.speaker.uid for move in moves)
        errors: dict[str, EngineError] = {}

        async def send(move: _Move) -> None:
            try:
                await self._insist(move, moving)
            except EngineError as error:
                errors[move.speaker.uid] = error

        leaders = [move for move in moves if self._leads_others(move.speaker)]
        others = [move for move in moves if move not in leaders]
        for turn in (others, leaders):
            await asyncio.gather(*map(send, turn))
        return errors

    async def _insist(self, move: _Move, moving: frozenset[str]) -> None:
        """Tell a room to move, again and again while it declines because groups are changing."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + INSISTING_SECONDS
        while True:
            try:
                return await move.send(move.speaker, moving)
            except UpnpError as error:
                if error.code not in _CHANGING or loop.time() > deadline:
                    raise
            await asyncio.sleep(RETRY_SECONDS)
            if move.done:
                return None

    async def _find_out(
        self, moves: Sequence[_Move], errors: Mapping[str, EngineError], witness: Speaker
    ) -> None:
        """Wait for the topology that is wanted; without it, find out how things really are.

        A speaker that gave no answer, or declined, may have done it all the same.
        """

        def done() -> bool:
            return all(move.done for move in moves)

        def as_expected() -> bool:
            return all(move.done for move in moves if move.speaker.uid not in errors)

        until = self._coordinator.async_until
        connection = self._coordinator.connection
        if await until(as_expected, CONFIRMATION_SECONDS) and done():
            return
        player = self._coordinator.player_of(witness)
        try:
            await connection.read_topology(player.uid, self._coordinator.address_of(player))
        except EngineError:
            # It is out of reach, or the household is too large for an answer.
            connection.ask_for_topology()
            await until(done, TELLING_SECONDS)
        else:
            await until(done, ADOPTING_SECONDS)

    async def _tell(self, speaker: Speaker, command: Callable[..., None], *args: object) -> None:
        await self._coordinator.commands.attempt(speaker, command, *args)
