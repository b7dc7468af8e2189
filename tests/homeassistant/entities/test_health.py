"""How well the events of the rooms arrive, in good days and in bad ones."""

from collections import Counter
from collections.abc import AsyncIterator
import datetime as dt
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.sonos_twisted.engine import EngineError
from tests.homeassistant.actions import KITCHEN, act, in_house, shown, shows
from tests.homeassistant.conftest import OURS, PATIENCE, PORT, all_known, make_entry, until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

PROBLEM = "binary_sensor.{}_event_delivery"
WAY = "sensor.{}_events"
LAST = "sensor.{}_last_event"
LEASES = "sensor.{}_leases"
AGAIN = "sensor.{}_resubscriptions"
MISSED = "sensor.{}_missed_events"
LATENCY = "sensor.{}_event_latency"
OF_ROOMS = (PROBLEM, WAY, LAST, LEASES, AGAIN, MISSED, LATENCY)

LISTENER = "sensor.sonos_listener"
RATE = "sensor.sonos_event_rate"
CHECK = "button.sonos_check_subscriptions_now"

#: Seconds until a silent loss is found out without the button, at the least.
UNASKED_SECONDS = 240.0


@pytest.fixture
async def coordinator(
    hass: HomeAssistant, all_entities: None, standing_house: SimulatorProcess
) -> AsyncIterator[HouseholdCoordinator]:
    """Set the house up with every entity, and wait until all leases are held."""
    entry = await make_entry(hass, standing_house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    await all_held(hass)
    yield entry.runtime_data
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house that the tests share."""
    return standing_house.remote


def rooms(hass: HomeAssistant) -> list[str]:
    """Return the object ids of the rooms."""
    return [
        entity_id.partition(".")[2] for entity_id in hass.states.async_entity_ids("media_player")
    ]


async def all_held(hass: HomeAssistant) -> None:
    """Wait until every lease of every room is held, and a sensor says so."""
    await until(
        hass,
        lambda: all(
            (state := hass.states.get(LEASES.format(room)))
            and state.state == str(state.attributes.get("wanted"))
            and int(state.state) >= 4
            for room in rooms(hass)
        ),
        lambda: [hass.states.get(LEASES.format(room)) for room in rooms(hass)],
    )


async def half_a_minute(hass: HomeAssistant) -> None:
    """Let the time pass until the next regular look, and wait for what it brings."""
    health = hass.config_entries.async_entries("sonos_twisted")[0].runtime_data.health
    before = health.household
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(seconds=30.5))
    await until(hass, lambda: health.household is not before)


@pytest.mark.parity("beyond: way of events")
@pytest.mark.parity("beyond: last event and latency")
@pytest.mark.parity("beyond: listener")
async def test_good_days(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """Everything is pushed, nothing is missing, and it can be seen when and how fast."""
    for room in rooms(hass):
        assert shown(hass, PROBLEM.format(room), "state") == "off"
        assert shown(hass, WAY.format(room), "state") == "pushed"
        assert shown(hass, AGAIN.format(room), "state") == "0"
        assert shown(hass, MISSED.format(room), "state") == "0"
        assert shown(hass, LEASES.format(room), "missing") == {}
    assert shown(hass, LISTENER, "state") == f"127.0.0.1:{PORT}"
    assert shown(hass, LISTENER, "local_address") == f"0.0.0.0:{PORT}"
    assert shown(hass, LISTENER, "error") is None

    await half_a_minute(hass)
    begun = dt_util.utcnow()
    await in_house(hass, remote.set_volume, "Kitchen", 27)
    await shows(hass, KITCHEN, volume_level=0.27)
    assert dt.datetime.fromisoformat(shown(hass, LAST.format("kitchen"), "state")) <= begun
    await half_a_minute(hass)
    last = dt.datetime.fromisoformat(shown(hass, LAST.format("kitchen"), "state"))
    assert abs(last - begun) < dt.timedelta(seconds=15)
    assert 0 < float(shown(hass, LATENCY.format("kitchen"), "state")) < 5000


async def test_only_what_is_quiet_is_on_by_default(
    hass: HomeAssistant, standing_house: SimulatorProcess, entity_registry: er.EntityRegistry
) -> None:
    """And then nobody looks at intervals."""
    entry = await make_entry(hass, standing_house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    await shows(hass, WAY.format("kitchen"), state="pushed")
    on = {each for each in OF_ROOMS if hass.states.get(each.format("kitchen"))}
    assert on == {PROBLEM, WAY}
    assert hass.states.get(LISTENER)
    assert not hass.states.get(RATE)
    assert all(entity_registry.async_get(each.format("kitchen")) for each in OF_ROOMS)
    health = entry.runtime_data.health
    await until(hass, lambda: health._timer.when is None)
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parity("beyond: check subscriptions")
async def test_what_was_lost_silently_is_found_by_the_button(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """A speaker that forgot us would be found out in minutes; now it takes seconds."""
    loop = hass.loop
    forgotten = await in_house(hass, remote.forget_leases, "Kitchen")
    assert forgotten >= 4
    await in_house(hass, remote.set_volume, "Kitchen", 41)
    before = int(shown(hass, AGAIN.format("kitchen"), "state"))
    assert shown(hass, KITCHEN, "volume_level") != 0.41

    begun = loop.time()
    await act(hass, "button.press", CHECK)
    await shows(hass, KITCHEN, volume_level=0.41)
    await shows(hass, AGAIN.format("kitchen"), state=str(before + forgotten))
    await all_held(hass)
    assert loop.time() - begun < UNASKED_SECONDS / 20
    await in_house(hass, remote.set_volume, "Kitchen", 30)
    await shows(hass, KITCHEN, volume_level=0.3)
    assert shown(hass, AGAIN.format("bathroom"), "state") == "0"
    assert shown(hass, PROBLEM.format("kitchen"), "state") == "off"


@pytest.mark.parity("beyond: check subscriptions")
async def test_events_that_are_swallowed_are_found_by_the_button(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """The speaker grants renewals as if all were well; what it answers says otherwise."""
    await in_house(hass, lose_volume, remote, "Office", 33)
    assert shown(hass, "media_player.office", "volume_level") != 0.33
    begun = hass.loop.time()
    await act(hass, "button.press", CHECK)
    await shows(hass, "media_player.office", volume_level=0.33)
    assert hass.loop.time() - begun < UNASKED_SECONDS / 20
    await shows(hass, AGAIN.format("office"), state="1")


@pytest.mark.parity("beyond: resubscriptions and missed events")
async def test_missed_event_is_counted(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """It shows in the number of the next one, and costs one resubscription."""
    before = {each: int(shown(hass, each.format("patio"), "state")) for each in (MISSED, AGAIN)}
    await in_house(hass, lose_volume, remote, "Patio", 11)
    await in_house(hass, remote.set_volume, "Patio", 12)
    await shows(hass, MISSED.format("patio"), state=str(before[MISSED] + 1))
    await shows(hass, AGAIN.format("patio"), state=str(before[AGAIN] + 1))
    await shows(hass, "media_player.patio", volume_level=0.12)
    await all_held(hass)
    assert shown(hass, PROBLEM.format("patio"), "state") == "off"


@pytest.mark.parity("beyond: resubscriptions and missed events")
async def test_reboot_is_no_problem(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """It costs a resubscription of each lease, and that is counted."""
    problems = written(hass)
    before = int(shown(hass, AGAIN.format("bathroom"), "state"))
    await in_house(hass, remote.reboot, "Bathroom", 0.2)
    await until(hass, lambda: grown(hass, AGAIN.format("bathroom"), before + 4))
    await all_held(hass)
    await shows(hass, WAY.format("bathroom"), state="pushed")
    assert shown(hass, PROBLEM.format("bathroom"), "state") == "off"
    assert "on" not in problems.get(PROBLEM.format("bathroom"), ())


@pytest.mark.parity("beyond: way of events")
@pytest.mark.parity("beyond: leases")
async def test_what_is_refused_for_long_is_a_problem(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """It is polled at once; a problem it is after a while. Both end when all is granted."""
    room = "bedroom"
    problems = written(hass)
    with (
        patch(f"{OURS}.diagnosis.health.PATIENCE_SECONDS", 1.0),
        patch(f"{OURS}.entities.health.PATIENCE_SECONDS", 1.0),
    ):
        await in_house(hass, remote.set_subscribe_status, "Bedroom", 503)
        await in_house(hass, remote.forget_leases, "Bedroom")
        await act(hass, "button.press", CHECK)
        await shows(hass, WAY.format(room), state="polled")
        await shows(hass, LEASES.format(room), state="0")
        await shows(hass, PROBLEM.format(room), state="on")
        missing = shown(hass, PROBLEM.format(room), "missing")
        assert {"AVTransport", "RenderingControl"} <= missing.keys()
        assert "503" in missing["AVTransport"]
        assert shown(hass, LEASES.format(room), "missing").keys() == missing.keys()
        await in_house(hass, remote.set_subscribe_status, "Bedroom", None)
        await act(hass, "button.press", CHECK)
        await shows(hass, WAY.format(room), state="pushed")
        await shows(hass, PROBLEM.format(room), state="off", missing={})
    await all_held(hass)
    assert problems[PROBLEM.format(room)].count("on") == 1
    assert shown(hass, PROBLEM.format("kitchen"), "state") == "off"


async def test_check_that_cannot_be_made(
    hass: HomeAssistant, coordinator: HouseholdCoordinator
) -> None:
    """It says so instead of nothing."""
    with (
        patch.object(coordinator.connection, "_session", None),
        pytest.raises(HomeAssistantError, match="closed"),
    ):
        await act(hass, "button.press", CHECK)


async def test_listener(hass: HomeAssistant, coordinator: HouseholdCoordinator) -> None:
    """What is shown of the listener is what is the case."""
    health = await coordinator.connection.health()
    assert health.listener.port == PORT
    assert health.listener.callbacks == (f"127.0.0.1:{PORT}",)
    assert {each.callback for each in health.speakers} == set(health.listener.callbacks)
    assert all(
        lease.sid and lease.state == "held" for each in health.speakers for lease in each.leases
    )
    listener = coordinator.connection._listener
    assert listener is not None
    with patch.multiple(listener, address=(), error=EngineError("no port is free")):
        coordinator.health._plan(0.0)
        await shows(hass, LISTENER, state="unknown", local_address=None, error="no port is free")
    coordinator.health._plan(0.0)
    await shows(hass, LISTENER, state=f"127.0.0.1:{PORT}")


@pytest.mark.parity("beyond: event rate")
async def test_rate_of_events(
    hass: HomeAssistant, all_entities: None, standing_house: SimulatorProcess, remote: Remote
) -> None:
    """It is taken over the last while, and falls when nothing happens any more."""
    with (
        patch(f"{OURS}.diagnosis.health.INTERVAL_SECONDS", 0.2),
        patch(f"{OURS}.diagnosis.health.RATE_SECONDS", 0.4),
    ):
        entry = await make_entry(hass, standing_house.addresses["Kitchen"])
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: all_known(hass))
        await shows(hass, RATE, state="0.0")
        for volume in range(20, 30):
            await in_house(hass, remote.set_volume, "Kitchen", volume)
        await until(hass, lambda: float(shown(hass, RATE, "state")) > 0)
        await shows(hass, RATE, state="0.0")
        await hass.config_entries.async_unload(entry.entry_id)


async def test_an_hour_costs_few_writes(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """In an hour of life none is written more than once in thirty seconds, and most never."""
    await half_a_minute(hass)
    writes: Counter[str] = Counter()
    ours = {each.format(room) for each in OF_ROOMS for room in rooms(hass)} | {
        LISTENER,
        RATE,
        CHECK,
    }

    @callback
    def count(event: Event[Any]) -> None:
        writes[event.data["entity_id"]] += 1

    of_ours = callback(lambda data: data["entity_id"] in ours)
    hass.bus.async_listen("state_changed", count, of_ours)
    hass.bus.async_listen("state_reported", count, of_ours)
    looks = 120
    now = time.time()
    with patch(f"{OURS}.engine.subscription.time", SimpleNamespace(time=lambda: now)):
        for half_minute in range(looks):
            if half_minute % 20 == 0:
                await in_house(hass, remote.play_tracks, "Kitchen")
            if half_minute % 3 == 0:
                volume = 10 + half_minute % 2 * 10
                await in_house(hass, remote.set_volume, "Kitchen", volume)
                await shows(hass, KITCHEN, volume_level=volume / 100)
            await half_a_minute(hass)
            now += 30
    noisy = {LAST.format("kitchen"), LATENCY.format("kitchen"), RATE}
    assert all(writes[entity_id] <= looks for entity_id in ours)
    assert {entity_id for entity_id in ours if writes[entity_id] > 5} <= noisy
    assert writes[LAST.format("kitchen")] >= looks / 4
    assert not [
        entity_id for entity_id in writes if entity_id.endswith(("_leases", "_event_delivery"))
    ]


def lose_volume(remote: Remote, room: str, volume: int) -> None:
    """Turn the volume, and wait until the event that says so was lost on its way."""

    def lost() -> int:
        return [each["status"] for each in remote.notifications()].count("dropped")

    before, deadline = lost(), time.monotonic() + PATIENCE
    remote.fault_notify(room, "drop", "RenderingControl", 1)
    remote.set_volume(room, volume)
    while lost() == before:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def grown(hass: HomeAssistant, entity_id: str, least: int) -> bool:
    """Tell whether a counter has grown to this."""
    state = shown(hass, entity_id, "state")
    return state.isdigit() and int(state) >= least


def written(hass: HomeAssistant) -> dict[str, list[str]]:
    """Keep all states that are written from now on, by entity."""
    states: dict[str, list[str]] = {}

    @callback
    def keep(event: Event[EventStateChangedData]) -> None:
        if event.data["new_state"] is not None:
            states.setdefault(event.data["entity_id"], []).append(event.data["new_state"].state)

    hass.bus.async_listen("state_changed", keep)
    return states
