"""A lease: the promise that we hear of every change of one service of one speaker.

A lease holds one :class:`~.subscription.Subscription` at a time. When that one is lost, whatever
the reason, the lease gets another, for as long as it takes. What it does in which state is the
table ``TRANSITIONS``, from which the state machine is built.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
import logging
from typing import TYPE_CHECKING, Any

from automat import TypeMachineBuilder
from twisted.internet.defer import Deferred, DeferredList, succeed

from .backoff import Backoff
from .errors import EngineError, EventsNotArrivingError, SubscriptionLostError
from .lease_states import HELD, LeaseInputs, LeaseState
from .sequence import Arrival, EventSequence
from .subscription import DEFAULT_LEASE_SECONDS, Subscription

if TYPE_CHECKING:
    from soco.events_base import Event
    from twisted.internet.interfaces import IDelayedCall
    from twisted.python.failure import Failure

_LOGGER = logging.getLogger(__name__)

#: Seconds; real speakers send the initial event within milliseconds of the grant.
INITIAL_EVENT_SECONDS = 5.0

#: Seconds without an event after which a second subscription takes the place of the first. The
#: last event before a silence may have been lost, and no later one would show the gap: the initial
#: event of a new subscription tells everything. It takes longer than a renewal, which finds out
#: more cheaply that a speaker has forgotten us.
QUIET_SECONDS = 270.0


@dataclass(slots=True)
class _Core:
    """What the machine acts on."""

    new_subscription: Callable[[], Subscription]
    clock: Any
    backoff: Backoff
    seconds: int
    on_event: Callable[[Event], None]
    on_change: Callable[[], None]
    inputs: LeaseInputs = field(init=False)
    state: LeaseState = LeaseState.IDLE
    subscription: Subscription | None = None
    successor: Subscription | None = None
    sequence: EventSequence = field(default_factory=EventSequence)
    timer: IDelayedCall | None = None
    #: Failures in a row, which make the next wait longer; those that began with a grant also
    #: alone, because a grant shows that all others are over.
    failures: int = 0
    empty_grants: int = 0
    #: When the events will have been quiet for too long. Only an event puts it off.
    quiet_at: float = 0.0
    #: Whether the last thing that happened was the speaker's doing.
    was_answered: bool = False
    error: Exception | None = None
    #: Since when no events arrive; None while they do, or nobody wants them.
    missing_since: float | None = None
    #: When the subscription was asked for.
    asked_at: float = 0.0
    #: And the one that is to replace it.
    succeeding_at: float = 0.0
    subscriptions: int = 0
    resubscriptions: int = 0
    gaps: int = 0

    def stop_timer(self) -> None:
        timer, self.timer = self.timer, None
        if timer is not None:
            timer.cancel()

    def start_timer(self, seconds: float) -> None:
        self.stop_timer()
        self.timer = self.clock.callLater(seconds, self._timer_fired)

    def note_missing(self) -> None:
        """Take note of since when no events arrive."""
        if self.state in HELD:
            self.missing_since = None
        elif self.missing_since is None:
            self.missing_since = self.clock.seconds()

    def _note_error(self, failure: Failure) -> None:
        self.error = failure.value if isinstance(failure.value, Exception) else None

    def _timer_fired(self) -> None:
        self.timer = None
        awaits_quiet = self.state is LeaseState.HELD and self.successor is None
        if awaits_quiet and self.quiet_at > self.clock.seconds():
            # Events have put it off. To plan it anew with each of them would cost more.
            self.await_quiet()
        else:
            self.inputs.timer_fired()

    # Actions, run after the state has changed.

    def subscribe(self) -> None:
        """Ask for a new subscription; an old one ends, so that it cannot be heard any more."""
        self.stop_timer()
        self.drop()
        subscription = self.new_subscription()
        self.adopt(subscription)
        self.asked_at = self.clock.seconds()
        self.subscriptions += 1
        subscription.subscribe(self.seconds, auto_renew=True).addCallbacks(
            lambda _: self._granted(subscription), lambda f: self._refused(subscription, f)
        )

    def replace(self) -> None:
        """Do the same because the one before is lost."""
        self.resubscriptions += 1
        self.subscribe()

    def adopt(self, subscription: Subscription) -> None:
        """Listen to a subscription from now on."""
        self.subscription = subscription
        self.sequence = EventSequence()
        subscription.callback = lambda event: self.receive(subscription, event)
        subscription.auto_renew_fail = lambda failure: self.renewal_failed(subscription, failure)

    def refresh(self) -> None:
        """Ask for a second subscription; the first one serves until its initial event arrives."""
        if self.successor is not None:
            # It was granted, and said nothing.
            self.inputs.lost()
            return
        self.subscriptions += 1
        self.successor = successor = self.new_subscription()
        successor.callback = lambda event: self._succeed(successor, event)
        self.succeeding_at = self.clock.seconds()
        successor.subscribe(self.seconds, auto_renew=True).addCallbacks(
            lambda _: self._successor_granted(successor),
            lambda failure: self._successor_refused(successor, failure),
        )

    def drop_successor(self) -> Deferred[Any]:
        successor, self.successor = self.successor, None
        return successor.unsubscribe(strict=False) if successor else succeed(None)

    def drop(self) -> Deferred[Any]:
        """End the subscription, if there is one, and the one that was to replace it."""
        subscription, self.subscription = self.subscription, None
        succession = self.drop_successor()
        ending = subscription.unsubscribe(strict=False) if subscription else succeed(None)
        return DeferredList([ending, succession], consumeErrors=True)

    def await_initial_event(self) -> None:
        self.failures = self.empty_grants
        if self.sequence.complete:
            self.inputs.initial_event()
        elif self.sequence.last is not None:
            self.inputs.lost()
        else:
            self.start_timer(INITIAL_EVENT_SECONDS)

    def rejoice(self) -> None:
        self.failures = self.empty_grants = 0
        self.error = None
        self.put_off_quiet()
        self.await_quiet()

    def resume(self) -> None:
        """Go on as before a renewal, which says nothing of events that were lost."""
        self.error = None
        if self.quiet_at > self.clock.seconds():
            self.failures = 0
        # Otherwise a second subscription is overdue. Where it is refused while renewals succeed,
        # each attempt has to wait longer than the one before.
        self.await_quiet()

    def put_off_quiet(self) -> None:
        # Not to the second, so that the leases of a household are not refreshed together.
        seconds = QUIET_SECONDS * (0.9 + self.backoff.random() / 10)
        self.quiet_at = self.clock.seconds() + seconds

    def await_quiet(self) -> None:
        self.start_timer(max(0.0, self.quiet_at - self.clock.seconds()))

    def take_heart(self) -> None:
        """The speaker was heard of meanwhile: if this attempt fails, the next one is soon."""
        self.failures = 0

    def wait(self) -> None:
        """Wait before the next attempt, longer after each failure."""
        self.drop_successor()
        self.failures += 1
        self.start_timer(self.backoff.delay(self.failures))

    def wait_for_all(self) -> None:
        """An event is missing from the beginning: begin anew, and wait longer each time."""
        self.empty_grants += 1
        self.wait()

    def wait_without_events(self) -> None:
        """The grant was worth nothing: end it, and wait."""
        if self.subscription is not None:
            host = self.subscription.service.soco.ip_address
            callback = self.subscription.event_listener.callback_url(host)
            self.error = EventsNotArrivingError(host, callback)
        self.drop()
        self.wait_for_all()

    def renew(self) -> None:
        self.stop_timer()
        self.drop_successor()
        subscription = self.subscription
        if subscription is not None:
            subscription.renew().addCallbacks(
                lambda _: self._if_current(subscription, self.inputs.renewed),
                lambda f: self.renewal_failed(subscription, f),
            )

    def end(self) -> None:
        self.stop_timer()
        self.error = None

    # What the subscription reports. One that has been replaced has no say any more.

    def _if_current(self, subscription: Subscription, happened: Callable[[], None]) -> None:
        if subscription is self.subscription:
            happened()

    def _granted(self, subscription: Subscription) -> None:
        self._if_current(subscription, self.inputs.granted)

    def _refused(self, subscription: Subscription, failure: Failure) -> None:
        if subscription is self.subscription:
            self.subscription = None
            self._note_error(failure)
            if not failure.check(EngineError):
                _LOGGER.debug("%s is refused unexpectedly: %s", subscription.name, failure.value)
            self.inputs.refused()

    def renewal_failed(self, subscription: Subscription, failure: Failure) -> None:
        if subscription is not self.subscription:
            return
        if failure.check(SubscriptionLostError) or not subscription.is_subscribed:
            self.subscription = None
            self.inputs.lost()
        else:
            self._note_error(failure)
            self.inputs.renewal_failed()

    # What the successor reports.

    def _successor_granted(self, successor: Subscription) -> None:
        if successor is self.successor:
            self.start_timer(INITIAL_EVENT_SECONDS)

    def _successor_refused(self, successor: Subscription, failure: Failure) -> None:
        """The first subscription goes on, but is asked about: no answer is an answer, too."""
        if successor is self.successor:
            self.successor = None
            self._note_error(failure)
            self.inputs.renewal_failed()
        else:
            self.renewal_failed(successor, failure)

    def _succeed(self, successor: Subscription, event: Event) -> None:
        if successor is not self.successor:
            return
        before, self.subscription, self.successor = self.subscription, None, None
        if before is not None:
            before.unsubscribe(strict=False)
        self.adopt(successor)
        self.asked_at = self.succeeding_at
        self.receive(successor, event)
        if self.state is LeaseState.HELD:
            self.await_quiet()

    def receive(self, subscription: Subscription, event: Event) -> None:
        if subscription is not self.subscription:
            return
        arrival = self.sequence.arrived(event.seq)
        if arrival in {Arrival.REPEATED, Arrival.LATE}:
            return
        if arrival is not Arrival.OUT_OF_NOWHERE:
            self.put_off_quiet()
            self.on_event(event)
        if arrival is Arrival.INITIAL:
            self.inputs.initial_event()
        elif arrival is Arrival.IN_ORDER:
            # Most events come while all is well, and change nothing then.
            if self.state is not LeaseState.HELD:
                self.inputs.sign_of_life()
        else:
            self.gaps += 1
            _LOGGER.debug("%s: event %d came after a gap", subscription.name, event.seq)
            self.inputs.lost()


S = LeaseState
I = LeaseInputs  # noqa: E741, a table wants short names

#: From which state what happening leads to which state, and what is done then. Whatever is not
#: listed changes nothing.
TRANSITIONS = (
    (S.IDLE, I.hold, S.SUBSCRIBING, _Core.subscribe),
    (S.SUBSCRIBING, I.granted, S.GRANTED, _Core.await_initial_event),
    (S.SUBSCRIBING, I.refused, S.WAITING, _Core.wait),
    (S.SUBSCRIBING, I.sign_of_life, S.SUBSCRIBING, _Core.take_heart),
    (S.GRANTED, I.initial_event, S.HELD, _Core.rejoice),
    (S.GRANTED, I.timer_fired, S.WAITING, _Core.wait_without_events),
    (S.GRANTED, I.lost, S.WAITING, _Core.wait_for_all),
    (S.HELD, I.renewal_failed, S.DOUBTFUL, _Core.wait),
    (S.HELD, I.lost, S.SUBSCRIBING, _Core.replace),
    (S.HELD, I.timer_fired, S.HELD, _Core.refresh),
    (S.HELD, I.verify, S.RENEWING, _Core.renew),
    (S.DOUBTFUL, I.timer_fired, S.RENEWING, _Core.renew),
    (S.DOUBTFUL, I.sign_of_life, S.RENEWING, _Core.renew),
    (S.DOUBTFUL, I.verify, S.RENEWING, _Core.renew),
    (S.DOUBTFUL, I.lost, S.SUBSCRIBING, _Core.replace),
    (S.RENEWING, I.renewed, S.HELD, _Core.resume),
    (S.RENEWING, I.renewal_failed, S.DOUBTFUL, _Core.wait),
    (S.RENEWING, I.sign_of_life, S.RENEWING, _Core.take_heart),
    (S.RENEWING, I.lost, S.SUBSCRIBING, _Core.replace),
    (S.WAITING, I.timer_fired, S.SUBSCRIBING, _Core.subscribe),
    (S.WAITING, I.sign_of_life, S.SUBSCRIBING, _Core.subscribe),
    *((state, I.release, S.RELEASED, _Core.end) for state in S if state is not S.RELEASED),
)

#: What only a speaker that answers can bring about.
_ANSWERS = frozenset({I.granted, I.initial_event, I.renewed})


def _build_machine() -> Callable[[_Core], LeaseInputs]:
    """Build the state machine from the table."""
    builder = TypeMachineBuilder(LeaseInputs, _Core)
    states = {state: builder.state(state.value) for state in LeaseState}

    def action_of(
        happening: Callable[..., None], target: LeaseState, act: Callable[[_Core], None]
    ) -> Callable[[LeaseInputs, _Core], None]:
        def action(_inputs: LeaseInputs, core: _Core) -> None:
            core.state = target
            core.note_missing()
            act(core)
            core.was_answered = happening in _ANSWERS
            core.on_change()

        return action

    listed = set()
    for source, happening, target, act in TRANSITIONS:
        listed.add((source, happening))
        states[source].upon(happening).to(states[target])(action_of(happening, target, act))
    for state in LeaseState:
        for happening in {happening for _, happening, _, _ in TRANSITIONS}:
            if (state, happening) not in listed:
                states[state].upon(happening).loop().returns(None)
    return builder.build()


_new_machine = _build_machine()


class Lease:
    """One service of one speaker, listened to for as long as the lease is held.

    Everything here is called on the reactor thread.
    """

    def __init__(
        self,
        new_subscription: Callable[[], Subscription],
        clock: Any,
        *,
        on_event: Callable[[Event], None],
        on_change: Callable[[Lease], None],
        backoff: Backoff | None = None,
        seconds: int = DEFAULT_LEASE_SECONDS,
    ) -> None:
        """Prepare a lease.

        Args:
            new_subscription: Makes a fresh Subscription to the service.
            clock: The reactor, or a fake clock.
            on_event: Gets every event, each once and in order.
            on_change: Called after each change of state.
            backoff: How long to wait after failures.
            seconds: How long a subscription to ask for.

        """
        self._core = _Core(
            new_subscription,
            clock,
            backoff or Backoff(),
            seconds,
            on_event,
            lambda: on_change(self),
        )
        self._machine = self._core.inputs = _new_machine(self._core)

    @property
    def state(self) -> LeaseState:
        """What the lease is doing."""
        return self._core.state

    @property
    def is_held(self) -> bool:
        """Whether events arrive, as far as can be known."""
        return self._core.state in HELD

    @property
    def error(self) -> Exception | None:
        """What went wrong last, until it is mended."""
        return self._core.error

    @property
    def was_answered(self) -> bool:
        """Whether it is by the speaker's doing that the lease has changed, rather than by ours."""
        return self._core.was_answered

    @property
    def subscriptions(self) -> int:
        """How many subscriptions were asked for so far."""
        return self._core.subscriptions

    @property
    def gaps(self) -> int:
        """How many times an event was found missing."""
        return self._core.gaps

    @property
    def resubscriptions(self) -> int:
        """How many subscriptions took the place of one that was lost."""
        return self._core.resubscriptions

    @property
    def missing_since(self) -> float | None:
        """Since when no events arrive that should; on the clock of the lease."""
        return self._core.missing_since

    @property
    def sid(self) -> str:
        """The SID of the subscription; empty without one."""
        return (self._core.subscription and self._core.subscription.sid) or ""

    @property
    def asked_at(self) -> float | None:
        """When the subscription was asked for, on the clock of the lease; None without one."""
        return self._core.asked_at if self._core.subscription else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until what was granted ends; 0 without a subscription, None without an end."""
        left = self._core.subscription.time_left if self._core.subscription else 0.0
        return None if left == float("inf") else left

    @property
    def seq(self) -> int | None:
        """The SEQ of its last event."""
        return self._core.sequence.last

    def hold(self) -> None:
        """Start to listen."""
        self._machine.hold()

    def sign_of_life(self) -> None:
        """Tell that the speaker was heard of, so that it is asked again without waiting."""
        self._machine.sign_of_life()

    def verify(self) -> None:
        """Ask the speaker whether it still serves the subscription, by renewing it now.

        While a second subscription is asked for, that shows it as well.
        """
        if self._core.successor is None:
            self._machine.verify()

    def renew_from_scratch(self) -> None:
        """Subscribe anew: the speaker is known to have forgotten the subscription."""
        self._machine.lost()
        self._machine.sign_of_life()

    def release(self) -> Deferred[Any]:
        """Stop to listen; the Deferred fires when the speaker has been told, or cannot be."""
        self._machine.release()
        return self._core.drop()
