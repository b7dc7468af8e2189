"""Reads how far a track has been played, where no event tells it.

Players send no event for a seek, or when a track begins again. The model knows when reading is
worth a request; here it is sent, once for a room in a while. Lives on the event loop.
"""

from collections.abc import Iterable
import functools
from typing import TYPE_CHECKING

from homeassistant.core import callback

from ..earliest_timer import EarliestTimer
from ..engine import EngineError, Served
from ..engine.commands import transport
from ..model import Speaker, parse_position_info

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: Seconds; how often at most the position of a room is read.
POSITION_INTERVAL = 5.0

#: Seconds after which a position is read again that could not be read.
POSITION_RETRY = 30.0


class PositionReader:
    """Reads the positions of one household's rooms."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._loop = coordinator.hass.loop
        self._planned: dict[str, EarliestTimer] = {}
        self._next_at: dict[str, float] = {}
        self._stopping = False

    def stop(self) -> None:
        """Plan no reading any more."""
        self._stopping = True
        for planned in self._planned.values():
            planned.cancel()
        self._planned.clear()

    def sought(self, uid: str) -> None:
        """Read the position of a coordinator that was told to go elsewhere in the track."""
        self._coordinator.household.doubt_position(uid, self._loop.time())
        self._next_at.pop(uid, None)
        self.plan([uid])

    def plan(self, uids: Iterable[str]) -> None:
        """Read the position where an event left it in doubt, when the speaker's clock has settled.

        Args:
            uids: The speakers of which something was heard.

        """
        if self._stopping:
            return  # a reading that the end has overtaken asks for another one
        now = self._loop.time()
        for uid in uids:
            speaker = self._coordinator.household.speakers.get(uid)
            if speaker is None or (due := speaker.next_reading_at) is None:
                continue
            if self._coordinator.served.get(uid) is Served.BY_POLLING:
                continue  # every round of polling brings the position
            when = max(due, self._next_at.get(uid, now))
            if (planned := self._planned.get(uid)) is None:
                start = functools.partial(self._async_start, speaker)
                planned = self._planned[uid] = EarliestTimer(self._loop, start)
            planned.at(when)

    @callback
    def _async_start(self, speaker: Speaker) -> None:
        due = speaker.next_reading_at
        if due is not None and due > self._loop.time():
            self.plan([speaker.uid])  # since it was planned, things changed
        elif due is not None and speaker.is_there:
            coordinator = self._coordinator
            coordinator.entry.async_create_background_task(
                coordinator.hass, self._async_read(speaker), f"{speaker.name} position"
            )

    async def _async_read(self, speaker: Speaker) -> None:
        coordinator = self._coordinator
        requested_at = self._loop.time()
        self._next_at[speaker.uid] = requested_at + POSITION_INTERVAL
        try:
            address = coordinator.address_of(speaker)
            answer = await coordinator.connection.run(transport.read_position, address)
        except EngineError as error:
            coordinator.log.keeps_failing(speaker, transport.read_position.__name__, error)
            self._next_at[speaker.uid] = requested_at + POSITION_RETRY
            self.plan([speaker.uid])
            return
        seconds = self._loop.time() - requested_at
        coordinator.log.done(speaker, transport.read_position.__name__, seconds)
        reading = parse_position_info(answer)
        coordinator.async_report(
            coordinator.household.apply_position(speaker.uid, reading, requested_at)
        )
        self.plan([speaker.uid])
