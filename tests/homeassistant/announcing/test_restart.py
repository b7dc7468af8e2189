"""Announcements that a restart of Home Assistant has cut off."""

import asyncio
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
    KITCHEN,
    OFFICE,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.announcing.steps import (
    DING,
    SPEECH,
    announce,
    key,
    music,
    playing_file,
    say,
    truth,
)
from tests.homeassistant.conftest import all_known, complaints, eventually, make_entry, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("entry")


async def cut_off(hass: HomeAssistant, remote: Remote, entry: MockConfigEntry) -> None:
    """Let music play in two rooms, and Home Assistant end in the middle of an announcement."""
    await music(hass, remote, "Kitchen", 2, 30)
    await music(hass, remote, "Office", 3, 10)
    await shows(hass, KITCHEN, queue_position=2)
    await shows(hass, OFFICE, queue_position=3)
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronized", volume_level=0.6)
    )
    await playing_file(hass, remote, "Office")
    await playing_file(hass, remote, "Kitchen")
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await speaking
    assert caught.value.translation_key == "announcement_cut_off"
    assert (await truth(hass, remote, "Kitchen"))["volume"] == 60


@pytest.mark.parity("beyond: announce restart")
async def test_what_was_before_comes_back_after_a_restart(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Whether the file has come to its end meanwhile or not; then nothing is stored any more."""
    await cut_off(hass, remote, entry)
    assert len(hass_storage[key(entry)]["data"]["records"]) == 1
    assert await hass.config_entries.async_setup(entry.entry_id)
    for room, track in (("Kitchen", 2), ("Office", 3)):
        now = await eventually(
            lambda room=room: truth(hass, remote, room),  # type: ignore[misc]
            lambda now: (now["state"], now["source"]) == ("PLAYING", "queue"),
        )
        assert (now["track_number"], now["volume"], len(now["group"])) == (track, 20, 1)
    await until(hass, lambda: key(entry) not in hass_storage)


async def test_what_does_not_come_back_after_a_restart_is_logged(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await cut_off(hass, remote, entry)
    (record,) = hass_storage[key(entry)]["data"]["records"]
    kitchen = await truth(hass, remote, "Kitchen")
    follower = "Office" if kitchen["uid"] == record["leader"] else "Kitchen"
    await in_house(hass, remote.unplug, follower)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: complaints(caplog))
    assert follower in complaints(caplog)[0]
    # It is waited for across another restart, too.
    await hass.async_block_till_done()
    assert await hass.config_entries.async_reload(entry.entry_id)
    (record,) = hass_storage[key(entry)]["data"]["records"]
    assert record["late"] is True
    await in_house(hass, remote.plug_in, follower)
    await eventually(
        lambda: truth(hass, remote, follower),
        lambda now: (now["volume"], now["state"]) == (20, "PLAYING"),
    )
    await until(hass, lambda: key(entry) not in hass_storage)
    await until(hass, lambda: all_known(hass))


@pytest.mark.parametrize("why", ["music", "grouped", "old", "no time", "lost long ago", "garbage"])
async def test_what_is_out_of_date_stays_as_it_is(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    why: str,
) -> None:
    """Nobody is interrupted for the sake of an announcement of the day before."""
    await cut_off(hass, remote, entry)
    (record,) = hass_storage[key(entry)]["data"]["records"]
    kitchen = await truth(hass, remote, "Kitchen")
    leader = "Kitchen" if kitchen["uid"] == record["leader"] else "Office"
    if why == "music":
        await in_house(hass, remote.play_radio, leader, "BBC Radio 3")
    elif why == "grouped":
        await in_house(hass, remote.ungroup, leader)
        await in_house(hass, remote.group, leader, "Bathroom")
    elif why == "old":
        record["taken_at"] = "2026-01-01T00:00:00+00:00"
    elif why == "no time":
        record["taken_at"] = "yesterday"
    elif why == "lost long ago":
        record |= {"taken_at": "2026-01-01T00:00:00+00:00", "late": True}
        record["snapshot"]["rooms"] = record["snapshot"]["rooms"][:1]
    else:
        hass_storage[key(entry)]["data"]["records"] = [{"leader": 1}, {**record, "snapshot": {}}]
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    if why == "garbage":
        await announce(hass, KITCHEN, DING)
    else:
        await until(hass, lambda: key(entry) not in hass_storage)
    assert (await truth(hass, remote, "Kitchen"))["volume"] == 60


async def test_removing_the_household_forgets_what_is_stored(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await cut_off(hass, remote, entry)
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert key(entry) not in hass_storage


@pytest.mark.parity("beyond: announce restores")
@pytest.mark.parity("announce: fallback")
async def test_a_house_of_the_older_generation_announces_too(
    hass: HomeAssistant, neighbours: SimulatorProcess
) -> None:
    """It has no websocket; its rooms are grouped for the time being."""
    remote = neighbours.remote
    await in_house(hass, remote.publish, DING, 0.8)
    await in_house(hass, remote.play_tracks, "Den")
    entry = await make_entry(hass, neighbours.addresses["Den"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: shown(hass, "media_player.den", "state") == "playing")
    await until(hass, lambda: shown(hass, "media_player.attic", "state") == "idle")
    with pytest.raises(ServiceValidationError, match=r"Attic|Den"):
        await announce(hass, ["media_player.den", "media_player.attic"], DING, mode="overlay")
    speaking = asyncio.create_task(say(hass, ["media_player.den", "media_player.attic"], DING))
    assert len((await playing_file(hass, remote, "Attic"))["group"]) == 2
    await speaking
    now = await truth(hass, remote, "Den")
    assert (now["state"], now["source"], len(now["group"])) == ("PLAYING", "queue", 1)
    assert await hass.config_entries.async_unload(entry.entry_id)
