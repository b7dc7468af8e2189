"""What the rooms of a group have in common: volume, mute, and when it falls silent."""

from typing import TYPE_CHECKING

from homeassistant.components.number import NumberDeviceClass, NumberMode
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTime

from ..model import Aspect
from . import (
    BinarySensorDescription,
    ButtonDescription,
    InHousehold,
    NumberDescription,
    SensorDescription,
    SwitchDescription,
)

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

_MINUTE = 60

#: The longest time that a speaker takes, in whole minutes.
_LONGEST = 24 * 60 - 1

#: A room by itself is a group, whose volume is its own.
_VOLUME = frozenset({Aspect.GROUP, Aspect.GROUP_VOLUME, Aspect.VOLUME})

_TIMER = frozenset({Aspect.GROUP, Aspect.SLEEP_TIMER})


def _coordinates(coordinator: HouseholdCoordinator, speaker: Speaker) -> bool:
    return coordinator.household.coordinator_of(speaker.uid) is speaker


BINARY_SENSORS = (
    BinarySensorDescription(
        key="group_coordinator",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        aspects=frozenset({Aspect.GROUP}),
        value=InHousehold(_coordinates),
    ),
)

BUTTONS = (
    ButtonDescription(
        key="clear_sleep_timer",
        aspects=frozenset(),
        press=lambda coordinator, speaker: coordinator.sleep_timers.async_set(speaker, 0),
    ),
)

NUMBERS = (
    NumberDescription(
        key="group_volume",
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        native_unit_of_measurement=PERCENTAGE,
        aspects=_VOLUME,
        works=_coordinates,
        value=InHousehold(lambda coordinator, speaker: coordinator.volumes.of_group(speaker)),
        write=lambda coordinator, speaker, value: coordinator.volumes.set_group(speaker, value),
    ),
    NumberDescription(
        key="sleep_timer",
        device_class=NumberDeviceClass.DURATION,
        mode=NumberMode.BOX,
        native_min_value=0,
        native_max_value=_LONGEST,
        native_step=1,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        aspects=_TIMER,
        value=InHousehold(
            lambda coordinator, speaker: coordinator.sleep_timers.minutes_left(speaker)
        ),
        write=lambda coordinator, speaker, value: coordinator.sleep_timers.async_set(
            speaker, value * _MINUTE
        ),
    ),
)

SENSORS = (
    SensorDescription(
        key="sleep_timer_end",
        device_class=SensorDeviceClass.TIMESTAMP,
        aspects=_TIMER,
        value=InHousehold(lambda coordinator, speaker: coordinator.sleep_timers.end(speaker)),
    ),
)

SWITCHES = (
    SwitchDescription(
        key="group_mute",
        aspects=_VOLUME,
        works=_coordinates,
        value=InHousehold(lambda coordinator, speaker: coordinator.volumes.is_group_muted(speaker)),
        write=lambda coordinator, speaker, on: coordinator.volumes.mute_group(speaker, on),
    ),
)
