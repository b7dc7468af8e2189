"""Events that stop without a word."""

import asyncio

import pytest

from custom_components.sonos_twisted.engine import (
    Served,
)
from tests.simulator.process import SimulatorProcess

from ..host import following, until
from .steps import AT_ONCE, all_by_events, true, turned


async def test_forgetting_is_found_within_five_minutes() -> None:
    """With the real constants: at a renewal, or else by asking."""
    from custom_components.sonos_twisted.engine import inspection, subscription  # noqa: PLC0415

    assert subscription.MAX_RENEWAL_SECONDS < 300
    assert inspection.QUIET_SECONDS + inspection.IN_FLIGHT_SECONDS < 300


@pytest.mark.usefixtures("suspicious")
async def test_a_speaker_that_forgot_without_telling_is_found_by_asking(
    house: SimulatorProcess,
) -> None:
    """Long before the next renewal, and without the others noticing."""
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.forget_leases("Patio", "RenderingControl")
        house.remote.set_volume("Patio", ((host.speaker("Patio").volume or 0) + 7) % 100)
        await true(host, house, 0.5 + 0.2 + 2 * AT_ONCE)
        assert host.lease("Patio", "RenderingControl").subscriptions == 2
        assert host.lease("Patio", "AVTransport").subscriptions == 1
        assert host.lease("Bathroom", "RenderingControl").subscriptions == 1


@pytest.mark.usefixtures("suspicious")
async def test_one_service_that_went_silent_is_found_while_others_go_on(
    house: SimulatorProcess,
) -> None:
    """Events of one service say nothing of another's."""
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.forget_leases("Kitchen", "AVTransport")
        house.remote.play_tracks("Kitchen")
        knob = asyncio.create_task(_keep_turning(house, "Kitchen"))
        try:
            await until(lambda: host.lease("Kitchen", "AVTransport").subscriptions == 2)
        finally:
            knob.cancel()
        await true(host, house)
    house.remote.stop_playing("Kitchen")


async def _keep_turning(house: SimulatorProcess, room: str) -> None:
    """Turn a volume up and down for ever, several times a second."""
    while True:
        for volume in (20, 21):
            house.remote.set_volume(room, volume)
            await asyncio.sleep(0.2)


@pytest.mark.usefixtures("suspicious", "polling_is_quick")
async def test_a_speaker_whose_events_stop_is_polled_alone(house: SimulatorProcess) -> None:
    """Its leases sound well and bring nothing; when they do again, polling ends."""
    async with following(house) as host:
        await until(host.is_heard)
        patio = host.speaker("Patio").uid
        house.remote.fault_notify("Patio", "drop", count=10**6)
        house.remote.set_volume("Patio", ((host.speaker("Patio").volume or 0) + 7) % 100)
        house.remote.play_tracks("Patio")
        await until(lambda: host.served[patio] is Served.BY_POLLING)
        await true(host, house)
        house.remote.set_volume("Patio", ((host.speaker("Patio").volume or 0) + 7) % 100)
        await true(host, house)
        assert {way for uid, way in host.served.items() if uid != patio} == {Served.BY_EVENTS}
        assert host.reachable[patio]
        house.remote.heal()
        await until(lambda: all_by_events(host))
        house.remote.reset_requests()
        assert await turned(host, house, "Patio") < AT_ONCE
    house.remote.stop_playing("Patio")
