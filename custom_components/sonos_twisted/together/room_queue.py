"""A line in which those stand who need the same rooms. Lives on the event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Ticket:
    """A place in the line.

    Attributes:
        needs: The uids of the rooms.
        urgent: Whether it goes before those who are not and who still wait.

    """

    needs: frozenset[str]
    urgent: bool = False
    _turn: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def waits(self) -> bool:
        """Whether its turn has not come."""
        return not self._turn.is_set()

    def give_turn(self) -> None:
        """Let it go on."""
        self._turn.set()

    async def wait(self) -> None:
        """Wait for its turn."""
        await self._turn.wait()

    def wait_again(self, needs: frozenset[str]) -> None:
        """Let it wait at its place for other rooms."""
        self.needs = needs
        self._turn.clear()


class RoomQueue:
    """Gives each its turn: in order, and at once where nobody needs the same rooms."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._tickets: list[Ticket] = []

    @asynccontextmanager
    async def turn(self, ticket: Ticket) -> AsyncIterator[None]:
        """Wait for the turn of a ticket, and keep others from its rooms meanwhile."""
        self._tickets.insert(self._place(ticket), ticket)
        self._advance()
        try:
            await ticket.wait()
            yield
        finally:
            self._tickets.remove(ticket)
            self._advance()

    async def again(self, ticket: Ticket, needs: frozenset[str]) -> None:
        """Give up a ticket's rooms for others, and wait for these at the same place in the line."""
        ticket.wait_again(needs)
        self._advance()
        await ticket.wait()

    def _place(self, ticket: Ticket) -> int:
        if ticket.urgent:
            for place, other in enumerate(self._tickets):
                if other.waits and not other.urgent:
                    return place
        return len(self._tickets)

    def _advance(self) -> None:
        taken = {uid for ticket in self._tickets if not ticket.waits for uid in ticket.needs}
        for ticket in self._tickets:
            if ticket.waits:
                if taken.isdisjoint(ticket.needs):
                    ticket.give_turn()
                taken |= ticket.needs
