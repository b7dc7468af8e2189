"""When alarms ring, and how they are silenced."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription

from ..model import Aspect
from . import (
    ButtonDescription,
    HouseholdSensorDescription,
    SpeakerDescription,
)

if TYPE_CHECKING:
    import datetime as dt

    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

_RINGING = frozenset({Aspect.ALARM_RUNNING})


def next_alarm(
    coordinator: HouseholdCoordinator, speaker: Speaker | None = None
) -> dt.datetime | None:
    """Return when an alarm rings next, in a room or in any."""
    coming = coordinator.alarms.next_in(speaker.uid if speaker is not None else None)
    return coming[0] if coming is not None else None


def next_alarm_attributes(
    coordinator: HouseholdCoordinator, speaker: Speaker | None = None
) -> dict[str, object]:
    """Return which alarm that is, and what it plays."""
    coming = coordinator.alarms.next_in(speaker.uid if speaker is not None else None)
    if coming is None:
        return {}
    alarm = coming[1]
    room = coordinator.household.speakers.get(alarm.room)
    return {
        "alarm_id": str(alarm.alarm_id),
        "room": room.name if room is not None else None,
        "program": coordinator.alarms.program_of(alarm),
        "volume": alarm.volume / 100,
    }


def _rings(_coordinator: HouseholdCoordinator, speaker: Speaker) -> bool:
    return speaker.shown.alarm_running is True


@dataclass(frozen=True, kw_only=True)
class RoomSensorDescription(SpeakerDescription, SensorEntityDescription):
    """A sensor that shows more than its speaker knows."""


@dataclass(frozen=True, kw_only=True)
class RoomBinarySensorDescription(SpeakerDescription, BinarySensorEntityDescription):
    """The same for what is the case or not."""


NEXT_ALARM = (
    RoomSensorDescription(
        key="next_alarm", device_class=SensorDeviceClass.TIMESTAMP, aspects=frozenset()
    ),
)

RINGING = (RoomBinarySensorDescription(key="alarm_ringing", aspects=_RINGING),)

HOUSEHOLD_SENSORS = (
    HouseholdSensorDescription(
        key="next_alarm",
        device_class=SensorDeviceClass.TIMESTAMP,
        listen=lambda coordinator, changed: coordinator.alarms.async_subscribe(changed),
        value=next_alarm,
        attributes=next_alarm_attributes,
    ),
)

BUTTONS = (
    ButtonDescription(
        key="snooze_alarm",
        aspects=_RINGING,
        works=_rings,
        press=lambda coordinator, speaker: coordinator.ringing.async_snooze(speaker),
    ),
    ButtonDescription(
        key="stop_alarm",
        aspects=_RINGING,
        works=_rings,
        press=lambda coordinator, speaker: coordinator.ringing.async_stop_alarm(speaker),
    ),
)
