"""Eventing of one player: subscriptions, event keys, and what is sent to whom."""

from collections import Counter, deque
from dataclasses import dataclass, field
import time
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from .events import property_set
from .sender import Reactor, notify
from .services import EVENTS
from .table import services_of

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall

    from .faults import Faults
    from .services.kinds import Variables
    from .speaker import Speaker

DEFAULT_LEASE = 1800
LONGEST_LEASE = 86400
_LOST = "412"


@dataclass(slots=True)
class EventSettings:
    """How players send events.

    ``initial`` says when the first event goes out: ``before`` the SUBSCRIBE is answered,
    ``after`` it, or that many seconds after it.
    """

    initial: str | float = "after"
    moderation: float = 0.2
    notify_timeout: float = 5.0
    backlog: int = 40


@dataclass(slots=True)
class Message:
    """An event on its way to one subscriber."""

    seq: int
    body: bytes
    delivered: Deferred[str] | None = None


@dataclass(slots=True, eq=False)
class Subscription:
    """A lease that a client holds on a service."""

    sid: str
    service: str
    callbacks: list[str]
    expires: float
    seq: int = 0
    queue: deque[Message] = field(default_factory=deque)
    held: Message | None = None
    busy: bool = False
    started: bool = False
    gone: bool = False


@dataclass(slots=True)
class NotificationLog:
    """What was sent to subscribers, oldest first, each entry with a growing number."""

    entries: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=50_000))
    count: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, **fields: object) -> dict[str, object]:
        """Add an entry; its status can be filled in later."""
        self.count += 1
        entry: dict[str, object] = {"number": self.count, **fields}
        self.entries.append(entry)
        return entry

    def since(self, number: int) -> list[dict[str, object]]:
        """Return the entries after ``number``."""
        return [entry for entry in self.entries if int(str(entry["number"])) > number]


class Publisher:
    """Holds the leases on one player and sends its events."""

    def __init__(
        self,
        reactor: Reactor,
        speaker: Speaker,
        faults: Faults,
        settings: EventSettings,
        log: NotificationLog,
    ) -> None:
        """Start without leases."""
        self._reactor = reactor
        self._speaker = speaker
        self._faults = faults
        self._settings = settings
        self._log = log
        self._counter = 48
        self._published: dict[str, Variables] = {}
        self._flushes: dict[str, IDelayedCall] = {}
        self._last_sent: dict[str, float] = {}
        self.subscriptions: dict[str, Subscription] = {}

    # -- leases

    def subscribe(self, service: str, callbacks: list[str], lease: float) -> Subscription:
        """Grant a lease; its first event waits for :meth:`start`."""
        self._counter += 1
        sid = f"uuid:{self._speaker.uid}_sub{self._counter:010d}"
        subscription = Subscription(sid, service, callbacks, self._reactor.seconds() + lease)
        if not self._subscribers(service):
            self._published[service] = self._variables(service)
        self.subscriptions[sid] = subscription
        return subscription

    def start(self, subscription: Subscription) -> Deferred[str]:
        """Send the first event, with the whole state; the result is how that went."""
        delivered: Deferred[str] = Deferred()
        everything = self._variables(subscription.service)
        eventing = EVENTS[subscription.service]
        state = eventing.delta(set(everything), everything)
        subscription.started = True
        self._enqueue(subscription, self._body(subscription.service, state), delivered, first=True)
        return delivered

    def renew(self, sid: str, service: str, lease: float) -> Subscription | None:
        """Renew a lease; None if there is no such lease on the service."""
        subscription = self._find(sid, service)
        if subscription is not None:
            subscription.expires = self._reactor.seconds() + lease
        return subscription

    def unsubscribe(self, sid: str, service: str) -> bool:
        """End a lease; False if there is none."""
        subscription = self._find(sid, service)
        if subscription is None:
            return False
        self._drop(subscription)
        return True

    def forget(self, service: str | None = None) -> int:
        """Lose leases without telling anybody, as after a reboot; return how many."""
        lost = [s for s in self.subscriptions.values() if service in {None, s.service}]
        for subscription in lost:
            self._drop(subscription)
        return len(lost)

    def renumber(self, service: str, seq: int) -> None:
        """Give the next event of each lease on a service this number."""
        for subscription in self.subscriptions.values():
            if subscription.service == service:
                subscription.seq = seq

    def close(self) -> None:
        """Lose everything and send nothing more."""
        self.forget()
        for call in self._flushes.values():
            call.cancel()
        self._flushes.clear()

    def _find(self, sid: str, service: str) -> Subscription | None:
        self._expire()
        subscription = self.subscriptions.get(sid)
        return subscription if subscription and subscription.service == service else None

    def _expire(self) -> None:
        now = self._reactor.seconds()
        for subscription in [s for s in self.subscriptions.values() if s.expires <= now]:
            self._drop(subscription)

    def _drop(self, subscription: Subscription) -> None:
        subscription.gone = True
        subscription.queue.clear()
        self.subscriptions.pop(subscription.sid, None)

    def _subscribers(self, service: str) -> list[Subscription]:
        return [s for s in self.subscriptions.values() if s.service == service]

    # -- events

    def _variables(self, service: str) -> Variables:
        return EVENTS[service].variables(self._speaker)

    def _body(self, service: str, variables: Variables) -> bytes:
        return property_set(services_of(self._speaker.model.number)[service], variables)

    def changed(self, service: str) -> None:
        """Send what changed of a service soon, moderated as players do."""
        if service in self._flushes or not self._subscribers(service):
            return
        eventing = EVENTS[service]
        interval = eventing.interval if self._settings.moderation else 0.0
        earliest = self._last_sent.get(service, float("-inf")) + interval
        now = self._reactor.seconds()
        wait = max(eventing.delay, earliest - now)
        self._flushes[service] = self._reactor.callLater(wait, self._flush, service)

    def _flush(self, service: str) -> None:
        del self._flushes[service]
        self._expire()
        current = self._variables(service)
        before = self._published.get(service, {})
        changed = {key for key, value in current.items() if before.get(key) != value}
        self._published[service] = current
        if not changed:
            return
        self._last_sent[service] = self._reactor.seconds()
        self._publish(service, self._body(service, EVENTS[service].delta(changed, current)))

    def emit(self, service: str, variables: Variables) -> None:
        """Send an event with just these variables, whatever the state is."""
        self._publish(service, self._body(service, variables))

    def emit_raw(self, service: str, body: bytes) -> None:
        """Send an event with this body, well-formed or not."""
        self._publish(service, body)

    def _publish(self, service: str, body: bytes) -> None:
        for subscription in self._subscribers(service):
            if subscription.started:
                self._enqueue(subscription, body)

    def _enqueue(
        self,
        subscription: Subscription,
        body: bytes,
        delivered: Deferred[str] | None = None,
        *,
        first: bool = False,
    ) -> None:
        message = Message(subscription.seq, body, delivered)
        # The key wraps to 1, as 0 is only for the first event.
        subscription.seq = subscription.seq + 1 if subscription.seq < 2**32 - 1 else 1
        if first:
            subscription.queue.appendleft(message)
        else:
            subscription.queue.append(message)
        if subscription.held is not None:
            subscription.queue.append(subscription.held)
            subscription.held = None
        while len(subscription.queue) > self._settings.backlog:
            self._record(subscription, subscription.queue.popleft(), "overrun")
        self._pump(subscription)

    # -- delivery, one at a time per subscriber

    def _pump(self, subscription: Subscription) -> None:
        if subscription.busy or subscription.gone or not subscription.queue:
            return
        message = subscription.queue.popleft()
        if not self._speaker.online or self._faults.stall == "all":
            self._record(subscription, message, "unsent")
            self._pump(subscription)
            return
        fault = self._faults.take_notify(subscription.service)
        kind = fault.kind if fault else None
        if kind == "drop":
            self._record(subscription, message, "dropped")
            self._pump(subscription)
        elif kind == "reorder":
            self._hold(subscription, message)
        elif kind == "delay" and fault is not None:
            subscription.busy = True
            self._reactor.callLater(fault.seconds, self._send, subscription, message, 1)
        else:
            subscription.busy = True
            self._send(subscription, message, 2 if kind == "duplicate" else 1)

    def _hold(self, subscription: Subscription, message: Message) -> None:
        if subscription.queue:
            subscription.queue.insert(1, message)
            self._pump(subscription)
        else:
            subscription.held = message

    def release_held(self) -> None:
        """Send what was held back for an event after it that did not come."""
        for subscription in self.subscriptions.values():
            if subscription.held is not None:
                subscription.queue.append(subscription.held)
                subscription.held = None
                self._pump(subscription)

    def _send(self, subscription: Subscription, message: Message, copies: int) -> None:
        if subscription.gone or not self._speaker.online:
            self._record(subscription, message, "unsent")
            subscription.busy = False
            return
        headers = {
            "NT": "upnp:event",
            "NTS": "upnp:propchange",
            "SID": subscription.sid,
            "SEQ": str(message.seq),
            "X-SONOS-SERVICETYPE": subscription.service,
        }
        entry = self._record(subscription, message, "sending")
        outcome = notify(
            self._reactor,
            subscription.callbacks[0],
            headers,
            message.body,
            self._settings.notify_timeout,
            self._speaker.address,
        )
        outcome.addCallback(self._sent, subscription, message, entry, copies - 1)

    def _sent(
        self,
        status: str,
        subscription: Subscription,
        message: Message,
        entry: dict[str, object],
        copies: int,
    ) -> None:
        entry["status"] = status
        self._log.outcomes[status] += 1
        if message.delivered is not None and not message.delivered.called:
            message.delivered.callback(status)
        if status == _LOST:
            # The listener says that it knows nothing of the lease.
            self._drop(subscription)
        if copies:
            self._send(subscription, message, copies)
            return
        subscription.busy = False
        self._pump(subscription)

    def _record(
        self, subscription: Subscription, message: Message, status: str
    ) -> dict[str, object]:
        if status != "sending":
            self._log.outcomes[status] += 1
            if message.delivered is not None and not message.delivered.called:
                message.delivered.callback(status)
        return self._log.add(
            time=time.time(),
            monotonic=time.monotonic(),
            uid=self._speaker.uid,
            room=self._speaker.room,
            service=subscription.service,
            sid=subscription.sid,
            seq=message.seq,
            bytes=len(message.body),
            status=status,
        )
