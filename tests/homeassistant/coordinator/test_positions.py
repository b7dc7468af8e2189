"""Positions are read when they are in doubt, and not more often."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import KITCHEN, in_house
from tests.homeassistant.conftest import (
    OURS,
    complaints,
    eventually,
    until,
)

from .steps import quiet, shown, shows

if TYPE_CHECKING:
    from tests.simulator.control import Remote


READING = "SOAP AVTransport.GetPositionInfo"


@pytest.fixture
async def playing(
    hass: HomeAssistant, remote: Remote, quiet_afterwards: None, entry: MockConfigEntry
) -> None:
    """Let the kitchen play, with its position known."""
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.play_tracks, "Kitchen")
    await until(hass, lambda: shown(hass, KITCHEN, "media_position") is not None)
    await eventually(lambda: readings(hass, remote), lambda count: count)
    await hass.async_block_till_done(wait_background_tasks=True)
    await in_house(hass, remote.reset_requests)


async def readings(hass: HomeAssistant, remote: Remote) -> int:
    """Return how many times a position was read."""
    requests = await in_house(hass, remote.requests)
    return sum(of_speaker.get(READING, 0) for of_speaker in requests.values())


async def seek(hass: HomeAssistant, remote: Remote, seconds: int) -> None:
    """Move the slider, and wait until the speaker has told that it plays from there."""
    before = (await in_house(hass, remote.notifications))[-1]["number"]
    await in_house(hass, remote.seek, "Kitchen", seconds)

    async def told_of_it() -> list[str]:
        sent = await in_house(hass, remote.notifications, before)
        return [event["status"] for event in sent if event["service"] == "AVTransport"]

    # First that it is getting there, then that it plays.
    await eventually(told_of_it, lambda statuses: statuses == ["200", "200"])
    await hass.async_block_till_done()


@pytest.fixture
def brisk() -> Iterator[None]:
    """Allow positions to be read as often as anybody likes."""
    with patch(f"{OURS}.asking.positions.POSITION_INTERVAL", 0.1):
        yield


@pytest.mark.usefixtures("brisk", "playing")
@pytest.mark.parity("beyond: exact position")
async def test_seek_in_the_app_is_read_once(hass: HomeAssistant, remote: Remote) -> None:
    """The event of a seek doesn't say where to: that is asked once, and nothing else is."""
    await in_house(hass, remote.seek, "Kitchen", 77)
    await until(hass, lambda: 76 <= shown(hass, KITCHEN, "media_position") <= 82)
    await quiet(hass, remote, 1.5)
    requests = await in_house(hass, remote.requests)
    assert sum(map(Counter, requests.values()), Counter()) == {READING: 1}


@pytest.mark.usefixtures("playing")
async def test_position_is_not_read_more_often_than_allowed(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Somebody drags the slider to and fro: the first and the last place are read."""
    with patch(f"{OURS}.asking.positions.POSITION_INTERVAL", 3.0):
        for seconds in (20, 90, 40, 80, 60, 77):
            await in_house(hass, remote.seek, "Kitchen", seconds)
            await quiet(hass, remote, 0.25)
        await until(hass, lambda: 76 <= shown(hass, KITCHEN, "media_position") <= 85)
    assert 1 <= await readings(hass, remote) <= 2


@pytest.mark.usefixtures("brisk", "playing")
async def test_position_that_cannot_be_read_is_read_later(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """A refusal is nothing to bother anybody with, and nothing to be wrong for ever for."""
    await in_house(hass, remote.fail_action, "Kitchen", "GetPositionInfo", 501)
    with patch(f"{OURS}.asking.positions.POSITION_RETRY", 1.5):
        await in_house(hass, remote.seek, "Kitchen", 77)
        await eventually(lambda: readings(hass, remote), lambda count: count == 1)
        assert shown(hass, KITCHEN, "media_position") < 20
        await until(hass, lambda: 76 <= shown(hass, KITCHEN, "media_position") <= 85)
    assert await readings(hass, remote) == 2
    assert not complaints(caplog)


@pytest.mark.usefixtures("brisk", "playing")
async def test_position_is_not_read_after_unloading(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """A reading that was planned is planned no more."""
    await seek(hass, remote, 77)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await quiet(hass, remote, 1.5)
    assert await readings(hass, remote) == 0


@pytest.mark.usefixtures("brisk", "playing")
async def test_position_of_a_room_that_has_left_is_not_read(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Nobody would answer."""
    await seek(hass, remote, 77)
    await in_house(hass, remote.unplug, "Kitchen")
    await shows(hass, KITCHEN, state="unavailable")
    await quiet(hass, remote, 1.5)
    assert await readings(hass, remote) == 0
    await in_house(hass, remote.plug_in, "Kitchen")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
