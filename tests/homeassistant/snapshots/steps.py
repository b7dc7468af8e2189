"""What a simulated house shows and does while snapshots are taken and restored."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant

from tests.homeassistant.actions import (
    BATHROOM,
    BEDROOM,
    KITCHEN,
    LIVING_ROOM,
    OFFICE,
    PATIO,
    in_house,
    shows,
)

if TYPE_CHECKING:
    from tests.simulator.control import Remote


READING = ("Get", "Browse")


async def calls(hass: HomeAssistant, remote: Remote) -> dict[str, int]:
    """Return how often each action was called, by its name."""
    counted: dict[str, int] = {}
    for requests in (await in_house(hass, remote.requests)).values():
        for request, count in requests.items():
            kind, _, call = request.partition(" ")
            if kind == "SOAP":
                action = call.partition(".")[2]
                counted[action] = counted.get(action, 0) + count
    return counted


async def writes(hass: HomeAssistant, remote: Remote) -> dict[str, int]:
    """Return the same for those actions that change something."""
    counted = await calls(hass, remote)
    return {action: count for action, count in counted.items() if not action.startswith(READING)}


async def truth(hass: HomeAssistant, remote: Remote) -> dict[str, dict[str, Any]]:
    """Return how the rooms are, by name."""
    speakers = (await in_house(hass, remote.truth))["speakers"]
    return {room["name"]: room for room in speakers.values() if not room["invisible"]}


#: What of a room is compared before and after.
COMPARED = (
    "coordinator",
    "group",
    "state",
    "uri",
    "track_uri",
    "track_number",
    "play_mode",
    "crossfade",
    "volume",
    "mute",
    "balance",
    "bass",
    "treble",
    "loudness",
    "eq",
)


def compared(rooms: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return of each room what is to come back."""
    return {
        name: {
            **{key: room[key] for key in COMPARED},
            "group": sorted(room["group"]),
            "state": room["state"].replace("TRANSITIONING", "PLAYING"),
        }
        for name, room in rooms.items()
    }


async def do(hass: HomeAssistant, *things: tuple[Any, ...]) -> None:
    """Do several things in the house, one after the other."""
    for function, *args in things:
        await in_house(hass, function, *args)


async def lively(hass: HomeAssistant, remote: Remote) -> dict[str, dict[str, Any]]:
    """Let two groups and three rooms play, and return how things are."""
    await do(
        hass,
        (remote.play_tracks, "Kitchen"),
        (remote.group, "Bathroom", "Kitchen"),
        (remote.set_play_mode, "Kitchen", "REPEAT_ALL"),
        (remote.set_crossfade, "Kitchen", True),
        (remote.next, "Kitchen"),
        (remote.seek, "Kitchen", 61),
        (remote.play_tv, "Living Room"),
        (remote.group, "Bedroom", "Living Room"),
        (remote.play_radio, "Patio", "BBC Radio 3"),
        (remote.play_line_in, "Office"),
        (remote.set_volume, "Kitchen", 33),
        (remote.set_mute, "Bathroom", True),
        (remote.set_tone, "Kitchen", "bass", -4),
        (remote.set_tone, "Kitchen", "treble", 3),
        (remote.set_eq, "Living Room", "NightMode", 1),
        (remote.set_balance, "Office", 100, 60),
    )
    await shows(hass, KITCHEN, state="playing", queue_position=2, repeat="all", volume_level=0.33)
    await shows(hass, BATHROOM, group_members=[KITCHEN, BATHROOM], is_volume_muted=True)
    await shows(hass, BEDROOM, group_members=[LIVING_ROOM, BEDROOM], source="TV")
    await shows(hass, PATIO, media_title="In Concert", state="playing")
    await shows(hass, OFFICE, source="Line-in", state="playing")
    return await truth(hass, remote)
