"""What is counted of the events, and how that is told.

Counting costs an event an addition. All else is done when somebody asks, on the reactor thread.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..model import HouseholdHealth, LeaseHealth, ListenerHealth, SpeakerHealth
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


def household_health(
    listener: Listener,
    links: Mapping[str, SpeakerLink],
    tallies: Mapping[str, Tally],
    callbacks: Mapping[str, str],
    now: float,
) -> HouseholdHealth:
    """Tell how well the events of a household arrive.

    Args:
        listener: Where they arrive.
        links: The links to its speakers, by uid.
        tallies: What was counted of all speakers, also of those that are gone, by uid.
        callbacks: The URL that each speaker is told to send its events to, by uid.
        now: The time on the clock of the leases.

    """
    told = {uid: urlsplit(url).netloc for uid, url in callbacks.items() if uid in links}
    address, port = listener.address or ("", 0)
    return HouseholdHealth(
        taken_at=now,
        listener=ListenerHealth(
            address=address,
            port=port,
            openings=listener.openings,
            callbacks=tuple(sorted(set(told.values()))),
            error=str(listener.error) if listener.error else "",
        ),
        speakers=tuple(
            _speaker_health(link, told.get(uid, ""), now) for uid, link in links.items()
        ),
        events=sum(tally.events for tally in tallies.values()),
    )


_IS_POLLED: Mapping[Served | None, bool] = {Served.BY_EVENTS: False, Served.BY_POLLING: True}


def _speaker_health(link: SpeakerLink, callback: str, now: float) -> SpeakerHealth:
    tally, leases = link.tally, link.leases.values()
    return SpeakerHealth(
        uid=link.uid,
        reachable=link.reachable,
        is_polled=_IS_POLLED.get(link.served),
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
        age_seconds=None if lease.asked_at is None else now - lease.asked_at,
        seconds_left=lease.seconds_left,
        sid=lease.sid,
        seq=lease.seq,
        subscriptions=lease.subscriptions,
        resubscriptions=lease.resubscriptions,
        gaps=lease.gaps,
    )
