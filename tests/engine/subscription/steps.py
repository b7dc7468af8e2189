"""What is answered to a subscription, and what becomes of it."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from ...model.payloads import notify as body_of

VOLUME = body_of({"Volume": "20"})


def outcome_of(deferred: Deferred[Any]) -> list[object]:
    """Collect the result of a Deferred, or the exception that it fails with."""
    outcome: list[object] = []
    deferred.addCallbacks(outcome.append, lambda failure: outcome.append(failure.value))
    return outcome


def until_renewal(clock: Clock) -> float:
    """Return the seconds until the only thing that is planned."""
    (call,) = clock.getDelayedCalls()
    return float(call.getTime() - clock.seconds())
