"""The host: it takes its mail into the model, and tells what has happened."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from types import SimpleNamespace
from typing import Any

from custom_components.sonos_twisted.engine import (
    AnyNews,
    EventNews,
    ReachabilityNews,
    TopologyNews,
)
from custom_components.sonos_twisted.happenings.detector import HappeningDetector
from custom_components.sonos_twisted.model import AlarmList, Household


class Bus:
    """Takes what is told."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.tracks: Counter[str] = Counter()
        self.others: Counter[tuple[str, str]] = Counter()
        self.kinds: Counter[str] = Counter()
        self.skipped = 0

    def __call__(self, _coordinator: object, kind: str, uid: str, data: dict[str, Any]) -> None:
        """Count what is told of a room."""
        self.kinds[kind] += 1
        if kind == "track_changed":
            self.tracks[uid] += 1 + data["skipped"]
            self.skipped += data["skipped"]
        else:
            self.others[kind, uid] += 1


class Host:
    """What Home Assistant's floor has of a household, as far as happenings need it.

    Attributes:
        bus: What it tells.
        household: What it knows.
        reachable: Whether it takes a player for reachable.

    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.bus = Bus()
        self.household = Household("house")
        self.reachable: dict[str, bool] = {}
        self._doubts: list[list[Any]] = []
        self._detector = HappeningDetector(self._coordinator())

    def deliver(self, mail: Collection[AnyNews]) -> None:
        """Take mail, and tell on the bus what has happened."""
        changes: dict[str, set[Any]] = defaultdict(set)
        for news in mail:
            for change in self._apply(news):
                changes[change.uid].add(change.aspect)
        self.bus.tracks.clear()
        self.bus.others.clear()
        self._detector.note(mail, changes)
        while self._doubts:
            then, args = self._doubts.pop(0)
            then(*args)

    def _coordinator(self) -> Any:
        return SimpleNamespace(
            household=self.household,
            entity_ids={},
            hass=SimpleNamespace(
                data={},
                states=SimpleNamespace(get=lambda _: None),
                loop=SimpleNamespace(call_later=self._call_later),
            ),
            announcements=SimpleNamespace(is_announcing=lambda _: False),
            alarms=SimpleNamespace(known=AlarmList()),
            ringing=SimpleNamespace(async_subscribe=lambda _: lambda: None),
            sources=SimpleNamespace(
                current=lambda _: None,
                on=lambda _: SimpleNamespace(playing=lambda _: None),
            ),
            volume_limits=SimpleNamespace(of=lambda _: None),
        )

    def _call_later(self, _seconds: float, then: Callable[..., None], *args: object) -> Any:
        """Call a function when the host has taken its news: topologies are not late here."""
        self._doubts.append(call := [then, args])
        return SimpleNamespace(cancel=lambda: self._doubts.remove(call))

    def _apply(self, news: AnyNews) -> Any:
        household = self.household
        if isinstance(news, EventNews):
            return household.apply_event(
                news.uid, news.service, news.variables, news.received_at, is_initial=news.is_initial
            )
        if isinstance(news, TopologyNews):
            change = household.apply_topology(news.topology, news.received_at)
            self._detector.note_reboot(change.rebooted)
            return change.changes
        assert isinstance(news, ReachabilityNews)
        self.reachable[news.uid] = news.reachable
        return household.set_available(news.uid, news.reachable, news.reason)
