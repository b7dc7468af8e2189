"""Whether the events of one subscription arrive complete and in order."""

from dataclasses import dataclass
from enum import Enum, auto

#: SEQ is an unsigned 32-bit number; 0 is only ever the initial event, so after the maximum
#: comes 1 (UPnP Device Architecture 1.1, 4.3.2).
MAX_SEQ = 2**32 - 1


class Arrival(Enum):
    """How an event stands to those before it."""

    INITIAL = auto()
    IN_ORDER = auto()
    AFTER_GAP = auto()
    REPEATED = auto()
    LATE = auto()
    OUT_OF_NOWHERE = auto()


@dataclass(slots=True)
class EventSequence:
    """Follows the SEQ numbers of one SID."""

    last: int | None = None
    #: Whether the initial event and all events since then were seen.
    complete: bool = False

    def arrived(self, seq: int) -> Arrival:
        """Take note of an event and say how it stands to those before it.

        A repeated or late event says nothing new and must not be applied. After a gap an event
        is lost: what it said can only be had by subscribing again. An initial event that follows
        others may be late, or the speaker counts anew; it must not be applied, and it, too, takes
        a new subscription to find out.
        """
        last, self.last = self.last, seq
        if last is None:
            self.complete = seq == 0
            return Arrival.INITIAL if seq == 0 else Arrival.AFTER_GAP
        if seq == 0 != last:
            self.complete = False
            return Arrival.OUT_OF_NOWHERE
        ahead = (seq - last) % MAX_SEQ
        if ahead == 1:
            return Arrival.IN_ORDER
        if ahead == 0:
            return Arrival.REPEATED
        if ahead > MAX_SEQ // 2:
            self.last = last
            return Arrival.LATE
        self.complete = False
        return Arrival.AFTER_GAP
