"""Chaos: what people do and what goes wrong, at random, and the same for the same seed."""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from .errors import UpnpError
from .media import RADIO
from .mischief import FAULTS, HAPPENINGS, HOUSEHOLD, POWERLESS, Call, Fault
from .transport import PLAYING

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from .simulator import Simulator

#: How often per second, in a house of any size, something happens and something breaks.
HAPPENINGS_PER_SECOND = 2.0
FAULTS_PER_SECOND = 0.2

_KEPT = 100_000


@dataclass(slots=True)
class _Current:
    """A fault that has begun and has not ended."""

    kind: str
    after: tuple[Call, ...]
    end: IDelayedCall


@dataclass(slots=True)
class Record:
    """What was done and what was passed over, and how often."""

    happenings: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    actions: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=_KEPT))


class Chaos:
    """Lets things happen in a simulated household until it is told to stop.

    Every fault ends by itself. A player has one fault at a time, and half of the players at
    most have one; what the dice say beyond that is passed over, as is a button pressed on a player
    without power. The dice do not look at the state of the house, so that the sequence depends
    on the seed alone.
    """

    def __init__(
        self,
        simulator: Simulator,
        clock: IReactorTime,
        seed: int,
        *,
        rate: float = 1.0,
        granted: str | None = None,
        without: Sequence[str] = (),
    ) -> None:
        """Roll the dice for a household; nothing happens before :meth:`start`.

        Args:
            simulator: The household.
            clock: Tells and measures time.
            seed: The same seed gives the same sequence.
            rate: How much faster things happen than by default.
            granted: What players answer as TIMEOUT while nothing is wrong; None: what was asked.
            without: Kinds of faults and happenings to leave out.

        Raises:
            ValueError: Nothing can happen at this rate, or a kind is unknown.
        """
        unknown = set(without) - FAULTS.keys() - HAPPENINGS.keys()
        if rate <= 0 or unknown:
            raise ValueError(sorted(unknown) or rate)
        self.seed = seed
        self.record = Record()
        self._simulator = simulator
        self._clock = clock
        self._rate = rate
        self._granted = granted
        self._people = Random(f"people {seed}")  # noqa: S311, dice
        self._trouble = Random(f"trouble {seed}")  # noqa: S311, dice
        self._happenings = {k: v for k, v in HAPPENINGS.items() if k not in without}
        self._faults = {k: v for k, v in FAULTS.items() if k not in without}
        self._rooms = [speaker.uid for speaker in simulator.household.rooms()]
        self._current: dict[str, _Current] = {}
        self._timers: dict[str, IDelayedCall] = {}
        self._began = clock.seconds()

    @property
    def running(self) -> bool:
        """Whether anything new will happen."""
        return bool(self._timers)

    @property
    def current(self) -> Mapping[str, str]:
        """The faults that have not ended, by uid; ``*`` is the household."""
        return {target: fault.kind for target, fault in self._current.items()}

    def start(self) -> None:
        """Begin; harmless when running."""
        if self.running:
            return
        self._began = self._clock.seconds()
        self._plan("people", self._people, HAPPENINGS_PER_SECOND, self._happen)
        self._plan("trouble", self._trouble, FAULTS_PER_SECOND, self._break)

    def stop(self) -> None:
        """Let nothing more happen, and end all faults but those that players end themselves."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for target, fault in list(self._current.items()):
            if fault.kind != "reboot":
                fault.end.cancel()
                self._end(target)

    def report(self) -> dict[str, object]:
        """Return what was done so far, by kind."""
        record = self.record
        return {
            "seed": self.seed,
            "running": self.running,
            "seconds": round(self._clock.seconds() - self._began, 3),
            "happenings": dict(record.happenings),
            "faults": dict(record.faults),
            "refused": dict(record.refused),
            "passed_over": dict(record.passed_over),
            "current": dict(self.current),
        }

    def _plan(self, name: str, dice: Random, often: float, act: Callable[[], None]) -> None:
        def due() -> None:
            self._plan(name, dice, often, act)
            act()

        wait = dice.expovariate(often * self._rate)
        self._timers[name] = self._clock.callLater(wait, due)

    # -- people

    def _happen(self) -> None:
        kind = _choose(self._people, {k: h.weight for k, h in self._happenings.items()})
        uid = self._people.choice(self._rooms)
        call = self._happenings[kind].draw(self._people, self._rooms)
        if not self._can(kind, uid):
            self._note(kind, uid, call, "passed over")
            self.record.passed_over[kind] += 1
            return
        try:
            self._do(uid, call)
        except UpnpError as error:
            self._note(kind, uid, call, f"refused: {error}")
            self.record.refused[kind] += 1
        else:
            self._note(kind, uid, call, "done")
            self.record.happenings[kind] += 1

    def _can(self, kind: str, uid: str) -> bool:
        """Tell whether somebody can do that now: a player without power has no buttons.

        Nobody seeks while nothing plays: no event would tell, and clients could not know.
        """
        household = self._simulator.household
        speaker = household.speaker(uid)
        coordinator = household.group_of(speaker).coordinator
        dark = {target for target, fault in self._current.items() if fault.kind in POWERLESS}
        if uid in dark or coordinator.uid in dark:
            return False
        transport = coordinator.transport
        if kind in {"seek", "end_of_track"}:
            return transport.state == PLAYING
        return kind != "on_air" or transport.kind is RADIO

    # -- trouble

    def _break(self) -> None:
        kind = _choose(self._trouble, {k: f.weight for k, f in self._faults.items()})
        uid = self._trouble.choice(self._rooms)
        fault = self._faults[kind]
        seconds = self._trouble.uniform(*fault.seconds)
        calls = fault.draw(self._trouble, seconds)
        target = HOUSEHOLD if fault.household else uid
        most = max(1, len(self._rooms) // 2)
        if target in self._current or len(self._current) >= most:
            self.record.passed_over[kind] += 1
            self._note(kind, target, calls[0], "passed over")
            return
        after = self._remedy(fault)
        for call in calls:
            self._do(target, call)
        # A player that restarts is back by itself; its fault ends just after.
        end = self._clock.callLater(seconds + 0.01, self._end, target)
        self._current[target] = _Current(kind, after, end)
        self.record.faults[kind] += 1
        self._note(kind, target, calls[0], f"for {seconds:.1f} s")

    def _remedy(self, fault: Fault) -> tuple[Call, ...]:
        """Return what puts things right again; of the household that is what was before."""
        if not fault.household:
            return fault.after
        return (
            ("set_initial", {"when": self._simulator.settings.initial}),
            ("set_topology_limit", {"players": self._simulator.household.topology_limit}),
        )

    def _end(self, target: str) -> None:
        fault = self._current.pop(target)
        if target != HOUSEHOLD:
            self._simulator.heal(target)
            if self._granted is not None:
                self._simulator.set_granted(target, self._granted)
        for call in fault.after:
            self._do(target, call)
        self._note(fault.kind, target, ("", {}), "ended")

    # -- both

    def _do(self, target: str, call: Call) -> None:
        method, arguments = call
        if target == HOUSEHOLD:
            getattr(self._simulator, method)(**arguments)
        else:
            getattr(self._simulator, method)(target, **arguments)

    def _note(self, kind: str, target: str, call: Call, outcome: str) -> None:
        self.record.actions.append(
            {
                "time": round(self._clock.seconds() - self._began, 3),
                "kind": kind,
                "target": target,
                "arguments": call[1],
                "outcome": outcome,
            }
        )


def _choose(dice: Random, weights: Mapping[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


class ChaosControl:
    """Chaos by remote control."""

    _chaos: Chaos | None = None

    def chaos_start(
        self,
        seed: int,
        rate: float = 1.0,
        granted: str | None = None,
        without: Sequence[str] = (),
    ) -> None:
        """Let people and faults come at random until :meth:`chaos_stop`.

        Args:
            seed: The same seed gives the same sequence.
            rate: How much faster than two happenings a second and a fault in five.
            granted: What players answer as TIMEOUT while nothing is wrong.
            without: Kinds of faults and happenings to leave out.

        Raises:
            ValueError: The chaos runs already, or nothing can happen like this.
        """
        if self._chaos is not None and self._chaos.running:
            raise ValueError("it is chaos already")
        simulator: Any = self
        self._chaos = Chaos(
            simulator, simulator.reactor, seed, rate=rate, granted=granted, without=without
        )
        self._chaos.start()

    def chaos_stop(self) -> dict[str, object]:
        """Let nothing more happen, end the faults, and return the report.

        A player that restarts at the moment is back some seconds later.
        """
        if self._chaos is not None:
            self._chaos.stop()
        return self.chaos_report()

    def chaos_report(self) -> dict[str, object]:
        """Return what was done so far: counts by kind, current faults; empty without chaos."""
        return self._chaos.report() if self._chaos is not None else {}

    def chaos_actions(self) -> list[dict[str, object]]:
        """Return all that was done and passed over, each with its time in seconds."""
        return list(self._chaos.record.actions) if self._chaos is not None else []

    def chaos_events(self) -> dict[str, int]:
        """Return how many events players have sent since the start, by what came of them."""
        simulator: Any = self
        return dict(simulator.log.outcomes)

    def chaos_look(self) -> dict[str, object]:
        """Return truth, current faults, and who holds a lease on the topology, at one moment."""
        simulator: Any = self
        return {
            "truth": simulator.truth(),
            "faults": dict(self._chaos.current) if self._chaos is not None else {},
            "reporters": [
                uid
                for uid, player in simulator.players.items()
                if any(
                    lease.service == "ZoneGroupTopology"
                    for lease in player.publisher.subscriptions.values()
                )
            ],
        }

    def chaos_roll_call(self) -> None:
        """Let every player send an event on each lease that it serves.

        So whoever has lost the last event of a service can know that one is missing, and a lease
        that nobody knows any more ends.
        """
        simulator: Any = self
        for speaker in list(simulator.household.rooms()):
            volume = speaker.rendering.volume["Master"]
            simulator.set_volume(speaker.uid, volume - 1 if volume else 1)
            speaker.transport.set_sleep_timer(None)
            simulator.offer_update(speaker.uid, f"roll-call-{speaker.transport.sleep_generation}")
        for player in simulator.players.values():
            leases = player.publisher.subscriptions.values()
            for service in sorted({lease.service for lease in leases}):
                player.publisher.emit(service, {})
