"""Faults of speakers and network, over real sockets, and how long what is known stays wrong.

Leases, subscriptions, polling and inspection are tested on a clock in modules of their own. Here
all of them work together on a simulated house. Where a bound lasts minutes, the constant that it
comes from is made small.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
import functools
from http.client import HTTPConnection
import os
from pathlib import Path
import subprocess
import sys
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import pytest
from soco import services
from twisted.internet.defer import Deferred
from twisted.python import threadable
from twisted.python.failure import Failure

from custom_components.sonos_twisted.engine import (
    EventNews,
    EventsNotArrivingError,
    HttpStatusError,
    ListenSettings,
    PlayerUnreachableError,
    Served,
    UpnpDisabledError,
)
from custom_components.sonos_twisted.engine.backoff import Backoff
from custom_components.sonos_twisted.engine.commands import rendering, state
from custom_components.sonos_twisted.engine.reporters import TOPOLOGY
from custom_components.sonos_twisted.engine.session import RELEASE_SECONDS
from tests.engine.host import OWN_SERVICES, Host, base, following, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

    from tests.simulator.control import Remote

ENGINE = "custom_components.sonos_twisted.engine"
LISTEN = Path(__file__).parents[2] / "scripts/lib/listen.py"
#: A port that nothing else on this machine uses.
PORT = 15200 + os.getpid() % 100

#: Seconds. What happens at once has happened within this time, on the slowest machine.
AT_ONCE = 1.0


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(0)) as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give the house that all tests share; faults are ended after each."""
    yield _house
    _house.remote.heal()
    _house.remote.set_initial("after")
    _house.remote.forget_leases("*")


@pytest.fixture
def remote(house: SimulatorProcess) -> Remote:
    """Give what happens in the house."""
    return house.remote


@pytest.fixture
def other_house(loopback: None) -> Iterator[SimulatorProcess]:
    """Give a house of one's own, in which speakers can be unplugged."""
    with SimulatorProcess(base=base(1)) as house:
        yield house


def set_constants(patch: pytest.MonkeyPatch, **constants: object) -> None:
    """Set constants of the engine's modules, given as ``module__NAME``."""
    for name, value in constants.items():
        patch.setattr(f"{ENGINE}.{name.replace('__', '.')}", value)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renew a lease of two seconds when one has passed, and try again within a second."""
    set_constants(
        monkeypatch,
        subscription__MIN_RENEWAL_SECONDS=0.2,
        lease__Backoff=functools.partial(Backoff, first=0.1, longest=1.0),
    )


@pytest.fixture
def suspicious(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a speaker after half a second of silence, instead of four minutes."""
    set_constants(
        monkeypatch,
        inspection__QUIET_SECONDS=0.5,
        inspection__IN_FLIGHT_SECONDS=0.2,
        lease__INITIAL_EVENT_SECONDS=0.5,
        lease__Backoff=functools.partial(Backoff, first=0.1, longest=1.0),
    )


@pytest.fixture
def polling_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the seconds of polling be tenths of seconds."""
    set_constants(
        monkeypatch,
        polling__COORDINATOR_SECONDS=1.0,
        polling__MEMBER_SECONDS=2.0,
        lease__INITIAL_EVENT_SECONDS=0.5,
        lease__Backoff=functools.partial(Backoff, first=0.1, longest=1.0),
    )


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged as a warning or worse, by anybody but the test's own loop."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelname in {"WARNING", "ERROR", "CRITICAL"} and record.name != "asyncio"
    ]


def volumes(host: Host, room: str) -> list[int]:
    """Return the volumes that a room was said to have, one after the other."""
    uid = host.speaker(room).uid
    return [
        int(cast("dict[str, str]", news.variables["volume"])["Master"])
        for news in host.news
        if isinstance(news, EventNews) and news.uid == uid and "volume" in news.variables
    ]


async def turned(host: Host, house: SimulatorProcess, room: str) -> float:
    """Turn the volume of a room, and return how many seconds it takes to be known."""
    volume = ((host.speaker(room).volume or 0) + 7) % 100
    house.remote.set_volume(room, volume)
    return await until(lambda: host.speaker(room).volume == volume)


async def true(host: Host, house: SimulatorProcess, seconds: float = 15.0) -> float:
    """Wait until what is known is the truth, and return how many seconds that took."""
    return await until(lambda: host.shows(house), lambda: host.differences(house), seconds)


def all_by_events(host: Host) -> bool:
    """Tell whether the state of all rooms comes by their events."""
    return host.is_heard() and set(host.served.values()) == {Served.BY_EVENTS}


# Renewals


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
        assert all(host.reachable.values())
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


# Lost, late, repeated and reordered events


async def test_a_lost_event_heals_with_the_next_one(house: SimulatorProcess) -> None:
    """The gap in SEQ is noticed, and a new subscription tells everything."""
    async with following(house) as host:
        await until(host.is_heard)
        volume = ((host.speaker("Patio").volume or 0) + 7) % 100
        house.remote.fault_notify("Patio", "drop", "RenderingControl")
        house.remote.set_volume("Patio", volume)
        await until(lambda: house.remote.notifications()[-1]["status"] == "dropped")
        assert host.speaker("Patio").volume != volume
        house.remote.set_mute("Patio")
        await until(lambda: host.speaker("Patio").muted)
        assert await true(host, house) < AT_ONCE
        assert host.lease("Patio", "RenderingControl").gaps == 1
        house.remote.set_mute("Patio", mute=False)


async def sends(house: SimulatorProcess, room: str, volume: int) -> None:
    """Turn the volume of a room, and wait until the room is about to say so."""
    (uid,) = (s["uid"] for s in house.facts["speakers"] if s["address"] == house.addresses[room])
    lease = lease_of(house, uid, "RenderingControl")
    house.remote.set_volume(room, volume)
    await until(
        lambda: (
            lease_of(house, uid, "RenderingControl")["next_seq"] > lease["next_seq"]
            or lease_of(house, uid, "RenderingControl")["sid"] != lease["sid"]
        )
    )


@pytest.mark.parametrize("kind", ["duplicate", "reorder", "delay"])
async def test_an_event_out_of_order_never_overwrites_a_newer_one(
    house: SimulatorProcess, kind: str
) -> None:
    """Whatever the network does to one event: the volume never jumps back."""
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.set_volume("Patio", 10)
        await until(lambda: host.speaker("Patio").volume == 10)
        house.remote.fault_notify("Patio", kind, "RenderingControl", seconds=0.5)
        for volume in (11, 12, 13):
            await sends(house, "Patio", volume)
        await until(lambda: host.speaker("Patio").volume == 13)
        await turned(host, house, "Bathroom")
        known = volumes(host, "Patio")
        since = known.index(10)
        assert known[since:] == sorted(known[since:])
        await true(host, house)


def property_set(volume: int) -> str:
    """Return the body of an event that tells a volume."""
    change = (
        '<Event xmlns="urn:schemas-upnp-org:metadata-1-0/RCS/"><InstanceID val="0">'
        f'<Volume channel="Master" val="{volume}"/></InstanceID></Event>'
    ).replace("<", "&lt;")
    return (
        '<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0"><e:property>'
        f"<LastChange>{change}</LastChange></e:property></e:propertyset>"
    )


def send_again(lease: dict[str, Any], seq: int, volume: int) -> int:
    """Send an event of a lease as its speaker would, and return the status of the answer."""
    url, body = urlsplit(lease["callback"]), property_set(volume)
    headers = {"NT": "upnp:event", "NTS": "upnp:propchange", "SID": lease["sid"], "SEQ": str(seq)}
    connection = HTTPConnection(url.hostname or "", url.port or 0, timeout=5)
    try:
        connection.request("NOTIFY", url.path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def lease_of(house: SimulatorProcess, uid: str, service: str) -> dict[str, Any]:
    """Return what a speaker knows of the one lease that it grants on a service."""
    (lease,) = (each for each in house.remote.leases()[uid] if each["service"] == service)
    return lease


async def test_an_event_that_was_long_on_its_way_is_not_believed(house: SimulatorProcess) -> None:
    """It is answered, as the speaker would send it again otherwise, and changes nothing."""
    async with following(house) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        for _ in range(3):
            await turned(host, house, "Patio")
        volume = host.speaker("Patio").volume
        lease = lease_of(house, uid, "RenderingControl")
        latest = lease["next_seq"] - 1
        assert send_again(lease, latest, 99) == 200
        assert send_again(lease, latest - 1, 98) == 200
        await turned(host, house, "Bathroom")
        assert host.speaker("Patio").volume == volume
        assert {99, 98}.isdisjoint(volumes(host, "Patio"))
        assert host.lease("Patio", "RenderingControl").subscriptions == 1


async def test_an_event_of_an_ended_subscription_is_refused(house: SimulatorProcess) -> None:
    """It may be older than what the new subscription has told."""
    async with following(house) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        old = lease_of(house, uid, "RenderingControl")
        lease = host.lease("Patio", "RenderingControl")
        await host.on_reactor(lease.renew_from_scratch)
        await until(lambda: lease.subscriptions == 2 and lease.is_held)
        assert send_again(old, old["next_seq"], 99) == 412
        await turned(host, house, "Bathroom")
        assert 99 not in volumes(host, "Patio")


@pytest.mark.parametrize("when", ["before", 0.0, 0.7])
async def test_the_state_is_complete_whenever_the_first_event_comes(
    house: SimulatorProcess, when: str | float, caplog: pytest.LogCaptureFixture
) -> None:
    """Before the answer to SUBSCRIBE, with it, or after it; nobody is asked twice."""
    house.remote.set_initial(when)
    async with following(house) as host:
        await until(host.is_heard)
        assert host.shows(house), host.differences(house)
        assert {lease.subscriptions for lease in host.session.leases.values()} == {1}
    assert not complaints(caplog)


# Speakers that start anew, move and leave


async def test_a_speaker_that_starts_anew_is_heard_again_by_topology(
    other_house: SimulatorProcess,
) -> None:
    """The others tell of its new BootSeq; it has forgotten everything."""
    async with following(other_house) as host:
        await until(host.is_heard)
        other_house.remote.reboot("Patio", 0.1)
        before = host.speaker("Patio").boot_seq or 0
        await until(lambda: (host.speaker("Patio").boot_seq or 0) > before)
        assert await until(lambda: all_by_events(host)) < AT_ONCE
        assert await turned(host, other_house, "Patio") < AT_ONCE


async def test_a_speaker_that_starts_anew_is_heard_again_by_its_announcement(
    house: SimulatorProcess,
) -> None:
    """SSDP and mDNS tell the BootSeq too; an old one is no news."""
    async with following(house) as host:
        await until(host.is_heard)
        patio = host.speaker("Patio")
        lease = host.lease("Patio", "RenderingControl")
        host.connection.heard_of(patio.uid, boot_seq=patio.boot_seq)
        await turned(host, house, "Patio")
        assert lease.subscriptions == 1
        house.remote.forget_leases("Patio")
        house.remote.set_volume("Patio", ((patio.volume or 0) + 7) % 100)
        host.connection.heard_of(patio.uid, boot_seq=(patio.boot_seq or 0) + 1)
        assert await true(host, house) < AT_ONCE
        assert lease.subscriptions == 2


async def test_a_speaker_is_followed_to_its_new_address_by_topology(
    other_house: SimulatorProcess,
) -> None:
    """The others tell where it is; its new leases are held there within seconds."""
    remote = other_house.remote
    async with following(other_house) as host:
        await until(host.is_heard)
        address = remote.change_address("Patio")
        assert await until(lambda: host.speaker("Patio").host == address) < 2 * AT_ONCE
        await until(lambda: all_by_events(host))
        assert await turned(host, other_house, "Patio") < AT_ONCE
        await host.connection.run(rendering.set_volume, f"{address}:1400", 5)
        await until(lambda: host.speaker("Patio").volume == 5)


async def test_a_speaker_is_followed_to_its_new_address_by_its_announcement(
    other_house: SimulatorProcess,
) -> None:
    """Nobody in the household says anything, as when the topology's events are lost."""
    remote = other_house.remote
    async with following(other_house) as host:
        await until(host.is_heard)
        uid = host.speaker("Patio").uid
        remote.fault_notify("*", "drop", TOPOLOGY, count=2)
        address = remote.change_address("Patio")
        await until(lambda: [s["status"] for s in remote.notifications()].count("dropped") == 2)
        remote.forget_leases("Patio")
        remote.set_volume("Patio", 77)
        host.connection.heard_of(uid, f"{address}:1400")
        assert await until(lambda: host.speaker("Patio").volume == 77) < AT_ONCE


@pytest.mark.usefixtures("suspicious")
async def test_others_report_when_those_who_reported_have_left(
    other_house: SimulatorProcess,
) -> None:
    """Both speakers that tell the topology lose power, and nobody says so."""
    remote = other_house.remote
    async with following(other_house, request_seconds=1.0) as host:
        await until(host.is_heard)
        reporters = set(
            await host.on_reactor(lambda: list(host.session._reporters.chosen[TOPOLOGY]))
        )
        assert len(reporters) == 2
        for uid in reporters:
            remote.unplug(uid, reason=None)
        await until(lambda: not any(host.reachable[uid] for uid in reporters))
        rest = [room.name for room in host.household.rooms if room.uid not in reporters]
        remote.group(rest[0], rest[1])
        together = {host.speaker(name).uid for name in rest[:2]}
        await until(
            lambda: set(host.household.group_members(host.speaker(rest[1]).uid)) == together
        )
        now = await host.on_reactor(lambda: dict(host.session._reporters.chosen))
        assert all(reporters.isdisjoint(uids) for uids in now.values())
        # And they are known again when they are back.
        for uid in reporters:
            remote.plug_in(uid)
        await until(lambda: all(host.reachable.values()))
        await until(lambda: all_by_events(host))
        await true(host, other_house)


async def first_reporter_leaves(host: Host, remote: Remote) -> float:
    """Pull a plug, and return how many seconds it takes to be known."""
    first = (await host.on_reactor(lambda: list(host.session._reporters.chosen[TOPOLOGY])))[0]
    remote.unplug(first)
    return await until(lambda: first not in {room.uid for room in host.household.rooms})


async def test_reporters_leave_one_after_the_other(other_house: SimulatorProcess) -> None:
    """With two of them, one that leaves does not take the news of it along."""
    remote = other_house.remote
    async with following(other_house) as host:
        await until(host.is_heard)
        for _ in range(4):
            assert await first_reporter_leaves(host, remote) < 2 * AT_ONCE
        left = [room.name for room in host.household.rooms]
        assert len(left) == 2
        await turned(host, other_house, left[0])


# Events that stop without a word


async def test_forgetting_is_found_within_five_minutes() -> None:
    """With the real constants: at a renewal, or else by asking."""
    from custom_components.sonos_twisted.engine import inspection, subscription  # noqa: PLC0415

    assert subscription.MAX_RENEWAL_SECONDS < 300
    assert inspection.QUIET_SECONDS + inspection.IN_FLIGHT_SECONDS < 300


@pytest.mark.usefixtures("suspicious")
async def test_a_speaker_that_forgot_without_telling_is_found_by_asking(
    house: SimulatorProcess,
) -> None:
    """Long before the next renewal, and without the others noticing."""
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.forget_leases("Patio", "RenderingControl")
        house.remote.set_volume("Patio", ((host.speaker("Patio").volume or 0) + 7) % 100)
        await true(host, house, 0.5 + 0.2 + 2 * AT_ONCE)
        assert host.lease("Patio", "RenderingControl").subscriptions == 2
        assert host.lease("Patio", "AVTransport").subscriptions == 1
        assert host.lease("Bathroom", "RenderingControl").subscriptions == 1


@pytest.mark.usefixtures("suspicious")
async def test_one_service_that_went_silent_is_found_while_others_go_on(
    house: SimulatorProcess,
) -> None:
    """Events of one service say nothing of another's."""
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.forget_leases("Kitchen", "AVTransport")
        house.remote.play_tracks("Kitchen")
        knob = asyncio.create_task(_keep_turning(house, "Kitchen"))
        try:
            await until(lambda: host.lease("Kitchen", "AVTransport").subscriptions == 2)
        finally:
            knob.cancel()
        await true(host, house)
    house.remote.stop_playing("Kitchen")


async def _keep_turning(house: SimulatorProcess, room: str) -> None:
    """Turn a volume up and down for ever, several times a second."""
    while True:
        for volume in (20, 21):
            house.remote.set_volume(room, volume)
            await asyncio.sleep(0.2)


@pytest.mark.usefixtures("suspicious", "polling_is_quick")
async def test_a_speaker_whose_events_stop_is_polled_alone(house: SimulatorProcess) -> None:
    """Its leases sound well and bring nothing; when they do again, polling ends."""
    async with following(house) as host:
        await until(host.is_heard)
        patio = host.speaker("Patio").uid
        house.remote.fault_notify("Patio", "drop", count=10**6)
        house.remote.set_volume("Patio", ((host.speaker("Patio").volume or 0) + 7) % 100)
        house.remote.play_tracks("Patio")
        await until(lambda: host.served[patio] is Served.BY_POLLING)
        await true(host, house)
        house.remote.set_volume("Patio", ((host.speaker("Patio").volume or 0) + 7) % 100)
        await true(host, house)
        assert {way for uid, way in host.served.items() if uid != patio} == {Served.BY_EVENTS}
        assert host.reachable[patio]
        house.remote.heal()
        await until(lambda: all_by_events(host))
        house.remote.reset_requests()
        assert await turned(host, house, "Patio") < AT_ONCE
    house.remote.stop_playing("Patio")


# When events cannot arrive at all


def soap_requests(house: SimulatorProcess) -> dict[str, int]:
    """Return how many actions each speaker was asked for."""
    return {
        uid: sum(number for what, number in of_speaker.items() if what.startswith("SOAP"))
        for uid, of_speaker in house.remote.requests().items()
    }


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
        await until(lambda: soap_requests(house)[member] >= 4)
        seconds = asyncio.get_running_loop().time() - begin
        asked = soap_requests(house)
        assert all(asked[uid] <= 4 * (seconds + 1) for uid in rooms)
        assert asked[member] < min(asked[uid] for uid in rooms - {member})
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


# The end


async def test_every_speaker_is_told_of_the_end(house: SimulatorProcess) -> None:
    """At once, when they answer."""
    loop = asyncio.get_running_loop()
    async with following(house) as host:
        await until(host.is_heard)
        held = sum(len(leases) for leases in house.remote.leases().values())
        assert held == len(host.session.leases)
        house.remote.reset_requests()
        begin = loop.time()
        await host.connection.close()
        assert loop.time() - begin < AT_ONCE
        assert not any(house.remote.leases().values())
        assert unsubscribes(house) == held


def unsubscribes(house: SimulatorProcess) -> int:
    """Return how many UNSUBSCRIBE requests were received."""
    return sum(
        number
        for of_speaker in house.remote.requests().values()
        for what, number in of_speaker.items()
        if what.startswith("UNSUBSCRIBE")
    )


async def test_the_end_does_not_wait_for_speakers_that_hang(house: SimulatorProcess) -> None:
    """All are told at the same time, and together they have three seconds."""
    loop = asyncio.get_running_loop()
    async with following(house) as host:
        await until(host.is_heard)
        held = sum(len(leases) for leases in house.remote.leases().values())
        house.remote.reset_requests()
        house.remote.stall("*")
        begin = loop.time()
        closing = asyncio.create_task(host.connection.close())
        assert await until(lambda: unsubscribes(house) == held) < AT_ONCE
        await closing
        assert loop.time() - begin < RELEASE_SECONDS + AT_ONCE


async def test_commands_that_hang_do_not_prolong_the_end(house: SimulatorProcess) -> None:
    """They have the same three seconds, not three more."""
    loop = asyncio.get_running_loop()
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.stall("*")
        kitchen = f"{house.addresses['Kitchen']}:1400"
        house.remote.reset_requests()
        hanging = asyncio.create_task(host.connection.run(state.read, kitchen, ["volume"]))
        await until(lambda: sum(soap_requests(house).values()) == 1)
        begin = loop.time()
        await host.connection.close()
        assert loop.time() - begin < RELEASE_SECONDS + AT_ONCE
        house.remote.heal()
        await asyncio.wait([hanging])
        assert hanging.exception() is not None


@pytest.fixture
def another_process(house: SimulatorProcess) -> Iterator[subprocess.Popen[bytes]]:
    """Let another process listen to the house, at a port that is ours afterwards."""
    command = [sys.executable, str(LISTEN), "--listen-port", str(PORT), house.addresses["Kitchen"]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        yield process
        process.kill()


async def test_a_process_that_was_killed_leaves_nothing_that_confuses_the_next(
    house: SimulatorProcess,
    another_process: subprocess.Popen[bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its leases still send to the same port. They are refused, and end."""
    rooms = [speaker["uid"] for speaker in house.facts["speakers"] if not speaker["invisible"]]
    await until(
        lambda: all(leased_at(house, PORT)[uid] >= set(OWN_SERVICES) for uid in rooms),
        lambda: leased_at(house, PORT),
    )
    another_process.kill()
    another_process.wait()
    old = {
        lease["sid"]
        for leases in house.remote.leases().values()
        for lease in leases
        if urlsplit(lease["callback"]).port == PORT
    }
    assert old
    async with following(house, listen=ListenSettings(port=PORT)) as host:
        await until(host.is_heard)
        assert host.connection.listening_on == ("0.0.0.0", PORT)
        since = house.remote.notifications()[-1]["number"]
        for room in list(house.addresses):
            await turned(host, house, room)
        assert host.shows(house), host.differences(house)
        sent = house.remote.notifications(since)
        told = {each["status"] for each in sent if each["sid"] in old}
        assert {"412"} <= told <= {"412", "sending"}
        assert {each["status"] for each in sent if each["sid"] not in old} <= {"200", "sending"}
        assert {lease.subscriptions for lease in host.session.leases.values()} == {1}
    assert not complaints(caplog)


def leased_at(house: SimulatorProcess, port: int) -> dict[str, set[str]]:
    """Return the services that speakers have granted to whoever listens at a port, by uid."""
    return {
        uid: {each["service"] for each in held if urlsplit(each["callback"]).port == port}
        for uid, held in house.remote.leases().items()
    }


# What soco would do


async def test_no_request_of_socos_is_ever_made_on_the_reactor_thread(
    house: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soco would ask each speaker for its household there, and wait; so nothing of it is used."""
    offences: list[str] = []
    sent = services.Service.send_command

    def guarded(self: Any, action: str, *args: Any, **kwargs: Any) -> Any:
        offences.extend([action] * threadable.isInIOThread())
        return sent(self, action, *args, **kwargs)

    def asked(self: object) -> None:
        offences.append("an attribute of SoCo")

    monkeypatch.setattr(services.Service, "send_command", guarded)
    monkeypatch.setattr("soco.core.SoCo.household_id", property(asked))
    monkeypatch.setattr("soco.core.SoCo.zone_group_state", property(asked))
    async with following(house) as host:
        await until(host.is_heard)
        house.remote.forget_leases("Patio")
        link = host.session.links[host.speaker("Patio").uid]
        await host.on_reactor(link.renew_from_scratch)
        await until(host.is_heard)
        await turned(host, house, "Patio")
    assert not offences


async def test_equal_events_do_not_share_what_can_be_changed(house: SimulatorProcess) -> None:
    """Soco keeps the last bodies parsed, and gives everyone the same dictionary."""
    async with following(house) as host:
        await until(host.is_heard)
        received: list[dict[str, Any]] = []
        lease = host.lease("Patio", "RenderingControl")
        hear = lease._core.on_event

        def keep(event: Any) -> None:
            received.append(event.variables)
            hear(event)

        lease._core.on_event = keep
        house.remote.emit_raw("Patio", "RenderingControl", property_set(31))
        house.remote.emit_raw("Patio", "RenderingControl", property_set(31))
        await until(lambda: len(received) == 2)
        first, second = received
        assert first == second == {"volume": {"Master": "31"}}
        first["volume"]["Master"] = "99"
        first["spoilt"] = "1"
        house.remote.emit_raw("Patio", "RenderingControl", property_set(31))
        await until(lambda: len(received) == 3)
        assert received[2] == second == {"volume": {"Master": "31"}}


async def test_the_port_stays_the_same_when_the_last_lease_ends(house: SimulatorProcess) -> None:
    """Soco closes its listener then, and finds the port still busy when it opens it again."""
    async with following(house) as host:
        await until(host.is_heard)
        listening_on = host.connection.listening_on
        leases = list(host.session.leases.values())

        def end_all_and_begin_anew() -> None:
            for lease in leases:
                lease.renew_from_scratch()

        await host.on_reactor(end_all_and_begin_anew)
        await until(lambda: all(lease.is_held for lease in leases))
        assert host.connection.listening_on == listening_on
        ports = {
            urlsplit(lease["callback"]).port
            for held in house.remote.leases().values()
            for lease in held
        }
        assert listening_on is not None
        assert ports == {listening_on[1]}


async def test_a_speaker_that_never_answers_keeps_nothing_waiting(
    house: SimulatorProcess, reactor: ReactorBase
) -> None:
    """Soco would wait for its answer for ever, and so would all that is asked after it."""
    async with following(house, request_seconds=0.5) as host:
        await until(host.is_heard)
        house.remote.stall("Patio", "gena")
        lease = host.lease("Patio", "RenderingControl")
        failed: list[Failure] = []

        def ask() -> None:
            subscription = lease._core.subscription
            assert subscription is not None
            for _ in range(2):
                outcome: Deferred[Any] = subscription.renew(strict=True)
                outcome.addErrback(failed.append)

        await host.on_reactor(ask)
        assert await until(lambda: len(failed) == 2) < 2 * 0.5 + AT_ONCE
        house.remote.heal()
        await turned(host, house, "Patio")
