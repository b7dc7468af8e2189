"""Home Assistant's own `sonos` integration on the simulated household, unchanged."""

# mypy: disallow-untyped-calls=False
import asyncio
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
import pytest
from soco import events_asyncio  # noqa: TID251

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from homeassistant.core import HomeAssistant, State

    from tests.simulator.process import SimulatorProcess

ROOMS = ("living_room", "bedroom", "kitchen", "bathroom", "patio", "office")


async def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Let the loop run until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def player(hass: HomeAssistant, room: str) -> State | None:
    """Return the state of a room's player; its area may be part of the entity id."""
    for entity_id in (f"media_player.{room}", f"media_player.{room}_{room}"):
        if state := hass.states.get(entity_id):
            return state
    return None


def attribute(hass: HomeAssistant, room: str, name: str) -> Any:
    state = player(hass, room)
    assert state is not None
    return state.attributes.get(name)


@pytest.fixture
async def core(
    fresh_soco: None, house: SimulatorProcess, hass: HomeAssistant
) -> AsyncIterator[HomeAssistant]:
    """Home Assistant with `sonos` set up on the house."""
    config = {"sonos": {"media_player": {"hosts": house.hosts, "advertise_addr": "127.0.0.1"}}}
    with (
        # The listener closes at once with its last subscription, so that no task outlives the test.
        patch.object(events_asyncio.event_listener, "_stop_grace_seconds", 0),
        patch("homeassistant.components.ssdp.async_setup", return_value=True),
        patch("homeassistant.components.ssdp.async_register_callback", return_value=lambda: None),
        patch("homeassistant.components.zeroconf.async_setup", return_value=True),
    ):
        assert await async_setup_component(hass, "sonos", config)
        await hass.async_block_till_done()
        (entry,) = hass.config_entries.async_entries("sonos")
        await wait_for(lambda: all(player(hass, room) for room in ROOMS), 30)
        yield hass
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
        await events_asyncio.event_listener.async_stop()


async def test_core_sets_up_completely_and_follows_events(
    core: HomeAssistant, house: SimulatorProcess
) -> None:
    hass, remote = core, house.remote

    async def do(function: Callable[..., object], *arguments: object) -> None:
        await hass.async_add_executor_job(function, *arguments)

    # Everything is there and available.
    registry = er.async_get(hass)
    entities = [entry for entry in registry.entities.values() if entry.platform == "sonos"]
    enabled = [entry for entry in entities if not entry.disabled]
    assert len(enabled) > 50
    await wait_for(
        lambda: all(
            (state := hass.states.get(entry.entity_id)) and state.state != STATE_UNAVAILABLE
            for entry in enabled
        )
    )
    assert len(dr.async_get(hass).devices) == len(ROOMS)
    assert not ir.async_get(hass).issues
    for entity_id in (
        "switch.sonos_alarm_14",
        "sensor.patio_battery",
        "binary_sensor.patio_charging",
    ):
        assert hass.states.get(entity_id), entity_id

    # Its subscriptions are alive and its listener was told the state.
    leases = await hass.async_add_executor_job(remote.leases)
    visible = [s for s in house.facts["speakers"] if not s["invisible"]]
    assert all(len(leases[speaker["uid"]]) == 6 for speaker in visible)

    # Volume, mute.
    await do(remote.set_volume, "Kitchen", 47)
    await wait_for(lambda: attribute(hass, "kitchen", "volume_level") == 0.47)
    await do(remote.set_mute, "Kitchen")
    await wait_for(lambda: attribute(hass, "kitchen", "is_volume_muted") is True)

    # A queue, the next track, pause.
    await do(remote.play_tracks, "Kitchen", 3)
    await wait_for(lambda: attribute(hass, "kitchen", "media_title") == "Aria")
    state = player(hass, "kitchen")
    assert state is not None
    assert state.state == "playing"
    await do(remote.next, "Kitchen")
    await wait_for(lambda: attribute(hass, "kitchen", "media_title") == "Variatio 1")
    await do(remote.finish_track, "Kitchen")
    await wait_for(lambda: attribute(hass, "kitchen", "media_title") == "Variatio 2")
    await do(remote.pause, "Kitchen")
    await wait_for(lambda: (s := player(hass, "kitchen")) and s.state == "paused")

    # A group, and out of it.
    await do(remote.group, "Office", "Kitchen")
    await wait_for(lambda: len(attribute(hass, "office", "group_members") or ()) == 2)
    await wait_for(lambda: attribute(hass, "office", "media_title") == "Variatio 2")
    await do(remote.ungroup, "Office")
    await wait_for(lambda: len(attribute(hass, "office", "group_members") or ()) == 1)

    # Radio, television, battery, favourites.
    await do(remote.play_radio, "Bathroom", "Lugna Favoriter")
    await wait_for(lambda: attribute(hass, "bathroom", "media_channel") == "Lugna Favoriter")
    await do(remote.play_tv, "Living Room")
    await wait_for(lambda: attribute(hass, "living_room", "source") == "TV")
    await do(remote.set_battery, "Patio", 64)
    await wait_for(lambda: hass.states.is_state("sensor.patio_battery", "64"))
    await do(remote.add_favorite, "Brand new", "http://music.example/new.mp3")
    await wait_for(lambda: "Brand new" in (attribute(hass, "kitchen", "source_list") or ()))

    # And the other way: a command arrives at the player.
    state = player(hass, "patio")
    assert state is not None
    await hass.services.async_call(
        "media_player",
        "volume_set",
        {"entity_id": state.entity_id, "volume_level": 0.12},
        blocking=True,
    )
    truth = await hass.async_add_executor_job(remote.truth)
    patio = next(s for s in truth["speakers"].values() if s["name"] == "Patio")
    assert patio["volume"] == 12
