"""A household from beginning to end, over real sockets, with the simulated house."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
import contextlib
import dataclasses
import gc
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock, patch

import pytest

from custom_components.sonos_twisted.engine import (
    AnyNews,
    ConnectionSettings,
    DescriptionNews,
    EngineError,
    EventNews,
    HouseholdConnection,
    LeaseNews,
    ListenSettings,
    NotSonosError,
    PlayerUnreachableError,
    ReachabilityNews,
    ReactorThread,
    TopologyNews,
    UpnpDisabledError,
    WrongHouseholdError,
)
from custom_components.sonos_twisted.engine.commands import rendering
from custom_components.sonos_twisted.engine.connection import _listeners

from ..simulator.process import SimulatorProcess
from .conftest import NETWORK, OnReactor

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

    from custom_components.sonos_twisted.model import Topology

pytestmark = pytest.mark.usefixtures("loopback", "nothing_left")

OUR_ADDRESS = f"{NETWORK}.200"
NOBODY = f"{NETWORK}.250"

#: Seconds within which something that must happen has happened, on the slowest machine.
PATIENCE = 30.0

SETTINGS = ConnectionSettings(listen=ListenSettings(OUR_ADDRESS, 14100), request_seconds=2.0)
OWN_SERVICES = {"AVTransport", "RenderingControl", "DeviceProperties", "GroupRenderingControl"}


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=f"{NETWORK}.1") as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give the house that tests share; each leaves it as it found it, and faults end here."""
    _house.remote.reset_requests()
    yield _house
    _house.remote.heal()


@pytest.fixture
def own_house(loopback: None) -> Iterator[SimulatorProcess]:
    """Give a house of three rooms in which a test can do as it likes."""
    with SimulatorProcess(base=f"{NETWORK}.31", speakers=3) as house:
        yield house


@pytest.fixture
async def nothing_left(
    reactor: ReactorBase, on_reactor: OnReactor, loopback: None
) -> AsyncIterator[None]:
    """Check that a test leaves the reactor as it found it: no calls, no sockets, no listener."""

    def left() -> tuple[set[object], ...]:
        calls: set[object] = {call for call in reactor.getDelayedCalls() if call.active()}
        return calls, set(reactor.getReaders()), set(reactor.getWriters())

    before = on_reactor(left)
    yield
    async with asyncio.timeout(PATIENCE):
        while not all(map(set.issuperset, before, on_reactor(left))):  # noqa: ASYNC110, B912
            await asyncio.sleep(0.01)
    assert on_reactor(lambda: dict(_listeners(reactor)._shared)) == {}


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


# Opening


async def test_the_household_is_found_through_one_speaker(house: SimulatorProcess) -> None:
    host = Host()
    identity = await host.connection.open([house.addresses["Kitchen"]])
    assert identity.address == f"{house.addresses['Kitchen']}:1400"
    assert identity.household_id == house.facts["household"]
    assert identity.description.room_name == "Kitchen"
    await host.hears(lambda news: isinstance(news, TopologyNews))
    rooms = {host.topology.members[uid].name for uid in host.topology.visible}
    assert rooms == set(house.addresses)
    described = {news.description.uid for news in host.told(DescriptionNews)}
    assert described == set(host.topology.visible)
    assert host.connection.listening_on == (OUR_ADDRESS, 14100)
    await host.connection.close()
    assert host.connection.listening_on is None


async def test_who_is_listened_to(house: SimulatorProcess) -> None:
    """Each room for itself, with what its speaker has; hidden parts of rooms not at all."""
    async with listening(house):
        await until(lambda: len(services_at(house, "Patio")) >= 4)
        await until(lambda: "HTControl" in services_at(house, "Living Room"))
        await until(lambda: "AudioIn" in services_at(house, "Office"))
        leases = house.remote.leases()
        held = [lease["service"] for of_speaker in leases.values() for lease in of_speaker]
        hidden = [each["uid"] for each in house.facts["speakers"] if each["invisible"]]
        assert all(services_at(house, room) >= OWN_SERVICES for room in house.addresses)
        assert {uid: leases.get(uid, []) for uid in hidden} == {uid: [] for uid in hidden}
        assert held.count("ZoneGroupTopology") == 2
        assert held.count("AlarmClock") == held.count("ContentDirectory") == 1


async def test_setting_up_takes_few_requests(house: SimulatorProcess) -> None:
    async with listening(house):
        for counters in house.remote.requests().values():
            others = [kind for kind in counters if not kind.startswith("SUBSCRIBE")]
            assert sum(counters[kind] for kind in others) <= 3


async def test_changes_are_heard(house: SimulatorProcess) -> None:
    async with listening(house) as host:
        for room, volume in {"Kitchen": 41, "Patio": 42}.items():
            house.remote.call("set_volume", speaker=room, volume=volume)
            await host.hears(volume_of(house, room, volume))
        assert host.connection.pending_news == 0


async def test_commands(house: SimulatorProcess) -> None:
    async with listening(house) as host:
        await host.connection.run(rendering.set_volume, house.addresses["Office"], 17)
        await host.hears(volume_of(house, "Office", 17))


async def test_a_speaker_that_does_not_answer_is_no_obstacle(house: SimulatorProcess) -> None:
    host = Host()
    identity = await host.connection.open([NOBODY, house.hosts[1]])
    assert identity.address == f"{house.hosts[1]}:1400"
    await host.connection.close()


async def test_two_connections_share_a_port(house: SimulatorProcess) -> None:
    async with listening(house) as first, listening(house) as second:
        assert first.connection.listening_on == second.connection.listening_on
        house.remote.call("set_volume", speaker="Bathroom", volume=11)
        await first.hears(volume_of(house, "Bathroom", 11))
        await second.hears(volume_of(house, "Bathroom", 11))


async def test_who_answers(house: SimulatorProcess) -> None:
    """Without listening to it."""
    host = Host()
    identity = await host.connection.identify(house.addresses["Bedroom"])
    assert identity.description.room_name == "Bedroom"
    assert not any(house.remote.leases().values())
    await host.connection.close()


# Speakers that come, go and change


async def test_a_speaker_appears_and_leaves(own_house: SimulatorProcess) -> None:
    remote = own_house.remote
    remote.call("unplug", speaker="Room 3")
    async with listening(own_house) as host:
        assert uid_of(own_house, "Room 3") not in host.topology.visible
        remote.call("plug_in", speaker="Room 3")
        await until(lambda: services_at(own_house, "Room 3") >= OWN_SERVICES)
        assert uid_of(own_house, "Room 3") in host.topology.visible
        remote.call("unplug", speaker="Room 3")
        await until(lambda: uid_of(own_house, "Room 3") not in host.topology.visible)


async def test_the_speaker_through_which_it_was_found_leaves(own_house: SimulatorProcess) -> None:
    """Others report the household from then on."""
    async with listening(own_house) as host:
        own_house.remote.call("unplug", speaker="Room 1")
        await until(lambda: uid_of(own_house, "Room 1") not in host.topology.visible)
        held = {"ZoneGroupTopology", "AlarmClock", "ContentDirectory"}
        rooms = ("Room 2", "Room 3")
        await until(lambda: held <= set.union(*(services_at(own_house, room) for room in rooms)))
        own_house.remote.call("rename", speaker="Room 2", name="Den")
        await until(lambda: host.topology.members[uid_of(own_house, "Room 2")].name == "Den")


async def test_a_speaker_reboots(own_house: SimulatorProcess) -> None:
    async with listening(own_house) as host:
        own_house.remote.call("reboot", speaker="Room 2", seconds=0.1)
        await until(lambda: services_at(own_house, "Room 2") >= OWN_SERVICES)
        host.forget()
        own_house.remote.call("set_volume", speaker="Room 2", volume=33)
        await host.hears(volume_of(own_house, "Room 2", 33))


async def test_a_speaker_gets_another_address(own_house: SimulatorProcess) -> None:
    async with listening(own_house) as host:
        address = own_house.remote.call("change_address", speaker="Room 2")
        uid = uid_of(own_house, "Room 2")
        await until(lambda: host.topology.members[uid].host == address)
        await until(lambda: services_at(own_house, "Room 2") >= OWN_SERVICES)
        own_house.remote.call("set_volume", speaker="Room 2", volume=34)
        await host.hears(volume_of(own_house, "Room 2", 34))


async def test_a_lost_event_heals(own_house: SimulatorProcess) -> None:
    async with listening(own_house) as host:
        await until(lambda: services_at(own_house, "Room 2") >= OWN_SERVICES)
        remote = own_house.remote
        remote.call("fault_notify", speaker="Room 2", kind="drop", service="RenderingControl")
        remote.call("set_volume", speaker="Room 2", volume=35)
        dropped = ("RenderingControl", "dropped")
        await until(
            lambda: dropped in {(e["service"], e["status"]) for e in remote.notifications()}
        )
        remote.call("set_mute", speaker="Room 2")
        await host.hears(volume_of(own_house, "Room 2", 35))


@pytest.mark.parametrize("initial", ["before", "after", 0.2])
async def test_when_the_first_event_comes(own_house: SimulatorProcess, initial: Any) -> None:
    """Before the answer to SUBSCRIBE, right after it, or later."""
    own_house.remote.call("set_initial", when=initial)
    own_house.remote.call("set_volume", speaker="Room 1", volume=36)
    async with listening(own_house) as host:
        await host.hears(volume_of(own_house, "Room 1", 36))
        await host.hears(
            lambda news: isinstance(news, LeaseNews) and news.service == "RenderingControl"
        )
        assert all(news.reason == "" for news in host.told(LeaseNews))


async def test_a_goodbye(own_house: SimulatorProcess) -> None:
    """A speaker that says that it leaves is believed."""
    uid = uid_of(own_house, "Room 3")
    async with listening(own_house) as host:
        await until(lambda: services_at(own_house, "Room 3") >= OWN_SERVICES)
        host.connection.said_goodbye(uid, "sleeping")
        await host.hears(
            lambda news: (
                isinstance(news, ReachabilityNews) and news.uid == uid and not news.reachable
            )
        )
        reasons = [n.reason for n in host.told(ReachabilityNews) if n.uid == uid]
        assert "has left (sleeping)" in reasons[-1]


async def test_a_sign_of_life(own_house: SimulatorProcess) -> None:
    """Discovery heard of a speaker that had been given up."""
    uid = uid_of(own_house, "Room 3")
    own_house.remote.call("refuse", speaker="Room 3")
    async with listening(own_house) as host:
        await host.hears(lambda news: isinstance(news, ReachabilityNews) and news.uid == uid)
        assert [n.reachable for n in host.told(ReachabilityNews) if n.uid == uid] == [False]
        host.forget()
        own_house.remote.call("heal")
        host.connection.heard_of(uid)
        await host.hears(lambda news: news == ReachabilityNews(uid, True))


# Closing


async def test_closing_unsubscribes_from_everything(own_house: SimulatorProcess) -> None:
    async with listening(own_house):
        await until(lambda: services_at(own_house, "Room 3") >= OWN_SERVICES)
    assert not any(own_house.remote.leases().values())
    for counters in own_house.remote.requests().values():
        begun = {k.split()[1]: n for k, n in counters.items() if k.startswith("SUBSCRIBE")}
        ended = {k.split()[1]: n for k, n in counters.items() if k.startswith("UNSUBSCRIBE")}
        assert begun == ended != {}


@pytest.mark.parametrize("fault", ["stall", "refuse", "disconnect"])
async def test_closing_does_not_wait_for_the_dead(own_house: SimulatorProcess, fault: str) -> None:
    async with listening(own_house):
        own_house.remote.call(fault, speaker="*")


async def test_nothing_is_delivered_after_closing(own_house: SimulatorProcess) -> None:
    async with listening(own_house) as host:
        own_house.remote.call("set_volume", speaker="Room 1", volume=37)
    host.forget()
    await asyncio.sleep(0)
    assert host.news == []


async def test_a_closed_connection_refuses_commands(own_house: SimulatorProcess) -> None:
    async with listening(own_house) as host:
        pass
    with pytest.raises(EngineError, match="closed"):
        await host.connection.run(rendering.set_volume, own_house.hosts[0], 10)
    host.connection.heard_of("RINCON_X")
    host.connection.said_goodbye("RINCON_X", "sleeping")
    await host.connection.close()


async def test_closing_what_was_not_opened() -> None:
    await Host().connection.close()


async def test_opening_again(own_house: SimulatorProcess) -> None:
    """As after a reload: on the same port."""
    ports = []
    for _ in range(3):
        async with listening(own_house) as host:
            ports.append(host.connection.listening_on)
    assert ports == [(OUR_ADDRESS, 14100)] * 3


# What does not work


async def test_nobody_at_the_address() -> None:
    with pytest.raises(PlayerUnreachableError, match="cannot be reached"):
        await Host().connection.open([NOBODY])


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gethostbyname", "getaddrinfo"):
        monkeypatch.setattr(f"socket.{name}", Mock(side_effect=OSError()))
    with pytest.raises(PlayerUnreachableError, match="no such name"):
        await Host().connection.open(["kitchen.invalid"])


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html><body>It works!</body></html>"),
        (200, b"not XML"),
        (200, b""),
        (200, b"<root><device><deviceType>urn:x:MediaServer:1</deviceType></device></root>"),
        (404, b""),
        (500, b"Internal Server Error"),
    ],
)
async def test_something_else_at_the_address(
    other_server: Callable[[int, bytes], str], status: int, body: bytes
) -> None:
    with pytest.raises(NotSonosError, match="not a Sonos speaker"):
        await Host().connection.open([other_server(status, body)])


async def test_another_household(house: SimulatorProcess) -> None:
    with pytest.raises(WrongHouseholdError) as caught:
        await Host().connection.open([house.hosts[0]], "Sonos_another")
    assert caught.value.household_id == house.facts["household"]
    assert not any(house.remote.leases().values())


async def test_the_expected_household(house: SimulatorProcess) -> None:
    host = Host()
    await host.connection.open([house.hosts[0]], house.facts["household"])
    await host.connection.close()


async def test_upnp_is_switched_off(house: SimulatorProcess) -> None:
    house.remote.call("forbid", speaker="*")
    with pytest.raises(UpnpDisabledError, match="UPnP is switched off"):
        await Host().connection.open([house.hosts[0]])


async def test_a_speaker_that_hangs(house: SimulatorProcess) -> None:
    house.remote.call("stall", speaker="*")
    settings = dataclasses.replace(SETTINGS, request_seconds=0.5)
    with pytest.raises(PlayerUnreachableError, match="does not answer"):
        await Host(settings).connection.open([house.hosts[0]])


async def test_the_first_reason_counts(house: SimulatorProcess) -> None:
    """People are told of the address that they wrote first."""
    house.remote.call("forbid", speaker="Kitchen")
    with pytest.raises(UpnpDisabledError):
        await Host().connection.open([house.addresses["Kitchen"], NOBODY])


async def test_a_dead_host_delays_nobody(house: SimulatorProcess) -> None:
    """The first good answer is taken, while another host keeps its caller waiting."""
    house.remote.call("stall", speaker="Kitchen")
    settings = dataclasses.replace(SETTINGS, request_seconds=60.0)
    host = Host(settings)
    identity = await host.connection.open([house.addresses["Kitchen"], house.addresses["Patio"]])
    assert identity.description.room_name == "Patio"
    house.remote.call("heal", speaker="Kitchen")
    await host.connection.close()


async def test_what_is_no_address() -> None:
    with pytest.raises(PlayerUnreachableError, match="fe80::1 is not the address"):
        await Host().connection.open(["fe80::1"])


async def test_no_address_at_all() -> None:
    with pytest.raises(EngineError, match="no address"):
        await Host().connection.open([])


async def test_events_that_do_not_arrive(own_house: SimulatorProcess) -> None:
    """The household can be used all the same, and why events are missing is told."""
    listen = dataclasses.replace(SETTINGS.listen, advertise_port=9)
    async with listening(own_house, dataclasses.replace(SETTINGS, listen=listen)) as host:
        assert len(host.topology.visible) == 3
        await host.hears(
            lambda news: (
                isinstance(news, LeaseNews) and f"reach http://{OUR_ADDRESS}:9/" in news.reason
            )
        )


@pytest.mark.parametrize("moment", ["identify", "start"])
async def test_opening_is_given_up(house: SimulatorProcess, moment: str) -> None:
    """Whatever it waits for; the speakers are told, as far as they had been asked."""
    stalled = {"identify": "soap", "start": "gena"}[moment]
    house.remote.call("stall", speaker="*", what=stalled)
    host = Host()
    opening = asyncio.ensure_future(host.connection.open([house.hosts[0]]))
    waiting_for = {"identify": "SOAP", "start": "SUBSCRIBE"}[moment]
    await until(
        lambda: any(
            kind.startswith(waiting_for)
            for counters in house.remote.requests().values()
            for kind in counters
        )
    )
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert host.connection.listening_on is None


async def test_an_end_that_goes_wrong(house: SimulatorProcess) -> None:
    """There is nobody left to tell; the port is released all the same."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    host = Host()
    await host.connection.open([house.hosts[0]])
    assert host.connection._runner is not None
    stop = host.connection._runner.stop

    def fail() -> None:
        stop()
        raise EngineError("It does not end")

    with patch.object(host.connection._runner, "stop", fail):
        await host.connection.close()
    gc.collect()
    assert not complaints
    assert host.connection.listening_on is None
