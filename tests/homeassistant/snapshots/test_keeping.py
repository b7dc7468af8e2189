"""Snapshots that are kept: across restarts, and in spite of damage."""

from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
    BEDROOM,
    KITCHEN,
    OFFICE,
    PATIO,
    act,
    shown,
    shows,
)
from tests.homeassistant.conftest import until

from .steps import do

if TYPE_CHECKING:
    from tests.simulator.control import Remote


pytestmark = pytest.mark.usefixtures("entry")


@pytest.mark.parity("beyond: snapshot restart")
@pytest.mark.parity("action: restore without snapshot")
@pytest.mark.parity("beyond: snapshot named")
async def test_named_snapshots_survive_a_restart(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """They are listed, replaced and removed by their names, and go with the household."""
    await act(hass, "ours.snapshot", [KITCHEN, PATIO], name="Evening")
    await act(hass, "ours.snapshot", [KITCHEN], name="Dinner", with_queue=True)
    await act(hass, "ours.snapshot", OFFICE)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: hass.states.get(KITCHEN) and shown(hass, KITCHEN, "volume_level"))
    listed = (await act(hass, "ours.list_snapshots", KITCHEN))[KITCHEN]["snapshots"]
    assert [(one["name"], sorted(one["rooms"]), one["with_queue"]) for one in listed] == [
        ("Dinner", ["Kitchen"], True),
        ("Evening", ["Kitchen", "Patio"], False),
    ]
    assert (await act(hass, "ours.list_snapshots", OFFICE))[OFFICE] == {"snapshots": []}
    await do(hass, (remote.set_volume, "Patio", 60), (remote.set_volume, "Office", 60))
    await shows(hass, PATIO, volume_level=0.6)
    await shows(hass, OFFICE, volume_level=0.6)
    await act(hass, "ours.restore", [PATIO, KITCHEN], name="Evening")
    await act(hass, "ours.restore", OFFICE)
    await shows(hass, PATIO, volume_level=0.35)
    await until(hass, lambda: shown(hass, OFFICE, "volume_level") < 0.6)
    with pytest.raises(ServiceValidationError, match="no snapshot of these rooms: Office"):
        await act(hass, "ours.restore", OFFICE)  # it is used up
    with pytest.raises(ServiceValidationError, match="Bedroom"):
        await act(hass, "ours.restore", [KITCHEN, BEDROOM], name="Evening")
    await act(hass, "ours.remove_snapshot", KITCHEN, name="Evening")
    for action in ("remove_snapshot", "restore"):
        with pytest.raises(ServiceValidationError, match="Evening"):
            await act(hass, f"ours.{action}", KITCHEN, name="Evening")
    key = f"sonos_twisted.{entry.entry_id}.snapshots"
    assert list(hass_storage[key]["data"]["named"]) == ["Dinner"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage
    entry.add_to_hass(hass)  # the fixture unloads it


async def test_a_damaged_snapshot_is_left_out(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others are read, and the log says which could not be."""
    await act(hass, "ours.snapshot", KITCHEN, name="Evening")
    stored = hass_storage[f"sonos_twisted.{entry.entry_id}.snapshots"]["data"]["named"]
    stored["Future"] = {**stored["Evening"], "version": 9}
    stored["Broken"] = {"version": 1, "taken_at": "", "rooms": [{}]}
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: shown(hass, KITCHEN, "state") != "unavailable")
    listed = (await act(hass, "ours.list_snapshots", KITCHEN))[KITCHEN]["snapshots"]
    assert [one["name"] for one in listed] == ["Evening"]
    assert "The snapshot Future cannot be read: version 9" in caplog.text
    assert "The snapshot Broken cannot be read" in caplog.text
