"""The line in which those stand who need the same rooms."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from custom_components.sonos_twisted.together.room_queue import RoomQueue, Ticket

KITCHEN, OFFICE, PATIO = "RINCON_K", "RINCON_O", "RINCON_P"


class Line:
    """A line, those who stand in it, and who has had a turn."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.queue = RoomQueue()
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self._standing: dict[str, asyncio.Task[None]] = {}

    async def join(
        self,
        name: str,
        *rooms: str,
        urgent: bool = False,
        then: Callable[[Ticket], Awaitable[None]] | None = None,
    ) -> None:
        """Let somebody stand in the line until :meth:`leave`."""
        self._ends[name] = asyncio.Event()
        ticket = Ticket(frozenset(rooms), urgent)

        async def stand() -> None:
            async with self.queue.turn(ticket):
                if then is not None:
                    await then(ticket)
                self.begun.append(name)
                await self._ends[name].wait()

        self._standing[name] = asyncio.create_task(stand())
        await _a_moment()

    async def leave(self, name: str) -> None:
        """Let somebody who has a turn be ready."""
        self._ends[name].set()
        await self._standing[name]
        await _a_moment()

    async def give_up(self, name: str) -> None:
        """Let somebody go away, whether or not the turn has come."""
        self._standing[name].cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._standing[name]
        await _a_moment()


async def _a_moment() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_each_waits_for_those_who_need_the_same_rooms() -> None:
    line = Line()
    await line.join("first", KITCHEN)
    await line.join("second", KITCHEN, OFFICE)
    await line.join("elsewhere", PATIO)
    await line.join("third", OFFICE)
    assert line.begun == ["first", "elsewhere"], "the third may not overtake the second"
    await line.leave("first")
    assert line.begun[2:] == ["second"]
    await line.leave("second")
    assert line.begun[3:] == ["third"]
    await line.leave("third")
    await line.leave("elsewhere")


async def test_who_is_urgent_goes_before_those_who_wait() -> None:
    line = Line()
    await line.join("first", KITCHEN)
    await line.join("patient", KITCHEN)
    await line.join("urgent", KITCHEN, urgent=True)
    await line.join("urgent too", KITCHEN, urgent=True)
    for name in ("first", "urgent", "urgent too", "patient"):
        assert line.begun[-1] == name
        await line.leave(name)


async def test_who_gives_up_keeps_nobody_waiting() -> None:
    line = Line()
    await line.join("first", KITCHEN)
    await line.join("second", KITCHEN)
    await line.join("third", KITCHEN)
    await line.give_up("second")
    assert line.begun == ["first"]
    await line.give_up("first")
    assert line.begun == ["first", "third"]
    await line.leave("third")


async def test_other_rooms_may_turn_out_to_be_needed() -> None:
    """A group has changed meanwhile: the place in the line stays, and the former rooms are free."""
    line = Line()
    await line.join("in the office", OFFICE)

    async def change(ticket: Ticket) -> None:
        await line.queue.again(ticket, frozenset({OFFICE}))

    await line.join("moves", KITCHEN, then=change)
    await line.join("in the kitchen", KITCHEN)
    await line.join("late", OFFICE)
    assert line.begun == ["in the office", "in the kitchen"]
    await line.leave("in the office")
    assert line.begun[-1] == "moves"
    await line.leave("moves")
    assert line.begun[-1] == "late"
    await line.leave("late")
    await line.leave("in the kitchen")
