"""One subscription to one UPnP service of one speaker.

This is soco's ``events_twisted.Subscription`` on a listener of ours, with soco's contract kept
and mended: answers are checked, every request has a deadline, nothing waits for a blocking call,
and a failed renewal does not throw away a subscription that the speaker still serves.
"""

from collections import Counter
from collections.abc import Callable, KeysView
from functools import cached_property
import logging
from queue import Queue
import re
import secrets
import time
from typing import TYPE_CHECKING, Any, override

from soco import events_twisted
from soco.events_base import Event
from soco.exceptions import SoCoException
from twisted.internet.defer import Deferred, DeferredLock, maybeDeferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from .allowance import Allowance
from .errors import PlayerError, SubscriptionLostError
from .player import Player
from .reactor import require_reactor_thread

if TYPE_CHECKING:
    from ..model import Variables
    from .gena import GenaRequest, ResponseHeaders
    from .listener import Listener

_LOGGER = logging.getLogger(__name__)

#: Seconds; what is asked for unless the caller asks for something else.
DEFAULT_LEASE_SECONDS = 600

#: A renewal happens at half the granted time, but within these bounds (seconds): an absurdly short
#: grant shall not flood a speaker, and a speaker that has forgotten the subscription shall not
#: stay undiscovered for longer, whatever time it granted.
MIN_RENEWAL_SECONDS = 2.0
MAX_RENEWAL_SECONDS = 240.0

#: Bytes that a subscription may be sent in large bodies, at once and in a second from then on: who
#: knows its token cannot keep the reactor busy with reading. When 32 rooms are grouped one by one,
#: speakers send 1.3 million.
LARGE_AT_ONCE = 4_194_304
LARGE_PER_SECOND = 524_288

_GRANTED = re.compile(r"second-(\d{1,9})\s*$", re.IGNORECASE)


def _is_over(failure: Failure) -> None:
    """Take it for an end that the speaker does not know the subscription any more."""
    failure.trap(SubscriptionLostError)


class SubscriptionDeferred(Deferred["Subscription"]):
    """What subscribe, renew and unsubscribe return: its result is ``subscription``."""

    subscription: Subscription


class SubscriptionsMap(events_twisted.SubscriptionsMapTwisted):
    """The subscriptions of one listener, found by the token in their callback path.

    Other than soco's map it leaves no shutdown trigger behind for each subscription: whoever
    opens a subscription here closes it.
    """

    def __init__(self) -> None:
        """Make an empty map."""
        super().__init__()
        self._by_token: dict[str, Subscription] = {}
        # How many of them each address has.
        self._hosts: Counter[str] = Counter()
        #: Called when events are expected from an address that none were expected from before.
        self.on_new_host: Callable[[], None] = lambda: None

    def expect(self, subscription: Subscription) -> None:
        """Let events for a subscription in, from before its SUBSCRIBE request is sent."""
        if subscription.token not in self._by_token:
            self._by_token[subscription.token] = subscription
            host = subscription.service.soco.ip_address
            self._hosts[host] += 1
            if self._hosts[host] == 1:
                self.on_new_host()

    @property
    def hosts(self) -> KeysView[str]:
        """The addresses of all speakers that were asked for events, as they are at any time."""
        return self._hosts.keys()

    def by_token(self, token: str) -> Subscription | None:
        """Return the subscription whose callback path holds this token."""
        return self._by_token.get(token)

    @override
    def register(self, subscription: Subscription) -> None:
        self.subscriptions[subscription.sid] = subscription
        self.expect(subscription)

    @override
    def unregister(self, subscription: Subscription) -> None:
        super().unregister(subscription)
        if self._by_token.pop(subscription.token, None) is not None:
            host = subscription.service.soco.ip_address
            self._hosts[host] -= 1
            if not self._hosts[host]:
                del self._hosts[host]


class Subscription(events_twisted.Subscription):
    """A subscription whose events are delivered by a :class:`~.listener.Listener`.

    Everything here is called on the reactor thread. ``callback``, when it is set to a callable,
    gets each ``Event``; otherwise events are put on ``events``. ``auto_renew_fail`` gets the
    Failure of a renewal that failed by itself.
    """

    auto_renew_fail: Callable[[Failure], None] | None
    callback: Callable[[Event], None] | None
    timeout: int | None

    def __init__(
        self,
        service: Any,
        event_queue: Queue[Event] | None = None,
        *,
        listener: Listener,
        request: GenaRequest,
        clock: Any,
    ) -> None:
        """Prepare a subscription; nothing is sent yet.

        Args:
            service: The soco ``Service`` to subscribe to.
            event_queue: Where events go while ``callback`` is not set.
            listener: Where the speaker shall deliver its events.
            request: What sends the requests.
            clock: The reactor, or a fake clock.

        """
        super().__init__(service, event_queue)
        if event_queue is None:
            del self.events  # of thousands nobody ever wants one
        self.event_listener = listener
        self.subscriptions_map = listener.subscriptions_map
        #: The last part of the callback path: only the speaker is told it.
        self.token = secrets.token_urlsafe(18)
        #: Bytes of large bodies that it may be sent.
        self.large_bodies = Allowance(clock, LARGE_AT_ONCE, LARGE_PER_SECOND)
        self._send = request
        self._clock = clock
        self._in_turn = DeferredLock()
        self._asking: Deferred[ResponseHeaders] | None = None
        self._ending = False
        self._renewal: IDelayedCall | None = None
        self._auto_renew = False
        self._expires_at: float | None = None

    @cached_property
    @override
    def events(self) -> Queue[Event]:
        """The queue on which events are put while ``callback`` is not set."""
        return Queue()

    @property
    @override
    def time_left(self) -> float:
        """Seconds until the granted time ends; 0 when not subscribed, infinite when endless."""
        if not self.is_subscribed:
            return 0
        if self._expires_at is None:
            return float("inf")
        return max(0.0, self._expires_at - float(self._clock.seconds()))

    @override
    def subscribe(
        self,
        requested_timeout: int | None = None,
        auto_renew: bool = False,
        strict: bool = True,
    ) -> SubscriptionDeferred:
        """Ask the speaker for events.

        Args:
            requested_timeout: Seconds to ask for; the speaker may grant another time.
            auto_renew: Whether to renew by itself at half the granted time, for ever.
            strict: Whether a failure is passed on; otherwise it is logged and the Deferred's
                result is the Subscription all the same.

        Returns:
            A Deferred with the Subscription as its result and as its attribute
            ``subscription``. It fails with one of the errors of
            :class:`~.gena.GenaClient`, or SoCoException when this object was used before.

        """
        return self._perform("subscribe", strict, self._subscribe, requested_timeout, auto_renew)

    @override
    def renew(
        self,
        requested_timeout: int | None = None,
        is_autorenew: bool = False,
        strict: bool = True,
    ) -> SubscriptionDeferred:
        """Prolong the subscription.

        Unlike soco, a failure other than 412 leaves the subscription as it is: the speaker goes
        on sending until the granted time ends, so it is worth trying again.

        Args:
            requested_timeout: Seconds to ask for; None asks for what was asked for before.
            is_autorenew: Whether ``auto_renew_fail`` is called when this fails.
            strict: As in :meth:`subscribe`.

        """
        return self._perform("renew", strict, self._renew, requested_timeout, is_autorenew)

    @override
    def unsubscribe(self, strict: bool = True) -> SubscriptionDeferred:
        """End the subscription; from now on its events are refused, whatever the speaker says.

        Args:
            strict: As in :meth:`subscribe`. 412 is a success: there is nothing to end.

        Returns:
            A Deferred as in :meth:`subscribe`. Cancelling it gives up a SUBSCRIBE or renewal that
            is still waiting for its answer, too.

        """
        require_reactor_thread(self._clock)
        self._ending = True
        self._auto_renew = False
        self._auto_renew_cancel()
        self.subscriptions_map.unregister(self)
        return self._perform("unsubscribe", strict, self._unsubscribe)

    def receive(self, sid: str, seq: int, variables: Variables) -> None:
        """Hand an event to ``callback``, or put it on ``events``.

        Args:
            sid: The notification's SID.
            seq: Its SEQ.
            variables: Its variables, as soco names them.

        """
        self.send_event(Event(sid, seq, self.service, time.time(), variables))

    @property
    def name(self) -> str:
        """What the log calls it: the room and the service."""
        speaker = self.service.soco
        room = speaker.name if isinstance(speaker, Player) else speaker.ip_address
        return f"{room}: {self.service.service_type}"

    def _perform(
        self, action: str, strict: bool, method: Callable[..., Any], *args: object
    ) -> SubscriptionDeferred:
        """Run one of the three requests, after those that were asked for before."""
        require_reactor_thread(self._clock)

        def give_up(_: object) -> None:
            work.cancel()
            if self._ending and self._asking is not None:
                self._asking.cancel()

        outcome = SubscriptionDeferred(canceller=give_up)
        outcome.subscription = self

        def failed(failure: Failure) -> Subscription | Failure:
            if strict:
                return failure
            _LOGGER.debug("%s: %s failed: %s", self.name, action, failure.value)
            return self

        work: Deferred[Any] = self._in_turn.run(method, *args)
        done: Deferred[Any] = work.addCallback(lambda _: self).addErrback(failed)
        done.chainDeferred(outcome)
        return outcome

    def _subscribe(self, requested_timeout: int | None, auto_renew: bool) -> Deferred[None]:
        if self.is_subscribed:
            msg = "This subscription is already subscribed; renew it instead"
            raise SoCoException(msg)
        if self._has_been_unsubscribed or self._ending:
            msg = "A subscription that has ended cannot be used again; make a new one"
            raise SoCoException(msg)
        if not self.event_listener.is_running:
            self.event_listener.start(self.service.soco)
        self.requested_timeout = requested_timeout or DEFAULT_LEASE_SECONDS
        self._auto_renew = auto_renew
        callback = self.event_listener.callback_url(self.service.soco.ip_address, self.token)
        headers = {
            "CALLBACK": f"<{callback}>",
            "NT": "upnp:event",
            "TIMEOUT": f"Second-{self.requested_timeout}",
        }
        self.subscriptions_map.expect(self)
        self.subscriptions_map.subscribing()

        def settled(result: Failure | None) -> Failure | None:
            self.subscriptions_map.finished_subscribing()
            if isinstance(result, Failure):
                self._cancel_subscription()
            return result

        request = self._ask("SUBSCRIBE", headers)
        return request.addCallback(self._subscribed).addBoth(settled)

    def _ask(self, method: str, headers: dict[str, str]) -> Deferred[ResponseHeaders]:
        """Send a request; :meth:`_perform` sees to it that there is one at a time."""
        self._asking = maybeDeferred(self._send, method, self._event_url, headers)
        return self._asking

    def _subscribed(self, headers: ResponseHeaders) -> None:
        sid = headers.get("sid")
        if not sid:
            host = self.service.soco.ip_address
            raise PlayerError(host, "granted a subscription without naming its SID")
        self.sid = sid
        self.is_subscribed = True
        if not self._ending:
            self.subscriptions_map.register(self)
        self._granted(headers)

    def _renew(self, requested_timeout: int | None, is_autorenew: bool) -> Deferred[None]:
        if self._has_been_unsubscribed or not self.is_subscribed:
            msg = "Only a running subscription can be renewed"
            raise SoCoException(msg)
        self._auto_renew_cancel()
        self.requested_timeout = requested_timeout or self.requested_timeout
        headers = {"SID": self.sid, "TIMEOUT": f"Second-{self.requested_timeout}"}

        def failed(failure: Failure) -> Failure:
            if failure.check(SubscriptionLostError) or self.time_left == 0:
                self._cancel_subscription()
            else:
                self._plan_renewal(self.time_left / 2)
            if is_autorenew and callable(self.auto_renew_fail):
                try:
                    self.auto_renew_fail(failure)
                except Exception:
                    # It is foreign code, and its mistake must not keep the failure from us.
                    _LOGGER.exception("A failed renewal could not be handled")
            return failure

        return self._ask("SUBSCRIBE", headers).addCallbacks(self._granted, failed)

    def _unsubscribe(self) -> Deferred[None] | None:
        was_running = self.time_left > 0
        sid = self.sid
        self._cancel_subscription()
        if not was_running:
            return None
        request = self._ask("UNSUBSCRIBE", {"SID": sid})
        return request.addCallbacks(lambda _: None, _is_over)

    def _granted(self, headers: ResponseHeaders) -> None:
        """Take note of the granted time; what cannot be understood counts as what was asked."""
        granted = headers.get("timeout", "")
        if match := _GRANTED.match(granted.strip()):
            self.timeout = int(match[1])
        elif "infinite" in granted.lower():
            self.timeout = None
        else:
            self.timeout = self.requested_timeout
        now = float(self._clock.seconds())
        self._expires_at = None if self.timeout is None else now + self.timeout
        self._plan_renewal(float("inf") if self.timeout is None else self.timeout / 2)

    def _plan_renewal(self, seconds: float) -> None:
        self._auto_renew_cancel()
        if self._auto_renew:
            bounded = min(max(seconds, MIN_RENEWAL_SECONDS), MAX_RENEWAL_SECONDS)
            self._renewal = self._clock.callLater(bounded, self._renew_by_itself)

    def _renew_by_itself(self) -> None:
        self._renewal = None
        self.renew(is_autorenew=True, strict=False)

    @override
    def _auto_renew_cancel(self) -> None:
        renewal, self._renewal = self._renewal, None
        if renewal is not None:
            renewal.cancel()

    @override
    def _cancel_subscription(self, msg: str | None = None) -> None:
        """Forget the subscription here, at once; the listener stays open for the others."""
        self.subscriptions_map.unregister(self)
        self._auto_renew_cancel()
        self.is_subscribed = False
        self._has_been_unsubscribed = True
        self._expires_at = None

    @property
    def _event_url(self) -> str:
        return f"{self.service.base_url}{self.service.event_subscription_url}"
