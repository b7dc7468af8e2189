"""What a lease can be doing, and what can happen to it; ``lease.py`` says what it does then."""

from enum import StrEnum
from typing import Protocol


class LeaseState(StrEnum):
    """What a lease is doing.

    Attributes:
        IDLE: Nothing yet.
        SUBSCRIBING: It has asked the speaker and waits for the answer.
        GRANTED: The speaker said yes; its initial event has not arrived yet.
        HELD: Events arrive.
        DOUBTFUL: Events may still arrive, but the last renewal failed; it is tried again later.
        RENEWING: As before, and the renewal is being tried again now.
        WAITING: The speaker said no or nothing; it is asked again after a while.
        RELEASED: Over.

    """

    IDLE = "idle"
    SUBSCRIBING = "subscribing"
    GRANTED = "granted"
    HELD = "held"
    DOUBTFUL = "doubtful"
    RENEWING = "renewing"
    WAITING = "waiting"
    RELEASED = "released"


#: In these, events arrive, as far as can be known.
HELD = frozenset({LeaseState.HELD, LeaseState.DOUBTFUL, LeaseState.RENEWING})


class LeaseInputs(Protocol):
    """What can happen to a lease."""

    def hold(self) -> None:
        """Somebody wants the lease."""

    def granted(self) -> None:
        """The speaker accepted the subscription."""

    def initial_event(self) -> None:
        """The event that carries the full state arrived."""

    def refused(self) -> None:
        """The speaker declined or did not answer."""

    def renewal_failed(self) -> None:
        """The speaker did not answer a renewal, or not well."""

    def renewed(self) -> None:
        """A renewal that was tried again succeeded."""

    def lost(self) -> None:
        """The subscription is over, or an event of it was lost: a new one is needed at once."""

    def timer_fired(self) -> None:
        """The time that this state gives itself is over."""

    def sign_of_life(self) -> None:
        """Something else shows that the speaker can be reached."""

    def verify(self) -> None:
        """Somebody doubts that the subscription is still served."""

    def release(self) -> None:
        """Nobody wants the lease any more."""
