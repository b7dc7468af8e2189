"""Set-up, unloading and reloading of households, and what can be in the way of them."""

import asyncio
from collections import Counter
from collections.abc import Iterator
import contextlib
import datetime as dt
import os
import socket
import threading
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine import reactor_thread
from tests.homeassistant.conftest import (
    NOBODY,
    OURS,
    PORT,
    all_known,
    complaints,
    eventually,
    until,
)

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

    from tests.simulator.process import SimulatorProcess

KITCHEN = "media_player.kitchen"
DEN = "media_player.den"

#: The first of two ports that nothing else on this machine uses.
FREE = 21000 + os.getpid() % 1000 * 2


def add(
    hass: HomeAssistant, house: SimulatorProcess, *rooms_or_hosts: str, **options: object
) -> MockConfigEntry:
    """Add the entry of a house that is entered through these rooms or addresses."""
    household_id = house.facts["household"]
    hosts = [house.addresses.get(item, item) for item in rooms_or_hosts]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Sonos",
        unique_id=household_id,
        data={"household_id": household_id, "hosts": hosts},
        options={"listen_port": PORT, **options},
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up for the first time, whether that succeeds or not."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def leases(hass: HomeAssistant, house: SimulatorProcess) -> list[dict[str, Any]]:
    """Return all leases that are held in a house."""
    held = await hass.async_add_executor_job(house.remote.leases)
    return [lease for of_speaker in held.values() for lease in of_speaker]


async def ports(hass: HomeAssistant, *houses: SimulatorProcess) -> set[int]:
    """Return the ports at which speakers of these houses deliver their events."""
    held = [lease for house in houses for lease in await leases(hass, house)]
    return {urlsplit(lease["callback"]).port or 0 for lease in held}


def is_open(port: int) -> bool:
    """Tell whether somebody listens at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def in_reactor(reactor: ReactorBase) -> tuple[Counter[str], Counter[str]]:
    """Return what the reactor still has to do, and what it reads from."""

    def look() -> tuple[Counter[str], Counter[str]]:
        untyped: Any = reactor
        calls = Counter(repr(call.func) for call in untyped.getDelayedCalls())
        return calls, Counter(type(reader).__name__ for reader in untyped.getReaders())

    return await reactor_thread().run(look)


def threads() -> set[str]:
    """Return the names of the threads that run; Home Assistant's own come and go."""
    return {
        thread.name
        for thread in threading.enumerate()
        if not thread.name.startswith(("SyncWorker", "ImportExecutor"))
    }


def shown(hass: HomeAssistant, entity_id: str, name: str) -> Any:
    """Return what an entity shows."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.attributes.get(name)


def is_unavailable(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity is unavailable."""
    state = hass.states.get(entity_id)
    return state is not None and state.state == "unavailable"


async def turn_the_knob(hass: HomeAssistant, house: SimulatorProcess, room: str) -> None:
    """Change the volume of a room, and wait until its entity shows it: events arrive."""
    entity_id = f"media_player.{room.lower()}"
    volume = round(100 * (shown(hass, entity_id, "volume_level") or 0)) % 90 + 7
    await hass.async_add_executor_job(house.remote.set_volume, room, volume)
    await until(hass, lambda: shown(hass, entity_id, "volume_level") == volume / 100)


# Nothing is left behind


async def test_unloading_leaves_nothing_behind(
    hass: HomeAssistant,
    standing_house: SimulatorProcess,
    reactor: ReactorBase,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No lease, no port, no planned call, no connection, no thread; the reactor runs on."""
    await hass.async_add_executor_job(reactor_thread().start)
    calls, readers = await in_reactor(reactor)
    running = threads()
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    (port,) = await ports(hass, standing_house)
    assert is_open(port)
    assert (await in_reactor(reactor))[1] > readers

    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await leases(hass, standing_house) == []
    assert not is_open(port)
    # Connections take a moment to close.
    await eventually(
        lambda: in_reactor(reactor), lambda left: left[0] <= calls and left[1] <= readers
    )
    assert threads() <= running
    assert reactor.running
    assert not complaints(caplog)


async def test_reloading_begins_anew(
    hass: HomeAssistant, standing_house: SimulatorProcess, reactor: ReactorBase
) -> None:
    """After three reloads there is as much of everything as after none."""
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    before = Counter(lease["service"] for lease in await leases(hass, standing_house))
    port = await ports(hass, standing_house)
    for _ in range(3):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await until(hass, lambda: all_known(hass))
    assert Counter(lease["service"] for lease in await leases(hass, standing_house)) == before
    assert await ports(hass, standing_house) == port
    await turn_the_knob(hass, standing_house, "Kitchen")


async def test_stopping_home_assistant_ends_every_subscription(
    hass: HomeAssistant, standing_house: SimulatorProcess, reactor: ReactorBase
) -> None:
    """Speakers do not go on sending to nobody. Somebody else's reactor is not stopped."""
    await set_up(hass, add(hass, standing_house, "Kitchen"))
    (port,) = await ports(hass, standing_house)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert await leases(hass, standing_house) == []
    assert not is_open(port)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
    await hass.async_block_till_done()
    assert reactor.running


async def test_stopping_home_assistant_does_not_wait_for_speakers_that_hang(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """Neither for subscriptions that cannot be ended, nor for a command that is under way."""
    await set_up(hass, add(hass, standing_house, "Kitchen"))
    await until(hass, lambda: all_known(hass))
    await hass.async_add_executor_job(standing_house.remote.stall, "*")
    target = {"entity_id": KITCHEN, "volume_level": 0.5}
    command = hass.async_create_task(
        hass.services.async_call("media_player", "volume_set", target, blocking=True)
    )
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0.1)
    begin = loop.time()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert loop.time() - begin < 3.0 + 1.5
    with pytest.raises(HomeAssistantError):
        await command
    await hass.async_add_executor_job(standing_house.remote.forget_leases, "*")


async def test_our_reactor_ends_with_home_assistant(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """It cannot be stopped in a test, so what would stop it is watched."""
    await set_up(hass, add(hass, standing_house, "Kitchen"))
    with patch.object(type(reactor_thread()), "stop") as stop:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
        stop.assert_not_called()
        hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
        await hass.async_block_till_done()
        stop.assert_called_once_with()


# Two households


@pytest.fixture
async def two(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> tuple[MockConfigEntry, MockConfigEntry]:
    """Set up two households."""
    entries = add(hass, standing_house, "Kitchen"), add(hass, neighbours, "Den")
    await set_up(hass, entries[0])
    await until(hass, lambda: len(hass.states.async_entity_ids("media_player")) == 9)
    await until(
        hass, lambda: shown(hass, DEN, "volume_level") and shown(hass, KITCHEN, "volume_level")
    )
    return entries


async def test_two_households_share_a_listener(
    hass: HomeAssistant,
    two: tuple[MockConfigEntry, MockConfigEntry],
    standing_house: SimulatorProcess,
    neighbours: SimulatorProcess,
) -> None:
    """One unloaded leaves the other working, on the same port."""
    (port,) = await ports(hass, standing_house, neighbours)
    assert await hass.config_entries.async_unload(two[0].entry_id)
    assert await leases(hass, standing_house) == []
    assert is_open(port)
    await turn_the_knob(hass, neighbours, "Den")
    assert await hass.config_entries.async_setup(two[0].entry_id)
    await until(hass, lambda: shown(hass, KITCHEN, "volume_level"))
    await turn_the_knob(hass, standing_house, "Kitchen")
    await turn_the_knob(hass, neighbours, "Den")
    assert await ports(hass, standing_house, neighbours) == {port}


async def test_households_with_other_settings_have_listeners_of_their_own(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """Each is reached where its options say."""
    await set_up(hass, add(hass, standing_house, "Kitchen"))
    await set_up(hass, add(hass, neighbours, "Den", listen_port=14500, listen_address="127.0.0.1"))
    (port,) = await ports(hass, neighbours)
    assert port >= 14500
    assert await ports(hass, standing_house) != {port}
    callbacks = {urlsplit(lease["callback"]).hostname for lease in await leases(hass, neighbours)}
    assert callbacks == {"127.0.0.1"}


# Through which speaker


async def test_any_speaker_leads_to_the_household(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Also one that is no player itself, and also when others do not answer."""
    bonded = next(speaker for speaker in standing_house.facts["speakers"] if speaker["invisible"])
    entry = add(hass, standing_house, NOBODY, bonded["address"])
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    assert entry.state is ConfigEntryState.LOADED
    by_uid = await hass.async_add_executor_job(standing_house.remote.leases)
    assert not by_uid[bonded["uid"]]
    assert not complaints(caplog)


async def test_household_is_found_again_when_the_configured_speaker_has_gone(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """The addresses of all rooms are kept, and any of them is a way in."""
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    assert entry.data["known_hosts"] == sorted(standing_house.addresses.values())
    assert entry.data["hosts"] == [standing_house.addresses["Kitchen"]]
    assert await hass.config_entries.async_unload(entry.entry_id)
    remote = standing_house.remote
    await hass.async_add_executor_job(remote.disconnect, "Kitchen")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await turn_the_knob(hass, standing_house, "Bathroom")
    # It is unavailable for as long as it is away, and back by itself.
    await until(hass, lambda: is_unavailable(hass, KITCHEN), seconds=45.0)
    await hass.async_add_executor_job(remote.reconnect, "Kitchen")
    await until(hass, lambda: not is_unavailable(hass, KITCHEN), seconds=75.0)
    await turn_the_knob(hass, standing_house, "Kitchen")


async def requests_of_setup(hass: HomeAssistant, house: SimulatorProcess) -> dict[str, int]:
    """Set a house up, and return how many requests each of its speakers got besides SUBSCRIBE."""
    await hass.async_add_executor_job(house.remote.reset_requests)
    entry = add(hass, house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    lists, alarms = entry.runtime_data.content, entry.runtime_data.alarms
    await until(hass, lambda: lists.favorites and lists.playlists and alarms.is_known)
    await hass.async_block_till_done(wait_background_tasks=True)
    requests = await hass.async_add_executor_job(house.remote.requests)
    return {
        speaker["name"]: sum(
            count
            for request, count in requests[speaker["uid"]].items()
            if not request.startswith("SUBSCRIBE")
        )
        for speaker in house.facts["speakers"]
        if not speaker["invisible"]
    }


async def test_setup_takes_few_requests(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """Each describes itself once; one says who it is; five common lists are shared out.

    Those with a television say in two answers what it does when it comes on, the one with a battery
    how that is, and some what they have besides: switches and sensors show it.
    """
    counts = await requests_of_setup(hass, standing_house)
    assert max(counts.values()) == 5
    assert sum(counts.values()) == 21


async def test_setup_takes_one_more_where_music_plays(
    hass: HomeAssistant, house: SimulatorProcess
) -> None:
    """No event says how far a track has been played."""
    await hass.async_add_executor_job(house.remote.play_tracks, "Bathroom")
    await hass.async_add_executor_job(house.remote.play_radio, "Office")
    assert sum((await requests_of_setup(hass, house)).values()) in {21, 22}
    await until(hass, lambda: shown(hass, "media_player.bathroom", "media_position") is not None)
    requests = await hass.async_add_executor_job(house.remote.requests)
    readings = [
        of_speaker.get("SOAP AVTransport.GetPositionInfo", 0) for of_speaker in requests.values()
    ]
    assert sum(readings) == 1


# What can be in the way


async def fails(hass: HomeAssistant, entry: MockConfigEntry, key: str, reason: str) -> None:
    """Set an entry up, and see it fail for a reason that the user can read.

    Home Assistant leaves out the period at its end.
    """
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == key
    assert entry.error_reason_translation_domain == DOMAIN
    assert entry.reason == reason
    assert not hass.states.async_entity_ids("media_player")


async def recovers(hass: HomeAssistant, entry: MockConfigEntry, house: SimulatorProcess) -> None:
    """Let the time pass after which Home Assistant tries again, and see it succeed."""
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(minutes=2))
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await until(hass, lambda: all_known(hass))
    await turn_the_knob(hass, house, "Kitchen")


async def test_nobody_answers(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again; Home Assistant logs it once, and the integration adds nothing."""
    kitchen = standing_house.addresses["Kitchen"]
    await hass.async_add_executor_job(standing_house.remote.refuse, "Kitchen")
    entry = add(hass, standing_house, "Kitchen")
    await fails(
        hass,
        entry,
        "cannot_connect",
        f"No speaker of the household can be reached: {kitchen} cannot be reached",
    )
    await hass.async_add_executor_job(standing_house.remote.heal)
    await recovers(hass, entry, standing_house)
    assert not complaints(caplog)


async def test_upnp_is_switched_off(hass: HomeAssistant, standing_house: SimulatorProcess) -> None:
    """The reason says where to switch it on."""
    kitchen = standing_house.addresses["Kitchen"]
    await hass.async_add_executor_job(standing_house.remote.forbid, "*")
    entry = add(hass, standing_house, "Kitchen")
    await fails(
        hass,
        entry,
        "upnp_disabled",
        f"The speaker at {kitchen} refuses control. Switch UPnP on in the Sonos app under"
        " Account, Privacy and Security, UPnP",
    )
    await hass.async_add_executor_job(standing_house.remote.heal)
    await recovers(hass, entry, standing_house)


async def test_speaker_declines(hass: HomeAssistant, standing_house: SimulatorProcess) -> None:
    """The reason names what was asked, and the code."""
    host = standing_house.addresses["Kitchen"]
    await hass.async_add_executor_job(
        standing_house.remote.fail_action, "Kitchen", "GetHouseholdID", 501
    )
    entry = add(hass, standing_house, "Kitchen")
    await fails(
        hass,
        entry,
        "declined",
        f"The speaker at {host} declined GetHouseholdID with error 501",
    )
    await recovers(hass, entry, standing_house)


# When events do not arrive


@pytest.fixture
def impatient() -> Iterator[None]:
    """Ask at once for what no event tells, and every moment."""
    with (
        patch(f"{OURS}.engine.lease.INITIAL_EVENT_SECONDS", 0.3),
        patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 0.3),
        patch(f"{OURS}.engine.session.WATCH_SECONDS", 0.3),
    ):
        yield


@contextlib.contextmanager
def ports_taken() -> Iterator[None]:
    """Occupy both of the ports."""
    with socket.create_server(("0.0.0.0", FREE)), socket.create_server(("0.0.0.0", FREE + 1)):
        yield


@pytest.fixture
def two_ports() -> Iterator[None]:
    """Let two ports be all that are tried."""
    with patch(f"{OURS}.engine.listener.PORT_RANGE", 2):
        yield


@pytest.mark.usefixtures("impatient", "two_ports")
async def test_household_works_without_a_port_until_there_is_one(
    hass: HomeAssistant, standing_house: SimulatorProcess, issue_registry: ir.IssueRegistry
) -> None:
    """Speakers are asked for their state meanwhile, and the user is told; nothing is reloaded."""

    def issue() -> ir.IssueEntry | None:
        return issue_registry.async_get_issue(DOMAIN, f"no_free_port_{entry.entry_id}")

    entry = add(hass, standing_house, "Kitchen", listen_port=FREE)
    with ports_taken():
        await set_up(hass, entry)
        assert entry.state is ConfigEntryState.LOADED
        await until(hass, lambda: all_known(hass))
        await turn_the_knob(hass, standing_house, "Kitchen")
        assert await leases(hass, standing_house) == []
        told = issue()
        assert told is not None
        assert told.translation_placeholders is not None
        assert told.translation_placeholders["address"] == "0.0.0.0"
        assert told.translation_placeholders["last_port"] == str(FREE + 1)
    await eventually(lambda: ports(hass, standing_house), lambda seen: seen & {FREE, FREE + 1})
    await until(hass, lambda: issue() is None)
    await turn_the_knob(hass, standing_house, "Kitchen")


@pytest.mark.usefixtures("impatient")
async def test_household_works_without_events(
    hass: HomeAssistant, standing_house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody has told speakers a port at which nobody listens: the log says so, once."""
    kitchen = standing_house.addresses["Kitchen"]
    entry = add(hass, standing_house, "Kitchen", advertise_port=9, advertise_address="127.0.0.1")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    await until(hass, lambda: all_known(hass))
    await turn_the_knob(hass, standing_house, "Kitchen")
    (complaint,) = complaints(caplog)
    assert f"{kitchen} accepted the subscription, but its events do not reach" in complaint


@pytest.mark.usefixtures("impatient")
async def test_household_works_when_a_speaker_grants_no_subscription(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """It is asked for its state; the others send theirs."""
    remote = standing_house.remote
    await hass.async_add_executor_job(remote.set_subscribe_status, "Kitchen", 503)
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    await turn_the_knob(hass, standing_house, "Kitchen")
    await turn_the_knob(hass, standing_house, "Bathroom")


@pytest.fixture
async def talkative_only(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """Let nobody be asked who is in the house, as in large households."""
    await hass.async_add_executor_job(house.remote.set_topology_limit, 1)


@pytest.mark.usefixtures("impatient", "two_ports", "talkative_only")
async def test_no_port_is_free(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """The user reads which ports were tried, and what to do."""
    entry = add(hass, house, "Kitchen", listen_port=FREE)
    with ports_taken():
        await fails(
            hass,
            entry,
            "no_free_port",
            f"No port from {FREE} to {FREE + 1} is free to receive events on."
            " Set another listen port",
        )
    assert await leases(hass, house) == []
    await recovers(hass, entry, house)


@pytest.mark.usefixtures("impatient", "talkative_only")
async def test_events_do_not_arrive(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """The user reads where speakers were told to send them."""
    host = house.addresses["Kitchen"]
    entry = add(hass, house, "Kitchen", advertise_port=9, advertise_address="127.0.0.1")
    await fails(
        hass,
        entry,
        "events_not_arriving",
        f"The speaker at {host} was asked to send its events to http://127.0.0.1:9/, but they"
        " do not arrive there. Check the firewall, or set the advertised address and port",
    )
    assert await leases(hass, house) == []
    hass.config_entries.async_update_entry(entry, options={"listen_port": PORT})
    await recovers(hass, entry, house)


@pytest.mark.usefixtures("talkative_only")
async def test_no_subscription_is_granted(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """What has no words of its own is told in the engine's."""
    host = house.addresses["Kitchen"]
    await hass.async_add_executor_job(house.remote.set_subscribe_status, "*", 503)
    entry = add(hass, house, "Kitchen")
    await fails(
        hass,
        entry,
        "unknown",
        f"The household cannot be opened: {host} answered SUBSCRIBE with HTTP status 503",
    )
    await hass.async_add_executor_job(house.remote.heal)
    await recovers(hass, entry, house)


# When an address leads elsewhere


async def test_address_belongs_to_another_household_now(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """The reason names the address, which can be corrected; the neighbours are left alone."""
    den = neighbours.addresses["Den"]
    entry = add(hass, standing_house, den)
    await fails(
        hass,
        entry,
        "wrong_household",
        f"The speaker at {den} belongs to another household than the one that was set up",
    )
    assert await leases(hass, neighbours) == []
    kitchen = standing_house.addresses["Kitchen"]
    hass.config_entries.async_update_entry(entry, data={**entry.data, "hosts": [kitchen]})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await turn_the_knob(hass, standing_house, "Kitchen")


async def test_speaker_of_another_household_among_the_known_ones_is_ignored(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """One address went to a neighbour; the others still lead home."""
    entry = add(hass, standing_house, neighbours.addresses["Den"], "Kitchen")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert await leases(hass, neighbours) == []


async def test_wrong_household_is_no_final_answer_while_others_are_silent(
    hass: HomeAssistant, standing_house: SimulatorProcess, neighbours: SimulatorProcess
) -> None:
    """After a power cut, the speaker that took over an address may be the first to be up."""
    entry = add(hass, standing_house, neighbours.addresses["Den"], "Kitchen")
    await hass.async_add_executor_job(standing_house.remote.refuse, "Kitchen")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await hass.async_add_executor_job(standing_house.remote.heal)
    await recovers(hass, entry, standing_house)


@pytest.mark.parametrize(
    "step",
    [
        f"{OURS}.async_watch",
        "homeassistant.config_entries.ConfigEntries.async_forward_entry_setups",
    ],
)
async def test_setup_that_fails_late_leaves_nothing_behind(
    hass: HomeAssistant, standing_house: SimulatorProcess, step: str
) -> None:
    """The leases are given back when the rest cannot be set up."""
    entry = add(hass, standing_house, "Kitchen")
    with patch(step, side_effect=OSError("no such thing")):
        await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert await leases(hass, standing_house) == []
    assert await hass.config_entries.async_reload(entry.entry_id)
    await turn_the_knob(hass, standing_house, "Kitchen")


async def test_entities_that_stay_keep_their_household(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """When Home Assistant cannot unload the entities, their events go on."""
    entry = add(hass, standing_house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    with patch.object(hass.config_entries, "async_unload_platforms", return_value=False):
        assert not await hass.config_entries.async_unload(entry.entry_id)
    await turn_the_knob(hass, standing_house, "Kitchen")


# How it sounds when all is well


async def test_healthy_household_is_not_worth_a_warning(
    hass: HomeAssistant, house: SimulatorProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Set up, used, reloaded and unloaded: not a single complaint, and no news either."""
    remote = house.remote
    entry = add(hass, house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    await hass.async_add_executor_job(remote.play_tracks, "Kitchen")
    await hass.async_add_executor_job(remote.group, "Bathroom", "Kitchen")
    await turn_the_knob(hass, house, "Bathroom")
    await until(hass, lambda: len(shown(hass, KITCHEN, "group_members")) == 2)
    await hass.async_add_executor_job(remote.next, "Kitchen")
    await hass.async_add_executor_job(remote.ungroup, "Bathroom")
    await until(hass, lambda: len(shown(hass, KITCHEN, "group_members")) == 1)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not complaints(caplog)
    told = [
        record
        for record in caplog.records
        if record.name.startswith(OURS) and record.levelname == "INFO"
    ]
    assert not told
