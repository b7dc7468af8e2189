"""Setting a household up takes few requests."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from tests.homeassistant.actions import shown
from tests.homeassistant.conftest import all_known, until

from .steps import add, set_up

if TYPE_CHECKING:
    from tests.simulator.process import SimulatorProcess


async def requests_of_setup(hass: HomeAssistant, house: SimulatorProcess) -> dict[str, int]:
    """Set a house up, and return how many requests each of its speakers got besides SUBSCRIBE."""
    await hass.async_add_executor_job(house.remote.reset_requests)
    entry = add(hass, house, "Kitchen")
    await set_up(hass, entry)
    await until(hass, lambda: all_known(hass))
    lists, alarms = entry.runtime_data.content, entry.runtime_data.alarms
    await until(hass, lambda: lists.favorites and lists.playlists and alarms.is_known)
    await hass.async_block_till_done(wait_background_tasks=True)
    requests = await hass.async_add_executor_job(house.remote.requests)
    return {
        speaker["name"]: sum(
            count
            for request, count in requests[speaker["uid"]].items()
            if not request.startswith("SUBSCRIBE")
        )
        for speaker in house.facts["speakers"]
        if not speaker["invisible"]
    }


async def test_setup_takes_few_requests(
    hass: HomeAssistant, standing_house: SimulatorProcess
) -> None:
    """Each describes itself once, one says who it is, and five lists are shared out among them.

    Those with a television say in two answers what it does when it comes on, the one with a battery
    how that is, and some what they have besides: switches and sensors show it.
    """
    counts = await requests_of_setup(hass, standing_house)
    assert max(counts.values()) == 5
    assert sum(counts.values()) == 21


async def test_setup_takes_one_more_where_music_plays(
    hass: HomeAssistant, house: SimulatorProcess
) -> None:
    """No event says how far a track has been played."""
    await hass.async_add_executor_job(house.remote.play_tracks, "Bathroom")
    await hass.async_add_executor_job(house.remote.play_radio, "Office")
    assert sum((await requests_of_setup(hass, house)).values()) in {21, 22}
    await until(hass, lambda: shown(hass, "media_player.bathroom", "media_position") is not None)
    requests = await hass.async_add_executor_job(house.remote.requests)
    readings = [
        of_speaker.get("SOAP AVTransport.GetPositionInfo", 0) for of_speaker in requests.values()
    ]
    assert sum(readings) == 1
