"""Within what time a state is right again after each kind of fault."""

#: Seconds. The state follows an event; the rest is room for a busy machine.
AT_ONCE = 10.0
#: A lease that was refused is asked for again after a minute at most, and 10 s may be waited for
#: an answer.
AFTER_BACKOFF = 75.0
#: Nobody tells that something is missing: it is found out by asking.
SILENT = 300.0

BOUNDS = {
    "delayed_events": AT_ONCE,
    "duplicated_events": AT_ONCE,
    "reordered_events": AT_ONCE,
    "reboot": AT_ONCE,
    "unplugged": AT_ONCE,
    "unplugged_unnoticed": AT_ONCE,
    "new_address": AT_ONCE,
    "early_or_late_first_events": AT_ONCE,
    "topology_too_large": AT_ONCE,
    "slow": AFTER_BACKOFF,
    "forbidden": AFTER_BACKOFF,
    "hanging_actions": AFTER_BACKOFF,
    "hanging_subscriptions": AFTER_BACKOFF,
    "refused_connections": AFTER_BACKOFF,
    "lost_events": SILENT,
    "forgotten_leases": SILENT,
    "refused_subscriptions": SILENT,
    "absurd_grants": SILENT,
    "hanging": SILENT,
    "disconnected": SILENT,
}

#: What everybody in the house knows at once: the speaker must be unavailable within this time.
GONE = {"unplugged": AT_ONCE}

#: What is not the speaker's own fault: nobody reported the topology.
NO_REPORTER = "no_topology_reporter"
#: What the states of a speaker without any fault are measured under.
NO_FAULT = "none"


def slow_to_heal() -> tuple[str, ...]:
    """Return the kinds after which being wrong for more than a moment is excused."""
    return tuple(kind for kind, seconds in BOUNDS.items() if seconds > AT_ONCE)


def bound(kind: str) -> float:
    """Return the seconds after the end of a fault within which the state is right again."""
    return SILENT if kind == NO_REPORTER else BOUNDS.get(kind, AT_ONCE)
