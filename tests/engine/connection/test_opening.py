"""A household is found through one speaker, listened to, and commanded."""

import asyncio

import pytest

from custom_components.sonos_twisted.engine import (
    DescriptionNews,
    TopologyNews,
)
from custom_components.sonos_twisted.engine.commands import rendering

from ...simulator.process import SimulatorProcess
from .steps import (
    NOBODY,
    OUR_ADDRESS,
    OWN_SERVICES,
    Host,
    listening,
    services_at,
    uid_of,
    until,
    volume_of,
)

pytestmark = pytest.mark.usefixtures("loopback", "nothing_left")


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
        requests = house.remote.requests()
        assert requests.keys() >= {uid_of(house, room) for room in house.addresses}
        for counters in requests.values():
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


async def test_the_expected_household(house: SimulatorProcess) -> None:
    host = Host()
    await host.connection.open([house.hosts[0]], house.facts["household"])
    await host.connection.close()


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
