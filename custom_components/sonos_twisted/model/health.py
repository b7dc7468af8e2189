"""How well the events of a household arrive, as it was at one moment.

Times are wall-clock seconds where somebody reads them as a time of day, and seconds of a monotonic
clock elsewhere.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseHealth:
    """The lease of one service of one speaker.

    Attributes:
        service: The UPnP service.
        state: What the lease is doing: ``held``, ``waiting``, ``renewing``, ...
        held: Whether events arrive, as far as can be known.
        reason: What went wrong last, as the end of a sentence; empty when nothing is wrong.
        missing_seconds: For how long no events have been arriving; 0 when they do.
        age_seconds: How long ago its subscription was asked for; None without one.
        seconds_left: Until what was granted ends, unless it is renewed; None when it has no end.
        sid: The SID of its subscription; empty without one.
        seq: The SEQ of its last event; None before the first.
        subscriptions: How many subscriptions were asked for so far.
        resubscriptions: How many of them took the place of one that was lost.
        gaps: How many times an event was found missing.

    """

    service: str
    state: str
    held: bool
    reason: str
    missing_seconds: float
    age_seconds: float | None
    seconds_left: float | None
    sid: str
    seq: int | None
    subscriptions: int
    resubscriptions: int
    gaps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerHealth:
    """How well the events of one speaker arrive. What it counts never grows less.

    Attributes:
        uid: The speaker.
        reachable: Whether it answers; None while that is not known.
        is_polled: Whether it is asked for its state, because its events do not arrive; None while
            it is not decided, and when it is not to be asked.
        callback: The address and port that it is told to send its events to; empty if there is no
            way to it.
        leases: Those that are wanted.
        events: How many events have arrived.
        last_event_at: When the last one did, in wall-clock seconds; None before the first.
        resubscriptions: How many subscriptions took the place of one that was lost.
        gaps: How many times an event was found missing.
        latency: Seconds from the arrival of its last event until the host had taken it in, if the
            host keeps that.

    """

    uid: str
    reachable: bool | None
    is_polled: bool | None
    callback: str
    leases: tuple[LeaseHealth, ...]
    events: int
    last_event_at: float | None
    resubscriptions: int
    gaps: int
    latency: float | None = None

    @property
    def held(self) -> int:
        """How many of the leases are held."""
        return sum(lease.held for lease in self.leases)

    @property
    def missing(self) -> tuple[LeaseHealth, ...]:
        """The leases that are not held."""
        return tuple(lease for lease in self.leases if not lease.held)

    def is_ill(self, patience: float) -> bool:
        """Tell whether a lease has been missing for so many seconds."""
        return any(lease.missing_seconds >= patience for lease in self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerHealth:
    """The port that events arrive at.

    Attributes:
        address: The local address; empty while no port is open.
        port: The local port; 0 while none is open.
        openings: How many times a port was opened.
        callbacks: The addresses and ports that speakers are told, each once, in order.
        error: Why no port is open; empty when one is.

    """

    address: str
    port: int
    openings: int
    callbacks: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdHealth:
    """How well the events of a household arrive.

    Attributes:
        taken_at: When this was the case, on the clock of the engine.
        listener: Where they arrive.
        speakers: The speakers that are listened to.
        events: How many events have arrived, also of speakers that are gone.

    """

    taken_at: float
    listener: ListenerHealth
    speakers: tuple[SpeakerHealth, ...]
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerHealth:
    """What executes the commands.

    Attributes:
        under_way: The commands that are being executed, each with the speaker's address.
        waiting: Those that wait for their turn.
        stuck: The addresses of speakers over which a command hangs for longer than it may.

    """

    under_way: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineHealth:
    """What all of a household's events and commands pass through.

    Attributes:
        is_running: Whether the reactor runs.
        latency: Seconds until the reactor thread did what it was asked for, and that was known
            here; None if it did not in time.
        pending_news: How many pieces of news wait to be taken in.
        runner: What executes the commands; None if nothing could be said of it.
        versions: Of the libraries underneath, by name.

    """

    is_running: bool
    latency: float | None
    pending_news: int
    runner: RunnerHealth | None
    versions: dict[str, str]
