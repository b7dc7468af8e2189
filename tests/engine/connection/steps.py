"""A host of the engine, and what it hears of a simulated house."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from typing import TYPE_CHECKING

from custom_components.sonos_twisted.engine import (
    AnyNews,
    ConnectionSettings,
    EventNews,
    HouseholdConnection,
    ListenSettings,
    ReactorThread,
    TopologyNews,
)

from ...simulator.process import SimulatorProcess
from ..conftest import NETWORK

if TYPE_CHECKING:
    from custom_components.sonos_twisted.model import Topology


OUR_ADDRESS = f"{NETWORK}.200"
NOBODY = f"{NETWORK}.250"
#: Seconds within which something that must happen has happened, on the slowest machine.
PATIENCE = 30.0
SETTINGS = ConnectionSettings(listen=ListenSettings(OUR_ADDRESS, 14100), request_seconds=2.0)
OWN_SERVICES = {"AVTransport", "RenderingControl", "DeviceProperties", "GroupRenderingControl"}


class Host:
    """A host of the engine: it takes the news and waits for what it wants to hear."""

    def __init__(self, settings: ConnectionSettings = SETTINGS) -> None:
        """Prepare a connection."""
        thread = ReactorThread()
        self.connection = HouseholdConnection(thread, self.deliver, settings)
        self.news: list[AnyNews] = []
        self._changed = asyncio.Event()

    def deliver(self, news: list[AnyNews]) -> None:
        """Take the news."""
        self.news += news
        self._changed.set()

    def told[T: AnyNews](self, kind: type[T]) -> list[T]:
        """Return the news of a kind."""
        return [news for news in self.news if isinstance(news, kind)]

    @property
    def topology(self) -> Topology:
        """The household as it was told last."""
        return self.told(TopologyNews)[-1].topology

    async def hears(self, what: Callable[[AnyNews], bool]) -> None:
        """Wait until there has been such news."""
        async with asyncio.timeout(PATIENCE):
            while not any(what(news) for news in self.news):
                self._changed.clear()
                await self._changed.wait()

    def forget(self) -> None:
        """Begin a new page."""
        self.news.clear()


@contextlib.asynccontextmanager
async def listening(
    house: SimulatorProcess, settings: ConnectionSettings = SETTINGS
) -> AsyncIterator[Host]:
    """Listen to a household through its first speaker."""
    host = Host(settings)
    await host.connection.open([house.hosts[0]])
    try:
        yield host
    finally:
        await host.connection.close()


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110, it asks another process
            await asyncio.sleep(0.02)


def services_at(house: SimulatorProcess, room: str) -> set[str]:
    """Return the services that a room's speaker sends events of."""
    leases = house.remote.leases()
    return {lease["service"] for lease in leases[uid_of(house, room)]}


def uid_of(house: SimulatorProcess, room: str) -> str:
    """Return the uid of a room's visible speaker."""
    (uid,) = (
        speaker["uid"]
        for speaker in house.facts["speakers"]
        if speaker["name"] == room and not speaker["invisible"]
    )
    return str(uid)


def volume_of(house: SimulatorProcess, room: str, volume: int) -> Callable[[AnyNews], bool]:
    """Recognise the news that a room's volume is now this."""
    uid = uid_of(house, room)

    def told(news: AnyNews) -> bool:
        match news:
            case EventNews(uid=who, variables={"volume": {"Master": level}}):
                return (who, level) == (uid, str(volume))
        return False

    return told
