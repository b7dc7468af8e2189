"""Sends events as speakers do, in a process of its own, and notes when.

    python -m tests.benchmarks.volley < plan.json

Each lane is one lease: its events go one after the other over connections of their own, from the
speaker's address, the next one when the last one is answered. Everything else is as short as
Python can make it, because real speakers take no processor time of Home Assistant's machine. The
clock of an event starts immediately before its connection is made.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
import errno
import json
import select
import socket
import subprocess
import sys
from time import monotonic, monotonic_ns
from typing import Any, Self

#: Stands in a body for the number of the event.
MARK = "@NUMBER@"

#: Seconds after the last event within which the listener must have answered.
_PATIENCE = 20.0


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A lease, and what is sent to it.

    Attributes:
        uid: Of the speaker.
        source: Its address.
        host: Where events go.
        port: Where events go.
        path: Where events go.
        sid: Of the lease.
        service: What it is about.
        seq: Of the next event.
        bodies: Of the events, one after the other, again and again. Each may have `MARK` in it.
        first: Number of the first event.
        wrap: After how many numbers they begin at 0 again; 0: never.

    """

    uid: str
    source: str
    host: str
    port: int
    path: str
    sid: str
    service: str
    seq: int
    bodies: list[str]
    first: int = 1
    wrap: int = 0

    def request(self, index: int) -> bytes:
        """Write a request."""
        number = self.number(index)
        body = self.bodies[index % len(self.bodies)].replace(MARK, str(number)).encode()
        head = (
            f"NOTIFY {self.path} HTTP/1.1\r\nHOST: {self.host}:{self.port}\r\n"
            f"CONNECTION: close\r\nCONTENT-TYPE: text/xml\r\nCONTENT-LENGTH: {len(body)}\r\n"
            "NT: upnp:event\r\nNTS: upnp:propchange\r\n"
            f"SID: {self.sid}\r\nSEQ: {self.seq + index}\r\n"
            f"X-SONOS-SERVICETYPE: {self.service}\r\n\r\n"
        )
        return head.encode() + body

    def number(self, index: int) -> int:
        """Return the number in an event."""
        number = self.first + index
        return number % self.wrap if self.wrap else number


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to send.

    Attributes:
        lanes: To whom.
        rate: Events per second of all lanes together; 0: as fast as they are answered.
        seconds: For how long.
        at_most: How many events at most.
        together: Whether each happening is told on all lanes, as a topology is.

    """

    lanes: list[Lane]
    rate: float
    seconds: float
    at_most: int = 1_000_000_000
    together: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """An event that was sent.

    Attributes:
        lane: Number of the lane.
        index: Which one of the lane it was.
        sent: When, before the connection was made, in nanoseconds.
        answered: When the answer was there.
        status: What was answered; 0: nothing.

    """

    lane: int
    index: int
    sent: int
    answered: int
    status: int


class _Shooter:
    """One lane at work."""

    def __init__(self, number: int, lane: Lane, poll: select.epoll) -> None:
        self.lane = lane
        self.number = number
        self.waiting = 0
        self.index = 0
        self.socket: socket.socket | None = None
        self._poll = poll
        self._target = (lane.host, lane.port)
        self._unsent = b""
        self._answer = b""
        self._begun = 0

    def shoot(self) -> int:
        """Send the next event; return the descriptor of its connection."""
        request = self.lane.request(self.index)
        self._begun = monotonic_ns()
        connection = socket.socket()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.bind((self.lane.source, 0))
        code = connection.connect_ex(self._target)
        self.socket, self._answer, self._unsent = connection, b"", request
        if code == 0:
            self.write()
        elif code != errno.EINPROGRESS:
            self._unsent = b""
        events = select.EPOLLIN | (select.EPOLLOUT if self._unsent else 0)
        self._poll.register(connection, events)
        return connection.fileno()

    def write(self) -> None:
        """Send what is not sent yet."""
        if self.socket is None or not self._unsent:
            return
        try:
            sent = self.socket.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._unsent)
        self._unsent = self._unsent[sent:]

    def act(self, events: int) -> Shot | None:
        """Write or read; return the event if it is answered."""
        if self.socket is None:
            return None
        if events & select.EPOLLOUT:
            self.write()
            if not self._unsent:
                self._poll.modify(self.socket, select.EPOLLIN)
        if not events & ~select.EPOLLOUT:
            return None
        try:
            data = self.socket.recv(4096)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        self._answer += data
        if data and b"\r\n\r\n" not in self._answer:
            return None
        return self.finish()

    def finish(self) -> Shot:
        """End the connection; return what came of the event."""
        if self.socket is not None:
            self._poll.unregister(self.socket)
            self.socket.close()
            self.socket = None
        status = self._answer[9:12]
        shot = Shot(
            self.number,
            self.index,
            self._begun,
            monotonic_ns(),
            int(status) if status.isdigit() else 0,
        )
        self.index += 1
        return shot


class _Battery:
    """All lanes at work."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._poll = select.epoll()
        self._shooters = [
            _Shooter(number, lane, self._poll) for number, lane in enumerate(plan.lanes)
        ]
        self._busy: dict[int, _Shooter] = {}
        self._shots: list[Shot] = []
        self._begun = monotonic()
        self._count = 0

    def fire(self) -> list[Shot]:
        """Send everything; return what came of it."""
        plan = self._plan
        happenings = min(plan.at_most, int(plan.rate * plan.seconds) or plan.at_most)
        end = self._begun + plan.seconds
        if not plan.rate:
            for shooter in self._shooters:
                shooter.waiting = 1
                self._start(shooter)
        while True:
            now = monotonic()
            due = self._begun + self._count / plan.rate if plan.rate else end
            if plan.rate and self._count < happenings and now >= due:
                self._happen()
                continue
            over = self._count >= happenings if plan.rate else now >= end or not self._busy
            if over and (not self._busy or now > end + _PATIENCE):
                break
            more = bool(plan.rate) and not over
            self._work(max(0.0, due - now) if more else 0.1, again=not plan.rate and not over)
        self._shots += [shooter.finish() for shooter in self._busy.values()]
        return self._shots

    def _happen(self) -> None:
        """Let the next thing happen, of which one speaker tells, or all do."""
        shooters: Iterable[_Shooter] = self._shooters
        if not self._plan.together:
            shooters = [self._shooters[self._count % len(self._shooters)]]
        self._count += 1
        for shooter in shooters:
            shooter.waiting += 1
            self._start(shooter)

    def _start(self, shooter: _Shooter) -> None:
        if shooter.socket is None and shooter.waiting:
            shooter.waiting -= 1
            self._busy[shooter.shoot()] = shooter

    def _work(self, patience: float, *, again: bool) -> None:
        for descriptor, events in self._poll.poll(patience):
            shooter = self._busy[descriptor]
            if (shot := shooter.act(events)) is None:
                continue
            del self._busy[descriptor]
            self._shots.append(shot)
            if again and len(self._shots) + len(self._busy) < self._plan.at_most:
                shooter.waiting = 1
            self._start(shooter)


class Volley:
    """A plan that is carried out in a process of its own."""

    def __init__(self, plan: Plan) -> None:
        """Start the process; `shots` waits for it."""
        self._input = json.dumps(asdict(plan)).encode()

    @classmethod
    def of(cls, lanes: list[Lane], rate: float, seconds: float, **more: Any) -> Self:
        """Make a plan."""
        return cls(Plan(lanes=lanes, rate=rate, seconds=seconds, **more))

    def fire(self) -> list[Shot]:
        """Carry it out, which blocks; return what came of it."""
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=self._input,
            stdout=subprocess.PIPE,
            check=True,
        )
        return [Shot(*row) for row in json.loads(done.stdout)]


def main() -> None:
    """Carry out the plan on standard input."""
    data = json.loads(sys.stdin.read())
    lanes = [Lane(**lane) for lane in data.pop("lanes")]
    shots = _Battery(Plan(lanes=lanes, **data)).fire()
    rows = [(shot.lane, shot.index, shot.sent, shot.answered, shot.status) for shot in shots]
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
