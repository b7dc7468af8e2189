"""What is counted of the events, and how that is told.

Counting costs an event an addition. All else is done when somebody asks, on the reactor thread.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..model import LeaseHealth, ListenerHealth, SpeakerHealth
from .news import Served

if TYPE_CHECKING:
    from .lease import Lease
    from .listener import Listener
    from .speaker_link import SpeakerLink


@dataclass(slots=True)
class Tally:
    """What is counted of a speaker, whatever becomes of its leases.

    Attributes:
        events: How many of its events have arrived.
        last_event_at: When the last one did, in wall-clock seconds.
        resubscriptions: How often leases that are no more had to subscribe anew.
        gaps: How often an event was missing that they should have had.

    """

    events: int = 0
    last_event_at: float | None = None
    resubscriptions: int = 0
    gaps: int = 0

    def keep(self, leases: Iterable[Lease]) -> None:
        """Keep what leases have counted that end now."""
        for lease in leases:
            self.resubscriptions += lease.resubscriptions
            self.gaps += lease.gaps


def speaker_health(link: SpeakerLink, callback: str, now: float) -> SpeakerHealth:
    """Tell how well a speaker's events arrive.

    Args:
        link: The link to it.
        callback: The address and port that it is told to send its events to.
        now: The time on the clock of its leases.

    """
    tally, leases = link.tally, link.leases.values()
    return SpeakerHealth(
        uid=link.uid,
        reachable=link.reachable,
        is_polled=None if link.served is None else link.served is Served.BY_POLLING,
        callback=callback,
        leases=tuple(_lease_health(service, lease, now) for service, lease in link.leases.items()),
        events=tally.events,
        last_event_at=tally.last_event_at,
        resubscriptions=tally.resubscriptions + sum(lease.resubscriptions for lease in leases),
        gaps=tally.gaps + sum(lease.gaps for lease in leases),
    )


def _lease_health(service: str, lease: Lease, now: float) -> LeaseHealth:
    since = lease.missing_since
    return LeaseHealth(
        service=service,
        state=lease.state.value,
        held=lease.is_held,
        reason=str(lease.error) if lease.error else "",
        missing_seconds=0.0 if since is None else now - since,
        sid=lease.sid,
        seq=lease.seq,
        subscriptions=lease.subscriptions,
        resubscriptions=lease.resubscriptions,
        gaps=lease.gaps,
    )


def listener_health(listener: Listener, callbacks: Iterable[str]) -> ListenerHealth:
    """Tell how the port is that events arrive at.

    Args:
        listener: What listens there.
        callbacks: The addresses and ports that the speakers are told.

    """
    address, port = listener.address or ("", 0)
    return ListenerHealth(
        address=address,
        port=port,
        openings=listener.openings,
        callbacks=tuple(sorted(set(callbacks))),
        error=str(listener.error) if listener.error else "",
    )
