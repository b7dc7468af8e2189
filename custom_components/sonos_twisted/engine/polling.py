"""Asking a speaker for its state at intervals, as long as its events do not arrive."""

from collections.abc import Callable, Sequence
from itertools import cycle
import logging
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from ..model import Variables
from .commands.state import POSITION, POSITION_MEASURED_AT
from .errors import EngineError, UpnpError
from .sound_questions import SoundQuestions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twisted.internet.interfaces import IDelayedCall

    from .commands.state import State

_LOGGER = logging.getLogger(__name__)

#: Seconds between two rounds. A member shows what its coordinator plays, so only its volume is
#: to be asked for, and less often.
COORDINATOR_SECONDS = 10.0
MEMBER_SECONDS = 20.0

_COORDINATOR_QUERIES = ("transport_state", "track", "volume")
_MEMBER_QUERIES = ("volume", "mute")

#: No round has more requests.
_MOST = 4

#: Every how many rounds are about the sound, until all of it is known and afterwards.
_AT_FIRST, _LATER = 2, 4

#: One of these is asked for in a round beside the others, if it is not about the sound. What people
#: notice comes twice.
_IN_TURN = (
    *("media", "mute", "play_mode", "group_volume", "sleep_timer"),
    *("media", "mute", "actions", "group_mute"),
)

#: What is passed on even when it is the same as before: a position was to have moved on, and of the
#: topology another speaker may have said something else in between.
_ALWAYS_NEW = frozenset({POSITION, POSITION_MEASURED_AT, "zone_group_state"})


class Poller:
    """Asks one speaker for its state, round by round. Lives on the reactor thread.

    How it sounds is a question for each setting. At first every other round is about that alone,
    so that all is known soon; later one setting is asked for in every fourth round.
    """

    def __init__(
        self,
        read: Callable[[Sequence[str]], Deferred[State]],
        clock: Any,
        *,
        coordinates: Callable[[], bool],
        reports_topology: Callable[[], bool],
        answered: Callable[[State], None],
        failed: Callable[[EngineError], None],
    ) -> None:
        """Prepare to ask; nothing is asked yet.

        Args:
            read: Executes :func:`.commands.state.read` for the speaker.
            clock: The reactor, or a fake clock.
            coordinates: Whether the speaker coordinates its group now.
            reports_topology: Whether the household's topology is to be asked of this speaker.
            answered: Takes the variables that have changed since the round before, the position
                and the topology, and all of them in the first round.
            failed: Takes the reason when a round failed.

        """
        self._read = read
        self._clock = clock
        self._coordinates = coordinates
        self._reports_topology = reports_topology
        self._answered = answered
        self._failed = failed
        self._running = False
        self._timer: IDelayedCall | None = None
        self._reading: Deferred[None] | None = None
        self._known: State = {}
        self._in_turn: Iterator[str] = cycle(_IN_TURN)
        self._topology_in_turn = False
        self._sound = SoundQuestions()
        self._turns = 0

    @property
    def is_running(self) -> bool:
        """Whether the speaker is being asked."""
        return self._running

    def start(self) -> None:
        """Begin with a round at once; harmless when running."""
        if not self._running:
            self._running = True
            self._known = {}
            self._round()

    def stop(self) -> None:
        """Ask no more; an answer that is on its way is dropped."""
        self._running = False
        timer, self._timer = self._timer, None
        reading, self._reading = self._reading, None
        if timer is not None:
            timer.cancel()
        if reading is not None:
            reading.cancel()

    def forget(self, service: str) -> None:
        """Pass on all of a service the next time: an event of it has told something else."""
        self._known.pop(service, None)

    def _queries(self) -> tuple[Sequence[str], int]:
        """Return what to ask in the next round, and how many questions about the sound besides."""
        is_new = not self._sound.all_asked
        if is_new and self._coordinates() and self._is_about_sound(_AT_FIRST):
            return (), _MOST
        # The topology takes turns with the rest, so that the speaker that is asked for it is not
        # asked more than the others.
        self._topology_in_turn = self._reports_topology() and not self._topology_in_turn
        topology = ("topology",) if self._topology_in_turn else ()
        if not self._coordinates():
            asked = (*_MEMBER_QUERIES, *topology)
            return asked, _MOST - len(asked) if is_new else 1
        if not topology and not is_new and self._is_about_sound(_LATER):
            return _COORDINATOR_QUERIES, 1
        return (*_COORDINATOR_QUERIES, *(topology or (next(self._in_turn),))), 0

    def _is_about_sound(self, every: int) -> bool:
        self._turns += 1
        return self._turns % every == 0

    def _round(self) -> None:
        self._timer = None
        queries, about_sound = self._queries()
        reading: Deferred[bool] = succeed(True)
        if queries:
            reading = self._read(queries).addCallbacks(self._take, self._complain)
        for _ in range(about_sound):
            reading.addCallback(self._ask_about_sound)
        self._reading = reading.addBoth(self._plan_next)

    def _ask_about_sound(self, goes_on: bool) -> Deferred[bool] | bool:
        """Ask for one setting, unless there was no answer to the question before."""
        if not (goes_on and self._running):
            return False
        question = self._sound.next()
        if question == "crossfade" and not self._coordinates():
            return True  # it is the group's
        asking = self._read([question])
        return asking.addCallbacks(self._pass_on, self._has_not, errbackArgs=(question,))

    def _pass_on(self, state: State) -> bool:
        # What was known of a setting may be long ago, and others may have read it since.
        if self._running:
            self._answered(state)
        return self._running

    def _has_not(self, failure: Failure, question: str) -> bool:
        if failure.check(UpnpError) is None:
            return self._complain(failure)
        self._sound.declined(question)
        return True

    def _plan_next(self, outcome: Failure | bool) -> None:
        if isinstance(outcome, Failure):
            # A mistake of whoever takes the answers must not end the asking.
            _LOGGER.error("An answer could not be handled:\n%s", outcome.getTraceback())
        if self._running:
            seconds = COORDINATOR_SECONDS if self._coordinates() else MEMBER_SECONDS
            self._timer = self._clock.callLater(seconds, self._round)

    def _take(self, state: State) -> bool:
        if not self._running:
            return False
        changed: State = {}
        for service, variables in state.items():
            known = self._known.setdefault(service, {})
            new: Variables = {
                name: value
                for name, value in variables.items()
                if known.get(name) != value or name in _ALWAYS_NEW
            }
            known.update(new)
            if new:
                changed[service] = new
        self._answered(changed)
        return True

    def _complain(self, failure: Failure) -> bool:
        if self._running:
            failure.trap(EngineError)
            # What was known may have changed by the time it answers again.
            self._known = {}
            self._failed(cast("EngineError", failure.value))
        return False
