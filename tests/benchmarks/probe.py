"""What looks at Home Assistant from inside the process that is measured.

It hears ``state_changed`` as any integration does and notes the time, with the clock that all
processes of a machine share. In between nothing is written or sent: the harness, a process of its
own, asks for the notes over a Unix socket when a measurement is over.
"""

import asyncio
from collections.abc import Callable
import ctypes
import gc
import json
from pathlib import Path
from time import monotonic_ns, perf_counter_ns
from typing import Any

from homeassistant.components.media_player import (
    ATTR_GROUP_MEMBERS,
    ATTR_MEDIA_TITLE,
    ATTR_MEDIA_VOLUME_LEVEL,
)
from homeassistant.const import ATTR_ENTITY_ID, EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er

_NS = 1_000_000_000
#: Seconds until entities that were enabled must be there.
_ENABLED = 120.0
#: The entity of the floor: Home Assistant alone, writing a state.
FLOOR = "media_player.floor"
#: Bytes of a command or an answer: the notes of a long measurement come in one line.
LINE = 1 << 28


class Stalls:
    """For how long at a time a loop was not in ``select``, and how late it woke up."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look at each round of the loop from now on."""
        self._loop = loop
        self._woke = monotonic_ns()
        self._beat: asyncio.TimerHandle | None = None
        self.longest = 0
        self.latest = 0
        self._collecting = 0
        self.collection = 0
        gc.callbacks.append(self._collect)
        selector = loop._selector  # type: ignore[attr-defined]
        self._select = selector.select
        selector.select = self._look

    def _look(self, timeout: float | None = None) -> Any:
        self.longest = max(self.longest, monotonic_ns() - self._woke)
        events = self._select(timeout)
        self._woke = monotonic_ns()
        return events

    def _collect(self, phase: str, _info: dict[str, int]) -> None:
        """Take note of how long a garbage collection takes, in which nothing else goes on."""
        now = monotonic_ns()
        if phase == "start":
            self._collecting = now
        else:
            self.collection = max(self.collection, now - self._collecting)

    def begin(self, beat: float) -> None:
        """Forget what was; with a beat, wake up at this interval and see how late that is."""
        self.longest = self.latest = self.collection = 0
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None
        if beat:
            self._wait(beat)

    def _wait(self, beat: float) -> None:
        due = self._loop.time() + beat
        self._beat = self._loop.call_at(due, self._late, due, beat)

    def _late(self, due: float, beat: float) -> None:
        self.latest = max(self.latest, int((self._loop.time() - due) * _NS))
        self._wait(beat)


class Load:
    """Other things that Home Assistant does: for a share of the time the loop is not to be had."""

    #: Seconds for which it is occupied at a time.
    PIECE = 0.003

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with nothing."""
        self._loop = loop
        self._next: asyncio.TimerHandle | None = None

    def set(self, share: float) -> None:
        """Occupy this share of the time."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if share:
            self._next = self._loop.call_later(self.PIECE, self._occupy, share)

    def _occupy(self, share: float) -> None:
        end = perf_counter_ns() + int(self.PIECE * _NS)
        while perf_counter_ns() < end:
            pass
        self._next = self._loop.call_later(self.PIECE * (1 / share - 1), self._occupy, share)


class Probe:
    """Takes notes in Home Assistant's process, and does there what the harness asks for."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Look at Home Assistant from its first moment on."""
        self._hass = hass
        self._notes: list[tuple[int, State]] = []
        self._counts: dict[str, list[int]] = {}
        self._stalls = Stalls(hass.loop)
        self._load = Load(hass.loop)
        self._listeners: list[Callable[[], None]] = []
        self.listen(counting=False)

    async def async_serve(self, path: Path) -> None:
        """Answer the harness at a Unix socket."""
        await asyncio.start_unix_server(self._async_serve, path, limit=LINE)

    async def _async_serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while line := await reader.readline():
            asked = json.loads(line)
            try:
                result = getattr(self, f"async_{asked.pop('do')}")(**asked)
                answer = {"result": await result}
            except Exception as error:  # noqa: BLE001 - the harness raises it
                answer = {"error": f"{type(error).__name__}: {error}"}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()

    # -- notes

    def listen(self, *, counting: bool) -> None:
        """Note the states of players, or count the writes of all entities."""
        for end in self._listeners:
            end()
        listen = self._hass.bus.async_listen
        if counting:
            self._listeners = [
                listen(EVENT_STATE_CHANGED, self._count_change),
                listen(EVENT_STATE_REPORTED, self._count_report, event_filter=_any),
            ]
        else:
            self._listeners = [listen(EVENT_STATE_CHANGED, self._note)]

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        now = monotonic_ns()
        if (state := event.data["new_state"]) and state.entity_id.startswith("media_player."):
            self._notes.append((now, state))

    @callback
    def _count_change(self, event: Event[EventStateChangedData]) -> None:
        self._counts.setdefault(event.data["entity_id"], [0, 0])[0] += 1

    @callback
    def _count_report(self, event: Event[EventStateReportedData]) -> None:
        self._counts.setdefault(event.data["entity_id"], [0, 0])[1] += 1

    async def async_begin(self, beat: float = 0.0, *, counting: bool = False) -> None:
        """Begin a measurement: forget all notes."""
        self._notes, self._counts = [], {}
        self.listen(counting=counting)
        self._stalls.begin(beat)

    async def async_look_away(self) -> None:
        """Take no notes until the next measurement begins."""
        self._notes, self._counts = [], {}
        for end in self._listeners:
            end()
        self._listeners = []

    async def async_end(self) -> dict[str, Any]:
        """End it: return the notes, and the longest stall and collection in nanoseconds."""
        stall, collection = (
            max(self._stalls.longest, self._stalls.latest),
            self._stalls.collection,
        )
        self._stalls.begin(0.0)
        return {
            "notes": [(now, *_read(state)) for now, state in self._notes],
            "counts": self._counts,
            "stall": stall,
            "collection": collection,
        }

    async def async_players(self, domain: str) -> dict[str, list[Any]]:
        """Return what an integration's players show, by uid; only those that have a state."""
        return {
            entry.unique_id: list(_read(state))
            for entry in self._entries(domain)
            if entry.domain == "media_player"
            if (state := self._hass.states.get(entry.entity_id))
        }

    async def async_entities(self, domain: str) -> list[str]:
        """Return the entities of an integration that have a state."""
        has_state = self._hass.states.get
        return [each.entity_id for each in self._entries(domain) if has_state(each.entity_id)]

    async def async_enable(self, domain: str) -> None:
        """Enable the entities that are disabled by default, and wait until they are there."""
        registry, disabler = er.async_get(self._hass), er.RegistryEntryDisabler.INTEGRATION
        disabled = [e.entity_id for e in self._entries(domain) if e.disabled_by is disabler]
        for entity_id in disabled:
            registry.async_update_entity(entity_id, disabled_by=None)
        # Home Assistant waits for half a minute before it adds them.
        async with asyncio.timeout(_ENABLED):
            while True:
                if all(map(self._hass.states.get, disabled)):
                    return
                await asyncio.sleep(0.2)

    def _entries(self, domain: str) -> list[er.RegistryEntry]:
        """Return the registered entities of an integration; none before the registry is loaded."""
        entities = getattr(er.async_get(self._hass), "entities", {})
        return [entry for entry in entities.values() if entry.platform == domain]

    # -- what is done

    async def async_act(
        self, action: str, entities: list[str], data: dict[str, Any]
    ) -> tuple[int, int]:
        """Perform an action; return when it began and ended."""
        domain, _, service = action.partition(".")
        begun = monotonic_ns()
        await self._hass.services.async_call(
            domain, service, {ATTR_ENTITY_ID: entities, **data}, blocking=True
        )
        return begun, monotonic_ns()

    async def async_reload(self, domain: str) -> tuple[int, int]:
        """Load the entry of an integration anew; return when that began and ended."""
        (entry,) = self._hass.config_entries.async_entries(domain)
        begun = monotonic_ns()
        await self._hass.config_entries.async_reload(entry.entry_id)
        return begun, monotonic_ns()

    async def async_unload(self, domain: str) -> tuple[int, int]:
        """Unload the entry of an integration; return when that began and ended."""
        (entry,) = self._hass.config_entries.async_entries(domain)
        begun = monotonic_ns()
        await self._hass.config_entries.async_unload(entry.entry_id)
        return begun, monotonic_ns()

    async def async_occupy(self, share: float) -> None:
        """Occupy the loop for a share of the time."""
        self._load.set(share)

    async def async_write(self, count: int, rate: float) -> list[int]:
        """Write a state so many times, as fast as possible if the rate is 0; return when."""
        loop, times = self._hass.loop, []
        begun = loop.time()
        for number in range(count):
            if rate:
                await asyncio.sleep(max(0.0, begun + number / rate - loop.time()))
            else:
                await asyncio.sleep(0)
            attributes = {**_ATTRIBUTES, ATTR_MEDIA_TITLE: f"Song {number}", "queue_size": number}
            times.append(monotonic_ns())
            self._hass.states.async_set(FLOOR, "playing", attributes)
        return times

    async def async_tidy(self) -> None:
        """Give back what memory can be given back."""
        self._notes = []
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)


@callback
def _any(_data: EventStateReportedData) -> bool:
    return True


def _read(state: State) -> tuple[str, str, Any, Any, Any, list[str]]:
    """Return what the harness compares of a state."""
    get = state.attributes.get
    return (
        state.entity_id,
        state.state,
        get(ATTR_MEDIA_TITLE),
        get(ATTR_MEDIA_VOLUME_LEVEL),
        get("queue_size"),
        get(ATTR_GROUP_MEMBERS) or [],
    )


#: As many as a player's.
_ATTRIBUTES = {
    "group_members": [FLOOR],
    "volume_level": 0.2,
    "is_volume_muted": False,
    "media_content_id": "x-file-cifs://nas/music/Albums/Album%201/01%20-%20Aria.flac",
    "media_content_type": "music",
    "media_duration": 240,
    "media_position": 12,
    "media_artist": "Orchestra",
    "media_album_name": "Album 1",
    "shuffle": False,
    "repeat": "off",
    "queue_position": 1,
    "friendly_name": "Floor",
    "supported_features": 4127295,
}
