"""Reads what no event tells: rarely, together, and only while somebody shows it.

Lives on the event loop.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import functools
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, callback

from ..earliest_timer import EarliestTimer
from ..engine import EngineError, UpnpError
from ..engine.commands import firmware, settings
from ..model import Aspect, Speaker, Variables
from ..playing.sources import has_line_in, has_tv

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

#: Seconds after which a reading that failed is tried again.
RETRY_SECONDS = 60.0

#: The UPnP errors of who does not know an action, or not what it is asked about.
_NO_SUCH_QUESTION = frozenset({401, 402, 602})

#: Stands for what a reading depended on that was never made.
_NEVER = object()


def _everybody(_speaker: Speaker) -> bool:
    return True


def _is_silent_about_height(speaker: Speaker) -> bool:
    """Tell whether a speaker is a soundbar whose events say nothing of its height channels."""
    is_soundbar = speaker.has("RenderingControl", "night_mode")
    evented = speaker.has("RenderingControl", "height_channel_level")
    return bool(is_soundbar and (not evented or speaker.answered.get("height")))


def _says_that_it_has_none(speaker: Speaker, name: str, error: EngineError) -> bool:
    """Tell whether a speaker that declined to tell something does not have it.

    Who told it before has it, and only fails at the moment, unless it does not know the question.
    """
    if not isinstance(error, UpnpError):
        return False
    return error.code in _NO_SUCH_QUESTION or not speaker.answered.get(name)


def _start(speaker: Speaker) -> object:
    """Tell one start of a speaker from the next, perhaps with another firmware."""
    return speaker.boot_seq


def _charge(speaker: Speaker) -> object:
    """Tell what events say of a battery; they do not say everything."""
    charging = speaker.flag("DeviceProperties", "battery_charging")
    return speaker.boot_seq, charging, speaker.number("DeviceProperties", "battery_level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A question to a speaker.

    Attributes:
        command: Asks it; returns variables by service.
        seconds: How often; None: once, and again when the speaker has started anew.
        probes: Whether the answer decides which entities there are, so that it is asked for even
            if nobody shows it yet.
        asks: Which speakers it is asked of.
        depends_on: What of a speaker makes it due again when it has become something else.

    """

    command: Callable[[str], Mapping[str, Variables]]
    seconds: float | None = None
    probes: bool = False
    asks: Callable[[Speaker], bool] = _everybody
    depends_on: Callable[[Speaker], object] = _start


#: By the name under which the model notes that it was asked.
READINGS: dict[str, Reading] = {
    "autoplay": Reading(command=settings.read_autoplay, seconds=900.0, asks=has_tv),
    "autoplay_volume": Reading(command=settings.read_autoplay_volume, seconds=900.0, asks=has_tv),
    "battery": Reading(command=settings.read_battery, seconds=900.0, depends_on=_charge),
    "firmware": Reading(command=firmware.read_offer),
    "front_panel": Reading(command=settings.read_front_panel, seconds=300.0),
    # Only what has a line-in has a line-out, too.
    "output_support": Reading(command=settings.read_output_support, probes=True, asks=has_line_in),
    "height": Reading(
        command=settings.read_height, seconds=300.0, probes=True, asks=_is_silent_about_height
    ),
}


class SpeakerReadings:
    """Asks the speakers of one household."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._coordinator = coordinator
        self._loop = coordinator.hass.loop
        self._wanted: dict[tuple[str, str], int] = defaultdict(int)
        self._timers: dict[tuple[str, str], EarliestTimer] = {}
        self._answered: dict[tuple[str, str], object] = {}
        self._asking: set[tuple[str, str]] = set()
        self._known: set[str] = set()
        self._endings: list[CALLBACK_TYPE] = []
        self._stopped = False

    @callback
    def start(self) -> None:
        """Probe all rooms, now and as they appear or start anew."""
        self._endings.append(self._coordinator.async_add_speakers(self._add))

    @callback
    def stop(self) -> None:
        """Read no more."""
        self._stopped = True
        for end in self._endings:
            end()
        self._endings.clear()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    @callback
    def async_want(self, speaker: Speaker, name: str) -> CALLBACK_TYPE:
        """Read something of a speaker now and at its interval, as long as somebody wants it.

        Args:
            speaker: Whom to ask.
            name: One of ``READINGS``.

        Returns:
            A function that ends this.

        """
        key = (speaker.uid, name)
        self._wanted[key] += 1
        reading = READINGS[name]
        if self._wanted[key] == 1 and reading.asks(speaker):
            if not self._is_fresh(speaker, name):
                self._plan(speaker, name, 0.0)
            elif reading.seconds is not None:
                self._plan(speaker, name, reading.seconds)

        @callback
        def no_more() -> None:
            self._wanted[key] -= 1
            if not self._wanted[key] and (timer := self._timers.get(key)) is not None:
                timer.cancel()

        return no_more

    async def async_again(self, speaker: Speaker, name: str) -> None:
        """Read something of a speaker at once, because it should have changed."""
        key = (speaker.uid, name)
        self._asking.add(key)
        try:
            command = READINGS[name].command
            answer = await self._coordinator.commands.attempt(speaker, command)
        except EngineError as error:
            if _says_that_it_has_none(speaker, name, error):
                self._take_over(speaker, name, {})
                return
            self._plan(speaker, name, RETRY_SECONDS)
            return
        finally:
            self._asking.discard(key)
        self._take_over(speaker, name, answer)
        if (seconds := READINGS[name].seconds) is not None and self._wanted[key]:
            self._plan(speaker, name, seconds)

    def _take_over(self, speaker: Speaker, name: str, answer: Mapping[str, Variables]) -> None:
        changes = self._coordinator.household.apply_answer(speaker.uid, name, answer)
        self._answered[speaker.uid, name] = READINGS[name].depends_on(speaker)
        self._coordinator.async_report(changes)

    @callback
    def _add(self, speakers: Iterable[Speaker]) -> None:
        for speaker in speakers:
            if speaker.uid not in self._known:
                self._known.add(speaker.uid)
                self._endings.append(
                    self._coordinator.async_subscribe(
                        speaker.uid,
                        frozenset({Aspect.DEVICE, Aspect.AVAILABILITY, Aspect.SOUND}),
                        functools.partial(self._probe, speaker),
                    )
                )
            self._probe(speaker)

    @callback
    def _probe(self, speaker: Speaker) -> None:
        """Ask a speaker what it was not asked yet, or may answer differently now."""
        if not speaker.is_there:
            return
        for name, reading in READINGS.items():
            key = (speaker.uid, name)
            is_due = not self._is_fresh(speaker, name) and key not in self._asking
            if is_due and (reading.probes or self._wanted[key]) and reading.asks(speaker):
                self._plan(speaker, name, 0.0)

    def _is_fresh(self, speaker: Speaker, name: str) -> bool:
        """Tell whether something was read, and nothing has happened since that would change it."""
        key = (speaker.uid, name)
        known, now = self._answered.get(key, _NEVER), READINGS[name].depends_on(speaker)
        return known == now

    def _plan(self, speaker: Speaker, name: str, seconds: float) -> None:
        if self._stopped:
            return
        key = (speaker.uid, name)
        if (timer := self._timers.get(key)) is None:
            begin = functools.partial(self._async_begin, speaker, name)
            timer = self._timers[key] = EarliestTimer(self._loop, begin)
        timer.after(seconds)

    @callback
    def _async_begin(self, speaker: Speaker, name: str) -> None:
        if not speaker.is_there:
            self._answered.pop((speaker.uid, name), None)  # so that it is asked when it is back
            return
        coordinator = self._coordinator
        coordinator.entry.async_create_background_task(
            coordinator.hass, self.async_again(speaker, name), f"{speaker.name} {name}"
        )
