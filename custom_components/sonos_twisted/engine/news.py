"""What the engine tells the host about a household.

Every piece of news is immutable and safe to hand from one thread to another. Pieces that are
``about`` the same thing merge, so that a busy host gets the latest truth instead of a backlog.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from ..model import (
    DeviceDescription,
    Passage,
    PositionReading,
    Topology,
    Variables,
    merge_variables,
    passage,
)
from .errors import ListenError
from .verdict import Verdict


@dataclass(frozen=True, slots=True)
class _Latest:
    """News of which only the latest counts."""

    def merged_with(self, newer: Self) -> Self:
        """Return the newer piece."""
        return newer


@dataclass(frozen=True, slots=True)
class EventNews:
    """State variables of a service changed.

    Attributes:
        uid: The speaker that sent the event.
        service: The UPnP service, for example ``AVTransport``.
        variables: The variables that changed, as soco names them.
        received_at: When the (last) event arrived, on ``time.monotonic()``'s scale.
        events: How many events were merged into this one; 0 if the speaker was asked instead.
        is_initial: Whether one of them was the first of its subscription, which tells how things
            are, and not that they have changed just now.
        boot_seq: The boot sequence number that the speaker was known to have when it sent the
            (last) event; None if that was not known.
        passed: The tracks of which the merged events told one after the other; None if it is a
            single event.

    """

    uid: str
    service: str
    variables: Variables
    received_at: float
    events: int = 1
    is_initial: bool = False
    boot_seq: int | None = None
    passed: Passage | None = None

    @property
    def _tracks(self) -> Passage | None:
        if self.service != "AVTransport":
            return None
        return self.passed or passage(self.variables)

    @property
    def about(self) -> Hashable:
        """One slot per speaker and service."""
        return self.uid, self.service

    def merged_with(self, newer: Self) -> Self:
        """Lay the newer event's variables over this one's."""
        earlier, later = self._tracks, newer._tracks
        passed = earlier.then(later) if earlier and later else None
        return replace(
            newer,
            variables=merge_variables(self.variables, newer.variables),
            events=self.events + newer.events,
            is_initial=self.is_initial or newer.is_initial,
            passed=passed if passed and passed.last else None,
        )


@dataclass(frozen=True, slots=True)
class TopologyNews(_Latest):
    """The household's rooms or groups are now these.

    Attributes:
        topology: All of the household.
        received_at: When it arrived, on ``time.monotonic()``'s scale.

    """

    topology: Topology
    received_at: float

    @property
    def about(self) -> Hashable:
        """One slot per household."""
        return "topology"


@dataclass(frozen=True, slots=True)
class DescriptionNews(_Latest):
    """A speaker's device description was read."""

    description: DeviceDescription

    @property
    def about(self) -> Hashable:
        """One slot per speaker."""
        return self.description.uid, "description"


@dataclass(frozen=True, slots=True)
class ReachabilityNews(_Latest):
    """A speaker became reachable or unreachable.

    Attributes:
        uid: The speaker.
        reachable: Whether it answers.
        reason: Why not, as the end of a sentence; empty when it does.

    """

    uid: str
    reachable: bool
    reason: str = ""

    @property
    def about(self) -> Hashable:
        """One slot per speaker."""
        return self.uid, "reachability"


@dataclass(frozen=True, slots=True)
class LeaseNews(_Latest):
    """A lease was won or lost.

    Attributes:
        uid: The speaker.
        service: The UPnP service.
        held: Whether the speaker is sending us this service's events.
        reason: Why not, as the end of a sentence; empty when it is.
        verdict: What came of the last attempt; None before there was one.
        callback: The URL, without its token, that events of the speaker do not reach, if they
            do not.

    """

    uid: str
    service: str
    held: bool
    reason: str = ""
    verdict: Verdict | None = None
    callback: str = ""

    @property
    def about(self) -> Hashable:
        """One slot per lease."""
        return self.uid, self.service, "lease"


class Served(StrEnum):
    """How a speaker's state comes to us."""

    BY_EVENTS = "events"
    BY_POLLING = "polling"
    NOT_AT_ALL = "nothing"


@dataclass(frozen=True, slots=True)
class ServedNews(_Latest):
    """A speaker's state now comes in another way."""

    uid: str
    served: Served

    @property
    def about(self) -> Hashable:
        """One slot per speaker."""
        return self.uid, "served"


@dataclass(frozen=True, slots=True)
class PositionNews(_Latest):
    """A speaker that is polled said how far its track has been played.

    Attributes:
        uid: The speaker.
        reading: Its answer.
        requested_at: When it was asked, at the latest, on ``time.monotonic()``'s scale.

    """

    uid: str
    reading: PositionReading
    requested_at: float

    @property
    def about(self) -> Hashable:
        """One slot per speaker."""
        return self.uid, "position"


@dataclass(frozen=True, slots=True)
class ListenerNews(_Latest):
    """The port that events arrive at was opened, or could not be.

    Attributes:
        error: Why no port is open; None when one is.

    """

    error: ListenError | None

    @property
    def about(self) -> Hashable:
        """One slot per household."""
        return "listener"


type AnyNews = (
    EventNews
    | TopologyNews
    | DescriptionNews
    | ReachabilityNews
    | LeaseNews
    | ServedNews
    | PositionNews
    | ListenerNews
)
