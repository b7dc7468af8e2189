"""What these tests announce, and how they look at what comes of it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sonos_twisted.announcing.announcements import supports_clips
from custom_components.sonos_twisted.const import DOMAIN
from tests.homeassistant.actions import (
    act,
    in_house,
    shown,
)
from tests.homeassistant.conftest import eventually, until

if TYPE_CHECKING:
    from tests.simulator.control import Remote
DING = "http://192.0.2.1/ding.mp3"
SPEECH = "http://192.0.2.1/speech.mp3"
LOST = "http://192.0.2.1/lost.mp3"
RING = "http://192.0.2.1/ring.flac"
RADIO = "x-rincon-mp3radio://http://192.0.2.1/radio.mp3"

#: Seconds that the files last.
FILES = {DING: 0.8, SPEECH: 60, RING: 0.8, LOST: None}

Truth = Callable[[str], Any]


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


def key(entry: MockConfigEntry) -> str:
    """Return under which key it is stored what announcements have changed."""
    return f"{DOMAIN}.{entry.entry_id}.announcements"
