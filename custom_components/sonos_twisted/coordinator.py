"""One household in Home Assistant: takes the engine's news, tells entities what has changed."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
import functools
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir

from .const import CONF_HOSTS, CONF_KNOWN_HOSTS, DOMAIN
from .engine import (
    AnyNews,
    DescriptionNews,
    EngineError,
    EventNews,
    HouseholdConnection,
    LeaseNews,
    ListenerNews,
    PositionNews,
    ReachabilityNews,
    Served,
    ServedNews,
    TopologyNews,
    reactor_thread,
)
from .engine.commands import transport
from .entity import device_info
from .errors import placeholders
from .model import Aspect, Change, Household, Speaker, parse_position_info
from .schema import connection_settings

_LOGGER = logging.getLogger(__name__)

type SonosTwistedConfigEntry = ConfigEntry[HouseholdCoordinator]

#: Seconds; how often at most the position of a room is read.
POSITION_INTERVAL = 5.0

#: Seconds after which a position is read again that could not be read.
POSITION_RETRY = 30.0


@dataclass(frozen=True, slots=True)
class _Subscriber:
    aspects: frozenset[Aspect]
    changed: CALLBACK_TYPE


class HouseholdCoordinator:
    """Keeps a household's model in step with its events. Lives on the event loop.

    Attributes:
        household: What is known of the household; read by entities, written here.
        connection: The way to the speakers.
        entity_ids: The media player entities by the uid of their speaker.
        served: Whether a speaker's state comes by its events or by asking, by uid.

    """

    def __init__(self, hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> None:
        """Prepare for the household of a config entry."""
        self.hass = hass
        self.entry = entry
        self.household = Household(entry.unique_id or "")
        self.connection = HouseholdConnection(
            reactor_thread(), self._async_deliver, connection_settings(entry.options)
        )
        self.entity_ids: dict[str, str] = {}
        self.served: dict[str, Served] = {}
        self._subscribers: dict[str, list[_Subscriber]] = defaultdict(list)
        self._new_speakers: list[Callable[[Iterable[Speaker]], None]] = []
        self._position_readings: dict[str, asyncio.TimerHandle] = {}
        self._next_reading_at: dict[str, float] = {}
        self._rooms_there: dict[str, bool] = {}
        self._stopping = False
        self._apply: dict[type[AnyNews], Callable[[Any], Iterable[Change]]] = {
            EventNews: self._apply_event,
            TopologyNews: self._apply_topology,
            DescriptionNews: self._apply_description,
            ReachabilityNews: self._apply_reachability,
            LeaseNews: self._apply_lease,
            ServedNews: self._apply_served,
            PositionNews: self._apply_position,
            ListenerNews: self._apply_listener,
        }

    async def async_start(self) -> None:
        """Open the household and wait until its rooms are known.

        Raises:
            EngineError: When it cannot be opened.

        """
        data = self.entry.data
        hosts = dict.fromkeys([*data[CONF_HOSTS], *data.get(CONF_KNOWN_HOSTS, ())])
        identity = await self.connection.open(list(hosts), self.entry.unique_id)
        _LOGGER.debug("Listening to %s through %s", identity.household_id, identity.address)

    async def async_stop(self, _event: Event | None = None) -> None:
        """End everything that was started."""
        self._stopping = True
        for planned in self._position_readings.values():
            planned.cancel()
        self._position_readings.clear()
        ir.async_delete_issue(self.hass, DOMAIN, self._port_issue)
        await self.connection.close()

    # What entities use

    @callback
    def async_subscribe(
        self, uid: str, aspects: frozenset[Aspect], changed: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Call ``changed`` whenever one of these aspects of a speaker is new.

        Returns:
            A function that ends the subscription.

        """
        subscriber = _Subscriber(aspects, changed)
        self._subscribers[uid].append(subscriber)
        return lambda: self._subscribers[uid].remove(subscriber)

    @callback
    def async_add_speakers(self, add: Callable[[Iterable[Speaker]], None]) -> CALLBACK_TYPE:
        """Call ``add`` with the speakers of all rooms, now and whenever rooms appear.

        Returns:
            A function that ends this.

        """
        self._new_speakers.append(add)
        add(self.household.rooms)
        return lambda: self._new_speakers.remove(add)

    def address_of(self, speaker: Speaker) -> str:
        """Return a speaker's address in the form that commands take."""
        return f"{speaker.host}:{speaker.port}"

    def group_address_of(self, speaker: Speaker) -> str:
        """Return the address of the speaker that plays for a speaker's group."""
        return self.address_of(self.household.coordinator_of(speaker.uid) or speaker)

    @callback
    def async_group_shown(self, speaker: Speaker) -> None:
        """Tell the others of a speaker's group that there is an entity to name as a member now."""
        members = self.household.group_members(speaker.uid)
        self._async_tell({uid: {Aspect.GROUP} for uid in members if uid != speaker.uid})

    # News

    @callback
    def _async_deliver(self, news: list[AnyNews]) -> None:
        changes: dict[str, set[Aspect]] = defaultdict(set)
        for piece in news:
            try:
                new = self._apply[type(piece)](piece)
            except Exception:
                # A mistake over one piece of news must not take the others along.
                _LOGGER.exception("Could not take in what is new about %s", piece.about)
                continue
            for change in new:
                changes[change.uid].add(change.aspect)
        self._async_tell(changes)
        # An event that changes nothing to be seen can leave the position in doubt, too; and what
        # was left to polling is to be read when polling ends.
        heard = {piece.uid for piece in news if isinstance(piece, EventNews | ServedNews)}
        self._plan_position_readings(changes.keys() | heard)

    @callback
    def _async_tell(self, changes: dict[str, set[Aspect]]) -> None:
        for uid, aspects in changes.items():
            for subscriber in list(self._subscribers.get(uid, ())):
                if not subscriber.aspects.isdisjoint(aspects):
                    subscriber.changed()

    def _apply_event(self, news: EventNews) -> Iterable[Change]:
        changes = self.household.apply_event(
            news.uid,
            news.service,
            news.variables,
            news.received_at,
            is_initial=news.is_initial,
        )
        self._update_devices(changes)
        return changes

    def _apply_topology(self, news: TopologyNews) -> Iterable[Change]:
        change = self.household.apply_topology(news.topology, news.received_at)
        reasons = {device.uid: device.reason for device in change.gone}
        for uid in (*change.appeared, *change.disappeared):
            speaker = self.household.speakers[uid]
            self._log_room(speaker, _departure(speaker, reasons.get(uid)))
        self._update_devices(change.changes)
        self._remember_hosts()
        if change.appeared:
            speakers = [self.household.speakers[uid] for uid in change.appeared]
            for add in self._new_speakers:
                add(speakers)
        return change.changes

    def _apply_description(self, news: DescriptionNews) -> Iterable[Change]:
        changes = self.household.apply_description(news.description.uid, news.description)
        self._update_devices(changes)
        return changes

    def _apply_reachability(self, news: ReachabilityNews) -> Iterable[Change]:
        changes = self.household.set_available(news.uid, news.reachable, news.reason)
        speaker = self.household.speakers[news.uid]
        self._log_room(speaker, f"cannot be reached: {news.reason}")
        return changes

    def _apply_lease(self, news: LeaseNews) -> Iterable[Change]:
        speaker = self.household.speakers.get(news.uid)
        _LOGGER.debug(
            "%s of %s: %s",
            news.service,
            speaker.name if speaker else news.uid,
            "events arrive" if news.held else news.reason or "no events yet",
        )
        return ()

    def _apply_served(self, news: ServedNews) -> Iterable[Change]:
        before, self.served[news.uid] = self.served.get(news.uid), news.served
        speaker = self.household.speakers.get(news.uid)
        name = speaker.name if speaker else news.uid
        if news.served is Served.BY_POLLING:
            _LOGGER.info("%s is asked for its state, because its events do not arrive", name)
        elif before is Served.BY_POLLING:
            _LOGGER.info("The events of %s arrive again", name)
        return ()

    def _apply_listener(self, news: ListenerNews) -> Iterable[Change]:
        """Let the user know, as long as there is no port that events could arrive at."""
        if news.error is None:
            ir.async_delete_issue(self.hass, DOMAIN, self._port_issue)
        else:
            ir.async_create_issue(
                self.hass,
                DOMAIN,
                self._port_issue,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key="no_free_port",
                translation_placeholders=placeholders(news.error),
            )
        return ()

    @property
    def _port_issue(self) -> str:
        return f"no_free_port_{self.entry.entry_id}"

    def _apply_position(self, news: PositionNews) -> Iterable[Change]:
        return self.household.apply_position(news.uid, news.reading, news.requested_at)

    def _log_room(self, speaker: Speaker, loss: str) -> None:
        """Log once that a room is lost, and once that it is back, whoever says so first."""
        was_there = self._rooms_there.get(speaker.uid)
        if speaker.visible and speaker.available:
            self._rooms_there[speaker.uid] = True
            if was_there is False:
                _LOGGER.info("%s is back", speaker.name)
        elif was_there:
            self._rooms_there[speaker.uid] = False
            _LOGGER.info("%s %s", speaker.name, loss)

    # Registries and storage

    def _update_devices(self, changes: Iterable[Change]) -> None:
        """Carry what changed of a speaker itself over to its device."""
        registry = dr.async_get(self.hass)
        for change in changes:
            speaker = self.household.speakers.get(change.uid)
            if change.aspect is Aspect.DEVICE and speaker is not None and speaker.visible:
                registry.async_get_or_create(
                    config_entry_id=self.entry.entry_id, **device_info(speaker)
                )

    def _remember_hosts(self) -> None:
        """Keep the addresses of all rooms, so that any of them is a way in after a restart."""
        known = sorted(speaker.host for speaker in self.household.rooms)
        if known != self.entry.data.get(CONF_KNOWN_HOSTS):
            self.hass.config_entries.async_update_entry(
                self.entry, data={**self.entry.data, CONF_KNOWN_HOSTS: known}
            )

    # Positions

    def _plan_position_readings(self, uids: Iterable[str]) -> None:
        """Read the position where an event left it in doubt, when the speaker's clock has settled.

        No event carries the position, or says that a track has begun again; the model knows when
        reading is worth a request.
        """
        if self._stopping:
            return  # a reading that the end has overtaken asks for another one
        now = self.hass.loop.time()
        for uid in uids:
            speaker = self.household.speakers.get(uid)
            if speaker is None or (due := speaker.next_reading_at) is None:
                continue
            if self.served.get(uid) is Served.BY_POLLING:
                continue  # every round of polling brings the position
            when = max(due, self._next_reading_at.get(uid, now))
            if (planned := self._position_readings.get(uid)) is not None:
                if planned.when() <= when:
                    continue
                planned.cancel()
            self._position_readings[uid] = self.hass.loop.call_at(
                when, functools.partial(self._async_start_reading, speaker)
            )

    @callback
    def _async_start_reading(self, speaker: Speaker) -> None:
        del self._position_readings[speaker.uid]
        due = speaker.next_reading_at
        if due is not None and due > self.hass.loop.time():
            self._plan_position_readings([speaker.uid])  # since it was planned, things changed
        elif due is not None and speaker.visible and speaker.available:
            self.entry.async_create_background_task(
                self.hass, self._async_read_position(speaker), f"{speaker.name} position"
            )

    async def _async_read_position(self, speaker: Speaker) -> None:
        requested_at = self.hass.loop.time()
        self._next_reading_at[speaker.uid] = requested_at + POSITION_INTERVAL
        try:
            answer = await self.connection.run(transport.read_position, self.address_of(speaker))
        except EngineError as error:
            _LOGGER.debug("The position of %s cannot be read: %s", speaker.name, error)
            self._next_reading_at[speaker.uid] = requested_at + POSITION_RETRY
            self._plan_position_readings([speaker.uid])
            return
        changes: dict[str, set[Aspect]] = defaultdict(set)
        reading = parse_position_info(answer)
        for change in self.household.apply_position(speaker.uid, reading, requested_at):
            changes[change.uid].add(change.aspect)
        self._async_tell(changes)
        self._plan_position_readings([speaker.uid])


def _departure(speaker: Speaker, reason: str | None) -> str:
    """Say what became of a room that is in the household no more."""
    if speaker.present:
        return "is a part of another room now"
    return f"has left the household: {reason}" if reason else "has left the household"
