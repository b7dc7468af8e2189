"""The battery of a portable speaker."""

from collections.abc import Callable

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTemperature

from ..model import Aspect, Speaker
from . import BinarySensorDescription, SensorDescription

_DEVICE = "DeviceProperties"
_ASPECTS = frozenset({Aspect.DEVICE})
_READING = "battery"

_SOURCES = {
    "BATTERY": "battery",
    "SONOS_CHARGING_RING": "charging_base",
    "USB_POWER": "usb",
}


def _has(variable: str) -> Callable[[Speaker], bool | None]:
    def exists(speaker: Speaker) -> bool | None:
        # Events tell of the battery or of something else at times, but nobody takes it out.
        return speaker.variable(_DEVICE, variable) is not None or None

    return exists


def _source(speaker: Speaker) -> str | None:
    return _SOURCES.get(speaker.variable(_DEVICE, "battery_power_source") or "")


def is_charging(speaker: Speaker) -> bool | None:
    """Tell whether the speaker has another source of power, even if its battery is full."""
    if (source := speaker.variable(_DEVICE, "battery_power_source")) is not None:
        return source != "BATTERY"
    return speaker.flag(_DEVICE, "battery_charging")


def _word(speaker: Speaker, variable: str) -> str | None:
    word = speaker.variable(_DEVICE, variable)
    return None if word is None else word.lower()


BINARY_SENSORS = (
    BinarySensorDescription(
        key="power",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        reading=_READING,
        exists=_has("battery_level"),
        value=is_charging,
        attributes=lambda speaker: {"power_source": _source(speaker)},
    ),
)

SENSORS = (
    SensorDescription(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        reading=_READING,
        exists=_has("battery_level"),
        value=lambda speaker: speaker.number(_DEVICE, "battery_level"),
    ),
    SensorDescription(
        key="battery_health",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        reading=_READING,
        exists=_has("battery_health"),
        value=lambda speaker: _word(speaker, "battery_health"),
        attributes=lambda speaker: {"temperature": _word(speaker, "battery_temperature")},
    ),
    SensorDescription(
        key="battery_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        exists=_has("battery_degrees"),
        value=lambda speaker: speaker.number(_DEVICE, "battery_degrees"),
    ),
    SensorDescription(
        key="power_source",
        device_class=SensorDeviceClass.ENUM,
        options=list(_SOURCES.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=_ASPECTS,
        existence=_ASPECTS,
        reading=_READING,
        exists=_has("battery_power_source"),
        value=_source,
    ),
)
