"""Renewals, and subscriptions that are not granted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import functools
import time
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.sonos_twisted.engine import (
    HttpStatusError,
    PlayerUnreachableError,
    Served,
    UpnpDisabledError,
)
from custom_components.sonos_twisted.engine.backoff import Backoff
from custom_components.sonos_twisted.engine.commands import state
from tests.simulator.process import SimulatorProcess

from ..host import OWN_SERVICES, Host, following, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote

from .steps import AT_ONCE, all_by_events, complaints, set_constants, true, turned


@pytest.mark.usefixtures("impatient")
async def test_a_speaker_that_forgot_is_subscribed_to_anew_at_its_next_renewal(
    house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """412 on renewal: at once, completely, and without a word."""
    async with following(house, lease_seconds=2) as host:
        await until(host.is_heard)
        house.remote.forget_leases("Kitchen")
        house.remote.set_volume("Kitchen", 3)
        house.remote.set_mute("Kitchen")
        assert await true(host, house) < 1.0 + AT_ONCE
        assert host.lease("Kitchen", "RenderingControl").subscriptions == 2
        assert host.lease("Bathroom", "RenderingControl").subscriptions == 1
        assert set(host.served.values()) == {Served.BY_EVENTS}
        assert set(host.reachable.values()) == {True}
    house.remote.set_mute("Kitchen", mute=False)
    assert not complaints(caplog)


@pytest.mark.usefixtures("impatient")
async def test_renewals_keep_leases_for_ever(house: SimulatorProcess) -> None:
    """Long after the granted time no lease was asked for twice."""
    async with following(house, lease_seconds=2) as host:
        await until(host.is_heard)
        house.remote.reset_requests()
        kitchen = host.speaker("Kitchen").uid
        await until(lambda: house.remote.requests()[kitchen].get("RENEW AVTransport", 0) >= 3)
        assert {lease.subscriptions for lease in host.session.leases.values()} == {1}
        await turned(host, house, "Kitchen")


def _refused(remote: Remote) -> None:
    remote.refuse("Kitchen")


def _no_answer(remote: Remote) -> None:
    remote.stall("Kitchen", "gena")


def _busy(remote: Remote) -> None:
    remote.set_subscribe_status("Kitchen", 503)


def _forbidden(remote: Remote) -> None:
    remote.forbid("Kitchen")


FAILURES = [
    pytest.param(_refused, PlayerUnreachableError, id="refused"),
    pytest.param(_no_answer, PlayerUnreachableError, id="no answer"),
    pytest.param(_busy, HttpStatusError, id="503"),
    pytest.param(_forbidden, UpnpDisabledError, id="403"),
]

type Fault = Callable[[Remote], None]


@asynccontextmanager
async def losing_kitchen(
    house: SimulatorProcess, fault: Fault, kind: type[Exception]
) -> AsyncIterator[Host]:
    """Follow a house whose kitchen has lost its leases and grants no others, and has changed."""
    async with following(house, lease_seconds=2, request_seconds=0.4) as host:
        await until(host.is_heard)
        fault(house.remote)
        house.remote.forget_leases("Kitchen")
        volume = ((host.speaker("Kitchen").volume or 0) + 7) % 100
        house.remote.set_volume("Kitchen", volume)
        await until(
            lambda: all(
                isinstance(host.lease("Kitchen", service).error, kind)
                and host.lease("Kitchen", service).state == "waiting"
                for service in OWN_SERVICES
            )
        )
        yield host


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("fault", "kind"), FAILURES)
async def test_a_speaker_that_grants_nothing_is_asked_until_it_does(
    house: SimulatorProcess,
    fault: Fault,
    kind: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It needs nobody to tell; the others are not touched."""
    async with losing_kitchen(house, fault, kind) as host:
        house.remote.heal()
        await until(lambda: all_by_events(host))
        assert await true(host, house) < AT_ONCE
        assert host.lease("Bathroom", "RenderingControl").subscriptions == 1
    assert not complaints(caplog)


async def _heard_of(host: Host, house: SimulatorProcess) -> None:
    host.connection.heard_of(host.speaker("Kitchen").uid)


async def _moved_here(host: Host, house: SimulatorProcess) -> None:
    kitchen = host.speaker("Kitchen")
    host.connection.heard_of(kitchen.uid, f"{kitchen.host}:{kitchen.port}")


async def _answered(host: Host, house: SimulatorProcess) -> None:
    kitchen = house.addresses["Kitchen"]
    await host.connection.run(state.read, f"{kitchen}:1400", ["mute"])


@pytest.mark.parametrize(
    ("fault", "kind", "wake"),
    [
        pytest.param(_refused, PlayerUnreachableError, _heard_of, id="refused, announced"),
        pytest.param(_no_answer, PlayerUnreachableError, _answered, id="no answer, answered"),
        pytest.param(_busy, HttpStatusError, _moved_here, id="503, announced with address"),
        pytest.param(_forbidden, UpnpDisabledError, _answered, id="403, answered"),
    ],
)
async def test_any_sign_of_life_ends_the_wait(
    house: SimulatorProcess,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    kind: type[Exception],
    wake: Callable[[Host, SimulatorProcess], Any],
) -> None:
    """However long the next attempt is away, it is made when the speaker is heard of."""
    set_constants(
        monkeypatch,
        subscription__MIN_RENEWAL_SECONDS=0.2,
        lease__Backoff=functools.partial(Backoff, first=3600.0, longest=3600.0),
        # Neither polling nor descriptions shall find the speaker before the test says so.
        polling__COORDINATOR_SECONDS=3600.0,
    )
    async with losing_kitchen(house, fault, kind) as host:
        house.remote.heal()
        await wake(host, house)
        assert await until(lambda: all_by_events(host)) < AT_ONCE
        assert await true(host, house) < AT_ONCE


async def test_an_event_ends_the_wait_of_other_leases(
    house: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A speaker that sends one service's events may well grant another's again."""
    set_constants(
        monkeypatch,
        lease__Backoff=functools.partial(Backoff, first=3600.0, longest=3600.0),
        polling__COORDINATOR_SECONDS=3600.0,
    )
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.set_subscribe_status("Kitchen", 503)
        lease = host.lease("Kitchen", "AVTransport")
        await host.on_reactor(lease.renew_from_scratch)
        await until(lambda: isinstance(lease.error, HttpStatusError))
        house.remote.heal()
        await turned(host, house, "Kitchen")
        assert await until(lambda: all_by_events(host)) < AT_ONCE


async def test_a_broken_connection_is_a_failure_like_others(
    house: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The speaker ends the connection on which a SUBSCRIBE waits for its answer."""
    set_constants(monkeypatch, lease__Backoff=functools.partial(Backoff, first=0.1, longest=1.0))
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.stall("Kitchen", "gena")
        lease = host.lease("Kitchen", "AVTransport")
        house.remote.reset_requests()
        await host.on_reactor(lease.renew_from_scratch)
        uid = host.speaker("Kitchen").uid
        await until(lambda: house.remote.requests()[uid].get("SUBSCRIBE AVTransport"))
        house.remote.heal()
        await until(lambda: all_by_events(host))
        assert lease.subscriptions == 3
        await turned(host, house, "Kitchen")


@pytest.mark.parametrize(
    ("granted", "bound"),
    [
        ("Second-3", AT_ONCE),
        ("", AT_ONCE),
        ("nonsense", AT_ONCE),
        # The speaker forgets us after three seconds nevertheless, and the next renewal shows it.
        ("Second-infinite", 3.0 + AT_ONCE),
        # It has forgotten us at once.
        ("Second-0", 2.0 + AT_ONCE),
    ],
)
async def test_whatever_time_is_granted(
    house: SimulatorProcess, granted: str, bound: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Short, missing, endless or absurd: changes are heard, and the speaker is not flooded."""
    set_constants(monkeypatch, subscription__MAX_RENEWAL_SECONDS=3.0)
    house.remote.set_granted("Kitchen", granted)
    async with following(house, lease_seconds=3) as host:
        await until(host.is_heard)
        uid = host.speaker("Kitchen").uid
        house.remote.reset_requests()
        begin = time.monotonic()
        while time.monotonic() - begin < 4.0:
            assert await turned(host, house, "Kitchen") < bound
            await asyncio.sleep(0.3)
        passed = time.monotonic() - begin
        requests = house.remote.requests().get(uid, {})
        asked = sum(requests.get(f"{kind} RenderingControl", 0) for kind in ("SUBSCRIBE", "RENEW"))
        # Every two seconds at most; a renewal that is declined is followed by a subscription.
        assert asked <= 2 * (passed / 2.0 + 1)
        assert host.reachable.get(uid) is not False
        await true(host, house)
