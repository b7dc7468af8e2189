"""A host that follows a simulated house with the engine, as Home Assistant does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import os
from typing import TYPE_CHECKING, Any

from custom_components.sonos_twisted.engine import (
    AnyNews,
    ConnectionSettings,
    DescriptionNews,
    EventNews,
    HouseholdConnection,
    LeaseNews,
    ListenerNews,
    ListenSettings,
    PositionNews,
    ReachabilityNews,
    Served,
    ServedNews,
    TopologyNews,
    reactor_thread,
)
from custom_components.sonos_twisted.engine.speaker_link import SPEAKER_SERVICES
from custom_components.sonos_twisted.model import Household, Speaker

if TYPE_CHECKING:
    from custom_components.sonos_twisted.engine.lease import Lease
    from custom_components.sonos_twisted.engine.session import HouseholdSession
    from tests.simulator.process import SimulatorProcess

#: Seconds within which something that must happen has happened, on the slowest machine.
PATIENCE = 15.0

#: What every speaker has of what a speaker tells of itself.
OWN_SERVICES = SPEAKER_SERVICES[:4]


def base(number: int) -> str:
    """Return the address of the first speaker of a house; each test run has its own."""
    return f"127.40.{(os.getpid() * 7 + number) % 254 + 1}.1"


async def until(
    condition: Callable[[], object],
    otherwise: Callable[[], object] = str,
    seconds: float = PATIENCE,
) -> float:
    """Wait until something is true, and return how many seconds that took.

    Args:
        condition: What must become true.
        otherwise: Tells what is the case when it did not.
        seconds: How long to wait.

    """
    loop = asyncio.get_running_loop()
    begin = loop.time()
    while not condition():
        assert loop.time() < begin + seconds, f"this did not become true in time; {otherwise()}"
        await asyncio.sleep(0.01)
    return loop.time() - begin


class Host:
    """Takes the engine's news into a model.

    Attributes:
        connection: The way to the speakers.
        household: What is known of them.
        news: All news so far.
        served: How the state of each speaker comes, by uid.
        told: What was told last of each lease, by uid and service.
        reachable: Whether each speaker is said to answer, by uid.

    """

    def __init__(self, settings: ConnectionSettings) -> None:
        """Prepare to follow a house."""
        self.connection = HouseholdConnection(reactor_thread(), self._take, settings)
        self.household = Household("")
        self.news: list[AnyNews] = []
        self.served: dict[str, Served] = {}
        self.told: dict[tuple[str, str], LeaseNews] = {}
        self.reachable: dict[str, bool] = {}
        self._apply: dict[type[AnyNews], Callable[[Any], object]] = {
            EventNews: lambda n: self.household.apply_event(
                n.uid, n.service, n.variables, n.received_at
            ),
            TopologyNews: lambda n: self.household.apply_topology(n.topology, n.received_at),
            DescriptionNews: lambda n: None,
            ReachabilityNews: lambda n: self.reachable.update({n.uid: n.reachable}),
            LeaseNews: lambda n: self.told.update({(n.uid, n.service): n}),
            ServedNews: lambda n: self.served.update({n.uid: n.served}),
            PositionNews: lambda n: None,
            ListenerNews: lambda n: None,
        }

    def _take(self, news: list[AnyNews]) -> None:
        self.news += news
        for piece in news:
            self._apply[type(piece)](piece)

    @property
    def session(self) -> HouseholdSession:
        """What listens to the house; it lives on the reactor thread."""
        session = self.connection._session
        assert session is not None
        return session

    def speaker(self, room: str) -> Speaker:
        """Return the visible speaker of a room."""
        return next(speaker for speaker in self.household.rooms if speaker.name == room)

    def lease(self, room: str, service: str) -> Lease:
        """Return a lease; only its attributes are to be read from here."""
        return self.session.leases[self.speaker(room).uid, service]

    async def on_reactor[T](self, function: Callable[[], T]) -> T:
        """Call a function on the reactor thread."""
        return await reactor_thread().run(function)

    # What is asked for

    def is_complete(self) -> bool:
        """Tell whether all rooms have said how loud they are and what they do."""
        rooms = self.household.rooms
        return bool(rooms) and all(
            room.volume is not None and room.playback is not None for room in rooms
        )

    def is_heard(self) -> bool:
        """Tell whether the events of all rooms arrive."""
        rooms = self.household.rooms
        return bool(rooms) and all(
            (told := self.told.get((room.uid, service))) is not None and told.held
            for room in rooms
            for service in OWN_SERVICES
        )

    def shows(self, house: SimulatorProcess) -> bool:
        """Tell whether what is known of all rooms is the truth."""
        return not self.differences(house)

    def differences(self, house: SimulatorProcess) -> list[str]:
        """Return what is known otherwise than it is, for people to read."""
        truth = house.remote.truth()["speakers"]
        return [
            f"{room.name}: {name} is {known!r} instead of {true!r}"
            for room in self.household.rooms
            for name, known, true in _compared(self.household, room, truth[room.uid])
            if known != true
        ]


def _compared(
    household: Household, room: Speaker, truth: dict[str, Any]
) -> list[tuple[str, object, object]]:
    playback = room.playback.value if room.playback else None
    coordinator = household.coordinator_of(room.uid)
    state = str(truth["state"]).removesuffix("_PLAYBACK").lower()
    return [
        ("volume", room.volume, truth["volume"]),
        ("mute", room.muted, truth["mute"]),
        ("state", playback, state),
        ("title", (room.media and room.media.title) or "", truth["title"]),
        ("coordinator", coordinator.uid if coordinator else None, truth["coordinator"]),
        ("address", room.host, truth["address"]),
    ]


@asynccontextmanager
async def following(
    house: SimulatorProcess,
    *,
    listen: ListenSettings | None = None,
    request_seconds: float = 9.5,
    lease_seconds: int = 600,
    hosts: list[str] | None = None,
) -> AsyncIterator[Host]:
    """Follow a house for the time of a block, from when all of it is known."""
    settings = ConnectionSettings(
        listen=listen or ListenSettings(port=14400),
        request_seconds=request_seconds,
        lease_seconds=lease_seconds,
    )
    host = Host(settings)
    await host.connection.open(hosts or house.hosts[:1])
    try:
        await until(host.is_complete, lambda: host.told)
        yield host
    finally:
        await host.connection.close()
