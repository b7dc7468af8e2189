"""How long events take while the listener is attacked: python -m tests.benchmarks.listener_attacks.

The listener runs in this process, with its reactor, as in Home Assistant. A honest speaker, a
process of its own, sends an event every few milliseconds over a connection each, and measures the
time from connecting to the answer. The attackers are processes of their own, too, on other
loopback addresses.

All of them share the processors of this machine, so an attack costs time even if it is aimed at
something else. To tell that from what it does to the listener, each attack is measured twice: on
the listener, and on a bare server, a process of its own on another port, that answers everything
with the same few bytes. Both, and an undisturbed phase, take turns in several rounds.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
import contextlib
from dataclasses import dataclass, field
import itertools
import json
import logging
import os
from pathlib import Path
import random
import resource
import select
import socket
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

from twisted.internet.defer import Deferred, succeed

from custom_components.sonos_twisted.engine.floodgate import Floodgate
from custom_components.sonos_twisted.engine.gena import ResponseHeaders
from custom_components.sonos_twisted.engine.listener import Listener, ListenSettings
from custom_components.sonos_twisted.engine.notify_site import MAX_BODY
from custom_components.sonos_twisted.engine.player import Player, service_of
from custom_components.sonos_twisted.engine.reactor import global_reactor
from custom_components.sonos_twisted.engine.subscription import Subscription

from ..engine.fakes import request_bytes
from ..fuzz.targets import SEEDS
from ..model.payloads import last_change, propertyset

OURS = "127.30.201.1"
SPEAKER = "127.30.202.1"
ATTACKERS = "127.30.203"
PORT = 17900
BARE_PORT = 17899

#: Seconds between two honest events: 50 a second, more than a household of 32 rooms sends.
PAUSE = 0.02
EVENT = last_change('<Volume channel="Master" val="20"/><Mute channel="Master" val="0"/>')


def connect(address: tuple[str, int], source: str) -> socket.socket:
    """Connect from an address of one's own."""
    return socket.create_connection(address, timeout=5, source_address=(source, 0))


def exchange(address: tuple[str, int], source: str, data: bytes) -> bytes:
    """Send a request over a connection of its own; return the answer, as far as there is one."""
    with contextlib.suppress(OSError), connect(address, source) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)
        return connection.recv(200)
    return b""


# What attackers do, each for as long as it is let; each in a process of its own.


def flood(address: tuple[str, int], token: str) -> Iterator[None]:
    """Open connections as fast as possible, from 50 addresses, and keep them."""
    kept: list[socket.socket] = []
    while True:
        with contextlib.suppress(OSError):
            kept.append(connect(address, f"{ATTACKERS}.{len(kept) % 50 + 1}"))
        if len(kept) > 900:
            for connection in kept[:450]:
                connection.close()
            del kept[:450]
        yield


def rain(address: tuple[str, int], token: str) -> Iterator[None]:
    """Begin connections as fast as possible, from 50 addresses; wait for no answer."""
    kept: list[socket.socket] = []
    for number in itertools.count():
        connection = socket.socket()
        kept.append(connection)
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.bind((f"{ATTACKERS}.{number % 50 + 1}", 0))
            connection.connect(address)
        if len(kept) > 900:
            for connection in kept[:450]:
                connection.close()
            del kept[:450]
        yield


def slowloris(address: tuple[str, int], token: str) -> Iterator[None]:
    """Hold 200 connections open, and send a byte over each every second."""
    kept: list[socket.socket | None] = [None] * 200
    data = request_bytes("/x", b"x" * 1000)
    position = 0
    while True:
        begin = time.monotonic()
        for number, connection in enumerate(kept):
            try:
                if connection is None:
                    kept[number] = connect(address, f"{ATTACKERS}.{number % 10 + 1}")
                else:
                    connection.sendall(data[position % len(data) :][:1])
            except OSError:
                kept[number] = None
            yield
        position += 1
        time.sleep(max(0.0, 1.0 - (time.monotonic() - begin)))


def requests(data: Callable[[str], bytes]) -> Callable[[tuple[str, int], str], Iterator[None]]:
    """Send a request over and over again, over a connection each."""

    def attack(address: tuple[str, int], token: str) -> Iterator[None]:
        request = data(token)
        for number in itertools.count():
            exchange(address, f"{ATTACKERS}.{number % 50 + 1}", request)
            yield

    return attack


def fuzz(address: tuple[str, int], token: str) -> Iterator[None]:
    """Send damaged requests."""
    chance = random.Random(7)  # noqa: S311, it shall be the same each time
    while True:
        data = bytearray(chance.choice(SEEDS["listener"])[1:].replace(b"TOKEN", token.encode()))
        for _ in range(chance.randrange(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(OSError):
            connection = connect(address, f"{ATTACKERS}.{chance.randrange(50) + 1}")
            with connection:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(200)
        yield


DEPTH = (MAX_BODY - 1000) // 14
ATTACKS: dict[str, Callable[[tuple[str, int], str], Iterator[None]]] = {
    "flood of connections, 50 addresses": flood,
    "flood that waits for no answer": rain,
    "200 slow connections": slowloris,
    "1 MB bodies, no token": requests(lambda _: request_bytes("/x", b"x" * 1_000_000)),
    "256 KB bodies, no token": requests(lambda _: request_bytes("/x", b"x" * MAX_BODY)),
    "GET /": requests(lambda _: request_bytes("/", method="GET")),
    "damaged requests, with the token": fuzz,
    "nested XML, with the token": requests(
        lambda token: request_bytes(
            f"/{token}", propertyset("&lt;a&gt;" * 10 + "<a>" * DEPTH), headers={"SEQ": "1"}
        )
    ),
    "largest wide XML, with the token": requests(
        lambda token: request_bytes(
            f"/{token}",
            last_change('<a val="1"/>' * ((MAX_BODY - 1000) // 30)),
            headers={"SEQ": "1"},
        )
    ),
}


def be_bare(address: tuple[str, int]) -> None:
    """Accept what comes, answer the first bytes of each connection, and keep 512 at most."""
    server = socket.create_server(address, backlog=4096)
    server.setblocking(False)
    poll = select.epoll()
    poll.register(server, select.EPOLLIN)
    kept: dict[int, socket.socket] = {}

    def end(number: int) -> None:
        connection = kept.pop(number)
        poll.unregister(number)
        connection.close()

    while True:
        for number, _ in poll.poll():
            if number == server.fileno():
                with contextlib.suppress(OSError):
                    connection = server.accept()[0]
                    connection.setblocking(False)
                    kept[connection.fileno()] = connection
                    poll.register(connection, select.EPOLLIN)
                    if len(kept) > 512:
                        end(next(iter(kept)))
            elif number in kept:
                with contextlib.suppress(OSError):
                    if kept[number].recv(65536):
                        kept[number].send(b"HTTP/1.1 412 Precondition Failed\r\n\r\n")
                end(number)


def attack(name: str, address: tuple[str, int], token: str) -> None:
    """Attack until standard input closes; then print how often."""
    over = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait, daemon=True).start()
    count = 0
    for _ in ATTACKS[name](address, token):
        count += 1
        if over.is_set():
            break
    print(count, flush=True)
    os._exit(0)


def speak(address: tuple[str, int], token: str, seconds: float) -> None:
    """Send honest events and print how long each took, in milliseconds; None for a lost one."""
    request = request_bytes(f"/{token}", EVENT, headers={"SEQ": "1", "Connection": "close"})
    took: list[float | None] = []
    end = time.monotonic() + seconds
    while (begin := time.perf_counter()) and time.monotonic() < end:
        answered = exchange(address, SPEAKER, request).startswith(b"HTTP/1.1 200")
        took.append((time.perf_counter() - begin) * 1000 if answered else None)
        time.sleep(PAUSE)
    print(json.dumps(took), flush=True)


@dataclass
class Phase:
    """What was measured under the same circumstances, in all rounds."""

    took: list[float] = field(default_factory=list)
    lost: int = 0
    cpu: list[float] = field(default_factory=list)
    attacks: list[float] = field(default_factory=list)

    @property
    def ordered(self) -> list[float]:
        """How long events took, the shortest first."""
        return sorted(self.took)

    @property
    def p95(self) -> float:
        """What one event of twenty exceeded."""
        return self.ordered[int(len(self.took) * 0.95)]

    def row(self, *names: str, against: Phase | None = None) -> str:
        """Return a row of the table."""
        ordered = self.ordered
        p99 = ordered[int(len(ordered) * 0.99)]
        ratio = f"{self.p95 / against.p95:.2f}" if against else ""
        cells = (
            *names,
            f"{statistics.median(ordered):.2f}",
            f"{self.p95:.2f}",
            ratio,
            f"{p99:.2f}",
            f"{ordered[-1]:.1f}",
            f"{self.lost} of {len(ordered) + self.lost}",
            f"{statistics.mean(self.attacks):.0f}",
            f"{statistics.mean(self.cpu):.0%}",
            f"{memory():.0f}",
        )
        return f"| {' | '.join(cells)} |"


def memory() -> float:
    """Return how many megabytes this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _child(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", __spec__.name, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def measure(phase: Phase, token: str, seconds: float, name: str = "", port: int = PORT) -> None:
    """Measure for a while, while what is attacked is what listens at a port."""
    attacker = _child("--attack", name, f"--token={token}", f"--port={port}") if name else None
    time.sleep(1.5)  # until it is at it
    cpu, begin = time.process_time(), time.monotonic()
    speaker = _child("--speak", str(seconds), f"--token={token}")
    took = json.loads(speaker.communicate()[0])
    phase.cpu.append((time.process_time() - cpu) / (time.monotonic() - begin))
    attacks = 0.0
    if attacker is not None:
        attacks = int(attacker.communicate()[0]) / (time.monotonic() - begin + 1.5)
    phase.attacks.append(attacks)
    answered = [each for each in took if each is not None]
    phase.took += answered
    phase.lost += len(took) - len(answered)


def _granted(method: str, url: str, headers: Mapping[str, str]) -> Deferred[ResponseHeaders]:
    return succeed({"sid": "uuid:1", "timeout": "Second-600"})


def _listen(reactor: Any) -> tuple[str, Floodgate, list[object]]:
    listener = Listener(reactor, ListenSettings(OURS, PORT))
    listener.start()
    service = service_of(Player(SPEAKER), "RenderingControl")
    subscription = Subscription(service, listener=listener, request=_granted, clock=reactor)
    heard: list[object] = []
    subscription.callback = lambda event: heard.append(event.seq)
    subscription.subscribe()
    port: Any = listener.port
    return subscription.token, port.factory.gatekeeper.floodgate, [subscription, heard]


def _run(names: list[str], seconds: float, rounds: int, without_filter: bool) -> None:
    reactor: Any = global_reactor()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")

    def compare(name: str, token: str, gate: Floodgate) -> None:
        alone, other, ours, unfiltered = Phase(), Phase(), Phase(), Phase()
        for _ in range(rounds):
            measure(alone, token, seconds)
            measure(other, token, seconds, name, BARE_PORT)
            measure(ours, token, seconds, name)
            reactor.callFromThread(gate.open)
            if without_filter:
                gate.packet_filter.works = False
                measure(unfiltered, token, seconds, name)
                gate.packet_filter.works = True
        print(alone.row(name, "nobody"))
        print(other.row("", "a bare server", against=alone))
        if without_filter:
            print(unfiltered.row("", "the listener, no filter", against=other))
        print(ours.row("", "**the listener**", against=other), flush=True)

    def phases(token: str, gate: Floodgate) -> None:
        columns = "p50 ms | p95 ms | ratio | p99 ms | max ms | lost | attacks/s | CPU | MB"
        print(f"| attack | on | {columns} |")
        print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
        bare = _child("--bare")
        time.sleep(3.0)
        for name in names:
            compare(name, token, gate)
        bare.kill()
        bare.wait()
        reactor.callFromThread(reactor.stop)

    def begin() -> None:
        token, gate, kept = _listen(reactor)
        reactor.addSystemEventTrigger("after", "shutdown", kept.clear)
        threading.Thread(target=phases, args=(token, gate), daemon=True).start()

    reactor.callWhenRunning(begin)
    reactor.run()


def main() -> None:
    """Measure everything, or be one of the processes that take part."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.listener_attacks", description=__doc__
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="for each phase (5)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (3)")
    parser.add_argument("--only", default="", help="attacks whose names begin like this")
    parser.add_argument(
        "--without-filter", action="store_true", help="measure without the packet filter, too"
    )
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=PORT, help=argparse.SUPPRESS)
    parser.add_argument("--speak", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--token", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attack:
        attack(options.attack, (OURS, options.port), options.token)
    elif options.bare:
        be_bare((OURS, BARE_PORT))
    elif options.speak:
        speak((OURS, PORT), options.token, options.speak)
    else:
        names = [name for name in ATTACKS if name.startswith(options.only)]
        _run(names, options.seconds, options.rounds, options.without_filter)


if __name__ == "__main__":
    main()
