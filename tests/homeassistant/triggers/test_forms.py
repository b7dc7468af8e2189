"""What happens in a house triggers once in each form, where it happened and nowhere else."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.trigger import async_get_all_descriptions
import pytest

from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.happenings import EVENT, KINDS
from tests.homeassistant.actions import (
    BATHROOM,
    BEDROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    PATIO,
    ROOMS,
    act,
    in_house,
    shows,
)
from tests.homeassistant.conftest import until
from tests.homeassistant.test_translations import TEXTS

from .conftest import device_of, on, on_device

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

    from .conftest import Automations

DING = "http://192.0.2.1/ding.mp3"

type Does = Callable[[HomeAssistant, HouseholdCoordinator, Remote], Awaitable[object]]


def hand(name: str, *args: object) -> Does:
    """Let somebody do something in the house."""
    return lambda hass, _, remote: in_house(hass, getattr(remote, name), *args)


def action(name: str, room: str, **data: object) -> Does:
    """Let Home Assistant do something."""
    return lambda hass, _, __: act(hass, name, room, **data)


async def _lose_events(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    await in_house(hass, remote.set_subscribe_status, "Bedroom", 503)
    await in_house(hass, remote.forget_leases, "Bedroom")
    await coordinator.health.async_verify()


async def _restore_events(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    await in_house(hass, remote.set_subscribe_status, "Bedroom", None)
    await coordinator.health.async_verify()


#: What is done in the house, and what happens then in which rooms.
STEPS: tuple[tuple[Does, tuple[tuple[str, str], ...]], ...] = (
    (hand("play_tracks", "Kitchen", 2), (("track_changed", KITCHEN),)),
    (hand("next", "Kitchen"), (("track_changed", KITCHEN),)),
    (hand("finish_track", "Kitchen"), (("queue_ended", KITCHEN),)),
    (
        hand("play_favorite", "Kitchen", "BBC Radio 3"),
        (("favorite_started", KITCHEN), ("source_changed", KITCHEN)),
    ),
    (
        hand("group", "Bathroom", "Kitchen"),
        (
            ("joined_group", BATHROOM),
            ("group_changed", BATHROOM),
            ("group_changed", KITCHEN),
            ("became_coordinator", KITCHEN),
        ),
    ),
    (hand("ungroup", "Bathroom"), (("left_group", BATHROOM),)),
    (hand("set_sleep_timer", "Kitchen", 0.3), (("sleep_timer_ended", KITCHEN),)),
    (hand("ring_alarm", 14), (("alarm_started", BEDROOM),)),
    (action("ours.snooze_alarm", BEDROOM), (("alarm_snoozed", BEDROOM),)),
    (action("ours.stop_alarm", BEDROOM), (("alarm_ended", BEDROOM),)),
    (
        action("ours.announce", PATIO, media_id=DING),
        (("announcement_started", PATIO), ("announcement_finished", PATIO)),
    ),
    (hand("set_volume", "Kitchen", 80), (("volume_limit_hit", KITCHEN),)),
    (hand("connect_toslink", "Living Room", True), (("tv_connected", LIVING_ROOM),)),
    (hand("connect_toslink", "Living Room", False), (("tv_disconnected", LIVING_ROOM),)),
    (hand("set_line_in", "Office", False), (("line_in_disconnected", OFFICE),)),
    (hand("set_line_in", "Office", True), (("line_in_connected", OFFICE),)),
    (hand("set_battery", "Patio", 12, "BATTERY"), (("battery_low", PATIO),)),
    (hand("set_battery", "Patio", 12, "USB_POWER"), (("charging_started", PATIO),)),
    (hand("reboot", "Bathroom", 0.3), (("speaker_rebooted", BATHROOM),)),
    (_lose_events, (("events_lost", BEDROOM),)),
    (_restore_events, (("events_restored", BEDROOM),)),
)


@pytest.mark.parity("beyond: triggers")
@pytest.mark.parity("beyond: device triggers")
async def test_each_kind_triggers_once_where_it_happens(
    hass: HomeAssistant,
    automations: Automations,
    coordinator: HouseholdCoordinator,
    remote: Remote,
) -> None:
    """By its target and by its device alike, with the variables that the bus event has."""
    happened: list[dict[str, Any]] = []

    @callback
    def note(event: Event[dict[str, Any]]) -> None:
        happened.append(dict(event.data))

    hass.bus.async_listen(EVENT, note)
    await in_house(hass, remote.publish, DING, 0.3)
    await in_house(hass, remote.set_battery, "Patio", 50, "BATTERY")
    await act(hass, "ours.set_volume_limit", KITCHEN, volume_level=0.6)
    await shows(hass, "sensor.patio_battery", state="50")
    await in_house(hass, remote.play_radio, "Kitchen", "Harbour FM")
    await until(hass, lambda: any(each["type"] == "track_changed" for each in happened))
    await automations.set_up(
        *([on(kind, room) | {"id": room} for room in ROOMS] for kind in KINDS),
        *([on_device(hass, kind, room) | {"id": room} for room in ROOMS] for kind in KINDS),
    )
    happened.clear()
    for does, expected in STEPS:
        begun = len(happened)

        def seen(begun: int = begun) -> set[tuple[str, str]]:
            return {(each["type"], each["entity_id"]) for each in happened[begun:]}

        await does(hass, coordinator, remote)
        await until(
            hass,
            lambda: set(expected) <= seen(),  # noqa: B023
            lambda: f"expected {expected}, seen {seen()}",  # noqa: B023
        )
    await until(
        hass,
        lambda: len(automations.told) >= 2 * len(happened),
        lambda: f"happened: {happened}, told: {automations.told}",
    )
    assert {each["type"] for each in happened} == KINDS.keys()
    told = [each["entity_id"] for each in automations.told]
    assert told == [each["id"] for each in automations.told]
    for kind in KINDS:
        facts = [each for each in happened if each["type"] == kind]
        by_target = [x for x in automations.told if x["platform"] == f"{DOMAIN}.{kind}"]
        by_device = [x for x in automations.told if x.get("type") == kind]
        for variables in (by_target, by_device):
            assert [{name: each[name] for name in KINDS[kind].fields} for each in variables] == [
                {name: each[name] for name in KINDS[kind].fields} for each in facts
            ]
            assert [each["entity_id"] for each in variables] == [x["entity_id"] for x in facts]
            for each in variables:
                assert each["device_id"] == device_of(hass, each["entity_id"])
                name = TEXTS["triggers"][kind]["name"]
                assert each["description"] == f"{name}: {each['room']}"
    described = await async_get_all_descriptions(hass)
    assert all(described[f"{DOMAIN}.{kind}"] for kind in KINDS)
