"""The option that says where commands run."""

import os
from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest

from custom_components.sonos_twisted.engine.worker_process import WORKER_PROGRAM
from tests.simulator.process import SimulatorProcess

from .conftest import all_known, complaints, make_entry, until


def workers() -> set[int]:
    """Return the worker processes of this process."""
    children = Path("/proc/self/task").glob("*/children")
    pids = {int(pid) for file in children for pid in file.read_text().split()}
    program = WORKER_PROGRAM[-1].encode()
    return {pid for pid in pids if program in Path(f"/proc/{pid}/cmdline").read_bytes()}


@pytest.mark.parametrize(("commands", "count"), [("threads", 0), ("process", 1)])
async def test_commands_run_where_the_option_says(
    hass: HomeAssistant,
    house: SimulatorProcess,
    caplog: pytest.LogCaptureFixture,
    commands: str,
    count: int,
) -> None:
    """A household has one worker process or none, and it ends with the entry."""
    entry = await make_entry(hass, house.addresses["Kitchen"], commands=commands)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    kitchen = "media_player.kitchen"
    await hass.services.async_call(
        "media_player", "volume_set", {"entity_id": kitchen, "volume_level": 0.42}, blocking=True
    )

    def volume() -> object:
        state = hass.states.get(kitchen)
        return state and state.attributes.get("volume_level")

    await until(hass, lambda: volume() == 0.42)
    running = workers()
    assert len(running) == count
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert workers() == set()
    for pid in running:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert complaints(caplog) == []
