"""What the network, or a player in a bad mood, does to requests and events."""

from dataclasses import dataclass, field

# What a fault of events can do to the next ones.
NOTIFY_FAULTS = ("drop", "delay", "duplicate", "reorder")
# In place of an error code: a player accepts an action, and nothing comes of it.
IGNORED = 0
# What a player can leave unanswered.
STALLS = ("soap", "gena", "websocket", "all")


@dataclass(slots=True)
class NotifyFault:
    """Something that happens to the next events of a player."""

    kind: str
    service: str | None = None
    count: int = 1
    seconds: float = 0.0


@dataclass(slots=True)
class Faults:
    """The faults of one player; the default is none."""

    stall: str | None = None
    forbid: bool = False
    latency: float = 0.0
    subscribe_status: int | None = None
    granted: str | None = None
    actions: dict[str, list[int]] = field(default_factory=dict)
    notify: list[NotifyFault] = field(default_factory=list)

    def stalls(self, kind: str) -> bool:
        """Tell whether requests of a kind stay unanswered."""
        return self.stall in {kind, "all"}

    def take_action(self, action: str) -> int | None:
        """Return the error code that an action shall fail with this time, if any."""
        codes = self.actions.get(action)
        return codes.pop(0) if codes else None

    def take_notify(self, service: str) -> NotifyFault | None:
        """Return the fault that the next event of a service shall suffer, if any."""
        for fault in self.notify:
            if fault.service in {None, service}:
                fault.count -= 1
                if fault.count <= 0:
                    self.notify.remove(fault)
                return fault
        return None
