"""What can happen in a house, and what can go wrong in it: the tables of the chaos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

type Call = tuple[str, dict[str, Any]]
"""A method of the simulator, and its arguments but for the speaker."""

HOUSEHOLD = "*"

#: Without power nobody can press a button on a player.
POWERLESS = frozenset({"reboot", "unplugged", "unplugged_unnoticed"})

_STATIONS = ("BBC Radio 3", "Lugna Favoriter", "Jazz at Night", "Harbour FM")
_FAVORITES = ("BBC Radio 3", "Peaceful Piano", "Harbour Lights", "Dinner")
_ON_AIR = ("Low Tide", "Ida Lindqvist - Menuet", "TYPE=SNG|TITLE Osu Walk|ARTIST Kofi|ALBUM Night")
_PLAY_MODES = (
    "NORMAL",
    "REPEAT_ALL",
    "REPEAT_ONE",
    "SHUFFLE_NOREPEAT",
    "SHUFFLE",
    "SHUFFLE_REPEAT_ONE",
)
_GRANTS = (
    "Second-1",
    "Second-0",
    "Second-7",
    "Second-infinite",
    "Second-999999999",
    "Second-86400",
    "infinite",
    "Second--5",
    "soon",
    "",
)
_SERVICES = (
    None,
    None,
    None,
    "AVTransport",
    "RenderingControl",
    "GroupRenderingControl",
    "DeviceProperties",
    "ZoneGroupTopology",
)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that people do: how often of all, and how it is done."""

    weight: int
    draw: Callable[[Random, Sequence[str]], Call]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        weight: How often of all.
        seconds: How long it lasts, at least and at most.
        draw: Gives what to do, from the dice and the seconds that it will last.
        after: What puts it right, besides :meth:`~tests.simulator.network.Network.heal`.
        household: Whether it is about the household and not about a player.
    """

    weight: int
    seconds: tuple[float, float]
    draw: Callable[[Random, float], list[Call]]
    after: tuple[Call, ...] = ()
    household: bool = False


def _just(method: str, **arguments: object) -> Callable[[Random, object], Call]:
    return lambda _dice, _more: (method, arguments)


def _new_queue(dice: Random, _rooms: Sequence[str]) -> Call:
    return "play_tracks", {
        "count": dice.randint(1, 12),
        "source": dice.choice(("library", "service")),
    }


def _tone(dice: Random, _rooms: Sequence[str]) -> Call:
    return "set_tone", {"name": dice.choice(("bass", "treble")), "value": dice.randint(-10, 10)}


def _balance(dice: Random, _rooms: Sequence[str]) -> Call:
    to_the_right = dice.randint(-100, 100)
    return "set_balance", {
        "left": min(100, 100 - to_the_right),
        "right": min(100, 100 + to_the_right),
    }


def _switch(method: str, argument: str = "on") -> Callable[[Random, object], Call]:
    return lambda dice, _more: (method, {argument: dice.choice((True, False))})


def _sleep_timer(dice: Random, _rooms: Sequence[str]) -> Call:
    """Set it or clear it; some run out before it is calm again."""
    return "set_sleep_timer", {"seconds": dice.choice((None, 45, 100, 1800, 5400))}


HAPPENINGS = {
    "play": Happening(6, _just("play")),
    "pause": Happening(4, _just("pause")),
    "stop": Happening(1, _just("stop_playing")),
    "next": Happening(6, _just("next")),
    "previous": Happening(2, _just("previous")),
    "seek": Happening(2, lambda dice, _: ("seek", {"seconds": dice.randrange(60)})),
    "end_of_track": Happening(3, _just("finish_track")),
    "volume": Happening(12, lambda dice, _: ("set_volume", {"volume": dice.randrange(101)})),
    "group_volume": Happening(
        2, lambda dice, _: ("set_group_volume", {"volume": dice.randrange(5, 100)})
    ),
    "mute": Happening(4, _switch("set_mute", "mute")),
    "group_mute": Happening(2, _switch("set_group_mute", "mute")),
    "play_mode": Happening(
        3, lambda dice, _: ("set_play_mode", {"mode": dice.choice(_PLAY_MODES)})
    ),
    "crossfade": Happening(3, _switch("set_crossfade")),
    "tone": Happening(4, _tone),
    "balance": Happening(2, _balance),
    "loudness": Happening(3, _switch("set_loudness")),
    "sleep_timer": Happening(2, _sleep_timer),
    "microphone": Happening(1, _switch("set_microphone")),
    "new_queue": Happening(6, _new_queue),
    "radio": Happening(3, lambda dice, _: ("play_radio", {"title": dice.choice(_STATIONS)})),
    "on_air": Happening(4, lambda dice, _: ("set_stream_content", {"text": dice.choice(_ON_AIR)})),
    "favorite": Happening(2, lambda dice, _: ("play_favorite", {"title": dice.choice(_FAVORITES)})),
    "television": Happening(1, _just("play_tv")),
    "group": Happening(5, lambda dice, rooms: ("group", {"coordinator": dice.choice(rooms)})),
    "ungroup": Happening(4, _just("ungroup")),
    "rename": Happening(1, lambda dice, _: ("rename", {"name": f"Den {dice.randrange(10_000)}"})),
}


def _notify(kind: str) -> Callable[[Random, float], list[Call]]:
    def draw(dice: Random, _seconds: float) -> list[Call]:
        arguments = {
            "kind": kind,
            "service": dice.choice(_SERVICES),
            "count": dice.randint(1, 6),
            "seconds": round(dice.uniform(0.2, 4.0), 3),
        }
        return [("fault_notify", arguments)]

    return draw


def _forget(dice: Random, _seconds: float) -> list[Call]:
    return [("forget_leases", {"service": dice.choice(_SERVICES)})]


def _refuse_subscriptions(dice: Random, _seconds: float) -> list[Call]:
    status = dice.choice((403, 412, 500, 503))
    return [("set_subscribe_status", {"status": status}), ("forget_leases", {})]


def _absurd_grants(dice: Random, _seconds: float) -> list[Call]:
    return [("set_granted", {"timeout": dice.choice(_GRANTS)}), ("forget_leases", {})]


def _slow(dice: Random, _seconds: float) -> list[Call]:
    return [("set_latency", {"seconds": round(dice.uniform(0.1, 3.0), 3)})]


def _unplug(dice: Random, _seconds: float) -> list[Call]:
    return [("unplug", {"reason": dice.choice(("powered off", "sleeping", "UNKNOWN"))})]


def _initial(dice: Random, _seconds: float) -> list[Call]:
    return [("set_initial", {"when": dice.choice(("before", "after", 0.5, 2.0, 4.0))})]


def _once(method: str, **arguments: object) -> Callable[[Random, float], list[Call]]:
    return lambda _dice, _seconds: [(method, arguments)]


FAULTS = {
    "lost_events": Fault(6, (5, 30), _notify("drop")),
    "delayed_events": Fault(3, (5, 30), _notify("delay")),
    "duplicated_events": Fault(3, (5, 30), _notify("duplicate")),
    "reordered_events": Fault(3, (5, 30), _notify("reorder")),
    "forgotten_leases": Fault(4, (0.5, 1), _forget),
    "refused_subscriptions": Fault(3, (5, 40), _refuse_subscriptions),
    "absurd_grants": Fault(3, (5, 40), _absurd_grants),
    "hanging_actions": Fault(3, (3, 30), _once("stall", what="soap")),
    "hanging_subscriptions": Fault(3, (3, 30), _once("stall", what="gena")),
    "hanging": Fault(3, (3, 30), _once("stall", what="all")),
    "refused_connections": Fault(3, (3, 30), _once("refuse")),
    "forbidden": Fault(2, (3, 20), _once("forbid")),
    "slow": Fault(3, (5, 30), _slow),
    "reboot": Fault(3, (0.5, 8), lambda _, seconds: [("reboot", {"seconds": seconds})]),
    "unplugged": Fault(3, (5, 40), _unplug, (("plug_in", {}),)),
    "unplugged_unnoticed": Fault(2, (5, 40), _once("unplug", reason=None), (("plug_in", {}),)),
    "disconnected": Fault(4, (2, 40), _once("disconnect"), (("reconnect", {}),)),
    "new_address": Fault(2, (0.5, 1), _once("change_address")),
    "early_or_late_first_events": Fault(3, (10, 40), _initial, household=True),
    "topology_too_large": Fault(2, (5, 30), _once("set_topology_limit", players=0), household=True),
}
