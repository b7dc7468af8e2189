"""Firmware of the rooms: what is offered, and how it is installed."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.sonos_twisted import update
from tests.homeassistant.actions import act, in_house, shown, shows
from tests.homeassistant.conftest import complaints, eventually
from tests.homeassistant.entities.steps import truth

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    from tests.simulator.control import Remote

KITCHEN = "update.kitchen_firmware"
LIVING_ROOM = "update.living_room_firmware"
NEW = "99.1-80000"


async def soon(condition: Callable[[], object]) -> None:
    """Wait until something is true while an update is installed, which is not waited for."""

    async def look() -> object:
        return condition()

    await eventually(look, bool)


async def offer(hass: HomeAssistant, remote: Remote, *speakers: str) -> None:
    """Let a firmware be found, by everybody, as players of one household find it."""
    for speaker in speakers or sorted((await in_house(hass, remote.truth))["speakers"]):
        await in_house(hass, remote.offer_update, speaker, NEW)


@pytest.mark.parity("beyond: firmware update")
@pytest.mark.usefixtures("entry")
async def test_firmware_is_offered_and_installed(hass: HomeAssistant, remote: Remote) -> None:
    """With all that is bonded to the room, and it is in progress until the speaker is back."""
    before = (await truth(hass, remote, "Living Room"))["software"]
    await shows(hass, LIVING_ROOM, state="off", installed_version=before, latest_version=before)
    await offer(hass, remote)
    for room in ("living_room", "kitchen", "office", "patio", "bathroom", "bedroom"):
        await shows(hass, f"update.{room}_firmware", state="on", latest_version=NEW)
    await in_house(hass, remote.plan_update, 0.5, 1.0)
    installing = asyncio.create_task(act(hass, "update.install", LIVING_ROOM))
    await soon(lambda: shown(hass, LIVING_ROOM, "in_progress"))
    await soon(lambda: shown(hass, "media_player.living_room", "state") == "unavailable")
    assert shown(hass, LIVING_ROOM, "in_progress") is True
    assert shown(hass, LIVING_ROOM, "update_percentage") is None
    await installing
    await shows(
        hass,
        LIVING_ROOM,
        state="off",
        installed_version=NEW,
        latest_version=NEW,
        in_progress=False,
    )
    await shows(hass, KITCHEN, state="on", in_progress=False)

    async def versions() -> set[str]:
        speakers = (await in_house(hass, remote.truth))["speakers"].values()
        return {each["software"] for each in speakers if each["name"] == "Living Room"}

    await eventually(versions, lambda found: found == {NEW})


@pytest.mark.usefixtures("entry")
async def test_firmware_that_somebody_else_installs_is_in_progress(
    hass: HomeAssistant, remote: Remote
) -> None:
    """The others say why the speaker is away."""
    await shows(hass, KITCHEN, state="off", in_progress=False)
    await in_house(hass, remote.unplug, "Kitchen", "upgrade")
    await shows(hass, KITCHEN, state="off", in_progress=True)
    await in_house(hass, remote.plug_in, "Kitchen")
    await shows(hass, KITCHEN, state="off", in_progress=False)


@pytest.mark.usefixtures("entry")
async def test_firmware_that_is_not_installed_is_an_error(
    hass: HomeAssistant,
    remote: Remote,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """That names the room: there is none any more, it declines, or nothing comes of it."""
    await offer(hass, remote)
    await shows(hass, KITCHEN, state="on")
    await in_house(hass, remote.fail_action, "Kitchen", "BeginSoftwareUpdate", 501)
    with pytest.raises(HomeAssistantError, match="Kitchen"):
        await act(hass, "update.install", KITCHEN)
    await shows(hass, KITCHEN, state="on", in_progress=False)
    monkeypatch.setattr(update, "INSTALLING_SECONDS", 0.2)
    await in_house(hass, remote.fail_action, "Kitchen", "BeginSoftwareUpdate", 0)
    with pytest.raises(HomeAssistantError, match=r"Kitchen.*still has the old one"):
        await act(hass, "update.install", KITCHEN)
    await in_house(hass, remote.fail_action, "Bedroom", "BeginSoftwareUpdate", 0)
    hidden = next(
        each["uid"]
        for each in (await in_house(hass, remote.truth))["speakers"].values()
        if each["name"] == "Bedroom" and each["invisible"]
    )
    await in_house(hass, remote.fail_action, hidden, "CheckForUpdate", 501)
    with pytest.raises(HomeAssistantError, match="Bedroom"):
        await act(hass, "update.install", "update.bedroom_firmware")
    assert any("A part of Bedroom" in each for each in complaints(caplog))
    await shows(hass, KITCHEN, state="on", in_progress=False)
    # Taken back where nobody tells of it.
    await in_house(hass, remote.offer_update, "Kitchen", "")
    await in_house(hass, remote.fail_action, "Kitchen", "BeginSoftwareUpdate", 402)
    with pytest.raises(HomeAssistantError, match="Kitchen has not found"):
        await act(hass, "update.install", KITCHEN)
    await shows(hass, KITCHEN, state="off")


async def test_update_is_not_waited_for_when_the_household_is_unloaded(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """It goes on without us."""
    await offer(hass, remote)
    await shows(hass, KITCHEN, state="on")
    await in_house(hass, remote.plan_update, 60.0, 60.0)
    installing = asyncio.create_task(act(hass, "update.install", KITCHEN))
    await soon(lambda: entry.runtime_data._waiting)
    assert shown(hass, KITCHEN, "in_progress") is True
    await hass.config_entries.async_unload(entry.entry_id)
    async with asyncio.timeout(5.0):
        await installing
