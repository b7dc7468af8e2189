"""What diagnostics tell, and what they do not."""

import asyncio
from collections.abc import Iterator
import json
import re
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.diagnosis import recent
from custom_components.sonos_twisted.diagnosis.redaction import REDACTED
from custom_components.sonos_twisted.engine import (
    EngineError,
    ListenerNews,
    ListenError,
    ListenSettings,
)
from custom_components.sonos_twisted.engine.commands import state, transport
from custom_components.sonos_twisted.issues.event_test import async_test_rooms
from tests.homeassistant.actions import KITCHEN, act, in_house, shows
from tests.homeassistant.conftest import NOBODY, OURS, PORT, all_known, make_entry, until

if TYPE_CHECKING:
    from homeassistant.helpers.device_registry import DeviceRegistry
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from custom_components.sonos_twisted.model import Speaker
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

#: What a music service knows a user by.
TOKEN = "4d9c01a7b3f84e6f9a21"


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house that the tests share."""
    return standing_house.remote


async def diagnostics(
    hass: HomeAssistant, client: ClientSessionGenerator, entry: ConfigEntry[Any]
) -> dict[str, Any]:
    """Download the diagnostics of a household, as a user does."""
    return dict(await get_diagnostics_for_config_entry(hass, client, entry))


def named(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what is told of a room."""
    rooms = document["speakers"].values()
    return next(each for each in rooms if each["name"] == name and each["is_room"])


def speaker_in(coordinator: HouseholdCoordinator, name: str) -> Speaker:
    """Return the speaker of a room."""
    return next(room for room in coordinator.household.rooms if room.name == name)


def strings(value: Any) -> Iterator[str]:
    """Give every text in a document, keys too."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


@pytest.mark.parity("household: diagnostics")
async def test_all_is_told_and_nothing_given_away(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    standing_coordinator: HouseholdCoordinator,
    remote: Remote,
) -> None:
    """Who is who can be followed through the whole document, but not who they are."""
    coordinator, household = standing_coordinator, standing_coordinator.household
    kitchen = speaker_in(coordinator, "Kitchen")
    uri = f"x-sonos-spotify:spotify%3atrack%3a1?sid=9&flags=8224&sn=77&token={TOKEN}"
    told = {"TransportState": "PLAYING", "AVTransportURI": uri, "CurrentTrackURI": uri}
    await in_house(hass, remote.emit, "Kitchen", "AVTransport", told)
    servers = {"ThirdPartyMediaServersX": f"2:{TOKEN}", "MuseHouseholdId": household.household_id}
    await in_house(hass, remote.emit, "Kitchen", "DeviceProperties", servers)
    await in_house(hass, remote.group, "Office", "Kitchen")
    await in_house(hass, remote.unplug, "Patio", "sleeping")
    await shows(hass, "media_player.patio", state="unavailable")
    await until(hass, lambda: TOKEN in str(kitchen.variables))
    await until(hass, lambda: len(household.group_members(kitchen.uid)) == 2)
    document = await diagnostics(hass, hass_client, coordinator.entry)

    tells_of_everything(document)
    of_kitchen = named(document, "Kitchen")
    leases = of_kitchen["events"]["leases"]
    assert leases["AVTransport"]["state"] == "held"
    assert 0 <= leases["AVTransport"]["age_seconds"] < 60
    assert leases["AVTransport"]["seconds_left"] > 60
    assert of_kitchen["variables"]["AVTransport"]["current_track_uri"] == "x-sonos-spotify:…"
    assert of_kitchen["entities"][KITCHEN]
    assert of_kitchen["model"]
    (name,) = (name for name, it in document["speakers"].items() if it is of_kitchen)
    assert named(document, "Office")["group"]["coordinator"] == name
    groups = {it["coordinator"]: it["members"] for it in document["household"]["groups"]}
    assert len(groups[name]) == 2
    assert any(each["uid"] == name for each in document["news"])
    (vanished,) = document["household"]["vanished"]
    assert (vanished["name"], vanished["reason"]) == ("Patio", "sleeping")
    assert document["speakers"][vanished["speaker"]]["name"] == "Patio"
    parts = [it for it in document["speakers"].values() if it["is_part_of"]]
    assert {document["speakers"][it["is_part_of"]]["name"] for it in parts} == {
        "Bedroom",
        "Living Room",
    }

    gives_nothing_away(document, coordinator)
    await in_house(hass, remote.plug_in, "Patio")
    await in_house(hass, remote.ungroup, "Office")
    await until(hass, lambda: all_known(hass))


def tells_of_everything(document: dict[str, Any]) -> None:
    """Assert that a document tells of what all speakers have in common."""
    assert document["settings"]["options"] == {"listen_port": PORT}
    assert document["settings"]["state"] == "loaded"
    assert document["settings"]["data"]["household_id"] == REDACTED
    engine = document["engine"]
    assert engine["is_running"]
    assert 0 <= engine["latency"] < 2
    assert engine["runner"].keys() == {"under_way", "waiting", "stuck"}
    assert engine["versions"].keys() == {"Twisted", "soco"}
    assert document["listener"]["port"] == PORT
    assert document["counters"]["events"] > 20
    assert document["counters"]["news"]["EventNews"] > 20
    texts = [each["text"] for each in document["news"]]
    assert any(text.startswith("event of AVTransport: ") for text in texts)
    assert any(text.startswith("initial event of ") for text in texts)


def gives_nothing_away(document: dict[str, Any], coordinator: HouseholdCoordinator) -> None:
    """Assert that nothing private is in a document, and that each speaker has one name."""
    text = json.dumps(document, ensure_ascii=False)
    private = private_texts(coordinator)
    assert len(private) > 50
    assert not [each for each in private if each.lower() in text.lower()]
    assert "RINCON" not in text
    assert "sn=" not in text
    assert not re.search(r"([0-9A-F]{2}[:-]){5}", text, re.IGNORECASE)
    names = set(re.findall(r"speaker_\d+", text))
    assert names == document["speakers"].keys()


def private_texts(coordinator: HouseholdCoordinator) -> set[str]:
    """Return what must be in no document."""
    household = coordinator.household
    texts = {household.household_id, TOKEN}
    for uid, speaker in household.speakers.items():
        texts.add(uid)
        if (description := speaker.description) is not None:
            mac = description.mac
            texts |= {description.serial_number, mac, mac.replace(":", ""), mac.replace(":", "-")}
    session = coordinator.connection._session
    assert session is not None
    for link in session.links.values():
        for lease in link.leases.values():
            subscription = lease._core.subscription
            assert subscription is not None
            texts |= {lease.sid, subscription.token}
    return texts - {""}


async def test_a_device(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    standing_coordinator: HouseholdCoordinator,
    device_registry: DeviceRegistry,
) -> None:
    """It is about the speaker and its parts; who gets those of the household gets all."""
    coordinator = standing_coordinator

    async def of_device(identifier: str) -> dict[str, Any]:
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, identifier), coordinator.entry.entry_id
        )
        assert isinstance(device, dr.DeviceEntry)
        document = await get_diagnostics_for_device(hass, hass_client, coordinator.entry, device)
        return dict(document)

    office = speaker_in(coordinator, "Office")
    coordinator.recent.note_failure(office.uid, "play", EngineError("it did not"))
    room = await of_device(speaker_in(coordinator, "Living Room").uid)
    assert [it["name"] for it in room["speakers"].values()] == ["Living Room"] * 4
    assert {it["uid"] for it in room["news"]} <= {"", *room["speakers"]}
    assert room["failed_commands"] == []
    assert room["engine"]["is_running"]
    household = await of_device(coordinator.household.household_id)
    assert len(household["speakers"]) > 6
    assert household["failed_commands"][-1]["error"] == "it did not"


async def test_events_that_cannot_reach_home_assistant(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, standing_house: SimulatorProcess
) -> None:
    """User pain 5: they tell which address speakers were given, and that nothing came of it."""
    entry = await make_entry(
        hass, standing_house.addresses["Kitchen"], advertise_address=NOBODY, advertise_port=9
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: set(entry.runtime_data.served.values()) == {"polling"})
    document = await diagnostics(hass, hass_client, entry)
    assert document["settings"]["options"]["advertise_address"] == NOBODY
    for name in ("Kitchen", "Office"):
        room = named(document, name)
        assert room["is_available"]
        assert room["served_by"] == "polling"
        assert room["events"]["is_polled"]
        assert room["events"]["arrived"] == 0
        assert room["events"]["callback"] == f"{NOBODY}:9"
        reason = room["events"]["leases"]["AVTransport"]["reason"]
        assert f"its events do not reach http://{NOBODY}:9" in reason
    (issue,) = document["issues"]
    assert (issue["key"], issue["active"]) == ("events_not_arriving", True)
    assert issue["placeholders"]["callback"] == f"{NOBODY}:9"
    assert document["event_test"] is None

    # What somebody has tried meanwhile is told, too, also when the household is loaded anew.
    await async_test_rooms(hass, entry, ListenSettings(port=PORT + 50))
    assert await hass.config_entries.async_reload(entry.entry_id)
    test = (await diagnostics(hass, hass_client, entry))["event_test"]
    assert test["tried"]["port"] == PORT + 50
    assert {(it["name"], it["result"]["verdict"]) for it in test["rooms"]} == {
        (name, "arrived") for name in standing_house.addresses
    }
    with patch(f"{OURS}.engine.self_test.FIRST_EVENT_SECONDS", 0.5):
        await async_test_rooms(hass, entry)
    test = (await diagnostics(hass, hass_client, entry))["event_test"]
    assert test["tried"] is None
    assert f"its events do not reach http://{NOBODY}:9" in test["rooms"][0]["result"]["error"]
    assert test["rooms"][0]["uid"] in document["speakers"]
    await hass.config_entries.async_unload(entry.entry_id)


async def test_upnp_that_is_switched_off(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    standing_coordinator: HouseholdCoordinator,
    remote: Remote,
) -> None:
    """User pain 11: they tell that it was switched off in the app, and in which room."""
    await in_house(hass, remote.forbid, "Bathroom")
    await in_house(hass, remote.forget_leases, "Bathroom")
    await standing_coordinator.health.async_verify()
    await shows(hass, "media_player.bathroom", state="unavailable")
    document = await diagnostics(hass, hass_client, standing_coordinator.entry)
    room = named(document, "Bathroom")
    assert not room["is_available"]
    assert "UPnP is switched off in the Sonos app" in room["unavailable_reason"]
    assert named(document, "Kitchen")["is_available"]
    texts = [each["text"] for each in document["news"]]
    assert any(text.startswith("cannot be reached: ") and "UPnP" in text for text in texts)
    await in_house(hass, remote.forbid, "Bathroom", False)
    await standing_coordinator.health.async_verify()
    await until(hass, lambda: all_known(hass))


async def test_commands_that_fail(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    standing_coordinator: HouseholdCoordinator,
    remote: Remote,
) -> None:
    """User pain 15: they tell what a speaker answered, how often, and who plays for its group.

    The user has asked the Office, which the Kitchen plays for.
    """
    office = speaker_in(standing_coordinator, "Office")
    await in_house(hass, remote.group, "Office", "Kitchen")
    members = standing_coordinator.household.group_members
    await until(hass, lambda: len(members(office.uid)) == 2)
    await in_house(hass, remote.fail_action, "Kitchen", "Play", 714, 2)
    for _ in range(2):
        with pytest.raises(HomeAssistantError):
            await act(hass, "media_play", "media_player.office")
    document = await diagnostics(hass, hass_client, standing_coordinator.entry)
    failure = document["failed_commands"][-1]
    assert document["speakers"][failure["uid"]]["name"] == "Kitchen"
    assert (failure["command"], failure["times"]) == ("play", 2)
    assert "714" in failure["error"]
    assert failure["last_at"]
    assert named(document, "Office")["group"]["coordinator"] == failure["uid"]
    await in_house(hass, remote.ungroup, "Office")
    await until(hass, lambda: len(members(office.uid)) == 1)


async def test_household_that_is_not_set_up(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """They tell why, and where it was looked for."""
    household_id = "Sonos_aaaabbbbccccddddeeee"
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Sonos",
        unique_id=household_id,
        data={"household_id": household_id, "hosts": [NOBODY]},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    document = await diagnostics(hass, hass_client, entry)
    assert document["settings"]["state"] == "setup_retry"
    assert document["settings"]["data"]["hosts"] == [NOBODY]
    assert NOBODY in document["settings"]["reason"]
    assert household_id not in "".join(strings(document))
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "RINCON_1")}
    )
    of_device = await get_diagnostics_for_device(hass, hass_client, entry, device)
    assert of_device == document
    await hass.config_entries.async_unload(entry.entry_id)


async def test_engine_that_hangs(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    standing_coordinator: HouseholdCoordinator,
    remote: Remote,
) -> None:
    """Then that is what they tell, in time; and which commands are under way."""
    coordinator = standing_coordinator
    office = speaker_in(coordinator, "Office")
    address = coordinator.address_of(office)
    await in_house(hass, remote.stall, "Office", "soap")
    commands = [
        asyncio.ensure_future(coordinator.connection.run(command, address))
        for command in (transport.play, transport.pause)
    ]
    runner: dict[str, Any] = {}
    while not runner.get("waiting"):
        document = await diagnostics(hass, hass_client, coordinator.entry)
        runner = document["engine"]["runner"]
    assert runner["under_way"] == [f"transport.play at {address}"]
    assert runner["waiting"] == [f"transport.pause at {address}"]
    await in_house(hass, remote.heal)
    for command in commands:
        command.cancel()
    with patch(f"{OURS}.engine.connection.ANSWER_SECONDS", 0.0):
        document = await diagnostics(hass, hass_client, coordinator.entry)
    assert document["engine"]["latency"] is None
    assert document["engine"]["is_running"]
    assert document["engine"]["runner"] is None
    assert document["listener"] is None
    assert named(document, "Kitchen")["events"] is None
    with patch.object(coordinator.connection, "_session", None):
        document = await diagnostics(hass, hass_client, coordinator.entry)
    assert document["engine"]["latency"] is not None
    assert document["listener"] is None


async def test_speaker_without_a_device(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    standing_coordinator: HouseholdCoordinator,
) -> None:
    """One that was only heard of is told of, too."""
    household = standing_coordinator.household
    household.apply_event("RINCON_NEW01400", "AVTransport", {"transport_state": "STOPPED"}, 1.0)
    document = await diagnostics(hass, hass_client, standing_coordinator.entry)
    (it,) = (it for it in document["speakers"].values() if not it["is_in_household"])
    assert it["entities"] == {}
    assert it["variables"] == {"AVTransport": {"transport_state": "STOPPED"}}
    household.forget("RINCON_NEW01400")


def test_what_is_kept_is_limited() -> None:
    """Of news and of failures alike."""
    kept = recent.RecentHappenings()
    news = ListenerNews(ListenError("0.0.0.0", 1400, 1499, "in use"))
    kept.note([news, *[ListenerNews(None)] * (recent.NEWS - 1)])
    assert kept.news[0].text.startswith("listener: ")
    assert "in use" in kept.news[0].text
    assert kept.news[-1].text == "listener: a port is open"
    kept.note([ListenerNews(None)])
    assert len(kept.news) == recent.NEWS
    assert "in use" not in kept.news[0].text
    assert kept.counts == {"ListenerNews": recent.NEWS + 1}
    for number in range(recent.FAILURES + 1):
        kept.note_failure("RINCON_1", state.read.__name__, EngineError(str(number)))
    assert len(kept.failures) == recent.FAILURES
    assert next(iter(kept.failures)).error == "1"
