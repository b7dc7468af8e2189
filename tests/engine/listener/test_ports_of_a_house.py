"""Ports that are taken, lost and found again, over real sockets, with a simulated house."""

from collections.abc import AsyncIterator, Callable, Iterator
import contextlib
import logging
import os
import socket
from typing import TYPE_CHECKING, Any, override

import pytest
from soco import events_twisted

from custom_components.sonos_twisted.engine import (
    ListenSettings,
    Served,
    listener,
    polling,
    session,
)
from custom_components.sonos_twisted.engine.listener import Listener

from ...simulator.process import SimulatorProcess
from ..conftest import OnReactor
from ..host import Host, following, until

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

NETWORK = f"127.30.{os.getpid() % 200 + 20}"
FIRST = 17600
#: Seconds, in place of the 30 that pass between two looks at the port.
WATCH = 0.2
LISTEN = ListenSettings(f"{NETWORK}.200", FIRST)

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=f"{NETWORK}.1", speakers=2) as house:
        yield house


@pytest.fixture
def house(
    _house: SimulatorProcess, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimulatorProcess]:
    """Give a house of two rooms, to a session that looks after its port often."""
    monkeypatch.setattr(session, "WATCH_SECONDS", WATCH)
    yield _house
    _house.remote.heal()


def taken(count: int, first: int = FIRST) -> contextlib.ExitStack:
    """Take ports of our address, for as long as the stack is open."""
    stack = contextlib.ExitStack()
    for port in range(first, first + count):
        other = stack.enter_context(socket.socket())
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((LISTEN.address, port))
        other.listen()
    return stack


def open_at(host: Host) -> tuple[str, int] | None:
    """Return where events arrive now."""
    return host.connection.listening_on


async def hears(host: Host, house: SimulatorProcess, volume: int) -> None:
    """Turn the volume of a room, and wait until the host knows."""
    house.remote.set_volume("Room 1", volume)
    await until(lambda: host.speaker("Room 1").volume == volume, lambda: host.told)


@contextlib.asynccontextmanager
async def heard(house: SimulatorProcess) -> AsyncIterator[Host]:
    """Follow the house, from when all of its events arrive."""
    async with following(house, listen=LISTEN, request_seconds=2.0) as host:
        await until(host.is_heard, lambda: host.told)
        yield host


@pytest.mark.parametrize("count", [1, 99])
async def test_events_arrive_at_the_first_free_port(house: SimulatorProcess, count: int) -> None:
    with taken(count):
        async with heard(house) as host:
            assert open_at(host) == (LISTEN.address, FIRST + count)
            await hears(host, house, 31)


async def test_a_port_that_somebody_takes_at_the_same_moment(
    reactor: ReactorBase, on_reactor: OnReactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both may bind to it, as nobody listens there yet; the next one is taken then."""
    other = socket.socket()
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    other.bind((LISTEN.address, FIRST))

    class Overtaken(socket.socket):
        """Listens after the other one."""

        @override
        def listen(self, backlog: int = 1, /) -> None:
            other.listen()
            super().listen(backlog)

    ours = Listener(reactor, LISTEN)
    with other, monkeypatch.context() as race:
        race.setattr(socket, "socket", Overtaken)
        on_reactor(ours.start)
        assert ours.address == (LISTEN.address, FIRST + 1)
        site = ours.port.factory
        on_reactor(ours.stop)
    assert site.numPorts == 0


async def test_no_port_is_free_until_one_is(
    house: SimulatorProcess, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The house is asked for its state, one line says why, and the ports are tried on."""
    monkeypatch.setattr(polling, "COORDINATOR_SECONDS", 0.3)
    others = taken(100)
    with others:
        async with following(house, listen=LISTEN, request_seconds=2.0) as host:
            assert open_at(host) is None
            await until(lambda: set(host.served.values()) == {Served.BY_POLLING})
            await hears(host, house, 32)
            levels = [r.levelno for r in caplog.records if r.name == listener.__name__]
            assert [level for level in levels if level > logging.DEBUG] == [logging.WARNING]
            others.close()
            await until(host.is_heard, lambda: host.told)
            await until(lambda: set(host.served.values()) == {Served.BY_EVENTS})
            assert open_at(host) == (LISTEN.address, FIRST)
            await hears(host, house, 33)
    assert "Traceback" not in caplog.text


async def test_beside_the_listener_of_core(
    house: SimulatorProcess, reactor: ReactorBase, on_reactor: OnReactor
) -> None:
    """It takes the first port in the same process, and keeps it."""
    theirs = events_twisted.EventListener()
    theirs.requested_port_number = FIRST
    assert on_reactor(theirs.listen, LISTEN.address) == FIRST
    try:
        async with heard(house) as host:
            assert open_at(host) == (LISTEN.address, FIRST + 1)
            await hears(host, house, 34)
        with socket.create_connection((LISTEN.address, FIRST)):
            pass
    finally:
        on_reactor(theirs.port.stopListening)


# A port that is lost


def _closed(port: Any) -> None:
    """Close the socket as Python code would."""
    port.socket.close()


def _number_closed(port: Any) -> None:
    """Close the socket's number, as a mistake elsewhere in the process might."""
    os.close(port.fileno())


def _number_reused(port: Any) -> None:
    """Let somebody else have the number. What is done to the port must not close it again."""
    number = port.fileno()
    os.close(number)
    stranger = socket.socket()
    if stranger.fileno() != number:
        os.dup2(stranger.fileno(), number)
        stranger.close()
    else:
        stranger.detach()


def _shut_down(port: Any) -> None:
    port.socket.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("lose", [_closed, _number_closed, _number_reused, _shut_down])
async def test_a_port_that_is_lost(
    house: SimulatorProcess,
    reactor: ReactorBase,
    on_reactor: OnReactor,
    lose: Callable[[Any], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is opened again, and all leases move to it."""
    async with heard(house) as host:
        ours: Any = host.connection._listener
        openings, lost = ours.openings, ours.port
        number = on_reactor(lost.fileno)
        volume = host.speaker("Room 1").volume
        on_reactor(lose, lost)
        await until(lambda: ours.openings == openings + 1 and ours.is_running)
        await until(lambda: caplog.text.count("for events at") == 2)
        await hears(host, house, 35 if volume != 35 else 36)
        house.remote.set_volume("Room 2", 21)
        await until(lambda: host.speaker("Room 2").volume == 21)
        assert lost not in on_reactor(reactor.getReaders)
        if lose is _number_reused:
            os.close(number)  # it is still the stranger's
    assert caplog.text.count("was lost") == 1
    assert "Traceback" not in caplog.text


async def test_an_address_that_is_taken_away(
    house: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is gone, the house is asked for its state."""
    monkeypatch.setattr(polling, "COORDINATOR_SECONDS", 0.3)
    async with heard(house) as host:
        with monkeypatch.context() as gone:
            gone.setattr(listener, "_is_local", lambda _: False)
            gone.setattr(listener, "PORT_RANGE", 0)
            await until(lambda: set(host.served.values()) == {Served.BY_POLLING})
            assert open_at(host) is None
            await hears(host, house, 37)
        await until(lambda: set(host.served.values()) == {Served.BY_EVENTS})
        await hears(host, house, 38)


def test_which_addresses_are_local() -> None:
    assert listener._is_local("127.0.0.1")
    assert listener._is_local(listener.ANY_ADDRESS)
    assert not listener._is_local("192.0.2.1")


def test_letting_go_of_what_is_not_open(reactor: ReactorBase, on_reactor: OnReactor) -> None:
    """Nothing happens to a port that is well, or that there is none of."""
    ours = Listener(reactor, LISTEN)
    on_reactor(ours._let_go)
    assert not on_reactor(ours._is_open)
    on_reactor(ours.start)
    on_reactor(ours._let_go)
    assert on_reactor(ours._is_open)
    on_reactor(ours.stop)
