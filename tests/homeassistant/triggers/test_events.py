"""The event entities of rooms."""

from typing import TYPE_CHECKING, Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import mock_restore_cache_with_extra_data

from custom_components.sonos_twisted.entities.events import EVENTS
from tests.homeassistant.actions import BATHROOM, KITCHEN, in_house, shown
from tests.homeassistant.conftest import until

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.simulator.control import Remote

TRACK = "event.kitchen_track"
GROUP = "event.bathroom_group"

#: What was shown of the last track before the restart.
BEFORE = "2026-03-01T10:00:00.000+00:00"


@pytest.fixture
def restored(hass: HomeAssistant) -> None:
    """Let something have happened before a restart; name it before the household."""
    extra = {"last_event_type": "track_changed", "last_event_attributes": {"title": "Before"}}
    mock_restore_cache_with_extra_data(hass, [(State(TRACK, BEFORE), extra)])


@pytest.mark.parity("beyond: event entities")
@pytest.mark.usefixtures("all_entities", "restored")
async def test_what_happens_is_shown(
    hass: HomeAssistant, coordinator: HouseholdCoordinator, remote: Remote
) -> None:
    """With what is worth keeping of it; what happened before a restart does not happen again."""
    writes: list[State] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None and state.domain == "event":
            writes.append(state)

    assert shown(hass, TRACK, "state") == BEFORE
    assert shown(hass, TRACK, "title") == "Before"
    assert shown(hass, GROUP, "state") == "unknown"
    hass.bus.async_listen("state_changed", note)
    await in_house(hass, remote.play_tracks, "Kitchen")
    await until(hass, lambda: shown(hass, TRACK, "title") not in {"Before", None})
    assert shown(hass, TRACK, "title") == shown(hass, KITCHEN, "media_title")
    assert shown(hass, TRACK, "artist") == shown(hass, KITCHEN, "media_artist")
    assert shown(hass, TRACK, "event_type") == "track_changed"
    assert shown(hass, TRACK, "skipped") == 0
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await until(hass, lambda: shown(hass, GROUP, "event_type") == "joined_group")
    assert shown(hass, GROUP, "after") == [KITCHEN, BATHROOM]
    assert shown(hass, "event.kitchen_group", "event_type") == "became_coordinator"
    assert [state.entity_id for state in writes].count(TRACK) == 1
    await in_house(hass, remote.ungroup, "Bathroom")
    await until(hass, lambda: shown(hass, GROUP, "event_type") == "left_group")
    track = hass.states.get(TRACK)
    assert track is not None
    await hass.config_entries.async_reload(coordinator.entry.entry_id)
    await until(hass, lambda: shown(hass, TRACK, "state") == track.state)
    assert shown(hass, TRACK, "title") == track.attributes["title"]
    await in_house(hass, remote.pause, "Kitchen")


@pytest.mark.parametrize(
    ("entity", "kind", "data"),
    [
        ("alarm", "alarm_started", {"alarm_id": 14}),
        ("alarm", "alarm_snoozed", {"alarm_id": 14}),
        ("alarm", "alarm_ended", {"alarm_id": 14}),
        ("announcement", "announcement_started", {"mode": "overlay"}),
        ("announcement", "announcement_finished", {"mode": "overlay"}),
    ],
)
async def test_each_type_is_a_kind(entity: str, kind: str, data: dict[str, Any]) -> None:
    description = next(each for each in EVENTS if each.key == entity)
    assert kind in (description.event_types or ())
    assert description.attributes(data) == data


async def test_only_alarms_are_shown_at_first(
    hass: HomeAssistant, coordinator: HouseholdCoordinator
) -> None:
    """Of everything else the media player tells already, or it happens too often."""
    entries = er.async_entries_for_config_entry(er.async_get(hass), coordinator.entry.entry_id)
    enabled = {
        e.unique_id.partition("-")[2] for e in entries if e.domain == "event" and not e.disabled
    }
    assert enabled == {"alarm"}
