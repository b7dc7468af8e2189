"""A file in place of the music, in several rooms at the same moment; then everything as before."""

import asyncio
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.announcing import requests
from tests.homeassistant.actions import (
    BATHROOM,
    BEDROOM,
    KITCHEN,
    OFFICE,
    PATIO,
    act,
    in_house,
    shown,
    shows,
)
from tests.homeassistant.announcing.steps import (
    DING,
    LOST,
    RING,
    SPEECH,
    announce,
    clips,
    key,
    music,
    playing_file,
    say,
    truth,
    without_clips,
)
from tests.homeassistant.conftest import all_known, eventually, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote

pytestmark = pytest.mark.usefixtures("entry")


@pytest.mark.parity("beyond: announce synchronized")
@pytest.mark.parity("beyond: announce mode")
async def test_rooms_of_two_groups_announce_together_and_go_back(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Each to its music, where it was, as loud as it was."""
    await music(hass, remote, "Kitchen", 3, 40)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await music(hass, remote, "Office", 2, 25)
    await in_house(hass, remote.set_volume, "Bathroom", 11)
    await in_house(hass, remote.set_mute, "Office", True)
    await shows(hass, KITCHEN, state="playing", queue_position=3, group_members=[KITCHEN, BATHROOM])
    await shows(hass, OFFICE, state="playing", queue_position=2, is_volume_muted=True)
    await shows(hass, BATHROOM, volume_level=0.11)
    speaking = asyncio.create_task(
        announce(
            hass,
            [OFFICE, BATHROOM, KITCHEN],
            SPEECH,
            mode="synchronized",
            volume_level=0.4,
            volumes={OFFICE: 0.6},
        )
    )
    for room in ("Kitchen", "Bathroom", "Office"):
        now = await playing_file(hass, remote, room)
        assert len(now["group"]) == 3
        assert (now["volume"], now["mute"]) == (60 if room == "Office" else 40, False)
    await shows(hass, BATHROOM, announcement=True)
    await in_house(hass, remote.finish_track, "Kitchen", 0.1)
    await speaking
    await shows(hass, BATHROOM, announcement=False)
    kitchen, bathroom, office = [
        await truth(hass, remote, room) for room in ("Kitchen", "Bathroom", "Office")
    ]
    assert (kitchen["state"], kitchen["track_number"]) == ("PLAYING", 3)
    assert 39 <= kitchen["position"] <= 46
    assert (office["state"], office["track_number"]) == ("PLAYING", 2)
    assert 24 <= office["position"] <= 31
    assert [kitchen["volume"], bathroom["volume"], office["volume"]] == [20, 11, 20]
    assert (office["mute"], kitchen["mute"]) == (True, False)
    assert bathroom["group"] == kitchen["group"] == [kitchen["uid"], bathroom["uid"]]
    assert office["group"] == [office["uid"]]


@pytest.mark.parametrize("chosen", [BATHROOM, KITCHEN])
async def test_a_room_leaves_its_company_for_the_time_being(
    hass: HomeAssistant, remote: Remote, chosen: str
) -> None:
    """The others keep their music, whoever led them, and nothing of it is repeated."""
    await music(hass, remote, "Kitchen", 2, 10)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await in_house(hass, remote.group, "Office", "Kitchen")
    both = {KITCHEN: "Kitchen", BATHROOM: "Bathroom"}
    room = both.pop(chosen)
    (stays,) = both.values()
    for entity_id in (KITCHEN, BATHROOM, OFFICE):
        await until(hass, lambda e=entity_id: len(shown(hass, e, "group_members")) == 3)  # type: ignore[misc]
    speaking = asyncio.create_task(
        announce(hass, chosen, SPEECH, mode="synchronized", volume_level=0.5)
    )
    assert len((await playing_file(hass, remote, room))["group"]) == 1
    other = await truth(hass, remote, stays)
    assert (other["state"], other["track_number"], len(other["group"])) == ("PLAYING", 2, 2)
    await in_house(hass, remote.next, stays)
    await act(hass, "ours.cancel_announcement", chosen)
    await speaking
    now = await truth(hass, remote, room)
    assert (len(now["group"]), now["volume"]) == (3, 20)
    assert (now["state"], now["track_number"]) == ("PLAYING", 3)


@pytest.mark.parity("beyond: announce restores")
@pytest.mark.parity("announce: format")
@pytest.mark.parametrize("url", [DING, RING, LOST])
async def test_what_is_no_clip_is_played_and_everything_comes_back(
    hass: HomeAssistant, remote: Remote, url: str
) -> None:
    """Because the speaker declines, the format is another, or the clip was unplayable."""
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, state="playing", queue_position=2)
    await in_house(hass, remote.publish, LOST, None)
    if url == DING:
        await in_house(hass, remote.fail_action, "Kitchen", "loadAudioClip", 501)
    speaking = asyncio.create_task(say(hass, KITCHEN, url))
    if url == LOST:
        with pytest.raises(HomeAssistantError):
            await speaking
    else:
        await playing_file(hass, remote, "Kitchen")
        await speaking
    now = await truth(hass, remote, "Kitchen")
    assert (now["state"], now["track_number"]) == ("PLAYING", 2)
    assert 29 <= now["position"] <= 35


async def test_a_room_that_plays_no_clip_does_not_wait_for_the_others(
    hass: HomeAssistant, remote: Remote
) -> None:
    """And each is cancelled for itself."""
    await in_house(hass, remote.fail_action, "Office", "loadAudioClip", 501)
    await in_house(hass, remote.fail_action, "Patio", "loadAudioClip", 501)
    speaking = asyncio.create_task(announce(hass, [OFFICE, KITCHEN, PATIO], SPEECH))
    assert len((await playing_file(hass, remote, "Office"))["group"]) == 2
    await playing_file(hass, remote, "Patio")
    assert (await clips(hass, remote, "Kitchen"))[-1]["status"] == "ACTIVE"
    await act(hass, "ours.cancel_announcement", PATIO)
    await shows(hass, OFFICE, announcement=False, group_members=[OFFICE])
    assert (await clips(hass, remote, "Kitchen"))[-1]["status"] == "ACTIVE"
    await act(hass, "ours.cancel_announcement", KITCHEN)
    await speaking


async def test_speech_in_several_rooms_is_one_announcement(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry
) -> None:
    """Although Home Assistant asks each room for itself."""
    await without_clips(hass, remote, entry, "Patio", "Office")
    speaking = asyncio.create_task(say(hass, [PATIO, OFFICE], SPEECH))
    patio = await playing_file(hass, remote, "Patio")
    assert len(patio["group"]) == 2
    await in_house(hass, remote.finish_track, "Patio", 0.1)
    await speaking
    assert len((await truth(hass, remote, "Patio"))["group"]) == 1


async def test_the_connection_to_a_speaker_that_has_moved_is_closed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await announce(hass, OFFICE, DING)
    announcements = entry.runtime_data.announcements
    (office,) = [room for room in entry.runtime_data.household.rooms if room.name == "Office"]
    before = announcements._players[office.uid]
    assert before.connected
    before.host = "192.0.2.9"
    await announce(hass, OFFICE, DING)
    await until(hass, lambda: not before.connected)
    assert announcements._players[office.uid].connected


async def test_what_is_said_twice_at_once_is_heard_once(
    hass: HomeAssistant, remote: Remote
) -> None:
    """As when two automations wait for the same bell."""
    before = len(await clips(hass, remote, "Kitchen"))
    await asyncio.gather(say(hass, KITCHEN, DING), say(hass, KITCHEN, DING))
    (clip,) = (await clips(hass, remote, "Kitchen"))[before:]
    assert clip["status"] == "DONE"


async def test_speech_that_is_still_made_when_the_household_is_unloaded_is_an_error(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that Home Assistant knows; scripts would go on as if they had been stopped."""
    making = asyncio.Event()

    async def make(*_: object) -> str:
        making.set()
        await asyncio.sleep(60)
        return DING

    monkeypatch.setattr(requests, "async_media_url", make)
    speaking = asyncio.create_task(say(hass, KITCHEN, DING))
    await making.wait()
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await speaking
    assert caught.value.translation_key == "announcement_cut_off"


async def test_a_room_that_nothing_played_in_does_not_keep_the_file(
    hass: HomeAssistant, remote: Remote
) -> None:
    speaking = asyncio.create_task(announce(hass, BEDROOM, DING, mode="synchronized"))
    await playing_file(hass, remote, "Bedroom")
    await speaking
    now = await truth(hass, remote, "Bedroom")
    assert (now["state"], now["source"]) == ("STOPPED", "queue")


@pytest.mark.parity("beyond: announce restores")
@pytest.mark.parity("beyond: announce failures")
@pytest.mark.parametrize(
    ("room", "action", "code", "heard"),
    [
        ("Office", "SetAVTransportURI", 402, True),
        ("Office", "SetVolume", 501, True),
        ("Kitchen", "Play", 701, False),
        ("Kitchen", "SetAVTransportURI", 714, False),
    ],
)
async def test_what_a_speaker_declines_does_not_hinder_the_rest(
    hass: HomeAssistant, remote: Remote, room: str, action: str, code: int, heard: bool
) -> None:
    """The error names the room, and everything is as before."""
    await music(hass, remote, "Kitchen", 2, 30)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await in_house(hass, remote.fail_action, room, action, code)
    await shows(hass, BATHROOM, queue_position=2, group_members=[KITCHEN, BATHROOM])
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, BATHROOM, OFFICE], DING, mode="synchronized", volume_level=0.4)
    )
    if heard:
        await playing_file(hass, remote, "Kitchen")
    with pytest.raises(HomeAssistantError) as caught:
        await speaking
    assert (caught.value.translation_placeholders or {})["room"] == room
    now = await truth(hass, remote, "Kitchen")
    assert (now["state"], now["track_number"], len(now["group"])) == ("PLAYING", 2, 2)
    assert 29 <= now["position"] <= 36
    for name in ("Kitchen", "Bathroom", "Office"):
        assert (await truth(hass, remote, name))["volume"] == 20
    assert len((await truth(hass, remote, "Office"))["group"]) == 1


@pytest.mark.parity("beyond: announce failures")
@pytest.mark.parametrize("room", ["Kitchen", "Office"])
async def test_a_room_without_power_does_not_keep_the_rest_from_going_back(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    room: str,
) -> None:
    """Whether it led the others or not."""
    await music(hass, remote, "Kitchen", 2, 30)
    await music(hass, remote, "Office", 3, 10)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, queue_position=2, group_members=[KITCHEN, BATHROOM])
    await shows(hass, OFFICE, queue_position=3)
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, BATHROOM, OFFICE], SPEECH, mode="synchronized", volume_level=0.4)
    )
    await playing_file(hass, remote, "Office")
    (other,) = {"Kitchen", "Office"} - {room}
    await in_house(hass, remote.unplug, room)
    await act(hass, "ours.cancel_announcement", BATHROOM)
    with pytest.raises(HomeAssistantError, match=rf"{room}|Bathroom played along"):
        await speaking
    now = await truth(hass, remote, other)
    assert (now["state"], now["volume"]) == ("PLAYING", 20)
    assert now["track_number"] == (3 if other == "Office" else 2)
    assert (await truth(hass, remote, "Bathroom"))["volume"] == 20
    assert (await truth(hass, remote, room))["volume"] == 40
    await in_house(hass, remote.plug_in, room)
    # What was to be put back is put back when it returns.
    now = await eventually(
        lambda: truth(hass, remote, room),
        lambda now: (now["volume"], now["state"], len(now["group"])) == (20, "PLAYING", 1),
    )
    assert now["track_number"] == (2 if room == "Kitchen" else 3)
    await until(hass, lambda: key(entry) not in hass_storage)
    await until(hass, lambda: all_known(hass))
