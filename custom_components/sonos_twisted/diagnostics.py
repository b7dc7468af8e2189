"""What a household, or one of its speakers, is like: a document that can be shown to strangers.

It is meant to answer what somebody would ask who is told of a problem: is it reached, do its events
arrive and if not why, what does the household say of it, what has it been asked and declined.
"""

import time
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)

from .const import DOMAIN
from .diagnosis.redaction import REDACTED, Redactor
from .engine import EngineError
from .issues.event_test import last_test

if TYPE_CHECKING:
    from .coordinator import HouseholdCoordinator, SonosTwistedConfigEntry
    from .model import LeaseHealth, Speaker, SpeakerHealth
    from .model.transport import Transport

_PRIVATE_SETTINGS = {"household_id": REDACTED}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SonosTwistedConfigEntry
) -> dict[str, Any]:
    """Tell all of a household."""
    if entry.state is not ConfigEntryState.LOADED:
        redactor = Redactor((), (entry.unique_id or "",))
        return redactor.document(_settings(hass, entry))
    return await _Document(hass, entry.runtime_data).async_household()


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SonosTwistedConfigEntry, device: dr.AnyDeviceEntry
) -> dict[str, Any]:
    """Tell all of one speaker and its parts, and of the household what concerns all speakers."""
    if entry.state is not ConfigEntryState.LOADED:
        return await async_get_config_entry_diagnostics(hass, entry)
    document = _Document(hass, entry.runtime_data)
    diagnostics = await document.async_household()
    uids = {name for domain, name in device.identifiers if domain == DOMAIN}
    household = entry.runtime_data.household
    uid = next(iter(uids & household.speakers.keys()), None)
    if uid is None:
        return diagnostics
    parts = [part.uid for part in household.parts if part.bonded_to == uid]
    names = [document.redactor.name(each) for each in (uid, *parts)]
    about = {"", *names}
    return {
        **diagnostics,
        "speakers": {name: diagnostics["speakers"][name] for name in names},
        "news": [each for each in diagnostics["news"] if each["uid"] in about],
        "failed_commands": [
            each for each in diagnostics["failed_commands"] if each["uid"] in about
        ],
    }


def _settings(hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> dict[str, Any]:
    issues = ir.async_get(hass).issues.values()
    return {
        "settings": {
            "title": entry.title,
            "source": entry.source,
            "state": entry.state.value,
            "reason": entry.reason,
            "data": {**entry.data, **_PRIVATE_SETTINGS},
            "options": dict(entry.options),
        },
        "issues": [
            {
                "key": issue.translation_key,
                "active": issue.active,
                "placeholders": issue.translation_placeholders,
            }
            for issue in issues
            if issue.domain == DOMAIN
        ],
        "event_test": last_test(hass, entry),
    }


class _Document:
    """Writes down what is known of one household."""

    def __init__(self, hass: HomeAssistant, coordinator: HouseholdCoordinator) -> None:
        self._hass = hass
        self._coordinator = coordinator
        self._household = household = coordinator.household
        secrets = [household.household_id]
        for speaker in household.speakers.values():
            if (description := speaker.description) is not None:
                mac = description.mac
                secrets += [description.serial_number, mac, mac.replace(":", "-")]
        by_room = sorted(
            household.speakers.values(),
            key=lambda speaker: (not speaker.visible, speaker.name, speaker.uid),
        )
        self.redactor = Redactor((speaker.uid for speaker in by_room), secrets)
        self._speakers = by_room

    async def async_household(self) -> dict[str, Any]:
        """Write all of it."""
        coordinator, redactor = self._coordinator, self.redactor
        engine = await coordinator.connection.engine_health()
        try:
            health = await coordinator.connection.health() if engine.latency is not None else None
        except EngineError:
            health = None
        of_speakers = {each.uid: each for each in health.speakers} if health else {}
        recent = coordinator.recent
        document = {
            **_settings(self._hass, coordinator.entry),
            "engine": engine,
            "listener": health.listener if health else None,
            "household": self._topology(),
            "speakers": {
                redactor.name(each.uid): self._speaker(each, of_speakers.get(each.uid))
                for each in self._speakers
            },
            "news": recent.news,
            "failed_commands": [
                {**redactor.plain(failure), "times": times, "last_at": last_at}
                for failure, (times, last_at) in recent.failures.items()
            ],
            "counters": {
                "events": health.events if health else None,
                "events_per_minute": coordinator.health.rate,
                "news": recent.counts,
            },
        }
        return redactor.document(document)

    def _topology(self) -> dict[str, Any]:
        household, redactor = self._household, self.redactor
        topology = household.topology
        return {
            "age_seconds": _age(household.topology_at),
            "groups": [
                {
                    "coordinator": group.coordinator,
                    "members": [member.uid for member in group.members],
                }
                for group in topology.groups
            ],
            "vanished": [
                {
                    "speaker": device.uid,
                    "name": device.name,
                    "reason": device.reason,
                    "attributes": redactor.variables(device.attributes),
                }
                for device in topology.vanished
            ],
            "unsettled": household.unsettled,
            "variables": self._variables(household.variables),
        }

    def _variables(self, by_service: dict[str, Any]) -> dict[str, Any]:
        return {
            service: self.redactor.variables(variables)
            for service, variables in sorted(by_service.items())
        }

    def _speaker(self, speaker: Speaker, health: SpeakerHealth | None) -> dict[str, Any]:
        coordinator, description = self._coordinator, speaker.description
        player = self._household.coordinator_of(speaker.uid)
        return {
            "name": speaker.name,
            "address": coordinator.address_of(speaker),
            "is_room": speaker.visible,
            "is_part_of": speaker.bonded_to,
            "is_in_household": speaker.present,
            "is_available": speaker.available,
            "unavailable_reason": speaker.unavailable_reason,
            "model": description and f"{description.model_name} {description.model_number}",
            "software": description and description.software_version,
            "generation": description and description.generation,
            "services": description and description.services,
            "boot_seq": speaker.boot_seq,
            "started_at": speaker.started_at,
            "served_by": coordinator.served.get(speaker.uid),
            "last_event_age_seconds": _age(speaker.last_event_at),
            "events": _events(health),
            "group": {
                "coordinator": player and player.uid,
                "members": self._household.group_members(speaker.uid),
                "follows_by_its_own_word": speaker.follows,
            },
            "volume": speaker.volume,
            "muted": speaker.muted,
            "plays": _plays(speaker.shown),
            "plays_by_its_own_word": _plays(speaker.own),
            "topology": self.redactor.variables(
                speaker.member.attributes if speaker.member else {}
            ),
            "variables": self._variables(speaker.variables),
            "entities": self._entities(speaker),
        }

    def _entities(self, speaker: Speaker) -> dict[str, str]:
        registry, entry_id = er.async_get(self._hass), self._coordinator.entry.entry_id
        device = dr.async_get(self._hass).async_get_device_by_identifier(
            (DOMAIN, speaker.uid), entry_id
        )
        if device is None:
            return {}
        entities = er.async_entries_for_device(registry, device.id, include_disabled_entities=True)
        return {
            entity.entity_id: f"disabled by {entity.disabled_by}"
            if entity.disabled_by
            else self.redactor.value("", state.state)
            if (state := self._hass.states.get(entity.entity_id))
            else "not there"
            for entity in entities
        }


def _age(at: float | None) -> float | None:
    """Return how many seconds ago something was, on the clock of news."""
    return None if at is None else time.monotonic() - at


def _plays(transport: Transport) -> dict[str, Any]:
    """Tell how a group plays; what it plays is nobody's business."""
    media, position = transport.media, transport.position
    return {
        "playback": transport.playback,
        "source": media and media.source,
        "has_title": bool(media and media.title),
        "duration": media and media.duration,
        "position": position and position.at(time.monotonic()),
        "play_mode": transport.play_mode,
        "crossfade": transport.crossfade,
        "actions": transport.actions,
        "group_volume": transport.group_volume,
        "group_muted": transport.group_muted,
    }


def _events(health: SpeakerHealth | None) -> dict[str, Any] | None:
    """Tell how events arrive, but not the SIDs with which somebody could pretend to send some."""
    if health is None:
        return None
    return {
        "reachable": health.reachable,
        "is_polled": health.is_polled,
        "callback": health.callback,
        "arrived": health.events,
        "resubscriptions": health.resubscriptions,
        "gaps": health.gaps,
        "leases": {lease.service: _lease(lease) for lease in health.leases},
    }


def _lease(lease: LeaseHealth) -> dict[str, Any]:
    names = set(lease.__slots__) - {"service", "sid"}
    return {"has_sid": bool(lease.sid), **{name: getattr(lease, name) for name in sorted(names)}}
