"""Moving over from core's ``sonos``, which is set up on the same house, and back."""

# mypy: disallow-untyped-calls=False
from collections.abc import AsyncIterator, Callable, Iterator
import datetime as dt
from typing import Any
from unittest.mock import patch

import attr
from homeassistant.components.recorder import Recorder, get_instance, history
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    statistics_during_period,
)
from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_recorder_block_till_done,
)
from soco import events_asyncio  # noqa: TID251

from custom_components.sonos_twisted import moving_over
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.repairs import CoreSonosFlow, async_create_fix_flow
from tests.homeassistant.conftest import all_taken_in, base, until
from tests.homeassistant.test_neighbours import CORE, OURS, Household, forget
from tests.simulator.process import SimulatorProcess

#: Of a registry entry: when it was changed, and what only says that it was.
PASSING = {"_cache", "_suggested_area", "modified_at", "previous_unique_id"}

KITCHEN, BATHROOM = "media_player.kitchen", "media_player.bathroom"
BASS = "number.deep_tones"
FAVORITES = "sensor.sonos_favorites"


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: object) -> None:
    """Let there be a recorder for the tests that want one."""


@pytest.fixture(scope="module")
def shared_house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(18)) as house:
        yield house


@pytest.fixture
async def both(
    hass: HomeAssistant, shared_house: SimulatorProcess, loopback: None
) -> AsyncIterator[Household]:
    """Set both integrations up on the house, core's first, and wait until nothing is added."""
    forget()
    with (
        patch.object(events_asyncio.event_listener, "_stop_grace_seconds", 0),
        patch("homeassistant.components.ssdp.async_setup", return_value=True),
        patch("homeassistant.components.ssdp.async_register_callback", return_value=lambda: None),
        patch("homeassistant.components.zeroconf.async_setup", return_value=True),
    ):
        household = Household(hass, shared_house)
        await household.add(CORE)
        await household.add(OURS)
        await until(hass, lambda: settled(hass))
        yield household
        await household.remove_all()
        await events_asyncio.event_listener.async_stop()
    forget()


def settled(hass: HomeAssistant) -> bool:
    """Tell whether core has added what it adds last, and all rooms show the favourites."""
    unique_ids = {entity.unique_id for entity in er.async_get(hass).entities.values()}
    rooms = hass.states.async_all("media_player")
    return (
        any(each.startswith("alarm-") for each in unique_ids)
        and sum(each.endswith("-microphone") for each in unique_ids) == 6
        and len(rooms) == 12
        and all("Häuser & Höfe" in room.attributes.get("source_list", ()) for room in rooms)
        and sum("Night Waves" in room.attributes["source_list"] for room in rooms) >= 6
        and all_taken_in(hass)
    )


def of(hass: HomeAssistant, platform: str) -> list[er.RegistryEntry]:
    """Return the entities of an integration."""
    return [each for each in er.async_get(hass).entities.values() if each.platform == platform]


def entity(hass: HomeAssistant, entity_id: str) -> er.RegistryEntry:
    """Return an entity."""
    found = er.async_get(hass).async_get(entity_id)
    assert found is not None
    return found


def disabled_by(entry: ConfigEntry) -> ConfigEntryDisabler | None:
    """Return who has disabled a config entry."""
    return entry.disabled_by


def device_of(hass: HomeAssistant, entity_id: str) -> dr.DeviceEntry:
    """Return the device of an entity."""
    found = dr.async_get(hass).async_get(entity(hass, entity_id).device_id or "")
    assert isinstance(found, dr.DeviceEntry)
    return found


def registries(hass: HomeAssistant) -> dict[str, dict[str, Any]]:
    """Return all entries of both registries, with everything that they say, by their ids."""
    devices = dr.async_get(hass)
    entries: list[er.RegistryEntry | dr.DeviceEntry] = list(er.async_get(hass).entities.values())
    for entry in hass.config_entries.async_entries():
        entries += dr.async_entries_for_config_entry(devices, entry.entry_id)
    return {
        each.id: attr.asdict(each, recurse=False, filter=lambda field, _: field.name not in PASSING)
        for each in entries
    }


def differences(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> object:
    """Return in what two states of the registries differ."""
    return {
        entry_id: {
            name: (entry.get(name), after.get(entry_id, {}).get(name))
            for name in entry
            if entry.get(name) != after.get(entry_id, {}).get(name)
        }
        for entry_id, entry in before.items()
        if entry != after.get(entry_id)
    } or after.keys() - before.keys()


async def is_again(hass: HomeAssistant, before: dict[str, dict[str, Any]]) -> None:
    """Wait until the registries say what they said before."""
    await until(
        hass, lambda: registries(hass) == before, lambda: differences(before, registries(hass))
    )


async def perform(hass: HomeAssistant, action: str, **data: object) -> Any:
    """Perform one of the two actions."""
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)


def live(hass: HomeAssistant, entity_id: str = KITCHEN) -> bool:
    """Tell whether an entity shows something."""
    state = hass.states.get(entity_id)
    return state is not None and state.state not in {"unavailable", "unknown"}


def customise(hass: HomeAssistant) -> None:
    """Let a user have made core's entities and devices their own."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    area = ar.async_get(hass).async_create("Upstairs").id
    label = lr.async_get(hass).async_create("Loud").label_id
    for ours in of(hass, OURS):  # who comes second has what is left
        if ours.entity_id in {KITCHEN, BATHROOM}:
            registry.async_update_entity(ours.entity_id, new_entity_id=f"{ours.entity_id}_twisted")
    theirs = {each.entity_id: each for each in of(hass, CORE)}
    assert {"media_player.kitchen_kitchen", "media_player.bathroom_bathroom"} <= theirs.keys()
    registry.async_update_entity(
        "media_player.kitchen_kitchen",
        new_entity_id=KITCHEN,
        name="Cooking",
        area_id=area,
        labels={label},
        icon="mdi:stove",
        aliases=["stove music", er.COMPUTED_NAME],
    )
    registry.async_update_entity_options(KITCHEN, "conversation", {"should_expose": False})
    registry.async_update_entity("media_player.bathroom_bathroom", new_entity_id=BATHROOM)
    registry.async_update_entity(BATHROOM, disabled_by=er.RegistryEntryDisabler.USER)
    registry.async_update_entity(
        "number.kitchen_kitchen_bass", new_entity_id=BASS, hidden_by=er.RegistryEntryHider.USER
    )
    devices.async_update_device(
        device_of(hass, KITCHEN).id, name_by_user="Galley", area_id=area, labels={label}
    )


def shows_customised(hass: HomeAssistant, platform: str) -> None:
    """Check that what a user has made their own is an integration's."""
    kitchen, bathroom, bass = (entity(hass, each) for each in (KITCHEN, BATHROOM, BASS))
    assert {kitchen.platform, bathroom.platform, bass.platform} == {platform}
    (area,) = [each.id for each in ar.async_get(hass).async_list_areas() if each.name == "Upstairs"]
    assert (kitchen.name, kitchen.area_id, kitchen.labels) == ("Cooking", area, {"loud"})
    assert kitchen.icon == "mdi:stove"
    assert kitchen.aliases == ["stove music", er.COMPUTED_NAME]
    assert kitchen.options["conversation"] == {"should_expose": False}
    assert bathroom.disabled_by is er.RegistryEntryDisabler.USER
    assert bass.hidden_by is er.RegistryEntryHider.USER
    device = device_of(hass, KITCHEN)
    assert (device.name_by_user, device.area_id, device.labels) == ("Galley", area, {"loud"})


async def automate(hass: HomeAssistant) -> None:
    """Let a user have automations: by entity, by device, and with an action of core's."""
    kitchen = entity(hass, KITCHEN)
    by_device = {
        "id": "by_device",
        "alias": "By device",
        "triggers": {
            "trigger": "device",
            "domain": "media_player",
            "device_id": kitchen.device_id,
            "entity_id": kitchen.id,
            "type": "playing",
        },
        "actions": {
            "action": "media_player.volume_mute",
            "target": {"device_id": kitchen.device_id},
            "data": {"is_volume_muted": True},
        },
    }
    by_entity = {
        "id": "by_entity",
        "alias": "By entity",
        "triggers": {
            "trigger": "numeric_state",
            "entity_id": KITCHEN,
            "attribute": "volume_level",
            "above": 0.5,
        },
        "actions": [
            {
                "action": "media_player.volume_set",
                "target": {"entity_id": KITCHEN},
                "data": {"volume_level": 0.25},
            },
            {"if": "{{ false }}", "then": [{"action": "sonos.snapshot", "data": {}}]},
        ],
    }
    assert await async_setup_component(hass, "automation", {"automation": [by_device, by_entity]})
    await hass.async_block_till_done()


async def automations_work(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """Let both automations do something in the house."""

    def state(name: str) -> object:
        found = hass.states.get(KITCHEN)
        return found and found.attributes.get(name)

    async def do(function: Callable[..., Any], *args: object) -> None:
        await hass.async_add_executor_job(function, *args)

    remote = house.remote
    await until(hass, lambda: live(hass), seconds=30)
    await do(remote.play_tracks, "Kitchen", 3)
    await do(remote.pause, "Kitchen")
    await until(hass, lambda: hass.states.is_state(KITCHEN, "paused"))
    await do(remote.set_mute, "Kitchen", False)
    await until(hass, lambda: state("is_volume_muted") is False)
    await do(remote.play, "Kitchen")
    await until(hass, lambda: state("is_volume_muted") is True, lambda: hass.states.get(KITCHEN))
    await do(remote.set_volume, "Kitchen", 60)
    await until(hass, lambda: state("volume_level") == 0.25)


def volumes_of(hass: HomeAssistant, since: dt.datetime) -> list[object]:
    """Return which volumes of the kitchen the recorder has, in order, each once."""
    found = history.get_significant_states(
        hass, since, entity_ids=[KITCHEN], significant_changes_only=False
    )
    states = [each for each in found[KITCHEN] if isinstance(each, State)]
    volumes = [each.attributes.get("volume_level") for each in states]
    return [each for each in dict.fromkeys(volumes) if each is not None]


async def remembered(hass: HomeAssistant, since: dt.datetime) -> list[object]:
    """Return the volumes in the history of the kitchen, and the statistics of the favourites."""
    await async_recorder_block_till_done(hass)
    instance = get_instance(hass)
    found = await instance.async_add_executor_job(
        statistics_during_period, hass, since, None, {FAVORITES}, "hour", None, {"mean"}
    )
    assert [row["mean"] for row in found[FAVORITES]] == [7.0]
    return await instance.async_add_executor_job(volumes_of, hass, since)


def keep_statistics(hass: HomeAssistant, hour: dt.datetime) -> None:
    """Let there be statistics of a sensor of core's."""
    async_import_statistics(
        hass,
        {
            "source": "recorder",
            "statistic_id": FAVORITES,
            "name": None,
            "unit_of_measurement": "items",
            "unit_class": None,
            "has_sum": False,
            "mean_type": StatisticMeanType.ARITHMETIC,
        },
        [{"start": hour, "mean": 7.0}],
    )


async def turn(hass: HomeAssistant, house: SimulatorProcess, volume: int) -> None:
    """Turn the volume of the kitchen in the house, and wait until it shows."""
    await hass.async_add_executor_job(house.remote.set_volume, "Kitchen", volume)
    await until(
        hass,
        lambda: (
            (state := hass.states.get(KITCHEN)) is not None
            and state.attributes.get("volume_level") == volume / 100
        ),
        seconds=30,
    )


def tells_everything(hass: HomeAssistant, planned: dict[str, Any]) -> None:
    """See that a plan names what moves, and what core has and we don't."""
    assert {"entity_id": KITCHEN, "instead_of": f"{KITCHEN}_twisted"} in planned["entities"]
    assert "Galley" in planned["devices"]
    assert planned["only_core"]["devices"] == []
    # What core shows of speakers that have no microphone and no surrounds.
    assert {
        entity(hass, each).unique_id.partition("-")[2] for each in planned["only_core"]["entities"]
    } == {
        "microphone",
        "music_surround_level",
        "surround_enabled",
        "surround_level",
        "surround_mode",
    }
    assert sorted(planned["only_ours"]["devices"]) == [
        "Bedroom right speaker",
        "Living Room Sub",
        "Living Room left surround",
        "Living Room right surround",
        "Sonos",
    ]
    assert planned["actions_of_core"] == [
        {"entity_id": "automation.by_entity", "actions": ["sonos.snapshot"]}
    ]
    shown = {each["entity_id"] for each in planned["entities"]}
    assert shown | set(planned["only_core"]["entities"]) == {
        each.entity_id for each in of(hass, CORE)
    }


@pytest.mark.parity("beyond: take over")
@pytest.mark.parity("beyond: take over dry run")
async def test_everything_goes_on(
    recorder_mock: Recorder,
    both: Household,
    hass: HomeAssistant,
    shared_house: SimulatorProcess,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Ids, settings, devices, automations, history and statistics, over and back."""
    house, since = shared_house, dt_util.utcnow()
    hour = since.replace(minute=0, second=0, microsecond=0)
    customise(hass)
    keep_statistics(hass, hour)
    await turn(hass, house, 11)
    await automate(hass)
    await automations_work(hass, house)
    before = registries(hass)

    planned = await perform(hass, "take_over", dry_run=True)
    assert planned["dry_run"] is True
    assert registries(hass) == before
    tells_everything(hass, planned)

    done = await perform(hass, "take_over")
    assert done == {**planned, "dry_run": False}
    await until(hass, lambda: live(hass))
    shows_customised(hass, OURS)
    (core,) = hass.config_entries.async_entries(CORE)
    assert disabled_by(core) is ConfigEntryDisabler.USER
    for each in [*of(hass, OURS), *of(hass, CORE)]:
        ids = each.device_id and dr.async_get(hass).async_get(each.device_id)
        assert not ids or ids.config_entry_id == each.config_entry_id, each
    assert all(each.disabled for each in of(hass, CORE))
    assert hass.states.get(f"{KITCHEN}_twisted") is None
    assert device_of(hass, KITCHEN).id == before[entity(hass, KITCHEN).id]["device_id"]
    await turn(hass, house, 12)
    await automations_work(hass, house)
    seen = await remembered(hass, hour)
    assert [each for each in seen if each in {0.11, 0.12}] == [0.11, 0.12]

    again = await perform(hass, "take_over")
    assert (again["entities"], again["devices"]) == ([], [])
    await until(hass, lambda: live(hass))
    shows_customised(hass, OURS)

    undone = await perform(hass, "undo_take_over")
    assert KITCHEN in undone["entities"]
    assert disabled_by(core) is None
    await is_again(hass, before)
    shows_customised(hass, CORE)
    await turn(hass, house, 13)
    await automations_work(hass, house)
    assert 0.13 in await remembered(hass, hour)
    with pytest.raises(ServiceValidationError, match="nothing to undo"):
        await perform(hass, "undo_take_over")
    of_recorder = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.name.startswith("homeassistant.components.recorder")
        and record.levelname in {"WARNING", "ERROR"}
    ]
    assert of_recorder == []


@pytest.mark.parity("beyond: take over undone")
async def test_who_breaks_off_can_go_on_or_back(both: Household, hass: HomeAssistant) -> None:
    """Home Assistant may be killed after each step, and core be enabled by hand in between."""
    customise(hass)
    before = registries(hass)
    (core,) = hass.config_entries.async_entries(CORE)
    killed = patch.object(moving_over, "async_place_devices", side_effect=RuntimeError("killed"))
    with killed, pytest.raises(RuntimeError, match="killed"):
        await perform(hass, "take_over")
    assert disabled_by(core) is ConfigEntryDisabler.USER
    assert entity(hass, KITCHEN).platform == OURS
    await perform(hass, "undo_take_over")
    await is_again(hass, before)

    with killed, pytest.raises(RuntimeError, match="killed"):
        await perform(hass, "take_over")
    await perform(hass, "take_over")
    await until(hass, lambda: live(hass))
    shows_customised(hass, OURS)
    assert device_of(hass, KITCHEN).id == before[entity(hass, KITCHEN).id]["device_id"]

    # Both run, and core has what was ours.
    assert await hass.config_entries.async_set_disabled_by(core.entry_id, None)
    await until(hass, lambda: live(hass, f"{KITCHEN}_twisted"), seconds=30)
    assert entity(hass, f"{KITCHEN}_twisted").platform == CORE
    assert live(hass)
    await perform(hass, "undo_take_over")
    await is_again(hass, before)
    assert core.state is ConfigEntryState.LOADED


async def test_who_removes_us_has_core_back(both: Household, hass: HomeAssistant) -> None:
    """As it was, whether or not they remembered to undo it."""
    customise(hass)
    (ours,) = hass.config_entries.async_entries(OURS)
    before = registries(hass)
    of_core = {each.id for each in of(hass, CORE)} | {
        each.device_id for each in of(hass, CORE) if each.device_id
    }
    await perform(hass, "take_over")
    await until(hass, lambda: live(hass))
    await hass.config_entries.async_remove(ours.entry_id)
    both.there.remove(OURS)
    await is_again(hass, {each: entry for each, entry in before.items() if each in of_core})
    shows_customised(hass, CORE)
    with pytest.raises(ServiceValidationError, match="nothing to undo"):
        await perform(hass, "undo_take_over")


async def test_repair_moves_over(both: Household, hass: HomeAssistant) -> None:
    """It tells first what it will do."""
    customise(hass)
    (ours,) = hass.config_entries.async_entries(OURS)
    details: dict[str, str | int | float | None] = {"key": "core_sonos", "entry_id": ours.entry_id}
    flow = await async_create_fix_flow(hass, "core_sonos", details)
    assert isinstance(flow, CoreSonosFlow)
    flow.hass = hass
    step = await flow.async_step_take_over()
    assert step["type"] is FlowResultType.FORM
    told = step["description_placeholders"] or {}
    assert int(told["entities"]) > 60
    assert "microphone" in told["left"]
    (core,) = hass.config_entries.async_entries(CORE)
    assert disabled_by(core) is None
    assert (await flow.async_step_take_over({}))["type"] is FlowResultType.CREATE_ENTRY
    assert disabled_by(core) is ConfigEntryDisabler.USER
    await until(hass, lambda: live(hass))
    await perform(hass, "undo_take_over")
    assert disabled_by(core) is None
