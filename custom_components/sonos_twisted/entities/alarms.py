"""When alarms ring, and how they are silenced."""

from typing import TYPE_CHECKING

from homeassistant.components.sensor import SensorDeviceClass

from ..model import Aspect
from . import (
    BinarySensorDescription,
    ButtonDescription,
    HouseholdSensorDescription,
    InHousehold,
    SensorDescription,
)

if TYPE_CHECKING:
    import datetime as dt

    from homeassistant.core import CALLBACK_TYPE

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


def _ringing(coordinator: HouseholdCoordinator, speaker: Speaker) -> dict[str, object]:
    """Return which alarm rings in a room, also while it snoozes."""
    shown = speaker.shown
    attributes: dict[str, object] = {}
    if shown.alarm_running:
        attributes["snoozed"] = shown.snooze_running is True
    ringing = coordinator.ringing.in_room(speaker)
    # A speaker may not say which one it is.
    if ringing is not None and ringing.alarm_id is not None:
        attributes |= {
            "alarm_id": str(ringing.alarm_id),
            "logged_start_time": ringing.logged_start_time,
        }
        if (alarm := coordinator.alarms.known.get(ringing.alarm_id)) is not None:
            attributes |= {
                "program": coordinator.alarms.program_of(alarm),
                "volume": alarm.volume / 100,
                "include_linked_zones": alarm.include_linked_zones,
            }
    return attributes


def _listen_to_ringing(coordinator: HouseholdCoordinator, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
    ends = [source.async_subscribe(changed) for source in (coordinator.alarms, coordinator.ringing)]

    def end() -> None:
        for each in ends:
            each()

    return end


BINARY_SENSORS = (
    BinarySensorDescription(
        key="alarm_ringing",
        aspects=_RINGING,
        listen=_listen_to_ringing,
        value=lambda speaker: speaker.shown.alarm_running,
        attributes=InHousehold(_ringing),
    ),
)

SENSORS = (
    SensorDescription(
        key="next_alarm",
        device_class=SensorDeviceClass.TIMESTAMP,
        aspects=frozenset(),
        listen=lambda coordinator, changed: coordinator.alarms.async_subscribe(changed),
        value=InHousehold(next_alarm),
        attributes=InHousehold(next_alarm_attributes),
    ),
)

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
