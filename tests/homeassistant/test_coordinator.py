"""A household that changes: rooms that come, go and move, and who is told what; and bad input."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
import time
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.model import Household
from tests.homeassistant.conftest import (
    OURS,
    all_known,
    base,
    complaints,
    eventually,
    make_entry,
    until,
)
from tests.simulator.process import SimulatorProcess

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

KITCHEN = "media_player.kitchen"
BATHROOM = "media_player.bathroom"
BEDROOM = "media_player.bedroom"
LIVING_ROOM = "media_player.living_room"
OFFICE = "media_player.office"
PATIO = "media_player.patio"

READING = "SOAP AVTransport.GetPositionInfo"


@pytest.fixture
def house(standing_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Share one house; whoever groups rooms there need not tidy up."""
    yield standing_house
    standing_house.remote.ungroup("Bathroom")


@pytest.fixture
def quiet_afterwards(house: SimulatorProcess) -> Iterator[None]:
    """End the music when the test is over."""
    yield
    house.remote.stop_playing("Kitchen")


@pytest.fixture
def house_that_changes(loopback: None) -> Iterator[SimulatorProcess]:
    """Run a house that will not be afterwards what it was before."""
    with SimulatorProcess(base=base(6)) as house:
        yield house


def shown(hass: HomeAssistant, entity_id: str, name: str = "state") -> Any:
    """Return what an entity shows; None if there is no such entity."""
    state = hass.states.get(entity_id)
    return state and {"state": state.state, **state.attributes}.get(name)


async def shows(hass: HomeAssistant, entity_id: str, **expected: object) -> None:
    """Wait until an entity shows all of this."""

    def actual() -> dict[str, Any]:
        return {name: shown(hass, entity_id, name) for name in expected}

    await until(hass, lambda: actual() == expected, actual)


async def in_house(hass: HomeAssistant, function: Any, *args: object) -> Any:
    """Do something in the house, away from the event loop."""
    return await hass.async_add_executor_job(function, *args)


async def turn_the_knob(hass: HomeAssistant, remote: Remote, entity_id: str, volume: int) -> None:
    """Change the volume at a speaker, and wait until its entity shows it."""
    room = entity_id.partition(".")[2].replace("_", " ").title()
    await in_house(hass, remote.set_volume, room, volume)
    await shows(hass, entity_id, volume_level=volume / 100)


async def quiet(hass: HomeAssistant, remote: Remote, seconds: float = 0.6) -> None:
    """Wait until the house has sent no event for longer than it ever holds one back."""

    async def look() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = await in_house(hass, remote.notifications)
        return sent[-8:]

    await eventually(
        look,
        lambda sent: (
            sent[-1]["time"] < time.time() - seconds
            and not any(event["status"] == "sending" for event in sent)
        ),
    )
    await hass.async_block_till_done()


@pytest.fixture
def writes(hass: HomeAssistant) -> Counter[str]:
    """Count how often each room writes its state, whether that is another one or not."""
    counter: Counter[str] = Counter()

    @callback
    def note(event: Event[Any]) -> None:
        if event.data["entity_id"].startswith("media_player."):
            counter[event.data["entity_id"]] += 1

    @callback
    def always(_data: object) -> bool:
        return True

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=always)
    return counter


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration has told the user in the log during the test."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(OURS) and record.levelname != "DEBUG"
    ]


# Only what is concerned is written


@pytest.mark.usefixtures("entry")
async def test_volume_concerns_one_room(
    hass: HomeAssistant, remote: Remote, writes: Counter[str]
) -> None:
    """One change, one write."""
    await quiet(hass, remote)
    writes.clear()
    await turn_the_knob(hass, remote, KITCHEN, 41)
    await quiet(hass, remote)
    assert writes == {KITCHEN: 1}


async def test_what_no_player_shows_is_not_written(
    hass: HomeAssistant, remote: Remote, writes: Counter[str], entry: MockConfigEntry
) -> None:
    """Tone, battery, firmware and alarms change, and media players have nothing to say."""
    coordinator: HouseholdCoordinator = entry.runtime_data
    rooms = {room.name: room for room in coordinator.household.rooms}

    def known() -> list[object]:
        alarm = coordinator.alarms.known.get(14)
        return [
            rooms["Kitchen"].number("RenderingControl", "bass"),
            rooms["Patio"].number("DeviceProperties", "battery_level"),
            alarm and alarm.volume,
        ]

    await until(hass, lambda: coordinator.alarms.is_known)
    await quiet(hass, remote)
    writes.clear()
    await in_house(hass, remote.offer_update, "Office", "99.9")
    await in_house(hass, remote.set_tone, "Kitchen", "bass", 4)
    await in_house(hass, remote.set_battery, "Patio", 31)
    await in_house(hass, remote.edit_alarm, 14, {"volume": "17"})
    await until(hass, lambda: known() == [4, 31, 17], known)
    assert not writes


@pytest.mark.usefixtures("entry")
async def test_a_favorite_concerns_all_rooms(
    hass: HomeAssistant, remote: Remote, writes: Counter[str]
) -> None:
    """It is among their sources once the list has been read."""
    await quiet(hass, remote)
    await in_house(hass, remote.add_favorite, "Song", "http://192.0.2.1/song.mp3")
    for sources in (
        lambda: "Song" in shown(hass, KITCHEN, "source_list"),
        lambda: "Song" not in shown(hass, KITCHEN, "source_list"),
    ):
        await until(hass, sources)
        assert len(writes) == 6
        writes.clear()
        await in_house(hass, remote.remove_favorite, "Song")


@pytest.mark.usefixtures("entry")
async def test_groups_concern_their_members(
    hass: HomeAssistant, remote: Remote, writes: Counter[str]
) -> None:
    """All speakers tell the new topology, but only two rooms are in another group than before."""
    await quiet(hass, remote)
    writes.clear()
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    await quiet(hass, remote)
    assert writes.keys() == {KITCHEN, BATHROOM}
    assert max(writes.values()) <= 2


@pytest.mark.usefixtures("quiet_afterwards", "entry")
async def test_next_track_concerns_the_group_that_plays_it(
    hass: HomeAssistant, remote: Remote, writes: Counter[str]
) -> None:
    """A track that ends by itself brings one write for each room that hears the next one.

    Where the next one is needs no asking: it has just begun.
    """
    await in_house(hass, remote.play_tracks, "Kitchen")
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, state="playing", group_members=[KITCHEN, BATHROOM])
    await until(hass, lambda: shown(hass, KITCHEN, "media_position") is not None)
    # The reading that a seek brings is over when the track ends.
    with patch(f"{OURS}.asking.positions.POSITION_INTERVAL", 0.1):
        await in_house(hass, remote.finish_track, "Kitchen", 4.0)
        await until(hass, lambda: shown(hass, KITCHEN, "media_position") > 60)
    await quiet(hass, remote)
    await in_house(hass, remote.reset_requests)
    writes.clear()
    await shows(hass, KITCHEN, queue_position=2, media_position=0)
    await shows(hass, BATHROOM, queue_position=2, media_position=0)
    await quiet(hass, remote, 1.5)
    assert writes == {KITCHEN: 1, BATHROOM: 1}
    assert not any((await in_house(hass, remote.requests)).values())


# Positions


@pytest.fixture
async def playing(
    hass: HomeAssistant, remote: Remote, quiet_afterwards: None, entry: MockConfigEntry
) -> None:
    """Let the kitchen play, with its position known."""
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.play_tracks, "Kitchen")
    await until(hass, lambda: shown(hass, KITCHEN, "media_position") is not None)
    await eventually(lambda: readings(hass, remote), lambda count: count)
    await hass.async_block_till_done(wait_background_tasks=True)
    await in_house(hass, remote.reset_requests)


async def readings(hass: HomeAssistant, remote: Remote) -> int:
    """Return how many times a position was read."""
    requests = await in_house(hass, remote.requests)
    return sum(of_speaker.get(READING, 0) for of_speaker in requests.values())


async def seek(hass: HomeAssistant, remote: Remote, seconds: int) -> None:
    """Move the slider, and wait until the speaker has told that it plays from there."""
    before = (await in_house(hass, remote.notifications))[-1]["number"]
    await in_house(hass, remote.seek, "Kitchen", seconds)

    async def told_of_it() -> list[str]:
        sent = await in_house(hass, remote.notifications, before)
        return [event["status"] for event in sent if event["service"] == "AVTransport"]

    # First that it is getting there, then that it plays.
    await eventually(told_of_it, lambda statuses: statuses == ["200", "200"])
    await hass.async_block_till_done()


@pytest.fixture
def brisk() -> Iterator[None]:
    """Allow positions to be read as often as anybody likes."""
    with patch(f"{OURS}.asking.positions.POSITION_INTERVAL", 0.1):
        yield


@pytest.mark.usefixtures("brisk", "playing")
@pytest.mark.parity("beyond: exact position")
async def test_seek_in_the_app_is_read_once(hass: HomeAssistant, remote: Remote) -> None:
    """The event of a seek doesn't say where to: that is asked once, and nothing else is."""
    await in_house(hass, remote.seek, "Kitchen", 77)
    await until(hass, lambda: 76 <= shown(hass, KITCHEN, "media_position") <= 82)
    await quiet(hass, remote, 1.5)
    requests = await in_house(hass, remote.requests)
    assert sum(map(Counter, requests.values()), Counter()) == {READING: 1}


@pytest.mark.usefixtures("playing")
async def test_position_is_not_read_more_often_than_allowed(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Somebody drags the slider to and fro: the first and the last place are read."""
    with patch(f"{OURS}.asking.positions.POSITION_INTERVAL", 3.0):
        for seconds in (20, 90, 40, 80, 60, 77):
            await in_house(hass, remote.seek, "Kitchen", seconds)
            await quiet(hass, remote, 0.25)
        await until(hass, lambda: 76 <= shown(hass, KITCHEN, "media_position") <= 85)
    assert 1 <= await readings(hass, remote) <= 2


@pytest.mark.usefixtures("brisk", "playing")
async def test_position_that_cannot_be_read_is_read_later(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """A refusal is nothing to bother anybody with, and nothing to be wrong for ever for."""
    await in_house(hass, remote.fail_action, "Kitchen", "GetPositionInfo", 501)
    with patch(f"{OURS}.asking.positions.POSITION_RETRY", 1.5):
        await in_house(hass, remote.seek, "Kitchen", 77)
        await eventually(lambda: readings(hass, remote), lambda count: count == 1)
        assert shown(hass, KITCHEN, "media_position") < 20
        await until(hass, lambda: 76 <= shown(hass, KITCHEN, "media_position") <= 85)
    assert await readings(hass, remote) == 2
    assert not complaints(caplog)


@pytest.mark.usefixtures("brisk", "playing")
async def test_position_is_not_read_after_unloading(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """A reading that was planned is planned no more."""
    await seek(hass, remote, 77)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await quiet(hass, remote, 1.5)
    assert await readings(hass, remote) == 0


@pytest.mark.usefixtures("brisk", "playing")
async def test_position_of_a_room_that_has_left_is_not_read(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Nobody would answer."""
    await seek(hass, remote, 77)
    await in_house(hass, remote.unplug, "Kitchen")
    await shows(hass, KITCHEN, state="unavailable")
    await quiet(hass, remote, 1.5)
    assert await readings(hass, remote) == 0
    await in_house(hass, remote.plug_in, "Kitchen")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")


# Rooms that come and go


async def test_room_that_appears_becomes_an_entity(
    hass: HomeAssistant, house: SimulatorProcess, device_registry: dr.DeviceRegistry
) -> None:
    """A speaker that had no power when Home Assistant started needs no reload."""
    remote = house.remote
    await in_house(hass, remote.unplug, "Bathroom")
    entry = await make_entry(hass, house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: shown(hass, KITCHEN, "volume_level") is not None)
    assert hass.states.get(BATHROOM) is None
    held = await sids(hass, remote)
    await in_house(hass, remote.plug_in, "Bathroom")
    await until(hass, lambda: shown(hass, BATHROOM, "volume_level") is not None)
    await turn_the_knob(hass, remote, BATHROOM, 9)
    assert await sids(hass, remote) >= held
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert set(house.addresses) <= {device.name for device in devices}


async def sids(hass: HomeAssistant, remote: Remote) -> set[str]:
    """Return the names of all leases that are held in the house."""
    held = await in_house(hass, remote.leases)
    return {lease["sid"] for leases in held.values() for lease in leases}


@pytest.mark.usefixtures("entry")
async def test_room_that_leaves_is_unavailable_until_it_is_back(
    hass: HomeAssistant,
    remote: Remote,
    house: SimulatorProcess,
    writes: Counter[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others notice nothing; the user reads of the departure once and of the return once."""
    await quiet(hass, remote)
    writes.clear()
    for _ in range(2):
        caplog.clear()
        await in_house(hass, remote.unplug, "Bathroom")
        await shows(hass, BATHROOM, state="unavailable")
        assert told(caplog) == ["Bathroom has left the household: powered off"]
        await turn_the_knob(hass, remote, OFFICE, 33)
        await in_house(hass, remote.plug_in, "Bathroom")
        await shows(hass, BATHROOM, state="idle")
        await turn_the_knob(hass, remote, BATHROOM, 44)
        await turn_the_knob(hass, remote, OFFICE, 34)
        await quiet(hass, remote)
        assert told(caplog)[1:] == ["Bathroom is back"]
    assert writes.keys() == {BATHROOM, OFFICE}
    assert writes[OFFICE] == 4


@pytest.fixture
def watchful() -> Iterator[None]:
    """Ask speakers that are quiet after a moment rather than after minutes."""
    with (
        patch(f"{OURS}.engine.inspection.QUIET_SECONDS", 0.5),
        patch(f"{OURS}.engine.inspection.IN_FLIGHT_SECONDS", 0.2),
    ):
        yield


type Fault = Callable[[Remote], object]


@pytest.mark.parametrize(
    ("loss", "return_"),
    [
        pytest.param(
            lambda remote: remote.disconnect("Bathroom"),
            lambda remote: remote.reconnect("Bathroom"),
            id="cable pulled",
        ),
        pytest.param(
            lambda remote: remote.unplug("Bathroom", None),
            lambda remote: remote.plug_in("Bathroom"),
            id="no power, and nobody noticed",
        ),
        pytest.param(
            lambda remote: remote.refuse("Bathroom"),
            lambda remote: remote.heal("Bathroom"),
            id="refuses connections",
        ),
        pytest.param(
            lambda remote: remote.forbid("Bathroom"),
            lambda remote: remote.heal("Bathroom"),
            id="UPnP switched off",
        ),
    ],
)
@pytest.mark.usefixtures("watchful", "entry")
async def test_room_that_cannot_be_reached_is_unavailable_until_it_can(
    hass: HomeAssistant,
    remote: Remote,
    loss: Fault,
    return_: Fault,
    writes: Counter[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody says so; it is found out, and the log tells it once, with its reason."""
    await in_house(hass, loss, remote)
    await shows(hass, BATHROOM, state="unavailable")
    (line,) = told(caplog)
    assert line.startswith("Bathroom cannot be reached: ")
    await turn_the_knob(hass, remote, OFFICE, 33)
    writes.clear()
    await in_house(hass, return_, remote)
    await until(hass, lambda: shown(hass, BATHROOM) not in {"unavailable", "unknown"})
    await turn_the_knob(hass, remote, BATHROOM, 44)
    await turn_the_knob(hass, remote, BATHROOM, 45)
    assert writes.keys() == {BATHROOM}
    of_the_room = [line for line in told(caplog) if "events" not in line]
    assert of_the_room == [line, "Bathroom is back"]


@pytest.mark.parametrize(
    ("action", "data"), [("volume_set", {"volume_level": 0.3}), ("media_pause", {})]
)
@pytest.mark.usefixtures("entry")
async def test_command_to_a_room_that_is_gone_says_so(
    hass: HomeAssistant, remote: Remote, action: str, data: dict[str, Any]
) -> None:
    """The error names the room, not its address alone."""
    await in_house(hass, remote.disconnect, "Bathroom")
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            "media_player", action, {"entity_id": BATHROOM, **data}, blocking=True
        )
    assert caught.value.translation_key == "command_cannot_connect"
    assert str(caught.value).startswith(
        "Bathroom did not get the command: it cannot be reached at 127."
    )
    await in_house(hass, remote.reconnect, "Bathroom")


async def test_room_that_moves_to_another_address_is_followed(
    hass: HomeAssistant,
    house_that_changes: SimulatorProcess,
    device_registry: dr.DeviceRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The router gave it another one: same entity, same device, and the way in is remembered."""
    remote = house_that_changes.remote
    before = house_that_changes.addresses["Bathroom"]
    entry = await make_entry(hass, house_that_changes.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    address = await in_house(hass, remote.change_address, "Bathroom")
    assert address != before

    def urls() -> set[str | None]:
        devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        return {device.configuration_url for device in devices if device.name == "Bathroom"}

    await until(hass, lambda: urls() == {f"http://{address}:1400/support/review"}, urls)
    await turn_the_knob(hass, remote, BATHROOM, 9)
    await hass.services.async_call(
        "media_player", "volume_set", {"entity_id": BATHROOM, "volume_level": 0.3}, blocking=True
    )
    await shows(hass, BATHROOM, volume_level=0.3)
    assert address in entry.data["known_hosts"]
    assert before not in entry.data["known_hosts"]
    assert not complaints(caplog)
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("entry")
async def test_only_rooms_are_devices(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    house: SimulatorProcess,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Subs, surrounds and the other half of a pair are devices of theirs."""
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    (household,) = (device.id for device in devices if device.entry_type is not None)
    rooms = {device.id: device.name for device in devices if device.via_device_id == household}
    assert set(rooms.values()) == set(house.addresses)
    parts = [str(rooms[it.via_device_id]) for it in devices if it.via_device_id in rooms]
    assert sorted(parts) == ["Bedroom", "Living Room", "Living Room", "Living Room"]


# When events do not arrive


@pytest.mark.usefixtures("quiet_afterwards", "entry")
async def test_room_whose_events_are_refused_is_asked_and_the_log_says_so_once(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """And once when they arrive again."""
    with patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 0.2):
        await in_house(hass, remote.set_subscribe_status, "Kitchen", 503)
        # After a reboot it knows no subscription, and grants none.
        await in_house(hass, remote.reboot, "Kitchen", 0.2)
        asked = "Kitchen is asked for its state, because its events do not arrive"
        await until(hass, lambda: asked in told(caplog), lambda: str(told(caplog)))
        await in_house(hass, remote.play_tracks, "Kitchen")
        await shows(hass, KITCHEN, state="playing", queue_position=1)
        await until(hass, lambda: shown(hass, KITCHEN, "media_position") is not None)
        await in_house(hass, remote.seek, "Kitchen", 77)
        await until(hass, lambda: 76 <= shown(hass, KITCHEN, "media_position") <= 85)
        await turn_the_knob(hass, remote, KITCHEN, 23)
        await in_house(hass, remote.heal, "Kitchen")
        again = "The events of Kitchen arrive again"
        await until(hass, lambda: again in told(caplog), lambda: str(told(caplog)))
    assert Counter(told(caplog))[asked] == Counter(told(caplog))[again] == 1
    await turn_the_knob(hass, remote, KITCHEN, 24)


# Bad input


def all_states(hass: HomeAssistant) -> dict[str, Any]:
    """Return what all rooms show."""
    return {state.entity_id: state.as_dict() for state in hass.states.async_all("media_player")}


@pytest.fixture
async def unimpressed(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[None]:
    """Check after the test that everything goes on as if nothing had happened."""
    await quiet(hass, remote)
    before = all_states(hass)
    yield
    await quiet(hass, remote)
    assert entry.state is ConfigEntryState.LOADED
    assert all_states(hass) == before
    for number, room in enumerate((KITCHEN, OFFICE)):
        volume = round(100 * shown(hass, room, "volume_level"))
        await turn_the_knob(hass, remote, room, volume + 5 + number)
    assert not [record for record in caplog.get_records("call") if record.exc_info]
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("unimpressed")
async def test_events_with_broken_bodies(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """They are ignored, with a line in the log; the events after them are heard.

    The last one is larger than any speaker's.
    """
    bodies = [
        ("AVTransport", ""),
        ("RenderingControl", "hello"),
        ("DeviceProperties", "<e:propertyset"),
        ("ZoneGroupTopology", "<html><p>Hi</html>"),
        ("RenderingControl", "\x00\x01\x02"),
        ("AVTransport", "<a>" * 5000),
        ("AVTransport", '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'),
        ("RenderingControl", "<e:propertyset>" + "<e:property/>" * 200_000),
    ]
    for service, body in bodies:
        await in_house(hass, remote.emit_raw, "Kitchen", service, body)
    await quiet(hass, remote)
    lines = complaints(caplog)
    unread = "Kitchen: "
    assert all(line.startswith((unread, "Refused a request")) for line in lines)
    assert 1 <= len(lines) <= len(bodies)


@pytest.mark.usefixtures("unimpressed")
async def test_topologies_that_cannot_be_read(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """Rooms stay where they are, whoever says so."""
    for text in (
        "nothing of the kind",
        "<ZoneGroupState><ZoneGroups><Zone",
        "<Whatever/>",
        "",
    ):
        variables = {"ZoneGroupState": text}
        await in_house(hass, remote.emit, "*", "ZoneGroupTopology", variables)
        await quiet(hass, remote, 0.3)
    lines = complaints(caplog)
    assert all("cannot be read" in line for line in lines), lines


@pytest.mark.usefixtures("unimpressed")
async def test_variables_that_make_no_sense(hass: HomeAssistant, remote: Remote) -> None:
    """What is understood of an event counts, and the rest is as if it had not come."""
    for service, variables in (
        ("AVTransport", {"LastChange": "not XML at all"}),
        ("RenderingControl", {"LastChange": "<Event><InstanceID val='0'><Volume/></InstanceID>"}),
        ("RenderingControl", {"LastChange": "<Event/>"}),
        ("DeviceProperties", {"NobodyKnowsThis": "1"}),
    ):
        await in_house(hass, remote.emit, "Kitchen", service, variables)


async def send(port: int, request: bytes) -> str:
    """Send bytes to the listener, and return the status that it answers with."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(10):
        line = await reader.readline()
    writer.close()
    return line.decode().partition(" ")[2].strip()


GOOD = {"NT": "upnp:event", "NTS": "upnp:propchange", "SID": "uuid:1", "SEQ": "1"}
BODY = b"<e:propertyset/>"


def request(method: str, path: str, headers: dict[str, str], length: int = len(BODY)) -> bytes:
    """Compose a request."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{lines}\r\n"
    return head.encode() + BODY


@pytest.mark.usefixtures("unimpressed")
async def test_requests_that_no_speaker_sends(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """Each gets the status that it deserves, even with a token that is right."""
    held = await in_house(hass, remote.leases)
    callback_url = urlsplit(next(lease["callback"] for of in held.values() for lease in of))
    port, right = callback_url.port or 0, callback_url.path
    requests = {
        "token that nobody was told": request("NOTIFY", "/nobody-was-told-this", GOOD),
        "no token": request("NOTIFY", "/", GOOD),
        "another subscription": request("NOTIFY", right, GOOD),
        "no SEQ": request("NOTIFY", right, {**GOOD, "SEQ": ""}),
        "no number": request("NOTIFY", right, {**GOOD, "SEQ": "-1"}),
        "no headers": request("NOTIFY", right, {}),
        "no SID": request("NOTIFY", right, {"NT": "x", "NTS": "y", "SEQ": "1"}),
        "GET": request("GET", right, {}),
        "POST": request("POST", right, {}),
        "unknown method": request("BREW", right, {}),
        "too large": request("NOTIFY", right, GOOD, length=50_000_000),
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        "not HTTP": b"hello\r\n\r\n",
    }
    answers = {what: (await send(port, sent))[:3] for what, sent in requests.items()}
    assert answers == {
        "token that nobody was told": "412",
        "no token": "412",
        "another subscription": "412",
        "no SEQ": "400",
        "no number": "400",
        "no headers": "400",
        "no SID": "400",
        "GET": "405",
        "POST": "405",
        "unknown method": "405",
        "too large": "413",
        "TLS": "400",
        "not HTTP": "400",
    }
    assert len(complaints(caplog)) <= 1


async def test_a_mistake_over_one_event_costs_that_event_alone(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever else came with it is shown, and the log says what happened."""
    apply_event = Household.apply_event

    def mistaken(household: Household, uid: str, service: str, *rest: Any, **more: Any) -> Any:
        if service == "AVTransport":
            raise LookupError(service)
        return apply_event(household, uid, service, *rest, **more)

    before = shown(hass, KITCHEN, "state")
    with patch.object(Household, "apply_event", mistaken):
        await in_house(hass, remote.play_tracks, "Kitchen")
        await until(hass, lambda: complaints(caplog))
        await turn_the_knob(hass, remote, KITCHEN, 44)
    assert "Could not take in what is new about" in complaints(caplog)[0]
    assert shown(hass, KITCHEN, "state") == before != "playing"
