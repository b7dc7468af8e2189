"""What plays: another track, another source."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from tests.homeassistant.actions import KITCHEN, in_house, shown, shows

if TYPE_CHECKING:
    from tests.homeassistant.happenings.conftest import Told
    from tests.simulator.control import Remote


async def test_a_track_is_told_once_when_it_begins(
    hass: HomeAssistant, told: Told, remote: Remote
) -> None:
    await in_house(hass, remote.play_tracks, "Kitchen")
    first = await told.until("track_changed", "Kitchen")
    assert first["entity_id"] == KITCHEN
    assert first["skipped"] == 0
    assert first["new"]["queue_position"] == 1
    await shows(hass, KITCHEN, media_title=first["new"]["title"], state="playing")
    await in_house(hass, remote.next, "Kitchen")
    second = await told.until("track_changed", "Kitchen", 2)
    assert second["old"]["title"] == first["new"]["title"]
    assert second["new"]["image"] == shown(hass, KITCHEN, "entity_picture")
    await in_house(hass, remote.pause, "Kitchen")
    await shows(hass, KITCHEN, state="paused")
    await in_house(hass, remote.play, "Kitchen")
    await shows(hass, KITCHEN, state="playing")
    assert told.kinds("Kitchen")[-2:] == ["track_changed", "track_changed"]
    assert len(told.of("track_changed")) == 2
