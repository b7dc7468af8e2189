"""What fails when nobody waits for it any more: it is told where it can be, and never lost.

Python complains, with a trace, of a task or a future whose error nobody has looked at.
"""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import gc
import threading
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.sonos_twisted.announcing.announcements import (
    Announcement,
    Mode,
    _ClipRefused,
    async_outlast,
)
from custom_components.sonos_twisted.discovery import finding
from custom_components.sonos_twisted.discovery.announced import Announcement as Announced
from custom_components.sonos_twisted.engine import EngineError, PlayerUnreachableError
from tests.homeassistant.conftest import complaints, make_entry, until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from custom_components.sonos_twisted.model import Speaker
    from tests.simulator.process import SimulatorProcess

ERROR = PlayerUnreachableError("192.0.2.20", "does not answer")


@pytest.fixture(autouse=True)
async def nothing_is_lost() -> AsyncIterator[None]:
    """Look at the end of each test whether Python has something to complain of."""
    loop = asyncio.get_running_loop()
    found: list[object] = []
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: found.append(context))
    yield
    gc.collect()
    await asyncio.sleep(0)
    loop.set_exception_handler(before)
    assert not found


async def cancelled(task: asyncio.Task[Any]) -> None:
    """End a task, and wait for that."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_an_announcement_whose_caller_has_gone(caplog: pytest.LogCaptureFixture) -> None:
    """A script that is stopped waits for nothing; what goes wrong afterwards is logged."""
    goes_on = asyncio.Event()

    async def announce() -> None:
        await goes_on.wait()
        raise HomeAssistantError("It does not answer")

    announcing = asyncio.create_task(announce())
    waiting = asyncio.create_task(async_outlast(announcing, "Kitchen"))
    await asyncio.sleep(0)
    await cancelled(waiting)
    assert not announcing.done()
    goes_on.set()
    await asyncio.wait([announcing])
    del announcing, waiting
    await asyncio.sleep(0)
    assert complaints(caplog) == ["The announcement in Kitchen: It does not answer"]


async def test_clips_that_are_refused_while_the_household_is_unloaded(
    hass: HomeAssistant, standing_coordinator: HouseholdCoordinator
) -> None:
    """Two are refused at once, and a third one sounds: it is waited for, for a moment."""
    announcements: Any = standing_coordinator.announcements
    rooms = standing_coordinator.household.rooms[:3]
    refused: list[str] = []

    async def play(_job: object, speaker: Speaker) -> None:
        if speaker is rooms[2]:
            await asyncio.Event().wait()
        refused.append(speaker.uid)
        raise _ClipRefused(ERROR)

    with (
        patch.object(announcements, "_async_clip", play),
        patch("custom_components.sonos_twisted.announcing.announcements.REFUSING_SECONDS", 60),
    ):
        announcement = Announcement(url="http://192.0.2.1/ding.mp3", mode=Mode.OVERLAY)
        job = announcements._job(rooms, announcement)
        playing = asyncio.create_task(announcements._async_overlay(job))
        await until(hass, lambda: len(refused) == 2)
        await cancelled(playing)


async def test_an_alarm_that_is_changed_while_the_household_is_unloaded(
    hass: HomeAssistant, standing_coordinator: HouseholdCoordinator
) -> None:
    """It waits until the alarms have been read, which does not happen any more."""
    alarms = standing_coordinator.alarms
    async with alarms._lock:
        changing = asyncio.create_task(alarms.async_change(1, volume=20))
        await asyncio.sleep(0)
        assert await hass.config_entries.async_unload(standing_coordinator.entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await asyncio.wait_for(changing, 10)
    assert caught.value.translation_key == "alarms_cut_off"


async def test_a_part_that_is_asked_twice_and_answers_neither_time(
    standing_coordinator: HouseholdCoordinator,
) -> None:
    """As when it starts anew while it is asked."""
    devices = standing_coordinator.devices
    part = standing_coordinator.household.parts[0]
    both_ask = asyncio.Barrier(2)

    async def attempt(*_: object) -> None:
        await both_ask.wait()
        raise ERROR

    devices._described[part.uid] = part.boot_seq
    with patch.object(standing_coordinator.commands, "attempt", attempt):
        await asyncio.gather(devices._async_describe(part), devices._async_describe(part))


async def test_the_user_closes_the_dialog_while_speakers_are_asked(hass: HomeAssistant) -> None:
    """The next one is not asked any more."""
    asked: list[str] = []
    closed = threading.Event()

    def look(host: str) -> None:
        asked.append(host)
        closed.wait(10)
        raise EngineError("It does not answer")

    with patch.object(finding, "look_around", look):
        announced = [Announced(f"192.0.2.{number}", "Sonos_1") for number in (7, 8)]
        asking = asyncio.create_task(finding._async_ask(hass, announced, set()))
        await until(hass, lambda: asked)
        await cancelled(asking)
        closed.set()
        await hass.async_block_till_done(wait_background_tasks=True)
    assert asked == ["192.0.2.7"]


@pytest.mark.usefixtures("mock_async_zeroconf")
async def test_a_name_that_nobody_can_have(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody in the network can announce one."""
    hass.config.components.add("zeroconf")
    with patch("zeroconf.asyncio.AsyncServiceBrowser") as browser:
        browser.return_value.async_cancel = AsyncMock()
        entry = await make_entry(hass, standing_house.addresses["Patio"])
        assert await hass.config_entries.async_setup(entry.entry_id)
        (changed,) = browser.call_args.kwargs["handlers"]
        from zeroconf import ServiceStateChange  # noqa: PLC0415

        name = "a\x01b._sonos._tcp.local."
        changed(None, "_sonos._tcp.local.", name, ServiceStateChange.Added)
        await until(hass, lambda: "announces cannot be read" in caplog.text)
        assert await hass.config_entries.async_unload(entry.entry_id)
