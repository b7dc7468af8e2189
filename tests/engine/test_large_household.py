"""A house of 32 speakers, in which GetZoneGroupState fails, as it does in large households."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from custom_components.sonos_twisted.engine import (
    EventNews,
    Served,
    TopologyNews,
    UpnpError,
    reactor_thread,
)
from custom_components.sonos_twisted.engine.commands import rendering, state
from tests.engine.host import OWN_SERVICES, Host, base, following, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from tests.simulator.control import Remote

SPEAKERS = 32

#: What a speaker is asked when it is not the one through which the house is entered.
REQUESTS = {"GET /xml/device_description.xml": 1} | {
    f"SUBSCRIBE {service}": 1 for service in OWN_SERVICES
}
REPORTING = {"SUBSCRIBE ZoneGroupTopology", "SUBSCRIBE AlarmClock", "SUBSCRIBE ContentDirectory"}
ENTERING = {"GET /xml/device_description.xml": 2, "SOAP DeviceProperties.GetHouseholdID": 1}


@pytest.fixture(scope="module")
def _house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(2), speakers=SPEAKERS) as house:
        yield house


@pytest.fixture
def house(_house: SimulatorProcess, loopback: None) -> Iterator[SimulatorProcess]:
    """Give the house; what a test does to its groups is undone."""
    _house.remote.reset_requests()
    yield _house
    _house.remote.heal()


@pytest.fixture
def remote(house: SimulatorProcess) -> Remote:
    """Give what happens in the house."""
    return house.remote


def is_whole(host: Host) -> bool:
    """Tell whether all speakers are known and heard."""
    return len(host.household.rooms) == SPEAKERS and host.is_complete() and host.is_heard()


def without_reporting(requests: dict[str, int]) -> dict[str, int]:
    """Leave out what one or two speakers are asked for all."""
    return {what: number for what, number in requests.items() if what not in REPORTING}


async def test_everything_is_known_from_events(house: SimulatorProcess) -> None:
    """The topology cannot be asked for; nobody tries, and nobody is polled."""
    async with following(house) as host:
        with pytest.raises(UpnpError) as raised:
            await host.connection.run(state.read, f"{house.hosts[0]}:1400", ["topology"])
        assert raised.value.code == 501
        await until(lambda: is_whole(host), lambda: len(host.told))
        assert host.shows(house), host.differences(house)
        assert set(host.served.values()) == {Served.BY_EVENTS}


async def test_setup_takes_few_requests(house: SimulatorProcess, remote: Remote) -> None:
    """Five for each speaker, three of another kind for the first, four for the household."""
    async with following(house) as host:
        await until(lambda: is_whole(host), lambda: len(host.told))
        requests = remote.requests()
        entered = house.facts["speakers"][0]["uid"]
        assert without_reporting(requests[entered]) == REQUESTS | ENTERING
        others = [without_reporting(of) for uid, of in requests.items() if uid != entered]
        assert others == [REQUESTS] * (SPEAKERS - 1)
        reporting: Counter[str] = Counter()
        for of_speaker in requests.values():
            reporting.update({what: n for what, n in of_speaker.items() if what in REPORTING})
        assert reporting == {
            "SUBSCRIBE ZoneGroupTopology": 2,
            "SUBSCRIBE AlarmClock": 1,
            "SUBSCRIBE ContentDirectory": 1,
        }


async def test_regrouping_all_speakers(house: SimulatorProcess, remote: Remote) -> None:
    """Nobody is asked anything, and the host gets one picture at a time."""
    rooms = list(house.addresses)
    async with following(house) as host:
        await until(lambda: is_whole(host), lambda: len(host.told))
        host.news.clear()
        remote.reset_requests()
        for room in rooms[1:]:
            remote.group(room, rooms[0])
        await until(lambda: len(host.household.topology.groups) == 1)
        await until(lambda: host.shows(house), lambda: host.differences(house))
        remote.play_tracks(rooms[0])
        await until(lambda: host.shows(house), lambda: host.differences(house))
        assert {room.media and room.media.title for room in host.household.rooms} == {"Aria"}
        remote.stop_playing(rooms[0])
        for room in rooms[1:]:
            remote.ungroup(room)
        await until(lambda: len(host.household.topology.groups) == SPEAKERS)
        await until(lambda: host.shows(house), lambda: host.differences(house))
        assert not any(remote.requests().values())
        # A picture for each step, at most, however many speakers tell it.
        pictures = sum(isinstance(news, TopologyNews) for news in host.news)
        assert pictures <= 2 * (SPEAKERS - 1)
        assert any(isinstance(news, EventNews) for news in host.news)


async def test_commands_and_events_of_every_speaker(house: SimulatorProcess) -> None:
    """What is set at all speakers at once is known of all of them."""
    async with following(house) as host:
        await until(lambda: is_whole(host), lambda: len(host.told))
        settings = [
            host.connection.run(rendering.set_volume, f"{room.host}:{room.port}", 10 + number)
            for number, room in enumerate(host.household.rooms)
        ]
        for setting in settings:
            await setting
        volumes = list(range(10, 10 + SPEAKERS))
        await until(lambda: [room.volume for room in host.household.rooms] == volumes)


async def test_reporters_leave(house: SimulatorProcess, remote: Remote) -> None:
    """The events of others take their place, as nobody could be asked."""
    async with following(house) as host:
        await until(lambda: is_whole(host), lambda: len(host.told))
        first, second = await reactor_thread().run(
            lambda: list(host.session._reporters.chosen["ZoneGroupTopology"])
        )
        remote.unplug(first)
        await until(lambda: first not in {room.uid for room in host.household.rooms})
        remote.unplug(second)
        await until(lambda: second not in {room.uid for room in host.household.rooms})
        rest = [room.name for room in host.household.rooms]
        remote.group(rest[0], rest[1])
        await until(lambda: host.shows(house), lambda: host.differences(house))
        remote.ungroup(rest[0])
        remote.plug_in(first)
        remote.plug_in(second)
        await until(lambda: is_whole(host))
        await until(lambda: host.shows(house), lambda: host.differences(house))
