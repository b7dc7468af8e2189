"""A trigger follows its target: areas, floors, labels, devices and entities."""

from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
import pytest

from tests.homeassistant.actions import BATHROOM, KITCHEN, OFFICE

from .conftest import device_of, happens, on, on_device

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import WebSocketGenerator

    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator

    from .conftest import Automations

_DATA: dict[str, Any] = {
    "before": [],
    "after": [],
    "rooms_before": [],
    "rooms_after": [],
    "coordinator": None,
}


@pytest.mark.parity("beyond: trigger targets")
async def test_target_is_followed(
    hass: HomeAssistant, automations: Automations, coordinator: HouseholdCoordinator
) -> None:
    """When rooms come to its area, floor or label, and when they go."""
    areas, devices, entities = ar.async_get(hass), dr.async_get(hass), er.async_get(hass)
    floor = fr.async_get(hass).async_create("Ground floor")
    area = areas.async_create("Cooking", floor_id=floor.floor_id)
    other = areas.async_create("Washing")
    label = lr.async_get(hass).async_create("Loud")
    kitchen, office = device_of(hass, KITCHEN), device_of(hass, OFFICE)
    targets: dict[str, dict[str, Any]] = {
        "area": {"area_id": area.id},
        "device": {"device_id": kitchen},
        "entity": {"entity_id": [KITCHEN, OFFICE, "media_player.of_somebody_else"]},
        "floor": {"floor_id": floor.floor_id},
        "label": {"label_id": [label.label_id]},
    }
    devices.async_update_device(kitchen, area_id=area.id, labels={label.label_id})
    await automations.set_up(
        [on("group_changed", target) | {"id": name} for name, target in targets.items()]
    )

    async def triggered(room: str) -> list[str]:
        before = len(automations.told)
        happens(coordinator, "group_changed", room, _DATA)
        await hass.async_block_till_done()
        return sorted(each["id"] for each in automations.told[before:])

    assert await triggered(KITCHEN) == ["area", "device", "entity", "floor", "label"]
    assert automations.told[0]["area_id"] == area.id
    assert await triggered(OFFICE) == ["entity"]
    assert await triggered(BATHROOM) == []
    devices.async_update_device(kitchen, area_id=other.id, labels=set())
    devices.async_update_device(office, area_id=area.id)
    entities.async_update_entity(BATHROOM, labels={label.label_id})
    assert await triggered(KITCHEN) == ["device", "entity"]
    assert await triggered(OFFICE) == ["area", "entity", "floor"]
    assert await triggered(BATHROOM) == ["label"]
    areas.async_update(other.id, floor_id=floor.floor_id)
    assert await triggered(KITCHEN) == ["device", "entity", "floor"]
    entities.async_update_entity(KITCHEN, area_id=area.id, name="Stove")
    assert await triggered(KITCHEN) == ["area", "device", "entity", "floor"]
    assert automations.told[-1]["area_id"] == area.id
    # A reload changes nothing for automations that were there before.
    await hass.config_entries.async_reload(coordinator.entry.entry_id)
    await hass.async_block_till_done()
    coordinator = coordinator.entry.runtime_data
    assert await triggered(KITCHEN) == ["area", "device", "entity", "floor"]
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
    assert await triggered(KITCHEN) == []


@pytest.mark.parity("beyond: trigger options")
async def test_what_is_filtered_out_is_in_the_traces(
    hass: HomeAssistant,
    automations: Automations,
    coordinator: HouseholdCoordinator,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """In both forms only what is wanted triggers; of targets one can see why it did not."""
    await automations.set_up(
        [on("source_changed", KITCHEN, to="tv")],
        [on_device(hass, "source_changed", KITCHEN, to="tv")],
    )
    for to in ("radio", "tv"):
        data = {"from": "queue", "to": to, "source": None}
        happens(coordinator, "source_changed", KITCHEN, data)
    await hass.async_block_till_done()
    assert [each["to"] for each in automations.told] == ["tv", "tv"]
    assert [each["platform"] for each in automations.told] == [
        "sonos_twisted.source_changed",
        "device",
    ]
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "trace/list", "domain": "automation", "item_id": "0"})
    traces = {each["state"]: each for each in (await client.receive_json())["result"]}
    await client.send_json_auto_id(
        {
            "type": "trace/get",
            "domain": "automation",
            "item_id": "0",
            "run_id": next(t["run_id"] for t in traces.values() if t.get("not_triggered")),
        }
    )
    trace = (await client.receive_json())["result"]["trace"]["trigger/0"][0]
    assert trace["result"]["reason"] == "filtered_out"
    assert trace["result"]["data"]["field"] == "to"
    assert trace["result"]["data"]["to"] == "radio"


async def test_trigger_without_target_is_complained_about(
    automations: Automations, caplog: pytest.LogCaptureFixture
) -> None:
    """As Home Assistant's own are: when the automation is set up, which goes on without it."""
    await automations.set_up([on("track_changed", {}), on("track_changed", KITCHEN)])
    assert "The trigger sonos_twisted.track_changed has no target" in caplog.text


async def test_trigger_that_fails_takes_no_other_along(
    automations: Automations, coordinator: HouseholdCoordinator, caplog: pytest.LogCaptureFixture
) -> None:
    """Variables of a trigger are templates, which may be wrong."""
    bad = on("group_changed", KITCHEN) | {"variables": {"x": "{{ 1 / 0 }}"}}
    await automations.set_up([bad], [on("group_changed", KITCHEN)])
    happens(coordinator, "group_changed", KITCHEN, _DATA)
    assert len(await automations.until(1)) == 1
    assert "ZeroDivisionError" in caplog.text


async def test_scripts_can_wait_for_what_happens(
    hass: HomeAssistant, automations: Automations, coordinator: HouseholdCoordinator
) -> None:
    """What is filtered out is not what they wait for."""
    waits = [
        {"wait_for_trigger": on("source_changed", KITCHEN, to="tv")},
        {"action": "test.note", "data": {"trigger": "{{ wait.trigger }}"}},
    ]
    assert await async_setup_component(hass, "script", {"script": {"wait": {"sequence": waits}}})
    await hass.services.async_call("script", "turn_on", {"entity_id": "script.wait"}, blocking=True)
    for to in ("radio", "tv"):
        data = {"from": "queue", "to": to, "source": None}
        happens(coordinator, "source_changed", KITCHEN, data)
    assert [each["to"] for each in await automations.until(1)] == ["tv"]
