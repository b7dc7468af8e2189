"""Clips over the music: in each room for itself."""

import asyncio
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.homeassistant.actions import (
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
    announcing,
    clips,
    say,
    truth,
    without_clips,
)
from tests.homeassistant.conftest import complaints, eventually, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote

pytestmark = pytest.mark.usefixtures("entry")


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
