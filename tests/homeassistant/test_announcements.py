"""Announcements: over the music or in its place, one after the other, and everything as before."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted import announcing as announcing_module, synchronised
from custom_components.sonos_twisted.announcements import Announcement, Mode, supports_clips
from custom_components.sonos_twisted.const import DOMAIN
from custom_components.sonos_twisted.engine.commands import transport
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
from tests.homeassistant.conftest import all_known, complaints, eventually, make_entry, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
    from tests.simulator.process import SimulatorProcess

DING = "http://192.0.2.1/ding.mp3"
SPEECH = "http://192.0.2.1/speech.mp3"
LOST = "http://192.0.2.1/lost.mp3"
RING = "http://192.0.2.1/ring.flac"
RADIO = "x-rincon-mp3radio://http://192.0.2.1/radio.mp3"

#: Seconds that the files last.
FILES = {DING: 0.8, SPEECH: 60, RING: 0.8, LOST: None}

Truth = Callable[[str], Any]

pytestmark = pytest.mark.usefixtures("entry")


@pytest.fixture
def remote(standing_house: SimulatorProcess) -> Remote:
    """Give the house in which all tests of this module announce."""
    remote = standing_house.remote
    for speaker in remote.truth()["speakers"].values():
        if not speaker["online"]:
            remote.plug_in(speaker["uid"])
    for url, seconds in FILES.items():
        remote.publish(url, seconds)
    for room in ("Kitchen", "Bathroom", "Office", "Patio"):
        remote.support_clips(room, True)
        remote.ungroup(room)
        remote.set_volume(room, 20)
        remote.set_mute(room, False)
        remote.play_tracks(room)
        remote.stop_playing(room)
    return remote


@pytest.fixture
async def entry(
    hass: HomeAssistant, standing_house: SimulatorProcess, remote: Remote
) -> AsyncIterator[MockConfigEntry]:
    """Set the house up."""
    entry = await make_entry(hass, standing_house.addresses["Living Room"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    yield entry
    if hass.config_entries.async_get_entry(entry.entry_id):
        await hass.config_entries.async_unload(entry.entry_id)


async def truth(hass: HomeAssistant, remote: Remote, room: str) -> dict[str, Any]:
    """Return what is true of a room."""
    speakers = (await in_house(hass, remote.truth))["speakers"].values()
    return dict(next(s for s in speakers if (s["name"], s["invisible"]) == (room, False)))


async def clips(hass: HomeAssistant, remote: Remote, room: str) -> list[dict[str, Any]]:
    """Return the clips that a room has played."""
    found: list[dict[str, Any]] = (await truth(hass, remote, room))["clips"]
    return found


async def announce(hass: HomeAssistant, rooms: str | list[str], url: str, **data: object) -> None:
    """Announce something by our action."""
    await act(hass, "ours.announce", rooms, media_id=url, **data)


async def say(hass: HomeAssistant, rooms: str | list[str], url: str, **extra: object) -> None:
    """Announce something as a speech integration does."""
    await act(
        hass,
        "play_media",
        rooms,
        media_content_id=url,
        media_content_type="music",
        announce=True,
        extra=extra,
    )


async def announcing(hass: HomeAssistant, room: str) -> None:
    """Wait until a room says that it announces something."""
    while not shown(hass, room, "announcement"):  # noqa: ASYNC110, there is no event to wait for
        await asyncio.sleep(0.01)


async def without_clips(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, *rooms: str
) -> None:
    """Let players be of a kind that knows no clips, and wait until they have said so."""
    speakers = {room.name: room for room in entry.runtime_data.household.rooms}
    for room in rooms:
        await in_house(hass, remote.support_clips, room, False)
        await until(hass, lambda speaker=speakers[room]: not supports_clips(speaker))  # type: ignore[misc]


# Overlay


@pytest.mark.parity("announce: overlay")
@pytest.mark.parity("announce: volume")
@pytest.mark.parity("beyond: announce waits")
@pytest.mark.parity("beyond: announcement shown")
async def test_a_clip_sounds_over_the_music_and_is_waited_for(
    hass: HomeAssistant, remote: Remote
) -> None:
    """The music goes on; the volume is the clip's own, and the attribute tells of it."""
    await in_house(hass, remote.play_tracks, "Kitchen")
    await shows(hass, KITCHEN, state="playing", announcement=False)
    before = len(await clips(hass, remote, "Kitchen"))
    speaking = asyncio.create_task(say(hass, KITCHEN, DING, volume=44))
    await eventually(lambda: truth(hass, remote, "Kitchen"), lambda now: now["ducked"])
    # Not by waiting until Home Assistant has nothing to do: it plays the clip.
    await asyncio.wait_for(announcing(hass, KITCHEN), 5)
    await speaking
    assert shown(hass, KITCHEN, "announcement") is False
    (clip,) = (await clips(hass, remote, "Kitchen"))[before:]
    assert (clip["url"], clip["volume"], clip["status"]) == (DING, 44, "DONE")
    assert clip["priority"] == "LOW"
    now = await truth(hass, remote, "Kitchen")
    assert (now["state"], now["volume"]) == ("PLAYING", 20)


@pytest.mark.parity("beyond: announce room volumes")
@pytest.mark.parity("beyond: announce priority")
async def test_each_room_has_its_own_volume_and_its_own_clip(
    hass: HomeAssistant, remote: Remote
) -> None:
    await announce(
        hass,
        [KITCHEN, OFFICE, PATIO],
        DING,
        volume_level=0.3,
        volumes={OFFICE: 0.5},
        priority="high",
    )
    for room, volume in (("Kitchen", 30), ("Office", 50), ("Patio", 30)):
        clip = (await clips(hass, remote, room))[-1]
        assert (clip["volume"], clip["priority"], clip["status"]) == (volume, "HIGH", "DONE")


@pytest.mark.parity("announce: cancel")
async def test_a_clip_is_cancelled_in_one_room(hass: HomeAssistant, remote: Remote) -> None:
    """In the other one it goes on."""
    speaking = asyncio.create_task(announce(hass, [KITCHEN, OFFICE], SPEECH))
    await shows(hass, KITCHEN, announcement=True)
    await shows(hass, OFFICE, announcement=True)
    await act(hass, "ours.cancel_announcement", KITCHEN)
    await shows(hass, KITCHEN, announcement=False)
    assert shown(hass, OFFICE, "announcement") is True
    await act(hass, "ours.cancel_announcement", OFFICE)
    await speaking
    assert (await clips(hass, remote, "Office"))[-1]["status"] == "DISMISSED"
    await act(hass, "ours.cancel_announcement", OFFICE)


@pytest.mark.parity("beyond: announce timeout")
async def test_a_clip_that_lasts_too_long_is_ended(hass: HomeAssistant, remote: Remote) -> None:
    await announce(hass, KITCHEN, SPEECH, timeout=1)
    assert (await clips(hass, remote, "Kitchen"))[-1]["status"] == "DISMISSED"


@pytest.mark.parity("beyond: announce queue")
async def test_announcements_in_a_room_queue_up_and_others_do_not_wait(
    hass: HomeAssistant, remote: Remote
) -> None:
    """The second begins when the first is over; what is urgent waits for nobody."""
    before = len(await clips(hass, remote, "Kitchen"))
    first = asyncio.create_task(announce(hass, KITCHEN, SPEECH))
    await shows(hass, KITCHEN, announcement=True)
    second = asyncio.create_task(announce(hass, [KITCHEN, PATIO], DING))
    third = asyncio.create_task(announce(hass, KITCHEN, SPEECH))
    await announce(hass, OFFICE, DING)
    assert not second.done()
    assert len(await clips(hass, remote, "Kitchen")) == before + 1
    await announce(hass, KITCHEN, DING, priority="high")
    await first
    await second
    await shows(hass, KITCHEN, announcement=True)
    waiting = asyncio.create_task(announce(hass, KITCHEN, DING))
    await until(hass, lambda: True)
    await act(hass, "ours.cancel_announcement", KITCHEN)
    await third
    await waiting
    told = [(c["url"], c["status"]) for c in (await clips(hass, remote, "Kitchen"))[before:]]
    assert told == [
        (SPEECH, "INTERRUPTED"),
        (DING, "DONE"),
        (DING, "DONE"),
        (SPEECH, "DISMISSED"),
    ]


@pytest.mark.parity("announce: format")
@pytest.mark.parametrize(
    ("room", "options", "key"),
    [
        (KITCHEN, {"media_id": RING, "mode": "overlay"}, "announcement_format"),
        (PATIO, {"media_id": DING, "mode": "overlay"}, "announcement_no_overlay"),
        (KITCHEN, {"media_id": DING, "volumes": {PATIO: 0.2}}, "announcement_other_room"),
        (KITCHEN, {"media_id": LOST, "mode": "overlay"}, "announcement_unplayable"),
        (KITCHEN, {"media_id": "media-source://nothing/1"}, "announcement_no_media"),
        (KITCHEN, {"media_id": ""}, "announcement_no_address"),
        (KITCHEN, {"media_id": "Night Market"}, "announcement_no_address"),
        (KITCHEN, {"media_id": "http://[::1/bell.mp3"}, "bad_address"),
    ],
)
async def test_what_cannot_be_done_is_said(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    room: str,
    options: dict[str, Any],
    key: str,
) -> None:
    await without_clips(hass, remote, entry, "Patio")
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "ours.announce", room, **options)
    assert caught.value.translation_key == key


async def test_extra_is_checked(hass: HomeAssistant) -> None:
    with pytest.raises(ServiceValidationError, match="announce"):
        await say(hass, KITCHEN, DING, volume=140)


@pytest.mark.parity("beyond: announce mode")
async def test_overlay_that_the_speaker_declines_names_the_reason(
    hass: HomeAssistant, remote: Remote
) -> None:
    await in_house(hass, remote.fail_action, "Kitchen", "loadAudioClip", 501)
    with pytest.raises(HomeAssistantError) as caught:
        await announce(hass, KITCHEN, DING, mode="overlay")
    assert caught.value.translation_key == "announcement_declined"


async def test_what_nobody_waits_for_is_logged(
    hass: HomeAssistant, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    await in_house(hass, remote.fail_action, "Kitchen", "loadAudioClip", 501)
    await announce(hass, KITCHEN, DING, mode="overlay", wait=False)
    await until(hass, lambda: complaints(caplog))
    assert "Kitchen" in complaints(caplog)[0]
    await announce(hass, OFFICE, DING, wait=False)
    await shows(hass, OFFICE, announcement=True)
    await shows(hass, OFFICE, announcement=False)
    assert len(complaints(caplog)) == 1


async def test_a_speaker_that_goes_while_it_speaks_is_an_error(
    hass: HomeAssistant, remote: Remote
) -> None:
    speaking = asyncio.create_task(announce(hass, KITCHEN, SPEECH))
    await shows(hass, KITCHEN, announcement=True)
    await in_house(hass, remote.unplug, "Kitchen")
    with pytest.raises(HomeAssistantError, match="Kitchen"):
        await speaking
    await in_house(hass, remote.plug_in, "Kitchen")
    await shows(hass, KITCHEN, announcement=False)
    await until(hass, lambda: shown(hass, KITCHEN, "state") != "unavailable")


# Synchronised


async def music(hass: HomeAssistant, remote: Remote, room: str, track: int, seconds: int) -> None:
    """Let music play at a place in a track."""
    await in_house(hass, remote.play_tracks, room)
    for _ in range(track - 1):
        await in_house(hass, remote.next, room)
    await in_house(hass, remote.seek, room, seconds)


async def playing_file(hass: HomeAssistant, remote: Remote, room: str) -> dict[str, Any]:
    """Wait until a room plays the file of an announcement."""
    return await eventually(
        lambda: truth(hass, remote, room),
        lambda now: now["state"] == "PLAYING" and now["uri"] in FILES,
    )


@pytest.mark.parity("beyond: announce synchronised")
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
            mode="synchronised",
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
        announce(hass, chosen, SPEECH, mode="synchronised", volume_level=0.5)
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

    monkeypatch.setattr(announcing_module, "async_media_url", make)
    speaking = asyncio.create_task(say(hass, KITCHEN, DING))
    await making.wait()
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await speaking
    assert caught.value.translation_key == "announcement_cut_off"


async def test_a_room_that_nothing_played_in_does_not_keep_the_file(
    hass: HomeAssistant, remote: Remote
) -> None:
    speaking = asyncio.create_task(announce(hass, BEDROOM, DING, mode="synchronised"))
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
        announce(hass, [KITCHEN, BATHROOM, OFFICE], DING, mode="synchronised", volume_level=0.4)
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
        announce(hass, [KITCHEN, BATHROOM, OFFICE], SPEECH, mode="synchronised", volume_level=0.4)
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


async def test_a_room_that_was_lost_goes_back_to_its_group(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await music(hass, remote, "Kitchen", 2, 30)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, queue_position=2, group_members=[KITCHEN, BATHROOM])
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, BATHROOM], SPEECH, mode="synchronised", volume_level=0.4)
    )
    await playing_file(hass, remote, "Bathroom")
    await shows(hass, BATHROOM, volume_level=0.4)
    await in_house(hass, remote.unplug, "Bathroom")
    await act(hass, "ours.cancel_announcement", KITCHEN)
    with pytest.raises(HomeAssistantError, match="Bathroom"):
        await speaking
    await in_house(hass, remote.plug_in, "Bathroom")
    await eventually(
        lambda: truth(hass, remote, "Bathroom"),
        lambda now: (now["volume"], len(now["group"])) == (20, 2),
    )
    await until(hass, lambda: key(entry) not in hass_storage)
    await until(hass, lambda: all_known(hass))


async def test_what_a_room_declines_when_it_returns_is_logged(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, BATHROOM], SPEECH, mode="synchronised", volume_level=0.4)
    )
    await playing_file(hass, remote, "Bathroom")
    await shows(hass, BATHROOM, volume_level=0.4)
    await in_house(hass, remote.unplug, "Bathroom")
    await act(hass, "ours.cancel_announcement", KITCHEN)
    with pytest.raises(HomeAssistantError, match="Bathroom"):
        await speaking
    await in_house(hass, remote.fail_action, "Bathroom", "SetVolume", 501, 9)
    await in_house(hass, remote.plug_in, "Bathroom")
    await until(hass, lambda: "could not set the volume" in " ".join(complaints(caplog)))
    await until(hass, lambda: key(entry) not in hass_storage)
    await until(hass, lambda: all_known(hass))


async def test_a_room_that_declines_for_the_moment_is_told_again(
    hass: HomeAssistant, remote: Remote
) -> None:
    """As speakers do while groups are changing; and a file that lasts too long is ended."""
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    await in_house(hass, remote.fail_action, "Office", "SetAVTransportURI", 1001)
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronised", timeout=1)
    )
    assert len((await playing_file(hass, remote, "Office"))["group"]) == 2
    await speaking
    assert len((await truth(hass, remote, "Office"))["group"]) == 1


async def test_a_room_that_cannot_go_back_to_its_company_is_named(
    hass: HomeAssistant, remote: Remote
) -> None:
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM])
    speaking = asyncio.create_task(announce(hass, BATHROOM, SPEECH, mode="synchronised"))
    await playing_file(hass, remote, "Bathroom")
    await in_house(hass, remote.fail_action, "Bathroom", "SetAVTransportURI", 402)
    await act(hass, "ours.cancel_announcement", BATHROOM)
    with pytest.raises(HomeAssistantError, match="Bathroom"):
        await speaking
    assert (await truth(hass, remote, "Bathroom"))["volume"] == 20


async def test_the_leader_is_asked_when_its_events_are_lost(
    hass: HomeAssistant, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The announcement lasts as long as the file does, and what was comes back."""
    monkeypatch.setattr(synchronised, "CONFIRMATION_SECONDS", 0.3)
    monkeypatch.setattr(synchronised, "_GRACE_SECONDS", 0.3)
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    await in_house(hass, remote.fault_notify, "Kitchen", "drop", "AVTransport", 100)
    speaking = asyncio.create_task(announce(hass, KITCHEN, DING, mode="synchronised"))
    await playing_file(hass, remote, "Kitchen")
    await eventually(lambda: truth(hass, remote, "Kitchen"), lambda now: now["state"] == "STOPPED")
    await in_house(hass, remote.heal, "Kitchen")
    await asyncio.wait_for(speaking, 20)
    await eventually(
        lambda: truth(hass, remote, "Kitchen"),
        lambda now: (now["state"], now["track_number"]) == ("PLAYING", 2),
    )


async def test_rooms_that_cannot_be_reached_are_named(hass: HomeAssistant, remote: Remote) -> None:
    await in_house(hass, remote.unplug, "Patio")
    await shows(hass, PATIO, state="unavailable")
    entity = hass.data["entity_components"]["media_player"].get_entity(PATIO)
    with pytest.raises(HomeAssistantError) as caught:
        await entity.coordinator.announcements.async_announce(
            [entity.speaker], Announcement(url=DING, mode=Mode.SYNCHRONISED)
        )
    assert caught.value.translation_key == "announcement_unreachable"
    await in_house(hass, remote.plug_in, "Patio")
    await until(hass, lambda: all_known(hass))


async def test_music_that_somebody_starts_meanwhile_goes_on(
    hass: HomeAssistant, remote: Remote
) -> None:
    """The announcement is over then; the other rooms go back."""
    await music(hass, remote, "Kitchen", 2, 30)
    await music(hass, remote, "Office", 3, 10)
    await shows(hass, KITCHEN, queue_position=2)
    await shows(hass, OFFICE, queue_position=3)
    speaking = asyncio.create_task(announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronised"))
    await playing_file(hass, remote, "Office")
    leader = (await truth(hass, remote, "Kitchen"))["coordinator"]
    kitchen = await truth(hass, remote, "Kitchen")
    led = "Kitchen" if leader == kitchen["uid"] else "Office"
    (other,) = {"Kitchen", "Office"} - {led}
    await in_house(hass, remote.play_radio, led, "BBC Radio 3")
    await speaking
    assert (await truth(hass, remote, led))["source"] == "radio"
    await eventually(
        lambda: truth(hass, remote, other),
        lambda now: (now["state"], now["source"], len(now["group"])) == ("PLAYING", "queue", 1),
    )


async def test_music_that_somebody_starts_in_another_room_goes_on(
    hass: HomeAssistant, remote: Remote
) -> None:
    """Also in one that does not play the file for the others."""
    await music(hass, remote, "Kitchen", 2, 30)
    await music(hass, remote, "Office", 3, 10)
    await shows(hass, KITCHEN, queue_position=2)
    await shows(hass, OFFICE, queue_position=3)
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronised", volume_level=0.4)
    )
    office = await playing_file(hass, remote, "Office")
    await playing_file(hass, remote, "Kitchen")
    other, entity = (
        ("Kitchen", KITCHEN) if office["coordinator"] == office["uid"] else ("Office", OFFICE)
    )
    await in_house(hass, remote.ungroup, other)
    await in_house(hass, remote.play_radio, other, "BBC Radio 3")
    await shows(hass, entity, state="playing", group_members=[entity])
    await act(hass, "ours.cancel_announcement", entity)
    await speaking
    now = await truth(hass, remote, other)
    assert (now["source"], now["volume"]) == ("radio", 20)


async def test_whoever_starts_music_does_not_have_to_go_back_to_the_group(
    hass: HomeAssistant, remote: Remote
) -> None:
    await music(hass, remote, "Kitchen", 2, 10)
    await in_house(hass, remote.group, "Bathroom", "Kitchen")
    await shows(hass, BATHROOM, queue_position=2, group_members=[KITCHEN, BATHROOM])
    speaking = asyncio.create_task(announce(hass, BATHROOM, SPEECH, mode="synchronised"))
    await playing_file(hass, remote, "Bathroom")
    await in_house(hass, remote.play_radio, "Bathroom", "BBC Radio 3")
    await speaking
    now = await truth(hass, remote, "Bathroom")
    assert (now["source"], len(now["group"])) == ("radio", 1)


async def test_somebody_has_time_to_let_play_what_was_chosen(
    hass: HomeAssistant, remote: Remote, standing_house: SimulatorProcess
) -> None:
    """An app says first what to play, and a moment later that it shall play."""
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    speaking = asyncio.create_task(announce(hass, KITCHEN, SPEECH, mode="synchronised"))
    await playing_file(hass, remote, "Kitchen")
    address = standing_house.addresses["Kitchen"]
    await in_house(hass, transport.set_uri, address, RADIO)
    await asyncio.sleep(1)  # a slow app
    await in_house(hass, transport.play, address)
    await speaking
    await eventually(
        lambda: truth(hass, remote, "Kitchen"),
        lambda now: (now["uri"], now["state"]) == (RADIO, "PLAYING"),
    )


async def test_snapshots_wait_for_what_is_announced(hass: HomeAssistant, remote: Remote) -> None:
    """None is taken of the announcement, and none is restored in the middle of it."""
    await music(hass, remote, "Kitchen", 2, 30)
    await shows(hass, KITCHEN, queue_position=2)
    await act(hass, "ours.snapshot", KITCHEN, name="before")
    speaking = asyncio.create_task(
        announce(hass, KITCHEN, SPEECH, mode="synchronised", volume_level=0.5)
    )
    await playing_file(hass, remote, "Kitchen")
    await shows(hass, KITCHEN, announcement=True, volume_level=0.5)
    taking = asyncio.create_task(act(hass, "ours.snapshot", KITCHEN))
    restoring = asyncio.create_task(act(hass, "ours.restore", KITCHEN, name="before"))
    await until(hass, lambda: True)
    assert (await truth(hass, remote, "Kitchen"))["uri"] == SPEECH
    await act(hass, "ours.cancel_announcement", KITCHEN)
    await speaking
    await taking
    assert (await restoring)["problems"] == []
    await in_house(hass, remote.set_volume, "Kitchen", 33)
    await in_house(hass, remote.stop_playing, "Kitchen")
    await shows(hass, KITCHEN, state="paused", volume_level=0.33)
    await act(hass, "ours.restore", KITCHEN)
    await eventually(
        lambda: truth(hass, remote, "Kitchen"),
        lambda now: (now["source"], now["state"], now["volume"]) == ("queue", "PLAYING", 20),
    )
    await act(hass, "ours.remove_snapshot", KITCHEN, name="before")


async def test_what_is_cancelled_before_it_sounds_is_never_heard(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = entry.runtime_data
    rooms = [room for room in coordinator.household.rooms if room.name in {"Kitchen", "Office"}]
    join = coordinator.groups.join

    async def join_and_cancel(*args: Any) -> None:
        await join(*args)
        await coordinator.announcements.async_cancel(rooms)

    monkeypatch.setattr(coordinator.groups, "join", join_and_cancel)
    await in_house(hass, remote.reset_requests)
    await announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronised")
    for requests in (await in_house(hass, remote.requests)).values():
        assert not any(request.endswith(".Play") for request in requests)
    for room in ("Kitchen", "Office"):
        assert (await truth(hass, remote, room))["source"] == "queue"


async def test_nothing_is_announced_any_more_when_the_household_is_unloaded(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Speech may be made meanwhile."""
    announcements = entry.runtime_data.announcements
    await announcements.async_stop()
    with pytest.raises(HomeAssistantError) as caught:
        await announcements.async_announce(
            entry.runtime_data.household.rooms, Announcement(url=DING, mode=Mode.OVERLAY)
        )
    assert caught.value.translation_key == "announcement_cut_off"


# Across a restart


async def cut_off(hass: HomeAssistant, remote: Remote, entry: MockConfigEntry) -> None:
    """Let music play in two rooms, and Home Assistant end in the middle of an announcement."""
    await music(hass, remote, "Kitchen", 2, 30)
    await music(hass, remote, "Office", 3, 10)
    await shows(hass, KITCHEN, queue_position=2)
    await shows(hass, OFFICE, queue_position=3)
    speaking = asyncio.create_task(
        announce(hass, [KITCHEN, OFFICE], SPEECH, mode="synchronised", volume_level=0.6)
    )
    await playing_file(hass, remote, "Office")
    await playing_file(hass, remote, "Kitchen")
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await speaking
    assert caught.value.translation_key == "announcement_cut_off"
    assert (await truth(hass, remote, "Kitchen"))["volume"] == 60


def key(entry: MockConfigEntry) -> str:
    """Return under which key it is stored what announcements have changed."""
    return f"{DOMAIN}.{entry.entry_id}.announcements"


@pytest.mark.parity("beyond: announce restart")
async def test_what_was_before_comes_back_after_a_restart(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Whether the file has come to its end meanwhile or not; then nothing is stored any more."""
    await cut_off(hass, remote, entry)
    assert len(hass_storage[key(entry)]["data"]["records"]) == 1
    assert await hass.config_entries.async_setup(entry.entry_id)
    for room, track in (("Kitchen", 2), ("Office", 3)):
        now = await eventually(
            lambda room=room: truth(hass, remote, room),  # type: ignore[misc]
            lambda now: (now["state"], now["source"]) == ("PLAYING", "queue"),
        )
        assert (now["track_number"], now["volume"], len(now["group"])) == (track, 20, 1)
    await until(hass, lambda: key(entry) not in hass_storage)


async def test_what_does_not_come_back_after_a_restart_is_logged(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await cut_off(hass, remote, entry)
    (record,) = hass_storage[key(entry)]["data"]["records"]
    kitchen = await truth(hass, remote, "Kitchen")
    follower = "Office" if kitchen["uid"] == record["leader"] else "Kitchen"
    await in_house(hass, remote.unplug, follower)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: complaints(caplog))
    assert follower in complaints(caplog)[0]
    # It is waited for across another restart, too.
    await hass.async_block_till_done()
    assert await hass.config_entries.async_reload(entry.entry_id)
    (record,) = hass_storage[key(entry)]["data"]["records"]
    assert record["late"] is True
    await in_house(hass, remote.plug_in, follower)
    await eventually(
        lambda: truth(hass, remote, follower),
        lambda now: (now["volume"], now["state"]) == (20, "PLAYING"),
    )
    await until(hass, lambda: key(entry) not in hass_storage)
    await until(hass, lambda: all_known(hass))


@pytest.mark.parametrize("why", ["music", "grouped", "old", "no time", "lost long ago", "garbage"])
async def test_what_is_out_of_date_stays_as_it_is(
    hass: HomeAssistant,
    remote: Remote,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    why: str,
) -> None:
    """Nobody is interrupted for the sake of an announcement of the day before."""
    await cut_off(hass, remote, entry)
    (record,) = hass_storage[key(entry)]["data"]["records"]
    kitchen = await truth(hass, remote, "Kitchen")
    leader = "Kitchen" if kitchen["uid"] == record["leader"] else "Office"
    if why == "music":
        await in_house(hass, remote.play_radio, leader, "BBC Radio 3")
    elif why == "grouped":
        await in_house(hass, remote.ungroup, leader)
        await in_house(hass, remote.group, leader, "Bathroom")
    elif why == "old":
        record["taken_at"] = "2026-01-01T00:00:00+00:00"
    elif why == "no time":
        record["taken_at"] = "yesterday"
    elif why == "lost long ago":
        record |= {"taken_at": "2026-01-01T00:00:00+00:00", "late": True}
        record["snapshot"]["rooms"] = record["snapshot"]["rooms"][:1]
    else:
        hass_storage[key(entry)]["data"]["records"] = [{"leader": 1}, {**record, "snapshot": {}}]
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: all_known(hass))
    if why == "garbage":
        await announce(hass, KITCHEN, DING)
    else:
        await until(hass, lambda: key(entry) not in hass_storage)
    assert (await truth(hass, remote, "Kitchen"))["volume"] == 60


async def test_removing_the_household_forgets_what_is_stored(
    hass: HomeAssistant, remote: Remote, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await cut_off(hass, remote, entry)
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert key(entry) not in hass_storage


@pytest.mark.parity("beyond: announce restores")
@pytest.mark.parity("announce: fallback")
async def test_a_house_of_the_older_generation_announces_too(
    hass: HomeAssistant, neighbours: SimulatorProcess
) -> None:
    """It has no websocket; its rooms are grouped for the time being."""
    remote = neighbours.remote
    await in_house(hass, remote.publish, DING, 0.8)
    await in_house(hass, remote.play_tracks, "Den")
    entry = await make_entry(hass, neighbours.addresses["Den"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: shown(hass, "media_player.den", "state") == "playing")
    await until(hass, lambda: shown(hass, "media_player.attic", "state") == "idle")
    with pytest.raises(ServiceValidationError, match=r"Attic|Den"):
        await announce(hass, ["media_player.den", "media_player.attic"], DING, mode="overlay")
    speaking = asyncio.create_task(say(hass, ["media_player.den", "media_player.attic"], DING))
    assert len((await playing_file(hass, remote, "Attic"))["group"]) == 2
    await speaking
    now = await truth(hass, remote, "Den")
    assert (now["state"], now["source"], len(now["group"])) == ("PLAYING", "queue", 1)
    assert await hass.config_entries.async_unload(entry.entry_id)
