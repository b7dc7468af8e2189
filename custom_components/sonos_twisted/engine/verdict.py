"""Whether the events of a speaker arrive, and what is in the way if they do not."""

from enum import StrEnum

from .errors import EventsNotArrivingError, ListenError, PlayerUnreachableError, UpnpDisabledError


class Verdict(StrEnum):
    """What came of asking a speaker for events.

    Attributes:
        ARRIVED: Its first event arrived.
        NOT_ARRIVED: It granted the subscription, and its first event did not arrive.
        UPNP_DISABLED: It answered 403: UPnP is switched off in the Sonos app.
        REFUSED: It granted no subscription, for another reason.
        UNREACHABLE: It did not answer, or there is no route to it.
        NO_PORT: There was no free port to tell it of.

    """

    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"
    UPNP_DISABLED = "upnp_disabled"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NO_PORT = "no_port"


_VERDICTS: tuple[tuple[type[Exception], Verdict], ...] = (
    (EventsNotArrivingError, Verdict.NOT_ARRIVED),
    (UpnpDisabledError, Verdict.UPNP_DISABLED),
    (PlayerUnreachableError, Verdict.UNREACHABLE),
    (ListenError, Verdict.NO_PORT),
)


def verdict_of(error: Exception) -> Verdict:
    """Return what an error says about a speaker's events."""
    return next((it for kind, it in _VERDICTS if isinstance(error, kind)), Verdict.REFUSED)
