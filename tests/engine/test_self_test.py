"""Whether a test of events tells the truth, over real sockets, with a simulated house."""

from collections.abc import AsyncIterator, Iterator
import contextlib
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.sonos_twisted.engine import (
    ConnectionSettings,
    HouseholdConnection,
    HttpStatusError,
    ListenError,
    ListenSettings,
    ReactorThread,
    SelfTest,
    Verdict,
    listener as listener_module,
    self_test,
)
from custom_components.sonos_twisted.engine.connection import _listeners
from custom_components.sonos_twisted.engine.errors import (
    EventsNotArrivingError,
    PlayerUnreachableError,
)
from custom_components.sonos_twisted.engine.listener import Listener
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

    from .conftest import OnReactor

NETWORK = f"127.31.{os.getpid() % 200 + 20}"
OUR_ADDRESS = f"{NETWORK}.200"
OTHER_ADDRESS = f"{NETWORK}.201"
FIRST = 17800
LISTEN = ListenSettings(OUR_ADDRESS, FIRST)

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=f"{NETWORK}.1", speakers=2) as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give a house of two rooms, and end its faults afterwards."""
    yield _house
    _house.remote.heal()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up early where nothing arrives, and look for few ports."""
    monkeypatch.setattr(self_test, "FIRST_EVENT_SECONDS", 0.5)
    monkeypatch.setattr(self_test, "ENDING_SECONDS", 0.3)
    monkeypatch.setattr(listener_module, "PORT_RANGE", 2)


@pytest.fixture(autouse=True)
def nothing_left(
    reactor: ReactorBase, on_reactor: OnReactor, house: SimulatorProcess
) -> Iterator[None]:
    """See that a test leaves no listener behind, and no subscription at a speaker."""
    yield
    assert on_reactor(lambda: dict(_listeners(reactor)._shared)) == {}
    house.remote.heal()
    assert not any(house.remote.leases().values())


@contextlib.asynccontextmanager
async def connected(
    house: SimulatorProcess | None = None, listen: ListenSettings = LISTEN
) -> AsyncIterator[HouseholdConnection]:
    """Give a connection, opened if there is a house to open it with."""
    settings = ConnectionSettings(listen, request_seconds=1.0)
    connection = HouseholdConnection(ReactorThread(), lambda _: None, settings)
    if house is not None:
        await connection.open([house.hosts[0]])
    try:
        yield connection
    finally:
        await connection.close()


def taken(*addresses: tuple[str, int]) -> contextlib.ExitStack:
    """Take ports, for as long as the stack is open."""
    stack = contextlib.ExitStack()
    for address in addresses:
        stack.enter_context(socket.create_server(address))
    return stack


def addresses(house: SimulatorProcess) -> list[str]:
    """Return the addresses of all speakers, as commands take them."""
    return [f"{host}:1400" for host in house.hosts]


def told(tests: list[SelfTest]) -> dict[str, Verdict]:
    """Return what came of each address that speakers were told."""
    return {test.callback: test.verdict for test in tests}


async def test_events_arrive(house: SimulatorProcess) -> None:
    """Without a connection that is open, through a port that is closed again."""
    async with connected() as connection:
        tests = await connection.self_test(addresses(house))
        assert [test.address for test in tests] == addresses(house)
        assert told(tests) == {f"{OUR_ADDRESS}:{FIRST}": Verdict.ARRIVED}
        assert all(0 < test.seconds < 5 and test.error is None for test in tests)
        with taken((OUR_ADDRESS, FIRST)):
            pass


async def test_own_leases_are_left_alone(house: SimulatorProcess) -> None:
    """It goes through the port that is open, and costs one lease for a moment."""
    async with connected(house) as connection:
        held = {lease["sid"] for of in house.remote.leases().values() for lease in of}
        tests = await connection.self_test(addresses(house))
        assert told(tests) == {f"{OUR_ADDRESS}:{FIRST}": Verdict.ARRIVED}
        assert connection.listening_on == (OUR_ADDRESS, FIRST)
        assert held <= {lease["sid"] for of in house.remote.leases().values() for lease in of}


async def test_events_do_not_arrive(house: SimulatorProcess) -> None:
    """Speakers are told an address where nobody listens: the result names it."""
    elsewhere = ListenSettings(OUR_ADDRESS, FIRST, "192.0.2.1", 1500)
    async with connected(house) as connection:
        tests = await connection.self_test(addresses(house), elsewhere)
        assert told(tests) == {"192.0.2.1:1500": Verdict.NOT_ARRIVED}
        (error, _) = [test.error for test in tests]
        assert isinstance(error, EventsNotArrivingError)
        assert error.callback == "http://192.0.2.1:1500/"
        assert tests[0].seconds >= 0.5
        # The port of the connection was as good as free, and the connection has it still.
        assert told(await connection.self_test(addresses(house))) == {
            f"{OUR_ADDRESS}:{FIRST}": Verdict.ARRIVED
        }


async def test_other_port_and_address(house: SimulatorProcess) -> None:
    """What is tried is opened beside what is used, and closed."""
    async with connected(house) as connection:
        other = ListenSettings(OTHER_ADDRESS, FIRST + 50)
        tests = await connection.self_test(addresses(house), other)
        assert told(tests) == {f"{OTHER_ADDRESS}:{FIRST + 50}": Verdict.ARRIVED}
        with taken((OTHER_ADDRESS, FIRST + 50)):
            pass


async def test_one_address_instead_of_all(house: SimulatorProcess) -> None:
    """Whoever listens everywhere would listen at one address through the same port."""
    async with connected(house, ListenSettings(port=FIRST)) as connection:
        tests = await connection.self_test(addresses(house), LISTEN)
        assert told(tests) == {f"{OUR_ADDRESS}:{FIRST}": Verdict.ARRIVED}
        not_ours = ListenSettings("192.0.2.1", FIRST)
        tests = await connection.self_test(addresses(house), not_ours)
        assert told(tests) == {"": Verdict.NO_PORT}


async def test_port_that_another_household_keeps(house: SimulatorProcess) -> None:
    """A port that others use as well would not be free."""
    advertised = ListenSettings(OUR_ADDRESS, FIRST, OUR_ADDRESS)
    async with connected(house) as connection, connected(house):
        tests = await connection.self_test(addresses(house), advertised)
        assert told(tests) == {f"{OUR_ADDRESS}:{FIRST + 1}": Verdict.ARRIVED}


async def test_no_port_is_free(house: SimulatorProcess, caplog: pytest.LogCaptureFixture) -> None:
    """Speakers are asked for nothing, and nothing is said of trying on."""
    house.remote.reset_requests()
    with taken((OUR_ADDRESS, FIRST), (OUR_ADDRESS, FIRST + 1)):
        async with connected() as connection:
            (test, _) = await connection.self_test(addresses(house))
    assert (test.callback, test.verdict) == ("", Verdict.NO_PORT)
    assert isinstance(test.error, ListenError)
    assert not any(house.remote.requests().values())
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def forbid(house: SimulatorProcess) -> None:
    """Switch UPnP off."""
    house.remote.forbid("Room 1")


def decline(house: SimulatorProcess) -> None:
    """Grant nothing."""
    house.remote.set_subscribe_status("Room 1", 503)


def hang(house: SimulatorProcess) -> None:
    """Never answer."""
    house.remote.stall("Room 1")


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (forbid, Verdict.UPNP_DISABLED),
        (decline, Verdict.REFUSED),
        (hang, Verdict.UNREACHABLE),
    ],
)
async def test_speaker_grants_nothing(
    house: SimulatorProcess, fault: Any, verdict: Verdict
) -> None:
    """One speaker is in the way of no other."""
    fault(house)
    async with connected() as connection:
        tests = await connection.self_test(addresses(house))
    assert [test.verdict for test in tests] == [verdict, Verdict.ARRIVED]
    assert tests[0].callback == f"{OUR_ADDRESS}:{FIRST}"
    if verdict is Verdict.REFUSED:
        assert isinstance(tests[0].error, HttpStatusError)


async def test_no_way_to_the_speaker(
    house: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no address to tell it."""

    def no_route(_listener: Listener, host: str, _token: str = "") -> str:
        raise PlayerUnreachableError(host, "cannot be reached: there is no route")

    monkeypatch.setattr(Listener, "callback_url", no_route)
    async with connected() as connection:
        (test, _) = await connection.self_test(addresses(house))
    assert (test.callback, test.verdict) == ("", Verdict.UNREACHABLE)
