"""A lease with all that is around it, worked by hand."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from custom_components.sonos_twisted.engine.backoff import Backoff
from custom_components.sonos_twisted.engine.lease import (
    Lease,
)
from custom_components.sonos_twisted.engine.lease_states import LeaseState as S
from custom_components.sonos_twisted.engine.subscription import MAX_RENEWAL_SECONDS

from ..model.payloads import notify as body_of
from .fakes import SILENCE, FakeReactor, FakeRequest, Sent, a_listener, a_subscription, notify

if TYPE_CHECKING:
    from soco.events_base import Event

    from custom_components.sonos_twisted.engine.subscription import Subscription


class Tenant:
    """A lease with all that is around it: a clock, a listener, and a speaker worked by hand."""

    def __init__(self, random: Callable[[], float] = lambda: 1.0) -> None:
        """Prepare; the listener is open."""
        self.clock = FakeReactor()
        self.request = FakeRequest()
        self.listener = a_listener(self.clock)
        self.listener.start()
        self.subscriptions: list[Subscription] = []
        self.events: list[Event] = []
        self.states: list[S] = []
        self.lease = Lease(
            self.new_subscription,
            self.clock,
            on_event=self.events.append,
            on_change=lambda lease: self.states.append(lease.state),
            backoff=Backoff(random=random),
            seconds=600,
        )

    def new_subscription(self) -> Subscription:
        """Make a subscription."""
        subscription = a_subscription(self.clock, self.request, listener=self.listener)
        self.subscriptions.append(subscription)
        return subscription

    def state(self) -> S:
        """Return what the lease is doing."""
        return self.lease.state

    def error(self) -> Exception | None:
        """Return what went wrong last."""
        return self.lease.error

    @property
    def asked(self) -> Sent:
        """The newest request that is not answered."""
        return self.request.open[-1]

    def grant(self) -> None:
        """Let the speaker accept; its SIDs count up."""
        self.asked.grant(f"uuid:{len(self.subscriptions)}", "Second-600")

    def event(self, seq: int, *, of: int = -1) -> int:
        """Let the speaker send an event of a subscription, the newest one or an older one."""
        number = range(1, len(self.subscriptions) + 1)[of]
        headers: dict[str, str | None] = {"SEQ": str(seq), "SID": f"uuid:{number}"}
        path = f"/{self.subscriptions[of].token}"
        return notify(self.clock, path, body_of({"Volume": str(seq)}), headers)

    @property
    def volumes(self) -> list[str]:
        """What was heard, in order."""
        return [event.variables["volume"] for event in self.events]

    def until_due(self) -> float:
        """Return the seconds until the first thing that is planned."""
        return min(call.getTime() for call in self.clock.getDelayedCalls()) - self.clock.seconds()

    def lead_to(self, state: S) -> None:
        """Bring the lease into a state, the way it gets there in life."""
        for step in WAYS[state]:
            step(self)


WAYS: dict[S, list[Callable[[Tenant], object]]] = {S.IDLE: []}
WAYS[S.SUBSCRIBING] = [lambda t: t.lease.hold()]
WAYS[S.GRANTED] = [*WAYS[S.SUBSCRIBING], lambda t: t.grant()]
WAYS[S.HELD] = [*WAYS[S.GRANTED], lambda t: t.event(0)]
WAYS[S.WAITING] = [*WAYS[S.SUBSCRIBING], lambda t: t.asked.fail(SILENCE)]
WAYS[S.DOUBTFUL] = [
    *WAYS[S.HELD],
    lambda t: t.clock.advance(MAX_RENEWAL_SECONDS),
    lambda t: t.asked.fail(SILENCE),
]
WAYS[S.RENEWING] = [*WAYS[S.DOUBTFUL], lambda t: t.lease.sign_of_life()]
WAYS[S.RELEASED] = [*WAYS[S.SUBSCRIBING], lambda t: t.lease.release()]
