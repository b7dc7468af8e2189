"""The end: of a session, and of a process."""

import asyncio
from collections.abc import Iterator
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from custom_components.sonos_twisted.engine import (
    ListenSettings,
)
from custom_components.sonos_twisted.engine.commands import state
from custom_components.sonos_twisted.engine.session import RELEASE_SECONDS
from tests.simulator.process import SimulatorProcess

from ..host import OWN_SERVICES, following, until
from .steps import AT_ONCE, LISTEN, PORT, complaints, soap_requests, turned


async def test_every_speaker_is_told_of_the_end(house: SimulatorProcess) -> None:
    """At once, when they answer."""
    loop = asyncio.get_running_loop()
    async with following(house) as host:
        await until(host.is_heard)
        held = sum(len(leases) for leases in house.remote.leases().values())
        assert held == len(host.session.leases)
        house.remote.reset_requests()
        begin = loop.time()
        await host.connection.close()
        assert loop.time() - begin < AT_ONCE
        assert not any(house.remote.leases().values())
        assert unsubscribes(house) == held


def unsubscribes(house: SimulatorProcess) -> int:
    """Return how many UNSUBSCRIBE requests were received."""
    return sum(
        number
        for of_speaker in house.remote.requests().values()
        for what, number in of_speaker.items()
        if what.startswith("UNSUBSCRIBE")
    )


async def test_the_end_does_not_wait_for_speakers_that_hang(house: SimulatorProcess) -> None:
    """All are told at the same time, and together they have three seconds."""
    loop = asyncio.get_running_loop()
    async with following(house) as host:
        await until(host.is_heard)
        held = sum(len(leases) for leases in house.remote.leases().values())
        house.remote.reset_requests()
        house.remote.stall("*")
        begin = loop.time()
        closing = asyncio.create_task(host.connection.close())
        assert await until(lambda: unsubscribes(house) == held) < AT_ONCE
        await closing
        assert loop.time() - begin < RELEASE_SECONDS + AT_ONCE


async def test_commands_that_hang_do_not_prolong_the_end(house: SimulatorProcess) -> None:
    """They have the same three seconds, not three more."""
    loop = asyncio.get_running_loop()
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.stall("*")
        kitchen = f"{house.addresses['Kitchen']}:1400"
        house.remote.reset_requests()
        hanging = asyncio.create_task(host.connection.run(state.read, kitchen, ["volume"]))
        await until(lambda: sum(soap_requests(house).values()) == 1)
        begin = loop.time()
        await host.connection.close()
        assert loop.time() - begin < RELEASE_SECONDS + AT_ONCE
        house.remote.heal()
        await asyncio.wait([hanging])
        assert hanging.exception() is not None


@pytest.fixture
def another_process(house: SimulatorProcess) -> Iterator[subprocess.Popen[bytes]]:
    """Let another process listen to the house, at a port that is ours afterwards."""
    command = [sys.executable, str(LISTEN), "--listen-port", str(PORT), house.addresses["Kitchen"]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        yield process
        process.kill()


async def test_a_process_that_was_killed_leaves_nothing_that_confuses_the_next(
    house: SimulatorProcess,
    another_process: subprocess.Popen[bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its leases still send to the same port. They are refused, and end."""
    rooms = [speaker["uid"] for speaker in house.facts["speakers"] if not speaker["invisible"]]
    await until(
        lambda: all(leased_at(house, PORT)[uid] >= set(OWN_SERVICES) for uid in rooms),
        lambda: leased_at(house, PORT),
    )
    another_process.kill()
    another_process.wait()
    old = {
        lease["sid"]
        for leases in house.remote.leases().values()
        for lease in leases
        if urlsplit(lease["callback"]).port == PORT
    }
    assert old
    async with following(house, listen=ListenSettings(port=PORT)) as host:
        await until(host.is_heard)
        assert host.connection.listening_on == ("0.0.0.0", PORT)
        since = house.remote.notifications()[-1]["number"]
        for room in list(house.addresses):
            await turned(host, house, room)
        assert host.shows(house), host.differences(house)
        sent = house.remote.notifications(since)
        told = {each["status"] for each in sent if each["sid"] in old}
        assert {"412"} <= told <= {"412", "sending"}
        assert {each["status"] for each in sent if each["sid"] not in old} <= {"200", "sending"}
        assert {lease.subscriptions for lease in host.session.leases.values()} == {1}
    assert not complaints(caplog)


def leased_at(house: SimulatorProcess, port: int) -> dict[str, set[str]]:
    """Return the services that speakers have granted to whoever listens at a port, by uid."""
    return {
        uid: {each["service"] for each in held if urlsplit(each["callback"]).port == port}
        for uid, held in house.remote.leases().items()
    }
