"""Where events cannot arrive at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os

import pytest

from custom_components.sonos_twisted.engine import (
    EventsNotArrivingError,
    ListenSettings,
    ReachabilityNews,
    Served,
)
from tests.simulator.process import SimulatorProcess

from ..host import following, until
from .steps import AT_ONCE, all_by_events, complaints, soap_requests, true, turned

VOLUME = "SOAP RenderingControl.GetVolume"


def about_playing(house: SimulatorProcess, uid: str) -> set[str]:
    """Return which questions about what it plays a speaker was asked."""
    return {what for what in house.remote.requests()[uid] if what.startswith("SOAP AVTransport.")}


@asynccontextmanager
async def forwarding(port: int, to: tuple[str, int]) -> AsyncIterator[None]:
    """Let what comes to a port go to another one, as a router does."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*to)
        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer))

    async with await asyncio.start_server(forward, "127.0.0.1", port):
        yield


@pytest.mark.usefixtures("polling_is_quick")
async def test_a_house_whose_events_cannot_arrive_is_polled_until_they_can(
    house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """At most four requests for each speaker in ten seconds, which last one here."""
    wrong = 15400 + os.getpid() % 1000
    listen = ListenSettings("127.0.0.1", 14400, advertise_port=wrong)
    house.remote.group("Bathroom", "Kitchen")
    async with following(house, listen=listen) as host:
        assert set(host.served.values()) == {Served.BY_POLLING}
        error = host.lease("Kitchen", "AVTransport").error
        assert isinstance(error, EventsNotArrivingError)
        assert error.callback == f"http://127.0.0.1:{wrong}/"
        # Everything is known, and stays known.
        await true(host, house)
        house.remote.play_tracks("Kitchen")
        house.remote.set_volume("Patio", ((host.speaker("Patio").volume or 0) + 7) % 100)
        await true(host, house)
        house.remote.ungroup("Bathroom")
        await true(host, house)
        house.remote.group("Bathroom", "Kitchen")
        await true(host, house)
        # It does not cost much. A round that is under way is counted twice at most.
        member, rooms = host.speaker("Bathroom").uid, {r.uid for r in host.household.rooms}
        house.remote.reset_requests()
        begin = asyncio.get_running_loop().time()
        await until(lambda: house.remote.requests()[member].get(VOLUME, 0) >= 2)
        seconds = asyncio.get_running_loop().time() - begin
        asked = soap_requests(house)
        assert all(asked[uid] <= 4 * (seconds + 1) for uid in rooms)
        # A member plays what its coordinator plays, so from its second round on it is not asked.
        house.remote.reset_requests()
        await until(lambda: all(about_playing(house, uid) for uid in rooms - {member}))
        await until(lambda: house.remote.requests()[member].get(VOLUME, 0) >= 2)
        assert not about_playing(house, member)
        # And it ends when the fault ends.
        assert host.connection.listening_on is not None
        async with forwarding(wrong, ("127.0.0.1", host.connection.listening_on[1])):
            await until(lambda: all_by_events(host))
            await turned(host, house, "Patio")
            await true(host, house)
            house.remote.reset_requests()
            # What was on its way may be counted still; what comes after it is not.
            await turned(host, house, "Bathroom")
            assert sum(soap_requests(house).values()) <= len(rooms)
            await host.connection.close()
    house.remote.ungroup("Bathroom")
    house.remote.stop_playing("Kitchen")
    assert len(complaints(caplog)) == 1
    assert complaints(caplog)[0].startswith("Asking for the state at intervals, because")


@pytest.mark.usefixtures("polling_is_quick")
async def test_a_speaker_that_does_as_it_is_told_but_grants_nothing(
    house: SimulatorProcess,
) -> None:
    """Subscriptions hang, commands do not: it is polled and stays available, as it works."""
    async with following(house, request_seconds=0.5) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        house.remote.stall("Patio", "gena")
        house.remote.forget_leases("Patio")
        await host.on_reactor(host.session.links[uid].renew_from_scratch)
        since = len(host.news)
        await until(lambda: host.served[uid] is Served.BY_POLLING)
        for _ in range(3):
            assert await turned(host, house, "Patio") < 2.0 + AT_ONCE
        told = [news for news in host.news[since:] if isinstance(news, ReachabilityNews)]
        assert [news for news in told if not news.reachable] == []
        house.remote.heal()
        await until(lambda: all_by_events(host))
        assert await turned(host, house, "Patio") < AT_ONCE
