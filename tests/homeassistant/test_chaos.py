"""What the soak has found, each made to happen on purpose."""

import asyncio

from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator.control import Remote

from .conftest import until

KITCHEN = "media_player.kitchen"


def _position(hass: HomeAssistant) -> float:
    """Return where in the track the kitchen is now, as far as Home Assistant knows."""
    state = hass.states.get(KITCHEN)
    assert isinstance(state, State)
    position = state.attributes.get("media_position")
    if position is None:
        return -1.0
    age = dt_util.utcnow() - state.attributes["media_position_updated_at"]
    return float(position) + float(age.total_seconds())


async def test_a_seek_whose_events_were_lost(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """The first event of the new subscription changes nothing, but the position is in doubt."""
    await hass.async_add_executor_job(remote.play_tracks, "Kitchen")
    await until(hass, lambda: 1 < _position(hass) < 10)
    remote.fault_notify("Kitchen", "drop", "AVTransport", count=10)
    remote.set_crossfade("Kitchen", True)
    await until(hass, lambda: _dropped(remote))
    remote.seek("Kitchen", 50)
    await asyncio.sleep(1)  # whatever the player says of it is lost
    assert _position(hass) < 20
    remote.heal("Kitchen")
    remote.set_crossfade("Kitchen", False)
    await until(hass, lambda: _position(hass) > 49)
    assert _position(hass) == pytest.approx(_true_position(remote), abs=2)


def _dropped(remote: Remote) -> int:
    return sum(event["status"] == "dropped" for event in remote.notifications())


def _true_position(remote: Remote) -> float:
    speakers = remote.truth()["speakers"].values()
    return next(float(s["position"]) for s in speakers if s["name"] == "Kitchen")
