"""What the news of a household that runs say is in the way of its events."""

from collections.abc import Callable, Iterable, Mapping
import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..engine import (
    ESSENTIAL_SERVICES,
    AnyNews,
    EventNews,
    LeaseNews,
    ListenerNews,
    ListenError,
    Served,
    Verdict,
)
from ..errors import placeholders
from .showing import async_clear, async_show

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker
    from .event_test import RoomTest

#: Seconds for which events that have arrived before may be missing: leases are mended meanwhile.
SILENT_SECONDS = 60.0

#: How the state of a speaker comes whose events do not arrive.
_SILENT = frozenset({Served.BY_POLLING, Served.NOT_AT_ALL})


class HouseholdIssues:
    """Shows issues of a household as long as its news give reason to.

    Whether events arrive is proved by the leases that are held anyway: nothing is asked for that.
    """

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Begin with nothing known, and show nothing yet."""
        self._coordinator = coordinator
        self._started = False
        self._leases: dict[tuple[str, str], LeaseNews] = {}
        self._listener_error: ListenError | None = None
        self._heard: set[str] = set()
        self._missing_since: dict[str, dt.datetime] = {}
        self._failed_tests: dict[str, RoomTest] = {}
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._note: Mapping[type[AnyNews], Callable[[Any], object]] = {
            EventNews: self._note_event,
            LeaseNews: self._note_lease,
            ListenerNews: self._note_listener,
        }

    def start(self) -> None:
        """Show what there is to show from now on."""
        self._started = True
        self._show()

    def stop(self) -> None:
        """Take note of nothing any more.

        What is shown stays until a household is set up in which it is mended: an issue that is
        taken away would come back to somebody who has ignored it.
        """
        self._started = False
        self._stop_timer()

    def note(self, news: Iterable[AnyNews]) -> None:
        """Take note of news that the coordinator has taken in, and show what follows from them."""
        mere_events = True
        for piece in news:
            if (note := self._note.get(type(piece))) is not None:
                note(piece)
            mere_events = mere_events and isinstance(piece, EventNews)
        if self._started and (self._failed_tests or not mere_events):
            self._show()

    def tested(self, tests: Iterable[RoomTest]) -> None:
        """Take note of how a test of rooms went that listened as the household does."""
        for test in tests:
            self._failed_tests.pop(test.uid, None)
            if test.result.verdict is Verdict.NOT_ARRIVED:
                self._failed_tests[test.uid] = test
            elif test.result.verdict is Verdict.ARRIVED:
                # Leases that failed need not wait for their turn.
                self._coordinator.connection.heard_of(test.uid)
        self._show()

    def _note_event(self, news: EventNews) -> None:
        if news.is_initial:
            self._failed_tests.pop(news.uid, None)

    def _note_lease(self, news: LeaseNews) -> None:
        if news.service in ESSENTIAL_SERVICES:
            self._leases[news.uid, news.service] = news
            if news.held:
                self._heard.add(news.uid)

    def _note_listener(self, news: ListenerNews) -> None:
        self._listener_error = news.error

    # What is shown

    def _show(self) -> None:
        self._stop_timer()
        rooms = self._coordinator.household.rooms
        # These count as unavailable: there is nothing that they do.
        forbidden = [room for room in rooms if self._lease(room, Verdict.UPNP_DISABLED)]
        silent = [
            room
            for room in rooms
            if self._coordinator.can_be_reached(room) and self._is_silent(room)
        ]
        error = self._listener_error
        self._set("no_free_port", placeholders(error) if error else None)
        self._set("upnp_disabled", _named(forbidden) if forbidden else None)
        callbacks = dict.fromkeys(filter(None, map(self._callback, silent)))
        told = {"callback": ", ".join(callbacks)}
        self._set("events_not_arriving", _named(silent) | told if silent else None)

    def _set(self, key: str, details: dict[str, str] | None) -> None:
        hass, entry = self._coordinator.hass, self._coordinator.entry
        if details is not None:
            async_show(hass, entry, key, **details)
        elif all(map(self._is_known, self._coordinator.household.rooms)):
            async_clear(hass, entry, key)

    def _is_known(self, room: Speaker) -> bool:
        """Tell whether it is known by now how events of a room arrive."""
        told = (self._leases.get((room.uid, service)) for service in ESSENTIAL_SERVICES)
        return all(news is not None and news.verdict is not None for news in told)

    def _is_silent(self, room: Speaker) -> bool:
        """Tell whether events of a room do not arrive, and not only for a moment."""
        if room.uid in self._failed_tests:
            return True
        served = self._coordinator.served.get(room.uid)
        if served not in _SILENT or not self._lease(room, Verdict.NOT_ARRIVED):
            self._missing_since.pop(room.uid, None)
            return False
        now = dt_util.utcnow()
        missing = now - self._missing_since.setdefault(room.uid, now)
        if room.uid not in self._heard or missing.total_seconds() >= SILENT_SECONDS:
            return True
        if self._cancel_timer is None:
            self._cancel_timer = async_call_later(
                self._coordinator.hass, SILENT_SECONDS, self._timer_fired
            )
        return False

    @callback
    def _timer_fired(self, _now: dt.datetime) -> None:
        self._cancel_timer = None
        self._show()

    def _stop_timer(self) -> None:
        cancel, self._cancel_timer = self._cancel_timer, None
        if cancel is not None:
            cancel()

    def _lease(self, room: Speaker, verdict: Verdict) -> LeaseNews | None:
        """Return what was told of a lease of a room with which this came out, if any."""
        told = (self._leases.get((room.uid, service)) for service in ESSENTIAL_SERVICES)
        return next((news for news in told if news and news.verdict is verdict), None)

    def _callback(self, room: Speaker) -> str:
        """Return where a room was told to deliver that does not."""
        if (test := self._failed_tests.get(room.uid)) is not None:
            return test.result.callback
        lease = self._lease(room, Verdict.NOT_ARRIVED)
        return urlsplit(lease.callback).netloc if lease else ""


def _named(rooms: list[Speaker]) -> dict[str, str]:
    return {
        "rooms": ", ".join(room.name for room in rooms),
        "speakers": ", ".join(room.host for room in rooms),
    }
