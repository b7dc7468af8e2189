"""Whether a speaker can be reached, as far as its leases, its events and its answers show.

Lives on the reactor thread.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .errors import (
    EngineError,
    HttpStatusError,
    PlayerUnreachableError,
    UpnpDisabledError,
    UpnpError,
)

if TYPE_CHECKING:
    from .lease import Lease

#: What shows that a speaker cannot be used at all, rather than that something went wrong once.
OUT_OF_REACH = (PlayerUnreachableError, UpnpDisabledError)

#: Errors that only a speaker that answers can bring about.
_ANSWERS = (UpnpError, HttpStatusError)

#: Seconds during which a speaker that said goodbye still sends events: a Move that falls asleep
#: does so for about ten (home-assistant/core#68521).
LEAVING_SECONDS = 10.0

#: Seconds for which an event or an answer shows that a speaker is there which was believed to be
#: out of reach. One that answers nothing but goes on sending events shall not come and go with each
#: of them, and neither shall one that does as it is told but grants no subscription.
HEARD_SECONDS = 30.0

#: Seconds for which a question that was not answered counts against a speaker; also how often one
#: is asked when all of a speaker's leases have failed.
SILENT_SECONDS = 30.0


class Presence:
    """Decides whether one speaker is reachable.

    Attributes:
        reachable: Whether it is; None while that is not known.

    """

    def __init__(
        self,
        host: str,
        clock: Any,
        *,
        leases: Mapping[str, Lease],
        ask: Callable[[], None],
        changed: Callable[[bool, str], None],
    ) -> None:
        """Begin without knowing.

        Args:
            host: The speaker's address.
            clock: The reactor, or a fake clock.
            leases: Its leases, by service.
            ask: Asks the speaker a question, whose outcome is to be told to :meth:`answered` or
                to :meth:`did_not_answer`.
            changed: Takes whether it is reachable, and why it is not, when that has changed.

        """
        self.reachable: bool | None = None
        self._host = host
        self._clock = clock
        self._leases = leases
        self._ask = ask
        self._changed = changed
        self._leaving_until = 0.0
        self._heard_until = 0.0
        self._silent_until = 0.0
        self._next_question = 0.0

    @property
    def _all_leases_fail(self) -> bool:
        return all(isinstance(lease.error, OUT_OF_REACH) for lease in self._leases.values())

    def is_shown(self) -> None:
        """Take note that the speaker has just answered a request for events, or sent some."""
        if self._clock.seconds() >= self._leaving_until:
            self._set(reachable=True)

    def event_arrived(self, *, is_initial: bool) -> None:
        """Take note of an event.

        A first event is no contradiction to what is believed: the speaker has just accepted the
        subscription.
        """
        now = self._clock.seconds()
        if not is_initial and (self.reachable is False or now < self._heard_until):
            self._heard_until = now + HEARD_SECONDS
        self.is_shown()

    def answered(self) -> None:
        """Take note that the speaker answered a question or did as it was told."""
        self._silent_until = 0.0
        now = self._clock.seconds()
        if now >= self._leaving_until and (self.reachable is False or self._all_leases_fail):
            self._heard_until = now + HEARD_SECONDS
        self.is_shown()

    def did_not_answer(self, error: EngineError) -> None:
        """Take note that a question has failed, which may be an answer, too."""
        if isinstance(error, _ANSWERS):
            self.answered()
        else:
            self._silent_until = self._clock.seconds() + SILENT_SECONDS

    def returned(self) -> None:
        """Take note that the speaker made itself heard, and is not about to leave any more."""
        self._leaving_until = 0.0

    def said_goodbye(self, reason: str) -> None:
        """Take note that the speaker is leaving; events that it still sends mean nothing."""
        self._leaving_until = self._clock.seconds() + LEAVING_SECONDS
        self._set(reachable=False, error=PlayerUnreachableError(self._host, f"has left ({reason})"))

    def doubt(self, error: Exception, failed: Lease | None = None) -> None:
        """Something found the speaker out of reach: ask in all ways before believing it.

        A speaker that grants no subscription may do all else, and one that answers no question may
        go on sending events.

        Args:
            error: What went wrong.
            failed: The lease that found it, if it was one.

        """
        for lease in list(self._leases.values()):
            # One that knows already has its own time to ask again; asking now would go round.
            if lease is not failed and lease.error is None:
                lease.verify()
        now = self._clock.seconds()
        if now < self._heard_until or not self._all_leases_fail:
            return
        if now < self._silent_until:
            self._set(reachable=False, error=error)
        if now >= self._next_question:
            self._next_question = now + SILENT_SECONDS
            self._ask()

    def _set(self, *, reachable: bool, error: Exception | None = None) -> None:
        if self.reachable is not reachable:
            self.reachable = reachable
            self._changed(reachable, "" if error is None else str(error))
