"""When groups fall silent: shown by all of their rooms, set and cleared in any of them."""

from collections.abc import Iterator
import datetime as dt
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.engine import Served
from tests.homeassistant.actions import KITCHEN, act, in_house, shown, shows
from tests.homeassistant.conftest import OURS, all_known, make_entry, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

ENDS = "sensor.kitchen_sleep_timer_ends"
MINUTES = "number.kitchen_sleep_timer"
CLEAR = "button.bathroom_clear_sleep_timer"
ENDS_OF_BATHROOM = "sensor.bathroom_sleep_timer_ends"
MINUTES_OF_BATHROOM = "number.bathroom_sleep_timer"

ASK = "SOAP AVTransport.GetRemainingSleepTimerDuration"


@pytest.fixture
def house(standing_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Share one house, in which each room is alone at first and has no timer."""
    yield standing_house
    remote = standing_house.remote
    remote.heal()
    for room in standing_house.addresses:
        remote.ungroup(room)
        remote.play_uri(room, "")
        remote.set_sleep_timer(room, None)


@pytest.fixture
def written(hass: HomeAssistant) -> Iterator[list[str]]:
    """Note the states that the sensor of the kitchen writes."""
    states: list[str] = []

    @callback
    def changed(event: Event[Any]) -> None:
        if event.data["entity_id"] == ENDS:
            states.append(event.data["new_state"].state)

    end = hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    yield states
    end()


async def asked(hass: HomeAssistant, remote: Remote) -> int:
    """Return how often speakers were asked for their timers."""
    requests = await in_house(hass, remote.requests)
    return sum(counts.get(ASK, 0) for counts in requests.values())


def ends_in(hass: HomeAssistant, entity_id: str, seconds: float) -> bool:
    """Tell whether a sensor shows a time that is about so far off."""
    state = dt_util.parse_datetime(shown(hass, entity_id, "state"))
    wanted = dt_util.utcnow() + dt.timedelta(seconds=seconds)
    return state is not None and abs((state - wanted).total_seconds()) <= 5


async def ends(hass: HomeAssistant, entity_id: str, seconds: float) -> None:
    """Wait until a sensor shows such a time."""
    await until(
        hass,
        lambda: ends_in(hass, entity_id, seconds),
        lambda: shown(hass, entity_id, "state"),
    )


@pytest.mark.parity("beyond: sleep timer shown")
async def test_timer_of_the_app_is_read_once(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote, written: list[str]
) -> None:
    """And once more whenever the music is paused or goes on, which writes nothing."""
    await shows(hass, ENDS, state="unknown")
    await shows(hass, MINUTES, state="0")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await in_house(hass, remote.reset_requests)
    await in_house(hass, remote.set_sleep_timer, "Kitchen", 1800)
    await ends(hass, ENDS, 1800)
    assert shown(hass, MINUTES, "state") == "30"
    await in_house(hass, remote.set_sleep_timer, "Kitchen", 3600)
    await ends(hass, ENDS, 3600)
    assert await asked(hass, remote) == 2
    before = len(written)
    await in_house(hass, remote.pause, "Kitchen")
    await shows(hass, KITCHEN, state="paused")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await asked(hass, remote) == 3
    await in_house(hass, remote.set_volume, "Kitchen", 21)
    await shows(hass, KITCHEN, volume_level=0.21)
    assert await asked(hass, remote) == 3
    assert len(written) == before == 2


@pytest.mark.parity("beyond: sleep timer shown")
@pytest.mark.parity("beyond: sleep timer set")
async def test_group_has_one_timer(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Set and cleared by any room of it."""
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, "number.bathroom_group_volume", state="unavailable")
    await act(hass, "number.set_value", MINUTES_OF_BATHROOM, value=20)
    for sensor in (ENDS, ENDS_OF_BATHROOM):
        await ends(hass, sensor, 1200)
    for number in (MINUTES, MINUTES_OF_BATHROOM):
        await shows(hass, number, state="20")
    assert shown(hass, ENDS, "state") == shown(hass, ENDS_OF_BATHROOM, "state")
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    timers = {each["name"]: each["sleep_timer"] for each in speakers if each["sleep_timer"]}
    assert timers == dict.fromkeys(("Kitchen", "Bathroom"), pytest.approx(1200, abs=10))
    # Who leaves has no timer, and who stays keeps it.
    await in_house(hass, remote.ungroup, "Bathroom")
    await shows(hass, ENDS_OF_BATHROOM, state="unknown")
    await shows(hass, MINUTES_OF_BATHROOM, state="0")
    await ends(hass, ENDS, 1200)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await ends(hass, ENDS_OF_BATHROOM, 1200)
    await act(hass, "button.press", CLEAR)
    await shows(hass, ENDS, state="unknown")
    await shows(hass, MINUTES_OF_BATHROOM, state="0")


@pytest.mark.parity("beyond: sleep timer set")
async def test_timer_is_set_and_cleared_by_number_and_action(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """What is out of range is refused, and what a speaker declines leaves all as it was."""
    await act(hass, "ours.set_sleep_timer", KITCHEN, sleep_time=620)
    await shows(hass, MINUTES, state="11")
    await act(hass, "number.set_value", MINUTES, value=0)
    await shows(hass, ENDS, state="unknown")
    with pytest.raises(ServiceValidationError, match=MINUTES):
        await act(hass, "number.set_value", MINUTES, value=1440)
    await in_house(hass, remote.fail_action, "Kitchen", "ConfigureSleepTimer", 402)
    with pytest.raises(HomeAssistantError, match="Kitchen"):
        await act(hass, "number.set_value", MINUTES, value=5)
    await shows(hass, MINUTES, state="0")
    await act(hass, "number.set_value", MINUTES, value=1439)
    await ends(hass, ENDS, 1439 * 60)
    await act(hass, "ours.clear_sleep_timer", KITCHEN)
    await shows(hass, MINUTES, state="0")


@pytest.mark.parity("beyond: sleep timer shown")
async def test_timer_outlives_a_restart_of_home_assistant(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """It is asked for at those who may have one."""
    await act(hass, "number.set_value", MINUTES, value=40)
    await ends(hass, ENDS, 2400)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await in_house(hass, remote.set_sleep_timer, "Kitchen", 3000)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await ends(hass, ENDS, 3000)
    await shows(hass, MINUTES, state="50")
    # So it is when the speaker was away.
    await in_house(hass, remote.unplug, "Kitchen")
    await shows(hass, ENDS, state="unavailable")
    await in_house(hass, remote.plug_in, "Kitchen")
    await shows(hass, ENDS, state="unknown")
    await shows(hass, MINUTES, state="0")


async def test_minutes_pass_and_the_end_comes(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Here a minute has one second."""
    minutes: list[str] = []

    @callback
    def changed(event: Event[Any]) -> None:
        if event.data["entity_id"] == MINUTES:
            minutes.append(event.data["new_state"].state)

    await shows(hass, MINUTES, state="0")
    end = hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    with patch(f"{OURS}.asking.sleep_timers._MINUTE", 1):
        await in_house(hass, remote.set_sleep_timer, "Kitchen", 3)
        await until(hass, lambda: len(minutes) >= 2 and minutes[-1] == "0", lambda: minutes)
    end()
    assert minutes in (["3", "2", "1", "0"], ["2", "1", "0"], ["4", "3", "2", "1", "0"])
    await shows(hass, ENDS, state="unknown")


async def test_end_that_no_event_tells_is_found_out(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """By asking once more when the time is over."""
    with patch(f"{OURS}.asking.sleep_timers.OVERDUE_SECONDS", 0.2):
        await in_house(hass, remote.set_sleep_timer, "Kitchen", 2)
        await until(hass, lambda: shown(hass, ENDS, "state") != "unknown")
        await in_house(hass, remote.fault_notify, "Kitchen", "drop", "AVTransport", 2)
        await shows(hass, ENDS, state="unknown")


@pytest.mark.parametrize("code", [0, 800])
async def test_timer_that_cannot_be_read_is_read_later(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    remote: Remote,
    code: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Be it that the speaker does not answer, or that it declines while it is being grouped."""
    await shows(hass, MINUTES, state="0")
    caplog.set_level("DEBUG", OURS)
    with patch(f"{OURS}.asking.sleep_timers.RETRY_SECONDS", 0.2):
        if code:
            await in_house(hass, remote.fail_action, "Kitchen", ASK.rpartition(".")[2], code, 2)
        else:
            await in_house(hass, remote.refuse, "Kitchen")
        await in_house(hass, remote.set_sleep_timer, "Kitchen", 1800)
        await until(hass, lambda: "Kitchen: remaining failed" in caplog.text)
        await in_house(hass, remote.heal, "Kitchen")
        await ends(hass, ENDS, 1800)


@pytest.mark.parity("beyond: sleep timer shown")
@pytest.mark.parity("beyond: group volume entity")
async def test_rooms_without_events_are_asked(hass: HomeAssistant, house: SimulatorProcess) -> None:
    """In turn for what the app may have changed; at once for what was set here."""
    remote = house.remote
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    kitchen = house.addresses["Kitchen"]
    entry = await make_entry(hass, kitchen, advertise_port=9, advertise_address="127.0.0.1")
    with (
        patch(f"{OURS}.engine.lease.INITIAL_EVENT_SECONDS", 0.3),
        patch(f"{OURS}.engine.polling.COORDINATOR_SECONDS", 0.3),
        patch(f"{OURS}.engine.polling.MEMBER_SECONDS", 0.3),
        patch(f"{OURS}.engine.session.WATCH_SECONDS", 0.3),
    ):
        await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: all_known(hass))
        served = entry.runtime_data.served
        await until(hass, lambda: list(served.values()).count(Served.BY_POLLING) >= 6)
        await in_house(hass, remote.set_group_volume, "Kitchen", 35)
        await shows(hass, "number.kitchen_group_volume", state="35")
        await in_house(hass, remote.set_sleep_timer, "Kitchen", 1800)
        await ends(hass, ENDS_OF_BATHROOM, 1800)
        await act(hass, "switch.turn_on", "switch.kitchen_group_mute")
        await shows(hass, "switch.kitchen_group_mute", state="on")
        await act(hass, "switch.turn_off", "switch.kitchen_group_mute")
        await shows(hass, "switch.kitchen_group_mute", state="off")
    # From here on, nobody is asked for a long while.
    await act(hass, "number.set_value", MINUTES, value=5)
    assert ends_in(hass, ENDS_OF_BATHROOM, 300)
    await act(hass, "button.press", CLEAR)
    assert shown(hass, ENDS, "state") == "unknown"
    await hass.config_entries.async_unload(entry.entry_id)
