"""Who reports what concerns the whole household, and who does so when they do not.

Lives on the reactor thread.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall

    from .lease import Lease
    from .speaker_link import SpeakerLink

TOPOLOGY = "ZoneGroupTopology"

#: Services whose events concern the household, and how many speakers report them to us. With two
#: of them for the topology, one that leaves cannot take the news of it along.
HOUSEHOLD_SERVICES: Mapping[str, int] = {TOPOLOGY: 2, "AlarmClock": 1, "ContentDirectory": 1}

#: Seconds after which another speaker takes the place of one whose lease fails.
PATIENCE_SECONDS = 10.0

#: Seconds during which a speaker that was replaced is not chosen again, if there are others.
DECLINED_SECONDS = 600.0


class Reporters:
    """Chooses the speakers that report the household's services.

    Attributes:
        chosen: The uids of those that report, by service.

    """

    def __init__(
        self,
        clock: Any,
        links: Mapping[str, SpeakerLink],
        *,
        replace: Callable[[], None],
        nobody_else: Callable[[str, str], None],
    ) -> None:
        """Begin with nobody chosen.

        Args:
            clock: The reactor, or a fake clock.
            links: The links to all speakers, by uid.
            replace: Called when others are to be chosen.
            nobody_else: Takes the service and the uid of a speaker whose lease goes on failing
                while there is nobody to take its place.

        """
        self.chosen: dict[str, list[str]] = {service: [] for service in HOUSEHOLD_SERVICES}
        self._clock = clock
        self._links = links
        self._replace = replace
        self._nobody_else = nobody_else
        self._failing: dict[tuple[str, str], IDelayedCall] = {}
        self._declined: dict[tuple[str, str], float] = {}

    def stop(self) -> None:
        """Look after nobody any more."""
        for timer in self._failing.values():
            timer.cancel()
        self._failing.clear()

    def choose(self, service: str) -> list[str]:
        """Choose who reports a service from now on.

        Reachable speakers that do not decline it, and rather those that report it already, or else
        whose other events arrive.
        """
        reporting = set(self.chosen[service])

        def preference(link: SpeakerLink) -> tuple[bool, bool, bool, bool, str]:
            return (
                link.reachable is False,
                self._declines(service, link.uid),
                link.uid not in reporting,
                not link.is_heard,
                link.uid,
            )

        best = sorted(self._links.values(), key=preference)[: HOUSEHOLD_SERVICES[service]]
        self.chosen[service] = [link.uid for link in best]
        return self.chosen[service]

    def lease_changed(self, uid: str, service: str, lease: Lease) -> None:
        """Take note of a change of a lease, be it of such a service or not."""
        if service not in HOUSEHOLD_SERVICES:
            return
        key = service, uid
        if lease.is_held:
            self._declined.pop(key, None)
            timer = self._failing.pop(key, None)
            if timer is not None:
                timer.cancel()
        elif lease.error is not None and key not in self._failing:
            self._wait_for(key)

    def is_reported(self, service: str) -> bool:
        """Tell whether the events of a service arrive from anybody."""
        links = (self._links[uid] for uid in self.chosen[service] if uid in self._links)
        leases = (link.leases.get(service) for link in links)
        return any(lease is not None and lease.is_held for lease in leases)

    def _wait_for(self, key: tuple[str, str]) -> None:
        self._failing[key] = self._clock.callLater(PATIENCE_SECONDS, self._lost_patience, key)

    def _lost_patience(self, key: tuple[str, str]) -> None:
        del self._failing[key]
        service, uid = key
        link = self._links.get(uid)
        lease = link.leases.get(service) if link is not None else None
        if lease is None or lease.is_held or uid not in self.chosen[service]:
            return
        if any(self._could_report(service, link) for link in self._links.values()):
            self._declined[key] = self._clock.seconds() + DECLINED_SECONDS
            self._replace()
        else:
            self._wait_for(key)
            self._nobody_else(service, uid)

    def _could_report(self, service: str, link: SpeakerLink) -> bool:
        """Tell whether a speaker could do better: where no events arrive at all, nobody can."""
        declines = self._declines(service, link.uid) or link.uid in self.chosen[service]
        return link.is_heard and link.reachable is not False and not declines

    def _declines(self, service: str, uid: str) -> bool:
        now: float = self._clock.seconds()
        return now < self._declined.get((service, uid), 0.0)
