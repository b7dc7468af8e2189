"""Random lives over sockets: what Home Assistant tells is what the house has done."""

from collections import Counter
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant
import pytest

from tests.homeassistant.actions import in_house
from tests.homeassistant.conftest import eventually
from tests.simulator.control import RemoteError

if TYPE_CHECKING:
    from custom_components.sonos_twisted.coordinator import HouseholdCoordinator
    from tests.homeassistant.happenings.conftest import Told
    from tests.simulator.control import Remote

ROOMS = ("Bathroom", "Kitchen", "Office")
STEPS = 40
SEED = 7

#: What people do, and how often.
_ACTS = {
    "group": 5,
    "next": 6,
    "pause": 2,
    "play": 3,
    "play_tracks": 3,
    "previous": 3,
    "ungroup": 4,
}

#: What goes wrong then, and how often.
_FAULTS = {"": 6, "drop": 1, "duplicate": 2, "forget_leases": 2}

type Room = dict[str, Any]
"""What is true of a room."""


class Life:
    """Does one thing after the other, and knows what has happened by it."""

    def __init__(self, hass: HomeAssistant, remote: Remote, household: Any, seed: int) -> None:
        """Begin."""
        self._hass = hass
        self._remote = remote
        self._coordinator: HouseholdCoordinator = household
        self._dice = Random(seed)  # noqa: S311
        self._begun: dict[str, str] = {}
        self._company: dict[str, frozenset[str]] = {}

    async def act(self) -> None:
        """Do something, while something may go wrong."""
        dice, room = self._dice, self._dice.choice(ROOMS)
        (method,) = dice.choices(list(_ACTS), weights=list(_ACTS.values()))
        (fault,) = dice.choices(list(_FAULTS), weights=list(_FAULTS.values()))
        args = (room, dice.choice(ROOMS)) if method == "group" else (room,)
        await in_house(self._hass, self._spoil, fault)
        with suppress(RemoteError):  # such as the track after the last
            await in_house(self._hass, getattr(self._remote, method), *args)
        if fault in {"drop", "forget_leases"}:
            await in_house(self._hass, self._remote.heal)
            await self._coordinator.health.async_verify()

    def _spoil(self, fault: str) -> None:
        for room in ROOMS:
            if fault == "forget_leases":
                self._remote.forget_leases(room, "AVTransport")
            elif fault:
                self._remote.fault_notify(room, fault, "AVTransport", count=1)

    async def look(self) -> tuple[Counter[str], Counter[str]]:
        """Wait until all is shown, and return in which rooms a track has begun or others are."""
        rooms = await eventually(self._rooms, lambda rooms: all(map(self._is_shown, rooms)))
        tracks: Counter[str] = Counter()
        groups: Counter[str] = Counter()
        for room in rooms:
            name, leader = room["name"], room["leader"]
            begun = self._begun.get(name)
            if begun is None or (leader["state"] == "PLAYING" and leader["track_uri"] != begun):
                tracks[name] += begun is not None
                self._begun[name] = leader["track_uri"]
            company = frozenset(x["name"] for x in rooms if x["leader"] is leader)
            groups[name] += self._company.get(name, company) != company
            self._company[name] = company
        return +tracks, +groups

    async def _rooms(self) -> list[Room]:
        truth = (await in_house(self._hass, self._remote.truth))["speakers"]
        return [
            {**speaker, "leader": truth[speaker["coordinator"]]}
            for speaker in truth.values()
            if speaker["name"] in ROOMS
        ]

    def _is_shown(self, room: Room) -> bool:
        speaker = self._coordinator.household.speakers[room["uid"]]
        leader, media = room["leader"], speaker.media
        return (
            self._coordinator.player_of(speaker).uid == leader["uid"]
            and media is not None
            and speaker.playback is not None
            and leader["state"] != "TRANSITIONING"
            and speaker.playback.name == leader["state"].removesuffix("_PLAYBACK")
            and (media.uri or "") == leader["track_uri"]
        )


@pytest.mark.parity("beyond: what happens is exact")
async def test_what_is_told_is_what_the_house_has_done(
    hass: HomeAssistant, told: Told, remote: Remote, coordinator: HouseholdCoordinator
) -> None:
    """While events are lost or come twice, and leases are forgotten."""
    for room in ROOMS:
        await in_house(hass, remote.play_tracks, room)
    life = Life(hass, remote, coordinator, SEED)
    await life.look()
    told.data.clear()
    seen: Counter[str] = Counter()
    for _ in range(STEPS):
        await life.act()
        tracks, groups = await life.look()
        assert Counter(data["room"] for data in told.of("track_changed")) == tracks, told.data
        assert Counter(data["room"] for data in told.of("group_changed")) == groups, told.data
        assert not told.of("source_changed"), told.data
        seen.update(data["type"] for data in told.data)
        told.data.clear()
    assert seen["track_changed"] > 5, seen
    assert seen["joined_group"] > 3, seen
    for room in ROOMS:
        await in_house(hass, remote.ungroup, room)
        await in_house(hass, remote.stop_playing, room)
