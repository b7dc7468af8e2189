"""Why a household cannot be opened: the first reason is told, and soon."""

from collections.abc import Callable
import dataclasses
from unittest.mock import Mock

import pytest

from custom_components.sonos_twisted.engine import (
    EngineError,
    LeaseNews,
    NotSonosError,
    PlayerUnreachableError,
    UpnpDisabledError,
    WrongHouseholdError,
)

from ...simulator.process import SimulatorProcess
from .steps import NOBODY, OUR_ADDRESS, SETTINGS, Host, listening

pytestmark = pytest.mark.usefixtures("loopback", "nothing_left")


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
