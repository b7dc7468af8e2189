"""A switch for each alarm."""

from typing import TYPE_CHECKING, Any, override

from homeassistant.components.switch import DOMAIN as SWITCH, SwitchEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntry, DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import UndefinedType

from ..const import DOMAIN
from ..entities.roster import while_loaded
from ..entity import PushEntity
from ..model import RECURRENCES, Alarm, Aspect, rings_on

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator, SonosTwistedConfigEntry

_TEXTS = f"component.{DOMAIN}.entity.{SWITCH}.alarm.state_attributes"


class AlarmRoster:
    """Adds a switch for each alarm of a household, and removes it with the alarm."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SonosTwistedConfigEntry,
        add: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Add switches now and as alarms appear, until the entry is unloaded."""
        self._registry = er.async_get(hass)
        self._entry_id = entry.entry_id
        self._coordinator = entry.runtime_data
        self._add = while_loaded(entry, add)
        self._there: set[int] = set()
        entry.async_on_unload(self._coordinator.alarms.async_subscribe(self._look))
        self._look()

    @callback
    def _look(self) -> None:
        alarms = self._coordinator.alarms
        if not alarms.is_known:
            return
        ids = {alarm.alarm_id for alarm in alarms.known.alarms}
        self._remove_others({_unique_id(self._coordinator, alarm_id) for alarm_id in ids})
        new = sorted(ids - self._there)
        self._there = ids
        if new:
            self._add(AlarmSwitch(self._coordinator, alarm_id) for alarm_id in new)

    def _remove_others(self, uniques: set[str]) -> None:
        """Remove the switches of alarms that are gone, also since an earlier run."""
        beginning = _unique_id(self._coordinator, None)
        for entity in er.async_entries_for_config_entry(self._registry, self._entry_id):
            if entity.unique_id.startswith(beginning) and entity.unique_id not in uniques:
                self._registry.async_remove(entity.entity_id)


def _unique_id(coordinator: HouseholdCoordinator, alarm_id: int | None) -> str:
    """Return what an alarm's switch is known by, as at core; without an id, how all begin."""
    number = "" if alarm_id is None else alarm_id
    return f"alarm-{coordinator.household.household_id}:{number}"


class AlarmSwitch(PushEntity, SwitchEntity):
    """Whether an alarm rings. It belongs to the device of its room, also while that is off."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_translation_key = "alarm"

    def __init__(self, coordinator: HouseholdCoordinator, alarm_id: int) -> None:
        """Show an alarm."""
        super().__init__(coordinator)
        self._alarm_id = alarm_id
        self._attr_unique_id = _unique_id(coordinator, alarm_id)
        # The alarm may move to any room and any time; so it is called at core, too.
        self.entity_id = f"{SWITCH}.sonos_alarm_{alarm_id}"

    @property
    def _alarm(self) -> Alarm | None:
        return self.coordinator.alarms.known.get(self._alarm_id)

    @property
    @override
    def available(self) -> bool:
        return self._alarm is not None and self.coordinator.is_reachable

    @property
    @override
    def device_info(self) -> DeviceInfo:
        device = self._room_device()
        household_id = self.coordinator.household.household_id
        return DeviceInfo(identifiers=device.identifiers if device else {(DOMAIN, household_id)})

    def _room_device(self) -> DeviceEntry | None:
        """Return the device of the alarm's room, or of the household if the room has none."""
        coordinator, alarm = self.coordinator, self._alarm
        devices = dr.async_get(coordinator.hass)
        owners = (alarm.room if alarm else "", coordinator.household.household_id)
        found = (
            devices.async_get_device_by_identifier((DOMAIN, owner), coordinator.entry.entry_id)
            for owner in owners
        )
        return next((device for device in found if device is not None), None)

    @property
    @override
    def name(self) -> str | UndefinedType | None:
        # What it is called changes with the alarm.
        self._attr_translation_placeholders = self._words()
        return self._name_internal(None, self.platform_data.platform_translations)

    def _words(self) -> dict[str, str]:
        alarm = self._alarm
        if alarm is None:
            return {"recurrence": "", "time": ""}
        words = [self._word("recurrence", alarm.recurrence)]
        if alarm.recurrence not in RECURRENCES:
            words = [self._word("days", day) for day in alarm.days]
        return {"recurrence": ", ".join(words), "time": alarm.start.strftime("%H:%M")}

    def _word(self, attribute: str, value: str) -> str:
        texts = self.platform_data.platform_translations
        return texts.get(f"{_TEXTS}.{attribute}.state.{value.lower()}", value.capitalize())

    @override
    def refresh(self) -> None:
        alarm, alarms = self._alarm, self.coordinator.alarms
        if alarm is None:
            return
        self._move()
        self._attr_is_on = alarm.enabled
        self._attr_extra_state_attributes = {
            "alarm_id": str(alarm.alarm_id),
            "time": str(alarm.start),
            "duration": alarm.duration_text or None,
            "recurrence": alarm.recurrence,
            "days": list(alarm.days),
            "volume": alarm.volume / 100,
            "play_mode": alarm.play_mode,
            "scheduled_today": rings_on(alarm, alarms.today),
            "include_linked_zones": alarm.include_linked_zones,
            "program": alarms.program_of(alarm),
            "program_uri": alarm.program_uri,
            "next_time": alarms.next_local(alarm),
        }

    def _move(self) -> None:
        """Follow the alarm to another room."""
        device, entities = self._room_device(), er.async_get(self.hass)
        known = entities.async_get(self.entity_id)
        if device is not None and known is not None and known.device_id != device.id:
            entities.async_update_entity(self.entity_id, device_id=device.id)

    @override
    def _appearance(self) -> tuple[object, ...]:
        return (*super()._appearance(), self.name)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        coordinator = self.coordinator
        household_id = coordinator.household.household_id
        self.async_on_remove(coordinator.alarms.async_subscribe(self._async_changed))
        self.async_on_remove(
            coordinator.async_subscribe(
                household_id, frozenset({Aspect.AVAILABILITY}), self._async_changed
            )
        )
        self.refresh()

    @override
    async def async_turn_on(self, **_kwargs: Any) -> None:
        await self.coordinator.alarms.async_change(self._alarm_id, enabled=True)

    @override
    async def async_turn_off(self, **_kwargs: Any) -> None:
        await self.coordinator.alarms.async_change(self._alarm_id, enabled=False)
