"""The test of whether events of rooms arrive: on demand, and for settings that are to be tried."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
import datetime as dt
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_HOSTS, CONF_KNOWN_HOSTS, DOMAIN
from ..engine import (
    EngineError,
    HouseholdConnection,
    Identity,
    ListenSettings,
    SelfTest,
    Verdict,
    reactor_thread,
)
from ..engine.commands.identity import identify
from ..errors import failed, placeholders
from ..settings.schema import connection_settings

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ..coordinator import HouseholdCoordinator, SonosTwistedConfigEntry


@dataclass(frozen=True, slots=True)
class RoomTest:
    """How the test of a room went.

    Attributes:
        uid: Its speaker.
        name: Its name.
        result: What came of it.

    """

    uid: str
    name: str
    result: SelfTest


@dataclass(frozen=True, slots=True)
class EventTest:
    """The test of a household.

    Attributes:
        at: When it ended.
        tried: The settings that were tried; None for those that the household has.
        rooms: How it went in each room that could be reached.

    """

    at: dt.datetime
    tried: ListenSettings | None
    rooms: list[RoomTest]

    @property
    def passed(self) -> int:
        """In how many rooms the event arrived."""
        return len(self.rooms) - len(failures(self.rooms))


#: The last test of each entry. It outlives a reload: new settings are loaded because of it.
_LAST: HassKey[dict[str, EventTest]] = HassKey(f"{DOMAIN}_event_tests")


@callback
def last_test(hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> EventTest | None:
    """Return the last test of a household since Home Assistant has started, if there was any."""
    return hass.data.get(_LAST, {}).get(entry.entry_id)


@callback
def forget_test(hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> None:
    """Forget the test of a household that is removed."""
    hass.data.get(_LAST, {}).pop(entry.entry_id, None)


async def async_test_rooms(
    hass: HomeAssistant, entry: SonosTwistedConfigEntry, listen: ListenSettings | None = None
) -> list[RoomTest]:
    """Find out whether the events of all rooms that can be reached arrive.

    Args:
        hass: Home Assistant.
        entry: The household's entry, which need not be loaded.
        listen: What is to be tried in place of the settings that the household has.

    Raises:
        HomeAssistantError: When there is nobody to test it with.

    """
    if entry.state is ConfigEntryState.LOADED:
        coordinator = entry.runtime_data
        rooms = [room for room in coordinator.household.rooms if coordinator.can_be_reached(room)]
        asked = [(room.uid, room.name, coordinator.address_of(room)) for room in rooms]
        connection = coordinator.connection
    else:
        found = await _async_find(hass, entry)
        asked = [(it.description.uid, it.description.room_name, it.address) for it in found]
        connection = HouseholdConnection(
            reactor_thread(), lambda _: None, connection_settings(entry.options)
        )
    if not asked:
        raise failed("nobody_to_test")
    results = await connection.self_test([address for _, _, address in asked], listen)
    tests = [
        RoomTest(uid, name, result) for (uid, name, _), result in zip(asked, results, strict=True)
    ]
    last = EventTest(dt_util.utcnow(), listen, tests)
    hass.data.setdefault(_LAST, {})[entry.entry_id] = last
    return tests


async def _async_find(hass: HomeAssistant, entry: SonosTwistedConfigEntry) -> list[Identity]:
    """Find those of a household that is not set up who answer where they were."""

    def look(host: str) -> Identity | None:
        try:
            return identify(host)
        except EngineError:
            return None

    hosts = dict.fromkeys([*entry.data[CONF_HOSTS], *entry.data.get(CONF_KNOWN_HOSTS, ())])
    looking = (hass.async_add_executor_job(look, host) for host in hosts)
    answers = await asyncio.gather(*looking)
    found = {
        answer.description.uid: answer
        for answer in answers
        if answer is not None and answer.household_id == entry.unique_id
    }
    return list(found.values())


def failures(tests: Iterable[RoomTest]) -> list[RoomTest]:
    """Return those tests whose event did not arrive."""
    return [test for test in tests if test.result.verdict is not Verdict.ARRIVED]


def told(tests: Iterable[RoomTest]) -> dict[str, str]:
    """Return what texts about tests that failed refer to."""
    tests = list(tests)
    callbacks = dict.fromkeys(test.result.callback for test in tests if test.result.callback)
    return {
        "rooms": ", ".join(test.name for test in tests),
        "callback": ", ".join(callbacks) or "-",
        "reason": str(tests[0].result.error),
    }


async def async_press(coordinator: HouseholdCoordinator) -> None:
    """Test the events of a household now, and show an issue if they do not arrive.

    Raises:
        HomeAssistantError: When they do not; it names where speakers were told to deliver.

    """
    tests = await async_test_rooms(coordinator.hass, coordinator.entry)
    coordinator.issues.tested(tests)
    if failing := failures(tests):
        first = failing[0].result
        if first.verdict is Verdict.NO_PORT and first.error is not None:
            raise failed("no_free_port", **placeholders(first.error))
        raise failed("event_test_failed", **told(failing))
