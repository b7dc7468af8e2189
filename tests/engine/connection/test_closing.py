"""Closing lets go of everything, waits for nobody, and is not the end."""

import asyncio
import dataclasses
import gc
import threading
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from custom_components.sonos_twisted.engine import (
    EngineError,
)
from custom_components.sonos_twisted.engine.commands import rendering
from custom_components.sonos_twisted.engine.runner import STOP_SECONDS

from ...simulator.process import SimulatorProcess
from .steps import OUR_ADDRESS, OWN_SERVICES, SETTINGS, Host, listening, services_at, until

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

pytestmark = pytest.mark.usefixtures("loopback", "nothing_left")


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
    """However long a request may take."""
    loop = asyncio.get_running_loop()
    async with listening(own_house, dataclasses.replace(SETTINGS, request_seconds=60.0)):
        own_house.remote.call(fault, speaker="*")
        begin = loop.time()
    assert loop.time() - begin < STOP_SECONDS + 1.0


async def test_nothing_is_delivered_after_closing(own_house: SimulatorProcess) -> None:
    """Not even while the connection waits for a speaker that hangs to hear of its end."""
    async with listening(own_house) as host:
        own_house.remote.call("stall", speaker="Room 2")
        closing = asyncio.create_task(host.connection.close())
        await asyncio.sleep(0)
        host.forget()
        for volume in (37, 38):
            own_house.remote.call("set_volume", speaker="Room 1", volume=volume)
        await closing
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


async def test_closing_does_not_wait_for_a_reactor_that_hangs(
    own_house: SimulatorProcess, reactor: ReactorBase, caplog: pytest.LogCaptureFixture
) -> None:
    """What is to be ended is ended when it goes on."""
    host = Host()
    await host.connection.open(own_house.hosts)
    goes_on = threading.Event()
    reactor.callFromThread(goes_on.wait, 10)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    with patch("custom_components.sonos_twisted.engine.connection.STOP_SECONDS", 0.1):
        await host.connection.close()
    assert loop.time() - begin < 1.0
    assert "The reactor thread does not answer" in caplog.text
    assert host.connection.listening_on is not None
    goes_on.set()
    await until(lambda: host.connection.listening_on is None)
    await until(lambda: not any(own_house.remote.leases().values()))
