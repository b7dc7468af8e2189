"""Makes one change of each kind at a simulated speaker and sees it arrive in Home Assistant."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import time

from tests.simulator.control import Remote

from .client import Client, State
from .house import House
from .narrator import describe, media_of

_LIMIT = 15.0
_TRANSPORT = "AVTransport"
_RENDERING = "RenderingControl"
_TOPOLOGY = "ZoneGroupTopology"

_TRACK = "input_text.track"

#: What is seen of triggers and conditions, whose interface may change with any Home Assistant.
AUTOMATIONS = """
input_text:
  track:

automation:
  - alias: Note another track
    triggers:
      - trigger: sonos_twisted.track_changed
        target:
          entity_id: media_player.bedroom
        options:
          title: "*"
      - trigger: sonos_twisted.source_changed
        target:
          entity_id: media_player.bedroom
        options:
          to: tv
    conditions:
      - condition: sonos_twisted.is_playing_source
        target:
          entity_id: media_player.bedroom
        options:
          source: [queue]
    actions:
      - action: input_text.set_value
        target:
          entity_id: input_text.track
        data:
          value: "{{ trigger.room }}: {{ trigger.new.title }}"
"""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A change in the house, and how a player shows it.

    Attributes:
        name: What the change is called.
        room: The player that has to show it.
        services: The UPnP services whose events can tell of it.
        do: Makes the change; None if an action of Home Assistant makes it.
        action: The action of Home Assistant, with its data.
        shown: Whether a state shows the change, given the state before it.
        also: More players that have to show it before the next step.
        elsewhere: The entity that has to show it, if it is not the player.
    """

    name: str
    room: str
    services: tuple[str, ...]
    do: Callable[[Remote], object] | None = None
    action: tuple[str, dict[str, object]] | None = None
    shown: Callable[[State, State], bool]
    also: tuple[str, ...] = ()
    elsewhere: str | None = None


def _has(key: str, value: object) -> Callable[[State, State], bool]:
    """Return a condition that an attribute has a value."""
    return lambda _, new: new.attributes.get(key) == value


def _is(*states: str) -> Callable[[State, State], bool]:
    """Return a condition that the player is in one of some states."""
    return lambda _, new: new.state in states


def _another_title(old: State, new: State) -> bool:
    """Return whether something else is playing than before."""
    return new.state == "playing" and bool(media_of(new)) and media_of(new) != media_of(old)


def _members(count: int) -> Callable[[State, State], bool]:
    """Return a condition that a group has so many members."""
    return lambda _, new: len(new.attributes.get("group_members") or ()) == count


def _steps(players: Mapping[str, str]) -> list[Step]:
    """Return the changes to make; `players` are entity ids by room."""
    kitchen, bath = "Kitchen", "Bathroom"
    transport, rendering, topology = (_TRANSPORT,), (_RENDERING,), (_TOPOLOGY,)
    join: dict[str, object] = {"group_members": [players[bath]]}
    return [
        Step(name="play an album", room=kitchen, services=transport, shown=_another_title,
             do=lambda house: house.play_tracks(kitchen)),
        Step(name="next track", room=kitchen, services=transport, shown=_another_title,
             do=lambda house: house.next(kitchen)),
        Step(name="a track ends", room=kitchen, services=transport, shown=_another_title,
             do=lambda house: house.finish_track(kitchen)),
        Step(name="automation: track", room="Bedroom", services=transport, elsewhere=_TRACK,
             shown=lambda _, new: new.state.startswith("Bedroom: "),
             do=lambda house: house.play_tracks("Bedroom")),
        Step(name="shuffle and repeat", room=kitchen, services=transport,
             do=lambda house: house.set_play_mode(kitchen, "SHUFFLE"),
             shown=lambda _, new: (new.attributes.get("shuffle"), new.attributes.get("repeat"))
             == (True, "all")),
        Step(name="volume", room=kitchen, services=rendering, shown=_has("volume_level", 0.37),
             do=lambda house: house.set_volume(kitchen, 37)),
        Step(name="mute", room=kitchen, services=rendering, shown=_has("is_volume_muted", True),
             do=lambda house: house.set_mute(kitchen)),
        Step(name="unmute", room=kitchen, services=rendering, shown=_has("is_volume_muted", False),
             do=lambda house: house.set_mute(kitchen, mute=False)),
        Step(name="group", room=kitchen, services=topology, shown=_members(2), also=(bath,),
             do=lambda house: house.group(bath, kitchen)),
        Step(name="next track, seen by member", room=bath, services=transport,
             shown=_another_title, do=lambda house: house.next(kitchen)),
        Step(name="ungroup", room=kitchen, services=topology, shown=_members(1), also=(bath,),
             do=lambda house: house.ungroup(bath)),
        Step(name="pause", room=kitchen, services=transport, shown=_is("paused"),
             do=lambda house: house.pause(kitchen)),
        Step(name="play", room=kitchen, services=transport, shown=_is("playing"),
             do=lambda house: house.play(kitchen)),
        Step(name="radio", room="Office", services=transport, shown=_is("playing"),
             do=lambda house: house.play_radio("Office")),
        Step(name="stop", room="Office", services=transport, shown=_is("idle", "paused"),
             do=lambda house: house.stop_playing("Office")),
        Step(name="television", room="Living Room", services=transport,
             shown=_has("source", "TV"), do=lambda house: house.play_tv("Living Room")),
        Step(name="action: volume", room=bath, services=rendering, shown=_has("volume_level", 0.21),
             action=("media_player.volume_set", {"volume_level": 0.21})),
        Step(name="action: pause", room=kitchen, services=transport, shown=_is("paused"),
             action=("media_player.media_pause", {})),
        Step(name="action: join", room=kitchen, services=topology, shown=_members(2), also=(bath,),
             action=("media_player.join", join)),
        Step(name="action: unjoin", room=bath, services=topology, shown=_members(1),
             also=(kitchen,), action=("media_player.unjoin", {})),
        Step(name="reboot, then volume", room="Patio", services=rendering,
             shown=_has("volume_level", 0.44), do=_reboot_and_turn_up),
    ]  # fmt: skip


def _reboot_and_turn_up(house: Remote) -> None:
    """Switch the Patio off and on, and turn its volume up: leases of before are worth nothing."""
    house.reboot("Patio", 1.0)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a step."""

    step: Step
    arrived: bool
    milliseconds: float | None
    seen: str


class Smoke:
    """The smoke run: steps, measurements, and what is printed of them."""

    def __init__(self, client: Client, house: House, players: Mapping[str, str]) -> None:
        """Keep what the steps need; `players` are entity ids by uid."""
        self._client = client
        self._house = house
        self._players = {room: players[uid] for room, uid in house.rooms.items()}
        self._since = 0

    async def run(self) -> list[Result]:
        """Make all changes, and print a line for each."""
        # What a browser asks for first: it takes all actions of all integrations together.
        await self._client.call("get_services")
        print(f"{'change':28} {'player':12} {'NOTIFY to state':>15}   what Home Assistant shows")
        results = []
        for step in _steps(self._players):
            result = await self._make(step)
            results.append(result)
            if result.milliseconds is not None:
                took = f"{result.milliseconds:.1f} ms"
            else:
                took = "no event" if result.arrived else "MISSED"
            print(f"{step.name:28} {step.room:12} {took:>15}   {result.seen}", flush=True)
        return results

    async def _make(self, step: Step) -> Result:
        """Make one change and wait for it."""
        player = self._players[step.room]
        entity_id = step.elsewhere or player
        before = self._client.states[entity_id]
        shows: list[State] = []

        def is_shown() -> bool:
            """Return whether the change is there, and remember the state that showed it first."""
            new = self._client.states[entity_id]
            if new is not before and step.shown(before, new):
                shows.append(new)
            return bool(shows)

        begun = time()
        if step.do:
            await self._house.do(step.do)
            if step.do is _reboot_and_turn_up:
                await self._turn_up(player)
        elif step.action:
            await self._client.act(step.action[0], player, **step.action[1])
        arrived = await self._client.wait_for(is_shown, _LIMIT)
        arrived = arrived and await self._client.wait_for(lambda: self._all_show(step), _LIMIT)
        after = shows[0] if shows else self._client.states[entity_id]
        seen = "; ".join(describe(before, after, self._room)) or f"still {after.state}"
        sent = await self._sent(step, begun, after.written) if arrived else None
        return Result(
            step=step,
            arrived=arrived,
            milliseconds=None if sent is None else (after.written - sent) * 1000,
            seen=seen,
        )

    def _all_show(self, step: Step) -> bool:
        """Return whether the other players show the change, too."""
        states = [self._client.states[self._players[room]] for room in step.also]
        return all(step.shown(state, state) for state in states)

    async def _turn_up(self, entity_id: str) -> None:
        """Turn the volume of the Patio up once it is back and known to be back."""
        await asyncio.sleep(2.0)
        await self._client.wait_for(
            lambda: self._client.states[entity_id].state != "unavailable", _LIMIT
        )
        await self._house.do(lambda house: house.set_volume("Patio", 44))

    async def _sent(self, step: Step, begun: float, written: float) -> float | None:
        """Return when the speaker sent the event that the state came from.

        It is the last one of the right service before the state was written; a topology event
        can come from any speaker, a transport event from the coordinator of the group.
        """
        log = await self._house.notifications(self._since)
        if log:
            self._since = log[-1]["number"]
        times = [
            entry["time"]
            for entry in log
            if entry["service"] in step.services and begun <= entry["time"] <= written
        ]
        return max(times, default=None)

    def _room(self, entity_id: str) -> str:
        """Return the room of a player."""
        rooms: dict[str, str] = {player: room for room, player in self._players.items()}
        return rooms.get(entity_id) or entity_id


def summary(results: list[Result]) -> str:
    """Return one line about all changes."""
    times = [result.milliseconds for result in results if result.milliseconds is not None]
    arrived = sum(result.arrived for result in results)
    if not times:
        return f"{arrived} of {len(results)} changes arrived."
    return (
        f"{arrived} of {len(results)} changes arrived; from NOTIFY to state in "
        f"{median(times):.1f} ms (median), {max(times):.1f} ms at most."
    )
