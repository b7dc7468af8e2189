"""What happens to the speakers themselves: what is plugged in, the battery, the volume."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..engine import Served, ServedNews
from ..entities.battery import is_charging
from ..model import Speaker
from . import async_fire
from .memory import BATTERY, HDMI, LINE_IN, OPTICAL, VOLUME, Told

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator

_DEVICE = "DeviceProperties"

type _Telling = tuple[str, Mapping[str, Any]]
"""A kind of what has happened, and what there is to know."""


@dataclass(frozen=True, slots=True)
class _Watch:
    """Something of which it is told when it becomes another one.

    Attributes:
        told: The variable that has to be told before it is known.
        read: Returns what it is; None if that is not known.
        happened: Returns what has happened when it was one and is another.

    """

    told: str
    read: Callable[[Speaker], Any]
    happened: Callable[[HouseholdCoordinator, Speaker, Any, Any], _Telling | None]


def _plug(kind: str, data: Mapping[str, Any]) -> Callable[..., _Telling]:
    """Make what tells of something that is plugged in or not."""
    return lambda _coordinator, _speaker, _old, new: (
        f"{kind}_connected" if new else f"{kind}_disconnected",
        data,
    )


def _discharged(
    _coordinator: HouseholdCoordinator, _speaker: Speaker, old: int, new: int
) -> _Telling | None:
    return ("battery_low", {"battery": new, "previous": old}) if new < old else None


def _charged(
    _coordinator: HouseholdCoordinator, speaker: Speaker, _old: bool, new: bool
) -> _Telling | None:
    return ("charging_started", {"battery": _battery(speaker)}) if new else None


def _louder(
    coordinator: HouseholdCoordinator, speaker: Speaker, old: int, new: int
) -> _Telling | None:
    limit = coordinator.volume_limits.of(speaker)
    if limit is None or speaker.is_fixed or not old <= limit < new:
        return None
    return "volume_limit_hit", {"volume": new, "limit": limit}


def _battery(speaker: Speaker) -> int | None:
    return speaker.number(_DEVICE, "battery_level")


_WATCHES = (
    _Watch(
        OPTICAL,
        lambda speaker: speaker.flag("HTControl", OPTICAL),
        _plug("tv", {"input": "optical"}),
    ),
    _Watch(HDMI, lambda speaker: speaker.flag(_DEVICE, HDMI), _plug("tv", {"input": "hdmi_cec"})),
    _Watch(LINE_IN, lambda speaker: speaker.flag("AudioIn", LINE_IN), _plug("line_in", {})),
    _Watch(BATTERY, _battery, _discharged),
    _Watch(BATTERY, is_charging, _charged),
    _Watch(VOLUME, lambda speaker: speaker.volume, _louder),
)


class Speakers:
    """Compares what is known of speakers with what was known before."""

    def __init__(self, coordinator: HouseholdCoordinator, told: Told) -> None:
        """Begin without knowing anything."""
        self._coordinator = coordinator
        self._told = told
        self._values: dict[str, dict[_Watch, Any]] = {}
        self._served: dict[str, Served] = {}

    def distrust(self, uid: str) -> None:
        """Take it that anything may have happened to a speaker."""
        self._values.pop(uid, None)

    def look(self, speaker: Speaker, told: frozenset[str]) -> None:
        """Compare.

        Args:
            speaker: The speaker.
            told: The variables that it has told.

        """
        for watch in _WATCHES:
            if watch.told not in told or (new := watch.read(speaker)) is None:
                continue
            values = self._values.setdefault(speaker.uid, {})
            old = values.get(watch)
            values[watch] = new
            if old is not None and old != new:
                happened = watch.happened(self._coordinator, speaker, old, new)
                if happened is not None:
                    async_fire(self._coordinator, happened[0], speaker.uid, happened[1])

    def note_served(self, speaker: Speaker, news: ServedNews, reason: str) -> None:
        """Take note of the way in which a speaker's state comes.

        Args:
            speaker: The speaker.
            news: The way.
            reason: Why its events do not arrive, if they do not.

        """
        before, self._served[speaker.uid] = self._served.get(speaker.uid), news.served
        if before is None or before is news.served:
            return
        if news.served is Served.BY_EVENTS:
            async_fire(self._coordinator, "events_restored", speaker.uid, {})
        elif before is Served.BY_EVENTS:
            async_fire(self._coordinator, "events_lost", speaker.uid, {"reason": reason})
