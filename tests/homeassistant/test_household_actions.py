"""The actions for what a household has in common besides its lists: music library and alarms."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.sonos_twisted.actions import library
from custom_components.sonos_twisted.alarms import household as alarms
from custom_components.sonos_twisted.engine.commands import alarms as commands
from custom_components.sonos_twisted.model import parse_alarms
from tests.homeassistant.actions import BATHROOM, KITCHEN, PATIO, act, in_house
from tests.homeassistant.conftest import until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

pytestmark = pytest.mark.usefixtures("standing_coordinator")


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Iterator[Remote]:
    """Give what people do in the house; what they planned is forgotten after each test."""
    remote = standing_house.remote
    yield remote
    remote.heal()
    remote.plan_index(1.0)
    remote.set_alarm_delay(0.0)


async def requests(hass: HomeAssistant, remote: Remote, action: str) -> dict[str, int]:
    """Return which players were asked to perform an action, and how often."""
    seen = await in_house(hass, remote.requests)
    return {uid: some[action] for uid, some in seen.items() if action in some}


@pytest.mark.parity("beyond: library update")
async def test_library_is_updated(
    hass: HomeAssistant, remote: Remote, standing_coordinator: HouseholdCoordinator
) -> None:
    """It is begun once, its progress comes by events, and who waits is told the end."""
    told = standing_coordinator.household.variables["ContentDirectory"]
    assert told["share_index_in_progress"] == "0"
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.plan_index, 1.5, "The folder //nas/music is not there")
    answer = await act(hass, "ours.update_library", [KITCHEN, BATHROOM])
    assert answer[KITCHEN] == answer[BATHROOM] == {"in_progress": True, "last_error": ""}
    await until(hass, lambda: told["share_index_in_progress"] == "1")
    answer = await act(hass, "ours.update_library", KITCHEN, wait=True, timeout=30)
    assert told["share_index_in_progress"] == "0"
    assert answer[KITCHEN] == {
        "in_progress": False,
        "last_error": "The folder //nas/music is not there",
    }
    asked = await requests(hass, remote, "SOAP ContentDirectory.RefreshShareIndex")
    assert list(asked.values()) == [1]
    # Nobody has asked in between: three answers are those at the beginnings.
    asked = await requests(hass, remote, "SOAP ContentDirectory.GetShareIndexInProgress")
    assert list(asked.values()) == [3]


async def test_library_takes_longer_than_one_waits(hass: HomeAssistant, remote: Remote) -> None:
    """Then it is in progress still; and who waits for less than a second is refused."""
    await in_house(hass, remote.plan_index, 2.0)
    answer = await act(hass, "ours.update_library", KITCHEN, wait=True, timeout=1)
    assert answer[KITCHEN]["in_progress"] is True
    answer = await act(hass, "ours.update_library", KITCHEN, wait=True)
    assert answer[KITCHEN] == {"in_progress": False, "last_error": ""}
    with pytest.raises(vol.Invalid, match="timeout"):
        await act(hass, "ours.update_library", KITCHEN, wait=True, timeout=0)


async def test_library_whose_events_do_not_arrive(
    hass: HomeAssistant, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then a speaker is asked now and then."""
    monkeypatch.setattr(library, "ASK_AFTER", 0.2)
    await in_house(hass, remote.plan_index, 1.0)
    await in_house(hass, remote.fault_notify, "*", "drop", "ContentDirectory", 20)
    answer = await act(hass, "ours.update_library", KITCHEN, wait=True, timeout=20)
    assert answer[KITCHEN]["in_progress"] is False


async def listed(hass: HomeAssistant, remote: Remote, number: int) -> dict[str, str]:
    """Return an alarm as the house has it."""
    found = (await in_house(hass, remote.truth))["alarm_list"]
    return next(dict(alarm) for alarm in found if alarm["number"] == number)


@pytest.mark.parity("action: update_alarm")
async def test_alarm_is_changed(hass: HomeAssistant, remote: Remote) -> None:
    """What is not named stays as it is, and nothing is written when nothing is new."""
    before = await listed(hass, remote, 14)
    change: dict[str, Any] = {"time": "06:45:30", "volume": 0.33, "include_linked_zones": True}
    await act(hass, "ours.update_alarm", [KITCHEN, BATHROOM], alarm_id=14, **change)
    new = {"start": "06:45:30", "volume": "33", "linked_zones": "1"}
    assert await listed(hass, remote, 14) == {**before, **new}
    await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, enabled=False)
    assert (await listed(hass, remote, 14))["enabled"] == "0"
    await in_house(hass, remote.reset_requests)
    await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, **change)
    assert await requests(hass, remote, "SOAP AlarmClock.UpdateAlarm") == {}
    await act(
        hass,
        "ours.update_alarm",
        KITCHEN,
        alarm_id=14,
        time="07:00:00",
        volume=0.2,
        enabled=True,
        include_linked_zones=False,
    )
    assert await listed(hass, remote, 14) == before


async def test_wrong_alarms_are_refused(hass: HomeAssistant, remote: Remote) -> None:
    """With the field's name."""
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=99, enabled=True)
    assert str(caught.value).startswith("alarm_id is 99")
    assert caught.value.translation_placeholders == {"value": "99", "known": "14, 15"}
    for field, value in (
        ("alarm_id", "first"),
        ("time", "25:00"),
        ("volume", 20),
        ("enabled", "perhaps"),
        ("include_linked_zones", "some"),
    ):
        with pytest.raises(vol.Invalid, match=field):
            await act(hass, "ours.update_alarm", KITCHEN, **{"alarm_id": 14, field: value})
    await in_house(hass, remote.fail_action, "*", "UpdateAlarm", 801)
    with pytest.raises(HomeAssistantError, match="has an alarm at this time already"):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, time="05:00:00")


async def test_alarms_changed_at_once_are_all_changed(hass: HomeAssistant, remote: Remote) -> None:
    """Although a change takes a while to reach the other players, and would be undone there."""
    await in_house(hass, remote.set_alarm_delay, 0.7)
    await in_house(hass, remote.reset_requests)
    await asyncio.gather(
        act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, enabled=False),
        act(hass, "ours.update_alarm", BATHROOM, alarm_id=15, enabled=True),
        act(hass, "ours.update_alarm", PATIO, alarm_id=14, volume=0.5),
        act(hass, "ours.update_alarm", PATIO, alarm_id=15, volume=0.4),
    )
    await asyncio.sleep(1)
    first, second = await listed(hass, remote, 14), await listed(hass, remote, 15)
    assert (first["enabled"], first["volume"]) == ("0", "50")
    assert (second["enabled"], second["volume"]) == ("1", "40")
    asked = await requests(hass, remote, "SOAP AlarmClock.UpdateAlarm")
    assert list(asked.values()) == [4]
    await in_house(hass, remote.set_alarm_delay, 0.0)
    await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, enabled=True, volume=0.2)
    await act(hass, "ours.update_alarm", KITCHEN, alarm_id=15, enabled=False, volume=0.2)


async def test_alarm_whose_change_comes_to_nothing(hass: HomeAssistant, remote: Remote) -> None:
    """That is said, though the speaker has accepted it."""
    await in_house(hass, remote.fail_action, "*", "UpdateAlarm", 0)
    with pytest.raises(HomeAssistantError, match="Alarm 14 was not changed"):
        await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, volume=0.6)


async def test_alarms_that_another_app_takes_back_are_seen(
    hass: HomeAssistant,
    standing_coordinator: HouseholdCoordinator,
    remote: Remote,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has used another player in the same moment; no event may tell of it."""
    monkeypatch.setattr(alarms, "REVIEW_SECONDS", 1.0)
    before = await listed(hass, remote, 14)
    await in_house(hass, remote.fault_notify, "*", "drop", "AlarmClock", 20)
    await in_house(hass, remote.set_alarm_delay, 0.5)
    await in_house(hass, remote.reset_requests)
    await act(hass, "ours.update_alarm", KITCHEN, alarm_id=14, volume=0.6)
    asked = await requests(hass, remote, "SOAP AlarmClock.UpdateAlarm")
    speakers = (await in_house(hass, remote.truth))["speakers"]
    other = next(
        speaker["address"]
        for uid, speaker in speakers.items()
        if uid not in asked and not speaker["invisible"]
    )
    theirs = parse_alarms(await in_house(hass, commands.read, f"{other}:1400")).get(15)
    assert theirs is not None
    await in_house(hass, commands.update, f"{other}:1400", 15, theirs.arguments())

    def known() -> int:
        alarm = standing_coordinator.alarms.known.get(14)
        return alarm.volume if alarm is not None else -1

    assert known() == 60
    await until(hass, lambda: known() == 20)
    assert await listed(hass, remote, 14) == before
