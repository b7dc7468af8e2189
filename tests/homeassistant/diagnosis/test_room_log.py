"""What the log has at level debug: one room can be followed, and nobody can be identified."""

from collections.abc import Iterator
import logging
import re
from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import slugify
import pytest

from custom_components.sonos_twisted.browse.images import _async_fetch
from custom_components.sonos_twisted.diagnosis.room_log import ROOMS
from custom_components.sonos_twisted.engine import EventNews
from tests.homeassistant.actions import BEDROOM, KITCHEN, act, in_house, shows
from tests.homeassistant.conftest import (
    NOBODY,
    OURS,
    all_known,
    eventually,
    make_entry,
    until,
)

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

#: What a music service knows a user by.
TOKEN = "4d9c01a7b3f84e6f9a21"

#: What concerns no room: the machine, its threads, and ports.
MACHINE = re.compile(r"\.engine\.(connection|gatekeeper|listener|mailbox|notify_site|reactor)$")


class Secrets:
    """What must be in no line, as the household had it at one time or another."""

    def __init__(self, house: SimulatorProcess) -> None:
        """Begin with what never changes."""
        self._remote = house.remote
        self.texts = {TOKEN, house.facts["household"]}
        for uid in house.remote.truth()["speakers"]:
            mac = uid.removeprefix("RINCON_")[:12]
            pairs = [mac[at : at + 2] for at in range(0, 12, 2)]
            self.texts |= {uid, mac, ":".join(pairs), "-".join(pairs)}
        self.look()

    def look(self) -> None:
        """Take note of the leases that there are now."""
        for leases in self._remote.leases().values():
            for lease in leases:
                self.texts |= {lease["sid"], lease["callback"].rpartition("/")[2]}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    """Give what the integration logs at level debug; soco and urllib3 have logs of their own."""
    with caplog.at_level(logging.DEBUG, OURS):
        yield Lines(caplog)


class Lines:
    """The lines of the integration's log."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        """Read what is captured."""
        self._caplog = caplog

    @property
    def records(self) -> list[logging.LogRecord]:
        """All lines, from the fixtures on."""
        every = [*self._caplog.get_records("setup"), *self._caplog.get_records("call")]
        return [each for each in every if each.name.startswith(OURS)]

    def of(self, room: str) -> list[str]:
        """Return what the logger of a room has."""
        name = f"{ROOMS.name}.{room}"
        return [each.getMessage() for each in self.records if each.name == name]


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give what a person does in the house."""
    return standing_house.remote


async def live(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote, secrets: Secrets
) -> None:
    """Let everything happen of which there is something to tell."""
    rooms = {room.name: room for room in coordinator.household.rooms}
    uri = f"x-sonos-spotify:spotify%3atrack%3a1?sid=9&flags=8224&sn=77&token={TOKEN}"
    told = {"TransportState": "PLAYING", "AVTransportURI": uri, "CurrentTrackURI": uri}
    servers = {
        "ThirdPartyMediaServersX": f"2:{TOKEN}",
        "MuseHouseholdId": coordinator.household.household_id,
    }
    damaged = {"ZoneGroupState": f"<{TOKEN}"}
    await in_house(hass, remote.emit, "Kitchen", "AVTransport", told)
    await in_house(hass, remote.emit, "Kitchen", "DeviceProperties", servers)
    await in_house(hass, remote.emit_raw, "Kitchen", "AVTransport", f"<{TOKEN}")
    await in_house(hass, remote.emit, "Kitchen", "ZoneGroupTopology", damaged)
    picture = f"http://{NOBODY}/getaa?token={TOKEN}"
    await _async_fetch(coordinator, rooms["Kitchen"], picture, may_redirect=True)
    # Music, a group, and somebody who turns it up.
    await in_house(hass, remote.play_tracks, "Kitchen", 5, "service")
    await shows(hass, KITCHEN, state="playing")
    await in_house(hass, remote.group, "Office", "Kitchen")
    members = coordinator.household.group_members
    await until(hass, lambda: len(members(rooms["Office"].uid)) == 2)
    await act(hass, "volume_set", KITCHEN, volume_level=0.33)
    await shows(hass, KITCHEN, volume_level=0.33)
    await in_house(hass, remote.fail_action, "Kitchen", "Next", 711, 1)
    with pytest.raises(HomeAssistantError):
        await act(hass, "media_next_track", KITCHEN)
    await in_house(hass, remote.ungroup, "Office")
    await until(hass, lambda: len(members(rooms["Office"].uid)) == 1)
    # Leases and events are lost, a speaker moves, another one starts anew.
    await in_house(hass, remote.forget_leases, "Bathroom")
    await coordinator.health.async_verify()
    await in_house(hass, remote.fault_notify, "Bedroom", "drop", "RenderingControl", 1)
    await in_house(hass, remote.set_volume, "Bedroom", 11)
    await eventually(
        lambda: in_house(hass, remote.notifications),
        lambda sent: any(each["status"] == "dropped" for each in sent),
    )
    await in_house(hass, remote.set_volume, "Bedroom", 13)
    await shows(hass, BEDROOM, volume_level=0.13)
    before = rooms["Office"].host
    await in_house(hass, remote.change_address, "Office")
    await until(hass, lambda: rooms["Office"].host != before)
    await in_house(hass, secrets.look)
    await in_house(hass, remote.change_address, "Office", before)
    boots = rooms["Patio"].boot_seq
    await in_house(hass, remote.reboot, "Patio")
    await until(hass, lambda: rooms["Patio"].boot_seq != boots)
    await until(hass, lambda: all_known(hass))
    await in_house(hass, secrets.look)


#: What the log of the Kitchen has of its beginning, in whichever order.
BEGINNING = (
    "lease of AVTransport: no events yet",
    "lease of AVTransport: held",
    "initial event of AVTransport: .*transport_state=STOPPED",
    "description",
    "served by events",
)

#: And what it has of its life, in this order, with other lines in between.
STORY = (
    r"event of AVTransport: av_transport_uri=x-sonos-spotify:…, .*transport_state=PLAYING",
    r"event of AVTransport: .*av_transport_uri=x-rincon-queue:Kitchen, .*\(length: \d+\)",
    "its group is Kitchen, Office",
    r"set_volume took 0\.\d+ s",
    r"event of RenderingControl: volume=.*Master:33",
    "next_track failed: .* declined Next with UPnP error 711",
    "its group is Kitchen",
)


@pytest.mark.parity("beyond: log by room")
async def test_a_life(
    hass: HomeAssistant, standing_house: SimulatorProcess, remote: Remote, lines: Lines
) -> None:
    """A room can be followed by its name; no line says who anybody is."""
    secrets: Secrets = await in_house(hass, Secrets, standing_house)
    entry = await make_entry(hass, standing_house.addresses["Kitchen"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    await in_house(hass, secrets.look)
    await live(hass, entry.runtime_data, remote, secrets)
    await hass.config_entries.async_unload(entry.entry_id)

    kitchen = lines.of("kitchen")
    for words in BEGINNING:
        assert any(re.match(f"Kitchen: {words}", line) for line in kitchen), words
    rest = iter(kitchen)
    for words in STORY:
        pattern = re.compile(f"Kitchen: {words}")
        assert any(map(pattern.match, rest)), "\n".join([words, *kitchen])
    names = ("Sonos", *standing_house.addresses)
    nameless = {
        f"{record.name}: {record.getMessage()}"
        for record in lines.records
        if not any(name in record.getMessage() for name in names)
        and not MACHINE.search(record.name)
    }
    assert nameless == set()
    for name in standing_house.addresses:
        told = lines.of(name.lower().replace(" ", "_"))
        assert told
        assert all(line.startswith(f"{name}: ") for line in told)

    assert len(secrets.texts) > 100
    text = "\n".join(record.getMessage() for record in lines.records).lower()
    assert len(text.splitlines()) > 150
    assert [secret for secret in secrets.texts if secret.lower() in text] == []


async def test_what_keeps_failing_is_told_once(
    hass: HomeAssistant,
    standing_coordinator: HouseholdCoordinator,
    remote: Remote,
    lines: Lines,
) -> None:
    """And once when it works again, or fails for another reason; a user's command each time."""
    coordinator = standing_coordinator
    kitchen = next(room for room in coordinator.household.rooms if room.name == "Kitchen")

    def told(words: str) -> list[str]:
        return [line for line in lines.of("kitchen") if words in line]

    begun = len(told("read_front_panel"))
    await in_house(hass, remote.fail_action, "Kitchen", "GetLEDState", 501, 3)
    for _ in range(3):
        await coordinator.readings.async_again(kitchen, "front_panel")
    await in_house(hass, remote.fail_action, "Kitchen", "GetLEDState", 402, 1)
    for _ in range(2):
        await coordinator.readings.async_again(kitchen, "front_panel")
    assert [line.partition(": ")[2] for line in told("read_front_panel")[begun:]] == [
        f"read_front_panel failed: {kitchen.host} declined GetLEDState with UPnP error 501",
        f"read_front_panel failed: {kitchen.host} declined GetLEDState with UPnP error 402",
        "read_front_panel works again",
    ]
    await in_house(hass, remote.fail_action, "Kitchen", "SetMute", 501, 2)
    for _ in range(2):
        with pytest.raises(HomeAssistantError):
            await act(hass, "volume_mute", KITCHEN, is_volume_muted=True)
    assert len(told("declined SetMute")) == 2


async def test_nothing_is_made_of_news_that_nobody_reads(
    standing_coordinator: HouseholdCoordinator,
) -> None:
    """A household is busy, and most people have no use for it."""
    room = standing_coordinator.household.rooms[0]
    news = EventNews(room.uid, "AVTransport", {"a": "b"}, 1.0)
    with patch.object(standing_coordinator.log, "_values", side_effect=AssertionError) as values:
        standing_coordinator.log.note([news])
        values.assert_not_called()
    logger = ROOMS.getChild(slugify(room.name))
    with (
        patch.object(standing_coordinator.log, "_values", return_value="") as values,
        patch.object(logger, "isEnabledFor", return_value=True),
    ):
        standing_coordinator.log.note([news])
        values.assert_called_once()
