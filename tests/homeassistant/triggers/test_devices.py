"""What the page of a device offers to trigger automations."""

from typing import TYPE_CHECKING, Any

from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_get_device_automations
import voluptuous as vol

from custom_components.sonos_twisted.automation.triggering import FILTERS
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.device_trigger import _NEEDS
from custom_components.sonos_twisted.happenings import KINDS
from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    PATIO,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import until

from .conftest import device_of, on_device

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import WebSocketGenerator

    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

_BATTERY = {"battery_low", "charging_started"}
_LINE_IN = {"line_in_connected", "line_in_disconnected"}
_TV = {"tv_connected", "tv_disconnected"}


async def offered(hass: HomeAssistant, device_id: str) -> set[str]:
    """Return the kinds of the triggers that a device offers, each offered once."""
    found = [
        each["type"]
        for each in await async_get_device_automations(
            hass, DeviceAutomationType.TRIGGER, device_id
        )
        if each["domain"] == DOMAIN
    ]
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parity("beyond: device triggers")
async def test_devices_offer_what_can_happen_to_them(
    hass: HomeAssistant, coordinator: HouseholdCoordinator
) -> None:
    """A room without a battery cannot run low; a household or a hidden Sub is no room."""
    assert await offered(hass, device_of(hass, KITCHEN)) == KINDS.keys() - _NEEDS.keys()
    assert await offered(hass, device_of(hass, PATIO)) & _NEEDS.keys() == _BATTERY & KINDS.keys()
    assert await offered(hass, device_of(hass, LIVING_ROOM)) & _NEEDS.keys() == _TV & KINDS.keys()
    office = await offered(hass, device_of(hass, OFFICE))
    assert office & _NEEDS.keys() == (_LINE_IN | _TV) & KINDS.keys()
    rooms = {device_of(hass, entity_id) for entity_id in coordinator.entity_ids.values()}
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), coordinator.entry.entry_id)
    others = [device.id for device in devices if device.id not in rooms]
    assert len(others) == 1 + len(coordinator.household.parts)
    assert not [device_id for device_id in others if await offered(hass, device_id)]
    # What is not loaded is not known; its automations are to be shown as what they are.
    await hass.config_entries.async_unload(coordinator.entry.entry_id)
    assert await offered(hass, device_of(hass, KITCHEN)) == KINDS.keys()


async def test_a_room_that_becomes_a_part_offers_nothing(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """It has a device and a media player as before, but is the right half of another room."""
    bathroom = device_of(hass, BATHROOM)
    await in_house(hass, remote.bond_pair, "Kitchen", "Bathroom")
    await shows(hass, BATHROOM, state="unavailable")
    assert await offered(hass, bathroom) == set()
    await in_house(hass, remote.separate, "Kitchen")
    await until(hass, lambda: shown(hass, BATHROOM, "state") != "unavailable")
    assert await offered(hass, bathroom)


async def test_fields_are_those_of_the_table(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, hass_ws_client: WebSocketGenerator
) -> None:
    """With the favorites and the rooms that there are to choose from."""
    assert await async_setup_component(hass, "device_automation", {})
    client = await hass_ws_client(hass)
    fields: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        trigger = on_device(hass, kind, KITCHEN)
        request = {"type": "device_automation/trigger/capabilities", "trigger": trigger}
        await client.send_json_auto_id(request)
        answer = (await client.receive_json())["result"]
        fields[kind] = {each["name"]: each for each in answer.get("extra_fields", ())}
        assert list(fields[kind]) == [str(each.field) for each in FILTERS.get(kind, ())]
    assert fields["joined_group"]["rooms"]["selector"]["entity"]["include_entities"] == sorted(
        coordinator.entity_ids.values()
    )
    assert fields["battery_low"]["threshold"]["default"] == 20
    favorites = fields["favorite_started"]["favorite"]["selector"]["select"]
    assert "BBC Radio 3" in favorites["options"]
    assert favorites["custom_value"] is True


async def test_what_is_wrong_is_told(
    hass: HomeAssistant, coordinator: HouseholdCoordinator
) -> None:
    for fields, complaint in (
        ({"kind": "track_changed", "composer": "Bach"}, "composer"),
        ({"kind": "source_changed", "to": "cassette"}, "one of .* at 'to'"),
        ({"kind": "track_burned"}, "track_changed"),
    ):
        trigger = on_device(hass, entity_id=KITCHEN, **fields)
        config = {"id": "1", "alias": "x", "triggers": [trigger], "actions": []}
        with pytest.raises(vol.Invalid, match=complaint):
            await async_validate_config_item(hass, "1", config)
