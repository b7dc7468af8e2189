"""What the soak has found, each made to happen on purpose."""

import asyncio

from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator.control import Remote

from .conftest import until

KITCHEN = "media_player.kitchen"


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


async def test_a_pause_that_is_found_out_late(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """The position is not that at which it was found out."""
    remote.set_granted("Kitchen", "Second-10")
    remote.reboot("Kitchen", 0.1)
    await until(hass, lambda: _sent(remote, "AVTransport") >= 2)
    await hass.async_add_executor_job(remote.play_tracks, "Kitchen")
    await until(hass, lambda: 1 < _position(hass) < 10)
    remote.forget_leases("Kitchen", "AVTransport")
    remote.pause("Kitchen")
    await until(hass, lambda: _state(hass).state == "paused")
    await until(hass, lambda: abs(_shown(hass) - _true_position(remote)) < 1.5)


async def test_a_track_that_is_repeated(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """No event says that it has begun again: nothing is different."""
    await hass.async_add_executor_job(remote.play_tracks, "Kitchen", 1)
    remote.set_play_mode("Kitchen", "REPEAT_ONE")
    await until(hass, lambda: 1 < _position(hass) < 10)
    remote.finish_track("Kitchen", 8)
    await until(hass, lambda: _position(hass) > 100)
    await until(hass, lambda: _true_position(remote) < 10)
    await until(hass, lambda: abs(_position(hass) - _true_position(remote)) < 1.5)


def _state(hass: HomeAssistant) -> State:
    state = hass.states.get(KITCHEN)
    assert state is not None
    return state


def _shown(hass: HomeAssistant) -> float:
    return float(_state(hass).attributes.get("media_position", -1.0))


def _position(hass: HomeAssistant) -> float:
    """Return where in the track the kitchen is now, as far as Home Assistant knows."""
    since = _state(hass).attributes.get("media_position_updated_at", dt_util.utcnow())
    return _shown(hass) + float((dt_util.utcnow() - since).total_seconds())


def _true_position(remote: Remote) -> float:
    speakers = remote.truth()["speakers"].values()
    return next(float(s["position"]) for s in speakers if s["name"] == "Kitchen")


def _sent(remote: Remote, service: str) -> int:
    events = remote.notifications()
    return sum((e["room"], e["service"]) == ("Kitchen", service) for e in events)


def _dropped(remote: Remote) -> int:
    return sum(event["status"] == "dropped" for event in remote.notifications())
