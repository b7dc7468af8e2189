"""How a player sounds: volume, mute, equaliser."""

from dataclasses import dataclass, field
import math
from typing import TYPE_CHECKING

from .errors import Code, UpnpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from .models import Model

CHANNELS = ("Master", "LF", "RF")
FULL = 100

# EQ type: lowest value, highest value, value from the factory, variable in events.
_SUB = {
    "SubGain": (-15, 15, 0, "SubGain"),
    "SubCrossover": (50, 110, 80, "SubCrossover"),
    "SubPolarity": (0, 1, 0, "SubPolarity"),
    "SubEnable": (0, 1, 1, "SubEnabled"),
}
_SOUNDBAR = {
    "DialogLevel": (0, 1, 0, "DialogLevel"),
    "NightMode": (0, 1, 0, "NightMode"),
    "AudioDelay": (0, 5, 0, "AudioDelay"),
    "AudioDelayLeftRear": (0, 2, 1, "AudioDelayLeftRear"),
    "AudioDelayRightRear": (0, 2, 1, "AudioDelayRightRear"),
    "SurroundEnable": (0, 1, 1, "SurroundEnabled"),
    "SurroundLevel": (-15, 15, 0, "SurroundLevel"),
    "SurroundMode": (0, 1, 0, "SurroundMode"),
    "MusicSurroundLevel": (-15, 15, 0, "MusicSurroundLevel"),
}
_HEIGHT = {"HeightChannelLevel": (-10, 10, 0, "HeightChannelLevel")}
_SPEECH_LEVELS = {
    "DialogLevel": (1, 4, 1, "DialogLevel"),
    "SpeechEnhanceEnabled": (0, 1, 0, "SpeechEnhanceEnabled"),
}
# Steps per second of each kind of ramp; those of alarms and inputs begin at silence.
RAMPS = {"SLEEP_TIMER_RAMP_TYPE": 1.25, "ALARM_RAMP_TYPE": 2.5, "AUTOPLAY_RAMP_TYPE": 50.0}
# Seconds that a ramp of an alarm stays silent.
ALARM_PAUSE = 30.0
# What players without a Sub say of it in their events all the same.
NO_SUB = {"SubGain": "0", "SubCrossover": "0", "SubPolarity": "0", "SubEnabled": "1"}


@dataclass(slots=True)
class Equaliser:
    """The EQ types that a player has, with their values."""

    limits: dict[str, tuple[int, int, int, str]]
    values: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start with the values from the factory."""
        self.values = {name: limit[2] for name, limit in self.limits.items()}

    def get(self, eq_type: str) -> int:
        """Return a value.

        Raises:
            UpnpError: The player has no such EQ type.
        """
        if eq_type not in self.limits:
            raise UpnpError(Code.INVALID_ARGS)
        return self.values[eq_type]

    def set(self, eq_type: str, value: int) -> None:
        """Change a value.

        Raises:
            UpnpError: The player has no such EQ type, or the value is out of range.
        """
        lowest, highest = self.limits.get(eq_type, (0, -1))[:2]
        if not lowest <= value <= highest:
            raise UpnpError(Code.INVALID_ARGS)
        self.values[eq_type] = value


def equaliser_for(model: Model, *, with_sub: bool) -> Equaliser:
    """Return the equaliser of a model, with the sub's settings where there is a sub."""
    limits = dict(_SOUNDBAR) if model.soundbar else {}
    if model.height:
        limits |= _HEIGHT
    if model.speech_levels:
        limits |= _SPEECH_LEVELS
    if with_sub or model.sub_settings:
        limits |= _SUB
    return Equaliser(limits)


class Rendering:
    """The RenderingControl of one player."""

    def __init__(
        self,
        clock: IReactorTime,
        model: Model,
        changed: Callable[[str], None],
    ) -> None:
        """Start at the volume that a player has out of the box.

        Args:
            clock: Tells and measures time.
            model: Decides which EQ types there are.
            changed: Called with the name of each service whose variables changed.
        """
        self._clock = clock
        self._changed = changed
        self._model = model
        self.volume = {"Master": 20, "LF": FULL, "RF": FULL}
        self.mute = dict.fromkeys(CHANNELS, False)
        self.loudness = True
        self.bass = 0
        self.treble = 0
        self.equaliser = equaliser_for(model, with_sub=False)
        self.supports_fixed = model.fixed_output
        self.fixed = False
        self.headphones = False
        self.calibrated = False
        self.calibration_available = False
        self._ramp: IDelayedCall | None = None
        self._before_ramp = self.volume["Master"]

    def _event(self) -> None:
        self._changed("RenderingControl")
        self._changed("GroupRenderingControl")

    def set_volume(self, value: int, channel: str = "Master") -> None:
        """Set a channel's volume; the ramp, if one is running, ends."""
        self.stop_ramp()
        if self.fixed and channel == "Master":
            return
        self.volume[channel] = max(0, min(FULL, value))
        self._event()

    def set_mute(self, *, on: bool, channel: str = "Master") -> None:
        """Mute a channel or end that."""
        self.mute[channel] = on
        self._event()

    def set_tone(self, name: str, value: int) -> None:
        """Set ``bass`` or ``treble``.

        Raises:
            UpnpError: Out of range.
        """
        limit = 10
        if name not in {"bass", "treble"} or not -limit <= value <= limit:
            raise UpnpError(Code.INVALID_ARGS)
        setattr(self, name, value)
        self._event()

    def set_loudness(self, *, on: bool) -> None:
        """Switch loudness."""
        self.loudness = on
        self._event()

    def set_eq(self, eq_type: str, value: int) -> None:
        """Set a value of the equaliser."""
        self.equaliser.set(eq_type, value)
        self._event()

    def set_fixed(self, *, on: bool) -> None:
        """Fix the output at full volume.

        Raises:
            UpnpError: The model can't.
        """
        if not self.supports_fixed:
            raise UpnpError(Code.ACTION_FAILED)
        self.fixed = on
        if on:
            self.volume["Master"] = FULL
        self._event()

    def set_trueplay(self, *, on: bool, available: bool) -> None:
        """Tune the room or forget its tuning, and switch the tuning."""
        self.calibration_available = available
        self.calibrated = on and available
        self._event()

    def bonds_changed(self, *, with_sub: bool) -> None:
        """Gain or lose the settings of a Sub; the tuning of the room is lost with any bond."""
        before = self.equaliser.values
        self.equaliser = equaliser_for(self._model, with_sub=with_sub)
        for name in before.keys() & self.equaliser.values.keys():
            self.equaliser.values[name] = before[name]
        self.set_trueplay(on=False, available=False)

    def set_headphones(self, *, connected: bool) -> None:
        """Connect headphones or take them away."""
        self.headphones = connected
        self._event()

    def reset_tone(self) -> None:
        """Put the basic equaliser back."""
        self.bass = self.treble = 0
        self.loudness = True
        self.volume["LF"] = self.volume["RF"] = FULL
        self._event()

    def ramp(self, ramp_type: str, target: int) -> int:
        """Move the volume slowly and return the seconds this takes.

        Raises:
            UpnpError: There is no such kind of ramp.
        """
        if ramp_type not in RAMPS:
            raise UpnpError(Code.INVALID_ARGS)
        self.stop_ramp()
        self._before_ramp = self.volume["Master"]
        if ramp_type != "SLEEP_TIMER_RAMP_TYPE":
            self.volume["Master"] = 0
            self._event()
        distance = abs(target - self.volume["Master"])
        interval = 1 / RAMPS[ramp_type]
        pause = ALARM_PAUSE if ramp_type == "ALARM_RAMP_TYPE" else 0
        self._ramp = self._clock.callLater(pause + interval, self._ramp_on, target, interval)
        return math.ceil(distance * interval)

    def _ramp_on(self, target: int, interval: float) -> None:
        self._ramp = None
        volume = self.volume["Master"]
        if volume == target:
            return
        self.volume["Master"] = volume + (1 if target > volume else -1)
        self._event()
        self._ramp = self._clock.callLater(interval, self._ramp_on, target, interval)

    def restore_before_ramp(self) -> None:
        """Go back to the volume before the last ramp."""
        self.set_volume(self._before_ramp)

    def stop_ramp(self) -> None:
        """End a running ramp where it is."""
        if self._ramp is not None and self._ramp.active():
            self._ramp.cancel()
        self._ramp = None
