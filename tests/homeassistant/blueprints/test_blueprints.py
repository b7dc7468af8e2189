"""Each blueprint in Home Assistant, and what becomes of the house by it."""

import datetime as dt
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.components import media_source, persistent_notification
from homeassistant.components.media_source import PlayMedia
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.sonos_twisted.engine import Served
from tests.homeassistant.actions import (
    BATHROOM,
    BEDROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    PATIO,
    act,
    in_house,
    shown,
)
from tests.homeassistant.conftest import eventually

from .conftest import Use, place, sensor, shows, until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

STATION = "BBC Radio 3"
TOLD = "test_told"

pytestmark = pytest.mark.parity("beyond: blueprints")


@pytest.fixture
def told(hass: HomeAssistant) -> list[Event[dict[str, Any]]]:
    """Collect what automations tell by an event."""
    events: list[Event[dict[str, Any]]] = []

    @callback
    def hear(event: Event[dict[str, Any]]) -> None:
        events.append(event)

    hass.bus.async_listen(TOLD, hear)
    return events


def soon(seconds: int) -> str:
    """Return the time of day that it is in a moment."""
    return (dt_util.now() + dt.timedelta(seconds=seconds)).strftime("%H:%M:%S")


async def test_follow_me(hass: HomeAssistant, remote: Remote, use: Use) -> None:
    """Music comes along, stays where somebody is, and ends with the last one."""
    kitchen, bath, office = (sensor(hass, area) for area in ("Kitchen", "Bathroom", "Office"))
    for room, area in ((KITCHEN, "Kitchen"), (BATHROOM, "Bathroom"), (OFFICE, "Office")):
        place(hass, room, area)
    await use(
        "follow_me",
        rooms=[KITCHEN, BATHROOM, OFFICE, PATIO],
        sensors=[kitchen, bath, office],
        arrival={"seconds": 0},
        absence={"seconds": 0},
        volume=27,
        pause=True,
    )
    hass.states.async_set(kitchen, "on")
    await in_house(hass, remote.play_tracks, "Patio")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    await shows(hass, PATIO, state="playing")
    hass.states.async_set(bath, "on")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], volume_level=0.27)
    # Where music plays already, none is taken along.
    await in_house(hass, remote.play_tracks, "Office")
    await shows(hass, OFFICE, state="playing")
    hass.states.async_set(office, "unavailable")
    hass.states.async_set(office, "on")
    hass.states.async_set(kitchen, "off")
    await shows(hass, KITCHEN, group_members=[KITCHEN])
    await shows(hass, BATHROOM, group_members=[BATHROOM], state="playing")
    assert shown(hass, OFFICE, "group_members") == [OFFICE]
    hass.states.async_set(office, "off")
    hass.states.async_set(bath, "off")
    await shows(hass, BATHROOM, state="paused")
    await shows(hass, PATIO, state="playing")


async def test_pause_for_calls(hass: HomeAssistant, remote: Remote, use: Use) -> None:
    """What played goes on after the call, unless somebody has touched it."""
    phone, bell = "sensor.phone", "event.doorbell"
    hass.states.async_set(phone, "idle")
    hass.states.async_set(bell, "unknown")
    await use(
        "pause_for_calls",
        rooms=[KITCHEN, LIVING_ROOM, OFFICE, PATIO],
        phones=[phone],
        bells=[bell],
        silence={"milliseconds": 100},
    )
    for room in ("Kitchen", "Patio"):
        await in_house(hass, remote.play_tracks, room)
    await in_house(hass, remote.play_tv, "Living Room")
    for room in (KITCHEN, PATIO, LIVING_ROOM):
        await shows(hass, room, state="playing")
    hass.states.async_set(phone, "ringing")
    await shows(hass, KITCHEN, state="paused")
    await shows(hass, PATIO, state="paused")
    await shows(hass, LIVING_ROOM, state="playing", is_volume_muted=True)
    hass.states.async_set(phone, "talking")
    await in_house(hass, remote.play_uri, "Patio", "")
    await shows(hass, PATIO, state="idle")
    hass.states.async_set(phone, "idle")
    await shows(hass, KITCHEN, state="playing")
    await shows(hass, LIVING_ROOM, is_volume_muted=False)
    await shows(hass, PATIO, state="idle")
    await until(hass, lambda: not shown(hass, "automation.pause_for_calls", "current"))

    states: list[str] = []

    @callback
    def heard(event: Event[dict[str, Any]]) -> None:
        if event.data["entity_id"] == KITCHEN:
            states.append(event.data["new_state"].state)

    hass.bus.async_listen("state_changed", heard)
    hass.states.async_set(bell, "2026-11-24T12:00:00.000+00:00", {"event_type": "ring"})
    await until(hass, lambda: states[-1:] == ["playing"] and "paused" in states)


async def test_tv_takes_over(hass: HomeAssistant, remote: Remote, use: Use) -> None:
    """The soundbar plays the TV alone, and the music nearby waits."""
    tv = "switch.tv"
    hass.states.async_set(tv, "off")
    await use("tv_takes_over", soundbar=LIVING_ROOM, tv=[tv], nearby=[BATHROOM, OFFICE], volume=33)
    await in_house(hass, remote.group, "Kitchen", "Living Room")
    await in_house(hass, remote.play_tracks, "Living Room")
    await in_house(hass, remote.play_tracks, "Bathroom")
    await shows(hass, BATHROOM, state="playing")
    await shows(hass, KITCHEN, state="playing", group_members=[LIVING_ROOM, KITCHEN])
    hass.states.async_set(tv, "on")
    await shows(hass, LIVING_ROOM, source="TV", group_members=[LIVING_ROOM], volume_level=0.33)
    await shows(hass, KITCHEN, group_members=[KITCHEN])
    await shows(hass, BATHROOM, state="paused")
    await in_house(hass, remote.play_tracks, "Living Room")
    await shows(hass, LIVING_ROOM, audio_source="queue")
    await shows(hass, BATHROOM, state="playing")
    assert shown(hass, OFFICE, "state") == "idle"

    await in_house(hass, remote.play_tv, "Living Room")
    await shows(hass, BATHROOM, state="paused")
    hass.states.async_set(tv, "off")
    await shows(hass, BATHROOM, state="playing")


async def test_wake_up(
    hass: HomeAssistant, remote: Remote, use: Use, told: list[Event[dict[str, Any]]]
) -> None:
    """At its time, little by little, with the other favorite if the first one is gone."""
    await in_house(hass, remote.group, "Bedroom", "Kitchen")
    await shows(hass, BEDROOM, group_members=[KITCHEN, BEDROOM])
    await in_house(hass, remote.set_mute, "Bedroom")
    levels: list[float] = []

    @callback
    def heard(event: Event[dict[str, Any]]) -> None:
        if event.data["entity_id"] == BEDROOM:
            levels.append(event.data["new_state"].attributes.get("volume_level"))

    hass.bus.async_listen("state_changed", heard)
    await use(
        "wake_up",
        room=BEDROOM,
        favorite=STATION,
        time=soon(2),
        weekdays=["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        first_volume=2,
        last_volume=6,
        minutes=0.01,
        fallback=STATION,
        patience={"seconds": 2},
        then=[{"event": TOLD}],
    )
    await shows(hass, BEDROOM, state="playing", source=STATION, group_members=[BEDROOM])
    await shows(hass, BEDROOM, volume_level=0.06, is_volume_muted=False)
    await until(hass, lambda: told)
    steps = list(dict.fromkeys(levels[levels.index(0.02) :]))
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0.02, 0.06)
    assert len(steps) > 2  # of five, some may pass unseen when much else is going on


async def test_waking_ends_when_somebody_ends_it(
    hass: HomeAssistant, remote: Remote, use: Use, caplog: pytest.LogCaptureFixture
) -> None:
    """Who turns it down does not want it to become loud."""
    await use(
        "wake_up",
        room=BEDROOM,
        favorite="Gone",
        first_volume=10,
        last_volume=60,
        minutes=0.5,
        fallback=STATION,
        patience={"milliseconds": 200},
    )
    await hass.services.async_call("automation", "trigger", {"entity_id": "automation.wake_up"})
    await shows(hass, BEDROOM, state="playing", source=STATION)
    await until(hass, lambda: shown(hass, BEDROOM, "volume_level") >= 0.11)
    await in_house(hass, remote.set_volume, "Bedroom", 4)
    await shows(hass, BEDROOM, volume_level=0.04)
    await until(hass, lambda: not shown(hass, "automation.wake_up", "current"))
    assert shown(hass, BEDROOM, "volume_level") == 0.04
    caplog.clear()  # it says that the favorite is gone


async def test_good_night(
    hass: HomeAssistant,
    remote: Remote,
    use: Use,
    standing_coordinator: HouseholdCoordinator,
    told: list[Event[dict[str, Any]]],
) -> None:
    """The house is silent but the bedroom, and somebody is told that no alarm is due."""
    await until(hass, lambda: standing_coordinator.alarms.is_known)
    for number in (14, 15):
        await in_house(hass, remote.edit_alarm, number, {"enabled": "0"})
    known = standing_coordinator.alarms
    await until(hass, lambda: not any(alarm.enabled for alarm in known.known.alarms))
    await use(
        "good_night",
        triggers=[{"trigger": "event", "event_type": "night"}],
        rooms=[KITCHEN, PATIO, OFFICE, BATHROOM, LIVING_ROOM, BEDROOM],
        bedroom=[BEDROOM],
        favorite=STATION,
        volume=9,
        minutes=20,
        within=1440,
        without_alarm=[{"event": TOLD, "event_data": {"alarm": False}}],
        then=[{"event": TOLD, "event_data": {"done": True}}],
    )
    await in_house(hass, remote.group, "Bedroom", "Kitchen")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await in_house(hass, remote.play_tracks, "Patio")
    await shows(hass, BEDROOM, state="playing", group_members=[KITCHEN, BEDROOM])
    await shows(hass, PATIO, state="playing")
    hass.bus.async_fire("night")
    await shows(hass, BEDROOM, source=STATION, group_members=[BEDROOM], volume_level=0.09)
    await until(hass, lambda: len(told) == 2)
    assert [event.data for event in told] == [{"alarm": False}, {"done": True}]
    await shows(hass, PATIO, state="paused")
    assert shown(hass, KITCHEN, "state") != "playing"
    bedroom = next(room for room in standing_coordinator.household.rooms if room.name == "Bedroom")
    await until(hass, lambda: standing_coordinator.sleep_timers.minutes_left(bedroom) == 20)
    told.clear()
    await in_house(hass, remote.edit_alarm, 14, {"enabled": "1", "recurrence": "DAILY"})
    await until(hass, lambda: any(alarm.enabled for alarm in known.known.alarms))
    hass.bus.async_fire("night")
    await until(hass, lambda: told)
    assert [event.data for event in told] == [{"done": True}]
    await in_house(hass, remote.edit_alarm, 14, {"recurrence": "WEEKDAYS"})


async def test_quiet_hours(
    hass: HomeAssistant,
    remote: Remote,
    use: Use,
    standing_coordinator: HouseholdCoordinator,
) -> None:
    """Whoever makes it loud is corrected, until the end; also in a room that was off."""
    await in_house(hass, remote.unplug, "Office")
    await shows(hass, OFFICE, state="unavailable")
    for room in ("Kitchen", "Patio"):
        await in_house(hass, remote.set_volume, room, 60)
    await shows(hass, KITCHEN, volume_level=0.6)
    await use(
        "quiet_hours",
        rooms=[KITCHEN, PATIO, OFFICE],
        begin=soon(2),
        end=soon(7),
        limit=25,
        fade=1,
    )
    await shows(hass, KITCHEN, volume_limit=0.25, volume_level=0.25)
    await in_house(hass, remote.set_volume, "Kitchen", 70)
    await shows(hass, KITCHEN, volume_level=0.25)
    await in_house(hass, remote.plug_in, "Office")
    await shows(hass, OFFICE, volume_limit=0.25)
    for room in (KITCHEN, PATIO, OFFICE):
        await shows(hass, room, volume_limit=None)
    await in_house(hass, remote.set_volume, "Kitchen", 70)
    await shows(hass, KITCHEN, volume_level=0.7)


async def started(hass: HomeAssistant, use: Use, name: str, **inputs: object) -> None:
    """Use a blueprint while Home Assistant starts."""
    await use(name, **inputs)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)


async def test_quiet_hours_go_on_after_a_restart(
    hass: HomeAssistant, remote: Remote, use: Use
) -> None:
    """And not at a time or on an evening that is none of them."""
    await in_house(hass, remote.set_volume, "Kitchen", 60)
    await shows(hass, KITCHEN, volume_level=0.6)
    quiet = {"begin": "00:00:00", "end": "23:59:59", "limit": 30}
    await started(hass, use, "quiet_hours", rooms=[KITCHEN], **quiet)
    await shows(hass, KITCHEN, volume_limit=0.3, volume_level=0.3)


async def test_quiet_hours_are_on_certain_evenings(
    hass: HomeAssistant, remote: Remote, use: Use
) -> None:
    """What has been set before ends at other hours."""
    await act(hass, "ours.set_volume_limit", [KITCHEN, PATIO], volume_level=0.2)
    await shows(hass, PATIO, volume_limit=0.2)
    quiet = {"begin": "00:00:00", "end": "23:59:59", "limit": 30, "weekdays": []}
    await started(hass, use, "quiet_hours", rooms=[KITCHEN, PATIO], day_limit=80, **quiet)
    await shows(hass, PATIO, volume_limit=0.8)
    await shows(hass, KITCHEN, volume_limit=0.8)


async def test_welcome_home(hass: HomeAssistant, remote: Remote, use: Use) -> None:
    """The first one is welcomed when the door opens, and nobody who comes after."""
    anna, ben, door = "person.anna", "person.ben", "binary_sensor.door"
    hass.states.async_set(anna, "unknown")
    hass.states.async_set(ben, "not_home")
    hass.states.async_set(door, "off")
    await use(
        "welcome_home",
        people=[anna, ben],
        rooms=[KITCHEN, BATHROOM],
        favorite=STATION,
        volume=22,
        door=[door],
        after="00:00:00",
        before="23:59:59",
    )
    hass.states.async_set(anna, "home")  # only known now
    hass.states.async_set(anna, "not_home")
    hass.states.async_set(anna, "home")
    await until(hass, lambda: shown(hass, "automation.welcome_home", "current"))
    assert shown(hass, KITCHEN, "state") == "idle"
    hass.states.async_set(door, "on")
    await shows(hass, KITCHEN, state="playing", source=STATION, volume_level=0.22)
    await shows(hass, BATHROOM, state="playing", group_members=[KITCHEN, BATHROOM])
    triggered = shown(hass, "automation.welcome_home", "last_triggered")
    await until(hass, lambda: not shown(hass, "automation.welcome_home", "current"))
    hass.states.async_set(ben, "home")
    await hass.async_block_till_done()
    assert shown(hass, "automation.welcome_home", "last_triggered") == triggered


async def test_announce_where_people_are(
    hass: HomeAssistant,
    remote: Remote,
    use: Use,
    standing_coordinator: HouseholdCoordinator,
) -> None:
    """Only there, at the volume that was chosen, and not where people sleep."""
    kitchen, bath, bed = (
        sensor(hass, "Kitchen", "on"),
        sensor(hass, "Bathroom", "unavailable"),
        sensor(hass, "Bedroom", "on"),
    )
    for room, area in ((KITCHEN, "Kitchen"), (BATHROOM, "Bathroom"), (BEDROOM, "Bedroom")):
        place(hass, room, area)
    assert await async_setup_component(hass, "media_source", {})
    url = "http://192.0.2.9/speech.mp3"
    await in_house(hass, remote.publish, url, 0.3)
    await use(
        "announce_where_people_are",
        triggers=[{"trigger": "event", "event_type": "washed"}],
        message="{{ trigger.event.data.what }} & more",
        voice="tts.voice",
        rooms=[KITCHEN, BATHROOM, BEDROOM, OFFICE],
        sensors=[kitchen, bath, bed],
        volume=30,
        bedrooms=[BEDROOM],
        evening="00:00:00",
        morning="23:59:59",
    )

    async def clips() -> dict[str, list[int]]:
        known = (await in_house(hass, remote.truth))["speakers"].items()
        return {
            standing_coordinator.household.speakers[uid].name: [
                clip["volume"] for clip in each["clips"]
            ]
            for uid, each in known
            if each["clips"]
        }

    with patch.object(
        media_source, "async_resolve_media", return_value=PlayMedia(url, "audio/mpeg")
    ) as resolve:
        hass.bus.async_fire("washed", {"what": "Shirts"})
        assert await eventually(clips, bool) == {"Kitchen": [30]}
    assert resolve.call_args.args[1] == ("media-source://tts/tts.voice?message=Shirts%20%26%20more")
    await until(hass, lambda: not shown(hass, "automation.announce_where_people_are", "current"))


async def test_events_lost(
    hass: HomeAssistant,
    remote: Remote,
    use: Use,
    standing_coordinator: HouseholdCoordinator,
    told: list[Event[dict[str, Any]]],
) -> None:
    """Told after a while, and taken back when they arrive again."""
    await use(
        "events_lost",
        rooms={"entity_id": [KITCHEN, BATHROOM]},
        patience={"milliseconds": 300},
        lost_actions=[{"event": TOLD, "event_data": {"lost": "{{ room }}"}}],
        restored_actions=[{"event": TOLD, "event_data": {"restored": "{{ room }}"}}],
    )
    assert await async_setup_component(hass, "persistent_notification", {})
    notes = persistent_notification._async_get_or_create_notifications(hass)
    await in_house(hass, remote.set_subscribe_status, "Kitchen", 503)
    await in_house(hass, remote.forget_leases, "Kitchen")
    await standing_coordinator.health.async_verify()
    await until(hass, lambda: told)
    assert told[0].data == {"lost": "Kitchen"}
    await until(hass, lambda: "sonos_twisted_events_media_player_kitchen" in notes)
    await in_house(hass, remote.set_subscribe_status, "Kitchen", None)
    await standing_coordinator.health.async_verify()
    await until(hass, lambda: len(told) == 2)
    assert told[1].data == {"restored": "Kitchen"}
    await until(hass, lambda: "sonos_twisted_events_media_player_kitchen" not in notes)


async def test_events_that_are_lost_at_the_start(
    hass: HomeAssistant,
    remote: Remote,
    use: Use,
    standing_coordinator: HouseholdCoordinator,
    told: list[Event[dict[str, Any]]],
) -> None:
    """Looked for if that is wished."""
    await in_house(hass, remote.set_subscribe_status, "Kitchen", 503)
    await in_house(hass, remote.forget_leases, "Kitchen")
    await standing_coordinator.health.async_verify()
    kitchen = next(
        room.uid for room in standing_coordinator.household.rooms if room.name == "Kitchen"
    )
    await until(hass, lambda: standing_coordinator.served[kitchen] is Served.BY_POLLING)
    await started(
        hass,
        use,
        "events_lost",
        rooms={"entity_id": [KITCHEN, BATHROOM]},
        at_start=True,
        patience={"milliseconds": 10},
        note=False,
        lost_actions=[{"event": TOLD, "event_data": {"lost": "{{ room }}"}}],
        restored_actions=[{"event": TOLD, "event_data": {"restored": "{{ room }}"}}],
    )
    await until(hass, lambda: told)
    assert told[0].data == {"lost": "Some rooms"}
    await in_house(hass, remote.set_subscribe_status, "Kitchen", None)
    await standing_coordinator.health.async_verify()
    await until(hass, lambda: len(told) == 2)
    assert told[1].data == {"restored": "Kitchen"}
