"""What a process has used, read from outside of it."""

from dataclasses import dataclass
from pathlib import Path
import re
import time
from typing import Self

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and its children have used so far.

    Attributes:
        cpu: Processor time, in nanoseconds.
        switches: How often its threads were taken off a processor, or left it to wait.

    """

    cpu: int
    switches: int

    @classmethod
    def of(cls, pid: int) -> Self:
        """Read it."""
        pids = family(pid)
        return cls(sum(map(_cpu, pids)), sum(map(_switches, pids)))

    def __sub__(self, before: Usage) -> Usage:
        """Return what was used since then."""
        return Usage(self.cpu - before.cpu, self.switches - before.switches)


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    pids = [pid]
    for parent in pids:
        for children in _PROC.glob(f"{parent}/task/*/children"):
            pids += map(int, _text(children).split())
    return pids


def memory(pid: int) -> int:
    """Return the bytes that a process and its children keep in memory, without files."""
    return 1024 * sum(
        int(size)
        for each in family(pid)
        for size in re.findall(r"(?m)^Anonymous: +(\d+)", _text(_PROC / f"{each}/smaps_rollup"))
    )


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _cpu(pid: int) -> int:
    # The clock of another process's time: see clock_getcpuclockid(3).
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def _switches(pid: int) -> int:
    return sum(
        int(count)
        for status in _PROC.glob(f"{pid}/task/*/status")
        for count in re.findall(r"ctxt_switches:\s+(\d+)", _text(status))
    )
