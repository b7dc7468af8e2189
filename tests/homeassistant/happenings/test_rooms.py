"""Groups, alarms, announcements, limits, what is plugged in, and the speakers themselves."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
import pytest

from custom_components.sonos_twisted.happenings import Happening, async_subscribe
from tests.homeassistant.actions import (
    BATHROOM,
    KITCHEN,
    OFFICE,
    PATIO,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.conftest import all_known, eventually, until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from custom_components.sonos_twisted.model import SpeakerHealth
    from tests.homeassistant.happenings.conftest import Told
    from tests.simulator.control import Remote

DING = "http://example.com/ding.mp3"


async def test_groups(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    joined = await told.until("joined_group", "Bathroom")
    assert joined["before"] == [BATHROOM]
    assert joined["after"] == [KITCHEN, BATHROOM]
    assert joined["rooms_after"] == ["Kitchen", "Bathroom"]
    assert joined["coordinator"] == KITCHEN
    await told.until("became_coordinator", "Kitchen")
    assert told.kinds("Kitchen") == ["group_changed", "became_coordinator"]
    assert told.kinds("Bathroom")[:2] == ["joined_group", "group_changed"]
    await in_house(hass, remote.group, "Office", "Kitchen")
    await told.until("joined_group", "Office")
    told.data.clear()
    await in_house(hass, remote.ungroup, "Kitchen")
    await told.until("left_group", "Kitchen")
    await told.until("became_coordinator", "Bathroom")
    assert not told.of("joined_group")
    assert [data["room"] for data in told.of("left_group")] == ["Kitchen"]
    assert len(told.of("group_changed")) == 3
    await in_house(hass, remote.ungroup, "Office")
    await told.until("left_group", "Office")
    assert len(told.of("left_group")) == 2


async def test_an_alarm(
    hass: HomeAssistant, told: Told, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    await until(hass, lambda: coordinator.alarms.is_known)
    number = next(iter((await in_house(hass, remote.truth))["alarm_list"]))["number"]
    alarm = coordinator.alarms.known.get(number)
    assert alarm is not None
    room = coordinator.household.speakers[alarm.room].name
    await in_house(hass, remote.ring_alarm, number)
    started = await told.until("alarm_started", room)
    assert (started["alarm_id"], started["start"]) == (number, alarm.start.isoformat())
    await act(hass, "ours.snooze_alarm", coordinator.entity_ids[alarm.room])
    await told.until("alarm_snoozed", room)
    await in_house(hass, remote.play, room)
    await in_house(hass, remote.stop_playing, room)
    ended = await told.until("alarm_ended", room)
    assert ended["alarm_id"] == number
    alarms = [kind for kind in told.kinds(room) if kind.startswith("alarm")]
    assert alarms == ["alarm_started", "alarm_snoozed", "alarm_ended"]


async def test_an_alarm_that_others_interrupt(
    hass: HomeAssistant, told: Told, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """It ends when its room follows another; and the list may have lost it by then."""
    await until(hass, lambda: coordinator.alarms.is_known)
    (uid, room) = next(
        (each.uid, each.name) for each in coordinator.household.rooms if each.name == "Office"
    )
    number = await in_house(hass, remote.create_alarm, room, "05:00:00")
    await in_house(hass, remote.ring_alarm, number)
    started = await told.until("alarm_started", room)
    assert started["alarm_id"] == number
    await in_house(hass, remote.delete_alarm, number)
    await until(hass, lambda: coordinator.alarms.known.get(number) is None)
    await in_house(hass, remote.group, room, "Kitchen")
    ended = await told.until("alarm_ended", room)
    assert (ended["alarm_id"], ended["start"]) == (number, None)
    await until(hass, lambda: len(coordinator.household.group_members(uid)) == 2)
    await in_house(hass, remote.ungroup, room)
    await until(hass, lambda: len(coordinator.household.group_members(uid)) == 1)
    assert len(told.of("alarm_ended")) == len(told.of("alarm_started")) == 1


async def test_announcements(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    """What plays for an announcement is neither a track nor a source."""
    await in_house(hass, remote.publish, DING, 0.5)
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    told.data.clear()
    for mode in ("overlay", "synchronized"):
        await act(hass, "ours.announce", KITCHEN, media_id=DING, mode=mode, volume_level=0.3)
        await told.until("announcement_finished", "Kitchen")
        begun = await told.until("announcement_started", "Kitchen")
        assert (begun["mode"], begun["volume"]) == (mode, 30)
        await shows(hass, KITCHEN, state="playing", announcement=False)
        assert told.kinds("Kitchen") == ["announcement_started", "announcement_finished"]
        told.data.clear()
    await in_house(hass, remote.stop_playing, "Kitchen")


async def test_a_volume_limit(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    await in_house(hass, remote.set_volume, "Office", 20)
    await shows(hass, OFFICE, volume_level=0.2)
    await act(hass, "ours.set_volume_limit", OFFICE, volume_level=0.4)
    await in_house(hass, remote.set_volume, "Office", 60)
    hit = await told.until("volume_limit_hit", "Office")
    assert (hit["volume"], hit["limit"]) == (60, 40)
    await shows(hass, OFFICE, volume_level=0.4)
    await act(hass, "volume_set", OFFICE, volume_level=0.9)
    hit = await told.until("volume_limit_hit", "Office", 2)
    assert (hit["volume"], hit["limit"]) == (90, 40)
    await act(hass, "volume_up", OFFICE)
    await told.until("volume_limit_hit", "Office", 3)
    assert shown(hass, OFFICE, "volume_level") == 0.4
    await act(hass, "ours.set_volume_limit", OFFICE)


async def test_what_is_plugged_in(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    await in_house(hass, remote.set_line_in, "Office", False)
    await told.until("line_in_disconnected", "Office")
    await in_house(hass, remote.set_line_in, "Office", True)
    await told.until("line_in_connected", "Office")
    await in_house(hass, remote.connect_toslink, "Living Room", True)
    assert (await told.until("tv_connected", "Living Room"))["input"] == "optical"
    await in_house(hass, remote.connect_toslink, "Living Room", False)
    await told.until("tv_disconnected", "Living Room")
    assert len(told.data) == 4


async def test_a_battery(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    await in_house(hass, lambda: remote.set_battery("Patio", level=50, power_source="BATTERY"))
    await told.until("battery_low", "Patio")
    told.data.clear()
    await in_house(hass, lambda: remote.set_battery("Patio", level=19))
    low = await told.until("battery_low", "Patio")
    assert (low["battery"], low["previous"]) == (19, 50)
    await in_house(hass, lambda: remote.set_battery("Patio", power_source="USB_POWER"))
    await told.until("charging_started", "Patio")
    await in_house(hass, lambda: remote.set_battery("Patio", level=20))
    await in_house(hass, lambda: remote.set_battery("Patio", power_source="BATTERY"))
    await shows(hass, PATIO, state=shown(hass, PATIO, "state"))
    assert told.kinds("Patio") == ["battery_low", "charging_started"]


async def test_a_speaker_that_was_away(hass: HomeAssistant, told: Told, remote: Remote) -> None:
    """What it played meanwhile is not told when it is back."""
    await in_house(hass, remote.play_tracks, "Bathroom")
    await shows(hass, BATHROOM, state="playing", queue_position=1)
    told.data.clear()
    await in_house(hass, remote.reboot, "Bathroom", 0.2)
    await told.until("speaker_rebooted", "Bathroom")
    await shows(hass, BATHROOM, state="paused")
    await in_house(hass, remote.unplug, "Bathroom")
    await shows(hass, BATHROOM, state="unavailable")
    await in_house(hass, remote.plug_in, "Bathroom")
    await shows(hass, BATHROOM, state="paused")
    assert set(told.kinds("Bathroom")) == {"speaker_rebooted"}
    await in_house(hass, remote.play, "Bathroom")
    await shows(hass, BATHROOM, state="playing")
    await in_house(hass, remote.next, "Bathroom")
    await told.until("track_changed", "Bathroom")
    await in_house(hass, remote.stop_playing, "Bathroom")


async def test_events_that_are_lost(
    hass: HomeAssistant, told: Told, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """A first event that says what is known is no news; what is asked meanwhile, is."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing", queue_position=1)
    told.data.clear()
    before = (await _health_of(coordinator, KITCHEN)).resubscriptions
    lost_leases = await in_house(hass, remote.forget_leases, "Kitchen")
    await coordinator.health.async_verify()
    # Whoever is still subscribing would be declined too early, and asked before there is news.
    await eventually(
        lambda: _health_of(coordinator, KITCHEN),
        lambda it: it.resubscriptions == before + lost_leases and not it.missing,
    )
    await shows(hass, KITCHEN, state="playing", queue_position=1)
    assert not told.data
    await in_house(hass, remote.set_subscribe_status, "Kitchen", 503)
    await in_house(hass, remote.forget_leases, "Kitchen")
    await in_house(hass, remote.next, "Kitchen")
    await coordinator.health.async_verify()
    lost = await told.until("events_lost", "Kitchen")
    assert lost["reason"]
    await told.until("track_changed", "Kitchen")
    await in_house(hass, remote.set_subscribe_status, "Kitchen", None)
    await coordinator.health.async_verify()
    await told.until("events_restored", "Kitchen")
    await shows(hass, KITCHEN, state="playing", queue_position=2)
    assert told.kinds("Kitchen") == ["events_lost", "track_changed", "events_restored"]
    await in_house(hass, remote.stop_playing, "Kitchen")


async def _health_of(coordinator: HouseholdCoordinator, entity_id: str) -> SpeakerHealth:
    """Return how well the events of a room arrive now."""
    health = await coordinator.connection.health()
    return next(it for it in health.speakers if coordinator.entity_ids[it.uid] == entity_id)


async def test_a_household_that_is_loaded_again(
    hass: HomeAssistant, told: Told, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """All that is found then was so before; what happens afterwards is told."""
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, BATHROOM, state="playing", queue_position=1)
    await in_house(hass, remote.set_line_in, "Office", False)
    await told.until("line_in_disconnected", "Office")
    told.data.clear()
    assert await hass.config_entries.async_reload(coordinator.entry.entry_id)
    await until(hass, lambda: all_known(hass))
    assert not told.data
    await in_house(hass, remote.next, "Kitchen")
    await told.until("track_changed", "Bathroom")
    await told.until("track_changed", "Kitchen")
    await in_house(hass, remote.set_line_in, "Office", True)
    await told.until("line_in_connected", "Office")
    assert len(told.data) == 3
    await in_house(hass, remote.ungroup, "Bathroom")
    await in_house(hass, remote.stop_playing, "Kitchen")


async def test_subscribers(
    hass: HomeAssistant,
    told: Told,
    remote: Remote,
    coordinator: HouseholdCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who subscribes is told of what happens from then on, of these kinds and rooms alone."""
    uid = next(uid for uid, entity_id in coordinator.entity_ids.items() if entity_id == KITCHEN)
    heard: list[Happening] = []

    def fail(happening: Happening) -> None:
        raise ValueError(happening.kind)

    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing", queue_position=1)
    told.data.clear()
    end_failing = async_subscribe(hass, fail, kinds=["track_changed"])
    end = async_subscribe(hass, heard.append, kinds=["track_changed"], uids=[uid])
    await in_house(hass, remote.play_tracks, "Office")
    await shows(hass, OFFICE, state="playing", queue_position=1)
    await in_house(hass, remote.next, "Kitchen")
    await told.until("track_changed", "Kitchen")
    assert "there was track_changed" in caplog.text
    end_failing()
    end()
    end()
    await in_house(hass, remote.next, "Kitchen")
    await told.until("track_changed", "Kitchen", 2)
    (happening,) = heard
    assert (happening.uid, happening.kind) == (uid, "track_changed")
    assert happening.entry_id == coordinator.entry.entry_id
    for room in ("Kitchen", "Office"):
        await in_house(hass, remote.stop_playing, room)
