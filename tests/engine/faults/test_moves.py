"""Speakers that start anew, move and leave."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from custom_components.sonos_twisted.engine.address_claims import OLD_ADDRESS_SECONDS
from custom_components.sonos_twisted.engine.commands import rendering, soap
from custom_components.sonos_twisted.engine.reporters import TOPOLOGY
from tests.simulator.process import SimulatorProcess

from ..host import Host, following, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote

from .steps import AT_ONCE, all_by_events, true, turned


async def test_a_speaker_that_starts_anew_is_heard_again_by_topology(
    other_house: SimulatorProcess,
) -> None:
    """The others tell of its new BootSeq; it has forgotten everything."""
    async with following(other_house) as host:
        await until(host.is_heard)
        other_house.remote.reboot("Patio", 0.1)
        before = host.speaker("Patio").boot_seq or 0
        await until(lambda: (host.speaker("Patio").boot_seq or 0) > before)
        assert await until(lambda: all_by_events(host)) < AT_ONCE
        assert await turned(host, other_house, "Patio") < AT_ONCE


async def test_a_speaker_that_starts_anew_is_heard_again_by_its_announcement(
    house: SimulatorProcess,
) -> None:
    """SSDP and mDNS tell the BootSeq too; an old one is no news."""
    async with following(house) as host:
        await until(host.is_heard)
        patio = host.speaker("Patio")
        lease = host.lease("Patio", "RenderingControl")
        host.connection.heard_of(patio.uid, boot_seq=patio.boot_seq)
        await turned(host, house, "Patio")
        assert lease.subscriptions == 1
        house.remote.forget_leases("Patio")
        house.remote.set_volume("Patio", ((patio.volume or 0) + 7) % 100)
        host.connection.heard_of(patio.uid, boot_seq=(patio.boot_seq or 0) + 1)
        assert await true(host, house) < AT_ONCE
        assert lease.subscriptions == 2


async def test_a_speaker_is_followed_to_its_new_address_by_topology(
    other_house: SimulatorProcess,
) -> None:
    """The others tell where it is; its new leases are held there within seconds."""
    remote = other_house.remote
    async with following(other_house) as host:
        await until(host.is_heard)
        address = remote.change_address("Patio")
        assert await until(lambda: host.speaker("Patio").host == address) < 2 * AT_ONCE
        await until(lambda: all_by_events(host))
        assert await turned(host, other_house, "Patio") < AT_ONCE
        await host.connection.run(rendering.set_volume, f"{address}:1400", 5)
        await until(lambda: host.speaker("Patio").volume == 5)


async def test_a_speaker_is_followed_to_its_new_address_by_its_announcement(
    other_house: SimulatorProcess,
) -> None:
    """Nobody in the household says anything, as when the topology's events are lost."""
    remote = other_house.remote
    async with following(other_house) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        remote.fault_notify("*", "drop", TOPOLOGY, count=2)
        address = remote.change_address("Patio")
        await until(lambda: [s["status"] for s in remote.notifications()].count("dropped") == 2)
        remote.forget_leases("Patio")
        remote.set_volume("Patio", 77)
        host.connection.heard_of(uid, f"{address}:1400")
        assert await until(lambda: host.speaker("Patio").volume == 77) < AT_ONCE


async def test_who_says_that_he_is_a_speaker_is_not_believed_while_it_answers(
    house: SimulatorProcess,
    other_server: Callable[[int, bytes], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """He answers as the speaker does; when that one is silent for three seconds, he is followed."""
    caplog.set_level("DEBUG")
    description = soap.get(house.addresses["Patio"], "/xml/device_description.xml")
    impostor = other_server(200, description)
    async with following(house) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        host.connection.heard_of(uid, impostor)
        await until(lambda: f"Patio: it is still at {house.addresses['Patio']}" in caplog.text)
        assert await turned(host, house, "Patio") < AT_ONCE
        house.remote.stall("Patio")
        host.connection.heard_of(uid, impostor)
        seconds = await until(lambda: f"Patio: it is at {impostor} now" in caplog.text)
        assert OLD_ADDRESS_SECONDS <= seconds < OLD_ADDRESS_SECONDS + AT_ONCE


@pytest.mark.usefixtures("suspicious")
async def test_others_report_when_those_who_reported_have_left(
    other_house: SimulatorProcess,
) -> None:
    """Both speakers that tell the topology lose power, and nobody says so."""
    remote = other_house.remote
    async with following(other_house, request_seconds=1.0) as host:
        await until(host.is_heard)
        reporters = set(
            await host.on_reactor(lambda: list(host.session._reporters.chosen[TOPOLOGY]))
        )
        assert len(reporters) == 2
        for uid in reporters:
            remote.unplug(uid, reason=None)
        await until(lambda: not any(host.reachable[uid] for uid in reporters))
        rest = [room.name for room in host.household.rooms if room.uid not in reporters]
        remote.group(rest[0], rest[1])
        together = {host.speaker(name).uid for name in rest[:2]}
        await until(
            lambda: set(host.household.group_members(host.speaker(rest[1]).uid)) == together
        )
        now = await host.on_reactor(lambda: dict(host.session._reporters.chosen))
        assert all(reporters.isdisjoint(uids) for uids in now.values())
        # And they are known again when they are back.
        for uid in reporters:
            remote.plug_in(uid)
        await until(lambda: all(host.reachable.values()))
        await until(lambda: all_by_events(host))
        await true(host, other_house)


async def first_reporter_leaves(host: Host, remote: Remote) -> float:
    """Pull a plug, and return how many seconds it takes to be known."""
    first = (await host.on_reactor(lambda: list(host.session._reporters.chosen[TOPOLOGY])))[0]
    remote.unplug(first)
    return await until(lambda: first not in {room.uid for room in host.household.rooms})


async def test_reporters_leave_one_after_the_other(other_house: SimulatorProcess) -> None:
    """With two of them, one that leaves does not take the news of it along."""
    remote = other_house.remote
    async with following(other_house) as host:
        await until(host.is_heard)
        for _ in range(4):
            assert await first_reporter_leaves(host, remote) < 2 * AT_ONCE
        left = [room.name for room in host.household.rooms]
        assert len(left) == 2
        await turned(host, other_house, left[0])
