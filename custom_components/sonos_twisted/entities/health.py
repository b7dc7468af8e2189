"""How well the events of speakers arrive."""

from collections.abc import Callable
import datetime as dt
from typing import TYPE_CHECKING

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfTime

from ..diagnosis.health import PATIENCE_SECONDS
from ..model import Speaker, SpeakerHealth
from . import (
    BinarySensorDescription,
    HouseholdButtonDescription,
    HouseholdSensorDescription,
    SensorDescription,
)

if TYPE_CHECKING:
    from homeassistant.core import CALLBACK_TYPE

    from ..coordinator import HouseholdCoordinator

_MILLISECONDS = 1000


def _watched(coordinator: HouseholdCoordinator, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
    return coordinator.health.async_watch(changed)


def _sampled(coordinator: HouseholdCoordinator, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
    return coordinator.health.async_sample(changed)


def _health[T](read: Callable[[SpeakerHealth], T | None]) -> Callable[[Speaker], T | None]:
    """Read something of a speaker's health, once somebody has looked at it."""
    return lambda speaker: None if speaker.health is None else read(speaker.health)


def _way(health: SpeakerHealth) -> str | None:
    if health.is_polled is None:
        return None
    return "polled" if health.is_polled else "pushed"


def _last_event(health: SpeakerHealth) -> dt.datetime | None:
    at = health.last_event_at
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC)


def _latency(health: SpeakerHealth) -> float | None:
    return None if health.latency is None else round(health.latency * _MILLISECONDS, 1)


def _lost(speaker: Speaker) -> dict[str, object]:
    """Name what has been missing for long: what is about to be mended is no news."""
    missing = speaker.health.missing if speaker.health else ()
    return {
        "missing": {
            lease.service: lease.reason or lease.state
            for lease in missing
            if lease.missing_seconds >= PATIENCE_SECONDS
        }
    }


def _leases(speaker: Speaker) -> dict[str, object]:
    health = speaker.health
    if health is None:
        return {}
    return {
        "wanted": len(health.leases),
        "missing": {lease.service: lease.reason or lease.state for lease in health.missing},
    }


def _callbacks(coordinator: HouseholdCoordinator) -> str | None:
    household = coordinator.health.household
    if household is None or not household.listener.port:
        return None
    return ", ".join(household.listener.callbacks) or None


def _listener(coordinator: HouseholdCoordinator) -> dict[str, object]:
    if coordinator.health.household is None:
        return {}
    listener = coordinator.health.household.listener
    local = f"{listener.address}:{listener.port}" if listener.port else None
    return {"local_address": local, "error": listener.error or None}


def _rate(coordinator: HouseholdCoordinator) -> float | None:
    rate = coordinator.health.rate
    return None if rate is None else round(rate, 1)


BINARY_SENSORS = (
    BinarySensorDescription(
        key="event_delivery",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=frozenset(),
        listen=_watched,
        value=_health(lambda health: health.is_ill(PATIENCE_SECONDS)),
        attributes=_lost,
    ),
)

SENSORS = (
    SensorDescription(
        key="events",
        device_class=SensorDeviceClass.ENUM,
        options=["pushed", "polled"],
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=frozenset(),
        listen=_watched,
        value=_health(_way),
    ),
    SensorDescription(
        key="last_event",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        listen=_sampled,
        value=_health(_last_event),
    ),
    SensorDescription(
        key="leases",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        listen=_watched,
        value=_health(lambda health: health.held),
        attributes=_leases,
    ),
    SensorDescription(
        key="resubscriptions",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        listen=_watched,
        value=_health(lambda health: health.resubscriptions),
    ),
    SensorDescription(
        key="missed_events",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        listen=_watched,
        value=_health(lambda health: health.gaps),
    ),
    SensorDescription(
        key="event_latency",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset(),
        listen=_sampled,
        value=_health(_latency),
    ),
)

HOUSEHOLD_SENSORS = (
    HouseholdSensorDescription(
        key="event_rate",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        listen=_sampled,
        value=_rate,
    ),
    HouseholdSensorDescription(
        key="listener",
        entity_category=EntityCategory.DIAGNOSTIC,
        listen=_watched,
        value=_callbacks,
        attributes=_listener,
    ),
)

HOUSEHOLD_BUTTONS = (
    HouseholdButtonDescription(
        key="check_subscriptions",
        entity_category=EntityCategory.DIAGNOSTIC,
        press=lambda coordinator: coordinator.health.async_verify(),
    ),
)
