"""Speakers come, go, start anew, get other addresses and lose events."""

from typing import Any

import pytest

from custom_components.sonos_twisted.engine import LeaseNews, ReachabilityNews

from ...simulator.process import SimulatorProcess
from .steps import OWN_SERVICES, listening, services_at, uid_of, until, volume_of

pytestmark = pytest.mark.usefixtures("loopback", "nothing_left")


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
