"""Lost, late, repeated and reordered events."""

import pytest

from tests.simulator.process import SimulatorProcess

from ..host import following, until
from .steps import AT_ONCE, complaints, lease_of, send_again, sends, true, turned, volumes


async def test_a_lost_event_heals_with_the_next_one(house: SimulatorProcess) -> None:
    """The gap in SEQ is noticed, and a new subscription tells everything."""
    async with following(house) as host:
        await until(host.is_heard)
        volume = ((host.speaker("Patio").volume or 0) + 7) % 100
        house.remote.fault_notify("Patio", "drop", "RenderingControl")
        house.remote.set_volume("Patio", volume)
        await until(lambda: house.remote.notifications()[-1]["status"] == "dropped")
        assert host.speaker("Patio").volume != volume
        house.remote.set_mute("Patio")
        await until(lambda: host.speaker("Patio").muted)
        assert await true(host, house) < AT_ONCE
        assert host.lease("Patio", "RenderingControl").gaps == 1
        house.remote.set_mute("Patio", mute=False)


@pytest.mark.parametrize("kind", ["duplicate", "reorder", "delay"])
async def test_an_event_out_of_order_never_overwrites_a_newer_one(
    house: SimulatorProcess, kind: str
) -> None:
    """Whatever the network does to one event: the volume never jumps back."""
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.set_volume("Patio", 10)
        await until(lambda: host.speaker("Patio").volume == 10)
        house.remote.fault_notify("Patio", kind, "RenderingControl", seconds=0.5)
        for volume in (11, 12, 13):
            await sends(house, "Patio", volume)
        await until(lambda: host.speaker("Patio").volume == 13)
        await turned(host, house, "Bathroom")
        known = volumes(host, "Patio")
        since = known.index(10)
        assert known[since:] == sorted(known[since:])
        await true(host, house)


async def test_an_event_that_was_long_on_its_way_is_not_believed(house: SimulatorProcess) -> None:
    """It is answered, as the speaker would send it again otherwise, and changes nothing."""
    async with following(house) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        for _ in range(3):
            await turned(host, house, "Patio")
        volume = host.speaker("Patio").volume
        lease = lease_of(house, uid, "RenderingControl")
        latest = lease["next_seq"] - 1
        assert send_again(lease, latest, 99) == 200
        assert send_again(lease, latest - 1, 98) == 200
        await turned(host, house, "Bathroom")
        assert host.speaker("Patio").volume == volume
        assert {99, 98}.isdisjoint(volumes(host, "Patio"))
        assert host.lease("Patio", "RenderingControl").subscriptions == 1


async def test_an_initial_event_that_comes_again_late_is_not_believed(
    house: SimulatorProcess,
) -> None:
    """It may be from before everything else; what is true is found out within a second."""
    async with following(house) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        for _ in range(2):
            await turned(host, house, "Patio")
        lease = host.lease("Patio", "RenderingControl")
        assert send_again(lease_of(house, uid, "RenderingControl"), 0, 99) == 200
        assert await until(lambda: lease.subscriptions == 2 and lease.is_held) < AT_ONCE
        assert host.shows(house), host.differences(house)
        assert 99 not in volumes(host, "Patio")


async def test_a_speaker_that_counts_anew(house: SimulatorProcess) -> None:
    """It has lost count, but not the lease; its events are not lost."""
    async with following(house) as host:
        await until(host.is_heard)
        for _ in range(2):
            await turned(host, house, "Patio")
        house.remote.renumber_events("Patio", "RenderingControl", 0)
        assert await turned(host, house, "Patio") < AT_ONCE
        assert await turned(host, house, "Patio") < AT_ONCE
        assert host.lease("Patio", "RenderingControl").subscriptions == 2


async def test_after_the_greatest_number_comes_1(house: SimulatorProcess) -> None:
    """Nothing is lost there, so nobody subscribes anew."""
    async with following(house) as host:
        await until(host.is_heard)
        lease = host.lease("Patio", "RenderingControl")
        # As if four thousand million events had come.
        house.remote.renumber_events("Patio", "RenderingControl", 2**32 - 2)
        await host.on_reactor(lambda: setattr(lease._core.sequence, "last", 2**32 - 3))
        for _ in range(4):
            assert await turned(host, house, "Patio") < AT_ONCE
        uid = host.speaker("Patio").uid
        assert lease_of(house, uid, "RenderingControl")["next_seq"] == 3
        assert (lease.subscriptions, lease.gaps) == (1, 0)


async def test_an_event_of_an_ended_subscription_is_refused(house: SimulatorProcess) -> None:
    """It may be older than what the new subscription has told."""
    async with following(house) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        old = lease_of(house, uid, "RenderingControl")
        lease = host.lease("Patio", "RenderingControl")
        await host.on_reactor(lease.renew_from_scratch)
        await until(lambda: lease.subscriptions == 2 and lease.is_held)
        assert send_again(old, old["next_seq"], 99) == 412
        await turned(host, house, "Bathroom")
        assert 99 not in volumes(host, "Patio")


@pytest.mark.parametrize("when", ["before", 0.0, 0.7])
async def test_the_state_is_complete_whenever_the_first_event_comes(
    house: SimulatorProcess, when: str | float, caplog: pytest.LogCaptureFixture
) -> None:
    """Before the answer to SUBSCRIBE, with it, or after it; nobody is asked twice."""
    house.remote.set_initial(when)
    async with following(house) as host:
        await until(host.is_heard)
        assert host.shows(house), host.differences(house)
        assert {lease.subscriptions for lease in host.session.leases.values()} == {1}
    assert not complaints(caplog)
