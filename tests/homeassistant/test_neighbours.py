"""What else uses soco, Twisted or the speakers in the same Home Assistant.

All tests run beside somebody else's reactor: the one that ``tests/conftest.py`` starts before
anything of the integration is there. The last test shows the other case.
"""

# mypy: disallow-untyped-calls=False
from collections.abc import AsyncIterator, Iterator
import gc
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from soco import SoCo, alarms, config, events_asyncio, events_twisted  # noqa: TID251
from soco.core import _SocoSingletonBase
from soco.events_base import EventListenerBase, SubscriptionBase

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine import reactor_thread
from custom_components.sonos_twisted.engine.subscription import Subscription
from tests.homeassistant.conftest import base, complaints, make_entry, until
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

CORE, OURS = "sonos", DOMAIN

#: The rooms that are looked at.
ROOM, OTHER_ROOM = "Kitchen", "Bathroom"


@pytest.fixture(scope="module")
def _shared_house() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(base=base(12)) as house:
        yield house


@pytest.fixture
def shared_house(_shared_house: SimulatorProcess, loopback: None) -> SimulatorProcess:
    """Give the house that both integrations are set up on; music plays in the kitchen."""
    _shared_house.remote.play_tracks(ROOM, 30)
    return _shared_house


def shown(hass: HomeAssistant, platform: str, house: SimulatorProcess, room: str) -> dict[str, Any]:
    """Return what an integration shows of a room; nothing when it shows no such room."""
    uid = next(
        speaker["uid"]
        for speaker in house.facts["speakers"]
        if speaker["address"] == house.addresses[room]
    )
    entity_id = er.async_get(hass).async_get_entity_id("media_player", platform, uid)
    state = hass.states.get(entity_id or "media_player.nobody")
    return {"state": state.state, **state.attributes} if state else {}


class Household:
    """The house in Home Assistant, by both integrations."""

    def __init__(self, hass: HomeAssistant, house: SimulatorProcess) -> None:
        """Begin with neither."""
        self._hass = hass
        self._house = house
        self._volume = 20
        self._entries: dict[str, str] = {}
        self.there: list[str] = []
        #: Of our entry.
        self.options: dict[str, object] = {}

    async def _do(self, function: Any, *args: object) -> Any:
        return await self._hass.async_add_executor_job(function, *args)

    async def add(self, platform: str) -> None:
        """Set an integration up, for the first time or again."""
        hass = self._hass
        if platform in self._entries:
            assert await hass.config_entries.async_setup(self._entries[platform])
        elif platform == OURS:
            entry = await make_entry(hass, self._house.addresses[ROOM], **self.options)
            assert await hass.config_entries.async_setup(entry.entry_id)
        else:
            hosts = {"hosts": self._house.hosts, "advertise_addr": "127.0.0.1"}
            assert await async_setup_component(hass, CORE, {CORE: {"media_player": hosts}})
            # They are not really there.
            hass.config.components -= {"ssdp", "zeroconf"}
        await hass.async_block_till_done()
        (self._entries[platform],) = (
            entry.entry_id for entry in hass.config_entries.async_entries(platform)
        )
        self.there.append(platform)

    async def remove(self, platform: str) -> None:
        """Unload an integration."""
        assert await self._hass.config_entries.async_unload(self._entries[platform])
        await self._hass.async_block_till_done()
        self.there.remove(platform)

    async def reload(self, platform: str) -> None:
        """Reload an integration."""
        assert await self._hass.config_entries.async_reload(self._entries[platform])
        await self._hass.async_block_till_done()

    async def remove_all(self) -> None:
        """Unload whatever is there."""
        for platform in list(self.there):
            await self.remove(platform)

    async def works(self) -> None:
        """Change a volume, a track and a group; each shows in all integrations that are there."""
        hass, house, remote = self._hass, self._house, self._house.remote

        def all_show(room: str, name: str, value: object) -> bool:
            return all(shown(hass, each, house, room).get(name) == value for each in self.there)

        def all_have(members: int) -> bool:
            groups = [shown(hass, each, house, OTHER_ROOM)["group_members"] for each in self.there]
            return {len(group) for group in groups} == {members}

        def seen() -> object:
            return {
                (each, room): shown(hass, each, house, room)
                for each in self.there
                for room in (ROOM, OTHER_ROOM)
            }

        self._volume += 1
        await self._do(remote.set_volume, ROOM, self._volume)
        await self._do(remote.next, ROOM)
        truth = await self._do(remote.truth)
        (title,) = (
            speaker["title"]
            for speaker in truth["speakers"].values()
            if speaker["address"] == house.addresses[ROOM]
        )
        await until(hass, lambda: all_show(ROOM, "volume_level", self._volume / 100), seen)
        await until(hass, lambda: all_show(ROOM, "media_title", title), seen)
        await self._do(remote.group, OTHER_ROOM, ROOM)
        await until(hass, lambda: all_show(OTHER_ROOM, "media_title", title), seen)
        await until(hass, lambda: all_have(2), seen)
        await self._do(remote.ungroup, OTHER_ROOM)
        await until(hass, lambda: all_have(1), seen)


def forget() -> None:
    """Let soco know nothing: what it keeps belongs to the process."""
    _SocoSingletonBase._instances.clear()
    SoCo.zone_group_states.clear()


@pytest.fixture
async def both(hass: HomeAssistant, shared_house: SimulatorProcess) -> AsyncIterator[Household]:
    """Let both integrations be set up on the house."""
    forget()
    with (
        # The listener closes at once with its last subscription, so that no task outlives the test.
        patch.object(events_asyncio.event_listener, "_stop_grace_seconds", 0),
        patch("homeassistant.components.ssdp.async_setup", return_value=True),
        patch("homeassistant.components.ssdp.async_register_callback", return_value=lambda: None),
        patch("homeassistant.components.zeroconf.async_setup", return_value=True),
    ):
        household = Household(hass, shared_house)
        yield household
        await household.remove_all()
        await events_asyncio.event_listener.async_stop()
    forget()


def our_complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration and Twisted have complained about; soco's words are core's."""
    return [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.name.startswith((f"custom_components.{DOMAIN}", "twisted"))
        and record.levelname in {"WARNING", "ERROR", "CRITICAL"}
    ]


@pytest.mark.parametrize(("first", "second"), [(CORE, OURS), (OURS, CORE)])
async def test_core_and_we_leave_each_other_alone(
    both: Household,
    first: str,
    second: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whichever comes, is reloaded or goes first: whoever is there shows every change."""
    await both.add(first)
    await both.works()
    await both.add(second)
    await both.works()
    await both.reload(first)
    await both.works()
    await both.reload(second)
    await both.works()
    await both.remove(first)
    await both.works()
    await both.add(first)
    await both.works()
    await both.remove(second)
    await both.works()
    assert not our_complaints(caplog)


@pytest.mark.parametrize("order", [(CORE, OURS), (OURS, CORE)])
async def test_we_leave_each_other_the_port(
    both: Household, hass: HomeAssistant, shared_house: SimulatorProcess, order: tuple[str, str]
) -> None:
    """Both want the same port: whoever comes second takes another one, and both are heard."""

    async def ports() -> set[int]:
        leases = await hass.async_add_executor_job(shared_house.remote.leases)
        held = [lease for of_speaker in leases.values() for lease in of_speaker]
        return {urlsplit(lease["callback"]).port or 0 for lease in held}

    both.options = {"listen_port": 1400}
    await both.add(order[0])
    await both.works()
    taken = await ports()
    assert len(taken) == 1
    if order[1] == OURS:
        both.options = {"listen_port": min(taken)}
    await both.add(order[1])
    await both.works()
    now = await ports()
    assert len(now) == 2
    assert now > taken
    await both.reload(order[0])
    await both.works()


async def test_our_leases_outlive_what_core_does(
    both: Household, hass: HomeAssistant, shared_house: SimulatorProcess
) -> None:
    """Core resets soco when it is set up, reloaded and removed: not one lease is renewed for it."""
    await both.add(OURS)
    await both.works()
    before = await hass.async_add_executor_job(sids, shared_house)
    assert before
    await both.add(CORE)
    await both.reload(CORE)
    await both.works()
    await both.remove(CORE)
    assert await hass.async_add_executor_job(sids, shared_house) == before


def sids(house: SimulatorProcess) -> set[str]:
    """Return the subscriptions that a house serves."""
    return {lease["sid"] for held in house.remote.leases().values() for lease in held}


# What belongs to the process


def of_soco() -> dict[str, object]:
    """Return what soco keeps for the whole process."""
    gc.collect()
    found: dict[str, object] = {
        f"config.{name}": value for name, value in vars(config).items() if name.isupper()
    }
    found["instances"] = {
        kind.__name__: sorted(map(repr, of_kind))
        for kind, of_kind in _SocoSingletonBase._instances.items()
    }
    found["groups"] = dict(SoCo.zone_group_states)
    alarms_of = getattr(alarms.Alarms, "_instances", {})
    found["alarms"] = {repr(key): id(value) for key, value in alarms_of.items()}
    for module in (events_twisted, events_asyncio):
        listener = module.event_listener
        name = module.__name__
        found[f"{name} listener"] = (
            listener.is_running,
            listener.address,
            listener.requested_port_number,
        )
        found[f"{name} subscriptions"] = sorted(module.subscriptions_map.subscriptions)
    found["classes"] = [
        dict(vars(kind))
        for kind in (SoCo, EventListenerBase, SubscriptionBase, events_twisted.Subscription)
    ]
    return found


async def test_nothing_of_socos_is_touched(
    hass: HomeAssistant, standing_house: SimulatorProcess, reactor: ReactorBase
) -> None:
    """Set up, used and unloaded: what soco keeps for the process is what it was."""
    forget()
    before = of_soco()
    entry = await make_entry(hass, standing_house.addresses[ROOM])
    assert await hass.config_entries.async_setup(entry.entry_id)
    remote = standing_house.remote
    await hass.async_add_executor_job(remote.set_volume, ROOM, 31)
    await until(hass, lambda: shown(hass, OURS, standing_house, ROOM).get("volume_level") == 0.31)
    await hass.services.async_call(
        "media_player",
        "volume_set",
        {"entity_id": "media_player.kitchen", "volume_level": 0.3},
        blocking=True,
    )
    during = of_soco()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert during == before
    assert of_soco() == before
    assert issubclass(Subscription, events_twisted.Subscription)


# Two households


async def test_two_households_at_once(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One of S2 and one of S1: one that is reloaded leaves the other's leases as they are."""

    async def set_up(house: SimulatorProcess, room: str) -> MockConfigEntry:
        entry = await make_entry(hass, house.addresses[room])
        assert await hass.config_entries.async_setup(entry.entry_id)
        return entry

    async def follows(house: SimulatorProcess, room: str, volume: int) -> None:
        await hass.async_add_executor_job(house.remote.set_volume, room, volume)
        await until(
            hass, lambda: shown(hass, OURS, house, room).get("volume_level") == volume / 100
        )

    first = await set_up(standing_house, "Kitchen")
    second = await set_up(neighbours, "Den")
    await follows(standing_house, "Kitchen", 41)
    await follows(neighbours, "Den", 42)
    held = await hass.async_add_executor_job(sids, neighbours)
    assert await hass.config_entries.async_reload(first.entry_id)
    await follows(neighbours, "Den", 43)
    await follows(standing_house, "Kitchen", 44)
    assert await hass.async_add_executor_job(sids, neighbours) == held
    held = await hass.async_add_executor_job(sids, standing_house)
    assert await hass.config_entries.async_reload(second.entry_id)
    await follows(standing_house, "Kitchen", 45)
    await follows(neighbours, "Den", 46)
    assert await hass.async_add_executor_job(sids, standing_house) == held
    assert not complaints(caplog)
    for entry in (first, second):
        assert await hass.config_entries.async_unload(entry.entry_id)


# The reactor


def test_all_of_this_runs_beside_somebody_elses_reactor(reactor: ReactorBase) -> None:
    """The reactor of the tests is used as it is; nobody here started or stops it."""
    thread = reactor_thread()
    thread.start()
    assert thread.reactor is reactor
    assert thread._thread is None
    assert thread.stop()
    assert reactor.running


def test_somebody_else_uses_the_reactor_that_we_started() -> None:
    """They call it from their threads, serve and connect; it goes on when we have nothing to do."""
    script = """
        import threading
        from custom_components.sonos_twisted.engine import reactor_thread

        ours = reactor_thread()
        ours.start()

        from twisted.internet import reactor, protocol, threads

        assert reactor.running
        called = threading.Event()
        reactor.callFromThread(called.set)
        assert called.wait(10)

        class Echo(protocol.Protocol):
            def dataReceived(self, data):
                self.transport.write(data)

        factory = protocol.Factory.forProtocol(Echo)
        listen = lambda: reactor.listenTCP(0, factory, interface="127.0.0.1")
        port = threads.blockingCallFromThread(reactor, listen)

        import socket
        with socket.create_connection(("127.0.0.1", port.getHost().port), 10) as connection:
            connection.sendall(b"hello")
            print(connection.recv(5).decode())
        later = threading.Event()
        reactor.callFromThread(reactor.callLater, 0.01, later.set)
        assert later.wait(10)
        ended = []
        reactor.callFromThread(
            reactor.addSystemEventTrigger, "during", "shutdown", ended.append, "told"
        )
        print(ours.stop(), ended)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.split("\n"), done.stderr) == (["hello", "True ['told']", ""], "")
