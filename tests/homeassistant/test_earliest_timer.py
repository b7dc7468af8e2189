"""A timer that several ask for."""

import asyncio

from homeassistant.core import HomeAssistant

from custom_components.sonos_twisted.earliest_timer import EarliestTimer


async def test_it_rings_once_for_all_when_the_first_of_them_needs_it(hass: HomeAssistant) -> None:
    """Afterwards it can be asked again."""
    rung = asyncio.Queue[float]()
    timer = EarliestTimer(hass.loop, lambda: rung.put_nowait(hass.loop.time()))
    begin = hass.loop.time()
    timer.at(begin + 60.0)
    timer.at(begin + 0.02)
    timer.after(30.0)
    assert (timer.when or 0.0) <= begin + 0.02
    assert await rung.get() >= begin + 0.02
    assert timer.when is None
    timer.after(0.0)
    await rung.get()
    assert rung.empty()


async def test_it_can_be_cancelled(hass: HomeAssistant) -> None:
    """Twice, too, and used again."""
    rung = asyncio.Event()
    timer = EarliestTimer(hass.loop, rung.set)
    timer.after(0.0)
    timer.cancel()
    timer.cancel()
    await asyncio.sleep(0)
    assert timer.when is None
    assert not rung.is_set()
    timer.after(0.0)
    await rung.wait()
