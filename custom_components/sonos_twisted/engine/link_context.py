"""What the links to the speakers of a household have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .news import AnyNews
from .subscription import DEFAULT_LEASE_SECONDS

if TYPE_CHECKING:
    from .gena import GenaRequest
    from .lease import Lease
    from .listener import Listener
    from .runner import CommandRunner
    from .speaker_link import SpeakerLink


@dataclass(frozen=True, slots=True)
class LinkContext:
    """What all links of a household share.

    Attributes:
        clock: The reactor, or a fake clock.
        listener: Where events arrive.
        request: What sends SUBSCRIBE requests.
        runner: What executes commands.
        post: Takes the news.
        topology_received: Takes the text of a ZoneGroupState, the uid that it came from, and when
            it was asked for, if it was.
        reachability_changed: Called when a speaker became reachable or unreachable.
        lease_changed: Called after each change of a lease's state.
        coordinates: Whether the speaker with this uid coordinates its group.
        reports_topology: Whether the topology is to be polled through the speaker with this uid.
        lease_seconds: How long a subscription to ask for.
        poll_fallback: Whether to ask for the state when events do not arrive.

    """

    clock: Any
    listener: Listener
    request: GenaRequest
    runner: CommandRunner
    post: Callable[[AnyNews], None]
    topology_received: Callable[[str, str, float | None], None]
    reachability_changed: Callable[[SpeakerLink], None]
    lease_changed: Callable[[str, str, Lease], None]
    coordinates: Callable[[str], bool]
    reports_topology: Callable[[str], bool]
    lease_seconds: int = DEFAULT_LEASE_SECONDS
    poll_fallback: bool = True
