"""Alarms as entities: a switch for each, when one rings next, and which one does."""

import asyncio
from collections.abc import Iterator
import datetime as dt
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.sonos_twisted.alarms import household as alarms
from custom_components.sonos_twisted.engine import PlayerUnreachableError, Served
from custom_components.sonos_twisted.engine.commands import alarms as alarm_commands
from tests.homeassistant.actions import act, in_house, shown, shows
from tests.homeassistant.conftest import eventually, make_entry, until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

FIRST = "switch.sonos_alarm_14"
SECOND = "switch.sonos_alarm_15"


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Iterator[Remote]:
    """Give what people do in the house; its alarms are the two of the beginning after each test."""
    remote = standing_house.remote
    before = {alarm["number"]: alarm for alarm in remote.truth()["alarm_list"]}
    yield remote
    remote.heal()
    remote.set_alarm_delay(0.0)
    remote.set_time_zone(0)
    for alarm in remote.truth()["alarm_list"]:
        number = alarm.pop("number")
        if number not in before:
            remote.delete_alarm(number)
        elif alarm | {"number": number} != before[number]:
            remote.edit_alarm(number, {k: v for k, v in before[number].items() if k != "number"})


@pytest.fixture(autouse=True)
async def switches(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Wait until the alarms are known."""
    await until(hass, lambda: hass.states.get(FIRST) and hass.states.get(SECOND))


async def listed(hass: HomeAssistant, remote: Remote) -> dict[int, dict[str, Any]]:
    """Return the alarms as the house has them."""
    truth = await in_house(hass, remote.truth)
    return {alarm["number"]: dict(alarm) for alarm in truth["alarm_list"]}


async def asked(hass: HomeAssistant, remote: Remote, action: str) -> dict[str, int]:
    """Return which players were asked to perform an action of AlarmClock, and how often."""
    seen = await in_house(hass, remote.requests)
    name = f"SOAP AlarmClock.{action}"
    return {uid: some[name] for uid, some in seen.items() if name in some}


def room_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the name of the device that an entity belongs to."""
    entity = er.async_get(hass).async_get(entity_id)
    assert entity is not None
    device = dr.async_get(hass).async_get(entity.device_id or "")
    return device.name if device is not None else None


@pytest.mark.parity("household: alarms")
@pytest.mark.parity("switch: alarm")
async def test_alarm_is_a_switch_that_follows_the_app(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """With its name, its attributes and its room, until it is deleted."""
    household_id = standing_coordinator.household.household_id
    entity = er.async_get(hass).async_get(FIRST)
    assert entity is not None
    assert entity.unique_id == f"alarm-{household_id}:14"
    today = dt.datetime.now(dt.UTC).date()
    await shows(
        hass,
        FIRST,
        state="on",
        alarm_id="14",
        time="07:00:00",
        duration="02:00:00",
        recurrence="WEEKDAYS",
        days=["mon", "tue", "wed", "thu", "fri"],
        volume=0.2,
        play_mode="SHUFFLE_NOREPEAT",
        scheduled_today=today.isoweekday() <= 5,
        include_linked_zones=False,
        program="chime",
        program_uri="x-rincon-buzzer:0",
    )
    room = room_of(hass, FIRST)
    assert shown(hass, FIRST, "friendly_name") == f"{room} Weekdays alarm 07:00"
    await shows(hass, SECOND, state="off", days=["sat", "sun"], next_time=None)
    assert shown(hass, SECOND, "friendly_name").endswith("Sat, Sun alarm 09:30")
    target = next(name for name in ("Office", "Patio") if name != room)
    uid = standing_coordinator.household.speakers
    moved = next(each.uid for each in uid.values() if each.visible and each.name == target)
    change = {"start": "08:15:00", "room_uuid": moved, "recurrence": "ONCE", "enabled": "0"}
    await in_house(hass, remote.edit_alarm, 14, change | {"linked_zones": "1"})
    name = f"{target} One-time alarm 08:15"
    await shows(hass, FIRST, state="off", days=[], include_linked_zones=True, friendly_name=name)
    assert room_of(hass, FIRST) == target
    new = await in_house(hass, remote.create_alarm, "Kitchen", "05:00:00")
    added = f"switch.sonos_alarm_{new}"
    await until(hass, lambda: hass.states.get(added))
    assert room_of(hass, added) == "Kitchen"
    await in_house(hass, remote.delete_alarm, new)
    await until(hass, lambda: hass.states.get(added) is None)
    assert er.async_get(hass).async_get(added) is None


async def test_alarm_that_is_deleted_meanwhile_is_gone_at_the_next_start(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """And nothing of it stays in the registry."""
    new = await in_house(hass, remote.create_alarm, "Kitchen", "05:00:00")
    added = f"switch.sonos_alarm_{new}"
    await until(hass, lambda: hass.states.get(added))
    entry_id = standing_coordinator.entry.entry_id
    await hass.config_entries.async_unload(entry_id)
    await in_house(hass, remote.delete_alarm, new)
    assert er.async_get(hass).async_get(added) is not None
    await hass.config_entries.async_setup(entry_id)
    await until(hass, lambda: er.async_get(hass).async_get(added) is None)
    await shows(hass, FIRST, state="on")


@pytest.fixture
async def twelve(hass: HomeAssistant, remote: Remote) -> list[str]:
    """Have twelve alarms, all on."""
    await in_house(hass, remote.edit_alarm, 15, {"enabled": "1"})
    new = [
        await in_house(hass, remote.create_alarm, "Office", f"{hour}:00:00")
        for hour in range(10, 20)
    ]
    switches = [f"switch.sonos_alarm_{number}" for number in (14, 15, *new)]
    await until(hass, lambda: all(hass.states.get(switch) for switch in switches))
    await until(hass, lambda: all(shown(hass, each, "state") == "on" for each in switches))
    await in_house(hass, remote.reset_requests)
    return switches


@pytest.mark.parity("beyond: alarms in bulk")
async def test_twelve_alarms_are_toggled_at_once(
    hass: HomeAssistant, remote: Remote, twelve: list[str]
) -> None:
    """By one speaker, with few questions, though what it is told spreads slowly."""
    await in_house(hass, remote.set_alarm_delay, 3.0)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await act(hass, "switch.turn_off", twelve)
    took = loop.time() - begin
    assert [shown(hass, each, "state") for each in twelve] == ["off"] * 12
    assert took < 3.0
    writers = await asked(hass, remote, "UpdateAlarm")
    assert list(writers.values()) == [12]
    readers = await asked(hass, remote, "ListAlarms")
    assert readers.keys() == writers.keys()
    assert sum(readers.values()) <= 3
    await eventually(
        lambda: listed(hass, remote),
        lambda known: all(alarm["enabled"] == "0" for alarm in known.values()),
    )


async def test_twelve_alarms_are_toggled_one_after_the_other(
    hass: HomeAssistant, remote: Remote, twelve: list[str]
) -> None:
    """Each call waits for the speaker that was told alone."""
    await in_house(hass, remote.set_alarm_delay, 2.0)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for each in twelve:
        await act(hass, "switch.toggle", each)
    assert loop.time() - begin < 8.0
    assert [shown(hass, each, "state") for each in twelve] == ["off"] * 12
    await eventually(
        lambda: listed(hass, remote),
        lambda known: all(alarm["enabled"] == "0" for alarm in known.values()),
    )
    assert list((await asked(hass, remote, "UpdateAlarm")).values()) == [12]


async def test_speaker_that_is_told_of_changes_goes_away(
    hass: HomeAssistant,
    remote: Remote,
    twelve: list[str],
    standing_coordinator: HouseholdCoordinator,
) -> None:
    """The next one goes on when it has learnt what was changed before."""
    await in_house(hass, remote.set_alarm_delay, 1.5)
    await act(hass, "switch.turn_off", twelve[:6])
    (keeper,) = await asked(hass, remote, "UpdateAlarm")
    await in_house(hass, remote.unplug, keeper, None)
    await act(hass, "switch.turn_off", twelve[6:])
    assert [shown(hass, each, "state") for each in twelve] == ["off"] * 12
    writers = await asked(hass, remote, "UpdateAlarm")
    assert len(writers) == 2
    await in_house(hass, remote.plug_in, keeper)
    await eventually(
        lambda: listed(hass, remote),
        lambda known: all(alarm["enabled"] == "0" for alarm in known.values()),
    )
    await until(hass, lambda: standing_coordinator.household.speakers[keeper].available)


async def test_speaker_goes_away_in_the_middle_of_changes(
    hass: HomeAssistant,
    remote: Remote,
    twelve: list[str],
    standing_coordinator: HouseholdCoordinator,
) -> None:
    """Then the next one does what is left of them, and all are done."""
    await act(hass, "switch.turn_off", twelve[0])
    (keeper,) = await asked(hass, remote, "UpdateAlarm")
    await in_house(hass, remote.set_alarm_delay, 1.0)
    await in_house(hass, remote.set_latency, keeper, 0.15)
    changing = hass.async_create_task(act(hass, "switch.turn_off", twelve[1:]))
    await eventually(
        lambda: asked(hass, remote, "UpdateAlarm"), lambda writers: writers[keeper] >= 4
    )
    await in_house(hass, remote.unplug, keeper, None)
    await changing
    assert [shown(hass, each, "state") for each in twelve] == ["off"] * 12
    assert len(await asked(hass, remote, "UpdateAlarm")) == 2
    await in_house(hass, remote.plug_in, keeper)
    await in_house(hass, remote.set_latency, keeper, 0.0)
    await eventually(
        lambda: listed(hass, remote),
        lambda known: all(alarm["enabled"] == "0" for alarm in known.values()),
    )
    await until(hass, lambda: standing_coordinator.household.speakers[keeper].available)


async def test_alarm_of_a_room_that_is_off_can_be_switched(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Another speaker does it; only when there is none, the switch is unavailable."""
    room = room_of(hass, FIRST)
    speakers = standing_coordinator.household.speakers.values()
    own = next(each for each in speakers if each.name == room and each.visible)
    await in_house(hass, remote.unplug, own.uid)
    await until(hass, lambda: not (own.visible and own.available))
    await act(hass, "switch.turn_off", FIRST)
    await shows(hass, FIRST, state="off")
    assert room_of(hass, FIRST) == room
    await in_house(hass, remote.plug_in, own.uid)
    await until(hass, lambda: own.visible and own.available)


def timestamp(hass: HomeAssistant, entity_id: str) -> dt.datetime | None:
    """Return what a sensor shows, if it is a time."""
    state = shown(hass, entity_id, "state")
    return None if state in {"unknown", "unavailable"} else dt.datetime.fromisoformat(state)


@pytest.mark.parity("beyond: next alarm")
async def test_next_alarm(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Of each room and of the household, in the time of the house, until it has rung."""
    household, kitchen = "sensor.sonos_next_alarm", "sensor.kitchen_next_alarm"
    await in_house(hass, remote.edit_alarm, 14, {"enabled": "0"})
    await in_house(hass, remote.edit_alarm, 15, {"enabled": "0"})
    await shows(hass, household, state="unknown", program=None)
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    new = await in_house(hass, remote.create_alarm, "Kitchen", "00:00:00", {"volume": "30"})
    midnight = dt.datetime.combine(tomorrow, dt.time(), dt.UTC)
    await until(hass, lambda: timestamp(hass, kitchen) == midnight)
    await shows(hass, household, alarm_id=str(new), room="Kitchen", program="chime", volume=0.3)
    assert timestamp(hass, household) == midnight
    assert timestamp(hass, "sensor.patio_next_alarm") is None
    ahead = dt.timedelta(hours=3)
    await in_house(hass, remote.set_time_zone, 180)
    expected = midnight - ahead
    if expected <= dt.datetime.now(dt.UTC):
        expected += dt.timedelta(days=1)
    await until(hass, lambda: timestamp(hass, kitchen) == expected)
    # Of what no alarm knows, Home Assistant's own zone is the best guess.
    variables = standing_coordinator.household.variables["AlarmClock"]
    variables["time_zone"] = "nonsense"
    assert standing_coordinator.alarms.zone == dt_util.get_default_time_zone()
    await in_house(hass, remote.set_time_zone, 0)
    await until(hass, lambda: timestamp(hass, kitchen) == midnight)
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=3)).replace(microsecond=0)
    await in_house(hass, remote.edit_alarm, new, {"start": soon.strftime("%H:%M:%S")})
    await until(hass, lambda: timestamp(hass, kitchen) == soon)
    await until(hass, lambda: timestamp(hass, kitchen) == soon + dt.timedelta(days=1))


@pytest.mark.parity("beyond: alarm ringing")
@pytest.mark.parity("beyond: snooze and stop")
async def test_alarm_rings_snoozes_and_is_stopped(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """In its room and in those that are grouped with it; the buttons are there only then."""
    kitchen, patio = "binary_sensor.kitchen_alarm", "binary_sensor.patio_alarm"
    snooze, stop = "button.patio_snooze_alarm", "button.kitchen_stop_alarm"
    new = await in_house(
        hass, remote.create_alarm, "Kitchen", "05:00:00", {"linked_zones": "1", "volume": "12"}
    )
    await until(hass, lambda: hass.states.get(f"switch.sonos_alarm_{new}"))
    await in_house(hass, remote.group, "Patio", "Kitchen")
    await shows(hass, kitchen, state="off", alarm_id=None, snoozed=None)
    await shows(hass, snooze, state="unavailable")
    with pytest.raises(ServiceValidationError, match="No alarm rings in Kitchen"):
        await act(hass, "ours.snooze_alarm", "media_player.kitchen")
    await in_house(hass, remote.ring_alarm, new)
    for sensor in (kitchen, patio):
        await shows(
            hass,
            sensor,
            state="on",
            snoozed=False,
            alarm_id=str(new),
            program="chime",
            volume=0.12,
            include_linked_zones=True,
        )
        assert shown(hass, sensor, "logged_start_time")
    await act(hass, "button.press", snooze)
    await shows(hass, kitchen, state="on", snoozed=True)
    await act(hass, "ours.snooze_alarm", "media_player.kitchen", duration={"seconds": 1})
    await shows(hass, kitchen, state="on", snoozed=False)
    await act(hass, "button.press", stop)
    await shows(hass, kitchen, state="off", alarm_id=None)
    await shows(hass, patio, state="off")
    await shows(hass, stop, state="unavailable")
    await in_house(hass, remote.ring_alarm, new)
    await shows(hass, patio, state="on")
    await act(hass, "ours.stop_alarm", ["media_player.kitchen", "media_player.patio"])
    await shows(hass, patio, state="off")
    await in_house(hass, remote.fail_action, "Kitchen", "GetRunningAlarmProperties", 501)
    (room,) = (it for it in standing_coordinator.household.rooms if it.name == "Kitchen")
    await in_house(hass, remote.ring_alarm, new)
    await until(hass, lambda: standing_coordinator.ringing.in_room(room))
    await shows(hass, kitchen, state="on", alarm_id=None, snoozed=False)
    await act(hass, "ours.stop_alarm", "media_player.kitchen")
    await in_house(hass, remote.ungroup, "Patio")


async def test_households_do_not_mix(
    hass: HomeAssistant, remote: Remote, neighbours: SimulatorProcess
) -> None:
    """Each counts its alarms for itself, and a change of one is not one of the other."""
    entry = await make_entry(hass, neighbours.addresses["Den"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    theirs = neighbours.remote
    before = await listed(hass, remote)
    entities = er.async_get(hass)
    unique = f"alarm-{entry.unique_id}:14"
    await until(hass, lambda: entities.async_get_entity_id("switch", "sonos_twisted", unique))
    twin = entities.async_get_entity_id("switch", "sonos_twisted", unique) or ""
    assert twin != FIRST
    await shows(hass, twin, state="on")
    await act(hass, "switch.turn_off", twin)
    assert (await listed(hass, theirs))[14]["enabled"] == "0"
    assert await listed(hass, remote) == before
    assert shown(hass, FIRST, "state") == "on"
    await act(hass, "switch.turn_on", twin)
    await hass.config_entries.async_unload(entry.entry_id)
    await shows(hass, FIRST, state="on")


async def test_list_that_cannot_be_read_is_read_later(
    hass: HomeAssistant,
    remote: Remote,
    standing_coordinator: HouseholdCoordinator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And one that has not reached the speaker that is asked is read again soon."""
    monkeypatch.setattr(alarms, "RETRY_SECONDS", 0.3)
    await in_house(hass, remote.fail_action, "*", "ListAlarms", 501)
    await in_house(hass, remote.edit_alarm, 14, {"volume": "33"})
    await shows(hass, FIRST, volume=0.33)
    await in_house(hass, remote.fail_action, "*", "ListAlarms", 501)
    with pytest.raises(HomeAssistantError, match="could not list the alarms"):
        await act(hass, "switch.turn_off", FIRST)
    # A reporter that has a change before the speaker that is asked.
    revision = standing_coordinator.alarms.known.revision or 0
    ahead = {"AlarmListVersion": f"RINCON_1:{revision + 1}"}
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.emit, "*", "AlarmClock", ahead)
    await eventually(lambda: asked(hass, remote, "ListAlarms"), lambda seen: sum(seen.values()) > 1)
    await in_house(hass, remote.edit_alarm, 14, {"volume": "34"})
    await shows(hass, FIRST, volume=0.34)


async def test_list_is_read_at_times_while_speakers_are_polled(
    hass: HomeAssistant,
    remote: Remote,
    standing_coordinator: HouseholdCoordinator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Because no event tells of a change then."""
    kitchen = next(iter(standing_coordinator.household.speakers))
    await in_house(hass, remote.fault_notify, "*", "drop", "AlarmClock", 20)
    await in_house(hass, remote.edit_alarm, 14, {"volume": "35"})
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(seconds=301))
    await asyncio.sleep(0.3)
    assert shown(hass, FIRST, "volume") == 0.2
    monkeypatch.setitem(standing_coordinator.served, kitchen, Served.BY_POLLING)
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(seconds=602))
    await shows(hass, FIRST, volume=0.35)


async def test_speakers_that_are_lost_again_and_again_are_given_up(
    hass: HomeAssistant,
    remote: Remote,
    standing_coordinator: HouseholdCoordinator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With an error that names the room of the last one."""
    commands = standing_coordinator.commands
    attempt = commands.attempt
    told: list[str] = []

    async def lose(speaker: Any, command: Any, *args: Any) -> Any:
        if command is alarm_commands.update:
            told.append(speaker.name)
            raise PlayerUnreachableError(speaker.host, "does not answer")
        return await attempt(speaker, command, *args)

    monkeypatch.setattr(commands, "attempt", lose)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "switch.turn_off", FIRST)
    assert len(told) == 3
    assert told[0] != told[1] != told[2]
    assert str(caught.value).startswith(told[2])
    await shows(hass, FIRST, state="on")


async def test_change_that_went_away_with_its_speaker_is_made_again(
    hass: HomeAssistant,
    remote: Remote,
    standing_coordinator: HouseholdCoordinator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At the next one, when it has had its time to get there."""
    monkeypatch.setattr(alarms, "SPREADING_SECONDS", 0.5)
    commands = standing_coordinator.commands
    attempt = commands.attempt
    told: list[str] = []

    async def go_away(speaker: Any, command: Any, *args: Any) -> Any:
        if command is alarm_commands.update:
            told.append(speaker.uid)
            if len(told) == 1:
                return None
        elif told == [speaker.uid]:
            raise PlayerUnreachableError(speaker.host, "does not answer")
        return await attempt(speaker, command, *args)

    monkeypatch.setattr(commands, "attempt", go_away)
    await act(hass, "switch.turn_off", FIRST)
    assert len(set(told)) == len(told) == 2
    assert (await listed(hass, remote))[14]["enabled"] == "0"
    await shows(hass, FIRST, state="off")


async def test_changes_that_nobody_waits_for_any_more(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """Are left, and those that are cut off by unloading the household say so."""
    household = standing_coordinator.alarms
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.set_latency, "*", 0.3)
    first = hass.async_create_task(household.async_change(14, volume=50))
    second = hass.async_create_task(household.async_change(15, volume=51))
    third = hass.async_create_task(household.async_change(15, volume=52))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(first, third)
    await in_house(hass, remote.set_latency, "*", 0.0)
    known = await listed(hass, remote)
    assert (known[14]["volume"], known[15]["volume"]) == ("50", "52")
    assert sum((await asked(hass, remote, "UpdateAlarm")).values()) == 2
    await in_house(hass, remote.set_latency, "*", 0.3)
    cut = hass.async_create_task(household.async_change(14, volume=53))
    await asyncio.sleep(0)
    await hass.config_entries.async_unload(standing_coordinator.entry.entry_id)
    with pytest.raises(HomeAssistantError, match=r"closed|unloaded"):
        await cut
