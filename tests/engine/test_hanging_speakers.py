"""Four of sixteen speakers hang: what that does to the others.

How much slower events are then is measured by ``tests/benchmarks/hanging_speakers.py``. Nothing
here depends on how fast the machine is.
"""

import asyncio
from collections.abc import Iterator
import threading
from typing import TYPE_CHECKING, cast

import pytest

from custom_components.sonos_twisted.engine import EventNews, PlayerUnreachableError, Served
from custom_components.sonos_twisted.engine.commands import rendering, transport
from tests.engine.host import Host, base, following, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from custom_components.sonos_twisted.engine.runner import ThreadRunner

SPEAKERS, HANGING = 16, 4

#: Seconds; how long a single request may take in these tests.
DEADLINE = 1.0

#: How many times each speaker is turned.
TURNS = 5


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(3), speakers=SPEAKERS, options=["--no-moderation"]) as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give the house; the speakers answer again when a test is over."""
    yield _house
    _house.remote.heal()


def busy_threads(host: Host) -> int:
    """Return how many threads wait for speakers."""
    runner = cast("ThreadRunner", host.connection._runner)
    return len(runner._pool.working)


def threads() -> int:
    """Return how many threads there are for commands, busy or not."""
    return sum("PoolThread-sonos_twisted" in thread.name for thread in threading.enumerate())


def heard(host: Host, uid: str) -> int:
    """Return how many events of a speaker came; a busy host gets several in one piece."""
    return sum(news.events for news in host.news if isinstance(news, EventNews) and news.uid == uid)


def sent(house: SimulatorProcess, uid: str, since: int) -> int:
    """Return how many events a speaker has sent."""
    return sum(each["uid"] == uid for each in house.remote.notifications(since))


def read_position(host: Host, room: str) -> asyncio.Task[dict[str, str]]:
    """Ask a speaker for its position, as is done after each of its changes of track."""
    address = f"{host.speaker(room).host}:1400"
    return asyncio.create_task(host.connection.run(transport.read_position, address))


@pytest.mark.parametrize("what", ["soap", "all"])
async def test_the_others_do_not_notice(
    house: SimulatorProcess, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Their events all arrive and their commands are executed at once; four threads wait."""
    remote, loop = house.remote, asyncio.get_running_loop()
    rooms = list(house.addresses)
    hanging, others = rooms[:HANGING], rooms[HANGING:]
    async with following(house, request_seconds=DEADLINE, hosts=house.hosts[-1:]) as host:
        await until(host.is_heard)
        before = threads()
        for room in hanging:
            remote.stall(room, what)
        begin = loop.time()
        waiting = [read_position(host, room) for room in hanging]
        # More of them wait in turn, and hold no thread.
        behind = [read_position(host, room) for room in hanging for _ in range(3)]
        await until(lambda: busy_threads(host) == HANGING)
        host.news.clear()
        since = remote.notifications()[-1]["number"]

        commands = [
            host.connection.run(rendering.set_volume, f"{host.speaker(room).host}:1400", 50)
            for room in others
        ]
        await asyncio.gather(*commands)
        await until(lambda: busy_threads(host) == HANGING)
        assert not any(task.done() for task in waiting)
        for volume in range(TURNS):
            for room in rooms:
                remote.set_volume(room, volume)
        uids = [host.speaker(room).uid for room in others]
        await until(lambda: {host.speaker(room).volume for room in others} == {TURNS - 1})
        await until(lambda: all(heard(host, uid) == sent(house, uid, since) for uid in uids))
        assert all(heard(host, uid) >= TURNS for uid in uids)
        assert not any(host.lease(room, "RenderingControl").gaps for room in others)
        assert threads() <= max(before, HANGING) + len(others)

        # Who asked a speaker that hangs is told so when its time is over.
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(result) for result in results} == {PlayerUnreachableError}
        assert loop.time() - begin < DEADLINE + 1.0
        await until(lambda: busy_threads(host) <= HANGING)
        assert {host.served[uid] for uid in uids} == {Served.BY_EVENTS}
        assert all(host.reachable[uid] for uid in uids)

        # And when they answer again, all is as before.
        remote.heal()
        await asyncio.gather(*behind, return_exceptions=True)
        await until(lambda: all(host.reachable.values()))
        await until(lambda: host.shows(house), lambda: host.differences(house))
    assert not [
        r for r in caplog.records if r.levelname in {"WARNING", "ERROR"} and r.name != "asyncio"
    ]
    assert not any(record.exc_info for record in caplog.records)


async def test_their_own_events_arrive(house: SimulatorProcess) -> None:
    """What a speaker says is heard, whether or not it answers."""
    remote = house.remote
    room = next(iter(house.addresses))
    async with following(house, request_seconds=DEADLINE, hosts=house.hosts[-1:]) as host:
        await until(host.is_heard)
        remote.stall(room, "soap")
        asked = read_position(host, room)
        for volume in range(TURNS):
            remote.set_volume(room, volume)
        remote.play_tracks(room)
        await until(lambda: host.shows(house), lambda: host.differences(house))
        with pytest.raises(PlayerUnreachableError, match="does not answer"):
            await asked
        # Its leases are served, so it is not believed to be gone.
        assert host.reachable[host.speaker(room).uid]
        assert host.served[host.speaker(room).uid] is Served.BY_EVENTS
        remote.heal()
        remote.stop_playing(room)
