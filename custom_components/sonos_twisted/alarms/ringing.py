"""Which alarm rings in which group. That one rings is told by events, which one is asked.

Lives on the event loop.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import functools
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback

from ..engine import EngineError
from ..engine.commands import alarms, transport
from ..errors import refused
from ..model import Aspect, Speaker, whole_number
from ..subscribable import Subscribable

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: Seconds that an alarm is silent when nobody says for how long; so it is in the Sonos app.
SNOOZE_SECONDS = 10 * 60


@dataclass(frozen=True, slots=True)
class Ringing:
    """An alarm that rings.

    Attributes:
        alarm_id: Its id; None if the speaker has named none.
        logged_start_time: When it began, as the speaker writes it down.

    """

    alarm_id: int | None
    logged_start_time: str


class RingingAlarms(Subscribable):
    """Knows which alarms of a household ring, tells when it has learned of one, and ends them."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        super().__init__()
        self._coordinator = coordinator
        self._ringing: dict[str, Ringing | None] = {}
        self._known: set[str] = set()
        self._endings: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Ask who rings which alarm does, now and whenever one begins."""
        self._endings.append(self._coordinator.async_add_speakers(self._add))

    @callback
    def stop(self) -> None:
        """Ask no more."""
        for end in self._endings:
            end()
        self._endings.clear()

    def in_room(self, speaker: Speaker) -> Ringing | None:
        """Return the alarm that rings in a room, if it is known which one does."""
        if not speaker.shown.alarm_running:
            return None
        return self._ringing.get(self._coordinator.player_of(speaker).uid)

    async def async_snooze(self, speaker: Speaker, seconds: int = SNOOZE_SECONDS) -> None:
        """Silence the alarm that rings in a room and its group for a while.

        Raises:
            ServiceValidationError: When none does.
            HomeAssistantError: When the speaker cannot be reached or declines.

        """
        self._refuse_silence(speaker)
        await self._coordinator.commands.in_group(speaker, alarms.snooze, seconds)

    async def async_stop_alarm(self, speaker: Speaker) -> None:
        """End the alarm that rings in a room and its group.

        Raises:
            ServiceValidationError: When none does.
            HomeAssistantError: When the speaker cannot be reached or declines.

        """
        self._refuse_silence(speaker)
        await self._coordinator.commands.in_group(speaker, transport.stop)

    def _refuse_silence(self, speaker: Speaker) -> None:
        if not speaker.shown.alarm_running:
            raise refused("no_alarm_rings", room=speaker.name)

    @callback
    def _add(self, speakers: Iterable[Speaker]) -> None:
        for speaker in speakers:
            if speaker.uid not in self._known:
                self._known.add(speaker.uid)
                look = functools.partial(self._look, speaker)
                aspects = frozenset({Aspect.ALARM_RUNNING})
                self._endings.append(self._coordinator.async_subscribe(speaker.uid, aspects, look))
            self._look(speaker)

    @callback
    def _look(self, speaker: Speaker) -> None:
        """Ask a speaker that has begun to ring for its group."""
        if not speaker.own.alarm_running:
            self._ringing.pop(speaker.uid, None)
        elif speaker.uid not in self._ringing and speaker.shown is speaker.own:
            self._ringing[speaker.uid] = None
            coordinator = self._coordinator
            coordinator.entry.async_create_background_task(
                coordinator.hass, self._async_ask(speaker), f"{speaker.name} alarm"
            )

    async def _async_ask(self, speaker: Speaker) -> None:
        try:
            answer = await self._coordinator.commands.attempt(speaker, alarms.read_running)
        except EngineError:
            answer = {}
        if speaker.uid not in self._ringing:
            return
        self._ringing[speaker.uid] = Ringing(
            whole_number(answer.get("AlarmID", "")), answer.get("LoggedStartTime", "")
        )
        self._tell_listeners()
