"""Speakers that are hidden parts of a room: a sub, surrounds, the other one of a stereo pair."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.devices import household as module
from custom_components.sonos_twisted.engine import ReachabilityNews, TopologyNews
from custom_components.sonos_twisted.model import Topology
from tests.homeassistant.actions import in_house, shown, shows
from tests.homeassistant.conftest import base, make_entry, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    from tests.simulator.control import Remote

SOFTWARE = "sensor.living_room_sub_software_version"


async def sub_of(hass: HomeAssistant, remote: Remote) -> dict[str, Any]:
    """Return what is true of the house's only sub."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    return next(each for each in speakers if each["model_number"] == "Sub")


@pytest.mark.parity("beyond: bonded speakers")
@pytest.mark.usefixtures("all_entities")
async def test_parts_are_devices_of_their_room(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    remote: Remote,
    device_registry: dr.DeviceRegistry,
) -> None:
    """With what the topology says of them, and with the model that they say themselves."""
    named = {
        device.name: device
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    }
    await until(
        hass,
        lambda: device_registry.async_get(named["Living Room Sub"].id).model == "Sub",  # type: ignore[union-attr]
    )
    room = named["Living Room"]
    for name in ("Living Room Sub", "Living Room left surround", "Living Room right surround"):
        assert named[name].via_device_id == room.id
    assert named["Bedroom right speaker"].via_device_id == named["Bedroom"].id
    sub = await sub_of(hass, remote)
    assert named["Living Room Sub"].identifiers == {(DOMAIN, sub["uid"])}
    await shows(hass, SOFTWARE, state=sub["software"])
    await shows(hass, "sensor.living_room_left_surround_connection", state="wireless")
    await shows(hass, "sensor.living_room_sub_wi_fi_channel_frequency", state="5660")
    await in_house(hass, remote.reboot, sub["uid"], 0.2)
    await shows(hass, "sensor.living_room_sub_boot_count", state=str(sub["boot_seq"] + 1))
    # A part is as far away as its room, be that out of reach or off.
    coordinator, uid = entry.runtime_data, next(iter(room.identifiers))[1]
    coordinator._async_deliver([ReachabilityNews(uid, reachable=False, reason="is silent")])
    assert shown(hass, SOFTWARE, "state") == "unavailable"
    coordinator._async_deliver([ReachabilityNews(uid, reachable=True)])
    whole = coordinator.household.topology
    rest = [
        replace(group, members=tuple(each for each in group.members if each.uid != uid))
        for group in whole.groups
    ]
    coordinator._async_deliver([TopologyNews(Topology(tuple(rest)), hass.loop.time())])
    assert shown(hass, SOFTWARE, "state") == "unavailable"
    assert "Living Room Sub" in names(hass, entry)
    coordinator._async_deliver([TopologyNews(whole, hass.loop.time())])
    assert shown(hass, SOFTWARE, "state") == sub["software"]
    await in_house(hass, remote.unplug, "Living Room")
    await shows(hass, SOFTWARE, state="unavailable")
    await in_house(hass, remote.plug_in, "Living Room")
    await shows(hass, SOFTWARE, state=sub["software"])
    # The room's new name is theirs.
    await in_house(hass, remote.rename, "Living Room", "Cinema")
    await until(
        hass,
        lambda: device_registry.async_get(named["Living Room Sub"].id).name == "Cinema Sub",  # type: ignore[union-attr]
    )


@pytest.mark.parity("beyond: bonded speakers move")
@pytest.mark.usefixtures("all_entities")
async def test_part_that_is_let_go_is_a_room_and_a_part_again(
    hass: HomeAssistant, device_registry: dr.DeviceRegistry, entity_registry: er.EntityRegistry
) -> None:
    """Its device stays the same."""
    with SimulatorProcess(
        base=base(6), rooms={"Den": "S19", "Bass": "Sub", "Left": "S38", "Right": "S38"}
    ) as house:
        remote = house.remote
        entry = await make_entry(hass, house.addresses["Den"])
        assert await hass.config_entries.async_setup(entry.entry_id)
        await shows(hass, "media_player.bass", state="idle")
        uid = next(room.uid for room in entry.runtime_data.household.rooms if room.name == "Bass")

        def device() -> dr.DeviceEntry:
            return next(each for each in devices_of() if (DOMAIN, uid) in each.identifiers)

        def devices_of() -> list[dr.DeviceEntry]:
            return dr.async_entries_for_config_entry(device_registry, entry.entry_id)

        ours = device().id
        den = next(each for each in devices_of() if each.name == "Den")
        software = entity_registry.async_get_entity_id("sensor", DOMAIN, f"{uid}-software_version")
        assert software is not None
        await in_house(hass, remote.bond_sub, "Den", "Bass")
        await until(hass, lambda: device().name == "Den Sub")
        assert (device().id, device().via_device_id) == (ours, den.id)
        await shows(hass, "media_player.bass", state="unavailable")
        await until(hass, lambda: shown(hass, software, "state") not in {"unavailable", "unknown"})
        await in_house(hass, remote.separate, "Den")
        await until(hass, lambda: device().name == "Bass")
        assert device().id == ours
        assert device().via_device_id != den.id
        await shows(hass, "media_player.bass", state="idle")
        await hass.config_entries.async_unload(entry.entry_id)


def names(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the names of all devices of a household."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {device.name or "" for device in devices}


@pytest.mark.parity("beyond: bonded speakers move")
@pytest.mark.usefixtures("all_entities")
async def test_part_that_is_let_go_while_it_is_off_loses_its_device(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """Its room misses it until then; also if nobody listens when it is let go."""
    left, right = ("sensor.den_left_surround_connection",
                                   "sensor.den_right_surround_connection")  # fmt: skip
    with SimulatorProcess(
        base=base(6), rooms={"Den": "S19", "Left": "S38", "Right": "S38"}
    ) as house:
        remote = house.remote
        await in_house(hass, remote.bond_surrounds, "Den", "Left", "Right")
        entry = await make_entry(hass, house.addresses["Den"])
        assert await hass.config_entries.async_setup(entry.entry_id)
        await shows(hass, left, state="wireless")
        uids = {
            next(iter(part.member.channels)): part.uid
            for part in entry.runtime_data.household.parts
            if part.member is not None
        }
        await in_house(hass, remote.unplug, uids["LR"])
        await shows(hass, left, state="unavailable")
        assert "Den left surround" in names(hass, entry)
        await in_house(hass, remote.separate, "Den", uids["LR"])
        await until(hass, lambda: "Den left surround" not in names(hass, entry))
        assert entity_registry.async_get(left) is None
        await shows(hass, right, state="wireless")
        # Back again, it is a room, with entities of its own.
        await in_house(hass, remote.plug_in, uids["LR"])
        await until(hass, lambda: "Left" in names(hass, entry))
        connection = entity_registry.async_get_entity_id(
            "sensor", DOMAIN, f"{uids['LR']}-connection"
        )
        assert connection is not None
        await shows(hass, connection, state="wireless")
        # And while nobody listens.
        await in_house(hass, remote.unplug, uids["RR"])
        await hass.config_entries.async_unload(entry.entry_id)
        await in_house(hass, remote.separate, "Den", uids["RR"])
        assert "Den right surround" in names(hass, entry)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: "Den right surround" not in names(hass, entry))
        assert entity_registry.async_get(right) is None
        await hass.config_entries.async_unload(entry.entry_id)


async def test_part_that_does_not_describe_itself_is_asked_again(
    hass: HomeAssistant, house: SimulatorProcess, device_registry: dr.DeviceRegistry
) -> None:
    """A little later, but not when the household is unloaded."""
    sub = await sub_of(hass, house.remote)
    await in_house(hass, house.remote.refuse, sub["uid"])
    entry = await make_entry(hass, house.addresses["Kitchen"])

    def model() -> str | None:
        devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        return next(each.model for each in devices if (DOMAIN, sub["uid"]) in each.identifiers)

    with patch.object(module, "RETRY_SECONDS", 0.2):
        assert await hass.config_entries.async_setup(entry.entry_id)
        retries = entry.runtime_data.devices._retries
        await until(hass, lambda: sub["uid"] in retries)
        assert model() is None
        await in_house(hass, house.remote.heal)
        await until(hass, lambda: model() == "Sub")
        await hass.config_entries.async_unload(entry.entry_id)

    await in_house(hass, house.remote.stall, sub["uid"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    devices = entry.runtime_data.devices
    await until(hass, lambda: sub["uid"] in devices._described)
    await hass.config_entries.async_unload(entry.entry_id)
    await asyncio.sleep(0.05)
    assert not devices._retries
