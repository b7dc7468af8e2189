"""What there is to choose from in each room, and announcements that are cut off."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.content import HouseholdContent
from tests.homeassistant.actions import KITCHEN, act, in_house, shown, shows
from tests.homeassistant.conftest import until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

FAVORITE = "select.kitchen_favorite"
PLAYLIST = "select.kitchen_playlist"

FAVORITES = [
    *("BBC Radio 3", "Lugna Favoriter", "Jazz at Night", "Peaceful Piano", "Harbour Lights"),
    *("Dinner", "Passepied"),
]


@pytest.fixture
def house(standing_house: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """Share one house, in which each room is alone at first and plays nothing."""
    yield standing_house
    remote = standing_house.remote
    remote.heal()
    for room in standing_house.addresses:
        remote.ungroup(room)
        remote.play_uri(room, "")


@pytest.fixture
def writes(hass: HomeAssistant) -> Iterator[list[str]]:
    """Note which selects write their states."""
    entity_ids: list[str] = []

    @callback
    def changed(event: Event[Any]) -> None:
        if event.data["entity_id"].startswith("select."):
            entity_ids.append(event.data["entity_id"])

    end = hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    yield entity_ids
    end()


async def choose(hass: HomeAssistant, entity_id: str, option: str) -> None:
    """Choose one of several."""
    await act(hass, "select.select_option", entity_id, option=option)


@pytest.mark.parity("beyond: favorite select")
async def test_choosing_a_favorite_plays_it(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """Each of them; then it is what is chosen, whoever has begun it, in all rooms of the group."""
    await shows(hass, FAVORITE, options=FAVORITES, state="unknown")
    for name in FAVORITES:
        await choose(hass, FAVORITE, name)
        await shows(hass, KITCHEN, state="playing", source=name)
        await shows(hass, FAVORITE, state=name)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, "select.bathroom_favorite", state="Passepied")
    await choose(hass, "select.bathroom_favorite", "Dinner")
    await shows(hass, FAVORITE, state="Dinner")
    await shows(hass, PLAYLIST, state="Dinner")
    await in_house(hass, remote.play_favorite, "Kitchen", "BBC Radio 3")
    await shows(hass, FAVORITE, state="BBC Radio 3")
    await shows(hass, PLAYLIST, state="unknown")
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, FAVORITE, state="unknown")


@pytest.mark.parity("beyond: playlist select")
async def test_choosing_a_playlist_plays_it(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """The list is that of Sonos playlists alone."""
    await shows(hass, PLAYLIST, options=["Dinner", "Morning", "Häuser & Höfe"], state="unknown")
    await choose(hass, PLAYLIST, "Häuser & Höfe")
    await shows(hass, PLAYLIST, state="Häuser & Höfe")
    await shows(hass, FAVORITE, state="unknown")
    await shows(hass, KITCHEN, state="playing")


async def test_what_cannot_be_chosen_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote
) -> None:
    """By the name of the entity or the room, and all stays as it was."""
    await shows(hass, FAVORITE, options=FAVORITES)
    await choose(hass, FAVORITE, "Passepied")
    await shows(hass, FAVORITE, state="Passepied")
    with pytest.raises(ServiceValidationError, match=FAVORITE):
        await choose(hass, FAVORITE, "Morning")
    await in_house(hass, remote.fail_action, "Kitchen", "SetAVTransportURI", 402, 1)
    with pytest.raises(HomeAssistantError, match="Kitchen could not play BBC Radio 3"):
        await choose(hass, FAVORITE, "BBC Radio 3")
    assert shown(hass, FAVORITE, "state") == "Passepied"


@pytest.mark.parity("beyond: favorite select")
async def test_list_follows_the_app_and_is_written_only_then(
    hass: HomeAssistant, entry: MockConfigEntry, remote: Remote, writes: list[str]
) -> None:
    """What would have the same name has a number; the playlists are none the wiser."""
    await shows(hass, FAVORITE, options=FAVORITES)
    await shows(hass, PLAYLIST, options=["Dinner", "Morning", "Häuser & Höfe"])
    writes.clear()
    titles = ["A" * 300, "A" * 301]
    names = ["A" * 240, "A" * 240 + " (2)"]
    for number, title in enumerate(titles):
        await in_house(hass, remote.add_favorite, title, f"http://music.example/{number}.mp3")
    await shows(hass, FAVORITE, options=[*FAVORITES, *names])
    for name in names:
        await choose(hass, FAVORITE, name)
        await shows(hass, FAVORITE, state=name)
    await in_house(hass, remote.remove_favorite, titles[1])
    # It still plays, but is none of them any more.
    await shows(hass, FAVORITE, options=[*FAVORITES, names[0]], state="unknown")
    await in_house(hass, remote.remove_favorite, titles[0])
    await shows(hass, FAVORITE, options=FAVORITES)
    await in_house(hass, remote.set_volume, "Kitchen", 22)
    await shows(hass, KITCHEN, volume_level=0.22)
    assert PLAYLIST not in writes
    assert writes.count("select.patio_favorite") <= 4


@pytest.mark.parity("entity: favorites sensor")
@pytest.mark.usefixtures("all_entities", "entry")
async def test_favorites_are_counted_and_listed(hass: HomeAssistant, remote: Remote) -> None:
    """As core's integration does: the titles by their ids. It may be too much to be recorded."""
    sensor = "sensor.sonos_favorites"
    await until(hass, lambda: len(shown(hass, sensor, "items")) > 1)
    items = shown(hass, sensor, "items")
    assert items["FV:2/0"] == "BBC Radio 3"
    assert shown(hass, sensor, "state") == str(len(items))
    assert shown(hass, sensor, "unit_of_measurement") == "items"
    state = hass.states.get(sensor)
    assert state is not None
    assert state.state_info is not None
    assert "items" in state.state_info["unrecorded_attributes"]


@pytest.mark.parity("entity: cancel announcement")
@pytest.mark.usefixtures("all_entities", "entry")
async def test_announcement_is_cut_off_by_a_button(hass: HomeAssistant, remote: Remote) -> None:
    """Where none sounds, nothing happens."""
    url, button = "http://192.0.2.1/speech.mp3", "button.kitchen_cancel_announcement"
    await in_house(hass, remote.publish, url, 60)
    await act(hass, "button.press", button)
    speaking = asyncio.create_task(act(hass, "ours.announce", KITCHEN, media_id=url))
    await shows(hass, KITCHEN, announcement=True)
    await act(hass, "button.press", button)
    await speaking
    await shows(hass, KITCHEN, announcement=False)


BUTTON = "button.kitchen_jazz_at_night"


@pytest.mark.parity("beyond: favorite buttons")
async def test_favorite_gets_a_button_where_it_is_wanted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    remote: Remote,
    entity_registry: er.EntityRegistry,
) -> None:
    """It is still there after a restart, and until it is removed."""
    await shows(hass, FAVORITE, options=FAVORITES)
    rooms = [KITCHEN, "media_player.patio"]
    for _ in range(2):
        await act(hass, "ours.add_favorite_button", rooms, favorite="jazz at night")
    await until(hass, lambda: hass.states.get(BUTTON))
    await act(hass, "button.press", "button.patio_jazz_at_night")
    await shows(hass, "select.patio_favorite", state="Jazz at Night")
    await act(hass, "button.press", BUTTON)
    await shows(hass, FAVORITE, state="Jazz at Night")
    await act(hass, "ours.remove_favorite_button", rooms[1], favorite="FV:2/2")
    await until(hass, lambda: hass.states.get("button.patio_jazz_at_night") is None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await shows(hass, FAVORITE, options=FAVORITES, state="Jazz at Night")
    await in_house(hass, remote.play_uri, "Kitchen", "")
    await shows(hass, FAVORITE, state="unknown")
    await act(hass, "button.press", BUTTON)
    await shows(hass, FAVORITE, state="Jazz at Night")
    await act(hass, "ours.remove_favorite_button", KITCHEN, favorite="Jazz at Night")
    await until(hass, lambda: entity_registry.async_get(BUTTON) is None)
    for action in ("add_favorite_button", "remove_favorite_button"):
        with pytest.raises(ServiceValidationError, match="Jazz at Nine"):
            await act(hass, f"ours.{action}", KITCHEN, favorite="Jazz at Nine")


@pytest.mark.parity("beyond: favorite buttons")
async def test_button_is_renamed_and_removed_with_its_favorite(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    remote: Remote,
    entity_registry: er.EntityRegistry,
) -> None:
    """Until Home Assistant knows of that, a press says what is wrong; so it is with shortcuts."""
    await in_house(hass, remote.add_favorite, "Shortcut", "")
    with pytest.raises(ServiceValidationError, match="Shortcut"):
        await act(hass, "ours.add_favorite_button", KITCHEN, favorite="Shortcut")
    await in_house(hass, remote.remove_favorite, "Shortcut")
    await in_house(hass, remote.add_favorite, "Gone Soon", "http://music.example/9.mp3")
    await shows(hass, FAVORITE, options=[*FAVORITES, "Gone Soon"])
    await act(hass, "ours.add_favorite_button", KITCHEN, favorite="Gone Soon")
    button = "button.kitchen_gone_soon"
    await shows(hass, button, friendly_name="Kitchen Gone Soon")
    await act(hass, "ours.rename_favorite", KITCHEN, favorite="Gone Soon", name="Gone Now")
    await shows(hass, button, friendly_name="Kitchen Gone Now")
    with (
        patch.object(HouseholdContent, "favorites", ()),
        pytest.raises(ServiceValidationError, match="Gone Now"),
    ):
        await act(hass, "button.press", button)
    await in_house(hass, remote.remove_favorite, "Gone Now")
    await until(hass, lambda: entity_registry.async_get(button) is None)
    assert hass.states.get(button) is None
