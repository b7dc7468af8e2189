"""A test of whether the events of speakers arrive: a subscription of its own for each of them.

Lives on the reactor thread.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred, gatherResults

from .errors import EngineError, EventsNotArrivingError
from .player import Player, service_of
from .subscription import Subscription
from .verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from .gena import GenaRequest
    from .listener import Listener, Listeners, ListenSettings

#: A service that every speaker has, with small events.
SERVICE = "DeviceProperties"

#: Seconds; real speakers send the first event within milliseconds of the grant.
FIRST_EVENT_SECONDS = 5.0

#: Seconds to ask for: what cannot be ended is soon over.
LEASE_SECONDS = 60

#: Seconds within which a speaker that still answers has ended the subscription.
ENDING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class SelfTest:
    """How the test of one speaker went.

    Attributes:
        address: The speaker, as ``host:port``.
        callback: Where it was told to deliver, as ``host:port``; empty if it was told nothing.
        verdict: What came of it.
        seconds: How long that took.
        error: What was in the way; None if the event arrived.

    """

    address: str
    callback: str
    verdict: Verdict
    seconds: float
    error: EngineError | None = None


def try_events(
    listeners: Listeners,
    settings: ListenSettings,
    own: Listener | None,
    request: GenaRequest,
    players: Iterable[Player],
) -> Deferred[list[SelfTest]]:
    """Find out which speakers' events would arrive if these were the settings.

    Args:
        listeners: The open listeners of the process.
        settings: What is to be tried; a port that is opened for it is closed afterwards.
        own: The listener that would be closed if the settings were changed to these: its port
            counts as free.
        request: What sends the requests.
        players: The speakers, which are all asked at once.

    """

    async def in_turn() -> list[SelfTest]:
        listener = listeners.try_out(settings, own)
        try:
            tests = [
                Deferred.fromCoroutine(_try_one(listeners.reactor, listener, request, player))
                for player in players
            ]
            return await gatherResults(tests, consumeErrors=True)
        finally:
            await listeners.release(listener)

    return Deferred.fromCoroutine(in_turn())


async def _try_one(
    clock: Any, listener: Listener, request: GenaRequest, player: Player
) -> SelfTest:
    subscription = Subscription(
        service_of(player, SERVICE), listener=listener, request=request, clock=clock
    )
    begin = clock.seconds()
    error: EngineError | None = None
    try:
        await _first_event(clock, subscription)
    except EngineError as failure:
        error = failure
    seconds = clock.seconds() - begin
    return SelfTest(
        address=player.address,
        callback=_told(listener, player),
        verdict=verdict_of(error) if error else Verdict.ARRIVED,
        seconds=seconds,
        error=error,
    )


async def _first_event(clock: Any, subscription: Subscription) -> None:
    """Subscribe, wait for the first event, and end the subscription in any case."""
    arrived: Deferred[None] = Deferred()
    subscription.callback = lambda _: None if arrived.called else arrived.callback(None)
    host = subscription.service.soco.ip_address

    def not_in_time(*_: object) -> NoReturn:
        raise EventsNotArrivingError(host, subscription.event_listener.callback_url(host))

    try:
        await subscription.subscribe(LEASE_SECONDS)
        await arrived.addTimeout(FIRST_EVENT_SECONDS, clock, not_in_time)
    finally:
        ending = subscription.unsubscribe(strict=False)
        ending.addTimeout(ENDING_SECONDS, clock)
        await ending.addBoth(lambda _: None)


def _told(listener: Listener, player: Player) -> str:
    """Return where a speaker was told to deliver; it is told nothing without a port or a route."""
    if not listener.is_running:
        return ""
    try:
        return urlsplit(listener.callback_url(player.ip_address)).netloc
    except EngineError:
        return ""
